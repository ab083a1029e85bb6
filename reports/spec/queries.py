"""Queries of a report: Cube's REST queries, kept in a definition."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_LIMIT = 10_000
MAX_LIMIT = 50_000
"""How many rows a query gets: where it does not say, and at most."""


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison of a member with values, by one of Cube's operators."""

    member: str
    operator: str
    values: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all (`and`) or any (`or`) must hold."""

    kind: str
    conditions: tuple[Condition, ...]


Condition = Test | Group


@dataclass(frozen=True, slots=True)
class TimeDimension:
    """A time member that is grouped by, filtered, or both.

    `date_range` is a text that is relative to today, or the first and the last day.
    """

    member: str
    granularity: str | None = None
    date_range: str | tuple[str, str] | None = None

    @property
    def key(self) -> str:
        """The name of its column: with the granularity, if it has one."""
        return self.member if self.granularity is None else f"{self.member}.{self.granularity}"


@dataclass(frozen=True, slots=True)
class Query:
    """A question to one view.

    `order` has members, each with whether it is descending; None is Cube's own order. `drill` are
    the dimensions that a number drills to whose measure names none. `ignores` are parameters that
    leave this query alone although its view has their member.
    """

    measures: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    time_dimensions: tuple[TimeDimension, ...] = ()
    filters: tuple[Condition, ...] = ()
    segments: tuple[str, ...] = ()
    order: tuple[tuple[str, bool], ...] | None = None
    limit: int | None = None
    drill: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys of what its rows have: dimensions, times with their granularity, measures."""
        times = (one.key for one in self.time_dimensions if one.granularity is not None)
        return (*self.dimensions, *times, *self.measures)

    @property
    def views(self) -> tuple[str, ...]:
        """The views that it names, each once."""
        return tuple(dict.fromkeys(name.partition(".")[0] for name in self.members))

    @property
    def members(self) -> tuple[str, ...]:
        """Every member that it names, each once."""
        named = (
            *self.measures,
            *self.dimensions,
            *(one.member for one in self.time_dimensions),
            *self.segments,
            *(name for one in self.filters for name in members_of(one)),
        )
        return tuple(dict.fromkeys(named))


def members_of(condition: Condition) -> tuple[str, ...]:
    """Name the members of a condition."""
    if isinstance(condition, Test):
        return (condition.member,)
    return tuple(name for one in condition.conditions for name in members_of(one))
