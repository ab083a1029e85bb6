"""Finding invoices to claim: the earliest that are due and that nobody is working with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from app.domain.claiming import BILLED
from app.storage import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import Select

    from app.storage.unit_of_work import UnitOfWork


def lock_billable(
    work: UnitOfWork, until: date, now: datetime, limit: int, passed: Collection[UUID]
) -> list[UUID]:
    """Lock the accounts and Sales of invoices that can be claimed; return the invoices.

    It waits for nobody: what is locked is left out. So it can hold any number of locks without
    ever being part of a ring. What it returns must be looked at again under the lock.
    """
    query = billable(work.organisation_id, until, now).where(t.invoice.c.id.not_in(list(passed)))
    locked = query.limit(limit).with_for_update(
        key_share=True, skip_locked=True, of=[t.account, t.sale]
    )
    return list(work.connection.execute(locked).scalars())


def billable(organisation_id: UUID, until: date, now: datetime) -> Select[UUID]:
    """Select the invoices that can be claimed up to a day, the earliest first."""
    i, s, a, r = t.invoice, t.sale, t.account, t.receivable
    free = or_(
        r.c.invoice_id.is_(None),
        and_(
            r.c.document_id.is_(None),
            ~r.c.is_waiting,
            or_(r.c.claimed_at.is_(None), r.c.claim_expires_at <= now),
        ),
    )
    return (
        select(i.c.id)
        .join(s, and_(s.c.organisation_id == i.c.organisation_id, s.c.id == i.c.sale_id))
        .join(a, and_(a.c.organisation_id == i.c.organisation_id, a.c.id == i.c.account_id))
        .outerjoin(r, and_(r.c.organisation_id == i.c.organisation_id, r.c.invoice_id == i.c.id))
        .where(
            i.c.organisation_id == organisation_id,
            i.c.planned_on <= until,
            or_(i.c.amount_minor != 0, r.c.claimed_at.is_not(None)),
            s.c.status.in_(BILLED),
            free,
        )
        .order_by(i.c.planned_on, i.c.id)
    )


def credited_among(work: UnitOfWork, invoice_ids: Collection[UUID]) -> set[UUID]:
    """Tell which invoices have credit notes, whatever became of these."""
    cell = t.invoice_line
    query = (
        select(cell.c.original_invoice_id)
        .where(
            cell.c.organisation_id == work.organisation_id,
            cell.c.original_invoice_id.in_(list(invoice_ids)),
            cell.c.invoice_id != cell.c.original_invoice_id,
        )
        .distinct()
    )
    return {row[0] for row in work.connection.execute(query)}
