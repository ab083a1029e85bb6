"""What is free at calendar items: counts of numbered resources and places of pools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.reads import Reader


@dataclass(frozen=True, slots=True)
class SeatCount:
    """Numbered resources of one kind and category in one location.

    `taken_count` are reserved at one or more of the calendar items; `free_count` at none.
    """

    location_id: UUID
    kind: str
    category: str | None
    total_count: int
    blocked_count: int
    taken_count: int
    free_count: int


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """Places of a product's or location's pools: those of the calendar item with the fewest."""

    product_id: UUID | None
    location_id: UUID | None
    calendar_item_id: UUID | None
    capacity_count: int
    free_count: int


# Membership as a condition in the list of what is selected, which is looked up in a hash: joined,
# the two sets are compared seat by seat for as long as the planner has no statistics, and a season
# that was just imported and sold has none.
_SEATS = text(
    """
    SELECT seat.location_id, seat.kind, seat.category, count(*) AS total_count,
        count(*) FILTER (WHERE seat.is_blocked) AS blocked_count,
        count(*) FILTER (WHERE NOT seat.is_blocked AND seat.is_taken) AS taken_count,
        count(*) FILTER (WHERE NOT seat.is_blocked AND NOT seat.is_taken) AS free_count
    FROM (
        SELECT resource.location_id, resource.kind, resource.category,
            resource.is_blocked OR resource.id IN (
                SELECT resource_block.resource_id FROM resource_block
                WHERE resource_block.organisation_id = :organisation_id
                  AND resource_block.calendar_item_id = ANY(:item_ids)) AS is_blocked,
            resource.id IN (
                SELECT reservation.resource_id FROM reservation
                WHERE reservation.organisation_id = :organisation_id
                  AND reservation.calendar_item_id = ANY(:item_ids)
                  AND reservation.state IN ('HELD', 'SOLD')) AS is_taken
        FROM resource
        JOIN location ON location.organisation_id = :organisation_id
                     AND location.id = resource.location_id
        WHERE resource.organisation_id = :organisation_id
          AND location.venue_id IN (
            SELECT calendar_item.venue_id FROM calendar_item
            WHERE calendar_item.organisation_id = :organisation_id
              AND calendar_item.id = ANY(:item_ids))
        OFFSET 0
    ) AS seat
    GROUP BY seat.location_id, seat.kind, seat.category
    ORDER BY seat.kind DESC, seat.location_id, seat.category
    """
).bindparams(bindparam("item_ids", type_=ARRAY(Uuid)))
_PLACES = text(
    """
    SELECT DISTINCT ON (pool.product_id, pool.location_id)
        pool.product_id, pool.location_id, pool.calendar_item_id,
        pool.capacity AS capacity_count,
        greatest(pool.capacity - pool.blocked - pool.taken, 0) AS free_count
    FROM pool
    WHERE pool.organisation_id = :organisation_id
      AND (pool.calendar_item_id = ANY(:item_ids) OR pool.season_id = ANY(:season_ids)
           OR (pool.calendar_item_id IS NULL AND pool.season_id IS NULL))
    ORDER BY pool.product_id, pool.location_id,
        pool.capacity - pool.blocked - pool.taken, pool.calendar_item_id
    """
).bindparams(bindparam("item_ids", type_=ARRAY(Uuid)), bindparam("season_ids", type_=ARRAY(Uuid)))


async def seat_counts(reader: Reader, actor: Actor, item_ids: Sequence[UUID]) -> list[SeatCount]:
    """Count the numbered resources of the venues of calendar items."""
    rows = await reader.run(
        _SEATS.bindparams(organisation_id=actor.organisation_id, item_ids=list(item_ids))
    )
    return [SeatCount(**row) for row in rows]


async def place_counts(
    reader: Reader, actor: Actor, item_ids: Sequence[UUID], season_ids: Sequence[UUID]
) -> list[PlaceCount]:
    """Count what the pools of calendar items and seasons have left, at the scarcest item."""
    rows = await reader.run(
        _PLACES.bindparams(
            organisation_id=actor.organisation_id,
            item_ids=list(item_ids),
            season_ids=list(season_ids),
        )
    )
    return [PlaceCount(**row) for row in rows]
