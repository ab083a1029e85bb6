"""Whether a rollup answers a query with the numbers that the facts give, and how it is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from semantic.plan.asking import find, take_apart
from semantic.plan.intervals import begin, bucket_of
from semantic.query.query import (
    Computed,
    Formula,
    Group,
    Operand,
    Query,
    QueryError,
    Test,
    TimeDimension,
    members_of,
)
from semantic.rollups.shapes import ROLLUP, measure_name, segment_name, trees_of
from semantic.spec.dimensions import PREDEFINED_GRANULARITIES, Dimension
from semantic.spec.measures import Measure

if TYPE_CHECKING:
    from semantic.plan.asking import Asked, Restrictions
    from semantic.plan.bound import Bound, Leaf
    from semantic.plan.building import Planner
    from semantic.query.query import Condition
    from semantic.rollups.shapes import Column, Shape
    from semantic.spec.dimensions import Granularity
    from semantic.spec.model import Found

_MILLISECOND = timedelta(milliseconds=1)
_DAY_SECONDS = 86_400
_UP_TO_DAY = ("second", "minute", "hour", "day")
_COARSER = {
    "second": PREDEFINED_GRANULARITIES,
    "minute": PREDEFINED_GRANULARITIES[1:],
    "hour": PREDEFINED_GRANULARITIES[2:],
    "day": PREDEFINED_GRANULARITIES[3:],
    "week": ("week",),
    "month": ("month", "quarter", "year"),
    "quarter": ("quarter", "year"),
    "year": ("year",),
}
"""Of which periods those of a granularity are whole parts."""


class RejectedError(Exception):
    """A rollup does not answer a query; the message says why."""


@dataclass(frozen=True, slots=True)
class _Matching:
    """One query and one rollup."""

    planner: Planner
    shape: Shape
    query: Query
    asked: Asked

    def rewrite(self) -> Query:
        """Write the query that asks the rollup."""
        self._check_form()
        self._check_leaves()
        self._check_joins()
        self._check_zone()
        self._check_parts()
        restricted = self._restrictions()
        dimensions = tuple(self._dimension(name) for name in self.query.dimensions)
        segments = tuple(self._segment(name) for name in self.query.segments)
        return replace(
            self.query,
            measures=tuple(self._measure(self._find(one)) for one in self.query.measures),
            dimensions=dimensions,
            time_dimensions=tuple(self._time(one) for one in self.query.time_dimensions),
            segments=(),
            filters=(*map(self._condition, (*self.query.filters, *restricted)), *segments),
            order=self._order(),
            timezone="UTC",
            subtotals=tuple(tuple(map(self._group, names)) for names in self.query.subtotals),
            computed=tuple(
                Computed(one.name, self._formula(one.formula)) for one in self.query.computed
            ),
            beside=(),
        )

    def _check_form(self) -> None:
        if self.query.is_ungrouped:
            raise RejectedError("the query is ungrouped and shows rows of the facts")
        if self.query.join_hints:
            raise RejectedError("the query says itself how cubes are joined")
        if self.asked.restrictions.masked:
            raise RejectedError("members of the query are masked for this caller")

    def _check_leaves(self) -> None:
        if self.asked.stages or self.asked.reads:
            raise RejectedError("measures of several stages are computed from the facts")
        for one in self.asked.leaves:
            name = f"{one.cube}.{one.name}"
            if one.window is not None or one.shifts:
                message = f"'{name}' looks at other times, which is computed from the facts"
                raise RejectedError(message)
            if (one.cube, one.name) not in self.shape.leaves:
                raise RejectedError(f"measure '{name}' is not in it")

    def _check_joins(self) -> None:
        """Ask for the same root: every LEFT JOIN from it keeps its rows, another has others."""
        known = {edge for tree in self.shape.trees.values() for edge in tree.edges}
        for tree in trees_of(self.planner, self.asked).values():
            if tree.root != self.shape.root:
                message = (
                    f"the query starts from '{tree.root}', the rollup from '{self.shape.root}'"
                )
                raise RejectedError(message)
            if not known.issuperset(tree.edges):
                raise RejectedError("the query joins cubes that it does not join, or otherwise")

    def _check_zone(self) -> None:
        names = [one.found for one in self.asked.groups]
        conditions = [*self.asked.rows, *(one.formula for one in self.query.computed)]
        conditions += [one for _, of in self.asked.restrictions.by_cube for one in of]
        names += [self._find(one.member) for one in self.query.time_dimensions]
        names += [self._find(name) for one in conditions for name in members_of(one)]
        for found in names:
            columns = self.shape.times(found.cube, found.member.name)
            is_instant = any(one.is_instant for one in columns)
            if is_instant and self.query.timezone != self.shape.timezone:
                message = f"it is kept for {self.shape.timezone}, the query is for"
                raise RejectedError(f"{message} {self.query.timezone}")

    def _check_parts(self) -> None:
        """Ask for the very groups of the rollup where parts cannot be put together."""
        whole = [key for key, is_additive in self.shape.leaves.items() if not is_additive]
        asked = {(one.cube, one.name) for one in self.asked.leaves}
        needed = sorted(f"{cube}.{name}" for cube, name in asked.intersection(whole))
        if not needed:
            return
        groups = {
            (one.found.cube, one.found.member.name, one.granularity) for one in self.asked.groups
        }
        groups |= {
            (found.cube, segment_name(found.member.name), None)
            for found in map(self._find, self.query.segments)
        }
        own = {(one.cube, one.member, one.granularity) for one in self.shape.columns}
        if groups != own or self.query.subtotals:
            message = f"'{needed[0]}' cannot be put together from parts, and the query has not"
            raise RejectedError(f"{message} the very dimensions of the rollup")

    # What the query names, by the names of the rollup.

    def _find(self, name: str) -> Found:
        return find(self.planner.members, name)

    def _measure(self, found: Found) -> str:
        return f"{ROLLUP}.{measure_name(found.cube, found.member.name)}"

    def _raw(self, found: Found) -> str:
        column = self.shape.dimension(found.cube, found.member.name)
        if column is None:
            raise RejectedError(f"dimension '{found.name}' is not in it")
        return f"{ROLLUP}.{column.name}"

    def _dimension(self, name: str) -> str:
        found = self._find(name)
        granularity = name.split(".")[2:]
        if not granularity:
            return self._raw(found)
        return f"{ROLLUP}.{self._column(found, granularity[0]).name}.{granularity[0]}"

    def _segment(self, name: str) -> Test:
        found = self._find(name)
        column = self.shape.dimension(found.cube, segment_name(found.member.name))
        if column is None:
            raise RejectedError(f"segment '{name}' is not in it")
        return Test(f"{ROLLUP}.{column.name}", "equals", ("true",))

    def _time(self, one: TimeDimension) -> TimeDimension:
        found = self._find(one.member)
        column = self._column(found, one.granularity)
        if one.date_range is not None and column.granularity is not None:
            step = self._step(found, column.granularity)
            start, end = one.date_range[0], one.date_range[1] + _MILLISECOND
            if begin(start, step) != start or begin(end, step) != end:
                message = f"the range of '{found.name}' does not begin and end with a"
                raise RejectedError(f"{message} {column.granularity}")
        return replace(one, member=f"{ROLLUP}.{column.name}")

    def _column(self, found: Found, granularity: str | None) -> Column:
        """Find a column whose periods make up those that are asked for."""
        columns = self.shape.times(found.cube, found.member.name)
        if not columns:
            raise RejectedError(f"time dimension '{found.name}' is not in it")
        for one in columns:
            if one.granularity is None or granularity is None:
                return one
            if self._makes_up(found, one.granularity, granularity):
                return one
        message = f"'{found.name}' is kept by {columns[0].granularity}, which does not make up"
        raise RejectedError(f"{message} a {granularity}")

    def _makes_up(self, found: Found, own: str, asked: str) -> bool:
        if own == asked or asked in _COARSER.get(own, ()):
            return True
        step = self._step(found, asked)
        if isinstance(step, str) or step.sql is not None:
            return False
        _, seconds, origin = bucket_of(step)
        is_midnight = origin.hour == origin.minute == origin.second == 0
        if own in _UP_TO_DAY:
            return is_midnight and seconds % _DAY_SECONDS == 0
        return own == "month" and not seconds and is_midnight and origin.day == 1

    def _step(self, found: Found, granularity: str) -> Granularity | str:
        return self.planner.members.granularity(found.cube, found.member.name, granularity)

    def _formula(self, formula: Formula) -> Formula:
        """Write a formula over the columns of the rollup."""
        parts = tuple(
            self._operand(one) if isinstance(one, Operand) else one for one in formula.parts
        )
        return replace(formula, parts=parts)

    def _operand(self, one: Operand) -> Operand:
        found = self._find(one.member)
        if one.granularity is None:
            return Operand(self._raw(found))
        return replace(one, member=f"{ROLLUP}.{self._column(found, one.granularity).name}")

    def _condition(self, one: Condition) -> Condition:
        if isinstance(one, Formula):
            return self._formula(one)
        if isinstance(one, Group):
            return Group(one.kind, tuple(map(self._condition, one.conditions)))
        found = self._find(one.member)
        is_measure = isinstance(found.member, Measure)
        return replace(one, member=self._measure(found) if is_measure else self._raw(found))

    def _order(self) -> tuple[tuple[str, bool], ...] | None:
        if self.query.order is None:
            return None
        found = []
        for name, is_descending in self.query.order:
            if name in self.query.measures:
                found.append((self._measure(self._find(name)), is_descending))
            elif any(name in (one.key, one.found.name) for one in self.asked.groups):
                found.append((self._group(name), is_descending))
        return tuple(found)

    def _group(self, name: str) -> str:
        """Name a dimension of the query, or one of its periods, as the rollup does."""
        matching = [one for one in self.asked.groups if name in (one.key, one.found.name)]
        exact = [one for one in matching if one.key == name]
        one = (exact or matching)[0]
        return self._dimension(one.key)

    # What the caller may not see.

    def _restrictions(self) -> tuple[Condition, ...]:
        """Return the conditions of policies, the same for every fact of the query."""
        by_cube = dict(self.asked.restrictions.by_cube)
        facts: dict[str | None, list[Leaf]] = {}
        for one in self.asked.leaves:
            facts.setdefault(one.cube, []).append(one)
        applied = {
            tuple(sorted(name for name in self._needed(leaves) if name in by_cube))
            for leaves in (facts or {None: []}).values()
        }
        if len(applied) > 1:
            raise RejectedError("policies show this caller different rows of its facts")
        return (
            *self.asked.restrictions.everywhere,
            *(one for name in applied.pop() for one in by_cube[name]),
        )

    def _needed(self, leaves: list[Leaf]) -> set[str]:
        """Name the cubes that a fact of the query reads, with those that policies add."""
        members = self.planner.members
        needed = {one.cube for one in leaves}
        bound: list[Bound] = [members.aggregate(one.cube, one.name) for one in leaves]
        bound += [self._bound(one.found) for one in self.asked.groups if one.formula is None]
        named = [name for one in self.asked.rows for name in members_of(one)]
        named += [name for one in self.query.computed for name in members_of(one.formula)]
        named += [one.member for one in self.asked.spans]
        bound += [self._bound(self._find(name)) for name in (*named, *self.query.segments)]
        needed |= {path[-1] for one in bound for path in one.needs}
        by_cube = dict(self.asked.restrictions.by_cube)
        waiting = [name for name in needed if name in by_cube]
        while waiting:
            name = waiting.pop()
            for member in (name for one in by_cube[name] for name in members_of(one)):
                added = {path[-1] for path in self._bound(self._find(member)).needs} - needed
                needed |= added
                waiting += [one for one in added if one in by_cube]
        return needed

    def _bound(self, found: Found) -> Bound:
        if isinstance(found.member, Dimension):
            return self.planner.members.dimension(found.cube, found.member.name)
        return self.planner.members.segment(found.cube, found.member)  # type: ignore[arg-type]  # a segment


def match(planner: Planner, shape: Shape, query: Query, restrictions: Restrictions) -> Query:
    """Write the query that asks a rollup instead of the facts.

    Raises:
        RejectedError: the rollup does not have the answer, and why.
    """
    try:
        asked = take_apart(planner.members, query, restrictions)
        return _Matching(planner, shape, query, asked).rewrite()
    except QueryError as error:
        raise RejectedError(error.message) from None
