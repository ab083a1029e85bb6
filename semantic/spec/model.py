"""All cubes and views together, and the finding of members in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from semantic.spec.cubes import Cube, Segment, View, ViewMember
from semantic.spec.dimensions import Dimension
from semantic.spec.measures import Measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from semantic.spec.cubes import ViewGroup

Member = Measure | Dimension | Segment
"""What a query can name."""


@dataclass(frozen=True, slots=True)
class Found:
    """A member that was looked up: as it was asked for, and what it is in its cube.

    For a member of a cube `path` is the cube alone and `shown` is None; for a member of a view
    `path` leads from the view's root to the cube and `shown` is what the view says about it.
    """

    name: str
    path: tuple[str, ...]
    member: Member
    shown: ViewMember | None = None

    @property
    def cube(self) -> str:
        """The cube that has the member."""
        return self.path[-1]

    @property
    def place_name(self) -> str:
        """The name of the cube or view that it was asked of."""
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Model:
    """Checked models: every reference in them resolves. `version` changes with their content."""

    cubes: Mapping[str, Cube]
    views: Mapping[str, View]
    groups: tuple[ViewGroup, ...] = ()
    version: str = ""
    _found: dict[str, Found | None] = field(default_factory=dict, repr=False, compare=False)

    def find(self, name: str) -> Found | None:
        """Look up a member by its full name, `cube.member` or `view.member`."""
        if name not in self._found:
            self._found[name] = self._look_up(name)
        return self._found[name]

    def suggest(self, name: str) -> str:
        """Say which name was probably meant, or nothing."""
        close = get_close_matches(name, sorted(self.names()), n=1)
        return f"did you mean '{close[0]}'?" if close else ""

    def names(self) -> Iterable[str]:
        """Name every member of every cube and view."""
        for cube in self.cubes.values():
            for members in (cube.measures, cube.dimensions, cube.segments):
                yield from (f"{cube.name}.{name}" for name in members)
        for view in self.views.values():
            yield from (f"{view.name}.{name}" for name in view.members)

    def _look_up(self, name: str) -> Found | None:
        place, _, own = name.partition(".")
        view = self.views.get(place)
        if view is not None:
            shown = view.members.get(own)
            if shown is None:
                return None
            member = member_of(self.cubes[shown.cube], shown.member)
            return None if member is None else Found(name, shown.path, member, shown)
        cube = self.cubes.get(place)
        member = None if cube is None else member_of(cube, own)
        return None if cube is None or member is None else Found(name, (cube.name,), member)


def member_of(cube: Cube, name: str) -> Member | None:
    """Return the member of a cube by its own name."""
    return cube.measures.get(name) or cube.dimensions.get(name) or cube.segments.get(name)
