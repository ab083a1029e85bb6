"""The receivables ledger: an append-only subledger of what accounts owe."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID


class EntryType(StrEnum):
    """What an entry books. Debits are positive: they raise what the account owes."""

    DOCUMENT = "DOCUMENT"
    CREDIT_NOTE = "CREDIT_NOTE"
    PAYMENT = "PAYMENT"
    REFUND = "REFUND"
    ROUNDING = "ROUNDING"
    WRITE_OFF = "WRITE_OFF"
    REOPEN = "REOPEN"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One booking, never changed. `document_on` is the date of what it books, `posted_on` its own.

    The two differ where the period of the former was closed already.
    """

    id: UUID
    account_id: UUID
    type: EntryType
    amount_minor: int
    currency: str
    posted_on: date
    document_on: date
    sale_id: UUID | None
    invoice_id: UUID | None
    payment_id: UUID | None
    refund_id: UUID | None
    note: str | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Allocation:
    """What of a payment or credit went to an invoice or refund; a negative amount takes it back.

    Allocations say which document is open; they do not change what the account owes.
    """

    id: UUID
    account_id: UUID
    payment_id: UUID | None
    credit_id: UUID | None
    invoice_id: UUID | None
    refund_id: UUID | None
    amount_minor: int
    currency: str
    posted_on: date
    created_at: datetime
