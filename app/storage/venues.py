"""Reads of venues that reach beyond one table: what lies above, and what is reserved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.domain.calendar import SELLABLE
from app.domain.inventory import ReservationState
from app.domain.venues import ResourceKind
from app.storage.tables import calendar_item, location, reservation, resource

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from app.storage.unit_of_work import UnitOfWork

_LIVE = (ReservationState.HELD, ReservationState.SOLD)


def ancestors_of(work: UnitOfWork, location_id: UUID | None) -> list[UUID]:
    """List a location and everything above it; a ring ends where it would begin again."""
    above = (
        select(location.c.id, location.c.parent_id)
        .where(
            location.c.organisation_id == work.organisation_id,
            location.c.id == location_id,
        )
        .cte("above", recursive=True)
    )
    above = above.union(
        select(location.c.id, location.c.parent_id).where(
            location.c.organisation_id == work.organisation_id,
            location.c.id == above.c.parent_id,
        )
    )
    return list(work.connection.execute(select(above.c.id)).scalars())


def kinds_within(work: UnitOfWork, location_id: UUID) -> set[ResourceKind]:
    """Return the kinds of resource that lie directly in a location."""
    query = (
        select(resource.c.kind)
        .where(
            resource.c.organisation_id == work.organisation_id,
            resource.c.location_id == location_id,
        )
        .distinct()
    )
    return {ResourceKind(kind) for kind in work.connection.execute(query).scalars()}


def last_position(work: UnitOfWork, location_id: UUID) -> int:
    """Return the highest position of a resource in a location, 0 when it has none."""
    query = select(func.coalesce(func.max(resource.c.position), 0)).where(
        resource.c.organisation_id == work.organisation_id, resource.c.location_id == location_id
    )
    return int(work.connection.execute(query).scalar_one())


def reserved_at(
    work: UnitOfWork, resource_ids: Collection[UUID], calendar_item_ids: Collection[UUID]
) -> set[tuple[UUID, UUID]]:
    """Return the (calendar item, resource) pairs that have a live reservation."""
    query = select(reservation.c.calendar_item_id, reservation.c.resource_id).where(
        reservation.c.organisation_id == work.organisation_id,
        reservation.c.calendar_item_id.in_(list(calendar_item_ids)),
        reservation.c.resource_id.in_(list(resource_ids)),
        reservation.c.state.in_(_LIVE),
    )
    return {(item_id, resource_id) for item_id, resource_id in work.connection.execute(query)}


def reserved_to_come(work: UnitOfWork, resource_ids: Collection[UUID]) -> set[UUID]:
    """Return the resources with a live reservation at an item that is planned or postponed."""
    query = (
        select(reservation.c.resource_id)
        .join(
            calendar_item,
            (calendar_item.c.organisation_id == reservation.c.organisation_id)
            & (calendar_item.c.id == reservation.c.calendar_item_id),
        )
        .where(
            reservation.c.organisation_id == work.organisation_id,
            reservation.c.resource_id.in_(list(resource_ids)),
            reservation.c.state.in_(_LIVE),
            calendar_item.c.status.in_(list(SELLABLE)),
        )
        .distinct()
    )
    return set(work.connection.execute(query).scalars())
