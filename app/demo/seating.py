"""Which seats and parking places of the demo club are given to whom, so that none is sold twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from app.demo.stadium import BLOCKED, places

ONLY_SEASONS = frozenset({"BOX", "VIP"})
"""Categories of which nothing is sold for a single match."""


@dataclass(slots=True)
class SeatBook:
    """Hands out places: for whole seasons from the front, for single items from the back.

    A season's places are the same in every season, so that renewals keep them. The single ones
    are counted for each item, and never reach those of the seasons.
    """

    _ordered: dict[str, list[str]] = field(default_factory=dict)
    _front: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _back: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        """List the places of each category in order."""
        for place in places():
            if place.code not in BLOCKED:
                self._ordered.setdefault(place.category, []).append(place.code)

    def for_season(self, category: str, count: int) -> tuple[str, ...]:
        """Take neighbouring places for good."""
        start = self._front[category]
        self._front[category] += count
        if start + count > self._border(category):
            raise ValueError(f"too few places of category {category}")
        return tuple(self._ordered[category][start : start + count])

    def for_item(self, category: str, item: str, count: int) -> tuple[str, ...]:
        """Take neighbouring places for one match."""
        start = self._back[category, item]
        self._back[category, item] += count
        listed = self._ordered[category]
        end = len(listed) - start
        if end - count < self._border(category):
            raise ValueError(f"too few places of category {category} for {item}")
        return tuple(listed[end - count : end])

    def _border(self, category: str) -> int:
        """Return how many places of a category are for whole seasons."""
        count = len(self._ordered[category])
        return count if category in ONLY_SEASONS else count * 2 // 3
