"""Which Drafts hold what, and whose holds have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, func, select, tuple_

from app.domain.organisations import HoldAction
from app.domain.sales import EntitlementStatus, Sale, SaleStatus
from app.storage.inventory import LIVE
from app.storage.rows import names_of
from app.storage.tables import entitlement, organisation, reservation, sale

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement

    from app.storage.engine import Engine
    from app.storage.unit_of_work import UnitOfWork


def _lapsed(now: datetime) -> ColumnElement[bool]:
    """Draft Sales whose inventory is to be freed."""
    return and_(
        sale.c.status == SaleStatus.DRAFT,
        sale.c.hold_action == HoldAction.RELEASE,
        sale.c.hold_expires_at <= now,
    )


def expired_sales(engine: Engine, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """List (organisation, Sale) of Drafts whose hold has ended, the oldest first."""
    query = (
        select(sale.c.organisation_id, sale.c.id)
        .where(_lapsed(now))
        .order_by(sale.c.hold_expires_at)
        .limit(limit)
    )
    with engine.connect() as connection:
        return [(row.organisation_id, row.id) for row in connection.execute(query)]


def sales_to_remind(engine: Engine, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """List (organisation, Sale) of Drafts whose hold ends within their club's days of warning.

    A hold that is shorter than the warning, such as a basket's, is not announced.
    """
    warning = func.make_interval(0, 0, 0, organisation.c.hold_reminder_days)
    query = (
        select(sale.c.organisation_id, sale.c.id)
        .join(organisation, organisation.c.id == sale.c.organisation_id)
        .where(
            sale.c.status == SaleStatus.DRAFT,
            sale.c.hold_reminded_at.is_(None),
            sale.c.hold_expires_at > now,
            sale.c.hold_expires_at <= now + warning,
            sale.c.hold_expires_at > sale.c.created_at + warning,
        )
        .order_by(sale.c.hold_expires_at)
        .limit(limit)
    )
    with engine.connect() as connection:
        return [(row.organisation_id, row.id) for row in connection.execute(query)]


def lock_if_idle(work: UnitOfWork, sale_id: UUID) -> Sale | None:
    """Lock a Sale unless another transaction works on it."""
    query = (
        select(*(sale.c[name] for name in names_of(Sale)))
        .where(sale.c.organisation_id == work.organisation_id, sale.c.id == sale_id)
        .with_for_update(skip_locked=True)
    )
    row = work.connection.execute(query).one_or_none()
    return None if row is None else Sale(*row)


def holders_of_seats(work: UnitOfWork, seats: Sequence[tuple[UUID, UUID]]) -> list[UUID]:
    """List the Drafts with an ended hold on any of the (calendar item, resource) pairs."""
    if not seats:
        return []
    pair = tuple_(reservation.c.calendar_item_id, reservation.c.resource_id)
    query = (
        select(sale.c.id)
        .distinct()
        .join(
            reservation,
            and_(
                reservation.c.organisation_id == sale.c.organisation_id,
                reservation.c.sale_id == sale.c.id,
            ),
        )
        .where(
            sale.c.organisation_id == work.organisation_id,
            _lapsed(work.now),
            reservation.c.state.in_(LIVE),
            pair.in_(list(seats)),
        )
        .order_by(sale.c.id)
    )
    return list(work.connection.execute(query).scalars())


def holders_of_pools(work: UnitOfWork, pool_ids: Sequence[UUID]) -> list[UUID]:
    """List the Drafts with an ended hold on places of any of the pools."""
    if not pool_ids:
        return []
    query = (
        select(sale.c.id)
        .distinct()
        .join(
            entitlement,
            and_(
                entitlement.c.organisation_id == sale.c.organisation_id,
                entitlement.c.sale_id == sale.c.id,
            ),
        )
        .where(
            sale.c.organisation_id == work.organisation_id,
            _lapsed(work.now),
            entitlement.c.status == EntitlementStatus.LIVE,
            entitlement.c.pool_id.in_(list(pool_ids)),
        )
        .order_by(sale.c.id)
    )
    return list(work.connection.execute(query).scalars())
