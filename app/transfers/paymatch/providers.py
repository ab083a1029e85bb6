"""What PSPs report: payments, refunds, chargebacks, and payouts with their fees."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.commands.books import first_open_day
from app.commands.execution import Outcome
from app.commands.payments import RecordPayment, record_payment
from app.commands.refunds import RequestRefund, UpdateRefund, request_refund, update_refund
from app.commands.statement_entries import take_back
from app.domain.errors import ErrorCode, refuse
from app.domain.invoices import Invoice
from app.domain.money import format_amount
from app.domain.payments import Payment, PaymentMethod, Refund, RefundStatus
from app.domain.permissions import Permission, require
from app.domain.statements import EntryKind, EntryStatus, MatchRule
from app.storage.organisations import read_organisation
from app.storage.statements import lock_matching, sums_of_payout
from app.transfers.paymatch.reading import day_of, minor_of, wrong

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.domain.statements import StatementEntry
    from app.storage.unit_of_work import UnitOfWork

SUCCEEDED = "SUCCEEDED"
STATUSES = frozenset({"PENDING", SUCCEEDED, "FAILED", "CANCELLED", "EXPIRED"})
"""Where a payment at a PSP may be; a shop's payments have statuses of their own, or none."""
_STEPS = {
    RefundStatus.REQUESTED: (RefundStatus.SENT, RefundStatus.DONE),
    RefundStatus.SENT: (RefundStatus.DONE,),
    RefundStatus.DONE: (),
}
"""What a refund still has to go through once the money is back."""


def take_payment(work: UnitOfWork, actor: Actor, system: str, record: Mapping[str, Any]) -> Outcome:
    """Book a payment that a PSP says has succeeded, once; any other status books nothing.

    Raises:
        TransferFaultError: RECORD where the record is malformed.
        DomainError: PAYMENT_CONFLICT where it came before with another amount; NOT_FOUND where it
            names no invoice of the club; and what `record_payment` refuses.
    """
    require(actor, Permission.PAYMENT_RECORD)
    if record.get("status") != SUCCEEDED:
        return Outcome()
    external_id = _external_id(record, "external_id")
    amount_minor = minor_of(record, "amount")
    lock_matching(work)
    known = _payment(work, system, external_id)
    if known is not None:
        _require_amount(known, amount_minor, str(record["currency"]))
        return Outcome({"payment": known.id})
    method = str(record.get("method") or PaymentMethod.ONLINE)
    if method not in set(PaymentMethod):
        wrong("method", f"{method!r} is none of {', '.join(PaymentMethod)}")
    received_on = day_of(record, "received_on")
    first = first_open_day(read_organisation(work), received_on)
    request = RecordPayment(
        account_id=None,
        amount_minor=amount_minor,
        currency=str(record["currency"]),
        received_on=received_on,
        method=PaymentMethod(method),
        source=system,
        external_id=external_id,
        posted_on=None if first == received_on else first,
        invoice_ids=_invoices(work, record),
    )
    return record_payment(work, actor, request)


def take_refund(work: UnitOfWork, actor: Actor, system: str, record: Mapping[str, Any]) -> Outcome:
    """Book a refund that a PSP says has succeeded, once; any other status books nothing.

    Raises:
        TransferFaultError: RECORD where the record is malformed.
        DomainError: NOT_FOUND where its payment is not known, and what a refund refuses.
    """
    require(actor, Permission.REFUND_CHANGE)
    if record.get("status") != SUCCEEDED:
        return Outcome()
    lock_matching(work)
    payment = _payment(work, system, _external_id(record, "payment_id"))
    if payment is None:
        refuse(ErrorCode.NOT_FOUND, f"{system} refunded a payment that is not known", "payment_id")
    amount_minor = abs(minor_of(record, "amount"))
    refund_id = _refunded(work, actor, payment, _external_id(record, "external_id"), amount_minor)
    return Outcome({"refund": refund_id})


def is_known_to_provider(work: UnitOfWork, entry: StatementEntry) -> bool:
    """Tell whether an entry is a PSP's own affair, and no payment that is still to be found."""
    if entry.kind is EntryKind.PAYMENT:
        return _payment_of(work, entry) is not None
    return entry.kind is not EntryKind.BANK


def settle_provider_entry(work: UnitOfWork, actor: Actor, entry: StatementEntry) -> StatementEntry:
    """Book what an entry of a PSP's balance is, and return it as settled, or open with a reason."""
    if entry.kind is EntryKind.FEE:
        reason = "a fee of the PSP; it is part of its payout"
        return replace(entry, status=EntryStatus.SET_ASIDE, reason=reason)
    if entry.kind is EntryKind.PAYOUT:
        return _payout(work, entry)
    payment = _payment_of(work, entry)
    if payment is None:
        reason = f"the payment {entry.provider_payment_id or 'that it is about'} is not known"
        return replace(entry, reason=reason)
    if entry.kind is EntryKind.CHARGEBACK:
        return _charged_back(work, actor, entry, payment)
    if entry.kind is EntryKind.REFUND:
        refund_id = _refunded(work, actor, payment, entry.entry_ref, -entry.amount_minor)
        return replace(_matched(entry, payment.id), refund_id=refund_id)
    _require_amount(payment, entry.amount_minor, entry.currency)
    return _matched(entry, payment.id)


def _charged_back(
    work: UnitOfWork, actor: Actor, entry: StatementEntry, payment: Payment
) -> StatementEntry:
    """Reverse a payment that was charged back as a whole; a part of it is a person's to book."""
    if payment.amount_minor != -entry.amount_minor:
        whole = format_amount(payment.amount_minor, payment.currency)
        reason = f"a part of a payment of {whole} was charged back; refund that part by hand"
        return replace(entry, reason=reason)
    if payment.reversed_at is not None:
        return _matched(entry, payment.id)
    reason = entry.text or f"charged back at {entry.system}"
    return replace(take_back(work, actor, entry, payment.id, reason), reason=reason)


def _payout(work: UnitOfWork, entry: StatementEntry) -> StatementEntry:
    """Match a payout with its parts; the bank's entry is matched with the payout later."""
    gross, fee = sums_of_payout(work, entry.system, entry.account, entry.payout_id or "")
    if gross - fee != -entry.amount_minor:
        parts = format_amount(gross - fee, entry.currency)
        sent = format_amount(-entry.amount_minor, entry.currency)
        return replace(entry, reason=f"its parts add up to {parts}, and {sent} was sent")
    reason = f"sent to the bank, with {format_amount(fee, entry.currency)} of fees apart"
    matched = replace(entry, status=EntryStatus.MATCHED, rule=MatchRule.PAYOUT)
    return replace(matched, reason=reason, fee_minor=fee)


def _matched(entry: StatementEntry, payment_id: UUID) -> StatementEntry:
    """Return an entry as matched by the PSP's own id."""
    reason = f"{entry.system} names the payment"
    matched = replace(entry, status=EntryStatus.MATCHED, rule=MatchRule.PROVIDER_ID)
    return replace(matched, reason=reason, payment_id=payment_id)


def _payment_of(work: UnitOfWork, entry: StatementEntry) -> Payment | None:
    """Find the payment that an entry of a PSP is about."""
    external_id = entry.provider_payment_id
    return None if external_id is None else _payment(work, entry.system, external_id)


def _payment(work: UnitOfWork, system: str, external_id: str) -> Payment | None:
    """Find a payment by the id that a PSP gave it."""
    return next(iter(work.find(Payment, source=system, external_id=external_id)), None)


def _require_amount(payment: Payment, amount_minor: int, currency: str) -> None:
    """Refuse with PAYMENT_CONFLICT a payment that is reported with another amount."""
    if (payment.amount_minor, payment.currency) != (amount_minor, currency):
        before = f"{format_amount(payment.amount_minor, payment.currency)} {payment.currency}"
        message = f"{payment.source} reported {payment.external_id} as {before} before"
        refuse(ErrorCode.PAYMENT_CONFLICT, message, "amount")


def _refunded(
    work: UnitOfWork, actor: Actor, payment: Payment, external_id: str, amount_minor: int
) -> UUID:
    """Bring a refund of a payment to its end; one that the PSP began by itself is asked for first.

    A refund that waits without the PSP's id is taken for this one if its amount is the same.
    """
    of_payment = [
        one
        for one in work.find(Refund, payment_id=payment.id)
        if one.status is not RefundStatus.FAILED
    ]
    named = [one for one in of_payment if one.external_id == external_id]
    waiting = [
        one for one in of_payment if one.external_id is None and one.amount_minor == amount_minor
    ]
    found = next(iter(named or waiting), None)
    if found is None:
        why = f"refunded at {payment.source}"
        request = RequestRefund(payment.id, None, amount_minor, payment.currency, why)
        found = work.get(Refund, request_refund(work, actor, request).ids["refund"])
    elif found.amount_minor != amount_minor:
        before = format_amount(found.amount_minor, found.currency)
        message = f"{payment.source} reported refund {external_id} as {before} before"
        refuse(ErrorCode.PAYMENT_CONFLICT, message, "amount")
    version = found.version
    for status in _STEPS[found.status]:
        update_refund(work, actor, UpdateRefund(found.id, version, status, external_id))
        version += 1
    return found.id


def _invoices(work: UnitOfWork, record: Mapping[str, Any]) -> tuple[UUID, ...]:
    """Find the invoices that a payment names by their codes."""
    codes = [str(one["invoice_code"]) for one in record.get("invoices") or ()]
    if not codes:
        wrong("invoices", "names no invoice; a payment at a PSP is begun for one")
    found = {one.code: one.id for one in work.find(Invoice, code=codes)}
    for code in codes:
        if code not in found:
            refuse(ErrorCode.NOT_FOUND, f"there is no invoice with the code {code!r}", "invoices")
    return tuple(found[code] for code in codes)


def _external_id(record: Mapping[str, Any], name: str) -> str:
    """Read an id of the PSP."""
    value = record.get(name)
    if not value:
        wrong(name, "is missing")
    return str(value)
