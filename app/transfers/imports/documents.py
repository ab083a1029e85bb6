"""Documents and payments of instalments, as clubs without an invoicing system keep them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.document_decisions import EditDocuments, edit_documents
from app.commands.documents import RecordDocument, record_document
from app.commands.instalments import PayInstalment, pay_instalment
from app.domain.documents import DocumentState, InvoiceDocument, Reported
from app.domain.errors import DomainError, ErrorCode
from app.domain.invoices import Invoice, InvoiceKind
from app.domain.payments import Payment
from app.domain.sales import Sale
from app.storage.receivables import lock_accounts
from app.transfers.imports.records import Columns, Record, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.transfers.imports.intake import Intake

MANUAL = "MANUAL"
"""The source of documents that people type in."""
COLUMNS = Columns(
    (
        "instalmentCode",
        "invoiceNo",
        "invoiceDate",
        "dueDate",
        "net",
        "vat",
        "gross",
        "reference",
        "source",
        "paymentNo",
        "paymentDate",
    ),
    ("instalmentCode",),
    {
        "code": "instalmentCode",
        "invoiceId": "instalmentCode",
        "number": "invoiceNo",
        "issuedOn": "invoiceDate",
        "dueOn": "dueDate",
        "externalId": "paymentNo",
        "receivedOn": "paymentDate",
    },
)


def import_documents(intake: Intake, records: Sequence[Record]) -> None:
    """Record the document and the payment of each row; rows with neither number are left alone.

    Credit notes come after invoices, because they may wait for the documents of these.
    """
    intake.say(f"invoice document: {len(records)} rows")
    invoices = _lock(intake, records)
    order = sorted(records, key=lambda one: _is_note(invoices.get(one.text("instalmentCode"))))
    for record in order:
        invoice = invoices.get(record.text("instalmentCode"))
        if invoice is None:
            _refuse_unknown(record, invoices)
        elif not record.check.violations:
            _import_row(intake, record, invoice)


def _lock(intake: Intake, records: Sequence[Record]) -> Mapping[str | None, Invoice]:
    """Read the invoices of all rows, and lock their accounts and Sales in order."""
    work = intake.work
    codes = {code for one in records if (code := one.needed("instalmentCode")) is not None}
    accounts = {one.account_id for one in work.find(Invoice, code=codes)} if codes else set()
    lock_accounts(work, accounts)
    found = work.find(Invoice, code=codes) if codes else []
    if found:
        work.find(Sale, lock=True, id={one.sale_id for one in found})
    return {one.code: one for one in found}


def _is_note(invoice: Invoice | None) -> bool:
    return invoice is not None and invoice.kind is InvoiceKind.CREDIT_NOTE


def _refuse_unknown(record: Record, invoices: Mapping[str | None, Invoice]) -> None:
    """Collect a code that no instalment has."""
    code = record.text("instalmentCode")
    if code is None:
        return
    near = nearest(code, [one for one in invoices if one is not None])
    meant = f"; did you mean {near}?" if near else ""
    message = f"there is no instalment with code {code!r}{meant}"
    record.check.add(ErrorCode.NOT_FOUND, message, "instalmentCode")


def _import_row(intake: Intake, record: Record, invoice: Invoice) -> None:
    """Record what one row says, or collect why that cannot be."""
    source = record.text("source") or MANUAL
    document = _document_of(record, invoice, source)
    payment = _payment_of(record, invoice, source)
    if record.check.violations:
        return
    try:
        if document is not None:
            _record(intake, document)
        if payment is not None:
            outcome = pay_instalment(intake.work, intake.actor, payment)
            (stored,) = intake.work.find(Payment, id=outcome.ids["payment"])
            _count(intake, "payment", is_new=stored.created_at == intake.work.now)
    except DomainError as error:
        for one in error.violations:
            record.check.add(one.code, one.message, *one.path)


def _document_of(record: Record, invoice: Invoice, source: str) -> RecordDocument | None:
    """Read a row's document."""
    number = record.text("invoiceNo")
    if number is None:
        return None
    issued_on = record.day("invoiceDate")
    amounts: dict[str, Any] = {
        f"{name}_minor": record.minor(name, invoice.currency) for name in ("net", "vat", "gross")
    }
    due_on, reference = record.day("dueDate"), record.text("reference")
    if issued_on is None:
        if record.text("invoiceDate") is None:
            message = "a document needs its date"
            record.check.add(ErrorCode.DATE_INVALID, message, "invoiceDate")
        return None
    reported = Reported(source, number, issued_on, due_on=due_on, reference=reference, **amounts)
    return RecordDocument(reported, invoice_id=invoice.id)


def _payment_of(record: Record, invoice: Invoice, source: str) -> PayInstalment | None:
    """Read a row's payment: all that is open, as its number says."""
    paid_on, number = record.day("paymentDate"), record.text("paymentNo")
    if number is None:
        return None
    return PayInstalment(source, invoice.code, number, paid_on)


def _record(intake: Intake, request: RecordDocument) -> None:
    """Record a document; of one that is known, take over its due date and reference."""
    work, reported = intake.work, request.reported
    known = [
        one
        for one in work.find(InvoiceDocument, source=reported.source, number=reported.number)
        if one.invoice_id == request.invoice_id and one.state is not DocumentState.REJECTED
    ]
    values: dict[str, Any] = {}
    for one in known:
        values = {
            name: value
            for name, value in {"due_on": reported.due_on, "reference": reported.reference}.items()
            if value not in {None, getattr(one, name)}
        }
        if values:
            edit_documents(work, intake.actor, EditDocuments((one.id,), values))
    record_document(work, intake.actor, request)
    _count(intake, "invoice_document", is_new=not known, is_changed=bool(values))


def _count(intake: Intake, noun: str, *, is_new: bool, is_changed: bool = False) -> None:
    """Count a row as created, changed or unchanged."""
    counts = intake.counts.setdefault(noun, [0, 0, 0])
    counts[0 if is_new else 1 if is_changed else 2] += 1
