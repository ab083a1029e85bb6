"""Measures over windows of time: rolling sums, balances, year to date, for every period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.plan.arms import KEYS
from semantic.plan.bound import Bound
from semantic.plan.comparisons import MILLISECOND
from semantic.plan.expressions import (
    Call,
    Column,
    Constant,
    Moved,
    Value,
    both,
)
from semantic.plan.intervals import (
    add_interval,
    begin,
    bucket_of,
    read_interval,
    step_of,
    truncate,
    unsupported,
)
from semantic.plan.nodes import Arm, Joined, Rows, Spine, Windowed

if TYPE_CHECKING:
    from datetime import datetime

    from semantic.plan.arms import ArmBuilder, Sourced
    from semantic.plan.asking import Grouping
    from semantic.plan.expressions import Expression
    from semantic.plan.nodes import Named
    from semantic.query.query import TimeDimension
    from semantic.spec.dimensions import Granularity
    from semantic.spec.measures import RollingWindow
    from semantic.spec.model import Found

PERIODS = "periods"
"""The name of the sub-query that has every period."""
CLOCK = "clock"
"""The name of the column that has the wall clock of a row."""
_TOGETHER = {"sum": "sum", "min": "min", "max": "max", "count": "total"}
"""How parts of measures are put together."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The time dimension along which a window moves."""

    found: Found
    granularity: str | None
    span: TimeDimension | None

    @property
    def range(self) -> tuple[datetime, datetime] | None:
        """The range that the query asks for, if it does."""
        return None if self.span is None else self.span.date_range


def build_window(
    builder: ArmBuilder, window: RollingWindow, axis: Axis, groups: tuple[Grouping, ...]
) -> tuple[Arm, tuple[str, ...]]:
    """Build the arm of measures that roll, with every period on its own row."""
    clock = builder.binder.clock(axis.found)
    periods = [one for one in groups if one.granularity is not None and one.found is axis.found]
    others = tuple(one for one in groups if one not in periods[:1])
    for one in others:
        if one.granularity is not None:
            message = f"a rolling measure can be grouped by one time dimension, not by '{one.key}'"
            raise unsupported(message)
    spans = tuple(one for one in builder.asked.spans if one is not axis.span)
    to_date = None if window.to_date is None else _declared(builder, axis, window.to_date)
    reach = tuple(Bound(one) for one in _reach(clock.expression, window, to_date, axis.range))
    sourced = builder.source(others, spans, (clock, *builder.needs()), reach)
    rows, tables, measures = _window_rows(builder, sourced, clock.expression)
    names = tuple(name for name, _ in sourced.groups)
    condition = both((*_within(window, to_date), *_same_groups(names)))
    once = tuple(name for name, _ in rows.columns[len(names) + 1 :]) if tables else ()
    period, group = (KEYS, KEYS) if once else (PERIODS, "groups")
    columns = tuple(
        (
            one.column,
            Column("period_from", period) if one in periods[:1] else Column(one.column, group),
        )
        for one in groups
    )
    windowed = Windowed(
        _spine(builder, axis),
        rows,
        names,
        (Joined(KEYS, rows, condition), *tables),
        (*columns, *measures),
        len(columns),
        once,
    )
    note = f"{builder.fact}: windows over {axis.found.name}, every period from a generated calendar"
    return Arm(builder.fact, windowed, tuple(one.column for one in builder.leaves)), (
        *sourced.notes,
        note,
    )


def _window_rows(
    builder: ArmBuilder, sourced: Sourced, clock: Expression
) -> tuple[Rows, tuple[Joined, ...], tuple[Named, ...]]:
    """Return the rows of windows, what is joined to them, and the measures over both.

    Rows that stand once are summed up by group and wall clock before windows overlap, where the
    measures are such that parts can be put together again. Multiplied rows are found by their key.
    """
    columns = (*sourced.groups, (CLOCK, clock))
    fact = builder.fact or ""
    measures = builder.aggregates(is_optional=sourced.tree.root != fact)
    simple = [(name, one) for name, one in measures if isinstance(one, Call)]
    if len(simple) < len(measures) or sourced.is_multiplied:
        keys = builder.keys_of(fact)
        rows = Rows(sourced.tables, (*columns, *keys), sourced.conditions, is_distinct=True)
        return rows, builder.over_fact(keys), builder.aggregates(is_optional=True)
    if all(one.operation in _TOGETHER for _, one in simple):
        rows = Rows(sourced.tables, (*columns, *simple), sourced.conditions, len(columns))
        parts = [(name, _TOGETHER[one.operation]) for name, one in simple]
    else:
        raw = tuple((name, one.arguments[0]) for name, one in simple)
        rows = Rows(sourced.tables, (*columns, *raw), sourced.conditions)
        parts = [(name, one.operation) for name, one in simple]
    return rows, (), tuple((name, Call(part, (Column(name, KEYS),))) for name, part in parts)


def _group(name: str) -> Column:
    return Column(name, "groups")


def _same_groups(names: tuple[str, ...]) -> tuple[Expression, ...]:
    return tuple(Call("same", (Column(one, KEYS), _group(one))) for one in names)


def _within(window: RollingWindow, to_date: Granularity | str | None) -> tuple[Expression, ...]:
    """Compare the wall clock of rows with the window of a period."""
    clock = Column(CLOCK, KEYS)
    first, last = Column("period_from", PERIODS), Column("period_to", PERIODS)
    if to_date is not None:
        start = truncate(first, to_date)
        return Call("gte", (clock, start)), Call("lt", (clock, last))
    anchor = first if window.offset == "start" else last
    conditions: list[Expression] = []
    if window.trailing != "unbounded":
        conditions.append(Call("gte", (clock, _moved(anchor, window.trailing, -1))))
    if window.leading != "unbounded":
        conditions.append(Call("lt", (clock, _moved(anchor, window.leading, 1))))
    return tuple(conditions) or (Constant("TRUE"),)


def _moved(anchor: Expression, interval: str | None, sign: int) -> Expression:
    if interval is None:
        return anchor
    months, seconds = read_interval(interval)
    return Moved(anchor, sign * months, sign * seconds)


def _reach(
    clock: Expression,
    window: RollingWindow,
    to_date: Granularity | str | None,
    range_: tuple[datetime, datetime] | None,
) -> tuple[Expression, ...]:
    """Leave out rows that no window of the range reaches."""
    if range_ is None:
        return ()
    first, last = range_[0], range_[1] + MILLISECOND
    conditions = []
    if to_date is not None:
        start: datetime | None = begin(first, to_date)
        stop: datetime | None = last
    else:
        start = _reached(first, window.trailing, -1)
        stop = _reached(last, window.leading, 1)
    if start is not None:
        conditions.append(Call("gte", (clock, Value(start, "TIMESTAMP"))))
    if stop is not None:
        conditions.append(Call("lt", (clock, Value(stop, "TIMESTAMP"))))
    return tuple(conditions)


def _reached(end: datetime, interval: str | None, sign: int) -> datetime | None:
    if interval == "unbounded":
        return None
    months, seconds = (0, 0) if interval is None else read_interval(interval)
    return add_interval(end, sign * months, sign * seconds)


def _declared(builder: ArmBuilder, axis: Axis, name: str) -> Granularity | str:
    """Find a granularity of the axis, whose periods this package can compute itself."""
    declared = builder.members.granularity(axis.found.cube, axis.found.member.name, name)
    if not isinstance(declared, str) and declared.sql is not None:
        raise unsupported(f"'{name}' is written in SQL; a window needs an interval")
    return declared


def _spine(builder: ArmBuilder, axis: Axis) -> Spine:
    """Plan the periods: those of the range, else from the first row to the last."""
    if axis.range is None:
        declared = _declared(builder, axis, axis.granularity or "")
        first_row = Call("min", (Column(CLOCK),))
        last_row = Call("max", (Column(CLOCK),))
        first = truncate(first_row, declared)
        return Spine(first, last_row, *_step(declared), is_from_rows=True)
    start, stop = axis.range
    if axis.granularity is None:
        return Spine(Value(start, "TIMESTAMP"), Value(stop + MILLISECOND, "TIMESTAMP"), 0, 0)
    declared = _declared(builder, axis, axis.granularity)
    ends = Value(begin(start, declared), "TIMESTAMP"), Value(stop, "TIMESTAMP")
    return Spine(*ends, *_step(declared))


def _step(declared: Granularity | str) -> tuple[int, int]:
    return step_of(declared) if isinstance(declared, str) else bucket_of(declared)[:2]
