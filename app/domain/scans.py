"""Scans: what a gate read of a ticket, and what became of it.

Access control decides at the gate whether somebody comes in, and reports it afterwards, often in
files. What it lets through and the Sales do not know of is kept as refused, with the reason, so
that attendance is never more than what was sold.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from datetime import datetime


class ScanDirection(StrEnum):
    """Which way somebody went through the gate."""

    IN = "IN"
    OUT = "OUT"


class ScanResult(StrEnum):
    """Whether the ticket was good."""

    ACCEPTED = "ACCEPTED"
    REFUSED = "REFUSED"


class RefusalReason(StrEnum):
    """Why a ticket was not good; the first four are found here, whatever the gate said."""

    UNKNOWN_TICKET = "UNKNOWN_TICKET"
    NOT_SOLD = "NOT_SOLD"
    CANCELLED = "CANCELLED"
    OTHER_EVENT = "OTHER_EVENT"
    ALREADY_USED = "ALREADY_USED"
    WRONG_GATE = "WRONG_GATE"
    NOT_PAID = "NOT_PAID"
    BLOCKED = "BLOCKED"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Scan:
    """What a gate read, as it is kept for ever; `source` and `external_id` name it once.

    `ticket` is what was read, `entitlement_id` what was found of it. `is_let_through` is what the
    gate did; a refused ticket may have been let through all the same.
    """

    id: UUID
    source: str
    external_id: str
    ticket: str
    entitlement_id: UUID | None
    calendar_item_id: UUID | None
    gate: str | None
    direction: ScanDirection
    result: ScanResult
    reason: RefusalReason | None
    is_let_through: bool
    scanned_at: datetime
    created_by: str
    created_at: datetime


TICKET_PREFIX = "entitlement_"
"""How the API begins the id of an entitlement, which a ticket may carry as it is."""


def entitlement_of(ticket: str) -> UUID | None:
    """Return the id that a ticket carries, with or without hyphens and prefix; None if it has none.

    What a ticket has in its barcode is the id of its entitlement, as the API writes it.
    """
    try:
        return UUID(hex=ticket.strip().removeprefix(TICKET_PREFIX))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class ScannedTicket:
    """What is known of the entitlement that a ticket is of.

    `cancelled_at` is when it was cancelled, and empty while it is live.
    """

    entitlement_id: UUID
    calendar_item_id: UUID | None
    is_sold: bool
    cancelled_at: datetime | None


def reason_against(
    ticket: ScannedTicket | None, calendar_item_id: UUID | None, scanned_at: datetime
) -> RefusalReason | None:
    """Say why a ticket is not good for what it was scanned at; None is that it is.

    A ticket that was cancelled after it was scanned was good then. A ticket for a whole season,
    with no calendar item of its own, is good for any.
    """
    if ticket is None:
        return RefusalReason.UNKNOWN_TICKET
    if not ticket.is_sold:
        return RefusalReason.NOT_SOLD
    if ticket.cancelled_at is not None and ticket.cancelled_at <= scanned_at:
        return RefusalReason.CANCELLED
    if None not in {calendar_item_id, ticket.calendar_item_id} and (
        calendar_item_id != ticket.calendar_item_id
    ):
        return RefusalReason.OTHER_EVENT
    return None
