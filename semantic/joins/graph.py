"""The graph of directed joins: the tree that connects the cubes of a question.

A join leads only from the cube that declares it to its target, as LEFT JOIN. The root is the cube
from which the fewest joins reach all others, the first named among equals; that is Cube's choice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.query.query import QueryError
from semantic.spec.cubes import Relationship

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semantic.spec.cubes import Join
    from semantic.spec.model import Model

Path = tuple[str, ...]
"""Cubes from one to another; a cube alone may be reached over any joins."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A join and the cube that declares it."""

    source: str
    join: Join

    @property
    def target(self) -> str:
        """The cube that is joined."""
        return self.join.target


@dataclass(frozen=True, slots=True)
class JoinTree:
    """Joins in the order in which they are written, each after the one that joins its source."""

    root: str
    edges: tuple[Edge, ...] = ()

    @property
    def cubes(self) -> tuple[str, ...]:
        """Every cube, the root first."""
        return (self.root, *(one.target for one in self.edges))

    def multiplied(self, cube: str, among: frozenset[str] | None = None) -> bool:
        """Tell whether a row of a cube may stand more than once in the joined rows.

        With `among` only joins on the way to those cubes count.
        """
        return any(
            _multiplies(one, here)
            for target in (self.cubes if among is None else among)
            for one, here in self._way(cube, target)
        )

    def _way(self, start: str, goal: str) -> tuple[tuple[Edge, str], ...]:
        """Return the joins between two cubes, each with the cube from which it is walked."""
        up = self._to_root(start)
        down = self._to_root(goal)
        rest = [one for one in up if one not in down]
        return (
            *((one, one.target) for one in rest),
            *((one, one.source) for one in down if one not in up),
        )

    def _to_root(self, cube: str) -> tuple[Edge, ...]:
        by_target = {one.target: one for one in self.edges}
        way = []
        while cube in by_target:
            way.append(by_target[cube])
            cube = by_target[cube].source
        return tuple(way)


def _multiplies(edge: Edge, here: str) -> bool:
    """Tell whether walking a join from one of its ends repeats the rows of that end."""
    if edge.join.relationship is Relationship.ONE_TO_ONE:
        return False
    return (edge.join.relationship is Relationship.ONE_TO_MANY) == (edge.source == here)


class JoinGraph:
    """The joins of all cubes of a model. It may be asked from several threads at once."""

    def __init__(self, model: Model) -> None:
        """Take the joins of a model."""
        self._joins = {
            cube.name: {join.target: Edge(cube.name, join) for join in cube.joins}
            for cube in model.cubes.values()
        }
        self._paths: dict[tuple[str, str], tuple[Edge, ...] | None] = {}
        self._trees: dict[tuple[Path, ...], JoinTree | None] = {}

    def find(self, asked: tuple[Path, ...]) -> JoinTree | None:
        """Connect cubes, each given alone or by its path; None where none reaches all others."""
        if asked not in self._trees:
            found = [
                tree
                for one in asked
                if (tree := self._from_root(one[0], (one, *asked))) is not None
            ]
            self._trees[asked] = min(found, key=lambda one: len(one.edges), default=None)
        return self._trees[asked]

    def _from_root(self, root: str, paths: Iterable[Path]) -> JoinTree | None:
        edges: dict[str, Edge] = {}
        for path in paths:
            here = root
            for cube in path:
                if cube not in (here, root) and cube not in edges:
                    way = self._shortest(here, cube)
                    if way is None:
                        return None
                    for one in way:
                        if one.target != root:
                            edges.setdefault(one.target, one)
                here = cube
        return JoinTree(root, tuple(edges.values()))

    def _shortest(self, start: str, goal: str) -> tuple[Edge, ...] | None:
        key = (start, goal)
        if key not in self._paths:
            self._paths[key] = self._search(start, goal)
        return self._paths[key]

    def _search(self, start: str, goal: str) -> tuple[Edge, ...] | None:
        ways: dict[str, tuple[Edge, ...]] = {start: ()}
        waiting = [start]
        while waiting:
            here = waiting.pop(0)
            if here == goal:
                return ways[here]
            for target, edge in self._joins.get(here, {}).items():
                if target not in ways:
                    ways[target] = (*ways[here], edge)
                    waiting.append(target)
        return None


def refuse_unconnected(paths: Iterable[Path]) -> QueryError:
    """Build the error for cubes that no joins connect, in Cube's words."""
    named = ", ".join(f"'{one}'" for one in dict.fromkeys(path[-1] for path in paths))
    return QueryError(f"Can't find join path to join {named}", code="JOIN_PATH_MISSING")
