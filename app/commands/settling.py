"""What pays what, after the money came: allocated, taken back, charged back, written off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.commands.books import close_book, posting_of
from app.commands.execution import Outcome
from app.commands.line_facts import today_of
from app.commands.payments import (
    ALLOCATION_LIMIT,
    MANUAL,
    RecordPayment,
    check_posting,
    first_allocations,
    read_payables,
    record_payment,
    wanted_of,
)
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.invoices import Invoice
from app.domain.paying import (
    Wanted,
    offset_wanted,
    pay_wanted,
    payable_of,
    require_reversible,
)
from app.domain.payments import Payment, PaymentMethod, Refund
from app.domain.permissions import Permission, require
from app.domain.validation import Check, reason_of
from app.storage.organisations import read_organisation
from app.storage.receivables import lock_accounts, open_book

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.domain.settling import Book, Posting
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AllocatePayment:
    """What of a payment shall pay which invoices, as (invoice, amount), in its currency."""

    payment_id: UUID
    currency: str
    allocations: tuple[tuple[UUID, int], ...]
    posted_on: date | None = None


@dataclass(frozen=True, slots=True)
class TakeBack:
    """What a payment or credit shall not pay of an invoice any more; None is all of it."""

    source_id: UUID
    invoice_id: UUID
    amount_minor: int | None = None
    currency: str | None = None
    posted_on: date | None = None


@dataclass(frozen=True, slots=True)
class AllocateCredit:
    """What is left of a credit note, or of an invoice that gives money back, and what it pays."""

    credit_id: UUID
    invoice_id: UUID
    amount_minor: int
    currency: str
    posted_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReversePayment:
    """A payment that was charged back or bounced, and why."""

    payment_id: UUID
    reason: str
    posted_on: date | None = None


@dataclass(frozen=True, slots=True)
class WriteOff:
    """What of a document is given up, and why; None is all that is open."""

    invoice_id: UUID
    reason: str
    amount_minor: int | None = None
    currency: str | None = None
    posted_on: date | None = None


@dataclass(frozen=True, slots=True)
class SetPaymentNo:
    """An invoice that was paid in full, and the number of that payment."""

    invoice_id: UUID
    payment_no: str
    received_on: date | None = None
    method: PaymentMethod = PaymentMethod.BANK_TRANSFER
    posted_on: date | None = None


def allocate_payment(work: UnitOfWork, actor: Actor, request: AllocatePayment) -> Outcome:
    """Pay invoices with what is left of a payment.

    Raises:
        DomainError: PAYMENT_REVERSED, and what `pay_wanted` refuses.
    """
    require(actor, Permission.PAYMENT_RECORD)
    payment = _locked_payment(work, request.payment_id)
    if not request.allocations:
        refuse(ErrorCode.INPUT_INVALID, "name at least one invoice", "allocations")
    _require_currency(payment.currency, request.currency, "allocations")
    if payment.reversed_at is not None:
        refuse(ErrorCode.PAYMENT_REVERSED, "it was charged back and pays nothing", "paymentId")
    check = Check()
    check.size("allocations", request.allocations, ALLOCATION_LIMIT)
    check.refuse_if_any()
    invoice_ids = [one for one, _ in request.allocations]
    payables = read_payables(work, invoice_ids)
    posting = open_posting(work, payment.account_id, payment.currency, request.posted_on)
    book = open_book(work, posting, invoice_ids=invoice_ids, payment_ids=[payment.id])
    tolerance = read_organisation(work).payment_tolerance_minor
    pay_wanted(book, payment.id, wanted_of(request.allocations), payables, tolerance)
    return _finish(work, book, payment, "payment.allocated")


def unallocate_payment(work: UnitOfWork, actor: Actor, request: TakeBack) -> Outcome:
    """Take back what a payment pays of an invoice; it is a credit of the account again.

    Raises:
        DomainError: NOT_FOUND, CURRENCY_MIXED; ALLOCATION_TOO_LARGE when it pays less than that.
    """
    require(actor, Permission.PAYMENT_RECORD)
    work.get(Invoice, request.invoice_id, "invoiceId")
    payment = _locked_payment(work, request.source_id)
    _require_currency(payment.currency, request.currency, "amount")
    if payment.reversed_at is not None:
        refuse(ErrorCode.PAYMENT_REVERSED, "it was charged back and pays nothing", "paymentId")
    posting = open_posting(work, payment.account_id, payment.currency, request.posted_on)
    book = open_book(work, posting, payment_ids=[payment.id])
    held = book.held_of(request.invoice_id, payment_id=payment.id)
    if not held:
        message = "the payment pays nothing of this invoice"
        refuse(ErrorCode.ALLOCATION_TOO_LARGE, message, "invoiceId")
    amount = held if request.amount_minor is None else request.amount_minor
    book.move(payment.id, request.invoice_id, amount)
    book.unround(request.invoice_id)
    return _finish(work, book, payment, "payment.unallocated")


def allocate_credit(work: UnitOfWork, actor: Actor, request: AllocateCredit) -> Outcome:
    """Pay an invoice of the account with what is left of a credit; both of one currency.

    Raises:
        DomainError: what `offset_wanted` refuses.
    """
    require(actor, Permission.PAYMENT_RECORD)
    credit = _locked_invoice(work, request.credit_id, "creditId")
    _require_currency(credit.currency, request.currency, "amount")
    payables = read_payables(work, [request.invoice_id])
    posting = open_posting(work, credit.account_id, credit.currency, request.posted_on)
    book = open_book(work, posting, invoice_ids=[credit.id, request.invoice_id])
    tolerance = read_organisation(work).payment_tolerance_minor
    wanted = Wanted(request.invoice_id, request.amount_minor)
    offset_wanted(book, credit.id, wanted, payables, tolerance)
    close_book(work, book)
    told = {"allocated_minor": allocated_minor(book)}
    work.record_values("invoice", credit.id, "credit.allocated", None, told)
    return Outcome({"invoice": credit.id})


def unallocate_credit(work: UnitOfWork, actor: Actor, request: TakeBack) -> Outcome:
    """Take back what a credit pays of an invoice; it is a credit of the account again.

    Raises:
        DomainError: as `unallocate_payment`.
    """
    require(actor, Permission.PAYMENT_RECORD)
    work.get(Invoice, request.invoice_id, "invoiceId")
    credit = _locked_invoice(work, request.source_id, "creditId")
    _require_currency(credit.currency, request.currency, "amount")
    posting = open_posting(work, credit.account_id, credit.currency, request.posted_on)
    book = open_book(work, posting, invoice_ids=[credit.id, request.invoice_id])
    held = book.held_of(request.invoice_id, credit_id=credit.id)
    if not held:
        message = "the credit pays nothing of this invoice"
        refuse(ErrorCode.ALLOCATION_TOO_LARGE, message, "invoiceId")
    amount = held if request.amount_minor is None else request.amount_minor
    book.restore(credit.id, request.invoice_id, amount)
    book.unround(request.invoice_id)
    close_book(work, book)
    told = {"allocated_minor": allocated_minor(book)}
    work.record_values("invoice", credit.id, "credit.unallocated", None, told)
    return Outcome({"invoice": credit.id})


def reverse_payment(work: UnitOfWork, actor: Actor, request: ReversePayment) -> Outcome:
    """Book that a payment was charged back or bounced: what it paid is open again.

    Raises:
        DomainError: REASON_REQUIRED, PAYMENT_REVERSED; PAYMENT_REFUNDED when it was paid back, or
            a refund of it is under way.
    """
    require(actor, Permission.PAYMENT_REVERSE)
    reason = reason_of(request.reason)
    payment = _locked_payment(work, request.payment_id)
    require_reversible(work.find(Refund, payment_id=payment.id))
    posting = open_posting(work, payment.account_id, payment.currency, request.posted_on)
    book = open_book(work, posting, payment_ids=[payment.id])
    book.reverse(payment.id, reason)
    outcome = _finish(work, book, payment, "payment.reversed")
    work.emit(
        Topic.PAYMENT_REVERSED,
        "payment",
        payment.id,
        account_id=payment.account_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
    )
    return outcome


def write_off(work: UnitOfWork, actor: Actor, request: WriteOff) -> Outcome:
    """Give up what is open of a document, or a part of it.

    Raises:
        DomainError: REASON_REQUIRED, NOT_FOUND, CURRENCY_MIXED, WRITE_OFF_TOO_LARGE.
    """
    require(actor, Permission.WRITE_OFF)
    reason = reason_of(request.reason)
    invoice = _locked_invoice(work, request.invoice_id, "invoiceId")
    _require_currency(invoice.currency, request.currency, "amount")
    posting = open_posting(work, invoice.account_id, invoice.currency, request.posted_on)
    book = open_book(work, posting, invoice_ids=[invoice.id])
    before = book.receivables.get(invoice.id)
    if before is None or before.open_minor <= 0:
        refuse(ErrorCode.WRITE_OFF_TOO_LARGE, "nothing is open of its document", "invoiceId")
    amount = before.open_minor if request.amount_minor is None else request.amount_minor
    book.write_off(invoice.id, amount, reason)
    close_book(work, book)
    work.record_values(
        "invoice",
        invoice.id,
        "invoice.written_off",
        {"written_off_minor": before.written_off_minor},
        {"written_off_minor": before.written_off_minor + amount, "reason": reason},
    )
    return Outcome({"invoice": invoice.id})


def set_payment_no(work: UnitOfWork, actor: Actor, request: SetPaymentNo) -> Outcome:
    """Note by hand that an invoice was paid: a payment of all that is open, with that number.

    The same number on the same invoice is the same payment.

    Raises:
        DomainError: PAYMENT_CONFLICT when the number was given to another payment;
            INVOICE_NOT_PAYABLE when nothing is open; and what `record_payment` refuses.
    """
    require(actor, Permission.PAYMENT_RECORD)
    check = Check()
    check.text("paymentNo", request.payment_no)
    check.refuse_if_any()
    invoice = _locked_invoice(work, request.invoice_id, "invoiceId")
    for known in work.find(Payment, source=MANUAL, external_id=request.payment_no):
        if first_allocations(work, known) == {(invoice.id, known.amount_minor)}:
            return Outcome({"payment": known.id, "invoice": invoice.id})
        message = "another payment has this number; to pay several invoices, record one payment"
        refuse(ErrorCode.PAYMENT_CONFLICT, message, "paymentNo")
    organisation = read_organisation(work)
    posting = open_posting(work, invoice.account_id, invoice.currency, request.posted_on)
    amount = payable_of(open_book(work, posting, invoice_ids=[invoice.id]), invoice)
    if not amount:
        message = f"nothing is open of {invoice.code}"
        refuse(ErrorCode.INVOICE_NOT_PAYABLE, message, "invoiceId")
    payment = RecordPayment(
        account_id=invoice.account_id,
        amount_minor=amount,
        currency=invoice.currency,
        received_on=request.received_on or today_of(work, organisation),
        method=request.method,
        external_id=request.payment_no,
        allocations=((invoice.id, amount),),
        posted_on=request.posted_on,
    )
    outcome = record_payment(work, actor, payment)
    return Outcome({**outcome.ids, "invoice": invoice.id})


def allocated_minor(book: Book) -> dict[str, int]:
    """Say what was allocated to, or taken back from, which invoice or refund."""
    changed: dict[str, int] = {}
    for one in book.allocations:
        target = str(one.invoice_id or one.refund_id)
        changed[target] = changed.get(target, 0) + one.amount_minor
    return changed


def _locked_payment(work: UnitOfWork, payment_id: UUID) -> Payment:
    """Lock a payment's account, and return the payment as it is then."""
    account_id = work.get(Payment, payment_id, "paymentId").account_id
    lock_accounts(work, [account_id])
    return work.get(Payment, payment_id, "paymentId")


def _locked_invoice(work: UnitOfWork, invoice_id: UUID, *path: str) -> Invoice:
    """Lock an invoice's account, and return the invoice as it is then."""
    account_id = work.get(Invoice, invoice_id, *path).account_id
    lock_accounts(work, [account_id])
    return work.get(Invoice, invoice_id, *path)


def open_posting(
    work: UnitOfWork, account_id: UUID, currency: str, posted_on: date | None
) -> Posting:
    """Say how the entries are dated, or refuse a date that is closed or yet to come."""
    check = Check()
    check_posting(work, read_organisation(work), posted_on, check)
    check.refuse_if_any()
    return posting_of(work, account_id, currency, posted_on, "postedOn")


def _require_currency(currency: str, given: str | None, *path: str) -> None:
    """Refuse an amount in another currency than the money's own."""
    if given not in {None, currency}:
        refuse(ErrorCode.CURRENCY_MIXED, f"the money is in {currency}, not in {given}", *path)


def _finish(work: UnitOfWork, book: Book, before: Payment, action: str) -> Outcome:
    """Store what became of a payment, and audit it."""
    close_book(work, book)
    after = book.payments[before.id]
    work.record_values(
        "payment",
        before.id,
        action,
        {"left_minor": before.left_minor},
        {
            "left_minor": after.left_minor,
            "reversed_reason": after.reversed_reason,
            "allocated_minor": allocated_minor(book),
        },
    )
    return Outcome({"payment": before.id})
