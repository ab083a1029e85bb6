"""From what happened to transfers: events, invoices that are due, transfers, systems."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from app.domain.flows import FlowTrigger, TransferFlow
from app.storage.failures import is_unavailable
from app.storage.flows import due_invoices, followed_flows, lock_flow, new_events, schedule_run
from app.storage.organisations import read_organisation
from app.transfers.engine.beginning import begin_transfer
from app.transfers.engine.datasets import build_dataset, objects_about
from app.transfers.engine.opening import SYSTEM
from app.transfers.engine.polling import poll_flow

if TYPE_CHECKING:
    from app.domain.transfers import Transfer
    from app.storage.unit_of_work import UnitOfWork
    from app.transfers.engine.opening import Workshop

_log = logging.getLogger("loge.transfers")
DUE_PAUSE = timedelta(minutes=1)
"""How often it is looked which invoices are due."""
CHUNK = 200
"""Invoices that are begun in one transaction."""


def follow_flows(shop: Workshop, organisation_id: UUID | None = None) -> int:
    """Begin what is new for all active flows, of one club or of all; return how many transfers.

    Safe in any number of workers at once: a flow that somebody else has is left to them. One that
    fails holds up no other; the first failure is raised when all had their turn.
    """
    begun = 0
    failures: list[Exception] = []
    for club, flow_id, trigger in followed_flows(shop.runner.engine, shop.clock()):
        if organisation_id not in {None, club}:
            continue
        try:
            begun += _follow(shop, club, flow_id, trigger)
        except Exception as error:  # the others go on, and the worker tells of it
            if is_unavailable(error):
                raise
            _log.exception("flow %s of club %s cannot be followed", flow_id, club)
            failures.append(error)
    if failures:
        raise failures[0]
    return begun


def _follow(shop: Workshop, club: UUID, flow_id: UUID, trigger: FlowTrigger) -> int:
    if trigger is FlowTrigger.SOURCE:
        return poll_flow(shop, club, flow_id)
    action = _follow_events if trigger is FlowTrigger.EVENT else _follow_days
    return shop.runner.transact(club, SYSTEM, partial(action, flow_id=flow_id))


def _follow_events(work: UnitOfWork, flow_id: UUID) -> int:
    """Begin a transfer for each object that an event since the last time is about."""
    if not lock_flow(work, flow_id):
        return 0
    flow = work.get(TransferFlow, flow_id)
    wanted: dict[UUID, None] = {}
    for event in new_events(work, flow_id, flow.topics or ()):
        wanted.update(
            dict.fromkeys(objects_about(work, flow.entity, event.entity, event.entity_id))
        )
    return _begin(work, flow, list(wanted))


def _follow_days(work: UnitOfWork, flow_id: UUID) -> int:
    """Begin a transfer for each invoice that may be billed by now."""
    if not lock_flow(work, flow_id):
        return 0
    flow = work.get(TransferFlow, flow_id)
    zone = ZoneInfo(read_organisation(work).time_zone)
    until = work.now.astimezone(zone).date() + timedelta(days=flow.days_ahead)
    due = due_invoices(work, flow_id, flow.entity, until, CHUNK)
    begun = _begin(work, flow, due)
    schedule_run(work, flow_id, DUE_PAUSE if begun < CHUNK else timedelta(0))
    return begun


def begin_following_flows(work: UnitOfWork, done: Transfer) -> None:
    """Begin what follows a transfer that is done, for the objects that it was about."""
    for flow in work.find(TransferFlow, after_flow_id=done.flow_id, is_active=True):
        if lock_flow(work, flow.id, waits=True):
            _begin(work, flow, _objects_after(work, flow, done))


def _objects_after(work: UnitOfWork, flow: TransferFlow, done: Transfer) -> list[UUID]:
    """List the objects of a flow's entity that a transfer was about."""
    kind = "invoice" if done.entity == "credit_note" else done.entity
    if flow.entity == done.entity:
        return [UUID(done.source_id)]
    return objects_about(work, flow.entity, kind, UUID(done.source_id))


def begin_object(work: UnitOfWork, flow: TransferFlow, object_id: UUID) -> Transfer | None:
    """Begin the transfer of an object that a person names; None when the newest is the same."""
    lock_flow(work, flow.id, waits=True)
    return begin_transfer(work, flow, build_dataset(work, flow.entity, object_id))


def _begin(work: UnitOfWork, flow: TransferFlow, objects: list[UUID]) -> int:
    begun = [begin_transfer(work, flow, build_dataset(work, flow.entity, one)) for one in objects]
    return len([one for one in begun if one is not None])
