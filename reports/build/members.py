"""What a caller may ask for: the members of Cube's /meta, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.spec.problems import suggest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_KINDS = (("measures", "measure"), ("dimensions", "dimension"), ("segments", "segment"))
_ADDED = ("sum", "count")


@dataclass(frozen=True, slots=True)
class Member:
    """A member as /meta describes it; `kind` is measure, dimension or segment."""

    kind: str
    described: Mapping[str, Any]

    @property
    def is_time(self) -> bool:
        """Tell whether it is a day or an instant."""
        return self.kind == "dimension" and self.described.get("type") == "time"

    @property
    def is_state(self) -> bool:
        """Tell whether it is a measure as of a day, or of a window that ends there."""
        return bool(self.described.get("cumulative"))

    def adds_up(self, *, is_over_time: bool) -> bool:
        """Tell whether its parts make the whole; a state as of a day does not over time."""
        return self.described.get("aggType") in _ADDED and not (self.is_state and is_over_time)

    @property
    def title(self) -> str:
        """Return its title, without that of its view."""
        title: str = self.described["shortTitle"]
        return title


class Members:
    """The members that a caller may see."""

    def __init__(self, meta: Iterable[Mapping[str, Any]]) -> None:
        """Index cubes and views of /meta."""
        places = list(meta)
        self._as_of = {
            one["name"]: f"{one['name']}.{day}"
            for one in places
            if (day := (one.get("meta") or {}).get("as_of"))
        }
        self._found = {
            one["name"]: Member(kind, one)
            for place in places
            for key, kind in _KINDS
            for one in place.get(key, ())
        }

    def find(self, name: str) -> Member | None:
        """Return a member; None where the caller may not see it, or there is none."""
        return self._found.get(name)

    def as_of_day(self, name: str) -> str | None:
        """Return the day that the states of a member's view are as of, where the view says it."""
        return self._as_of.get(name.partition(".")[0])

    def has_state(self, names: Iterable[str]) -> bool:
        """Tell whether one of the measures is a state as of a day."""
        return any(found.is_state for name in names if (found := self.find(name)))

    def is_there(self, name: str, kind: str) -> bool:
        """Tell whether there is a member of a kind."""
        found = self.find(name)
        return found is not None and (found.kind == kind or (kind == "time" and found.is_time))

    def hint(self, name: str, kind: str) -> str:
        """Say which member of the same view was probably meant."""
        view = name.partition(".")[0]
        known = [
            one
            for one, member in self._found.items()
            if one.startswith(f"{view}.") and (member.kind == kind or member.is_time)
        ]
        return suggest(name, known)
