"""What became of an invoice outside its Sale: claimed, documented, paid, credited; its status."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.documents import DocumentState

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.invoices import Invoice


class InvoiceStatus(StrEnum):
    """What is to be done with an invoice; derived from facts, never stored."""

    VOID = "VOID"
    FUTURE = "FUTURE"
    TODO = "TODO"
    PENDING = "PENDING"
    OPEN = "OPEN"
    PARTIAL = "PARTIAL"
    OVERDUE = "OVERDUE"
    RECEIVED = "RECEIVED"
    CREDITED = "CREDITED"


@dataclass(frozen=True, slots=True)
class Receivable:
    """The facts of one invoice or credit note; without any there is no row.

    `entered_minor` is what the ledger has of it: its document's gross, or the negative gross of a
    credit note. `paid_minor` and `credited_minor` are what payments and credits were allocated to
    it, `used_minor` what of a credit was allocated elsewhere, `rounded_minor` and
    `written_off_minor` what was booked to close it. `noted_minor` is what credit notes took from
    its document, settled or not.

    A credit note that `is_waiting` credits an invoice whose document has no number yet.
    """

    invoice_id: UUID
    sale_id: UUID
    account_id: UUID
    currency: str
    claimed_by: str | None = None
    claimed_at: datetime | None = None
    claim_expires_at: datetime | None = None
    document_id: UUID | None = None
    document_state: DocumentState | None = None
    document_no: str | None = None
    issued_on: date | None = None
    due_on: date | None = None
    is_waiting: bool = False
    entered_minor: int = 0
    noted_minor: int = 0
    paid_minor: int = 0
    credited_minor: int = 0
    used_minor: int = 0
    rounded_minor: int = 0
    written_off_minor: int = 0

    @property
    def open_minor(self) -> int:
        """Return what is still to be paid; negative is the customer's credit."""
        return (
            self.entered_minor
            + self.rounded_minor
            - self.written_off_minor
            - self.paid_minor
            - self.credited_minor
            + self.used_minor
        )

    @property
    def is_frozen(self) -> bool:
        """Tell whether a document exists or is being made, so that no amount may change."""
        return self.claimed_at is not None or self.document_id is not None

    @property
    def is_documented(self) -> bool:
        """Tell whether its document has been accepted."""
        return self.document_state is DocumentState.ACCEPTED


def no_facts(invoice: Invoice) -> Receivable:
    """Return the receivable of an invoice to which nothing has happened yet."""
    return Receivable(invoice.id, invoice.sale_id, invoice.account_id, invoice.currency)


def payable_minor(gross_minor: int | None, facts: Receivable | None) -> int:
    """Return what an invoice can take: what is open, or without a document its gross less advances.

    A document that is a draft, or waits for a decision, counts as none.
    """
    if facts is None:
        return max(0, gross_minor or 0)
    if facts.is_documented or facts.entered_minor:
        return max(0, facts.open_minor)
    return max(0, (gross_minor or 0) - facts.paid_minor - facts.credited_minor)


def invoice_status(
    *, amount_minor: int, planned_on: date, facts: Receivable | None, today: date
) -> InvoiceStatus:
    """Derive what is to be done with an invoice on a day of the club's time zone.

    Source: sales.md 6.7.
    """
    if facts is None or not facts.is_documented:
        if facts is not None and (facts.is_frozen or facts.is_waiting):
            return InvoiceStatus.PENDING
        if amount_minor == 0:
            return InvoiceStatus.VOID
        return InvoiceStatus.FUTURE if planned_on > today else InvoiceStatus.TODO
    open_minor, whole = abs(facts.open_minor), abs(facts.entered_minor)
    if open_minor == 0:
        is_credited = facts.entered_minor < 0 or facts.noted_minor >= whole > 0
        return InvoiceStatus.CREDITED if is_credited else InvoiceStatus.RECEIVED
    if facts.open_minor > 0 and facts.due_on is not None and facts.due_on < today:
        return InvoiceStatus.OVERDUE
    return InvoiceStatus.PARTIAL if open_minor < whole else InvoiceStatus.OPEN
