"""When reports are sent by e-mail, to whom, and what came of it."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from app.domain.errors import ErrorCode
from app.domain.validation import EMAIL_LIMIT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from uuid import UUID

    from app.domain.validation import Check

SCHEDULE_LIMIT = 200
"""Schedules of one club."""
RECIPIENT_LIMIT = 50
"""Recipients of one schedule."""
ALLOWED_LIMIT = 200
"""Addresses and domains to which a club lets reports be sent."""
LEASE = timedelta(minutes=15)
"""How long nobody else takes a delivery; longer than writing and sending a report may take."""
RETRY_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
"""The pauses after the first, second … attempt that failed for a while."""
_DAY_MINUTES = 24 * 60


class Cadence(StrEnum):
    """How often a report is sent."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"


class ReportDeliveryStatus(StrEnum):
    """How far a delivery is.

    UNKNOWN is one whose worker or connection ended while the server of e-mail had it: it may have
    arrived, so it is not sent again.
    """

    PENDING = "PENDING"
    SENDING = "SENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class ReportSchedule:
    """A report that is sent by itself, as its owner would see it at that moment.

    `weekday` counts from 1, Monday; `day_of_month` beyond the end of a month is its last day;
    `minute_of_day` is on the clock of `time_zone`. The owner is a token, because somebody has to be
    asked what they may see when nobody is there.
    """

    id: UUID
    report_key: str
    title: str
    parameters: Mapping[str, Any]
    language: str
    format: str
    cadence: Cadence
    weekday: int | None
    day_of_month: int | None
    minute_of_day: int
    time_zone: str
    recipients: tuple[str, ...]
    owner: str
    owner_token_id: UUID
    is_active: bool
    next_due_at: datetime
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ReportDelivery:
    """One sending of a schedule; `next_attempt_at` is when it is tried, or its lease ends."""

    id: UUID
    schedule_id: UUID
    due_at: datetime
    status: ReportDeliveryStatus
    attempt_count: int
    next_attempt_at: datetime | None
    error: str | None
    recipients: tuple[str, ...]
    created_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReportRecipient:
    """An address, or a domain with @ before it, to which a club lets reports be sent."""

    pattern: str
    created_at: datetime


def is_allowed(address: str, patterns: Collection[str]) -> bool:
    """Tell whether a club lets reports be sent to an address."""
    plain = address.casefold()
    return plain in patterns or f"@{plain.rpartition('@')[2]}" in patterns


def next_due(schedule: ReportSchedule, after: datetime) -> datetime:
    """Return when a schedule is due next, after an instant."""
    zone = ZoneInfo(schedule.time_zone)
    day = after.astimezone(zone).date()
    clock = time(*divmod(schedule.minute_of_day, 60))
    while True:
        due_at = datetime.combine(day, clock, zone).astimezone(UTC)
        if due_at > after and _is_day(schedule, day):
            return due_at
        day += timedelta(days=1)


def _is_day(schedule: ReportSchedule, day: date) -> bool:
    if schedule.cadence is Cadence.WEEKLY:
        return day.isoweekday() == schedule.weekday
    if schedule.cadence is Cadence.MONTHLY:
        last = monthrange(day.year, day.month)[1]
        return day.day == min(schedule.day_of_month or last, last)
    return True


def check_schedule(schedule: ReportSchedule, allowed: Collection[str], check: Check) -> None:
    """Collect what is wrong with a schedule."""
    check.text("title", schedule.title)
    check.time_zone("timeZone", schedule.time_zone)
    check.whole("minuteOfDay", schedule.minute_of_day, 0, _DAY_MINUTES - 1)
    check.whole("weekday", schedule.weekday, 1, 7)
    check.whole("dayOfMonth", schedule.day_of_month, 1, 31)
    for cadence, name, value in (
        (Cadence.WEEKLY, "weekday", schedule.weekday),
        (Cadence.MONTHLY, "dayOfMonth", schedule.day_of_month),
    ):
        if (schedule.cadence is cadence) is (value is None):
            message = f"{name} belongs to {cadence}, and {cadence} needs it"
            check.add(ErrorCode.INPUT_INVALID, message, name)
    check.size("recipients", schedule.recipients, RECIPIENT_LIMIT)
    if not schedule.recipients:
        check.add(ErrorCode.INPUT_INVALID, "name at least one recipient", "recipients")
    for index, address in enumerate(schedule.recipients):
        at = check.below("recipients")
        at.email(str(index), address)
        if not is_allowed(address, allowed):
            message = f"the club does not let reports be sent to {address}; root can allow it"
            at.add(ErrorCode.REPORT_RECIPIENT_REFUSED, message, str(index))


def check_pattern(pattern: str, check: Check, *path: str) -> None:
    """Collect what is wrong with an address or domain."""
    at, plain = check.below(*path[:-1]), pattern
    if pattern.startswith("@"):
        plain = f"anybody{pattern}"
    if len(pattern) > EMAIL_LIMIT or pattern != pattern.casefold():
        message = "write addresses in small letters, and at most 254 of them"
        at.add(ErrorCode.EMAIL_INVALID, message, path[-1])
    at.email(path[-1], plain)


def retried(delivery: ReportDelivery, error: str, now: datetime) -> ReportDelivery:
    """Return a delivery whose attempt failed for a while: tried again, or given up at last."""
    if delivery.attempt_count > len(RETRY_PAUSES):
        return settled(delivery, ReportDeliveryStatus.FAILED, error, now)
    return replace(
        delivery,
        status=ReportDeliveryStatus.PENDING,
        next_attempt_at=now + RETRY_PAUSES[delivery.attempt_count - 1],
        error=error,
    )


def settled(
    delivery: ReportDelivery, status: ReportDeliveryStatus, error: str | None, now: datetime
) -> ReportDelivery:
    """Return a delivery that nothing more happens to."""
    return replace(delivery, status=status, error=error, next_attempt_at=None, settled_at=now)
