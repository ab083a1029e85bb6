"""Payments and refunds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID


class PaymentMethod(StrEnum):
    """How money came or went."""

    BANK_TRANSFER = "BANK_TRANSFER"
    CARD = "CARD"
    DIRECT_DEBIT = "DIRECT_DEBIT"
    ONLINE = "ONLINE"
    CASH = "CASH"
    OTHER = "OTHER"


class PaymentMatching(StrEnum):
    """What happens to a payment that names no invoice: it waits, or pays the oldest due first."""

    REFERENCE = "REFERENCE"
    FIFO = "FIFO"


class CreditSettlement(StrEnum):
    """What becomes of a credit beyond the open part of its own document.

    KEEP leaves it on the account, OFFSET_OLDEST pays the oldest documents with it, REFUND asks for
    a refund as far as the invoice was paid.
    """

    KEEP = "KEEP"
    OFFSET_OLDEST = "OFFSET_OLDEST"
    REFUND = "REFUND"


class RefundStatus(StrEnum):
    """Where a refund is; a FAILED one gives its amount back to the account's credit."""

    REQUESTED = "REQUESTED"
    SENT = "SENT"
    DONE = "DONE"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received. `left_minor` is not allocated; `refunded_minor` was paid back through it.

    A reversed payment was charged back or bounced, and counts for nothing.
    """

    id: UUID
    account_id: UUID
    method: PaymentMethod
    received_on: date
    amount_minor: int
    currency: str
    source: str
    external_id: str | None
    reference: str | None
    left_minor: int
    refunded_minor: int
    created_by: str
    created_at: datetime
    reversed_at: datetime | None = None
    reversed_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money to be paid back, through the payment by which it came if that is known."""

    id: UUID
    account_id: UUID
    payment_id: UUID | None
    status: RefundStatus
    amount_minor: int
    currency: str
    reason: str
    external_id: str | None
    failure: str | None
    version: int
    created_by: str
    created_at: datetime
    updated_at: datetime
