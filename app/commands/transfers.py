"""Transfers in people's hands: sent on, given up, or run again with the mapping of now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.domain.flows import TransferFlow
from app.domain.permissions import Permission, require
from app.domain.transfers import (
    Transfer,
    TransferStage,
    TransferStep,
    TransferVersion,
    cancelled,
    replayed,
    tried_again,
)
from app.domain.validation import LONG_TEXT_LIMIT, Check
from app.storage.jobs import drive_soon
from app.storage.transfers import waiting_for

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NameTransfer:
    """A transfer."""

    transfer_id: UUID


@dataclass(frozen=True, slots=True)
class CancelTransfer:
    """A transfer that is given up, and why."""

    transfer_id: UUID
    reason: str


def retry_transfer(work: UnitOfWork, actor: Actor, request: NameTransfer) -> Outcome:
    """Send a transfer on at once, with all of its retries."""
    require(actor, Permission.TRANSFER_RUN)
    before = work.get(Transfer, request.transfer_id, "id", lock=True)
    after = tried_again(before, work.now)
    return _changed(work, before, after, "transfer.retried")


def cancel_transfer(work: UnitOfWork, actor: Actor, request: CancelTransfer) -> Outcome:
    """Give a transfer up; what waits for it goes on."""
    require(actor, Permission.TRANSFER_RUN)
    check = Check()
    check.text("reason", request.reason, LONG_TEXT_LIMIT)
    check.refuse_if_any()
    before = work.get(Transfer, request.transfer_id, "id", lock=True)
    after = cancelled(before, request.reason, work.now)
    drive_soon(work, waiting_for(work, before.id))
    return _changed(work, before, after, "transfer.cancelled")


def replay_transfer(work: UnitOfWork, actor: Actor, request: NameTransfer) -> Outcome:
    """Run a transfer again from what was received, with the mapping of now; both runs are kept."""
    require(actor, Permission.TRANSFER_RUN)
    before = work.get(Transfer, request.transfer_id, "id", lock=True)
    after = replayed(before, work.now)
    flow = work.get(TransferFlow, before.flow_id)
    (last,) = work.find(TransferVersion, transfer_id=before.id, version_no=before.version_no)
    version = TransferVersion(
        id=work.new_id(),
        transfer_id=before.id,
        version_no=after.version_no,
        mapping_version_id=flow.mapping_version_id,
        hash=last.hash,
        received=last.received,
        mapped=None,
        sent=None,
        answer=None,
        changes=(),
        created_at=work.now,
    )
    received = TransferStage.RECEIVED
    step = TransferStep(work.new_id(), before.id, after.version_no, received, None, work.now)
    work.insert([version])
    work.insert([step])
    return _changed(work, before, after, "transfer.replayed")


def _changed(work: UnitOfWork, before: Transfer, after: Transfer, action: str) -> Outcome:
    work.update([after])
    if after.next_attempt_at is not None:
        drive_soon(work, [after])
    work.record("transfer", after.id, action, before, after)
    return Outcome({"transfer": after.id})
