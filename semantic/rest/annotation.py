"""What an answer says about its columns: titles, types and formats, from the description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic.spec.dimensions import PREDEFINED_GRANULARITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from semantic.query.query import Query, TimeDimension

_KEYS = ("title", "shortTitle", "description", "type", "format", "currency", "meta")
_DRILLS = ("drillMembers", "drillMembersGrouped")


def annotate(described: Mapping[str, Mapping[str, Any]], query: Query) -> dict[str, Any]:
    """Describe the members of a query, which was compiled, so that all of them exist."""
    book = _Book(described)
    return {
        "measures": book.entries(query.measures, "measures", (*_KEYS, *_DRILLS)),
        "dimensions": book.entries(query.dimensions, "dimensions", (*_KEYS, "granularities")),
        "segments": book.entries(query.segments, "segments", _KEYS),
        "timeDimensions": {
            key: entry
            for time in query.time_dimensions
            if time.granularity is not None
            for key, entry in book.time_entries(time, query.dimensions)
        },
    }


class _Book:
    """Looks members up by name and kind."""

    def __init__(self, described: Mapping[str, Mapping[str, Any]]) -> None:
        self._described = described

    def entries(
        self, names: Iterable[str], kind: str, keys: tuple[str, ...]
    ) -> dict[str, dict[str, Any]]:
        return {name: _pick(self._find(name, kind), keys) for name in names}

    def time_entries(
        self, time: TimeDimension, dimensions: tuple[str, ...]
    ) -> list[tuple[str, dict[str, Any]]]:
        """Describe a time dimension under its key with the granularity, and under its own."""
        found = self._find(time.member, "dimensions")
        plain = _pick(found, _KEYS)
        name = str(time.granularity)
        granularity = _granularity(found, name)
        entry = plain if granularity is None else {**plain, "granularity": granularity}
        entries = [(f"{time.member}.{name}", entry)]
        return entries if time.member in dimensions else [*entries, (time.member, plain)]

    def _find(self, name: str, kind: str) -> Mapping[str, Any]:
        members = self._described[name.partition(".")[0]][kind]
        return next(one for one in members if one["name"] == name)


def _pick(entry: Mapping[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {key: entry[key] for key in keys if key in entry}


def _granularity(found: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """Describe a granularity: one that every time dimension has, or one of its own."""
    own: dict[str, Any] | None = next(
        (one for one in found.get("granularities", ()) if one["name"] == name), None
    )
    if name in PREDEFINED_GRANULARITIES:
        return {"name": name, "title": name, "interval": f"1 {name}"}
    return own
