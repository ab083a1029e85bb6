"""Puts what a reader chose into the queries of a report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reports.build.notices import FILTER_GONE, notice
from reports.spec.parameters import SEASON_WORDS, Kind
from reports.spec.queries import Group, Test, TimeDimension

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reports.build.chosen import Chosen
    from reports.build.members import Members
    from reports.spec.definition import Definition
    from reports.spec.parameters import Parameter
    from reports.spec.periods import Span
    from reports.spec.problems import Problem
    from reports.spec.queries import Condition, Query


@dataclass(frozen=True, slots=True)
class Filtering:
    """Filters the queries of one definition by what was chosen."""

    definition: Definition
    members: Members
    chosen: Chosen
    language: str

    def apply(self, name: str, query: Query) -> tuple[Query | None, list[Problem]]:
        """Return a query with every filter in place; None where one of them cannot be.

        A number whose filter is missing would be another number, so it is not shown at all.
        """
        for index, parameter in enumerate(self.definition.parameters):
            if parameter.name in query.ignores:
                continue
            if name in parameter.limits:
                query = self._limit(query, parameter)
            for member in self._members_of(parameter, query):
                if not self.members.is_there(member, "dimension") and not self._is_measure(member):
                    path = f"parameters[{index}].members"
                    return None, [notice(path, FILTER_GONE, self.language, member)]
                query = self._filter(query, parameter, member)
        return query, []

    def _is_measure(self, member: str) -> bool:
        return self.members.is_there(member, "measure")

    def _members_of(self, parameter: Parameter, query: Query) -> Iterable[str]:
        """Name what a parameter filters in a query, if anything was chosen for it."""
        if not self.chosen.values[parameter.name]:
            return ()
        return in_views(self.chosen.option_members(self.definition, parameter), query)

    def _limit(self, query: Query, parameter: Parameter) -> Query:
        value = self.chosen.values[parameter.name]
        return query if value is None else replace(query, limit=int(str(value)))

    def _filter(self, query: Query, parameter: Parameter, member: str) -> Query:
        kinds: dict[Kind, Callable[[Query, Parameter, str], Query]] = {
            Kind.MEMBER: self._by_values,
            Kind.DATE_RANGE: self._by_range,
            Kind.AS_OF: self._by_day,
            Kind.NUMBER: self._by_bound,
        }
        apply = kinds.get(parameter.kind)
        return query if apply is None else apply(query, parameter, member)

    def _by_values(self, query: Query, parameter: Parameter, member: str) -> Query:
        values = self.chosen.values[parameter.name]
        assert isinstance(values, tuple)  # noqa: S101 - as member parameters are read
        words = [one for one in values if parameter.starts and one in SEASON_WORDS]
        others = tuple(one for one in values if one not in words)
        conditions: list[Condition] = [Test(member, "equals", others)] if others else []
        place = parameter.members.index(member)
        for word in words if place < len(parameter.starts) else ():
            day = (self.chosen.season_day(word),)
            first, last = parameter.starts[place], parameter.ends[place]
            within = (Test(first, "beforeOrOnDate", day), Test(last, "afterOrOnDate", day))
            conditions.append(Group("and", within))
        if not conditions:
            return query
        is_one = len(conditions) == 1
        return _with(query, conditions[0] if is_one else Group("or", tuple(conditions)))

    def _by_range(self, query: Query, parameter: Parameter, member: str) -> Query:
        span = _texts(self.chosen.spans[parameter.name])
        times = query.time_dimensions
        is_grouped = any(one.member == member for one in times)
        day = self.members.as_of_day(member)
        if not is_grouped and day not in (None, member) and self.members.has_state(query.measures):
            # Of a state everything before a range counts too, which is right for its own day alone.
            return _with(query, Test(member, "inDateRange", span))
        if not is_grouped:
            return replace(query, time_dimensions=(*times, TimeDimension(member, None, span)))
        ranged = (replace(one, date_range=span) if one.member == member else one for one in times)
        return replace(query, time_dimensions=tuple(ranged))

    def _by_day(self, query: Query, parameter: Parameter, member: str) -> Query:
        day = self.chosen.spans[parameter.name][1].isoformat()
        return _with(query, Test(member, "beforeOrOnDate", (day,)))

    def _by_bound(self, query: Query, parameter: Parameter, member: str) -> Query:
        value = str(self.chosen.values[parameter.name])
        return _with(query, Test(member, parameter.operator, (value,)))


def in_views(members: Iterable[str], query: Query) -> list[str]:
    """Return those members that are of the view of a query."""
    return [one for one in members if one.partition(".")[0] in query.views]


def _with(query: Query, condition: Condition) -> Query:
    return replace(query, filters=(*query.filters, condition))


def _texts(span: Span) -> tuple[str, str]:
    first, last = span
    return first.isoformat(), last.isoformat()
