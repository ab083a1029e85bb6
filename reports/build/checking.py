"""Whether a definition asks for what there is, and for nothing that means two things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports.build.members import Members
from reports.spec.parameters import Kind
from reports.spec.problems import Problem
from reports.spec.queries import Group, members_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reports.spec.definition import Definition
    from reports.spec.parameters import Parameter
    from reports.spec.queries import Condition, Query

_CURRENCY = "currency"
_NUMBERS = ("gt", "gte", "lt", "lte")


def check_definition(
    definition: Definition, meta: Iterable[Mapping[str, Any]]
) -> tuple[Problem, ...]:
    """Check a definition against what a caller may ask for.

    What the caller may not see is not there. Amounts of different currencies would be added up by
    a query that filters by several of them without keeping them apart: that is a problem too.
    """
    members = Members(meta)
    found: list[Problem] = []
    for name, query in definition.queries.items():
        found += _check_query(f"queries.{name}", query, members)
    for index, one in enumerate(definition.parameters):
        found += _check_parameter(f"parameters[{index}]", one, definition, members)
    return tuple(found)


def _check_query(path: str, query: Query, members: Members) -> Iterator[Problem]:
    named = (
        ("measures", "measure", query.measures),
        ("dimensions", "dimension", query.dimensions),
        ("segments", "segment", query.segments),
        ("drill", "dimension", query.drill),
        ("timeDimensions", "time", tuple(one.member for one in query.time_dimensions)),
    )
    for part, kind, names in named:
        for index, name in enumerate(names):
            yield from _expect(f"{path}.{part}[{index}]", name, kind, members)
    for index, time in enumerate(query.time_dimensions):
        found = members.find(time.member)
        if found is not None and time.granularity is not None:
            own = [one["name"] for one in found.described.get("granularities", ())]
            if time.granularity not in (*_GRANULARITIES, *own):
                known = ", ".join((*_GRANULARITIES, *own))
                place = f"{path}.timeDimensions[{index}].granularity"
                message = f"'{time.member}' has no granularity '{time.granularity}'"
                yield Problem(place, message, f"write one of {known}")
    for index, condition in enumerate(query.filters):
        yield from _check_condition(f"{path}.filters[{index}]", condition, query, members)


_GRANULARITIES = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")


def _check_condition(
    path: str, condition: Condition, query: Query, members: Members
) -> Iterator[Problem]:
    kinds = {found.kind for name in members_of(condition) if (found := members.find(name))}
    if {"measure", "dimension"} <= kinds:
        hint = "write a condition for each"
        yield Problem(path, "compares measures and dimensions in one condition", hint)
    if isinstance(condition, Group):
        for index, one in enumerate(condition.conditions):
            yield from _check_condition(f"{path}.{condition.kind}[{index}]", one, query, members)
        return
    name = condition.member
    is_there = members.is_there(name, "measure") or members.is_there(name, "dimension")
    if not is_there:
        kind = "measure" if condition.operator in _NUMBERS else "dimension"
        yield from _expect(path, name, kind, members)
    is_one = condition.operator == "equals" and len(condition.values) == 1
    if _own(name) == _CURRENCY and not is_one and name not in query.dimensions:
        message = "amounts of different currencies would be added up"
        yield Problem(path, message, f"filter by one currency, or add '{name}' to the dimensions")


def _check_parameter(
    path: str, one: Parameter, definition: Definition, members: Members
) -> Iterator[Problem]:
    kind = "time" if one.kind in (Kind.DATE_RANGE, Kind.AS_OF) else "dimension"
    parts = [("members", kind, one.members), ("starts", "time", one.starts)]
    parts.append(("ends", "time", one.ends))
    parts += [
        (f"options[{index}].members", "time", option.members)
        for index, option in enumerate(one.options)
    ]
    for part, expected, names in parts:
        for index, name in enumerate(names):
            if one.kind is Kind.NUMBER and members.is_there(name, "measure"):
                continue
            yield from _expect(f"{path}.{part}[{index}]", name, expected, members)
    for name in one.members:
        for query in definition.queries.values():
            is_asked = name.partition(".")[0] in query.views and one.name not in query.ignores
            is_split = name in query.dimensions
            if _own(name) == _CURRENCY and one.is_multiple and is_asked and not is_split:
                message = "amounts of different currencies would be added up"
                hint = f"let one be chosen, or add '{name}' to the dimensions"
                yield Problem(f"{path}.multiple", message, hint)


def _expect(path: str, name: str, kind: str, members: Members) -> Iterator[Problem]:
    """Tell that a member is not there, or is of another kind."""
    if members.is_there(name, kind):
        return
    found = members.find(name)
    what = {"time": "dimension of days or instants"}.get(kind, kind)
    if found is not None:
        yield Problem(path, f"'{name}' is a {found.kind}, not a {what}")
    else:
        message = f"there is no {what} '{name}', or you may not see it"
        yield Problem(path, message, members.hint(name, kind))


def _own(name: str) -> str:
    return name.partition(".")[2]
