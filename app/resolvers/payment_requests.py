"""Inputs of mutations of payments, refunds and periods as requests of commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.commands.payments import MANUAL, RecordPayment
from app.commands.periods import ClosePeriod, ReopenPeriod
from app.commands.refunds import RequestRefund, UpdateRefund
from app.commands.settling import (
    AllocateCredit,
    AllocatePayment,
    ReversePayment,
    SetPaymentNo,
    TakeBack,
    WriteOff,
)
from app.domain.errors import ErrorCode
from app.domain.payments import PaymentMethod
from app.resolvers.ids import check_id, checked_id
from app.resolvers.inputs import minor_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.validation import Check


def record_payment(given: Any, check: Check) -> RecordPayment:  # noqa: ANN401 - an input object, as below
    """Turn a PaymentRecordInput into its request."""
    account_id = given.account_id and check_id("account", given.account_id, check, "accountId")
    return RecordPayment(
        account_id=account_id or None,
        amount_minor=minor_of(given.amount, check, "amount"),
        currency=given.amount.currency,
        received_on=given.received_on,
        method=given.method,
        source=given.source or MANUAL,
        external_id=given.external_id or None,
        reference=given.reference or None,
        allocations=_allocations(given.allocations or (), given.amount.currency, check),
        posted_on=given.posted_on or None,
    )


def allocate_payment(given: Any, check: Check) -> AllocatePayment:  # noqa: ANN401
    """Turn a PaymentAllocateInput into its request."""
    currency = given.allocations[0].amount.currency if given.allocations else ""
    return AllocatePayment(
        payment_id=checked_id("payment", given.payment_id, check, "paymentId"),
        currency=currency,
        allocations=_allocations(given.allocations, currency, check),
        posted_on=given.posted_on or None,
    )


def unallocate_payment(given: Any, check: Check) -> TakeBack:  # noqa: ANN401
    """Turn a PaymentUnallocateInput into its request."""
    payment_id = checked_id("payment", given.payment_id, check, "paymentId")
    return _take_back(given, payment_id, check)


def unallocate_credit(given: Any, check: Check) -> TakeBack:  # noqa: ANN401
    """Turn a CreditUnallocateInput into its request."""
    return _take_back(given, checked_id("invoice", given.credit_id, check, "creditId"), check)


def allocate_credit(given: Any, check: Check) -> AllocateCredit:  # noqa: ANN401
    """Turn a CreditAllocateInput into its request."""
    return AllocateCredit(
        credit_id=checked_id("invoice", given.credit_id, check, "creditId"),
        invoice_id=checked_id("invoice", given.invoice_id, check, "invoiceId"),
        amount_minor=minor_of(given.amount, check, "amount"),
        currency=given.amount.currency,
        posted_on=given.posted_on or None,
    )


def reverse_payment(given: Any, check: Check) -> ReversePayment:  # noqa: ANN401
    """Turn a PaymentReverseInput into its request."""
    payment_id = checked_id("payment", given.payment_id, check, "paymentId")
    return ReversePayment(payment_id, given.reason, given.posted_on or None)


def write_off(given: Any, check: Check) -> WriteOff:  # noqa: ANN401
    """Turn a ReceivableWriteOffInput into its request."""
    amount, currency = _money(given.amount, check)
    return WriteOff(
        invoice_id=checked_id("invoice", given.invoice_id, check, "invoiceId"),
        reason=given.reason,
        amount_minor=amount,
        currency=currency,
        posted_on=given.posted_on or None,
    )


def set_payment_no(given: Any, check: Check) -> SetPaymentNo:  # noqa: ANN401
    """Turn an InvoicePaymentNoSetInput into its request."""
    return SetPaymentNo(
        invoice_id=checked_id("invoice", given.invoice_id, check, "invoiceId"),
        payment_no=given.payment_no,
        received_on=given.received_on or None,
        method=given.method or PaymentMethod.BANK_TRANSFER,
        posted_on=given.posted_on or None,
    )


def request_refund(given: Any, check: Check) -> RequestRefund:  # noqa: ANN401
    """Turn a RefundRequestInput into its request."""
    payment_id = given.payment_id and check_id("payment", given.payment_id, check, "paymentId")
    account_id = given.account_id and check_id("account", given.account_id, check, "accountId")
    return RequestRefund(
        payment_id=payment_id or None,
        account_id=account_id or None,
        amount_minor=minor_of(given.amount, check, "amount"),
        currency=given.amount.currency,
        reason=given.reason,
        posted_on=given.posted_on or None,
    )


def update_refund(given: Any, check: Check) -> UpdateRefund:  # noqa: ANN401
    """Turn a RefundUpdateInput into its request."""
    return UpdateRefund(
        refund_id=checked_id("refund", given.id, check, "id"),
        expected_version=given.expected_version,
        status=given.status,
        external_id=given.external_id or None,
        failure=given.failure or None,
        posted_on=given.posted_on or None,
    )


def close_period(given: Any, check: Check) -> ClosePeriod:  # noqa: ANN401
    """Turn an AccountingPeriodCloseInput into its request."""
    check.day("throughOn", given.through_on)
    return ClosePeriod(given.through_on)


def reopen_period(given: Any, check: Check) -> ReopenPeriod:  # noqa: ANN401
    """Turn an AccountingPeriodReopenInput into its request."""
    check.day("throughOn", given.through_on or None)
    return ReopenPeriod(given.through_on or None, given.reason)


def _take_back(given: Any, source_id: UUID, check: Check) -> TakeBack:  # noqa: ANN401
    """Turn what takes an allocation back into its request."""
    amount, currency = _money(given.amount, check)
    return TakeBack(
        source_id=source_id,
        invoice_id=checked_id("invoice", given.invoice_id, check, "invoiceId"),
        amount_minor=amount,
        currency=currency,
        posted_on=given.posted_on or None,
    )


def _money(given: Any, check: Check) -> tuple[int | None, str | None]:  # noqa: ANN401
    """Return an amount that may be omitted, and its currency."""
    if not given:
        return None, None
    return minor_of(given, check, "amount"), given.currency


def _allocations(given: Sequence[Any], currency: str, check: Check) -> tuple[tuple[UUID, int], ...]:
    """Turn allocations into (invoice, amount), or collect those in another currency."""
    found = []
    for index, one in enumerate(given):
        at = check.below("allocations", str(index))
        invoice_id = checked_id("invoice", one.invoice_id, at, "invoiceId")
        if one.amount.currency != currency:
            message = f"the amount is in {one.amount.currency}, the money in {currency}"
            at.add(ErrorCode.CURRENCY_MIXED, message, "amount", "currency")
        found.append((invoice_id, minor_of(one.amount, at, "amount")))
    return tuple(found)
