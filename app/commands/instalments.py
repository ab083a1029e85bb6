"""What invoicing systems report of an instalment, by its code: its document, PDF and payments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.books import first_open_day
from app.commands.document_posting import find_invoice
from app.commands.documents import RecordDocument, record_document
from app.commands.execution import Outcome
from app.commands.files import NewFile, keep_file
from app.commands.line_facts import today_of
from app.commands.payments import RecordPayment, record_payment
from app.domain.documents import DocumentState, InvoiceDocument
from app.domain.errors import ErrorCode, refuse
from app.domain.payments import Payment, PaymentMethod
from app.domain.permissions import Permission, require
from app.domain.receivables import Receivable, payable_minor
from app.domain.validation import Check
from app.storage.organisations import read_organisation
from app.storage.receivables import lock_accounts

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.domain.invoices import Invoice
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

PAYMENT_NO_LIMIT = 100
"""Characters of a payment's number: the instalment code stands behind it."""


@dataclass(frozen=True, slots=True)
class PayInstalment:
    """A payment of one instalment; without an amount all of what is open.

    One transfer may pay several instalments, so its number counts once for each of them.
    """

    source: str
    code: str
    number: str
    paid_on: date | None = None
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER
    amount_minor: int | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class ReportInstalment:
    """A document of an instalment with its file, a payment of it, or both: written together."""

    document: RecordDocument | None = None
    payment: PayInstalment | None = None
    file: NewFile | None = None


def report_instalment(work: UnitOfWork, actor: Actor, request: ReportInstalment) -> Outcome:
    """Record a document and then a payment, both or none.

    Raises:
        DomainError: what `record_document` and `pay_instalment` refuse.
    """
    require(actor, Permission.DOCUMENT_RECORD)
    ids: dict[str, UUID] = {}
    if request.document is not None:
        file_id = _file_of(work, request)
        ids |= record_document(work, actor, replace(request.document, file_id=file_id)).ids
    if request.payment is not None:
        ids |= pay_instalment(work, actor, request.payment).ids
    return Outcome(ids)


def _file_of(work: UnitOfWork, request: ReportInstalment) -> UUID | None:
    """Store the file of a document, unless it has one: the first that came stays."""
    if request.file is None or request.document is None:
        return None
    reported = request.document.reported
    for one in work.find(InvoiceDocument, source=reported.source, number=reported.number.strip()):
        if one.file_id is not None and one.state is not DocumentState.REJECTED:
            return one.file_id
    return keep_file(work, request.file, "file").id


def pay_instalment(work: UnitOfWork, actor: Actor, request: PayInstalment) -> Outcome:
    """Record a payment of an instalment; what is too much stays a credit of the account.

    A payment of a closed period is posted on the first open day, and keeps its own date.

    Raises:
        DomainError: NOT_FOUND; PAYMENT_CONFLICT when the source reported its number with other
            content; INVOICE_NOT_PAYABLE when nothing is open and no amount is given; and what
            `record_payment` refuses.
    """
    require(actor, Permission.PAYMENT_RECORD)
    check = Check()
    check.text("externalId", request.number, PAYMENT_NO_LIMIT)
    check.day("receivedOn", request.paid_on)
    check.refuse_if_any()
    organisation = read_organisation(work)
    lock_accounts(work, [find_invoice(work, None, request.code).account_id])
    invoice = find_invoice(work, None, request.code)
    external_id = f"{request.number.strip()} {invoice.code}"
    for known in work.find(Payment, source=request.source, external_id=external_id):
        _require_same(known, request)
        return Outcome({"invoice": invoice.id, "payment": known.id})
    paid_on = request.paid_on or today_of(work, organisation)
    posted_on = first_open_day(organisation, paid_on)
    amount, allocated = _amounts(work, invoice, request)
    payment = RecordPayment(
        account_id=invoice.account_id,
        amount_minor=amount,
        currency=invoice.currency,
        received_on=paid_on,
        method=request.method,
        source=request.source,
        external_id=external_id,
        reference=request.reference,
        allocations=((invoice.id, allocated),) if allocated else (),
        posted_on=None if posted_on == paid_on else posted_on,
    )
    if not allocated:
        # Nothing is open: it stays with the account, and is not matched with anything else.
        payment = replace(payment, reference=None)
    outcome = record_payment(work, actor, payment)
    return Outcome({"invoice": invoice.id, "payment": outcome.ids["payment"]})


def _amounts(work: UnitOfWork, invoice: Invoice, request: PayInstalment) -> tuple[int, int]:
    """Return what came in, and what of it the instalment can take."""
    if (invoice.gross_minor or 0) < 0:
        message = f"{invoice.code} gives money back; no payment comes in for it"
        refuse(ErrorCode.INVOICE_NOT_PAYABLE, message, "externalId")
    facts = work.find(Receivable, invoice_id=invoice.id)
    payable = payable_minor(invoice.gross_minor, facts[0] if facts else None)
    if request.amount_minor is not None:
        return request.amount_minor, min(request.amount_minor, payable)
    if payable <= 0:
        refuse(ErrorCode.INVOICE_NOT_PAYABLE, f"nothing is open of {invoice.code}", "externalId")
    return payable, payable


def _require_same(known: Payment, request: PayInstalment) -> None:
    """Refuse other content under a number that was reported before."""
    wanted = {
        "receivedOn": (request.paid_on, known.received_on),
        "amount": (request.amount_minor, known.amount_minor),
        "method": (request.method, known.method),
    }
    differing = [name for name, (new, old) in wanted.items() if new not in {None, old}]
    if differing:
        message = f"{request.source} reported {request.number} with another " + ", ".join(differing)
        refuse(ErrorCode.PAYMENT_CONFLICT, message, "externalId")
