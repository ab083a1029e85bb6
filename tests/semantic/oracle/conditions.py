"""Filters, as semantic-layer.md section 3 says what they do with NULL."""

from collections.abc import Callable, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from semantic.query.query import Condition, Group, Test
from tests.semantic.oracle.expressions import all_of, any_of, compare, exact

_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_DATE_SIGNS = {
    "beforeDate": "<",
    "beforeOrOnDate": "<=",
    "afterDate": ">",
    "afterOrOnDate": ">=",
}


def holds(condition: Condition, value_by_name: Callable[[str], Any]) -> bool:
    """Say whether a condition is certainly true."""
    return _truth(condition, value_by_name) is True


def _truth(condition: Condition, value_by_name: Callable[[str], Any]) -> bool | None:
    if isinstance(condition, Group):
        parts = tuple(_truth(one, value_by_name) for one in condition.conditions)
        return any_of(parts) if condition.kind == "or" else all_of(parts)
    assert isinstance(condition, Test)
    return test_value(condition, value_by_name(condition.member))


def test_value(test: Test, raw: Any) -> bool | None:
    """Compare one value; values of the test are read as the value's own type."""
    value = exact(raw)
    wanted = [_like(value, one) for one in test.values if one is not None]
    has_null = None in test.values
    if test.operator in ("set", "notSet"):
        return (value is None) == (test.operator == "notSet")
    if test.operator in ("equals", "in"):
        return _is_one_of(value, wanted, has_null=has_null)
    if test.operator in ("notEquals", "notIn"):
        return not has_null if value is None else value not in wanted
    if test.operator in _SIGNS:
        return compare(_SIGNS[test.operator], value, wanted[0])
    if test.operator.lower().endswith(("contains", "with")):
        return _match_text(test.operator, value, wanted, has_null=has_null)
    return None if value is None else _compare_date(test.operator, value, wanted)


def _is_one_of(value: Any, wanted: Sequence[Any], *, has_null: bool) -> bool | None:
    if value is None:
        return True if has_null else None
    return value in wanted


def _match_text(operator: str, value: Any, wanted: Sequence[Any], *, has_null: bool) -> bool | None:
    is_negated = operator.startswith("not")
    if value is None:
        return is_negated != has_null
    text = value.lower()
    kind = operator.removeprefix("not").lower()
    matches = {
        "contains": lambda one: one in text,
        "startswith": text.startswith,
        "endswith": text.endswith,
    }[kind]
    is_found = any(matches(one.lower()) for one in wanted)
    return is_found != is_negated


def _compare_date(operator: str, value: Any, wanted: Sequence[Any]) -> bool | None:
    if operator in _DATE_SIGNS:
        return compare(_DATE_SIGNS[operator], value, wanted[0])
    is_within = bool(wanted[0] <= value <= wanted[1])
    return is_within != (operator == "notInDateRange")


def _like(value: Any, text: str) -> Any:
    """Read a text as the type of a value; beside NULL it does not matter which."""
    if isinstance(value, bool):
        return text.lower() == "true"
    if isinstance(value, datetime):
        return datetime.fromisoformat(text)
    return text if isinstance(value, str) or value is None else Fraction(text)
