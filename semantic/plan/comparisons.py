"""Comparisons of members with values: Cube's operators, its rules for NULL, dates by time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from uuid import UUID

from semantic.plan.expressions import Call, Cast, Constant, Value, both, either
from semantic.query.query import QueryError
from semantic.query.zones import zone_of

if TYPE_CHECKING:
    from semantic.plan.expressions import Expression
    from semantic.query.query import Test

MILLISECOND = timedelta(milliseconds=1)
_PATTERNS = {"contains": ("%", "%"), "startsWith": ("", "%"), "endsWith": ("%", "")}
_ORDERS = {"gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte"}
_PRESENCE = {"set": "is not null", "notSet": "is null"}
_RANGES = ("inDateRange", "onTheDate", "notInDateRange")
_DATES = {
    "beforeDate": ("lt", False),
    "beforeOrOnDate": ("lt", True),
    "afterDate": ("gte", True),
    "afterOrOnDate": ("gte", False),
}
"""Operators of one date: how to compare, and whether with the first instant after it."""


def compare(test: Test, expression: Expression, kind: str, type_: str, zone: str) -> Expression:
    """Compare a member of a kind (Cube's type) and an SQL type with the values of a test.

    `zone` is the time zone by which dates are meant.

    Raises:
        QueryError: the operator is unknown, or a value does not fit the member.
    """
    operator = test.operator
    if operator in _PRESENCE:
        return Call(_PRESENCE[operator], (expression,))
    if operator in _RANGES or operator in _DATES:
        return _compare_date(test, expression, type_, zone)
    is_negated = operator.startswith("not")
    pattern = operator[3:4].lower() + operator[4:] if is_negated else operator
    if pattern in _PATTERNS:
        text = _text(expression, kind, type_)
        return _match(test, text, _PATTERNS[pattern], is_negated=is_negated)
    return _compare_values(test, expression, kind, type_, zone)


def _compare_values(
    test: Test, expression: Expression, kind: str, type_: str, zone: str
) -> Expression:
    operator = test.operator
    if kind == "string" and type_ not in ("", "VARCHAR", "UUID"):
        expression = Cast(expression, "VARCHAR")
    given = tuple(one for one in test.values if one is not None)
    values = tuple(_value(test, one, kind, type_, zone) for one in given)
    has_null = len(given) < len(test.values)
    if operator in ("equals", "in"):
        return _equal(expression, values, has_null=has_null)
    if operator in ("notEquals", "notIn"):
        return _differ(expression, values, has_null=has_null)
    if operator in _ORDERS:
        if not values:
            raise _refuse(test, "a value is missing")
        return either(tuple(Call(_ORDERS[operator], (expression, one)) for one in values))
    raise _refuse(test, "the operator is unknown")


def _equal(expression: Expression, values: tuple[Expression, ...], *, has_null: bool) -> Expression:
    found = []
    if len(values) == 1:
        found.append(Call("eq", (expression, values[0])))
    elif values:
        found.append(Call("in", (expression, *values)))
    if has_null:
        found.append(Call("is null", (expression,)))
    return either(tuple(found)) if found else Constant("FALSE")


def _differ(
    expression: Expression, values: tuple[Expression, ...], *, has_null: bool
) -> Expression:
    if not values:
        return Call("is not null", (expression,)) if has_null else Constant("TRUE")
    if len(values) == 1:
        found = Call("ne", (expression, values[0]))
    else:
        found = Call("not in", (expression, *values))
    return found if has_null else Call("or", (found, Call("is null", (expression,))))


def _match(
    test: Test, expression: Expression, around: tuple[str, str], *, is_negated: bool
) -> Expression:
    """Compare with patterns, in any case of letters; `%` and `_` stand for themselves."""
    has_null = None in test.values
    found = tuple(
        Call(
            "not ilike" if is_negated else "ilike",
            (expression, Value(f"{around[0]}{_escape(one)}{around[1]}", "VARCHAR")),
        )
        for one in test.values
        if one is not None
    )
    missing = Call("is null", (expression,))
    if is_negated:
        matched = both(found) if found else Constant("TRUE")
        if has_null:
            return Call("and", (matched, Call("is not null", (expression,))))
        return Call("or", (matched, missing))
    return either((*found, missing)) if has_null else either(found)


def _escape(text: str) -> str:
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")


def _text(expression: Expression, kind: str, type_: str) -> Expression:
    if type_ == "VARCHAR" or (not type_ and kind == "string"):
        return expression
    return Cast(expression, "VARCHAR")


def _value(test: Test, text: str, kind: str, type_: str, zone: str) -> Value:
    """Read a value as what the member is."""
    if kind == "number":
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise _refuse(test, f"'{text}' is no number") from None
        if not number.is_finite():
            raise _refuse(test, f"'{text}' is no number")
        return Value(int(number) if number == number.to_integral_value() else number)
    if kind == "boolean":
        if text.lower() not in ("true", "false", "1", "0"):
            raise _refuse(test, f"'{text}' is neither true nor false")
        return Value(text.lower() in ("true", "1"))
    if kind == "time":
        at = _moment(test, text)
        is_within_day = type_ == "DATE" and at != at.replace(hour=0, minute=0, second=0)
        return Value(at, "TIMESTAMP") if is_within_day else moment(at, type_, zone)
    if type_ == "UUID":
        try:
            return Value(str(UUID(text)), "UUID")
        except ValueError:
            raise _refuse(test, f"'{text}' is no UUID") from None
    return Value(text, "VARCHAR")


def _compare_date(test: Test, expression: Expression, type_: str, zone: str) -> Expression:
    values = [_moment(test, one) for one in test.values if one is not None]
    if test.operator in _DATES:
        if len(values) != 1:
            raise _refuse(test, "it takes one date")
        operation, is_after = _DATES[test.operator]
        at = values[0] + MILLISECOND if is_after else values[0]
        return Call(operation, (expression, moment(at, type_, zone)))
    if len(values) != len(("first", "last")):
        raise _refuse(test, "it takes the first and the last date")
    first, last = values
    if test.operator == "notInDateRange":
        return Call(
            "or",
            (
                Call("lt", (expression, moment(first, type_, zone))),
                Call("gte", (expression, end(last, type_, zone))),
            ),
        )
    return within(expression, first, last, type_, zone)


def within(
    expression: Expression, first: datetime, last: datetime, type_: str, zone: str
) -> Expression:
    """Ask for instants from the first to the last millisecond of a range."""
    return Call(
        "and",
        (
            Call("gte", (expression, moment(first, type_, zone))),
            Call("lt", (expression, end(last, type_, zone))),
        ),
    )


def end(last: datetime, type_: str, zone: str) -> Value:
    """Return what follows the last millisecond of a range, in the later of two equal hours."""
    if type_ == "DATE":
        return moment(last + MILLISECOND, type_, zone)
    at = utc(last, zone, fold=1) + MILLISECOND
    return Value(at, "TIMESTAMP")


def moment(clock: datetime, type_: str, zone: str) -> Value:
    """Return a wall clock as what columns hold: an instant in UTC, or the first day not before."""
    if type_ == "DATE":
        midnight = clock.replace(hour=0, minute=0, second=0, microsecond=0)
        day: date = midnight.date() if midnight == clock else midnight.date() + timedelta(days=1)
        return Value(day, "DATE")
    return Value(utc(clock, zone, fold=0), "TIMESTAMP")


def utc(clock: datetime, zone: str, fold: int) -> datetime:
    """Return the UTC instant at which a wall clock shows something; `fold` 1 is the second time."""
    if zone == "UTC":
        return clock
    aware = clock.replace(tzinfo=zone_of(zone), fold=fold)
    return aware.astimezone(UTC).replace(tzinfo=None)


def _moment(test: Test, text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise _refuse(test, f"'{text}' is no date") from None
    return read.replace(tzinfo=None)


def _refuse(test: Test, reason: str) -> QueryError:
    message = f"Filter '{test.operator}' on '{test.member}': {reason}"
    return QueryError(message, code="FILTER_INVALID")
