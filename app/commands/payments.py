"""Payments: received, and what of them pays which invoice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.commands.books import close_book, first_open_day, posting_of
from app.commands.execution import Outcome
from app.commands.line_facts import today_of
from app.domain.accounts import Account
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.invoices import Invoice
from app.domain.ledger import Allocation
from app.domain.paying import (
    Payable,
    Wanted,
    pay_matched,
    pay_named,
    pay_oldest,
    pay_wanted,
    referenced,
)
from app.domain.payments import Payment, PaymentMatching, PaymentMethod
from app.domain.permissions import Permission, require
from app.domain.sales import Sale
from app.domain.validation import Check
from app.storage.organisations import read_organisation
from app.storage.receivables import find_referenced, hold_periods, lock_accounts, open_book

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from app.domain.organisations import Organisation
    from app.domain.paying import Referenced
    from app.domain.permissions import Actor
    from app.domain.settling import Book
    from app.storage.unit_of_work import UnitOfWork

MANUAL = "MANUAL"
"""The source of payments that people type in."""
ALLOCATION_LIMIT = 200
"""Invoices that one payment names."""


@dataclass(frozen=True, slots=True)
class RecordPayment:
    """Money that came in; `allocations` are (invoice, amount).

    Instead of these `invoice_ids` are paid in order, as far as they are open. The account may be
    left out where invoices or the reference tell it.
    """

    account_id: UUID | None
    amount_minor: int
    currency: str
    received_on: date
    method: PaymentMethod
    source: str = MANUAL
    external_id: str | None = None
    reference: str | None = None
    allocations: tuple[tuple[UUID, int], ...] = ()
    posted_on: date | None = None
    invoice_ids: tuple[UUID, ...] = ()


def record_payment(work: UnitOfWork, actor: Actor, request: RecordPayment) -> Outcome:
    """Book money that came in, and pay with it what it names, what its reference names, or FIFO.

    What is too much stays a credit of the account. A payment that its source reported before is
    answered again; with other content it is refused.

    Raises:
        DomainError: PAYMENT_CONFLICT, PERIOD_CLOSED, NOT_FOUND, CURRENCY_MIXED,
            INVOICE_NOT_PAYABLE, ALLOCATION_TOO_LARGE, and what is wrong with single fields.
    """
    require(actor, Permission.PAYMENT_RECORD)
    hold_periods(work)
    organisation = read_organisation(work)
    _check_payment(work, organisation, request)
    known = _known(work, request)
    if known is not None:
        return Outcome({"payment": known.id})
    named = _named(work, request)
    account_id = _account_of(work, request, named)
    lock_accounts(work, [account_id])
    known = _known(work, request)
    if known is not None:
        return Outcome({"payment": known.id})
    invoice_ids = request.invoice_ids or tuple(one for one, _ in request.allocations)
    matched_ids = [one.invoice_id for one in named if one.account_id == account_id]
    payables = read_payables(work, invoice_ids or matched_ids)
    is_fifo = organisation.payment_matching is PaymentMatching.FIFO
    posting = posting_of(work, account_id, request.currency, request.posted_on, "postedOn")
    book = open_book(work, posting, invoice_ids=[*payables], unsettled=is_fifo and not payables)
    payment = _payment_of(work, account_id, request)
    book.receive(payment)
    tolerance = organisation.payment_tolerance_minor
    if request.invoice_ids:
        pay_named(book, payment.id, request.invoice_ids, payables, tolerance)
    elif invoice_ids:
        pay_wanted(book, payment.id, wanted_of(request.allocations), payables, tolerance)
    elif matched_ids:
        pay_matched(book, payment.id, [payables[one] for one in matched_ids], tolerance)
    elif is_fifo:
        pay_oldest(book, payment.id, tolerance)
    return finish_payment(work, book, payment)


def finish_payment(work: UnitOfWork, book: Book, payment: Payment) -> Outcome:
    """Store a new payment with what it pays, and announce it."""
    close_book(work, book)
    stored = book.payments[payment.id]
    work.record("payment", payment.id, "payment.recorded", None, stored)
    work.emit(
        Topic.PAYMENT_RECORDED,
        "payment",
        payment.id,
        account_id=payment.account_id,
        amount_minor=payment.amount_minor,
        left_minor=stored.left_minor,
        currency=payment.currency,
    )
    return Outcome({"payment": payment.id})


def wanted_of(allocations: tuple[tuple[UUID, int], ...]) -> list[Wanted]:
    """Say for each allocation where the input has it."""
    return [
        Wanted(invoice_id, amount_minor, ("allocations", str(index)))
        for index, (invoice_id, amount_minor) in enumerate(allocations)
    ]


def read_payables(work: UnitOfWork, invoice_ids: Collection[UUID]) -> dict[UUID, Payable]:
    """Read invoices with the status of their Sales, which are locked; the accounts must be."""
    before = work.by_id(Invoice, invoice_ids)
    sale_ids = {one.sale_id for one in before.values()}
    sales = {one.id: one for one in work.find(Sale, lock=True, id=sale_ids)} if sale_ids else {}
    return {
        one.id: Payable(one, sales[one.sale_id].status)
        for one in work.by_id(Invoice, invoice_ids).values()
    }


def _payment_of(work: UnitOfWork, account_id: UUID, request: RecordPayment) -> Payment:
    """Build the payment of a request."""
    return Payment(
        id=work.new_id(),
        account_id=account_id,
        method=request.method,
        received_on=request.received_on,
        amount_minor=request.amount_minor,
        currency=request.currency,
        source=request.source,
        external_id=request.external_id,
        reference=request.reference,
        left_minor=request.amount_minor,
        refunded_minor=0,
        created_by=work.actor_name,
        created_at=work.now,
    )


def _check_payment(work: UnitOfWork, organisation: Organisation, request: RecordPayment) -> None:
    """Refuse everything that is wrong with the fields of a new payment."""
    check = Check()
    check.currency("currency", request.currency)
    check.amount("amount", request.amount_minor)
    if not request.amount_minor:
        check.add(ErrorCode.AMOUNT_INVALID, "amount must be more than nothing", "amount")
    check.text("source", request.source)
    check.optional_text("externalId", request.external_id)
    check.optional_text("reference", request.reference)
    check.size("allocations", request.allocations, ALLOCATION_LIMIT)
    today = today_of(work, organisation)
    check.day("receivedOn", request.received_on)
    if request.received_on > today:
        message = f"receivedOn {request.received_on} is yet to come; today is {today}"
        check.add(ErrorCode.DATE_INVALID, message, "receivedOn")
    first = first_open_day(organisation, request.received_on)
    if request.posted_on is None and first != request.received_on:
        message = (
            f"periods through {organisation.closed_through_on} are closed; "
            f"send postedOn to post it on {first} or later"
        )
        check.add(ErrorCode.PERIOD_CLOSED, message, "receivedOn")
    check_posting(work, organisation, request.posted_on, check)
    check.refuse_if_any()


def check_posting(
    work: UnitOfWork, organisation: Organisation, posted_on: date | None, check: Check
) -> None:
    """Collect a posting date that is yet to come."""
    last = first_open_day(organisation, today_of(work, organisation))
    if posted_on is not None and posted_on > last:
        message = f"postedOn {posted_on} is yet to come; post on {last} at the latest"
        check.add(ErrorCode.DATE_INVALID, message, "postedOn")


def _known(work: UnitOfWork, request: RecordPayment) -> Payment | None:
    """Find what the source reported under this external id, or refuse with PAYMENT_CONFLICT."""
    if request.external_id is None:
        return None
    found = work.find(Payment, source=request.source, external_id=request.external_id)
    if not found:
        return None
    known = found[0]
    differing = [
        name
        for name in ("amount_minor", "currency", "received_on", "method", "reference")
        if getattr(known, name) != getattr(request, name)
    ]
    if request.account_id not in {None, known.account_id}:
        differing.append("account_id")
    if request.allocations and set(request.allocations) != first_allocations(work, known):
        differing.append("allocations")
    if differing:
        message = f"{request.source} reported {request.external_id} with another "
        message += ", ".join(name.removesuffix("_minor").replace("_", " ") for name in differing)
        refuse(ErrorCode.PAYMENT_CONFLICT, message, "externalId")
    return known


def first_allocations(work: UnitOfWork, payment: Payment) -> set[tuple[UUID, int]]:
    """Return what a payment paid when it was recorded."""
    return {
        (one.invoice_id, one.amount_minor)
        for one in work.find(Allocation, payment_id=payment.id)
        if one.invoice_id is not None and one.created_at == payment.created_at
    }


def _named(work: UnitOfWork, request: RecordPayment) -> tuple[Referenced, ...]:
    """Find what the reference names, unless the payment says what it pays."""
    if request.allocations or request.invoice_ids or not request.reference:
        return ()
    found = referenced(request.reference, find_referenced(work, request.reference))
    if request.account_id is None:
        return found
    return tuple(one for one in found if one.account_id == request.account_id)


def _account_of(work: UnitOfWork, request: RecordPayment, named: tuple[Referenced, ...]) -> UUID:
    """Return who paid: as given, or whose invoices are meant."""
    if request.account_id is not None:
        return work.get(Account, request.account_id, "accountId").id
    invoices = work.by_id(Invoice, [*request.invoice_ids, *(one for one, _ in request.allocations)])
    for invoice_id in request.invoice_ids:
        return invoices[invoice_id].account_id
    for index, (invoice_id, _) in enumerate(request.allocations):
        if invoice_id not in invoices:
            where = ("allocations", str(index), "invoiceId")
            refuse(ErrorCode.NOT_FOUND, "no such invoice", *where)
        return invoices[invoice_id].account_id
    accounts = {one.account_id for one in named}
    if len(accounts) != 1:
        found = "no account" if not accounts else "several accounts"
        message = f"say who paid: the reference tells of {found}"
        refuse(ErrorCode.INPUT_INVALID, message, "accountId")
    return accounts.pop()
