"""Payments and refunds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse

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

    @property
    def refundable_minor(self) -> int:
        """Return what may still be paid back of it, or charged back."""
        return 0 if self.reversed_at else self.amount_minor - self.refunded_minor


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


_STEPS: dict[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.REQUESTED: frozenset({RefundStatus.SENT, RefundStatus.FAILED}),
    RefundStatus.SENT: frozenset({RefundStatus.DONE, RefundStatus.FAILED}),
    RefundStatus.DONE: frozenset(),
    RefundStatus.FAILED: frozenset(),
}
"""Where a refund may go from where it is."""


def refund_after(refund: Refund, status: RefundStatus, failure: str | None) -> Refund:
    """Return a refund at its next status.

    Refuses with REFUND_STATUS_INVALID a step that is none, with REASON_REQUIRED a failure of which
    nobody says why.
    """
    if status not in _STEPS[refund.status]:
        then = " or ".join(sorted(_STEPS[refund.status])) or "nothing more"
        message = f"after {refund.status} comes {then}, not {status}"
        refuse(ErrorCode.REFUND_STATUS_INVALID, message, "status")
    if status is not RefundStatus.FAILED:
        return replace(refund, status=status)
    if failure is None or not failure.strip():
        refuse(ErrorCode.REASON_REQUIRED, "say why it failed", "failure")
    return replace(refund, status=status, failure=failure.strip())
