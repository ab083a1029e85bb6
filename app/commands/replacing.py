"""Invoicing anew: a document is credited in full, and an open invoice takes its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.books import close_book
from app.commands.cancel_effect import book_credit_notes, book_for, lock_with_accounts
from app.commands.execution import Outcome
from app.commands.line_facts import today_of
from app.commands.register import check_version
from app.domain.accounts import Account, Contact
from app.domain.cancelling import CancelTerms, CreditWhere, credit, remaining
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.invoices import Invoice, InvoiceKind
from app.domain.lifecycle import NEEDS, status_after
from app.domain.organisations import CreditNotes
from app.domain.permissions import require
from app.domain.receivables import Receivable
from app.domain.replacing import mirror
from app.domain.sales import SaleAction
from app.domain.validation import Check, reason_of
from app.storage.organisations import read_organisation
from app.storage.sales import save_sale

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.domain.sales import SaleState
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReplaceInvoice:
    """A documented invoice to credit, and when the one in its place is planned, for whom and why.

    Without an account it is for the same one.
    """

    invoice_id: UUID
    expected_version: int
    planned_on: date
    reason: str
    account_id: UUID | None = None


def replace_invoice(work: UnitOfWork, actor: Actor, request: ReplaceInvoice) -> Outcome:
    """Credit what is left of a documented invoice, and invoice the same anew.

    The Sale's amounts stay as they are, net and VAT alike.

    Raises:
        DomainError: NOT_FOUND, VERSION_STALE, SALE_STATUS_INVALID, DOCUMENT_STATE_INVALID,
            CANCEL_NOTHING when it is credited already, ACCOUNT_INACTIVE, ACCOUNT_INCOMPLETE,
            REASON_REQUIRED, PERMISSION_DENIED.
    """
    require(actor, NEEDS[SaleAction.REPLACE_INVOICE])
    reason = reason_of(request.reason)
    found = work.get(Invoice, request.invoice_id, "invoiceId")
    more = {request.account_id} if request.account_id is not None else set()
    account = _payer(work, request, found)
    before = lock_with_accounts(work, actor, found.sale_id, more, "invoiceId")
    status_after(before.sale, SaleAction.REPLACE_INVOICE)
    check_version(before.sale.version, request.expected_version)
    invoice = next(one for one in before.invoices if one.id == found.id)
    left = _left(work, before, invoice)
    organisation = read_organisation(work)
    terms = CancelTerms(
        cancellation_id=work.new_id(),
        credit_where=CreditWhere.PROPORTIONAL,
        credit_notes=CreditNotes.PER_DOCUMENT,
        frozen={invoice.id},
        today=today_of(work, organisation),
        now=work.now,
        new_id=work.new_id,
    )
    notes, cells, vats = credit(before, {invoice.id: left}, terms)
    # It came with the new invoice and not with a cancellation.
    note = replace(notes[0], cancellation_id=None)
    credited = replace(
        before,
        invoices=(*before.invoices, note),
        cells=(*before.cells, *cells),
        vats=(*before.vats, *vats),
    )
    after, added = mirror(credited, note, invoice, account.id, request.planned_on, work.new_id())
    save_sale(work, "invoice.replaced", before, after)
    book = book_for(work, after, invoice.account_id, [note], (), organisation.credit_settlement)
    book_credit_notes(book, after, [note], organisation.credit_settlement)
    close_book(work, book)
    told = {"reason": reason, "credit_note": note.code, "replaced_by": added.code}
    work.record_values("invoice", invoice.id, "invoice.replaced", None, told)
    _announce(work, note, invoice, added)
    return Outcome({"sale": before.sale.id, "invoice": added.id})


def _announce(work: UnitOfWork, note: Invoice, invoice: Invoice, added: Invoice) -> None:
    """Announce the credit note, and the invoice that was replaced."""
    work.emit(
        Topic.CREDIT_NOTE_CREATED,
        "invoice",
        note.id,
        code=note.code,
        sale_id=note.sale_id,
        gross_minor=note.gross_minor,
        currency=note.currency,
        is_waiting=False,
    )
    work.emit(
        Topic.INVOICE_REPLACED,
        "invoice",
        invoice.id,
        code=invoice.code,
        sale_id=invoice.sale_id,
        added=added.id,
    )


def _payer(work: UnitOfWork, request: ReplaceInvoice, invoice: Invoice) -> Account:
    """Return who gets the new invoice, or refuse whoever cannot, and a date that is none."""
    check = Check()
    check.day("plannedOn", request.planned_on)
    account = work.get(Account, request.account_id or invoice.account_id, "accountId")
    if account.id != invoice.account_id:
        if not account.is_active:
            message = f"account {account.code} is not active"
            check.add(ErrorCode.ACCOUNT_INACTIVE, message, "accountId")
        contacts = work.find(Contact, account_id=account.id, is_default=True)
        missing = account.missing_for_final(has_default_contact=bool(contacts))
        if missing:
            message = f"account {account.code} lacks {', '.join(missing)}"
            check.add(ErrorCode.ACCOUNT_INCOMPLETE, message, "accountId")
    check.refuse_if_any()
    return account


def _left(work: UnitOfWork, state: SaleState, invoice: Invoice) -> dict[UUID, int]:
    """Return by component what is left of a documented invoice, or refuse one that is not."""
    facts = work.find(Receivable, invoice_id=invoice.id)
    if invoice.kind is not InvoiceKind.INVOICE or not facts or not facts[0].is_documented:
        message = f"{invoice.code} is no invoice with an accepted document; change it instead"
        refuse(ErrorCode.DOCUMENT_STATE_INVALID, message, "invoiceId")
    left = {key: amount for key, amount in remaining(state)[invoice.id].items() if amount}
    if not left:
        message = f"{invoice.code} is credited in full already"
        refuse(ErrorCode.CANCEL_NOTHING, message, "invoiceId")
    return left
