"""Settling credit notes: against their own documents first, then as the club's policy says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse
from app.domain.ledger import EntryType
from app.domain.payments import CreditSettlement, Refund, RefundStatus

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.domain.invoices import Invoice
    from app.domain.sales import SaleState
    from app.domain.settling import Book


@dataclass(frozen=True, slots=True)
class CreditSettled:
    """How a credit note's part on one document was settled.

    `settled_minor` of it closed what was open, `left_minor` became a credit of the account.
    """

    credit_note_id: UUID
    original_invoice_id: UUID
    gross_minor: int
    settled_minor: int
    left_minor: int


def enter_credit_note(
    book: Book, state: SaleState, note: Invoice, on: date
) -> tuple[CreditSettled, ...]:
    """Book a credit note, and settle it against the documents that it credits.

    All of these must be in the book and entered, and the credit note's facts with them. The last
    credit note on a document takes back what its legal total differed from its invoice, so that a
    document that is credited whole ends at nothing.
    """
    parts = credit_parts(book, state, note)
    book.enter(note.id, EntryType.CREDIT_NOTE, sum(parts.values()), on)
    settled = []
    for original_id, gross in parts.items():
        taken = book.note(note.id, original_id, gross)
        settled.append(CreditSettled(note.id, original_id, gross, taken, abs(gross) - taken))
    return tuple(settled)


def credit_parts(book: Book, state: SaleState, note: Invoice) -> dict[UUID, int]:
    """Return by original what a credit note takes from it, gross, at the document's legal total."""
    parts, ends = _cell_parts(state, note)
    for original_id in ends:
        original = book.receivables[original_id]
        sign = 1 if original.entered_minor > 0 else -1
        parts[original_id] = -(original.entered_minor - sign * original.noted_minor)
    return parts


def _cell_parts(state: SaleState, note: Invoice) -> tuple[dict[UUID, int], list[UUID]]:
    """Return by original what a credit note's cells take, gross, and which originals it ends."""
    numbers = {one.id: one.sequence_no for one in state.invoices}
    parts: dict[UUID, int] = {}
    for one in state.cells:
        if one.invoice_id == note.id:
            so_far = parts.get(one.original_invoice_id, 0)
            parts[one.original_invoice_id] = so_far + one.gross_minor
    ends = []
    for original_id in parts:
        about = [one for one in state.cells if one.original_invoice_id == original_id]
        left: dict[UUID, int] = {}
        for one in about:
            left[one.component_id] = left.get(one.component_id, 0) + one.amount_minor
        is_last = max(numbers[one.invoice_id] for one in about) == note.sequence_no
        if is_last and not any(left.values()):
            ends.append(original_id)
    return parts, ends


def void_credit_note(book: Book, state: SaleState, note: Invoice, on: date) -> None:
    """Make a credit note nothing, and everything that it settled open again.

    Its documents must be in the book, and the book opened with its allocations. Refuses with
    UNDO_IMPOSSIBLE when money was paid back for it.
    """
    facts = book.receivables[note.id]
    if facts.is_waiting:
        book.put(replace(facts, is_waiting=False))
        return
    book.recall(note.id)
    book.take_back(note.id, facts.credited_minor)
    if book.receivables[note.id].used_minor:
        message = f"credit note {note.code} was paid back; reject that refund first"
        refuse(ErrorCode.UNDO_IMPOSSIBLE, message, "cancellationId")
    for original_id, gross_minor in _noted_parts(book, state, note).items():
        original = book.receivables[original_id]
        noted = original.noted_minor - abs(gross_minor)
        book.put(replace(original, noted_minor=noted))
    book.enter(note.id, EntryType.CREDIT_NOTE, 0, on)


def _noted_parts(book: Book, state: SaleState, note: Invoice) -> dict[UUID, int]:
    """Return by original what a credit note took from it, when it was booked."""
    gross_of = {one.id: one.gross_minor or 0 for one in state.invoices}
    parts, ends = _cell_parts(state, note)
    for original_id in ends:
        difference = book.receivables[original_id].entered_minor - gross_of[original_id]
        parts[original_id] -= difference
    return parts


def settle_left(book: Book, settled: CreditSettled, policy: CreditSettlement, reason: str) -> None:
    """Do with what is left of a credit as the policy says; KEEP leaves it on the account.

    OFFSET_OLDEST needs all the account's open documents in the book, REFUND the allocations of the
    credited document.
    """
    left = min(settled.left_minor, book.credit_left(settled.credit_note_id))
    if policy is CreditSettlement.OFFSET_OLDEST:
        _offset_oldest(book, settled.credit_note_id, left)
    elif policy is CreditSettlement.REFUND:
        _refund(book, settled, left, reason)


def _offset_oldest(book: Book, credit_id: UUID, left_minor: int) -> None:
    """Pay documents with a credit, the oldest due first."""
    due = [
        (facts.due_on, facts.invoice_id, facts.open_minor)
        for facts in book.receivables.values()
        if facts.is_documented and facts.due_on is not None and facts.open_minor > 0
    ]
    for _, invoice_id, open_minor in sorted(due):
        taken = min(left_minor, open_minor)
        if taken:
            book.offset(credit_id, invoice_id, taken)
            left_minor -= taken


def _refund(book: Book, settled: CreditSettled, left_minor: int, reason: str) -> None:
    """Ask for refunds through the payments of the credited document, as far as they reach."""
    for payment_id, paid_minor in book.payments_of(settled.original_invoice_id):
        payment = book.payments[payment_id]
        taken = min(left_minor, paid_minor, payment.refundable_minor)
        if taken <= 0:
            continue
        left_minor -= taken
        posting = book.posting
        refund = Refund(
            id=posting.new_id(),
            account_id=posting.account_id,
            payment_id=payment_id,
            status=RefundStatus.REQUESTED,
            amount_minor=taken,
            currency=posting.currency,
            reason=reason,
            external_id=None,
            failure=None,
            version=1,
            created_by=posting.actor_name,
            created_at=posting.now,
            updated_at=posting.now,
        )
        book.request_refund(refund, [(None, settled.credit_note_id)])
