"""Models written in few words: SQL with braces, members by name."""

import re
from collections.abc import Sequence
from typing import Any

from semantic.spec.cubes import Cube, Join, Relationship, Segment, View, ViewMember
from semantic.spec.dimensions import Dimension, DimensionType, Granularity
from semantic.spec.fragments import Fragment, Reference
from semantic.spec.measures import Measure, MeasureType, RollingWindow, Stage, TimeShift
from semantic.spec.places import Place

HERE = Place("drawn.yml", 1)


def sql(text: str) -> Fragment:
    """Take SQL with references in braces apart."""
    parts = [
        Reference(tuple(part[1:-1].split("."))) if part.startswith("{") else part
        for part in re.split(r"(\{[^}]*\})", text)
        if part
    ]
    return Fragment(tuple(parts), HERE)


def dimension(name: str, kind: str, text: str, **more: Any) -> Dimension:
    """A dimension."""
    return Dimension(name, DimensionType(kind), HERE, sql=sql(text), **more)


def period(name: str, interval: str, **more: Any) -> Granularity:
    """A granularity of one's own."""
    return Granularity(name, HERE, interval=interval, **more)


def measure(name: str, kind: str, text: str | None = None, **more: Any) -> Measure:
    """A measure; `where` are its filters."""
    where = tuple(sql(one) for one in more.pop("where", ()))
    expression = None if text is None else sql(text)
    return Measure(name, MeasureType(kind), expression, HERE, filters=where, **more)


def rolling(name: str, kind: str, text: str | None = None, **window: str) -> Measure:
    """A measure over a window of time."""
    return measure(name, kind, text, rolling_window=RollingWindow(**window))


def shifted(name: str, text: str, interval: str, direction: str = "prior") -> Measure:
    """A measure of another time."""
    shift = TimeShift(None, interval, direction)
    return measure(name, "number", text, stage=Stage(time_shift=(shift,)))


def join(target: str, relationship: str, text: str) -> Join:
    """A join of the cube that it stands in."""
    return Join(target, Relationship(relationship), sql(text), HERE)


def segment(name: str, text: str) -> Segment:
    """A segment."""
    return Segment(name, sql(text), HERE)


def cube(
    name: str,
    table: str,
    members: Sequence[Dimension | Measure | Segment],
    joins: Sequence[Join] = (),
    **more: Any,
) -> Cube:
    """A cube over a table, or over a query where `table` is one."""
    is_query = table.upper().startswith("SELECT ")
    return Cube(
        name,
        HERE,
        sql=sql(table) if is_query else None,
        sql_table=None if is_query else sql(table),
        joins=tuple(joins),
        dimensions={one.name: one for one in members if isinstance(one, Dimension)},
        measures={one.name: one for one in members if isinstance(one, Measure)},
        segments={one.name: one for one in members if isinstance(one, Segment)},
        **more,
    )


def view(name: str, **members: tuple[str, ...]) -> View:
    """A view: each member is the way to its cube and its name there."""
    shown = {own: ViewMember(own, way[:-1], way[-1], HERE) for own, way in members.items()}
    return View(name, HERE, shown, tuple(dict.fromkeys(one.path for one in shown.values())))
