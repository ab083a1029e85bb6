"""Two facts of finalising that only the whole store knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from app.domain.sales import SaleStatus
from app.storage.tables import sale

if TYPE_CHECKING:
    from uuid import UUID

    from app.storage.unit_of_work import UnitOfWork

# Two sets of one Sale, each read by its index: as a condition for each entitlement, the planner
# looks through all reservations as often as there are entitlements until it has statistics.
_COUNT_LOST = text(
    """
    SELECT count(*) FROM (
        SELECT entitlement.id FROM entitlement
        WHERE entitlement.organisation_id = :organisation_id AND entitlement.sale_id = :sale_id
          AND entitlement.status = 'LIVE' AND entitlement.resource_id IS NOT NULL
        EXCEPT
        SELECT reservation.entitlement_id FROM reservation
        WHERE reservation.organisation_id = :organisation_id AND reservation.sale_id = :sale_id
          AND reservation.state IN ('HELD', 'SOLD')
    ) AS lost
    """
)


def count_lost_seats(work: UnitOfWork, sale_id: UUID) -> int:
    """Count live entitlements of a Sale whose numbered resource is not reserved."""
    parameters = {"organisation_id": work.organisation_id, "sale_id": sale_id}
    return int(work.connection.execute(_COUNT_LOST, parameters).scalar_one())


def exposure_minor(work: UnitOfWork, account_id: UUID, currency: str) -> int:
    """Sum the gross of an account's Final Sales in one currency, minor units."""
    query = select(func.coalesce(func.sum(sale.c.gross_minor), 0)).where(
        sale.c.organisation_id == work.organisation_id,
        sale.c.account_id == account_id,
        sale.c.currency == currency,
        sale.c.status == SaleStatus.FINAL,
    )
    return int(work.connection.execute(query).scalar_one())
