"""Filters of views, policies and stages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from semantic.load.fragments import FragmentError, read_context, read_value
from semantic.load.nodes import ListNode, MapNode, Node, ScalarNode
from semantic.spec.filters import ContextValue, DefaultFilter, FilterGroup, MemberFilter
from semantic.spec.fragments import Reference

if TYPE_CHECKING:
    from semantic.load.entries import Entry
    from semantic.spec.filters import ModelFilter

Value = str | int | float | bool | ContextValue | None
VALUELESS = frozenset({"set", "notSet"})
_OPERATORS = (
    *("equals", "notEquals", "contains", "notContains", "startsWith", "notStartsWith", "endsWith"),
    *("notEndsWith", "in", "notIn", "gt", "gte", "lt", "lte", "set", "notSet", "inDateRange"),
    *("notInDateRange", "onTheDate", "beforeDate", "beforeOrOnDate", "afterDate", "afterOrOnDate"),
)
OPERATORS = {name: name for name in _OPERATORS}
"""The operators that a filter of a model may have."""


def read_filters(owner: Entry, key: str) -> tuple[ModelFilter, ...]:
    """Read filters that all hold, with `and` and `or` nested in them."""
    return tuple(_read_filter(one) for one in owner.entries(key))


def read_default_filters(owner: Entry) -> tuple[DefaultFilter, ...]:
    """Read the filters of a view that hold unless a query names certain members."""
    found = []
    for entry in owner.entries("default_filters"):
        unless = entry.references("unless")
        found.append(DefaultFilter(_member_filter(entry), unless))
        entry.finish()
    return tuple(found)


def own_members(one: ModelFilter, name: str) -> ModelFilter:
    """Name members of a cube or view without it: `{CUBE}.x`, `orders.x` and `x` are the same."""
    if isinstance(one, FilterGroup):
        return replace(one, filters=tuple(own_members(part, name) for part in one.filters))
    first, *others = one.member.path
    is_own = first in ("CUBE", name) and bool(others)
    return replace(one, member=Reference(tuple(others))) if is_own else one


def _read_filter(entry: Entry) -> ModelFilter:
    """Read a comparison or a group of them."""
    kinds = [kind for kind in ("and", "or") if entry.has(kind)]
    if not kinds:
        comparison = _member_filter(entry)
        entry.finish()
        return comparison
    if len(kinds) > 1:
        entry.fault("has 'and' beside 'or'", "nest one in the other")
    filters = read_filters(entry, kinds[0])
    if not filters:
        entry.fault("is an empty group", "name at least one filter", kinds[0])
    entry.node_of("and")
    entry.node_of("or")
    entry.finish()
    return FilterGroup(kinds[0], filters, entry.place)


def _member_filter(entry: Entry) -> MemberFilter:
    """Read a comparison of a member with values."""
    member = entry.reference("member", is_required=True)
    if entry.text("operator") == "measureFilter":
        entry.refuse("operator", "measureFilter is written by Cube for itself", "compare values")
        operator = "set"
    else:
        operator = entry.choice("operator", OPERATORS, default="set", is_required=True)
    values = _values(entry)
    if operator not in VALUELESS and not values:
        entry.fault(f"'{operator}' needs values", "add 'values: [...]'")
    if operator in VALUELESS and values:
        entry.fault(f"'{operator}' takes no values", "remove them", "values")
    if operator == "inDateRange" and len(values) > 2:  # noqa: PLR2004 - from and to
        entry.fault("a range of dates has a first and a last day", "name one or two", "values")
    return MemberFilter(member or Reference(("",)), operator, values, entry.place)


def _values(entry: Entry) -> tuple[Value, ...]:
    """Read what a member is compared with; a value of the context may stand without a list."""
    node = entry.node_of("values")
    if isinstance(node, ScalarNode):
        context = read_context(node.text.strip().removeprefix("{").removesuffix("}"))
        if context is not None:
            return (context,)
    if node is not None and not isinstance(node, ListNode):
        entry.fault("has to be a list", "put it in brackets", "values")
        return ("",)
    return tuple(_value(entry, item) for item in entry.items("values"))


def _value(entry: Entry, node: Node) -> Value:
    if not isinstance(node, ScalarNode):
        hint = "put quotes around a value in braces" if isinstance(node, MapNode) else ""
        entry.faults.add(node.place, f"{entry.about}.values", "has to be a single value", hint)
        return None
    if not isinstance(node.value, str):
        return node.value
    try:
        return read_value(node.value)
    except FragmentError as error:
        entry.faults.add(node.place, f"{entry.about}.values", error.message, error.suggestion)
        return None
