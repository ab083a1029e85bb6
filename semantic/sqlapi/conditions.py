"""WHERE over a view as conditions of a query; bounds of time become ranges, as the facts have them.

A range of instants reads only the facts within it, and a rollup may have it. The wall clock of
every row would have to be computed for anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, time
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.plan.comparisons import MILLISECOND, utc
from semantic.plan.intervals import add_interval, step_of
from semantic.query.dates import start_of, write_moment
from semantic.query.query import Formula, Operand, Test, TimeDimension
from semantic.query.zones import zone_of
from semantic.sqlapi.typed import TIMES, Typed, ValueKind, as_kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic.query.query import Condition
    from semantic.sqlapi.scalars import Scalars

RANGE = "inDateRange"
_FLIPPED: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.EQ: exp.EQ,
}


@dataclass(frozen=True, slots=True)
class _Bound:
    """From when on, and before when, a time dimension has to be."""

    operand: Operand
    first: datetime | None = None
    before: datetime | None = None


def conditions_of(node: exp.Expr, scalars: Scalars) -> tuple[Condition, ...]:
    """Rebuild a condition over the dimensions of a row, in parts that all have to hold."""
    found: list[Condition] = []
    bounds: dict[Operand, list[_Bound]] = {}
    for one in conjuncts(node):
        bound = _bound_of(one, scalars)
        if bound is None:
            found.append(formula_of(scalars.condition(one), "boolean"))
        else:
            bounds.setdefault(bound.operand, []).append(bound)
    return (*found, *(one for of in bounds.values() for one in _tests(of)))


def formula_of(one: Typed, kind: str) -> Formula:
    """Make an expression over the dimensions of a row part of a query."""
    return Formula(one.parts, kind)


def spans_of(
    conditions: tuple[Condition, ...],
) -> tuple[tuple[TimeDimension, ...], tuple[Condition, ...]]:
    """Part ranges of time from other conditions; the first of each dimension is its range."""
    spans: dict[str, TimeDimension] = {}
    others: list[Condition] = []
    for one in conditions:
        if isinstance(one, Test) and one.operator == RANGE and one.member not in spans:
            first, last = (datetime.fromisoformat(value) for value in one.values if value)
            spans[one.member] = TimeDimension(one.member, None, (first, last))
        else:
            others.append(one)
    return tuple(spans.values()), tuple(others)


def conjuncts(node: exp.Expr) -> Iterator[exp.Expr]:
    """Take a condition apart into those that all have to hold."""
    while isinstance(node, exp.Paren):
        node = node.this
    if isinstance(node, exp.And):
        for one in node.flatten():
            yield from conjuncts(one)
    else:
        yield node


def _tests(bounds: list[_Bound]) -> Iterator[Condition]:
    """Write the bounds of one dimension; the narrowest of them count."""
    member = bounds[0].operand.member
    firsts = [one.first for one in bounds if one.first is not None]
    befores = [one.before for one in bounds if one.before is not None]
    if firsts and befores:
        first, before = max(firsts), min(befores)
        yield Test(member, RANGE, (write_moment(first), write_moment(before - MILLISECOND)))
    elif firsts:
        yield Test(member, "afterOrOnDate", (write_moment(max(firsts)),))
    else:
        yield Test(member, "beforeDate", (write_moment(min(befores)),))


def _bound_of(node: exp.Expr, scalars: Scalars) -> _Bound | None:
    """Read a condition as a bound of time, None where it is none or not exactly that."""
    kind = type(node)
    if kind not in _FLIPPED:
        return None
    left, right = node.this, node.expression
    if isinstance(right, exp.Any | exp.All | exp.Anonymous) or not left.find(exp.Column):
        left, right, kind = right, left, _FLIPPED[kind]
    if isinstance(right, exp.Any | exp.All) or right.find(exp.Column):
        return None
    one, other = scalars.read(left), scalars.read(right)
    if one.kind not in TIMES or other.kind not in (*TIMES, ValueKind.UNKNOWN) or other.is_null:
        return None
    wanted = one.kind if other.kind is ValueKind.UNKNOWN else other.kind
    value = _wall(as_kind(other, wanted, scalars.zone), scalars.zone)
    operand = _operand(one)
    if operand is None or value is None:
        return None
    return _exact(_compared(kind, operand, value), scalars.zone)


def _operand(one: Typed) -> Operand | None:
    """Return the time dimension, or its period, that an expression is."""
    operand = one.parts[0] if len(one.parts) == 1 else None
    if isinstance(operand, Operand):
        return operand
    if one.kind is ValueKind.DATE and len(one.parts) == 3:  # noqa: PLR2004 - CAST(x AS DATE)
        before, inner, after = one.parts
        is_day = (before, after) == ("CAST(", " AS DATE)")
        if is_day and isinstance(inner, Operand) and inner.granularity is None:
            return Operand(inner.member, "day")
    return None


def _wall(one: Typed, zone: str) -> datetime | None:
    value = one.moment
    if isinstance(value, datetime):
        return (
            value if value.tzinfo is None else value.astimezone(zone_of(zone)).replace(tzinfo=None)
        )
    return datetime.combine(value, time()) if isinstance(value, date) else None


def _compared(kind: type[exp.Expr], operand: Operand, value: datetime) -> _Bound | None:
    """Turn a comparison into bounds of the dimension itself."""
    bare = Operand(operand.member)
    if operand.granularity is None:
        if kind is exp.GTE:
            return _Bound(bare, first=value)
        return _Bound(bare, before=value) if kind is exp.LT else None
    start = start_of(operand.granularity, value)
    after = add_interval(start, *step_of(operand.granularity))
    if start != value:
        return None
    if kind is exp.EQ:
        return _Bound(bare, first=start, before=after)
    if kind in (exp.GTE, exp.GT):
        return _Bound(bare, first=start if kind is exp.GTE else after)
    return _Bound(bare, before=start if kind is exp.LT else after)


def _exact(bound: _Bound | None, zone: str) -> _Bound | None:
    """Keep bounds of whole milliseconds that the clock of the zone shows exactly once."""
    if bound is None:
        return None
    for one in (bound.first, bound.before):
        if one is None:
            continue
        if one.microsecond % 1000 or not MINYEAR < one.year < MAXYEAR:
            return None
        if utc(one, zone, fold=0) != utc(one, zone, fold=1):
            return None
    return bound
