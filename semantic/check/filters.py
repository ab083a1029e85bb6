"""Filters that models write: their members, operators and values go together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semantic.check.references import UnresolvedError
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.filters import ContextValue, FilterGroup

if TYPE_CHECKING:
    from semantic.check.fragments import Checking
    from semantic.spec.cubes import Cube
    from semantic.spec.filters import MemberFilter, ModelFilter

_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)(e[-+]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_OF_DATES = frozenset(
    {
        *("inDateRange", "notInDateRange", "onTheDate", "beforeDate", "beforeOrOnDate"),
        *("afterDate", "afterOrOnDate"),
    }
)
_OF_TEXTS = frozenset(
    {"contains", "notContains", "startsWith", "notStartsWith", "endsWith", "notEndsWith"}
)
_OF_ORDER = frozenset({"gt", "gte", "lt", "lte"})


def check_filter(checking: Checking, cube: Cube, one: ModelFilter, about: str) -> None:
    """Check the filters of a stage, whose members may be of other cubes."""
    if isinstance(one, FilterGroup):
        for part in one.filters:
            check_filter(checking, cube, part, about)
        return
    try:
        found = checking.resolver.resolve(cube, one.member)
    except UnresolvedError as error:
        checking.faults.add(one.place, about, error.message, error.suggestion)
        return
    if not isinstance(found.member, Dimension):
        message = f"'{one.member.path[-1]}' is no dimension; a stage filters by dimensions"
        checking.faults.add(one.place, about, message, "filter the query by measures")
        return
    check_comparison(checking, found.member, one, about)
    for value in one.values if one.operator in _OF_DATES else ():
        if isinstance(value, str) and _DATE.match(value) is None:
            message = f"'{value}' is not a date, such as 2024-01-31"
            checking.faults.add(one.place, about, message, "leave relative dates to queries")


def check_comparison(checking: Checking, member: Dimension, one: MemberFilter, about: str) -> None:
    """Refuse an operator or a value that does not go with the member's type."""
    name = member.name
    is_time = member.type is DimensionType.TIME
    if one.operator in _OF_DATES and not is_time:
        message = f"'{one.operator}' compares dates, and '{name}' is no time dimension"
        checking.faults.add(one.place, about, message, "compare with equals, gt or lt")
    if one.operator in _OF_TEXTS and member.type is not DimensionType.STRING:
        message = f"'{one.operator}' compares texts, and '{name}' is of type {member.type.value}"
        checking.faults.add(one.place, about, message, "compare with equals")
    if one.operator in _OF_ORDER and member.type is DimensionType.BOOLEAN:
        message = f"'{one.operator}' compares numbers, and '{name}' is true or false"
        checking.faults.add(one.place, about, message, "compare with equals")
    for value in one.values:
        if not _is_of(member.type, value):
            message = f"'{value}' is not a value of '{name}', which is of type {member.type.value}"
            checking.faults.add(one.place, about, message)


def _is_of(kind: DimensionType, value: object) -> bool:
    """Tell whether a dimension can have a value."""
    if value is None or isinstance(value, ContextValue):
        return True
    text = str(value).lower()
    if kind is DimensionType.BOOLEAN:
        return text in ("true", "false")
    return kind is not DimensionType.NUMBER or _NUMBER.fullmatch(text) is not None
