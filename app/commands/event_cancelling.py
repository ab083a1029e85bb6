"""Cancelling a calendar item across all Sales: started by a person, carried out by the worker.

The item is closed and the list of its Sales frozen in one transaction; then each Sale is cancelled
in a transaction of its own, which also notes it in the list. So a crash loses nothing and repeats
nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.cancelling import CancelSale, carry_out
from app.commands.execution import Outcome
from app.commands.register import check_version
from app.domain.calendar import STATUS_CHANGES, CalendarItem, CalendarItemStatus
from app.domain.cancel_selection import Selection
from app.domain.cancelling import CreditWhere
from app.domain.errors import DomainError, ErrorCode, refuse
from app.domain.event_cancelling import (
    EventCancellation,
    EventCancellationSale,
    EventCancellationStatus,
    EventSaleStatus,
    begin_job,
    retry_job,
    step_job,
)
from app.domain.events import Topic
from app.domain.permissions import Actor, Permission, Role, require
from app.domain.validation import reason_of
from app.storage.event_cancellations import (
    count_live,
    lock_running_job,
    next_waiting,
    running_jobs,
    sales_at,
)
from app.storage.failures import is_passing, is_unavailable
from app.storage.organisations import read_organisation

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.commands.execution import Runner
    from app.domain.organisations import CreditNotes
    from app.domain.payments import CreditSettlement
    from app.storage.unit_of_work import UnitOfWork

SYSTEM = "system:events"
"""Who cancels the Sales; the job says who started it."""
BATCH_LIMIT = 100
"""Sales of one job that are cancelled before the other jobs have their turn."""
_UNFORESEEN = "something unforeseen happened; the log of the worker has it"
_log = logging.getLogger("loge.events")


@dataclass(frozen=True, slots=True)
class CancelEvent:
    """A calendar item to cancel across all Sales; policies that are left out are the club's."""

    calendar_item_id: UUID
    reason: str = ""
    credit_where: CreditWhere = CreditWhere.PROPORTIONAL
    credit_notes: CreditNotes | None = None
    settlement: CreditSettlement | None = None


@dataclass(frozen=True, slots=True)
class RetryEvent:
    """A job whose failed Sales are to be tried again."""

    event_cancellation_id: UUID
    expected_version: int


def start_event_cancellation(work: UnitOfWork, actor: Actor, request: CancelEvent) -> Outcome:
    """Cancel a calendar item and note which Sales the worker has to cancel it in.

    Whoever sells it at this moment holds a share of its row: this waits for them and finds what
    they sold. After it nobody can sell it.

    Raises:
        DomainError: PERMISSION_DENIED, REASON_REQUIRED, NOT_FOUND, CALENDAR_STATUS_INVALID for one
            that was played, EVENT_CANCELLATION_RUNNING.
    """
    require_event(actor, request)
    reason = reason_of(request.reason)
    item = work.get(CalendarItem, request.calendar_item_id, "calendarItemId", lock=True)
    check_item(item)
    running = EventCancellationStatus.RUNNING.value
    if work.find(EventCancellation, calendar_item_id=item.id, status=running):
        message = f"{item.name} is being cancelled across its Sales already"
        refuse(ErrorCode.EVENT_CANCELLATION_RUNNING, message, "calendarItemId")
    sale_ids = sales_at(work, item.id)
    organisation = read_organisation(work)
    job = begin_job(
        EventCancellation(
            id=work.new_id(),
            calendar_item_id=item.id,
            reason=reason,
            status=EventCancellationStatus.RUNNING,
            credit_where=request.credit_where,
            credit_notes=request.credit_notes or organisation.credit_notes,
            settlement=request.settlement or organisation.credit_settlement,
            total=len(sale_ids),
            done=0,
            failed=0,
            version=1,
            created_by=work.actor_name,
            created_at=work.now,
        )
    )
    work.insert([job])
    work.insert(
        [
            EventCancellationSale(work.new_id(), job.id, sale_id, number, EventSaleStatus.WAITING)
            for number, sale_id in enumerate(sale_ids, 1)
        ]
    )
    work.record("event_cancellation", job.id, "event_cancellation.started", None, job)
    _close_item(work, item)
    work.emit(
        Topic.EVENT_CANCELLATION_STARTED,
        "event_cancellation",
        job.id,
        calendar_item=item.id,
        total=job.total,
    )
    _announce_end(work, job)
    return Outcome({"event_cancellation": job.id})


def require_event(actor: Actor, request: CancelEvent) -> None:
    """Refuse what the actor may not do or choose."""
    require(actor, Permission.EVENT_CANCEL)
    if request.credit_where is not CreditWhere.PROPORTIONAL:
        require(actor, Permission.CREDIT_WHERE_CHOOSE)


def check_item(item: CalendarItem) -> None:
    """Refuse a calendar item that cannot be cancelled any more; one that is so already may."""
    if CalendarItemStatus.CANCELLED not in STATUS_CHANGES[item.status]:
        message = f"{item.name} is {item.status} and cannot become CANCELLED"
        refuse(ErrorCode.CALENDAR_STATUS_INVALID, message, "calendarItemId")


def retry_event_cancellation(work: UnitOfWork, actor: Actor, request: RetryEvent) -> Outcome:
    """Let the worker try the failed Sales of a job again.

    Raises:
        DomainError: PERMISSION_DENIED, NOT_FOUND, EVENT_CANCELLATION_RUNNING, VERSION_STALE,
            CANCEL_NOTHING when none has failed.
    """
    require(actor, Permission.EVENT_CANCEL)
    path = "eventCancellationId"
    before = work.get(EventCancellation, request.event_cancellation_id, path, lock=True)
    if before.status is EventCancellationStatus.RUNNING:
        message = "it still runs; try again what has failed when it has ended"
        refuse(ErrorCode.EVENT_CANCELLATION_RUNNING, message, path)
    check_version(before.version, request.expected_version)
    failed = work.find(
        EventCancellationSale, event_cancellation_id=before.id, status=EventSaleStatus.FAILED.value
    )
    if not failed:
        refuse(ErrorCode.CANCEL_NOTHING, "none of its Sales has failed", path)
    after = retry_job(before)
    work.update([after])
    work.update(
        [
            replace(one, status=EventSaleStatus.WAITING, message=None, ended_at=None)
            for one in failed
        ]
    )
    work.record("event_cancellation", after.id, "event_cancellation.retried", before, after)
    return Outcome({"event_cancellation": after.id})


def cancel_events(runner: Runner, _now: datetime) -> int:
    """Cancel Sales of all jobs that run, at most `BATCH_LIMIT` of each; return how many.

    Safe in two workers at once: each job has one at a time.
    """
    handled = 0
    for organisation_id, job_id in running_jobs(runner.engine):
        for _ in range(BATCH_LIMIT):
            if not cancel_next(runner, organisation_id, job_id):
                break
            handled += 1
    return handled


def cancel_next(runner: Runner, organisation_id: UUID, job_id: UUID) -> bool:
    """Deal with the next Sale of a job; tell whether there was one that waited.

    What refuses to be cancelled is noted in a second transaction, since nothing of the first may
    stay.
    """
    seen: list[EventCancellationSale] = []

    def action(work: UnitOfWork) -> bool:
        job = lock_running_job(work, job_id)
        waiting = next_waiting(work, job_id) if job is not None else None
        if job is None or waiting is None:
            return False
        seen[:] = [waiting]
        _cancel(work, job, waiting)
        return True

    try:
        return runner.transact(organisation_id, SYSTEM, action)
    except DomainError as error:
        message = "; ".join(dict.fromkeys(one.message for one in error.violations))
    except Exception as error:
        if not seen or is_passing(error) or is_unavailable(error):
            raise
        # One Sale must not keep the others from being cancelled.
        _log.exception("Sale %s cannot be cancelled by job %s", seen[0].sale_id, job_id)
        message = _UNFORESEEN
    return runner.transact(
        organisation_id, SYSTEM, lambda work: _note_failure(work, job_id, seen[0], message)
    )


def _cancel(work: UnitOfWork, job: EventCancellation, waiting: EventCancellationSale) -> None:
    """Cancel what one Sale has of the item, and note it."""
    if not count_live(work, waiting.sale_id, job.calendar_item_id):
        _note(work, job, replace(waiting, status=EventSaleStatus.SKIPPED))
        return
    actor = Actor(work.organisation_id, None, Role.ROOT, operator=SYSTEM)
    request = CancelSale(
        waiting.sale_id,
        Selection(calendar_item_ids=(job.calendar_item_id,)),
        reason=job.reason,
        credit_where=job.credit_where,
        credit_notes=job.credit_notes,
        settlement=job.settlement,
    )
    done = carry_out(work, actor, request, event_cancellation_id=job.id)
    status, cancellation_id = EventSaleStatus.DONE, done.ids["cancellation"]
    _note(work, job, replace(waiting, status=status, cancellation_id=cancellation_id))


def _note_failure(
    work: UnitOfWork, job_id: UUID, failed: EventCancellationSale, message: str
) -> bool:
    """Note that a Sale refused, unless somebody dealt with it meanwhile."""
    job = lock_running_job(work, job_id)
    waiting = next_waiting(work, job_id) if job is not None else None
    if job is None or waiting != failed:
        return False
    if count_live(work, failed.sale_id, job.calendar_item_id):
        _note(work, job, replace(failed, status=EventSaleStatus.FAILED, message=message))
    else:
        _note(work, job, replace(failed, status=EventSaleStatus.SKIPPED))
    return True


def _note(work: UnitOfWork, job: EventCancellation, dealt_with: EventCancellationSale) -> None:
    """Store what became of a Sale, and how far the job is with it."""
    after = step_job(job, dealt_with.status, work.now)
    work.update([replace(dealt_with, ended_at=work.now)])
    work.update([after])
    if after.status is not EventCancellationStatus.RUNNING:
        work.record("event_cancellation", job.id, "event_cancellation.ended", job, after)
        _announce_end(work, after)


def _announce_end(work: UnitOfWork, job: EventCancellation) -> None:
    """Announce a job that has ended."""
    if job.status is not EventCancellationStatus.RUNNING:
        work.emit(
            Topic.EVENT_CANCELLATION_ENDED,
            "event_cancellation",
            job.id,
            calendar_item=job.calendar_item_id,
            done=job.done,
            failed=job.failed,
        )


def _close_item(work: UnitOfWork, item: CalendarItem) -> None:
    """Set the calendar item CANCELLED, although it is sold."""
    if item.status is CalendarItemStatus.CANCELLED:
        return
    closed = replace(item, status=CalendarItemStatus.CANCELLED, version=item.version + 1)
    work.update([closed])
    work.record("calendar_item", item.id, "calendar_item.changed", item, closed)
    work.emit(
        Topic.CALENDAR_ITEM_CHANGED,
        "calendar_item",
        item.id,
        status=closed.status,
        starts_at=closed.starts_at,
    )
