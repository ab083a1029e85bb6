"""Accounting periods: closed through a day, and opened again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.commands.line_facts import today_of
from app.domain.errors import ErrorCode, refuse
from app.domain.permissions import Permission, require
from app.domain.validation import reason_of
from app.storage.organisations import read_organisation, update_organisation

if TYPE_CHECKING:
    from datetime import date

    from app.domain.organisations import Organisation
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ClosePeriod:
    """The last day on which nothing may be posted any more."""

    through_on: date


@dataclass(frozen=True, slots=True)
class ReopenPeriod:
    """The last day that stays closed, None for none, and why the days after it are opened."""

    through_on: date | None
    reason: str


def close_period(work: UnitOfWork, actor: Actor, request: ClosePeriod) -> Outcome:
    """Close all days through one; what is booked later is posted after it.

    Raises:
        DomainError: DATE_INVALID for a day to come, PERIOD_CLOSED for one before those closed.
    """
    require(actor, Permission.PERIOD_CLOSE)
    before = read_organisation(work, lock=True)
    today = today_of(work, before)
    closed = before.closed_through_on
    if request.through_on > today:
        message = f"throughOn {request.through_on} is yet to come; today is {today}"
        refuse(ErrorCode.DATE_INVALID, message, "throughOn")
    if closed is not None and request.through_on < closed:
        message = f"periods through {closed} are closed; reopen them to close fewer"
        refuse(ErrorCode.PERIOD_CLOSED, message, "throughOn")
    return _set(work, before, request.through_on, "period.closed", None)


def reopen_period(work: UnitOfWork, actor: Actor, request: ReopenPeriod) -> Outcome:
    """Open closed days again, so that entries can be posted on them.

    Raises:
        DomainError: REASON_REQUIRED; DATE_RANGE_INVALID unless fewer days stay closed.
    """
    require(actor, Permission.PERIOD_CLOSE)
    reason = reason_of(request.reason)
    before = read_organisation(work, lock=True)
    closed = before.closed_through_on
    if closed is None or (request.through_on is not None and request.through_on >= closed):
        message = "no period is closed" if closed is None else f"only days to {closed} are closed"
        refuse(ErrorCode.DATE_RANGE_INVALID, message, "throughOn")
    return _set(work, before, request.through_on, "period.reopened", reason)


def _set(
    work: UnitOfWork,
    before: Organisation,
    through_on: date | None,
    action: str,
    reason: str | None,
) -> Outcome:
    """Store through which day periods are closed, and audit it."""
    if through_on != before.closed_through_on:
        after = replace(before, closed_through_on=through_on, version=before.version + 1)
        update_organisation(work, after)
        old = {"closed_through_on": before.closed_through_on}
        new = {"closed_through_on": through_on, "reason": reason}
        work.record_values("organisation", before.id, action, old, new)
    return Outcome({"organisation": before.id})
