"""Parts and beginnings of moments, and what time it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.query.dates import start_of
from semantic.query.query import Operand
from semantic.query.zones import zone_of
from semantic.spec.dimensions import PREDEFINED_GRANULARITIES
from semantic.sqlapi.functions import at_zone, wall_clock
from semantic.sqlapi.statements import (
    DATATYPE_MISMATCH,
    INVALID_DATETIME,
    INVALID_PARAMETER,
    NOT_SUPPORTED,
    SqlError,
)
from semantic.sqlapi.typed import TIMES, Typed, ValueKind, as_kind, moment, write

if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[exp.Expr], Typed]

_PARTS = {
    "year": ("date_part('year', {0})", "year"),
    "isoyear": ("date_part('isoyear', {0})", "week"),
    "quarter": ("date_part('quarter', {0})", "quarter"),
    "month": ("date_part('month', {0})", "month"),
    "week": ("date_part('week', {0})", "week"),
    "day": ("date_part('day', {0})", "day"),
    "dow": ("date_part('dow', {0})", "day"),
    "isodow": ("date_part('isodow', {0})", "day"),
    "doy": ("date_part('doy', {0})", "day"),
    "hour": ("date_part('hour', {0})", "hour"),
    "minute": ("date_part('minute', {0})", "minute"),
}
"""Parts of a moment: how DuckDB computes them, and of which period they are the same."""
_SECONDS = "CAST(date_part('microseconds', {0}) AS DECIMAL(18, 0)) * 0.000001"
_EPOCH = "date_part('epoch', {0})"
_ALIASES = {
    "years": "year",
    "quarters": "quarter",
    "months": "month",
    "weeks": "week",
    "days": "day",
    "dayofweek": "dow",
    "dayofweekiso": "isodow",
    "dayofyear": "doy",
    "hours": "hour",
    "minutes": "minute",
    "seconds": "second",
    "epoch_second": "epoch",
}


def truncate(node: exp.Expr, read: Read, zone: str) -> Typed:
    """Rebuild DATE_TRUNC; of a dimension it is a period, as the model knows it."""
    unit = node.args["unit"].name.lower()
    unit = _ALIASES.get(unit, unit)
    if node.args.get("zone") is not None:
        hint = "write DATE_TRUNC(unit, x AT TIME ZONE zone)"
        raise SqlError("DATE_TRUNC takes two arguments here", NOT_SUPPORTED, hint)
    if unit not in PREDEFINED_GRANULARITIES:
        units = ", ".join(PREDEFINED_GRANULARITIES)
        message = f'unit "{unit}" of DATE_TRUNC is not one of {units}'
        raise SqlError(message, INVALID_PARAMETER)
    one = _time(read(node.this))
    return truncated(one, unit, zone)


def truncated(one: Typed, unit: str, zone: str) -> Typed:
    """Return the beginning of the period in which a moment lies."""
    if isinstance(one.moment, date):
        return _truncated_moment(one.moment, unit, zone)
    if one.kind is ValueKind.TIMESTAMPTZ:
        return as_kind(truncated(wall_clock(one, zone), unit, zone), one.kind, zone)
    operand = one.parts[0] if len(one.parts) == 1 else None
    if isinstance(operand, Operand) and operand.granularity is None:
        return Typed((replace(operand, granularity=unit),), ValueKind.TIMESTAMP)
    clock = as_kind(one, ValueKind.TIMESTAMP, zone)
    return Typed(write(f"date_trunc('{unit}', {{0}})", clock), ValueKind.TIMESTAMP)


def _truncated_moment(value: date, unit: str, zone: str) -> Typed:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if value.tzinfo is None:
        return moment(start_of(unit, value))
    wall = start_of(unit, value.astimezone(zone_of(zone)).replace(tzinfo=None))
    return moment(wall.replace(tzinfo=zone_of(zone)))


def extract(node: exp.Expr, read: Read, zone: str) -> Typed:
    """Rebuild EXTRACT and DATE_PART, which are decimals."""
    written = node.this.name.lower()
    part = _ALIASES.get(written, written)
    one = read(node.expression)
    if one.kind is ValueKind.INTERVAL and part == "epoch":
        return Typed(write(_EPOCH, one), ValueKind.FLOAT)
    one = _time(one)
    if part == "second":
        return Typed(write(_SECONDS, wall_clock(one, zone)), ValueKind.NUMERIC)
    if part == "epoch":
        # Of a wall clock PostgreSQL counts as if it was that of UTC.
        return Typed(write(_EPOCH, one), ValueKind.FLOAT)
    if part not in _PARTS:
        known = ", ".join((*_PARTS, "second", "epoch"))
        raise SqlError(f'unit "{part}" of EXTRACT is not one of {known}', INVALID_PARAMETER)
    template, period = _PARTS[part]
    # The part of a dimension is that of its period, which a rollup may have.
    of = truncated(one, period, zone) if _is_operand(one) else wall_clock(one, zone)
    return Typed(write(f"CAST({template} AS DECIMAL(18, 0))", of), ValueKind.NUMERIC)


def _is_operand(one: Typed) -> bool:
    operand = one.parts[0] if len(one.parts) == 1 else None
    return isinstance(operand, Operand) and operand.granularity is None


def _time(one: Typed) -> Typed:
    if one.kind not in TIMES:
        message = f"a moment is needed, not {one.kind}"
        raise SqlError(message, DATATYPE_MISMATCH)
    return one


def now(node: exp.Expr, at: datetime, zone: str) -> Typed:
    """Return what time it is, at which the statement began."""
    if isinstance(node, exp.CurrentTimestamp):
        return moment(at)
    wall = at.astimezone(zone_of(zone)).replace(tzinfo=None)
    return moment(wall.date() if isinstance(node, exp.CurrentDate) else wall)


def read_by_pattern(node: exp.Expr, zone: str) -> Typed:
    """Read a literal as a date or instant by a pattern, as tools write their bounds."""
    text, pattern = node.this, node.args.get("format")
    is_given = isinstance(text, exp.Literal) and text.is_string
    if not is_given or not isinstance(pattern, exp.Literal):
        hint = "cast a literal: CAST('2024-01-31' AS date)"
        raise SqlError("TO_DATE and TO_TIMESTAMP take literals here", NOT_SUPPORTED, hint)
    try:
        clock = datetime.strptime(str(text.this), str(pattern.this))  # noqa: DTZ007 - it is the session's
    except ValueError:
        message = f"'{text.this}' does not have the form of TO_DATE or TO_TIMESTAMP"
        raise SqlError(message, INVALID_DATETIME) from None
    if isinstance(node, exp.StrToDate):
        return moment(clock.date())
    return moment(clock.replace(tzinfo=zone_of(zone)))


def by_name(node: exp.Anonymous, read: Read, at: datetime, zone: str) -> Typed | None:
    """Rebuild functions of time that sqlglot does not know, None for any other."""
    name, arguments = str(node.this).lower(), node.expressions
    if name == "timezone" and len(arguments) == len(("zone", "moment")):
        given, of = arguments
        if isinstance(given, exp.Literal) and given.is_string:
            return at_zone(_time(read(of)), str(given.this), zone)
    if (
        name in ("transaction_timestamp", "statement_timestamp", "clock_timestamp")
        and not arguments
    ):
        return moment(at)
    return None
