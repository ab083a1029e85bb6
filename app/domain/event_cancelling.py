"""Cancelling one calendar item across all Sales: a job that can be interrupted and taken up."""

from __future__ import annotations

from dataclasses import dataclass
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
