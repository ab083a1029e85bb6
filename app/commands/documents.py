"""Documents that invoicing systems report: recorded, decided, and their dates and references."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from app.commands.document_posting import (
    expected_minor,
    find_invoice,
    lock_invoice,
    open_invoice_book,
    put_document,
)
from app.commands.execution import Outcome
from app.commands.files import keep_file
from app.domain.accounts import Account
from app.domain.claiming import why_not_billable, why_taken
from app.domain.documents import (
    DocumentSource,
    DocumentState,
    InvoiceDocument,
    Reported,
    StoredFile,
    check_reported,
    complete_totals,
    is_draft_number,
    is_same,
    judge,
    key_of,
    type_of,
)
from app.domain.errors import DomainError, ErrorCode, refuse
from app.domain.permissions import Permission, require
from app.domain.validation import Check
from app.storage.organisations import read_organisation

if TYPE_CHECKING:
    from uuid import UUID

    from app.commands.files import NewFile
    from app.domain.invoices import Invoice
    from app.domain.permissions import Actor
    from app.domain.receivables import Receivable
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RecordDocument:
    """A document of an invoice that is named by id or by its instalment code.

    Its file comes with it, or was stored before and is named by `file_id`.
    """

    reported: Reported
    invoice_id: UUID | None = None
    code: str | None = None
    file_id: UUID | None = None
    file: NewFile | None = None


def record_document(work: UnitOfWork, actor: Actor, request: RecordDocument) -> Outcome:
    """Take over a document that a source reports, and book it if it agrees with its invoice.

    Works with and without a claim. Reporting the same again changes nothing.

    Raises:
        DomainError: NOT_FOUND for an invoice or file that is not here; INVOICE_NOT_BILLABLE,
            CLAIM_TAKEN; DOCUMENT_CONFLICT, DOCUMENT_EXISTS; and what is wrong with the report.
    """
    require(actor, Permission.DOCUMENT_RECORD)
    check_named(work, request.invoice_id, request.code, request.file_id)
    found = find_invoice(work, request.invoice_id, request.code)
    state, invoice = lock_invoice(work, found, "invoiceId")
    book = open_invoice_book(work, state, invoice)
    facts = book.receivables[invoice.id]
    document = _document_of(work, invoice, facts, request)
    known = _known(work, document, request.reported)
    if known is not None:
        _attach(work, known, request)
        return Outcome({"invoice": invoice.id, "invoice_document": known.id})
    for problem in (
        why_not_billable(invoice, state.sale.status, facts, is_reported=True),
        why_taken(invoice, facts, document.source, work.now),
    ):
        if problem is not None:
            raise DomainError(problem)
    _replace_draft(work, document, facts)
    document = replace(document, file_id=_file_of(work, request))
    work.insert([document])
    work.record("invoice_document", document.id, "invoice_document.recorded", None, document)
    put_document(work, book, state, invoice, document)
    return Outcome({"invoice": invoice.id, "invoice_document": document.id})


def check_named(
    work: UnitOfWork, invoice_id: UUID | None, code: str | None, file_id: UUID | None
) -> None:
    """Refuse an invoice that is not named in one way, and a file that is not here."""
    check = Check()
    if (invoice_id is None) is (code is None):
        message = "name the invoice by invoiceId or by its code, by one of them"
        check.add(ErrorCode.INPUT_INVALID, message, "invoiceId")
    if file_id is not None and not work.find(StoredFile, id=file_id):
        check.add(ErrorCode.NOT_FOUND, "no such file", "fileId")
    check.refuse_if_any()


def _document_of(
    work: UnitOfWork, invoice: Invoice, facts: Receivable, request: RecordDocument
) -> InvoiceDocument:
    """Build the document that a report describes, or refuse everything that is wrong with it."""
    reported = request.reported
    check = Check()
    expected = expected_minor(invoice, facts)
    check_reported(reported, invoice, expected, check)
    tolerance = _tolerance(work, reported.source, check)
    totals = complete_totals(reported, invoice, expected, tolerance, check)
    _check_file(work, request.file_id, invoice, check)
    check.refuse_if_any()
    due_on = reported.due_on
    if due_on is None and totals.gross_minor > 0:
        account = work.get(Account, invoice.account_id)
        due_on = reported.issued_on + timedelta(days=account.payment_term_days)
    number = reported.number.strip()
    difference = totals.gross_minor - expected
    return InvoiceDocument(
        id=work.new_id(),
        invoice_id=invoice.id,
        sale_id=invoice.sale_id,
        account_id=invoice.account_id,
        source=reported.source,
        type=type_of(reported, expected),
        state=judge(number=number, difference_minor=difference, tolerance_minor=tolerance),
        number=number,
        issued_on=reported.issued_on,
        due_on=due_on,
        reference=reported.reference,
        reference_key=key_of(reported),
        net_minor=totals.net_minor,
        vat_minor=totals.vat_minor,
        gross_minor=totals.gross_minor,
        rounding_minor=totals.gross_minor - (invoice.gross_minor or 0),
        currency=invoice.currency,
        file_id=None,
        created_at=work.now,
    )


def _tolerance(work: UnitOfWork, source: str, check: Check) -> int:
    """Return by how much a source's documents may differ: its own tolerance, or the club's."""
    known = work.find(DocumentSource, code=source)
    if not known:
        return read_organisation(work).document_tolerance_minor
    if not known[0].is_active:
        message = f"document source {source} is not active"
        check.add(ErrorCode.INPUT_INVALID, message, "source")
    return known[0].tolerance_minor


def _check_file(work: UnitOfWork, file_id: UUID | None, invoice: Invoice, check: Check) -> None:
    """Collect a file that belongs to another account's document."""
    if file_id is None:
        return
    others = work.find(InvoiceDocument, file_id=file_id)
    if any(one.account_id != invoice.account_id for one in others):
        check.add(ErrorCode.IN_USE, "the file belongs to a document of another account", "fileId")


def _known(
    work: UnitOfWork, document: InvoiceDocument, reported: Reported
) -> InvoiceDocument | None:
    """Return the document that was reported with this number before, or None.

    Refuses with DOCUMENT_CONFLICT other content under the number. The number of a draft is none of
    a document: several invoices may share it, and its content may change.
    """
    for one in work.find(InvoiceDocument, source=document.source, number=document.number):
        if one.state is DocumentState.REJECTED:
            continue
        if is_same(one, document, reported):
            return one
        if not is_draft_number(document.number):
            message = (
                f"{one.source} reported {one.number} before, for another invoice"
                if one.invoice_id != document.invoice_id
                else f"{one.source} reported {one.number} before, with other content"
            )
            refuse(ErrorCode.DOCUMENT_CONFLICT, message, "number")
    return None


def _attach(work: UnitOfWork, known: InvoiceDocument, request: RecordDocument) -> None:
    """Add the file that came later than its document."""
    if known.file_id is None and (request.file_id or request.file):
        after = replace(known, file_id=_file_of(work, request))
        work.update([after])
        work.record("invoice_document", known.id, "invoice_document.file_added", known, after)


def _file_of(work: UnitOfWork, request: RecordDocument) -> UUID | None:
    """Return the file of a report, storing one that came with it."""
    return request.file_id if request.file is None else keep_file(work, request.file, "file").id


def _replace_draft(work: UnitOfWork, document: InvoiceDocument, facts: Receivable) -> None:
    """Make room for a document: a draft's number gives way to it, everything else does not."""
    if facts.document_id is None:
        return
    if facts.document_state is not DocumentState.DRAFT:
        message = f"the invoice has document {facts.document_no} already"
        refuse(ErrorCode.DOCUMENT_EXISTS, message, "number")
    draft = work.get(InvoiceDocument, facts.document_id)
    reject_document(work, draft, f"replaced by {document.number}")


def reject_document(work: UnitOfWork, document: InvoiceDocument, reason: str) -> None:
    """Keep a document only for the record."""
    after = replace(
        document,
        state=DocumentState.REJECTED,
        decided_by=work.actor_name,
        decided_at=work.now,
        decided_reason=reason,
    )
    work.update([after])
    work.record("invoice_document", document.id, "invoice_document.rejected", document, after)
