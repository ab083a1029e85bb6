"""What hangs on calendar items and products: the questions behind a change of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.domain.sales import EntitlementStatus
from app.storage.tables import entitlement, sale_line_component

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from app.storage.unit_of_work import UnitOfWork


def sold_calendar_items(work: UnitOfWork, ids: Collection[UUID]) -> set[UUID]:
    """Return those of the calendar items that have live entitlements."""
    query = (
        select(entitlement.c.calendar_item_id)
        .where(
            entitlement.c.organisation_id == work.organisation_id,
            entitlement.c.calendar_item_id.in_(list(ids)),
            entitlement.c.status == EntitlementStatus.LIVE,
        )
        .distinct()
    )
    return set(work.connection.execute(query).scalars())


def sold_products(work: UnitOfWork, ids: Collection[UUID]) -> set[UUID]:
    """Return those of the products that stand on a sale line, alone or in a package."""
    query = (
        select(sale_line_component.c.product_id)
        .where(
            sale_line_component.c.organisation_id == work.organisation_id,
            sale_line_component.c.product_id.in_(list(ids)),
        )
        .distinct()
    )
    return set(work.connection.execute(query).scalars())
