"""A query taken apart: groups, measures and conditions, bound to members."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from semantic.plan.bound import Bound
from semantic.plan.comparisons import compare
from semantic.plan.expressions import (
    NOTHING,
    Column,
    Constant,
    Value,
    both,
    either,
)
from semantic.query.query import (
    Formula,
    Group,
    QueryError,
    Test,
    members_of,
    refuse_unknown,
)
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.measures import Measure
from semantic.spec.model import Found

if TYPE_CHECKING:
    from semantic.plan.bound import Leaf, Read, Staged
    from semantic.plan.expressions import Expression
    from semantic.plan.members import Members
    from semantic.query.query import Computed, Condition, Query, TimeDimension

MEASURE_FILTER = "measureFilter"
"""The operator by which a drill-down asks for the rows that a measure counts."""


COMPUTED = "computed"
"""The cube of which dimensions are shown that a query computes itself."""


@dataclass(frozen=True, slots=True)
class Restrictions:
    """What a caller may not see: conditions on rows, of everything or of single cubes.

    `everywhere` hold for every fact; those of a cube for every fact that reads members of it.
    `masked` are members by the names that the query uses, with what is shown instead.
    """

    everywhere: tuple[Condition, ...] = ()
    by_cube: tuple[tuple[str, tuple[Condition, ...]], ...] = ()
    masked: tuple[tuple[str, str | int | float | bool | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Grouping:
    """A dimension that is grouped by. `key` is its name in answers, `column` that in SQL.

    With a `formula` the query computes it from others; `found` is then no member of any cube. What
    is `is_inside` a stage is not shown, so that no mask applies.
    """

    key: str
    column: str
    found: Found
    granularity: str | None = None
    formula: Formula | None = None
    is_inside: bool = False

    @property
    def owned(self) -> tuple[str, str]:
        """The dimension itself: its cube and its name there."""
        return self.found.cube, self.found.member.name


@dataclass(frozen=True, slots=True)
class Shown:
    """A measure that is shown, or only filtered or ordered by."""

    key: str
    column: str
    bound: Bound
    type: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The parts of a query."""

    query: Query
    groups: tuple[Grouping, ...]
    measures: tuple[Shown, ...]
    rows: tuple[Condition, ...]
    results: tuple[Expression, ...]
    leaves: tuple[Leaf, ...]
    cubes: tuple[str, ...]
    stages: tuple[Staged, ...] = ()
    reads: tuple[Read, ...] = ()
    restrictions: Restrictions = field(default_factory=Restrictions)

    @property
    def spans(self) -> tuple[TimeDimension, ...]:
        """Time dimensions that are filtered."""
        return tuple(one for one in self.query.time_dimensions if one.date_range is not None)


def find(members: Members, name: str) -> Found:
    """Look up a member; of a time dimension with its granularity, the dimension."""
    found = members.model.find(".".join(name.split(".")[:2]))
    if found is None:
        raise refuse_unknown(members.model, name)
    return found


def column_of(key: str) -> str:
    """Name the column that shows a member."""
    return key.replace(".", "__")


def take_apart(members: Members, query: Query, restrictions: Restrictions) -> Asked:
    """Bind what a query names.

    Raises:
        QueryError: it names what does not exist, or what does not fit where it stands.
    """
    groups = _groups(members, query)
    measures = tuple(_measure(members, name, restrictions) for name in query.measures)
    rows, on_results = _split(members, query)
    results = [_result(members, query, one, groups) for one in on_results]
    leaves = (
        *(one for shown in measures for one in shown.bound.leaves),
        *(one for bound in results for one in bound.leaves),
    )
    return Asked(
        query,
        groups,
        measures,
        (*rows, *restrictions.everywhere),
        tuple(one.expression for one in results),
        tuple(dict.fromkeys(leaves)),
        tuple(
            dict.fromkeys(
                [
                    *(find(members, name).cube for name in query.own_members()),
                    *(one.cube for one in leaves),
                ]
            )
        ),
        tuple(
            dict.fromkeys(
                [
                    *(one for shown in measures for one in shown.bound.stages),
                    *(one for bound in results for one in bound.stages),
                ]
            )
        ),
        tuple(
            dict.fromkeys(
                [
                    *(one for shown in measures for one in shown.bound.reads),
                    *(one for bound in results for one in bound.reads),
                ]
            )
        ),
        restrictions,
    )


def _groups(members: Members, query: Query) -> tuple[Grouping, ...]:
    groups: dict[str, Grouping] = {}
    wanted = [
        *((name, None) for name in query.dimensions),
        *((one.member, one.granularity) for one in query.time_dimensions if one.granularity),
    ]
    for name, granularity in wanted:
        found = find(members, name)
        if not isinstance(found.member, Dimension):
            message = f"'{name}' is no dimension; measures are asked for in 'measures'"
            raise QueryError(message, code="MEMBER_UNSUITABLE")
        parts = name.split(".")
        finest = granularity or (parts[2] if len(parts) > 2 else None)  # noqa: PLR2004 - cube.member.granularity
        if finest is not None and found.member.type is not DimensionType.TIME:
            message = f"'{found.name}' is no time dimension and has no granularity '{finest}'"
            raise QueryError(message, code="MEMBER_UNSUITABLE")
        key = found.name if finest is None else f"{found.name}.{finest}"
        groups.setdefault(key, Grouping(key, column_of(key), found, finest))
    return (*groups.values(), *(_computed(members, one) for one in query.computed))


def _computed(members: Members, one: Computed) -> Grouping:
    """Group by what a query computes; a formula without any dimension is grouped by as well."""
    place = next(iter(members.model.cubes.values())).place
    dimension = Dimension(one.name, DimensionType(one.formula.kind), place)
    found = Found(f"{COMPUTED}.{one.name}", (COMPUTED,), dimension)
    return Grouping(one.name, column_of(found.name), found, formula=one.formula)


def _measure(members: Members, name: str, restrictions: Restrictions) -> Shown:
    found = find(members, name)
    if not isinstance(found.member, Measure):
        message = f"'{name}' is no measure; dimensions are asked for in 'dimensions'"
        raise QueryError(message, code="MEMBER_UNSUITABLE")
    bound = members.calculated(found.cube, found.member.name)
    masked = dict(restrictions.masked)
    if name in masked:
        bound = replace(bound, expression=mask(masked[name]))
    return Shown(name, column_of(name), bound, kind_of_measure(found.member))


def mask(value: str | float | bool | None) -> Expression:  # noqa: FBT001 - a mask may be true or false
    """Show a constant instead of a member."""
    return NOTHING if value is None else Value(value, "VARCHAR" if isinstance(value, str) else "")


def _split(members: Members, query: Query) -> tuple[list[Condition], list[Condition]]:
    """Part conditions on rows from those on results, which name measures."""
    rows: list[Condition] = []
    results: list[Condition] = []
    waiting = list(query.filters)
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, Test) and one.operator == MEASURE_FILTER:
            rows.append(one)
            continue
        kinds = {isinstance(find(members, name).member, Measure) for name in members_of(one)}
        if kinds == {True, False} and isinstance(one, Group) and one.kind == "and":
            waiting[:0] = one.conditions
        elif kinds == {True, False} and not query.is_mixed_allowed:
            message = "You cannot use dimension and measure in same condition"
            raise QueryError(message, code="FILTER_INVALID")
        elif True in kinds:
            results.append(one)
        else:
            rows.append(one)
    return rows, results


def _result(
    members: Members, query: Query, condition: Condition, groups: tuple[Grouping, ...]
) -> Bound:
    """Bind a condition on results; a dimension in it has to be one that is grouped by."""
    if isinstance(condition, Formula):
        message = "A formula cannot stand in one condition with a measure"
        raise QueryError(message, code="FILTER_INVALID")
    if isinstance(condition, Group):
        return combine(
            condition, [_result(members, query, one, groups) for one in condition.conditions]
        )
    found = find(members, condition.member)
    if isinstance(found.member, Measure):
        bound = members.calculated(found.cube, found.member.name)
        kind = kind_of_measure(found.member)
        return replace(
            bound, expression=compare(condition, bound.expression, kind, "", query.timezone)
        )
    for one in groups:
        if one.found.name == found.name and one.granularity is None:
            type_ = members.type_of(found.cube, one.found.member.name)
            kind, type_ = kind_of(found), "TIMESTAMP" if kind_of(found) == "time" else type_
            return Bound(compare(condition, Column(one.column), kind, type_, "UTC"))
    message = (
        f"'{condition.member}' stands in one condition with a measure and has to be among the "
        "dimensions, because such a condition is about rows of the result"
    )
    raise QueryError(message, code="FILTER_INVALID")


def combine(group: Group, bound: list[Bound]) -> Bound:
    """Join bound conditions as their group says."""
    if not bound:
        return Bound(Constant("TRUE" if group.kind == "and" else "FALSE"))
    parts = tuple(one.expression for one in bound)
    return Bound(both(parts) if group.kind == "and" else either(parts)).over(*bound)


def kind_of(found: Found) -> str:
    """Return which values a dimension is compared with."""
    if isinstance(found.member, Dimension):
        kind = found.member.type
        return kind.value if kind.value in ("number", "boolean", "time") else "string"
    return "segment"


def is_switch(found: Found) -> bool:
    """Tell whether a member is a switch, whose values stand in no row."""
    return isinstance(found.member, Dimension) and found.member.type is DimensionType.SWITCH


def kind_of_measure(measure: Measure) -> str:
    """Return which values a measure shows and is compared with."""
    kind = measure.type.value
    return kind if kind in ("string", "boolean", "time") else "number"
