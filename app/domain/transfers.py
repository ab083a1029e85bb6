"""Transfers: one data set on its way through a flow, in which order, and what follows a fault.

The other side has three answers: yes, no and unknown. What may have been done is looked up before
anything is sent again; so whatever ends when, nothing is lost and nothing is made twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from app.domain.errors import ErrorCode, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

RETRY_AFTER_LIMIT = timedelta(hours=24)
"""The longest pause that another system can ask for."""
JITTER_PERCENT = 10
"""How much longer or shorter a pause is drawn, so that retries do not come all at once."""
WAITING_PAUSE = timedelta(minutes=1)
"""When a transfer that waits looks again, if nothing wakes it before."""
LEASE = timedelta(minutes=2)
"""How long a call may be under way before others take it for lost; far longer than calls take."""
_SECOND, _MINUTE, _HOUR = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))


class TransferStatus(StrEnum):
    """Where a transfer is; `TRANSITIONS` has all edges."""

    QUEUED = "QUEUED"
    MAPPED = "MAPPED"
    SENT = "SENT"
    DONE = "DONE"
    SKIPPED = "SKIPPED"
    WAITING = "WAITING"
    RETRY = "RETRY"
    UNKNOWN = "UNKNOWN"
    PARKED = "PARKED"
    CANCELLED = "CANCELLED"


class TransferStage(StrEnum):
    """What has been done with a data set, in this order."""

    RECEIVED = "RECEIVED"
    FILTERED = "FILTERED"
    MAPPED = "MAPPED"
    SENT = "SENT"
    CONFIRMED = "CONFIRMED"


class TransferFault(StrEnum):
    """What has to be done about a fault; the same names as a connector's faults."""

    TRANSIENT = "TRANSIENT"
    UNKNOWN = "UNKNOWN"
    RECORD = "RECORD"
    ACCESS = "ACCESS"
    CONFLICT = "CONFLICT"
    DEFECT = "DEFECT"


_S = TransferStatus
_HELD = frozenset({_S.WAITING, _S.RETRY, _S.PARKED, _S.CANCELLED})
TRANSITIONS: dict[TransferStatus, frozenset[TransferStatus]] = {
    _S.QUEUED: _HELD | {_S.MAPPED, _S.SKIPPED},
    _S.MAPPED: _HELD | {_S.SENT, _S.DONE},
    _S.SENT: frozenset({_S.DONE, _S.RETRY, _S.UNKNOWN, _S.PARKED}),
    _S.WAITING: _HELD | {_S.MAPPED, _S.SENT, _S.SKIPPED, _S.DONE},
    _S.RETRY: _HELD | {_S.MAPPED, _S.SENT, _S.SKIPPED, _S.DONE},
    _S.UNKNOWN: frozenset({_S.SENT, _S.RETRY, _S.PARKED}),
    _S.PARKED: frozenset({_S.QUEUED, _S.RETRY, _S.UNKNOWN, _S.CANCELLED}),
    _S.DONE: frozenset({_S.QUEUED}),
    _S.SKIPPED: frozenset({_S.QUEUED}),
    _S.CANCELLED: frozenset({_S.QUEUED}),
}
"""Where a transfer may go from where it is; what has ended is only begun again as a new version."""
ENDED = frozenset({_S.DONE, _S.SKIPPED, _S.CANCELLED})
"""Nothing waits for a transfer that is here."""
RETRY_PAUSES: dict[TransferFault, tuple[timedelta, ...]] = {
    TransferFault.TRANSIENT: (
        5 * _SECOND,
        30 * _SECOND,
        2 * _MINUTE,
        10 * _MINUTE,
        30 * _MINUTE,
        *(hours * _HOUR for hours in (1, 2, 4, 8, 12, 24, 24, 24)),
    ),
    TransferFault.UNKNOWN: (
        2 * _SECOND,
        10 * _SECOND,
        _MINUTE,
        5 * _MINUTE,
        30 * _MINUTE,
        *(hours * _HOUR for hours in (1, 4, 12, 24, 24, 24)),
    ),
}
"""The pauses after the first, second … failure in a row; a fault of another kind has none."""
ORDER = (
    ("customer", 0),
    ("product", 1),
    ("sale", 2),
    ("invoice", 3),
    ("ticket", 3),
    ("document", 4),
    ("payment", 4),
    ("credit_note", 5),
    ("refund", 6),
)
_RANKS = dict(ORDER)
_LAST_RANK = 9


@dataclass(frozen=True, slots=True)
class Transfer:
    """One data set of one source, on its way through one flow.

    `source_version` counts the data sets of a source. `version_no` counts its runs: a run with a
    changed mapping is a new version, and both results are kept. `stage` is the last that is done in
    this version. `needs` are ids of sources that have to be there first: what a credit note
    corrects. While a call is under way, `next_attempt_at` lies where its lease ends. One that
    `is_in_doubt` may be there already, and is looked up before anything is sent again.
    """

    id: UUID
    flow_id: UUID
    system_id: UUID
    entity: str
    source_id: str
    source_version: str
    title: str
    account_id: UUID | None
    sale_id: UUID | None
    needs: tuple[str, ...]
    status: TransferStatus
    stage: TransferStage
    fault: TransferFault | None
    message: str | None
    path: str | None
    version_no: int
    attempt_count: int
    failure_count: int
    next_attempt_at: datetime | None
    is_in_doubt: bool
    waits_for_id: UUID | None
    external_id: str | None
    external_number: str | None
    created_at: datetime
    updated_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class TransferVersion:
    """One run of a transfer: what was received, mapped, sent and answered.

    `changes` are what differs from the data set before of the same source, or from the run before.
    """

    id: UUID
    transfer_id: UUID
    version_no: int
    mapping_version_id: UUID | None
    hash: str
    received: dict[str, Any]
    mapped: dict[str, Any] | None
    sent: Any
    answer: Any
    changes: tuple[dict[str, Any], ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class TransferStep:
    """A stage that a version has passed, and what came out of it where that is not kept beside."""

    id: UUID
    transfer_id: UUID
    version_no: int
    stage: TransferStage
    note: str | None
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class TransferAttempt:
    """One try of one step: what went wrong, or nothing did."""

    id: UUID
    transfer_id: UUID
    version_no: int
    attempt_no: int
    stage: TransferStage
    started_at: datetime
    duration_ms: int
    fault: TransferFault | None
    message: str | None
    path: str | None
    status_code: int | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong in a step; `retry_after` is how long the other side asked to be left."""

    fault: TransferFault
    message: str
    path: str | None = None
    retry_after: timedelta | None = None
    status_code: int | None = None
    answer: str | None = None


def moved(before: Transfer, status: TransferStatus, now: datetime, **changes: Any) -> Transfer:  # noqa: ANN401 - fields of the transfer
    """Return a transfer in another status; a step that the table does not have is our fault."""
    if status is not before.status and status not in TRANSITIONS[before.status]:
        message = f"a transfer that is {before.status} does not become {status}"
        raise ValueError(message)
    settled = now if status in ENDED else None
    return replace(before, status=status, updated_at=now, settled_at=settled, **changes)


def call_begun(before: Transfer, now: datetime) -> Transfer:
    """Return a transfer whose call is begun: until an answer is kept, it may be there."""
    return moved(
        before,
        _S.SENT,
        now,
        attempt_count=before.attempt_count + 1,
        next_attempt_at=now + LEASE,
        is_in_doubt=True,
        waits_for_id=None,
    )


def call_answered(
    before: Transfer, external_id: str, external_number: str | None, now: datetime
) -> Transfer:
    """Return a transfer of which the other side said that it has it."""
    return moved(
        before,
        _S.SENT,
        now,
        stage=TransferStage.SENT,
        fault=None,
        message=None,
        path=None,
        failure_count=0,
        next_attempt_at=now,
        is_in_doubt=False,
        external_id=external_id,
        external_number=external_number,
    )


def after_failure(
    before: Transfer, failure: Failure, now: datetime, jitter_percent: int, *, is_in_doubt: bool
) -> Transfer:
    """Return a transfer after a step that failed: to be tried again, looked up, held or parked.

    `jitter_percent` is drawn from -`JITTER_PERCENT` to `JITTER_PERCENT`. With ACCESS it waits until
    its system goes on. `is_in_doubt` says that it may be there all the same.
    """
    changes: dict[str, Any] = {
        "fault": failure.fault,
        "message": failure.message,
        "path": failure.path,
        "is_in_doubt": is_in_doubt,
        "next_attempt_at": None,
    }
    again = _S.UNKNOWN if is_in_doubt else _S.RETRY
    if failure.fault is TransferFault.ACCESS:
        return moved(before, again, now, **changes)
    pauses = RETRY_PAUSES.get(failure.fault, ())
    changes["failure_count"] = failures = before.failure_count + 1
    if failures > len(pauses):
        return moved(before, _S.PARKED, now, **changes)
    pause = pauses[failures - 1] * (100 + jitter_percent) // 100
    asked = min(failure.retry_after or timedelta(0), RETRY_AFTER_LIMIT)
    changes["next_attempt_at"] = now + max(pause, asked)
    return moved(before, again, now, **changes)


def rank_of(entity: str) -> int:
    """Return how early a record of an entity is sent within one Account."""
    return _RANKS.get(entity, _LAST_RANK)


def blocker_of(transfer: Transfer, others: Iterable[Transfer]) -> Transfer | None:
    """Return the open transfer to the same system that must end before this one is sent, if any.

    What comes before it by `ORDER` does, and the data set before of the same source. A credit note
    waits for what it corrects and not for other invoices; an invoice that was changed after a
    credit note of its Sale was made waits for that.
    """
    found = [one for one in others if _blocks(one, transfer)]
    return min(found, key=lambda one: (rank_of(one.entity), one.id), default=None)


def _blocks(other: Transfer, transfer: Transfer) -> bool:
    """Tell whether another transfer has to end before."""
    if other.id == transfer.id or other.status in ENDED:
        return False
    if other.source_id == transfer.source_id and other.flow_id == transfer.flow_id:
        return other.id < transfer.id
    if not _is_related(other, transfer):
        return False
    pair = (other.entity, transfer.entity)
    if pair == ("credit_note", "invoice"):
        return other.id < transfer.id and transfer.source_id not in other.needs
    if pair == ("invoice", "credit_note"):
        return other.source_id in transfer.needs
    return rank_of(other.entity) < rank_of(transfer.entity)


def _is_related(other: Transfer, transfer: Transfer) -> bool:
    """Tell whether two transfers are of one Account, and of one Sale where both are of one."""
    is_other_sale = None not in {other.sale_id, transfer.sale_id} and (
        other.sale_id != transfer.sale_id
    )
    return other.account_id in {None, transfer.account_id} and not is_other_sale


def tried_again(before: Transfer, now: datetime) -> Transfer:
    """Return a transfer that a person sends on at once, with all of its retries.

    Refuses with TRANSFER_STATUS_INVALID what has ended: that is replayed as a new version.
    """
    if before.status in ENDED:
        message = f"this transfer is {before.status}; replay it instead, which makes a new version"
        refuse(ErrorCode.TRANSFER_STATUS_INVALID, message, "id")
    if before.status is _S.PARKED:
        status = _S.UNKNOWN if before.is_in_doubt else _S.RETRY
        return moved(before, status, now, failure_count=0, next_attempt_at=now)
    return replace(before, failure_count=0, next_attempt_at=now, updated_at=now)


def cancelled(before: Transfer, reason: str, now: datetime) -> Transfer:
    """Return a transfer that a person gave up.

    Refuses with TRANSFER_STATUS_INVALID what has ended, and what may be there already.
    """
    if _S.CANCELLED not in TRANSITIONS[before.status]:
        message = f"a transfer that is {before.status} cannot be cancelled"
        if before.status in {_S.SENT, _S.UNKNOWN}:
            message += ": the other system may have it; wait until it was looked up there"
        refuse(ErrorCode.TRANSFER_STATUS_INVALID, message, "id")
    return moved(before, _S.CANCELLED, now, message=reason, next_attempt_at=None, waits_for_id=None)


def replayed(before: Transfer, now: datetime) -> Transfer:
    """Return a transfer whose next version begins: mapped again, sent again under a new key.

    Refuses with TRANSFER_STATUS_INVALID what is under way, and what may be there already: that is
    looked up first, or it would be there twice.
    """
    if before.status is _S.PARKED and before.is_in_doubt:
        message = "the other system may have it; retry it, which looks it up, then replay it"
        refuse(ErrorCode.TRANSFER_STATUS_INVALID, message, "id")
    if before.status not in ENDED | {_S.PARKED}:
        message = f"this transfer is {before.status}, so still on its way; cancel it before"
        refuse(ErrorCode.TRANSFER_STATUS_INVALID, message, "id")
    return moved(
        before,
        _S.QUEUED,
        now,
        stage=TransferStage.RECEIVED,
        version_no=before.version_no + 1,
        fault=None,
        message=None,
        path=None,
        failure_count=0,
        next_attempt_at=now,
        is_in_doubt=False,
        waits_for_id=None,
    )


def key_of(transfer: Transfer) -> str:
    """Return the key of a version: the same at every try, and another one for another version."""
    return f"xfer:{transfer.id}:v{transfer.version_no}"
