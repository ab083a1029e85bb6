"""What references in models stand for: the table of a cube, or a member over a path of cubes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semantic.load.entries import suggest
from semantic.spec.dimensions import PREDEFINED_GRANULARITIES, Dimension, DimensionType
from semantic.spec.measures import Measure
from semantic.spec.model import member_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.spec.cubes import Cube
    from semantic.spec.fragments import Reference
    from semantic.spec.model import Member


class UnresolvedError(Exception):
    """A reference that stands for nothing."""

    def __init__(self, message: str, suggestion: str = "") -> None:
        """Say what is wrong and what would be right."""
        super().__init__(message)
        self.message = message
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a reference stands for; without a member it is the table of the last cube."""

    path: tuple[str, ...]
    member: Member | None = None
    granularity: str | None = None

    @property
    def cube(self) -> str:
        """The cube that is meant, or that has the member."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Resolver:
    """Resolves references among all cubes; joins lead from the cube that declares them."""

    cubes: Mapping[str, Cube]
    _reached: dict[str, frozenset[str]] = field(default_factory=dict)

    def resolve(self, cube: Cube, reference: Reference) -> Resolved:
        """Find what a reference in a cube stands for.

        Raises:
            UnresolvedError: It stands for nothing, or for two things.
        """
        found = self._find(cube, reference)
        # A measure is aggregated by itself before others calculate with it, so no join is needed.
        if not isinstance(found.member, Measure) and not self._can_meet(cube.name, found.path[0]):
            raise UnresolvedError(
                f"no joins lead to both '{cube.name}' and '{found.path[0]}'",
                f"declare a join between them, in '{cube.name}' or in what joins it",
            )
        for source, target in zip(found.path, found.path[1:], strict=False):
            targets = [join.target for join in self.cubes[source].joins]
            if target not in targets:
                message = f"'{source}' declares no join to '{target}'"
                raise UnresolvedError(message, suggest(target, targets))
        return found

    def is_joined(self, name: str) -> bool:
        """Tell whether a cube is ever joined with another."""
        return bool(self.cubes[name].joins) or any(
            join.target == name for cube in self.cubes.values() for join in cube.joins
        )

    def _find(self, cube: Cube, reference: Reference) -> Resolved:
        """Take a reference apart into cubes, a member and a granularity."""
        first, *rest = reference.path
        own = member_of(cube, first)
        if first in self.cubes and own is not None and not rest:
            hint = f"write {{CUBE.{first}}} for the member, {{{first}.id}} for one of the cube's"
            raise UnresolvedError(f"'{first}' is a cube and a member of this one", hint)
        if first == "CUBE":
            path = [cube.name]
        elif first in self.cubes:
            path = [first]
        else:
            path, rest = [cube.name], [first, *rest]
        while rest and rest[0] in self.cubes and member_of(self.cubes[path[-1]], rest[0]) is None:
            path.append(rest.pop(0))
        if not rest:
            return Resolved(tuple(path))
        return self._member(cube, tuple(path), rest)

    def _member(self, cube: Cube, path: tuple[str, ...], rest: list[str]) -> Resolved:
        holder = self.cubes[path[-1]]
        member = member_of(holder, rest[0])
        if member is None:
            known = [*holder.dimensions, *holder.measures, *holder.segments]
            if holder is cube and len(path) == 1:
                known += list(self.cubes)
            close = suggest(rest[0], known) if len(known) else ""
            raise UnresolvedError(f"'{rest[0]}' is not a member of '{holder.name}'", close)
        if len(rest) == 1:
            return Resolved(path, member)
        known = granularities(member)
        if len(rest) > 2 or rest[1] not in known:  # noqa: PLR2004 - a member and its granularity
            message = f"'{'.'.join(rest[1:])}' is not a granularity of '{holder.name}.{rest[0]}'"
            raise UnresolvedError(message, suggest(rest[1], known))
        return Resolved(path, member, rest[1])

    def _can_meet(self, one: str, other: str) -> bool:
        """Tell whether some cube reaches both over joins."""
        return one == other or any({one, other} <= self._reach(root) for root in self.cubes)

    def _reach(self, root: str) -> frozenset[str]:
        """Return the cubes that joins lead to, with the one where they begin."""
        if root not in self._reached:
            seen = {root}
            waiting = [root]
            while waiting:
                for join in self.cubes[waiting.pop()].joins:
                    if join.target in self.cubes and join.target not in seen:
                        seen.add(join.target)
                        waiting.append(join.target)
            self._reached[root] = frozenset(seen)
        return self._reached[root]


def granularities(member: Member) -> list[str]:
    """Return the granularities of a member, none unless it is a time dimension."""
    if not isinstance(member, Dimension) or member.type is not DimensionType.TIME:
        return []
    return [*PREDEFINED_GRANULARITIES, *(one.name for one in member.granularities)]
