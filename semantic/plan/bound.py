"""Members bound to what they read: rows of cubes, aggregates of facts, stages over those."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from semantic.joins.graph import Path
    from semantic.plan.expressions import Expression
    from semantic.spec.filters import ModelFilter
    from semantic.spec.measures import RollingWindow, TimeShift

_T = TypeVar("_T")
Owned = tuple[str, str]
"""A member: its cube and its name there."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A measure of one cube that aggregates rows, in a window of time or moved in time.

    `suffix` parts its name from that of the same measure without window and moves.
    """

    cube: str
    name: str
    window: RollingWindow | None = None
    shifts: tuple[TimeShift, ...] = ()
    suffix: str = ""

    @property
    def column(self) -> str:
        """The name of its column."""
        return f"{self.cube}__{self.name}{self.suffix}"


@dataclass(frozen=True, slots=True)
class Part:
    """A dimension that a stage groups by or reads; without a granularity whichever it has."""

    cube: str
    name: str
    granularity: str | None = None

    @property
    def column(self) -> str:
        """The name of the column by which SQL of a measure reads it."""
        period = f"__{self.granularity}" if self.granularity else ""
        return f"{self.cube}__{self.name}{period}__read"

    def is_of(self, owned: Owned, granularity: str | None) -> bool:
        """Tell whether a group is meant."""
        return (self.cube, self.name) == owned and self.granularity in (None, granularity)


@dataclass(frozen=True, slots=True)
class Read:
    """A dimension that SQL over aggregates reads, so that it has to be grouped by."""

    part: Part
    place: str


@dataclass(frozen=True, slots=True)
class Sifting:
    """Which conditions of the question above reach a stage, and which it has of its own.

    With `is_fixed` they are those of the query, whatever the stages between have changed.
    """

    is_fixed: bool = False
    dropped: frozenset[Owned] = frozenset()
    kept: frozenset[Owned] | None = None
    added: tuple[ModelFilter, ...] = ()
    cube: str = ""


@dataclass(frozen=True, slots=True)
class Staged:
    """A measure over the answer to a question of its own, asked for each group of the one above.

    That question has the groups of the one above that are `kept` and not `dropped`, and those that
    are `added`. `operation` puts its rows together, to what has the SQL `type`; none means one row
    for each group, and that the expression is the value. `grid` is what is asked for each group of
    the question above, so that there is a row for each.
    """

    column: str
    place: str
    operation: str
    inner: Bound
    grid: Bound
    kept: frozenset[Part] | None = None
    dropped: frozenset[Part] = frozenset()
    added: tuple[Part, ...] = ()
    sifting: Sifting | None = None
    order: tuple[tuple[Expression, bool], ...] = ()
    type: str = ""

    def keeps(self, owned: Owned, granularity: str | None) -> bool:
        """Tell whether the question has a group of the one above."""
        if any(one.is_of(owned, granularity) for one in self.dropped):
            return False
        return self.kept is None or any(one.is_of(owned, granularity) for one in self.kept)


@dataclass(frozen=True, slots=True)
class Bound:
    """An expression over the rows of cubes.

    `needs` are the cubes that have to be joined, `lookups` the dimensions that are sub-queries, and
    `leaves` the aggregates that are read, `stages` what is computed from answers to other
    questions or among the groups, `reads` the groups themselves.
    """

    expression: Expression
    needs: tuple[Path, ...] = ()
    type: str = ""
    lookups: tuple[Owned, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    stages: tuple[Staged, ...] = ()
    reads: tuple[Read, ...] = ()

    def over(self, *others: Bound) -> Bound:
        """Need what others need as well."""
        return replace(
            self,
            needs=_once(self.needs, *(one.needs for one in others)),
            lookups=_once(self.lookups, *(one.lookups for one in others)),
            leaves=_once(self.leaves, *(one.leaves for one in others)),
            stages=_once(self.stages, *(one.stages for one in others)),
            reads=_once(self.reads, *(one.reads for one in others)),
        )


def _once(*lists: tuple[_T, ...]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(one for values in lists for one in values))
