"""A query taken apart: groups, measures and conditions, bound to members."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from semantic.plan.comparisons import compare, within
from semantic.plan.expressions import NOTHING, Column, Constant, Moved, Value, both, either
from semantic.plan.intervals import local, read_interval, truncate, unsupported
from semantic.plan.members import Bound, Leaf
from semantic.query.query import Group, QueryError, Test, members_of, refuse_unknown
from semantic.spec.cubes import Segment
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.measures import Measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.joins.graph import Path
    from semantic.plan.expressions import Expression
    from semantic.plan.members import Members
    from semantic.plan.stages import Staged
    from semantic.query.query import Condition, Query, TimeDimension
    from semantic.spec.measures import TimeShift
    from semantic.spec.model import Found

MEASURE_FILTER = "measureFilter"
"""The operator by which a drill-down asks for the rows that a measure counts."""


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
    """A dimension that is grouped by. `key` is its name in answers, `column` that in SQL."""

    key: str
    column: str
    found: Found
    granularity: str | None = None

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
                    *(find(members, name).cube for name in query.members()),
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
    return tuple(groups.values())


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
    if isinstance(condition, Group):
        return _combine(
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


def _combine(group: Group, bound: list[Bound]) -> Bound:
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


def kind_of_measure(measure: Measure) -> str:
    """Return which values a measure shows and is compared with."""
    kind = measure.type.value
    return kind if kind in ("string", "boolean", "time") else "number"


class Binder:
    """Binds what a query names to the rows of one fact, moved in time as its measures are."""

    def __init__(self, members: Members, query: Query, shifts: tuple[TimeShift, ...]) -> None:
        """Bind for one fact of a query."""
        self._members = members
        self._zone = query.timezone
        self._shifts = shifts

    def group(self, grouping: Grouping, masked: Mapping[str, object]) -> Bound:
        """Bind a dimension that is grouped by, as answers show it."""
        found = grouping.found
        if found.name in masked:
            shown = masked[found.name]
            return Bound(mask(shown))  # type: ignore[arg-type]  # masks are constants
        months, seconds = self._shift_of(found)
        if not months and not seconds:
            bound = self._members.shown(
                found.cube, found.member.name, self._zone, grouping.granularity
            )
        else:
            bound = self.clock(found)
            if grouping.granularity is not None:
                declared = self._members.granularity(
                    found.cube, found.member.name, grouping.granularity
                )
                if not isinstance(declared, str) and declared.sql is not None:
                    message = f"'{grouping.key}' is written in SQL and cannot be moved in time"
                    raise unsupported(message)
                bound = replace(bound, expression=truncate(bound.expression, declared))
        return _along(bound, found.path)

    def clock(self, found: Found) -> Bound:
        """Bind a time dimension to the wall clock it shows, moved as the measures are."""
        bound = self._members.dimension(found.cube, found.member.name)
        shown = local(bound.expression, bound.type, self._zone)
        months, seconds = self._shift_of(found)
        if months or seconds:
            shown = Moved(shown, months, seconds)
        return replace(_along(bound, found.path), expression=shown)

    def condition(self, condition: Condition) -> Bound:
        """Bind a condition on rows."""
        if isinstance(condition, Group):
            return _combine(condition, [self.condition(one) for one in condition.conditions])
        return self._test(condition)

    def span(self, one: TimeDimension) -> Bound:
        """Bind the range of a time dimension."""
        found = find(self._members, one.member)
        if one.date_range is None or kind_of(found) != "time":
            message = f"'{one.member}' is no time dimension with a range"
            raise QueryError(message, code="MEMBER_UNSUITABLE")
        if any(self._shift_of(found)):
            bound, zone = self.clock(found), "UTC"
            bound = replace(bound, type="TIMESTAMP")
        else:
            bound = _along(self._members.dimension(found.cube, found.member.name), found.path)
            zone = self._zone
        whole = within(bound.expression, *one.date_range, bound.type, zone)
        return replace(bound, expression=whole)

    def segment(self, name: str) -> Bound:
        """Bind a segment."""
        found = find(self._members, name)
        if not isinstance(found.member, Segment):
            message = f"'{name}' is no segment"
            raise QueryError(message, code="MEMBER_UNSUITABLE")
        return _along(self._members.segment(found.cube, found.member), found.path)

    def measure_filter(self, found: Found) -> Bound:
        """Bind the filters of a measure to rows, so that a drill-down shows what it counts."""
        if not isinstance(found.member, Measure):
            message = f"'{MEASURE_FILTER}' needs a measure, not '{found.name}'"
            raise QueryError(message, code="MEMBER_UNSUITABLE")
        cube = self._members.model.cubes[found.cube]
        written = [
            _along(self._members.written(one, cube), found.path)
            for one in (*found.member.filters, *found.member.drill_filters)
        ]
        return _combine(Group("and", ()), written)

    def _test(self, test: Test) -> Bound:
        found = find(self._members, test.member)
        if test.operator == MEASURE_FILTER:
            return self.measure_filter(found)
        if not isinstance(found.member, Dimension):
            message = f"'{test.member}' is no dimension"
            raise QueryError(message, code="MEMBER_UNSUITABLE")
        kind = kind_of(found)
        if kind == "time" and any(self._shift_of(found)):
            bound, zone = replace(self.clock(found), type="TIMESTAMP"), "UTC"
        else:
            bound, zone = self._members.dimension(found.cube, found.member.name), self._zone
        whole = compare(test, bound.expression, kind, bound.type, zone)
        return replace(_along(bound, found.path), expression=whole)

    def _shift_of(self, found: Found) -> tuple[int, int]:
        """Return by how much a time dimension is moved: `prior` shows the past later."""
        months = seconds = 0
        if kind_of(found) != "time":
            return months, seconds
        for one in self._shifts:
            if one.interval is None:
                raise unsupported(f"time_shift '{one.name}' needs an interval")
            about = one.time_dimension
            if about is None or about.path[-1] == found.member.name:
                sign = -1 if one.direction == "next" else 1
                by_months, by_seconds = read_interval(one.interval)
                months, seconds = months + sign * by_months, seconds + sign * by_seconds
        return months, seconds


def _along(bound: Bound, path: Path) -> Bound:
    """Reach a member over the path on which a view shows it."""
    return bound.over(Bound(NOTHING, (path,))) if len(path) > 1 else bound
