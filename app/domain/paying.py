"""What a payment pays: the invoices it names, those its reference names, or the oldest due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode, refuse
from app.domain.money import format_amount
from app.domain.payment_references import reference_keys
from app.domain.payments import RefundStatus
from app.domain.receivables import no_facts, payable_minor
from app.domain.sales import SaleStatus
from app.domain.validation import Check

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from app.domain.invoices import Invoice
    from app.domain.payments import Refund
    from app.domain.settling import Book

_WORD_LEAST = 4
_UNSOLD = frozenset({SaleStatus.DRAFT, SaleStatus.EXPIRED})
_ON_ITS_WAY = frozenset({RefundStatus.REQUESTED, RefundStatus.SENT})


@dataclass(frozen=True, slots=True)
class Wanted:
    """How much of a payment or credit shall go to an invoice, and where the input says so."""

    invoice_id: UUID
    amount_minor: int
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Payable:
    """An invoice that money may be allocated to, and where its Sale is in its life."""

    invoice: Invoice
    sale_status: SaleStatus


@dataclass(frozen=True, slots=True)
class Referenced:
    """An invoice that was found by a reference key, document number or instalment code."""

    text: str
    invoice_id: UUID
    account_id: UUID


def referenced(text: str | None, found: Iterable[Referenced]) -> tuple[Referenced, ...]:
    """Choose what a payment's text names, of all that was found by a part of it.

    The surest counts alone: a structured reference, else the text as a whole. Words inside a
    longer text count together, if they are four characters or more and have a digit.
    """
    keys = reference_keys(text)
    whole = reference_keys((text or "").replace(" ", ""))[-1:]
    by_key: dict[str, dict[UUID, Referenced]] = {}
    for one in found:
        for key in reference_keys(one.text)[:1]:
            by_key.setdefault(key, {})[one.invoice_id] = one
    words: dict[UUID, Referenced] = {}
    is_word = False
    for key in keys:
        matches = by_key.get(key, {})
        if not is_word and matches:
            return tuple(matches.values())
        if is_word and len(key) >= _WORD_LEAST and any(one.isdigit() for one in key):
            words |= matches
        is_word = is_word or key in whole
    return tuple(words.values())


def payable_of(book: Book, invoice: Invoice) -> int:
    """Return what an invoice can take by the book."""
    return payable_minor(invoice.gross_minor, book.receivables.get(invoice.id))


def pay_wanted(
    book: Book,
    payment_id: UUID,
    wanted: Sequence[Wanted],
    payables: Mapping[UUID, Payable],
    tolerance_minor: int,
) -> None:
    """Pay the invoices that are named, each by the amount given, and round off what that leaves.

    What the payment has beyond them stays a credit of the account. One invoice may be paid more
    than is open of it by the tolerance, if that is all the payment has left.

    Raises:
        DomainError: every violation at once: NOT_FOUND for an invoice that is none of the
            account's, CURRENCY_MIXED, INVOICE_NOT_PAYABLE, ALLOCATION_TOO_LARGE.
    """
    check = Check()
    left = book.payments[payment_id].left_minor
    slack = tolerance_minor if len(wanted) == 1 and wanted[0].amount_minor == left else 0
    _check_wanted(book, wanted, payables, slack, check)
    total = sum(one.amount_minor for one in wanted)
    if total > left:
        message = f"{_shown(book, left)} is left of the payment, and {_shown(book, total)} wanted"
        check.add(ErrorCode.ALLOCATION_TOO_LARGE, message, "allocations")
    check.refuse_if_any()
    for one in wanted:
        _open(book, payables[one.invoice_id].invoice)
        book.pay(payment_id, one.invoice_id, one.amount_minor)
        book.round_off(one.invoice_id, tolerance_minor)


def offset_wanted(
    book: Book,
    credit_id: UUID,
    wanted: Wanted,
    payables: Mapping[UUID, Payable],
    tolerance_minor: int,
) -> None:
    """Pay an invoice with what is left of a credit, and round off what that leaves.

    Raises:
        DomainError: as `pay_wanted`; INVOICE_NOT_PAYABLE also when the credit is none.
    """
    check = Check()
    _check_wanted(book, [wanted], payables, 0, check)
    left = book.credit_left(credit_id) if credit_id in book.receivables else 0
    if not left:
        check.add(ErrorCode.INVOICE_NOT_PAYABLE, "nothing is left of this credit", "creditId")
    elif wanted.amount_minor > left:
        message = f"{_shown(book, left)} is left of the credit"
        check.add(ErrorCode.ALLOCATION_TOO_LARGE, message, "amount")
    check.refuse_if_any()
    _open(book, payables[wanted.invoice_id].invoice)
    book.offset(credit_id, wanted.invoice_id, wanted.amount_minor)
    book.round_off(wanted.invoice_id, tolerance_minor)


def pay_named(
    book: Book,
    payment_id: UUID,
    invoice_ids: Sequence[UUID],
    payables: Mapping[UUID, Payable],
    tolerance_minor: int,
) -> None:
    """Pay the invoices that are named, in order, as far as they are open and the payment reaches.

    Raises:
        DomainError: every violation at once, as `pay_wanted` has it; too much is none.
    """
    check = Check()
    for index, one in enumerate(invoice_ids):
        _checked_invoice(book, Wanted(one, 0, ("invoiceIds", str(index))), payables, check)
    check.refuse_if_any()
    pay_matched(book, payment_id, [payables[one] for one in invoice_ids], tolerance_minor)


def pay_matched(
    book: Book, payment_id: UUID, matched: Iterable[Payable], tolerance_minor: int
) -> None:
    """Pay invoices that a reference names, in order, as far as the payment reaches.

    What cannot be paid is passed over, and what is too much stays a credit of the account, unless
    it is no more than the tolerance beyond a single document: that is rounded off.
    """
    found = [
        one.invoice
        for one in matched
        if one.sale_status not in _UNSOLD
        and one.invoice.account_id == book.posting.account_id
        and one.invoice.currency == book.posting.currency
        and payable_of(book, one.invoice)
    ]
    for invoice in found:
        left = book.payments[payment_id].left_minor
        payable = payable_of(book, invoice)
        is_near = len(found) == 1 and 0 < left - payable <= tolerance_minor
        is_near = is_near and _open(book, invoice)
        amount = left if is_near else min(left, payable)
        if amount:
            _open(book, invoice)
            book.pay(payment_id, invoice.id, amount)
            book.round_off(invoice.id, tolerance_minor)


def pay_oldest(book: Book, payment_id: UUID, tolerance_minor: int) -> None:
    """Pay documents, the oldest due first, as far as the payment reaches.

    The book must have all that is open. A document without a due date comes last.
    """
    due = [
        (facts.due_on or date.max, facts.invoice_id)
        for facts in book.receivables.values()
        if facts.is_documented and facts.open_minor > 0
    ]
    for _, invoice_id in sorted(due):
        left = book.payments[payment_id].left_minor
        amount = min(left, book.receivables[invoice_id].open_minor)
        if amount:
            book.pay(payment_id, invoice_id, amount)
            book.round_off(invoice_id, tolerance_minor)


def require_reversible(refunds: Iterable[Refund]) -> None:
    """Refuse with PAYMENT_REFUNDED a chargeback while a refund may still give money back to it."""
    if any(one.status in _ON_ITS_WAY for one in refunds):
        message = "a refund of it is under way; let it arrive or fail first"
        refuse(ErrorCode.PAYMENT_REFUNDED, message, "paymentId")


def _check_wanted(
    book: Book,
    wanted: Sequence[Wanted],
    payables: Mapping[UUID, Payable],
    slack_minor: int,
    check: Check,
) -> None:
    """Collect what stands against each of the wanted allocations; `slack_minor` may be too much."""
    seen: set[UUID] = set()
    for one in wanted:
        invoice = _checked_invoice(book, one, payables, check)
        if one.amount_minor <= 0:
            check.add(ErrorCode.AMOUNT_INVALID, "allocate more than nothing", *one.path, "amount")
        elif one.invoice_id in seen:
            message = "the invoice is named twice; add the amounts up"
            check.add(ErrorCode.INPUT_INVALID, message, *one.path, "invoiceId")
        elif invoice is not None:
            payable = payable_of(book, invoice)
            slack = slack_minor if _is_entered(book, invoice) else 0
            if not payable:
                message = f"nothing is open of {invoice.code}"
                check.add(ErrorCode.INVOICE_NOT_PAYABLE, message, *one.path, "invoiceId")
            elif one.amount_minor > payable + slack:
                message = f"{_shown(book, payable)} is open of {invoice.code}"
                check.add(ErrorCode.ALLOCATION_TOO_LARGE, message, *one.path, "amount")
        seen.add(one.invoice_id)


def _checked_invoice(
    book: Book, wanted: Wanted, payables: Mapping[UUID, Payable], check: Check
) -> Invoice | None:
    """Return the invoice that is to be paid, or collect that it is not the account's to pay."""
    found = payables.get(wanted.invoice_id)
    where = (*wanted.path, "invoiceId")
    if found is None or found.invoice.account_id != book.posting.account_id:
        check.add(ErrorCode.NOT_FOUND, "the account has no such invoice", *where)
    elif found.invoice.currency != book.posting.currency:
        invoice, currency = found.invoice, book.posting.currency
        message = f"{invoice.code} is in {invoice.currency}, the money in {currency}"
        check.add(ErrorCode.CURRENCY_MIXED, message, *where)
    elif found.sale_status in _UNSOLD:
        message = f"the Sale of {found.invoice.code} is no agreement yet; make it Final first"
        check.add(ErrorCode.INVOICE_NOT_PAYABLE, message, *where)
    else:
        return found.invoice
    return None


def _open(book: Book, invoice: Invoice) -> bool:
    """Put an invoice without facts into the book; tell whether it can be rounded off."""
    if invoice.id not in book.receivables:
        book.put(no_facts(invoice))
    return _is_entered(book, invoice)


def _is_entered(book: Book, invoice: Invoice) -> bool:
    """Tell whether the ledger has an invoice's document."""
    facts = book.receivables.get(invoice.id)
    return facts is not None and facts.entered_minor != 0


def _shown(book: Book, amount_minor: int) -> str:
    """Write an amount in the book's currency."""
    return f"{format_amount(amount_minor, book.posting.currency)} {book.posting.currency}"
