"""Events: what happened, in the past tense, for whoever follows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class Topic(StrEnum):
    """The kinds of event in the outbox."""

    SALE_CREATED = "sale.created"
    SALE_CHANGED = "sale.changed"
    SALE_FINALISED = "sale.finalised"
    SALE_HOLD_EXPIRING = "sale.hold_expiring"
    SALE_EXPIRED = "sale.expired"
    SALE_REVIVED = "sale.revived"
    SALE_CANCELLED = "sale.cancelled"
    SALE_REMOVED = "sale.removed"
    SEATS_SWAPPED = "sale.seats_swapped"
    HOLDERS_ASSIGNED = "sale.holders_assigned"
    INVOICE_RESCHEDULED = "invoice.rescheduled"
    INVOICE_SPLIT = "invoice.split"
    SALE_PARTLY_CANCELLED = "sale.partly_cancelled"
    CANCELLATION_UNDONE = "sale.cancellation_undone"
    INVOICE_CLAIMED = "invoice.claimed"
    INVOICE_RELEASED = "invoice.released"
    INVOICE_DOCUMENTED = "invoice.documented"
    INVOICE_MISMATCHED = "invoice.mismatched"
    INVOICE_REPLACED = "invoice.replaced"
    INVOICE_SETTLED = "invoice.settled"
    INVOICE_REOPENED = "invoice.reopened"
    CREDIT_NOTE_CREATED = "credit_note.created"
    PAYMENT_RECORDED = "payment.recorded"
    PAYMENT_REVERSED = "payment.reversed"
    REFUND_REQUESTED = "refund.requested"
    REFUND_CHANGED = "refund.changed"
    EVENT_CANCELLATION_STARTED = "event_cancellation.started"
    EVENT_CANCELLATION_ENDED = "event_cancellation.ended"
    CALENDAR_ITEM_CHANGED = "calendar_item.changed"
    WEBHOOK_PING = "webhook.ping"
    WEBHOOK_DISABLED = "webhook.disabled"


@dataclass(frozen=True, slots=True)
class Event:
    """One event; its payload has ids and figures, never personal names."""

    id: UUID
    topic: Topic
    entity: str
    entity_id: UUID
    payload: dict[str, Any]
    created_at: datetime
