"""Instalments as an invoicing system asks for them: what is offered, and what it works on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select

from app.domain.documents import DocumentState
from app.storage import tables as t
from app.storage.claims import billable
from app.storage.visibility import visible

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.reads import Reader


async def offered_ids(
    reader: Reader, actor: Actor, until: date, now: datetime, limit: int
) -> list[UUID]:
    """Return the invoices that a claim would get, the earliest first, without claiming them."""
    query = billable(actor.organisation_id, until, now).where(visible(t.invoice, actor))
    return [row["id"] for row in await reader.run(query.limit(limit))]


async def claimed_ids(reader: Reader, actor: Actor, source: str, limit: int) -> list[UUID]:
    """Return what a source has claimed and not given its final number yet, the earliest first."""
    i, r = t.invoice, t.receivable
    awaited = or_(r.c.document_id.is_(None), r.c.document_state == DocumentState.DRAFT)
    query = (
        select(i.c.id)
        .join(r, and_(r.c.organisation_id == i.c.organisation_id, r.c.invoice_id == i.c.id))
        .where(visible(i, actor), r.c.claimed_by == source, awaited)
        .order_by(i.c.planned_on, i.c.id)
        .limit(limit)
    )
    return [row["id"] for row in await reader.run(query)]
