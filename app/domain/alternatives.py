"""Which free seats to offer instead of taken ones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

ROW_DISTANCE = 3
"""One row further counts as much as so many seats sideways."""


@dataclass(frozen=True, slots=True)
class SeatPlace:
    """Where a seat lies: its row's order in the venue and its own order in the row."""

    resource_id: UUID
    row_id: UUID
    row_position: int
    position: int


def nearest_free(
    wanted: SeatPlace, free: Sequence[SeatPlace], *, limit: int = 3
) -> tuple[UUID, ...]:
    """Return the free seats nearest to a wanted one, by rows apart, then seats apart."""

    def distance(place: SeatPlace) -> tuple[int, int, int]:
        rows = abs(place.row_position - wanted.row_position)
        other_row = 0 if place.row_id == wanted.row_id else 1
        return (
            rows * ROW_DISTANCE + other_row + abs(place.position - wanted.position),
            rows,
            place.position,
        )

    return tuple(place.resource_id for place in sorted(free, key=distance)[:limit])


def together(wanted: Sequence[SeatPlace], free: Sequence[SeatPlace]) -> tuple[UUID, ...]:
    """Return as many adjacent free seats as were wanted, in the row nearest to them, or none."""
    if not wanted:
        return ()
    rows: dict[UUID, list[SeatPlace]] = {}
    for place in free:
        rows.setdefault(place.row_id, []).append(place)
    centre = sum(place.position for place in wanted) // len(wanted)
    level = sum(place.row_position for place in wanted) // len(wanted)
    best: tuple[int, tuple[UUID, ...]] | None = None
    for places in rows.values():
        places.sort(key=lambda place: place.position)
        for start in range(len(places) - len(wanted) + 1):
            run = places[start : start + len(wanted)]
            if any(right.position - left.position != 1 for left, right in pairwise(run)):
                continue
            middle = run[(len(run) - 1) // 2].position
            away = abs(run[0].row_position - level) * ROW_DISTANCE + abs(middle - centre)
            if best is None or away < best[0]:
                best = away, tuple(place.resource_id for place in run)
    return best[1] if best else ()
