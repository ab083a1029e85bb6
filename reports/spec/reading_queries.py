"""Reads the queries of a definition: Cube's REST queries, and what is ours beside them."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from reports.spec import periods
from reports.spec.fields import COLUMN, MEMBER, NAME, Fields, shown
from reports.spec.queries import MAX_LIMIT, Group, Query, Test, TimeDimension

if TYPE_CHECKING:
    from reports.spec.queries import Condition

OPERATORS = (
    *("equals", "notEquals", "contains", "notContains", "startsWith", "notStartsWith"),
    *("endsWith", "notEndsWith", "in", "notIn", "gt", "gte", "lt", "lte", "set", "notSet"),
    *("inDateRange", "notInDateRange", "onTheDate", "beforeDate", "beforeOrOnDate", "afterDate"),
    "afterOrOnDate",
)
ALONE = ("set", "notSet")
DIRECTIONS = ("asc", "desc")
DEPTH_LIMIT = 10
"""How deep groups of conditions may lie in each other."""
_GRANULARITY = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,63}")


def read_query(fields: Fields) -> Query:
    """Read a query."""
    query = Query(
        measures=fields.members("measures"),
        dimensions=fields.members("dimensions"),
        time_dimensions=fields.each("timeDimensions", _read_time),
        filters=fields.each("filters", _read_condition),
        segments=fields.members("segments"),
        order=_read_order(fields),
        limit=fields.whole("limit", MAX_LIMIT),
        drill=fields.members("drill"),
        ignores=fields.listed("ignores", NAME, "period"),
    )
    if fields.is_object and not query.columns:
        hint = "name measures, dimensions or timeDimensions with a granularity"
        fields.problems.add(fields.path, "asks for nothing", hint)
    if len(query.views) > 1:
        message = f"asks several views: {', '.join(query.views)}"
        fields.problems.add(fields.path, message, "make a query for each, or ask the overview")
    return query


def _read_time(fields: Fields) -> TimeDimension | None:
    fields.needed("dimension")
    member = fields.plain("dimension", MEMBER, "sales.moved_on")
    granularity = fields.plain("granularity", _GRANULARITY, "month")
    span = read_span(fields, "dateRange")
    return None if member is None else TimeDimension(member, granularity, span)


def read_span(fields: Fields, key: str) -> str | tuple[str, str] | None:
    """Read a range of days; one that is no such range is told as wrong."""
    value = fields.take(key)
    if value is None:
        return None
    span = span_of(value)
    if span is None:
        fields.wrong(key, f"{shown(value)} is no range of days", periods.FORMS)
    return span


def span_of(value: Any) -> str | tuple[str, str] | None:  # noqa: ANN401 - JSON
    """Return a range of days from JSON; None where it is none."""
    example = date(2024, 1, 31)
    if isinstance(value, str):
        return value if periods.resolve(value, example) else None
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        return None
    ends = tuple(value)
    if len(ends) != len(("first", "last")) or not all(map(periods.is_day, ends)):
        return None
    return ends if ends[0] <= ends[1] else None


def _read_condition(fields: Fields, depth: int = 0) -> Condition | None:
    """Read a comparison, or a group of them."""
    kind = next((one for one in ("and", "or") if fields.has(one)), None)
    if kind is not None:
        if depth >= DEPTH_LIMIT:
            fields.wrong(kind, f"conditions may lie at most {DEPTH_LIMIT} deep in each other")
            fields.take(kind)
            return None
        inner = fields.each(kind, lambda one: _read_condition(one, depth + 1))
        if not inner:
            fields.wrong(kind, "has no conditions")
        return Group(kind, inner)
    fields.needed("member")
    fields.needed("operator")
    member = fields.plain("member", MEMBER, "sales.season_code")
    operator = fields.word("operator", OPERATORS)
    values = _read_values(fields, operator)
    return None if member is None or operator is None else Test(member, operator, values)


def _read_values(fields: Fields, operator: str | None) -> tuple[str | None, ...]:
    found: list[str | None] = []
    for path, one in fields.items("values"):
        if isinstance(one, dict | list):
            fields.problems.add(path, f"has to be a text, a number or null, not {shown(one)}")
        else:
            found.append(_written(one))
    if operator in ALONE and found:
        fields.wrong("values", f"'{operator}' has none", "leave them out")
    if operator is not None and operator not in ALONE and not found:
        fields.wrong("values", f"'{operator}' needs at least one")
    return tuple(found)


def _written(value: Any) -> str | None:  # noqa: ANN401 - JSON
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


def _read_order(fields: Fields) -> tuple[tuple[str, bool], ...] | None:
    """Read an order: an object, or a list of pairs."""
    given = fields.take("order")
    if given is None:
        return None
    pairs = list(given.items()) if isinstance(given, dict) else given
    if not isinstance(pairs, list):
        fields.wrong("order", f"has to be an object, not {shown(given)}")
        return None
    found = []
    for index, pair in enumerate(pairs):
        path = f"{fields.at('order')}[{index}]"
        if not _is_ordering(pair):
            hint = 'write it like ["sales.net_bookings", "desc"]'
            fields.problems.add(path, "has to be a member and asc or desc", hint)
        else:
            found.append((pair[0], pair[1] == "desc"))
    return tuple(found)


def _is_ordering(pair: Any) -> bool:  # noqa: ANN401 - JSON
    return (
        isinstance(pair, list | tuple)
        and len(pair) == len(("member", "direction"))
        and isinstance(pair[0], str)
        and COLUMN.fullmatch(pair[0]) is not None
        and pair[1] in DIRECTIONS
    )
