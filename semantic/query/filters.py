"""Filters of queries: from JSON to conditions with dates resolved, and as answers repeat them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from semantic.query.dates import end_of, is_absolute, is_day, start_of, write_moment
from semantic.query.query import Condition, Group, QueryError, Test

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from semantic.query.dates import Calendar

RANGE_OPERATORS = frozenset({"inDateRange", "notInDateRange", "onTheDate"})
"""What compares with a range; its ends are both inclusive."""
START_OPERATORS = frozenset({"beforeDate", "afterOrOnDate"})
"""What compares with the beginning of a date."""
END_OPERATORS = frozenset({"beforeOrOnDate", "afterDate"})
"""What compares with the end of a date."""
DATE_OPERATORS = RANGE_OPERATORS | START_OPERATORS | END_OPERATORS
WITHOUT_VALUES = frozenset({"set", "notSet", "measureFilter"})


def read_conditions(raws: Sequence[Mapping[str, Any]], calendar: Calendar) -> tuple[Condition, ...]:
    """Read filters whose form was checked.

    Raises:
        QueryError: FILTER_INVALID for values that do not fit the operator, DATE_INVALID.
    """
    return tuple(_read(one, calendar) for one in raws)


def _read(raw: Mapping[str, Any], calendar: Calendar) -> Condition:
    for kind in ("or", "and"):
        if kind in raw:
            return Group(kind, read_conditions(raw[kind], calendar))
    operator = raw["operator"]
    values = tuple(_text(value) for value in raw.get("values", ()))
    if operator in WITHOUT_VALUES:
        values = ()
    elif not values:
        raise _invalid(f"Values required for filter: {_shown(raw)}")
    elif operator in DATE_OPERATORS:
        values = _dates(operator, values, raw, calendar)
    return Test(raw.get("member") or raw["dimension"], operator, values)


def _dates(
    operator: str,
    values: tuple[str | None, ...],
    raw: Mapping[str, Any],
    calendar: Calendar,
) -> tuple[str, ...]:
    """Resolve the values of a filter by date."""
    texts = [value for value in values if value is not None]
    if len(texts) < len(values):
        raise _invalid(f"Operator {operator} needs dates, not null: {_shown(raw)}")
    if operator not in RANGE_OPERATORS:
        if len(texts) > 1:
            raise _invalid(f"Operator {operator} takes one date: {_shown(raw)}")
        return (_one_date(operator, texts[0], calendar),)
    if len(texts) == 1:
        return tuple(map(write_moment, calendar.read_range(texts[0])))
    if not all(map(is_absolute, texts)):
        message = (
            "Relative-date strings are only supported when `values` has a single element for "
            f"operator `{operator}`. Pass an absolute two-element [start, end] pair, or a single "
            f'relative string like ["last 2 weeks"]. Got: {orjson.dumps(texts).decode()}'
        )
        raise _invalid(message)
    if len(texts) != len(("start", "end")):
        raise _invalid(f"Operator {operator} takes one date or two: {_shown(raw)}")
    ends = calendar.read_start(texts[0]), calendar.read_end(texts[1])
    return tuple(map(write_moment, ends))


def _one_date(operator: str, text: str, calendar: Calendar) -> str:
    """Resolve a single date: a day or a relative range to the end that the operator means."""
    if is_absolute(text):
        moment = calendar.read_moment(text)
        if is_day(text):
            edge = start_of if operator in START_OPERATORS else end_of
            moment = edge("day", moment)
        return write_moment(moment)
    first, last = calendar.read_range(text)
    return write_moment(first if operator in START_OPERATORS else last)


def write_condition(raw: Mapping[str, Any], read: Condition) -> dict[str, Any]:
    """Write a condition as answers repeat it; absolute dates stand as they were given."""
    if isinstance(read, Group):
        inner = zip(raw[read.kind], read.conditions, strict=True)
        return {read.kind: [write_condition(*pair) for pair in inner]}
    assert isinstance(read, Test)  # noqa: S101 - filters as they are read have no formulas
    written: dict[str, Any] = {"member": read.member, "operator": read.operator}
    given = [_text(value) for value in raw.get("values", ())]
    is_resolved = read.operator in DATE_OPERATORS and not (
        all(value is not None and is_absolute(value) for value in given)
        and len(given) == len(read.values)
    )
    if "values" in raw:
        written["values"] = list(read.values) if is_resolved else given
    return written


def _text(value: str | float | bool | None) -> str | None:  # noqa: FBT001 - a value of JSON
    """Write a value as JavaScript would, in which Cube compares texts."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value)


def _shown(raw: Mapping[str, Any]) -> str:
    return orjson.dumps(raw).decode()


def _invalid(message: str) -> QueryError:
    return QueryError(message, code="FILTER_INVALID", kind="")
