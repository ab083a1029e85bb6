"""Which Sales hold something of a calendar item, and which jobs have Sales left to cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.domain.event_cancelling import (
    EventCancellation,
    EventCancellationSale,
    EventCancellationStatus,
    EventSaleStatus,
)
from app.domain.sales import EntitlementStatus
from app.storage.rows import names_of
from app.storage.tables import entitlement, event_cancellation, event_cancellation_sale, sale

if TYPE_CHECKING:
    from uuid import UUID

    from app.storage.engine import Engine
    from app.storage.unit_of_work import UnitOfWork


def sales_at(work: UnitOfWork, calendar_item_id: UUID) -> list[UUID]:
    """List the Sales with something live at a calendar item, sub-sales before their parents."""
    query = (
        select(sale.c.id)
        .where(
            sale.c.organisation_id == work.organisation_id,
            select(entitlement.c.id)
            .where(
                entitlement.c.organisation_id == work.organisation_id,
                entitlement.c.sale_id == sale.c.id,
                entitlement.c.calendar_item_id == calendar_item_id,
                entitlement.c.status == EntitlementStatus.LIVE,
            )
            .exists(),
        )
        .order_by(sale.c.parent_sale_id.is_(None), sale.c.id)
    )
    return list(work.connection.execute(query).scalars())


def count_live(work: UnitOfWork, sale_id: UUID, calendar_item_id: UUID) -> int:
    """Count what a Sale has live at a calendar item."""
    query = select(func.count()).where(
        entitlement.c.organisation_id == work.organisation_id,
        entitlement.c.sale_id == sale_id,
        entitlement.c.calendar_item_id == calendar_item_id,
        entitlement.c.status == EntitlementStatus.LIVE,
    )
    return int(work.connection.execute(query).scalar_one())


def running_jobs(engine: Engine) -> list[tuple[UUID, UUID]]:
    """List (organisation, job) of all that have Sales left to cancel, the oldest first."""
    e = event_cancellation
    query = (
        select(e.c.organisation_id, e.c.id)
        .where(e.c.status == EventCancellationStatus.RUNNING)
        .order_by(e.c.created_at)
    )
    with engine.connect() as connection:
        return [(row.organisation_id, row.id) for row in connection.execute(query)]


def lock_running_job(work: UnitOfWork, job_id: UUID) -> EventCancellation | None:
    """Lock a job that is running; None when it has ended, or another worker is at it."""
    e = event_cancellation
    query = (
        select(*(e.c[name] for name in names_of(EventCancellation)))
        .where(
            e.c.organisation_id == work.organisation_id,
            e.c.id == job_id,
            e.c.status == EventCancellationStatus.RUNNING,
        )
        .with_for_update(skip_locked=True)
    )
    row = work.connection.execute(query).one_or_none()
    return None if row is None else EventCancellation(*row)


def next_waiting(work: UnitOfWork, job_id: UUID) -> EventCancellationSale | None:
    """Return the first Sale of a locked job that waits."""
    s = event_cancellation_sale
    query = (
        select(*(s.c[name] for name in names_of(EventCancellationSale)))
        .where(
            s.c.organisation_id == work.organisation_id,
            s.c.event_cancellation_id == job_id,
            s.c.status == EventSaleStatus.WAITING,
        )
        .order_by(s.c.position)
        .limit(1)
    )
    row = work.connection.execute(query).one_or_none()
    return None if row is None else EventCancellationSale(*row)
