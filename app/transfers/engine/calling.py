"""Calls to another system: what they are given, how they are made, and what is kept of them."""

from __future__ import annotations

import hashlib
import logging
import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.domain.documents import StoredFile
from app.domain.flows import TransferFlow
from app.domain.transfers import (
    JITTER_PERCENT,
    Failure,
    TransferAttempt,
    TransferFault,
    TransferStage,
    TransferVersion,
    call_answered,
    key_of,
)
from app.storage.files import insert_file
from app.storage.json_values import dump_json, load_json
from app.storage.systems import Reference, keep_reference, references_of
from app.storage.transfers import keep_files
from app.transfers.contract.connectors import Done, Task
from app.transfers.contract.faults import FaultClass, TransferFaultError
from app.transfers.engine.beginning import pass_stage
from app.transfers.engine.opening import connector_of, failure_of, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from app.domain.systems import ConnectedSystem
    from app.domain.transfers import Transfer
    from app.storage.unit_of_work import UnitOfWork
    from app.transfers.contract.connectors import Connected, Connector
    from app.transfers.engine.opening import Workshop

_log = logging.getLogger("loge.transfers")
_IDS = ("id", "invoice_id")


@dataclass(frozen=True, slots=True)
class Call:
    """A call that is to be made, for a transfer as it is since the call was begun.

    With `is_in_doubt` an earlier one may have succeeded.
    """

    transfer: Transfer
    connector: Connector
    connected: Connected
    task: Task
    is_in_doubt: bool
    begun_at: datetime


def jitter() -> int:
    """Draw by how many percent a pause is longer."""
    return random.randint(-JITTER_PERCENT, JITTER_PERCENT)  # noqa: S311 - jitter


def prepare_call(
    work: UnitOfWork, shop: Workshop, one: Transfer, system: ConnectedSystem, *, is_in_doubt: bool
) -> Call:
    """Gather everything that a call is given."""
    flow = work.get(TransferFlow, one.flow_id)
    (version,) = work.find(TransferVersion, transfer_id=one.id, version_no=one.version_no)
    known = references_of(work, system.id, {*_ids_in(version.received), one.source_id})
    own = known.get((one.entity, one.source_id))
    task = Task(
        action=flow.action or "",
        key=key_of(one),
        record=version.mapped or {},
        options=flow.options,
        references={f"{entity}:{key}": ref.external_id for (entity, key), ref in known.items()},
        known_id=own.external_id if own else None,
    )
    connector = connector_of(shop, system.kind)
    connected = opened(work, shop, system)
    return Call(one, connector, connected, task, is_in_doubt, one.updated_at)


def _ids_in(value: object) -> Iterator[str]:
    """Find the ids of all objects that a record names."""
    if isinstance(value, dict):
        yield from (found for name in _IDS if isinstance(found := value.get(name), str))
        for inner in value.values():
            yield from _ids_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids_in(inner)


def make_call(call: Call) -> tuple[Done | None, Failure | None, bool]:
    """Look up what may be there, do what is to be done; return the answer, or why there is none.

    The third says whether it may be there all the same.
    """
    is_in_doubt = call.is_in_doubt
    try:
        found = call.connector.find(call.connected, call.task) if is_in_doubt else None
        is_in_doubt = False
        return found or _carry_out(call), None, False
    except TransferFaultError as error:
        may_be_there = is_in_doubt or error.fault is FaultClass.UNKNOWN
        return None, failure_of(error), may_be_there
    except Exception:  # noqa: BLE001 - whatever it is, it is logged, and the transfer parked
        _log.exception(
            "transfer %s: the connector %s failed", call.transfer.id, call.connector.kind
        )
        message = "a fault of Loge's; its log has the details"
        return None, Failure(TransferFault.DEFECT, message), True


def _carry_out(call: Call) -> Done:
    """Do what is to be done; what is there already is adopted where it can be found."""
    try:
        return call.connector.carry_out(call.connected, call.task)
    except TransferFaultError as error:
        found = None
        if error.fault is FaultClass.CONFLICT:
            found = call.connector.find(call.connected, call.task)
        if found is None:
            raise
        return found


def keep_answer(
    work: UnitOfWork,
    one: Transfer,
    call: Call,
    came: tuple[Any, Failure | None, bool],
    now: datetime,
) -> None:
    """Keep an attempt, and of an answer everything that it told."""
    done, failure, _ = came
    _keep_attempt(work, call, failure, now)
    is_same = one.version_no == call.transfer.version_no and one.stage is TransferStage.MAPPED
    if not isinstance(done, Done) or not is_same:
        return
    (version,) = work.find(TransferVersion, transfer_id=one.id, version_no=one.version_no)
    answer = {
        "record": plain(done.record),
        "external_id": done.external_id,
        "external_number": done.external_number,
        "was_there": done.was_there,
        "answer": plain(done.answer),
    }
    work.update([replace(version, sent=plain(done.sent), answer=answer)])
    reference = Reference(one.entity, one.source_id, done.external_id, done.external_number)
    keep_reference(work, one.system_id, reference, one.id)
    _keep_made(work, one, done)
    pass_stage(work, one, TransferStage.SENT, "it was there already" if done.was_there else None)
    work.update([call_answered(one, done.external_id, done.external_number, now)])


def _keep_attempt(work: UnitOfWork, call: Call, failure: Failure | None, now: datetime) -> None:
    one = call.transfer
    attempt = TransferAttempt(
        id=work.new_id(),
        transfer_id=one.id,
        version_no=one.version_no,
        attempt_no=one.attempt_count,
        stage=TransferStage.SENT,
        started_at=call.begun_at,
        duration_ms=max(0, int((now - call.begun_at).total_seconds() * 1000)),
        fault=failure.fault if failure else None,
        message=failure.message if failure else None,
        path=failure.path if failure else None,
        status_code=failure.status_code if failure else None,
        answer=failure.answer if failure else None,
    )
    work.insert([attempt])


def _keep_made(work: UnitOfWork, one: Transfer, done: Done) -> None:
    """Keep the files that a connector made, for download."""
    rows = []
    for made in done.files:
        digest = hashlib.sha256(made.content).hexdigest()
        size = len(made.content)
        file = StoredFile(work.new_id(), made.name, made.media_type, size, digest, work.now)
        insert_file(work, file, made.content)
        row = {"system_id": one.system_id, "transfer_id": one.id, "file_id": file.id}
        count = {"object_count": made.count, "total_minor": made.total_minor}
        rows.append({**row, **count, "currency": made.currency, "is_incoming": False})
    keep_files(work, rows)


def plain(value: object) -> Any:  # noqa: ANN401 - any JSON
    """Return what a connector gave as JSON, whatever mappings it is of."""
    return None if value is None else load_json(dump_json(value))
