"""Who holds what somebody else wanted, and which seats nearby are free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from app.domain.alternatives import SeatPlace
from app.domain.inventory import Holder
from app.domain.sales import SaleStatus

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from app.storage.unit_of_work import UnitOfWork

CANDIDATE_LIMIT = 2_000
"""Free seats that are considered around one taken seat."""


@dataclass(frozen=True, slots=True)
class PoolState:
    """Where a short pool belongs and how much of it is free."""

    pool_id: UUID
    calendar_item_id: UUID | None
    free_count: int


_HOLDERS = text(
    """
    SELECT reservation.calendar_item_id, reservation.resource_id, sale.id, sale.code, sale.status,
           account.name
    FROM unnest(CAST(:calendar_item_ids AS uuid[]), CAST(:resource_ids AS uuid[]))
         AS given(calendar_item_id, resource_id)
    JOIN reservation ON reservation.organisation_id = :organisation_id
                    AND reservation.calendar_item_id = given.calendar_item_id
                    AND reservation.resource_id = given.resource_id
                    AND reservation.state IN ('HELD', 'SOLD')
    JOIN sale ON sale.organisation_id = :organisation_id AND sale.id = reservation.sale_id
    JOIN account ON account.organisation_id = :organisation_id AND account.id = sale.account_id
    """
)
_POOLS = text(
    """
    SELECT pool.id, pool.calendar_item_id, pool.capacity - pool.blocked - pool.taken AS free_count
    FROM pool
    WHERE pool.organisation_id = :organisation_id AND pool.id = ANY(:pool_ids)
    ORDER BY pool.calendar_item_id, pool.id
    """
)
# Seats of the same kind and category around the given one: its row's siblings below one parent.
_FREE_AROUND = text(
    """
    SELECT seat.id, seat.location_id, place.position AS row_position, seat.position
    FROM resource AS wanted
    JOIN location AS own ON own.organisation_id = :organisation_id AND own.id = wanted.location_id
    JOIN location AS place ON place.organisation_id = :organisation_id
         AND place.venue_id = own.venue_id
         AND place.parent_id IS NOT DISTINCT FROM own.parent_id
    JOIN resource AS seat ON seat.organisation_id = :organisation_id
         AND seat.location_id = place.id AND seat.kind = wanted.kind
         AND seat.category IS NOT DISTINCT FROM wanted.category AND NOT seat.is_blocked
    WHERE wanted.organisation_id = :organisation_id AND wanted.id = :resource_id
      AND NOT EXISTS (
        SELECT FROM reservation
        WHERE reservation.organisation_id = :organisation_id
          AND reservation.resource_id = seat.id
          AND reservation.calendar_item_id = ANY(:calendar_item_ids)
          AND reservation.state IN ('HELD', 'SOLD'))
      AND NOT EXISTS (
        SELECT FROM resource_block
        WHERE resource_block.organisation_id = :organisation_id
          AND resource_block.resource_id = seat.id
          AND resource_block.calendar_item_id = ANY(:calendar_item_ids))
    ORDER BY abs(place.position - own.position), abs(seat.position - wanted.position), seat.id
    LIMIT :candidate_limit
    """
)
_PLACES = text(
    """
    SELECT seat.id, seat.location_id, location.position AS row_position, seat.position
    FROM resource AS wanted
    JOIN resource AS seat ON seat.organisation_id = :organisation_id
         AND seat.kind = wanted.kind AND seat.category IS NOT DISTINCT FROM wanted.category
    JOIN location ON location.organisation_id = :organisation_id
                 AND location.id = seat.location_id
    WHERE wanted.organisation_id = :organisation_id AND wanted.id = :resource_id
      AND seat.id = ANY(:resource_ids)
    """
)


def holders_of(
    work: UnitOfWork, seats: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Holder]:
    """Read who holds (calendar item, resource) pairs; free or blocked ones are absent."""
    rows = work.connection.execute(
        _HOLDERS,
        {
            "organisation_id": work.organisation_id,
            "calendar_item_ids": [item for item, _ in seats],
            "resource_ids": [resource for _, resource in seats],
        },
    )
    return {
        (row.calendar_item_id, row.resource_id): Holder(
            row.id, row.code, SaleStatus(row.status), row.name
        )
        for row in rows
    }


def pool_states(work: UnitOfWork, pool_ids: Collection[UUID]) -> list[PoolState]:
    """Read how much of pools is free."""
    rows = work.connection.execute(
        _POOLS, {"organisation_id": work.organisation_id, "pool_ids": list(pool_ids)}
    )
    return [PoolState(row.id, row.calendar_item_id, row.free_count) for row in rows]


def free_around(
    work: UnitOfWork,
    resource_id: UUID,
    calendar_item_ids: Collection[UUID],
) -> list[SeatPlace]:
    """List seats around one that are free at all the calendar items, the nearest rows first."""
    rows = work.connection.execute(
        _FREE_AROUND,
        {
            "organisation_id": work.organisation_id,
            "resource_id": resource_id,
            "calendar_item_ids": list(calendar_item_ids),
            "candidate_limit": CANDIDATE_LIMIT,
        },
    )
    return [SeatPlace(row.id, row.location_id, row.row_position, row.position) for row in rows]


def places_like(
    work: UnitOfWork, resource_id: UUID, resource_ids: Collection[UUID]
) -> dict[UUID, SeatPlace]:
    """Read where those of the resources lie that have the kind and category of one of them."""
    rows = work.connection.execute(
        _PLACES,
        {
            "organisation_id": work.organisation_id,
            "resource_id": resource_id,
            "resource_ids": list(resource_ids),
        },
    )
    return {
        row.id: SeatPlace(row.id, row.location_id, row.row_position, row.position) for row in rows
    }
