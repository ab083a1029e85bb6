"""Booking what became of an invoice's document, and the credit notes that waited for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.commands.books import close_book, posting_of
from app.domain.crediting import enter_credit_note, settle_left
from app.domain.documents import DocumentState
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.invoices import Invoice
from app.domain.ledger import EntryType
from app.domain.payments import CreditSettlement
from app.domain.receivables import no_facts
from app.storage.organisations import read_organisation
from app.storage.receivables import lock_accounts, open_book
from app.storage.sales import load_sale

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.documents import InvoiceDocument
    from app.domain.organisations import Organisation
    from app.domain.receivables import Receivable
    from app.domain.sales import SaleState
    from app.domain.settling import Book
    from app.storage.unit_of_work import UnitOfWork

_TOPICS = {
    DocumentState.ACCEPTED: Topic.INVOICE_DOCUMENTED,
    DocumentState.MISMATCH: Topic.INVOICE_MISMATCHED,
}


def find_invoice(work: UnitOfWork, invoice_id: UUID | None, code: str | None) -> Invoice:
    """Read an invoice by its id or its instalment code, or refuse with NOT_FOUND."""
    if invoice_id is not None:
        return work.get(Invoice, invoice_id, "invoiceId")
    found = work.find(Invoice, code=code) if code is not None else []
    if not found:
        refuse(ErrorCode.NOT_FOUND, f"no invoice has the code {code!r}", "code")
    return found[0]


def lock_invoice(work: UnitOfWork, found: Invoice, *path: str) -> tuple[SaleState, Invoice]:
    """Lock an invoice's account and Sale; return the Sale, and the invoice as it is now."""
    lock_accounts(work, [found.account_id])
    state = load_sale(work, found.sale_id, *path)
    for invoice in state.invoices:
        if invoice.id == found.id:
            return state, invoice
    refuse(ErrorCode.NOT_FOUND, "no such invoice", *path)


def open_invoice_book(work: UnitOfWork, state: SaleState, invoice: Invoice) -> Book:
    """Open the account's book with everything of an invoice's Sale, and facts of the invoice.

    Credit notes may pay the oldest documents by the club's policy; then these are in it too.
    """
    organisation = read_organisation(work)
    book = open_book(
        work,
        posting_of(work, invoice.account_id, invoice.currency),
        invoice_ids=[one.id for one in state.invoices],
        unsettled=organisation.credit_settlement is CreditSettlement.OFFSET_OLDEST,
    )
    if invoice.id not in book.receivables:
        book.put(no_facts(invoice))
    return book


def expected_minor(invoice: Invoice, facts: Receivable | None) -> int:
    """Return the gross that an invoice's document should have.

    A credit note that was entered already may have taken back what its document differed.
    """
    entered = facts.entered_minor if facts is not None else 0
    return entered or invoice.gross_minor or 0


def put_document(
    work: UnitOfWork, book: Book, state: SaleState, invoice: Invoice, document: InvoiceDocument
) -> None:
    """Take over a document that is stored as its invoice's, and book it once it is accepted."""
    before = book.receivables[invoice.id]
    book.put(
        replace(
            before,
            document_id=document.id,
            document_state=document.state,
            document_no=document.number,
            issued_on=document.issued_on,
            due_on=document.due_on,
        )
    )
    if document.state is DocumentState.ACCEPTED:
        organisation = read_organisation(work)
        _enter(book, document, organisation)
        _release_waiting(work, book, state, organisation)
    close_book(work, book)
    if document.state in _TOPICS:
        work.emit(
            _TOPICS[document.state],
            "invoice",
            invoice.id,
            code=invoice.code,
            sale_id=invoice.sale_id,
            number=document.number,
            gross_minor=document.gross_minor,
            rounding_minor=document.rounding_minor,
            currency=invoice.currency,
        )


def _enter(book: Book, document: InvoiceDocument, organisation: Organisation) -> None:
    """Book a document at its legal gross; advances beyond it are free again, or are rounded."""
    invoice_id = document.invoice_id
    is_note = document.gross_minor < 0
    entry = EntryType.CREDIT_NOTE if is_note else EntryType.DOCUMENT
    book.enter(invoice_id, entry, document.gross_minor, document.issued_on)
    facts = book.receivables[invoice_id]
    tolerance = organisation.payment_tolerance_minor
    if is_note:
        # What its own document differs from what was settled with it before.
        if facts.used_minor and facts.used_minor > abs(document.gross_minor):
            book.round_off(invoice_id, organisation.document_tolerance_minor)
        return
    if facts.paid_minor + facts.credited_minor and not book.round_off(invoice_id, tolerance):
        book.free_excess(invoice_id, document.gross_minor)


def _release_waiting(
    work: UnitOfWork, book: Book, state: SaleState, organisation: Organisation
) -> None:
    """Book the credit notes that waited, as soon as all that they credit is documented."""
    originals: dict[UUID, set[UUID]] = {}
    for one in state.cells:
        if one.invoice_id != one.original_invoice_id:
            originals.setdefault(one.invoice_id, set()).add(one.original_invoice_id)
    for note in sorted(state.invoices, key=lambda one: one.sequence_no):
        facts = book.receivables.get(note.id)
        if facts is None or not facts.is_waiting:
            continue
        credited = [book.receivables.get(one) for one in originals[note.id]]
        if not all(one is not None and one.is_documented for one in credited):
            continue
        book.put(replace(facts, is_waiting=False))
        for settled in enter_credit_note(book, state, note, book.posting.posted_on):
            settle_left(book, settled, organisation.credit_settlement, note.code)
        work.emit(Topic.INVOICE_RELEASED, "invoice", note.id, code=note.code, sale_id=note.sale_id)
