"""Driving a transfer: what there is to do for it now, step by step, each kept before the next.

A step is decided in a transaction, a call to the other system is made outside of any, and its
answer is kept in the next one. Whoever dies in between leaves a transfer that is in doubt: it is
looked up there by its key before anything is sent again.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from app.domain.errors import DomainError
from app.domain.flows import TransferFlow
from app.domain.systems import ConnectedSystem, refused_access
from app.domain.transfers import (
    WAITING_PAUSE,
    Failure,
    Transfer,
    TransferFault,
    TransferStage,
    TransferStatus,
    TransferVersion,
    after_failure,
    blocker_of,
    call_begun,
    moved,
)
from app.storage.jobs import drive_at, drive_soon
from app.storage.systems import take_turn
from app.storage.transfers import open_beside, waiting_for
from app.transfers.contract.faults import TransferFaultError
from app.transfers.engine.applying import Takeover, take_over
from app.transfers.engine.beginning import pass_stage
from app.transfers.engine.calling import Call, jitter, keep_answer, make_call, prepare_call
from app.transfers.engine.following import begin_following_flows
from app.transfers.engine.opening import SYSTEM, failure_of
from app.transfers.engine.passing import map_record
from app.transfers.mapping.difference import changes_of

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.storage.unit_of_work import UnitOfWork
    from app.transfers.engine.opening import Workshop

_log = logging.getLogger("loge.transfers")


def drive(shop: Workshop, organisation_id: UUID, transfer_id: UUID) -> None:
    """Do all that there is to do for a transfer now; safe at any time and any number of times."""
    transact = partial(shop.runner.transact, organisation_id, SYSTEM)
    while True:
        step = transact(lambda work: _next_step(work, shop, transfer_id))
        if isinstance(step, Call):
            came = make_call(step)
            transact(partial(_keep_call, shop=shop, call=step, came=came))
        elif isinstance(step, Takeover):
            failure = _taken_over(shop, step)
            transact(partial(_end, shop=shop, step=step, failure=failure))
        elif not step:
            return


def _next_step(work: UnitOfWork, shop: Workshop, transfer_id: UUID) -> Call | Takeover | bool:
    """Decide what is to be done; True asks again at once, False leaves it."""
    now = shop.clock()
    found = work.find(Transfer, lock=True, id=transfer_id)
    if not found or found[0].next_attempt_at is None or found[0].next_attempt_at > now:
        return False
    (one,) = found
    system = work.get(ConnectedSystem, one.system_id)
    if system.is_paused:
        return False
    flow = work.get(TransferFlow, one.flow_id)
    (version,) = work.find(TransferVersion, transfer_id=one.id, version_no=one.version_no)
    if one.stage is TransferStage.RECEIVED:
        _map(work, one, version, now)
        return True
    if one.stage is TransferStage.MAPPED and not flow.is_incoming:
        return _send(work, shop, one, system, now)
    record = (version.mapped if flow.is_incoming else version.answer) or {}
    return Takeover(work.organisation_id, one, flow, system, record)


def _map(work: UnitOfWork, one: Transfer, version: TransferVersion, now: datetime) -> None:
    """Filter and map what was received; what cannot be mapped is parked."""
    try:
        passed = map_record(work, version)
    except TransferFaultError as error:
        _fail(work, one, failure_of(error), now)
        return
    if passed.skipped is not None:
        pass_stage(work, one, TransferStage.FILTERED, passed.skipped)
        skipped = moved(one, TransferStatus.SKIPPED, now, stage=TransferStage.FILTERED)
        after = replace(skipped, message=passed.skipped, next_attempt_at=None)
        work.update([after])
        _wake_waiting(work, after, now)
        return
    pass_stage(work, one, TransferStage.FILTERED)
    pass_stage(work, one, TransferStage.MAPPED)
    changes = version.changes
    for last in work.find(TransferVersion, transfer_id=one.id, version_no=one.version_no - 1):
        changes = changes_of(last.mapped, passed.record)
    work.update([replace(version, mapped=passed.record, changes=changes)])
    mapped = moved(one, TransferStatus.MAPPED, now, stage=TransferStage.MAPPED)
    work.update([replace(mapped, fault=None, message=None, path=None, failure_count=0)])


def _send(
    work: UnitOfWork, shop: Workshop, one: Transfer, system: ConnectedSystem, now: datetime
) -> Call | bool:
    """Prepare a call, unless something has to be there before, or it is not its turn."""
    blocker = None if one.is_in_doubt else blocker_of(one, open_beside(work, one))
    if blocker is not None:
        message = f"waits for {blocker.entity} {blocker.title}, which is {blocker.status}"
        at = now + WAITING_PAUSE
        waiting = moved(one, TransferStatus.WAITING, now, waits_for_id=blocker.id)
        work.update([replace(waiting, message=message, next_attempt_at=at)])
        return False
    at = take_turn(work, system, now)
    if at > now:
        after = replace(one, next_attempt_at=at)
        work.update([after])
        drive_at(work, after, at)
        return False
    begun = call_begun(one, now)
    try:
        call = prepare_call(work, shop, begun, system, is_in_doubt=one.is_in_doubt)
    except TransferFaultError as error:
        _fail(work, one, failure_of(error), now)
        return True
    work.update([begun])
    return call


def _keep_call(
    work: UnitOfWork, shop: Workshop, call: Call, came: tuple[object, Failure | None, bool]
) -> None:
    """Keep what came of a call; what comes after its lease ended counts only if it is an answer."""
    now = shop.clock()
    failure, is_in_doubt = came[1], came[2]
    (one,) = work.find(Transfer, lock=True, id=call.transfer.id)
    keep_answer(work, one, call, came, now)
    is_current = one.attempt_count == call.transfer.attempt_count
    if failure is not None and is_current and one.stage is TransferStage.MAPPED:
        _fail(work, one, failure, now, is_in_doubt=is_in_doubt)


def _taken_over(shop: Workshop, step: Takeover) -> Failure | None:
    """Take over what came back, or came in; return why that is not possible."""
    try:
        take_over(shop, step)
    except TransferFaultError as error:
        return failure_of(error)
    except DomainError as error:
        said = "; ".join(f"{one.message} ({one.code})" for one in error.violations)
        path = ".".join(error.violations[0].path) or None
        return Failure(TransferFault.RECORD, said, path)
    return None


def _end(work: UnitOfWork, shop: Workshop, step: Takeover, failure: Failure | None) -> None:
    """Keep that a transfer is done, and let go on what waited for it, or what follows it."""
    now = shop.clock()
    (one,) = work.find(Transfer, lock=True, id=step.transfer.id)
    if one.stage is not step.transfer.stage or one.version_no != step.transfer.version_no:
        return
    if failure is not None:
        _fail(work, one, failure, now)
        return
    if step.flow.is_incoming:
        pass_stage(work, one, TransferStage.SENT)
    pass_stage(work, one, TransferStage.CONFIRMED)
    done = moved(one, TransferStatus.DONE, now, stage=TransferStage.CONFIRMED)
    after = replace(done, fault=None, message=None, path=None, next_attempt_at=None)
    work.update([after])
    _wake_waiting(work, after, now)
    begin_following_flows(work, after)


def _fail(
    work: UnitOfWork, one: Transfer, failure: Failure, now: datetime, *, is_in_doubt: bool = False
) -> None:
    """Keep that a step failed, and what follows from that."""
    after = after_failure(one, failure, now, jitter(), is_in_doubt=is_in_doubt)
    work.update([after])
    if after.next_attempt_at is not None:
        drive_at(work, after, after.next_attempt_at)
    if failure.fault is TransferFault.ACCESS:
        (system,) = work.find(ConnectedSystem, lock=True, id=one.system_id)
        held = refused_access(system, failure, now)
        if held != system:
            work.update([held])
            work.record("connected_system", held.id, "connected_system.paused", system, held)
            _log.warning("system %s is paused: %s", held.code, failure.message)


def _wake_waiting(work: UnitOfWork, ended: Transfer, now: datetime) -> None:
    """Let go on what waited for a transfer that has ended."""
    woken = [
        replace(one, waits_for_id=None, next_attempt_at=now) for one in waiting_for(work, ended.id)
    ]
    work.update(woken)
    drive_soon(work, woken)
