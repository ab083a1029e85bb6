"""What a query needs of a pre-aggregation, as Cube's Rollup Designer passes it around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from semantic.query.query import Query

_COARSER = {
    "second": ("second", "minute", "hour", "day", "week", "month", "quarter", "year"),
    "minute": ("minute", "hour", "day", "week", "month", "quarter", "year"),
    "hour": ("hour", "day", "week", "month", "quarter", "year"),
    "day": ("day", "week", "month", "quarter", "year"),
    "week": ("week",),
    "month": ("month", "quarter", "year"),
    "quarter": ("quarter", "year"),
    "year": ("year",),
}
"""What can be put together of parts of a granularity."""


def transform(query: Query) -> dict[str, Any]:
    """Say what a query needs: members, and time dimensions with their granularities."""
    times = [[one.member, one.granularity or "day"] for one in query.time_dimensions]
    return {
        "sortedDimensions": sorted(query.dimensions),
        "sortedTimeDimensions": sorted(times),
        "timeDimensions": [[one.member, one.granularity] for one in query.time_dimensions],
        "measures": list(query.measures),
        "leafMeasures": list(query.measures),
        "hasNoTimeDimensionsWithoutGranularity": all(
            one.granularity is not None for one in query.time_dimensions
        ),
        "segments": list(query.segments),
        "ungrouped": query.is_ungrouped,
    }


def can_use(transformed: Mapping[str, Any], references: Mapping[str, Any]) -> bool:
    """Tell whether a pre-aggregation with these members has all that a query needs.

    It looks at names and granularities alone; whether numbers add up is decided when the query is
    compiled.
    """
    kinds = (("measures", "measures"), ("sortedDimensions", "dimensions"))
    if not all(_names(transformed, mine) <= _names(references, its) for mine, its in kinds):
        return False
    offered = [
        (one.get("dimension"), one.get("granularity") or "day")
        for one in _items(references, "timeDimensions")
        if isinstance(one, dict)
    ]
    return all(
        isinstance(one, list)
        and len(one) == len(("member", "granularity"))
        and _is_met(one, offered)
        for one in _items(transformed, "sortedTimeDimensions")
    )


def _is_met(wanted: list[Any], offered: Iterable[tuple[Any, Any]]) -> bool:
    member, granularity = wanted
    return any(
        name == member and (granularity == finest or granularity in _COARSER.get(finest, ()))
        for name, finest in offered
    )


def _items(given: Mapping[str, Any], key: str) -> list[Any]:
    found = given.get(key)
    return found if isinstance(found, list) else []


def _names(given: Mapping[str, Any], key: str) -> set[str]:
    return {one for one in _items(given, key) if isinstance(one, str)}
