"""Up to where each flow was followed: the outbox by positions, sources by their cursors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.domain.flows import FlowTrigger
from app.domain.invoices import InvoiceKind
from app.storage.claims import billable
from app.storage.feed import events_between, is_before, position_now
from app.storage.tables import connected_system, inbox_event, invoice, transfer, transfer_flow

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime, timedelta
    from uuid import UUID

    from sqlalchemy import Engine

    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the outbox, as far as flows look at it."""

    topic: str
    entity: str
    entity_id: UUID


def begin_following(work: UnitOfWork, flow_id: UUID) -> None:
    """Let a flow get what is committed from now on, and nothing from before."""
    until = work.connection.execute(position_now()).scalar_one()
    _set(work, flow_id, position=until)


def followed_flows(engine: Engine, now: datetime) -> list[tuple[UUID, UUID, FlowTrigger]]:
    """List (organisation, flow, trigger) of all active flows that there is something to do for.

    Flows of events are always listed, the others when their time has come. What a paused system
    would be sent is queued all the same; nothing is fetched from it.
    """
    f, s = transfer_flow.c, connected_system.c
    is_due = or_(f.next_run_at.is_(None), f.next_run_at <= now)
    wanted = or_(
        f.trigger == FlowTrigger.EVENT,
        and_(f.trigger == FlowTrigger.DUE, is_due),
        and_(
            f.trigger == FlowTrigger.SOURCE,
            f.every_seconds.is_not(None),
            is_due,
            s.paused_at.is_(None),
        ),
    )
    query = (
        select(f.organisation_id, f.id, f.trigger)
        .join(
            connected_system,
            and_(s.organisation_id == f.organisation_id, s.id == f.system_id),
        )
        .where(f.is_active, wanted)
        .order_by(f.id)
    )
    with engine.connect() as connection:
        return [(row.organisation_id, row.id, row.trigger) for row in connection.execute(query)]


def lock_flow(work: UnitOfWork, flow_id: UUID, *, waits: bool = False) -> bool:
    """Lock a flow that is active; tell whether it is now ours, which it is not while others work.

    Whoever makes transfers of a flow holds it, so that the data sets of a source are counted once.
    """
    f = transfer_flow.c
    query = select(f.id).where(
        f.organisation_id == work.organisation_id, f.id == flow_id, f.is_active
    )
    locked = query.with_for_update(key_share=True, skip_locked=not waits)
    return work.connection.execute(locked).one_or_none() is not None


def new_events(work: UnitOfWork, flow_id: UUID, topics: Collection[str]) -> list[Happened]:
    """Return what was committed of some topics since a locked flow was followed; move it there."""
    f = transfer_flow.c
    query = select(f.position).where(f.organisation_id == work.organisation_id, f.id == flow_id)
    since = work.connection.execute(query).scalar_one()
    until = work.connection.execute(position_now()).scalar_one()
    if since == until:
        return []
    # A position that lies ahead of the database is of another one: there is nothing to catch up.
    since = since if is_before(since, until) else until
    found = events_between(since, until, organisation_id=work.organisation_id).subquery()
    events = (
        select(found.c.topic, found.c.entity, found.c.entity_id)
        .where(found.c.topic.in_(list(topics)))
        .order_by(found.c.id)
    )
    happened = [Happened(*row) for row in work.connection.execute(events)]
    _set(work, flow_id, position=until)
    return happened


def due_invoices(
    work: UnitOfWork, flow_id: UUID, entity: str, until: date, limit: int
) -> list[UUID]:
    """List invoices, or credit notes, that may be billed up to a day and were not begun yet."""
    kind = InvoiceKind.CREDIT_NOTE if entity == "credit_note" else InvoiceKind.INVOICE
    bills = billable(work.organisation_id, until, work.now).subquery()
    t = transfer.c
    known = select(t.id).where(
        t.organisation_id == work.organisation_id,
        t.flow_id == flow_id,
        t.source_id == bills.c.id.cast(t.source_id.type),
    )
    query = (
        select(bills.c.id)
        .join(
            invoice,
            and_(
                invoice.c.organisation_id == work.organisation_id,
                invoice.c.id == bills.c.id,
                invoice.c.kind == kind,
            ),
        )
        .where(~known.exists())
        .order_by(bills.c.id)
        .limit(limit)
    )
    return list(work.connection.execute(query).scalars())


def schedule_run(work: UnitOfWork, flow_id: UUID, pause: timedelta) -> None:
    """Say when a flow runs next."""
    _set(work, flow_id, next_run_at=work.now + pause)


def cursor_of(work: UnitOfWork, flow_id: UUID) -> str | None:
    """Return up to where the source of a flow was read."""
    f = transfer_flow.c
    query = select(f.cursor).where(f.organisation_id == work.organisation_id, f.id == flow_id)
    found: str | None = work.connection.execute(query).scalar_one()
    return found


def move_cursor(work: UnitOfWork, flow_id: UUID, cursor: str) -> None:
    """Store up to where the source of a flow was read."""
    _set(work, flow_id, cursor=cursor)


def take_in(work: UnitOfWork, system_id: UUID, source: str, event_id: str, raw: object) -> bool:
    """Put what came into the inbox; tell whether it is new."""
    values = {
        "organisation_id": work.organisation_id,
        "id": work.new_id(),
        "system_id": system_id,
        "source": source,
        "event_id": event_id,
        "raw": raw,
        "received_at": work.now,
    }
    keys = ["organisation_id", "system_id", "event_id"]
    statement = insert(inbox_event).values(values).on_conflict_do_nothing(index_elements=keys)
    return bool(work.connection.execute(statement).rowcount)


def _set(work: UnitOfWork, flow_id: UUID, **values: object) -> None:
    f = transfer_flow
    mine = (f.c.organisation_id == work.organisation_id) & (f.c.id == flow_id)
    work.connection.execute(update(f).where(mine).values(**values))
