"""Deliveries of reports: queued when they are due, claimed, recorded.

A delivery is claimed for a lease, in which its report is written; that may be done again. Before
the server of e-mail is given the message it is marked as being sent, and from then on nobody tries
it again unless the server is known to have refused it: nothing is sent twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from app.commands.report_schedules import queue
from app.domain.report_schedules import (
    LEASE,
    ReportDelivery,
    ReportDeliveryStatus,
    ReportRecipient,
    ReportSchedule,
    is_allowed,
    next_due,
    retried,
    settled,
)
from app.domain.tokens import AccessToken
from app.storage.report_schedules import due_schedules, lock_due, lock_open

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.commands.execution import Runner
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

SYSTEM = "system:reports"
"""Who acts when reports are sent."""
LOST = "the worker ended while it sent this; whether it arrived is not known"


@dataclass(frozen=True, slots=True)
class Job:
    """A delivery that is to be sent now; `actor` is None where its owner sees nothing any more."""

    organisation_id: UUID
    schedule: ReportSchedule
    delivery: ReportDelivery
    actor: Actor | None
    refused: tuple[str, ...]
    """Recipients to whom the club no longer lets reports be sent."""


def queue_due(runner: Runner, now: datetime) -> int:
    """Queue what is due, the last time of each schedule that was missed; return how many."""
    return sum(
        runner.transact(organisation_id, SYSTEM, partial(_queue, schedule_id=one, now=now))
        for organisation_id, one in due_schedules(runner.engine, now)
    )


def _queue(work: UnitOfWork, schedule_id: UUID, now: datetime) -> int:
    schedule = lock_due(work, schedule_id, now)
    if schedule is None:
        return 0
    queue(work, schedule, schedule.next_due_at)
    work.update([replace(schedule, next_due_at=next_due(schedule, now))])
    return 1


def claim(runner: Runner, organisation_id: UUID, delivery_id: UUID, now: datetime) -> Job | None:
    """Claim a delivery for a lease; None when there is nothing to send."""
    action = partial(_claim, delivery_id=delivery_id, now=now)
    return runner.transact(organisation_id, SYSTEM, action)


def _claim(work: UnitOfWork, delivery_id: UUID, now: datetime) -> Job | None:
    delivery = lock_open(work, delivery_id, now)
    if delivery is None:
        return None
    if delivery.status is ReportDeliveryStatus.SENDING:
        work.update([settled(delivery, ReportDeliveryStatus.UNKNOWN, LOST, now)])
        return None
    claimed = replace(
        delivery, attempt_count=delivery.attempt_count + 1, next_attempt_at=now + LEASE
    )
    work.update([claimed])
    (schedule,) = work.find(ReportSchedule, id=delivery.schedule_id)
    (token,) = work.find(AccessToken, id=schedule.owner_token_id)
    allowed = {one.pattern for one in work.find(ReportRecipient)}
    return Job(
        work.organisation_id,
        schedule,
        claimed,
        token.actor(work.organisation_id) if token.is_valid(now) else None,
        tuple(one for one in delivery.recipients if not is_allowed(one, allowed)),
    )


def begin_sending(runner: Runner, job: Job, now: datetime) -> bool:
    """Mark a delivery as being sent; False when its lease ended and somebody else has it."""

    def begin(work: UnitOfWork) -> bool:
        found = _current(work, job)
        if found is None or found.status is not ReportDeliveryStatus.PENDING:
            return False
        sending = ReportDeliveryStatus.SENDING
        work.update([replace(found, status=sending, next_attempt_at=now + LEASE)])
        return True

    return runner.transact(job.organisation_id, SYSTEM, begin)


def record(
    runner: Runner,
    job: Job,
    status: ReportDeliveryStatus,
    error: str | None,
    now: datetime,
) -> None:
    """Record what came of an attempt; PENDING is one that is tried again later."""

    def write(work: UnitOfWork) -> None:
        found = _current(work, job)
        if found is None:
            return
        is_again = status is ReportDeliveryStatus.PENDING
        after = retried(found, error or "", now) if is_again else settled(found, status, error, now)
        work.update([after])

    runner.transact(job.organisation_id, SYSTEM, write)


def _current(work: UnitOfWork, job: Job) -> ReportDelivery | None:
    """Lock a delivery; None where it is gone or given up, or another attempt of it was begun."""
    found = work.find(ReportDelivery, lock=True, id=job.delivery.id)
    for one in found:
        if one.settled_at is None and one.attempt_count == job.delivery.attempt_count:
            return one
    return None
