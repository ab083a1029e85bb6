"""What is known of the entitlements of tickets that gates read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case, func, select

from app.domain.sales import EntitlementStatus
from app.domain.scans import ScannedTicket
from app.storage.tables import cancellation, cancellation_item, entitlement, sale

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from app.storage.unit_of_work import UnitOfWork


def read_tickets(work: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, ScannedTicket]:
    """Read entitlements by id, with when each was cancelled; unknown ones are left out."""
    if not ids:
        return {}
    taken_at = (
        select(func.max(cancellation.c.created_at))
        .select_from(cancellation_item)
        .join(
            cancellation,
            (cancellation.c.organisation_id == cancellation_item.c.organisation_id)
            & (cancellation.c.id == cancellation_item.c.cancellation_id),
        )
        .where(
            cancellation_item.c.organisation_id == entitlement.c.organisation_id,
            cancellation_item.c.entitlement_id == entitlement.c.id,
            cancellation.c.undone_at.is_(None),
        )
        .scalar_subquery()
    )
    is_cancelled = entitlement.c.status == EntitlementStatus.CANCELLED
    is_released = entitlement.c.status == EntitlementStatus.RELEASED
    cancelled_at = case((is_cancelled, func.coalesce(taken_at, sale.c.cancelled_at)))
    query = (
        select(
            entitlement.c.id,
            entitlement.c.calendar_item_id,
            (sale.c.finalised_at.is_not(None) & ~is_released).label("is_sold"),
            cancelled_at.label("cancelled_at"),
        )
        .join(
            sale,
            (sale.c.organisation_id == entitlement.c.organisation_id)
            & (sale.c.id == entitlement.c.sale_id),
        )
        .where(
            entitlement.c.organisation_id == work.organisation_id,
            entitlement.c.id.in_(set(ids)),
        )
    )
    return {row.id: ScannedTicket(*row) for row in work.connection.execute(query)}
