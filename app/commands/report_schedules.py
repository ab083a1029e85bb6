"""Schedules by which reports are sent: made, changed, deleted, run at once; who may get them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.commands.execution import Outcome
from app.commands.register import check_version
from app.domain.errors import DomainError, ErrorCode, refuse
from app.domain.permissions import Permission, Role, require
from app.domain.report_schedules import (
    ALLOWED_LIMIT,
    SCHEDULE_LIMIT,
    Cadence,
    ReportDelivery,
    ReportDeliveryStatus,
    ReportRecipient,
    ReportSchedule,
    check_pattern,
    check_schedule,
    next_due,
    settled,
)
from app.domain.validation import Check
from app.storage.organisations import read_organisation
from app.storage.report_schedules import remove_recipients

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.errors import Violation
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


STOPPED = "the schedule was stopped before this was sent"


@dataclass(frozen=True, slots=True)
class Timetable:
    """What is sent, when and to whom; `time_zone` None is the club's."""

    report_key: str
    title: str
    parameters: Mapping[str, Any]
    language: str
    format: str
    cadence: Cadence
    weekday: int | None
    day_of_month: int | None
    minute_of_day: int
    time_zone: str | None
    recipients: tuple[str, ...]
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class PutSchedule:
    """A schedule to make, or (with `schedule_id`) to replace at the version it was seen."""

    timetable: Timetable
    schedule_id: UUID | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class NameSchedule:
    """A schedule, at the version it was seen where that matters."""

    schedule_id: UUID
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class SetRecipients:
    """All addresses and domains to which reports may be sent from now on."""

    patterns: tuple[str, ...]


def put_schedule(
    work: UnitOfWork, actor: Actor, request: PutSchedule, violations: tuple[Violation, ...]
) -> Outcome:
    """Make or replace a schedule.

    Args:
        work: the transaction.
        actor: whose sight the report is sent with.
        request: the schedule.
        violations: what is wrong with its report and parameters, as they were planned beforehand.
    """
    require(actor, Permission.REPORT_CHANGE)
    if actor.token_id is None:
        message = "a schedule is a token's, which is asked what it may see when nobody is there"
        refuse(ErrorCode.PERMISSION_DENIED, message)
    club = read_organisation(work, lock=True)
    before = None
    if request.schedule_id is not None:
        before = _own(work, actor, request.schedule_id, "id")
        check_version(before.version, request.expected_version or 0)
    elif len(work.find(ReportSchedule)) >= SCHEDULE_LIMIT:
        refuse(ErrorCode.TOO_MANY_ITEMS, f"a club has at most {SCHEDULE_LIMIT} schedules")
    wanted = request.timetable
    schedule = ReportSchedule(
        id=before.id if before else work.new_id(),
        **{
            name: getattr(wanted, name)
            for name in wanted.__dataclass_fields__
            if name != "time_zone"
        },
        time_zone=wanted.time_zone or club.time_zone,
        owner=actor.person,
        owner_token_id=actor.token_id,
        next_due_at=work.now,
        version=before.version + 1 if before else 1,
        created_at=before.created_at if before else work.now,
        updated_at=work.now,
    )
    check = Check()
    check_schedule(schedule, {one.pattern for one in work.find(ReportRecipient)}, check)
    check.refuse_if_any()
    if violations:
        raise DomainError(*violations)
    schedule = replace(schedule, next_due_at=next_due(schedule, work.now))
    action = "report_schedule.changed" if before else "report_schedule.created"
    if before is None:
        work.insert([schedule])
    else:
        work.update([schedule])
        if before.is_active and not schedule.is_active:
            _stop(work, schedule)
    work.record("report_schedule", schedule.id, action, before, schedule)
    return Outcome({"report_schedule": schedule.id})


def delete_schedule(work: UnitOfWork, actor: Actor, request: NameSchedule) -> Outcome:
    """Delete a schedule with its history; what is being sent at the moment is sent."""
    require(actor, Permission.REPORT_CHANGE)
    before = _own(work, actor, request.schedule_id, "scheduleId")
    check_version(before.version, request.expected_version or 0)
    work.delete(ReportSchedule, [before.id])
    work.record("report_schedule", before.id, "report_schedule.deleted", before, None)
    return Outcome({"report_schedule": before.id})


def run_schedule(work: UnitOfWork, actor: Actor, request: NameSchedule) -> Outcome:
    """Have a report sent at once, whenever it is due."""
    require(actor, Permission.REPORT_CHANGE)
    schedule = _own(work, actor, request.schedule_id, "scheduleId")
    made = queue(work, schedule, work.now)
    return Outcome({"report_delivery": made.id})


def set_recipients(work: UnitOfWork, actor: Actor, request: SetRecipients) -> Outcome:
    """Say to which addresses and domains the club lets reports be sent; only root does."""
    require(actor, Permission.REPORT_CHANGE)
    if actor.role is not Role.ROOT:
        message = "only root says to whom reports may be sent"
        refuse(ErrorCode.PERMISSION_DENIED, message)
    check = Check()
    check.size("patterns", request.patterns, ALLOWED_LIMIT)
    for index, pattern in enumerate(request.patterns):
        check_pattern(pattern, check, "patterns", str(index))
    check.refuse_if_any()
    read_organisation(work, lock=True)
    before = {one.pattern for one in work.find(ReportRecipient)}
    after = set(request.patterns)
    remove_recipients(work, before - after)
    work.insert([ReportRecipient(one, work.now) for one in sorted(after - before)])
    if before != after:
        told = {"recipients": sorted(before)}, {"recipients": sorted(after)}
        work.record_values("organisation", work.organisation_id, "report_recipients.set", *told)
    return Outcome({"organisation": work.organisation_id})


def queue(work: UnitOfWork, schedule: ReportSchedule, due_at: datetime) -> ReportDelivery:
    """Queue one sending of a schedule."""
    made = ReportDelivery(
        id=work.new_id(),
        schedule_id=schedule.id,
        due_at=due_at,
        status=ReportDeliveryStatus.PENDING,
        attempt_count=0,
        next_attempt_at=work.now,
        error=None,
        recipients=schedule.recipients,
        created_at=work.now,
        settled_at=None,
    )
    work.insert([made])
    return made


def _stop(work: UnitOfWork, schedule: ReportSchedule) -> None:
    """Give up what is still to be tried of a schedule; what a server has already stays."""
    pending = ReportDeliveryStatus.PENDING
    waiting = work.find(ReportDelivery, lock=True, schedule_id=schedule.id, status=pending)
    failed = ReportDeliveryStatus.FAILED
    work.update([settled(one, failed, STOPPED, work.now) for one in waiting])


def _own(work: UnitOfWork, actor: Actor, schedule_id: UUID, *path: str) -> ReportSchedule:
    """Lock a schedule of the actor's, or of anybody's for root."""
    found = work.get(ReportSchedule, schedule_id, *path, lock=True)
    if actor.role is not Role.ROOT and found.owner != actor.person:
        refuse(ErrorCode.NOT_FOUND, "no such report schedule", *path)
    return found
