"""Leaves out of a query what its caller may not see or what the models no longer have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reports.build.notices import FILTER_GONE, MEMBER_GONE, NOTHING_LEFT, notice
from reports.spec.queries import members_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.build.members import Members
    from reports.spec.problems import Problem
    from reports.spec.queries import Query, TimeDimension


@dataclass(frozen=True, slots=True)
class Pruning:
    """Leaves members out, each with a notice; what filters is never left out."""

    members: Members
    language: str

    def apply(self, path: str, query: Query) -> tuple[Query | None, list[Problem]]:
        """Return what is left of a query; None where that is nothing, or would be other numbers."""
        lost = self._lost_filter(path, query)
        if lost is not None:
            return None, [lost]
        gone = list(self._gone(path, query))
        measures = tuple(one for one in query.measures if self._has(one, "measure"))
        times = tuple(one for one in query.time_dimensions if self._has(one.member, "time"))
        left = replace(
            query,
            measures=measures,
            dimensions=tuple(one for one in query.dimensions if self._has(one, "dimension")),
            time_dimensions=times,
        )
        if not left.columns or (query.measures and not measures):
            return None, [notice(path, NOTHING_LEFT, self.language)]
        order = query.order and tuple(one for one in query.order if one[0] in _orderable(left))
        return replace(left, order=order), gone

    def _has(self, name: str, kind: str) -> bool:
        return self.members.is_there(name, kind)

    def _gone(self, path: str, query: Query) -> Iterable[Problem]:
        """Tell what is left out."""
        for part, kind, names in (
            ("measures", "measure", query.measures),
            ("dimensions", "dimension", query.dimensions),
            ("timeDimensions", "time", tuple(one.member for one in query.time_dimensions)),
        ):
            for index, name in enumerate(names):
                if not self._has(name, kind):
                    yield notice(f"{path}.{part}[{index}]", MEMBER_GONE, self.language, name)

    def _lost_filter(self, path: str, query: Query) -> Problem | None:
        """Tell a filter that is not there; without it the numbers would be others."""
        for index, condition in enumerate(query.filters):
            for name in members_of(condition):
                if not (self._has(name, "dimension") or self._has(name, "measure")):
                    place = f"{path}.filters[{index}]"
                    return notice(place, FILTER_GONE, self.language, name)
        for index, name in enumerate(query.segments):
            if not self._has(name, "segment"):
                return notice(f"{path}.segments[{index}]", FILTER_GONE, self.language, name)
        for index, time in enumerate(query.time_dimensions):
            if time.date_range is not None and not self._has(time.member, "time"):
                place = f"{path}.timeDimensions[{index}]"
                return notice(place, FILTER_GONE, self.language, time.member)
        return None


def _orderable(query: Query) -> set[str]:
    """Name what rows can be ordered by: columns, and times without their granularity."""
    return {*query.columns, *(_member(one) for one in query.time_dimensions)}


def _member(time: TimeDimension) -> str:
    return time.member
