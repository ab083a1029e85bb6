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


_SEATS = text(
    """
    SELECT resource.location_id, resource.kind, resource.category, count(*) AS total_count,
        count(*) FILTER (WHERE resource.is_blocked OR blocked.resource_id IS NOT NULL)
            AS blocked_count,
        count(*) FILTER (WHERE NOT resource.is_blocked AND blocked.resource_id IS NULL
            AND taken.resource_id IS NOT NULL) AS taken_count,
        count(*) FILTER (WHERE NOT resource.is_blocked AND blocked.resource_id IS NULL
            AND taken.resource_id IS NULL) AS free_count
    FROM resource
    JOIN location ON location.organisation_id = :organisation_id
                 AND location.id = resource.location_id
    LEFT JOIN (
        SELECT DISTINCT reservation.resource_id FROM reservation
        WHERE reservation.organisation_id = :organisation_id
          AND reservation.calendar_item_id = ANY(:item_ids)
          AND reservation.state IN ('HELD', 'SOLD')
    ) AS taken ON taken.resource_id = resource.id
    LEFT JOIN (
        SELECT DISTINCT resource_block.resource_id FROM resource_block
        WHERE resource_block.organisation_id = :organisation_id
          AND resource_block.calendar_item_id = ANY(:item_ids)
    ) AS blocked ON blocked.resource_id = resource.id
    WHERE resource.organisation_id = :organisation_id
      AND location.venue_id IN (
        SELECT calendar_item.venue_id FROM calendar_item
        WHERE calendar_item.organisation_id = :organisation_id
          AND calendar_item.id = ANY(:item_ids))
    GROUP BY resource.location_id, resource.kind, resource.category
    ORDER BY resource.kind DESC, resource.location_id, resource.category
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
