"""Calculations as PostgreSQL does them, where DuckDB would do otherwise."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from semantic.query.zones import zone_of
from semantic.sqlapi.intervals import Interval
from semantic.sqlapi.statements import DATATYPE_MISMATCH, INVALID_DATETIME, SqlError
from semantic.sqlapi.typed import (
    NUMBERS,
    TIMES,
    WHOLE,
    Typed,
    ValueKind,
    as_kind,
    common_kind,
    exact,
    literal,
    moment,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_WHOLE_TYPES = "'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT'"
_FAR = "date out of range"


def add(left: Typed, right: Typed, zone: str) -> Typed:
    """Add numbers, or a distance to a moment."""
    left, right = _beside(left, right)
    if left.kind in NUMBERS and right.kind in NUMBERS:
        return _calculate("({0}) + ({1})", left, right)
    if left.kind in TIMES:
        return _move(left, right, zone, is_back=False)
    if right.kind in TIMES:
        return _move(right, left, zone, is_back=False)
    if left.kind is right.kind is ValueKind.INTERVAL:
        return Typed(write("({0}) + ({1})", left, right), ValueKind.INTERVAL)
    raise _mismatch(left, "+", right)


def subtract(left: Typed, right: Typed, zone: str) -> Typed:
    """Subtract numbers, a distance from a moment, or one moment from another."""
    left, right = _beside(left, right)
    if left.kind in NUMBERS and right.kind in NUMBERS:
        return _calculate("({0}) - ({1})", left, right)
    if left.kind in TIMES and right.kind in TIMES:
        if left.kind is right.kind is ValueKind.DATE:
            return Typed(write("({0}) - ({1})", left, right), ValueKind.INT4)
        both = [as_kind(one, common_kind((left, right), "-"), zone) for one in (left, right)]
        return Typed(write("({0}) - ({1})", *both), ValueKind.INTERVAL)
    if left.kind in TIMES:
        return _move(left, right, zone, is_back=True)
    if left.kind is right.kind is ValueKind.INTERVAL:
        return Typed(write("({0}) - ({1})", left, right), ValueKind.INTERVAL)
    raise _mismatch(left, "-", right)


def multiply(left: Typed, right: Typed) -> Typed:
    """Multiply numbers, or a distance."""
    left, right = _beside(left, right)
    for distance, times in ((left, right), (right, left)):
        if distance.kind is ValueKind.INTERVAL and times.kind in WHOLE:
            return Typed(write("({0}) * ({1})", distance, times), ValueKind.INTERVAL)
        length = _microseconds(distance)
        if length is not None and times.kind in NUMBERS:
            product = f"round_even({length} * CAST({{0}} AS DOUBLE), 0)"
            template = f"to_microseconds(CAST({product} AS BIGINT))"
            return Typed(write(template, times), ValueKind.INTERVAL)
    if left.kind not in NUMBERS or right.kind not in NUMBERS:
        raise _mismatch(left, "*", right)
    if left.is_divided and right.is_divided:
        # Both have so many decimals that the product would have no room before the point.
        doubles = (as_kind(one, ValueKind.FLOAT, "") for one in (left, right))
        return exact(Typed(write("({0}) * ({1})", *doubles), ValueKind.FLOAT))
    return _calculate("({0}) * ({1})", left, right)


def divide(left: Typed, right: Typed) -> Typed:
    """Divide numbers: whole ones to whole ones, and decimals to decimals. By zero it is NULL."""
    left, right = _beside(left, right)
    if left.kind not in NUMBERS or right.kind not in NUMBERS:
        raise _mismatch(left, "/", right)
    kind = common_kind((left, right), "/")
    if kind in WHOLE:
        return Typed(write("({0}) // NULLIF({1}, 0)", left, right), kind)
    quotient = Typed(write("({0}) / NULLIF({1}, 0)", left, right), ValueKind.FLOAT)
    if kind is ValueKind.FLOAT:
        return quotient
    if kind is ValueKind.NUMERIC:
        return exact(quotient)
    whole = (
        f"CASE WHEN typeof({{0}}) IN ({_WHOLE_TYPES}) AND typeof({{1}}) IN ({_WHOLE_TYPES}) "
        "THEN trunc({2}) ELSE {2} END"
    )
    return Typed(write(whole, left, right, quotient), ValueKind.FLOAT)


def remain(left: Typed, right: Typed) -> Typed:
    """Return what a division leaves over. By zero it is NULL."""
    left, right = _beside(left, right)
    if left.kind not in NUMBERS or right.kind not in NUMBERS:
        raise _mismatch(left, "%", right)
    return _calculate("({0}) % NULLIF({1}, 0)", left, right)


def negate(one: Typed) -> Typed:
    """Turn a number or a distance round."""
    if isinstance(one.moment, Interval):
        return moment(one.moment.negated())
    if one.kind not in (*NUMBERS, ValueKind.INTERVAL):
        message = f"{one.kind} cannot be negated"
        raise SqlError(message, DATATYPE_MISMATCH)
    return Typed(write("-({0})", one), one.kind, is_divided=one.is_divided)


def _calculate(template: str, left: Typed, right: Typed) -> Typed:
    kind = common_kind((left, right), template)
    is_divided = left.is_divided or right.is_divided
    return Typed(write(template, left, right), kind, is_divided=is_divided)


def _beside(left: Typed, right: Typed) -> tuple[Typed, Typed]:
    """Read a literal as what stands beside it; beside a moment it is a distance."""

    def read(one: Typed, other: Typed) -> Typed:
        if one.kind is not ValueKind.UNKNOWN or other.kind is ValueKind.UNKNOWN:
            return one
        return as_kind(one, ValueKind.INTERVAL if other.kind in TIMES else other.kind, "UTC")

    return read(left, right), read(right, left)


def _microseconds(distance: Typed) -> int | None:
    """Return how long a distance is, None unless it is known and has no days or months."""
    known = distance.moment
    if not isinstance(known, Interval) or known.months or known.days:
        return None
    return known.microseconds


def _move(one: Typed, by: Typed, zone: str, *, is_back: bool) -> Typed:
    sign = "-" if is_back else "+"
    if one.kind is ValueKind.DATE and by.kind in WHOLE:
        template = f"CAST(({{0}}) {sign} CAST({{1}} AS INTEGER) AS DATE)"
        return Typed(write(template, one, by), ValueKind.DATE)
    if by.kind is not ValueKind.INTERVAL:
        raise _mismatch(one, sign, by)
    if isinstance(one.moment, date) and isinstance(by.moment, Interval):
        return _moved(one.moment, by.moment.negated() if is_back else by.moment, zone)
    if one.kind is not ValueKind.TIMESTAMPTZ:
        clock = as_kind(one, ValueKind.TIMESTAMP, zone)
        return Typed(write(f"({{0}}) {sign} ({{1}})", clock, by), ValueKind.TIMESTAMP)
    there = Typed(write("({0}) AT TIME ZONE {1}", one, _text(zone)), ValueKind.TIMESTAMP)
    moved = _move(there, by, zone, is_back=is_back)
    return as_kind(moved, ValueKind.TIMESTAMPTZ, zone)


def _moved(start: date, by: Interval, zone: str) -> Typed:
    """Move a moment that is known; an instant by the clock of the session."""
    try:
        if isinstance(start, datetime) and start.tzinfo is not None:
            clock = start.astimezone(zone_of(zone)).replace(tzinfo=None)
            return moment(by.after(clock).replace(tzinfo=zone_of(zone)))
        return moment(by.after(start))
    except OverflowError:
        raise SqlError(_FAR, INVALID_DATETIME) from None


def _text(value: str) -> Typed:
    return as_kind(literal(value), ValueKind.TEXT, "")


def _mismatch(left: Typed, sign: str, right: Typed) -> SqlError:
    message = f"operator does not exist: {left.kind} {sign} {right.kind}"
    return SqlError(message, "42883", "write a cast on one of the sides")


OPERATIONS: dict[str, Callable[[Typed, Typed, str], Typed]] = {
    "add": add,
    "sub": subtract,
    "mul": lambda left, right, _: multiply(left, right),
    "div": lambda left, right, _: divide(left, right),
    "mod": lambda left, right, _: remain(left, right),
}
"""What calculates with two sides, by sqlglot's names."""
