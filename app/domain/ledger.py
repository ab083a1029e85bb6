"""The receivables ledger: an append-only subledger of what accounts owe."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
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


@dataclass(frozen=True, slots=True)
class Posting:
    """Whose book it is, and how what is written into it is dated and signed."""

    account_id: UUID
    currency: str
    posted_on: date
    now: datetime
    actor_name: str
    new_id: Callable[[], UUID]


class Journal:
    """What is written down on one occasion: entries, and allocations beside the earlier ones."""

    def __init__(self, posting: Posting, earlier: Iterable[Allocation] = ()) -> None:
        """Begin with nothing written; `earlier` are the allocations that may be taken back."""
        self.posting = posting
        self.earlier = list(earlier)
        self.entries: list[LedgerEntry] = []
        self.allocations: list[Allocation] = []

    def _held(
        self, *, invoice_id: UUID | None = None, refund_id: UUID | None = None
    ) -> list[tuple[tuple[UUID | None, UUID | None], int]]:
        """List what payments and credits hold of an invoice or refund, earliest source first."""
        held: dict[tuple[UUID | None, UUID | None], int] = {}
        for one in (*self.earlier, *self.allocations):
            is_of = one.refund_id == refund_id if refund_id else one.invoice_id == invoice_id
            if is_of:
                key = (one.payment_id, one.credit_id)
                held[key] = held.get(key, 0) + one.amount_minor
        return [(key, amount) for key, amount in held.items() if amount]

    def _allocate(
        self,
        amount_minor: int,
        *,
        payment_id: UUID | None = None,
        credit_id: UUID | None = None,
        invoice_id: UUID | None = None,
        refund_id: UUID | None = None,
    ) -> None:
        """Write an allocation down."""
        self.allocations.append(
            Allocation(
                id=self.posting.new_id(),
                account_id=self.posting.account_id,
                payment_id=payment_id,
                credit_id=credit_id,
                invoice_id=invoice_id,
                refund_id=refund_id,
                amount_minor=amount_minor,
                currency=self.posting.currency,
                posted_on=self.posting.posted_on,
                created_at=self.posting.now,
            )
        )

    def _book(
        self,
        entry: EntryType,
        amount_minor: int,
        document_on: date,
        *,
        sale_id: UUID | None = None,
        invoice_id: UUID | None = None,
        payment_id: UUID | None = None,
        refund_id: UUID | None = None,
        note: str | None = None,
    ) -> None:
        """Write an entry down, unless it is about nothing."""
        if not amount_minor:
            return
        self.entries.append(
            LedgerEntry(
                id=self.posting.new_id(),
                account_id=self.posting.account_id,
                type=entry,
                amount_minor=amount_minor,
                currency=self.posting.currency,
                posted_on=self.posting.posted_on,
                document_on=document_on,
                sale_id=sale_id,
                invoice_id=invoice_id,
                payment_id=payment_id,
                refund_id=refund_id,
                note=note,
                created_by=self.posting.actor_name,
                created_at=self.posting.now,
            )
        )
