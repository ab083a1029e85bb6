"""What comes from other systems: polled, received or read from files, each data set once."""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from app.domain.flows import SHORTEST_PAUSE_SECONDS, TransferFlow
from app.domain.systems import ConnectedSystem, refused_access
from app.domain.transfers import TransferFault
from app.storage.flows import cursor_of, lock_flow, move_cursor, schedule_run, take_in
from app.transfers.contract.faults import TransferFaultError
from app.transfers.engine.beginning import begin_transfer
from app.transfers.engine.calling import plain
from app.transfers.engine.datasets import Dataset
from app.transfers.engine.opening import SYSTEM, connector_of, failure_of, opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.transfers import Failure
    from app.storage.unit_of_work import UnitOfWork
    from app.transfers.contract.connectors import Connected, Incoming, Polled
    from app.transfers.engine.opening import Workshop

_log = logging.getLogger("loge.transfers")


def poll_flow(shop: Workshop, organisation_id: UUID, flow_id: UUID) -> int:
    """Ask a system what is new for a flow; return how many transfers were begun."""
    transact = partial(shop.runner.transact, organisation_id, SYSTEM)
    asked = transact(partial(_prepare, shop=shop, flow_id=flow_id))
    if asked is None:
        return 0
    flow, system, connected, cursor = asked
    try:
        polled = connector_of(shop, system.kind).poll(connected, flow.source or "", cursor)
    except TransferFaultError as error:
        transact(partial(_note_failure, system_id=system.id, failure=failure_of(error)))
        return 0
    return transact(partial(_take_polled, flow=flow, cursor=cursor, polled=polled))


def _prepare(
    work: UnitOfWork, shop: Workshop, flow_id: UUID
) -> tuple[TransferFlow, ConnectedSystem, Connected, str | None] | None:
    """Say when the flow is polled next, and gather what the call is given."""
    if not lock_flow(work, flow_id):
        return None
    flow = work.get(TransferFlow, flow_id)
    schedule_run(work, flow_id, timedelta(seconds=flow.every_seconds or SHORTEST_PAUSE_SECONDS))
    system = work.get(ConnectedSystem, flow.system_id)
    return flow, system, opened(work, shop, system), cursor_of(work, flow_id)


def _take_polled(work: UnitOfWork, flow: TransferFlow, cursor: str | None, polled: Polled) -> int:
    """Take what came, unless somebody else has moved on meanwhile."""
    if not lock_flow(work, flow.id, waits=True) or cursor_of(work, flow.id) != cursor:
        return 0
    begun = take_incoming(work, flow, polled.incoming)
    move_cursor(work, flow.id, polled.cursor)
    if not polled.is_last:
        schedule_run(work, flow.id, timedelta(0))
    return begun


def take_incoming(work: UnitOfWork, flow: TransferFlow, incoming: Sequence[Incoming]) -> int:
    """Begin a transfer for each data set that did not come before; the flow is locked."""
    begun = 0
    for one in incoming:
        event_id = f"{flow.id}:{one.external_id}:{one.version}"
        if not take_in(work, flow.system_id, one.source, event_id, plain(one.raw)):
            continue
        record = plain(one.record)
        title = str(record.get("code") or record.get("external_id") or one.external_id)
        dataset = Dataset(flow.entity, one.external_id, title, None, None, (), record)
        begun += begin_transfer(work, flow, dataset, one.version) is not None
    return begun


def _note_failure(work: UnitOfWork, system_id: UUID, failure: Failure) -> None:
    """Keep why a system could not be asked; one that refuses the credentials is paused."""
    (system,) = work.find(ConnectedSystem, lock=True, id=system_id)
    held = system
    if failure.fault is TransferFault.ACCESS:
        held = refused_access(system, failure, work.now)
    work.update([held.checked(work.now, is_well=False, message=failure.message)])
    if held != system:
        work.record("connected_system", held.id, "connected_system.paused", system, held)
        _log.warning("system %s is paused: %s", held.code, failure.message)
