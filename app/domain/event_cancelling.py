"""Cancelling one calendar item across all Sales: a job that can be interrupted and taken up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.cancelling import CreditWhere
    from app.domain.organisations import CreditNotes
    from app.domain.payments import CreditSettlement


class EventCancellationStatus(StrEnum):
    """Where a job is; with failures it can be asked to try those Sales again."""

    RUNNING = "RUNNING"
    DONE = "DONE"
    DONE_WITH_FAILURES = "DONE_WITH_FAILURES"


class EventSaleStatus(StrEnum):
    """What the job did with one Sale; SKIPPED ones had nothing of the item left."""

    WAITING = "WAITING"
    DONE = "DONE"
    SKIPPED = "SKIPPED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class EventCancellation:
    """One job, and how far it is: `done` counts the Sales dealt with well, `failed` the others."""

    id: UUID
    calendar_item_id: UUID
    reason: str
    status: EventCancellationStatus
    credit_where: CreditWhere
    credit_notes: CreditNotes
    settlement: CreditSettlement
    total: int
    done: int
    failed: int
    version: int
    created_by: str
    created_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EventCancellationSale:
    """One Sale of a job, in the order of `position`; sub-sales come before their parents."""

    id: UUID
    event_cancellation_id: UUID
    sale_id: UUID
    position: int
    status: EventSaleStatus
    message: str | None = None
    cancellation_id: UUID | None = None
    ended_at: datetime | None = None


def begin_job(job: EventCancellation) -> EventCancellation:
    """Return a new job; one without any Sale has ended at once."""
    return _ended(job, job.created_at)


def step_job(job: EventCancellation, status: EventSaleStatus, now: datetime) -> EventCancellation:
    """Return a job after one more Sale was dealt with; with the last one it has ended."""
    has_failed = status is EventSaleStatus.FAILED
    done, failed = job.done + (not has_failed), job.failed + has_failed
    return _ended(replace(job, done=done, failed=failed, version=job.version + 1), now)


def retry_job(job: EventCancellation) -> EventCancellation:
    """Return a job that has its failed Sales before it again."""
    status = EventCancellationStatus.RUNNING
    return replace(job, status=status, failed=0, ended_at=None, version=job.version + 1)


def _ended(job: EventCancellation, now: datetime) -> EventCancellation:
    """Return the job as ended if no Sale waits."""
    if job.done + job.failed < job.total:
        return job
    failed = EventCancellationStatus.DONE_WITH_FAILURES
    status = failed if job.failed else EventCancellationStatus.DONE
    return replace(job, status=status, ended_at=now)
