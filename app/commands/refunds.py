"""Refunds: asked for, sent, arrived or failed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.books import close_book
from app.commands.execution import Outcome
from app.commands.register import check_version
from app.commands.settling import open_posting
from app.domain.accounts import Account
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.payments import Payment, Refund, RefundStatus, refund_after
from app.domain.permissions import Permission, require
from app.domain.validation import LONG_TEXT_LIMIT, Check, reason_of
from app.storage.receivables import lock_accounts, open_book

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RequestRefund:
    """What is to be paid back, through a payment, or without one out of an account's credits."""

    payment_id: UUID | None
    account_id: UUID | None
    amount_minor: int
    currency: str
    reason: str
    posted_on: date | None = None


@dataclass(frozen=True, slots=True)
class UpdateRefund:
    """Where a refund is now; `failure` says why it failed, `external_id` what the bank calls it."""

    refund_id: UUID
    expected_version: int
    status: RefundStatus
    external_id: str | None = None
    failure: str | None = None
    posted_on: date | None = None


def request_refund(work: UnitOfWork, actor: Actor, request: RequestRefund) -> Outcome:
    """Ask for money to be paid back, out of what is left of its payment and of credits.

    Credits are those of the account, oldest first.

    Raises:
        DomainError: REASON_REQUIRED, NOT_FOUND, CURRENCY_MIXED, PAYMENT_REVERSED; REFUND_TOO_LARGE
            beyond what came by the payment and was not refunded, or beyond the credit.
    """
    require(actor, Permission.REFUND_CHANGE)
    reason = reason_of(request.reason)
    check = Check()
    check.currency("amount", request.currency)
    check.amount("amount", request.amount_minor)
    if not request.amount_minor:
        check.add(ErrorCode.AMOUNT_INVALID, "amount must be more than nothing", "amount")
    check.refuse_if_any()
    account_id = _account_of(work, request)
    lock_accounts(work, [account_id])
    posting = open_posting(work, account_id, request.currency, request.posted_on)
    through = [request.payment_id] if request.payment_id else []
    book = open_book(work, posting, payment_ids=through, unsettled=True)
    left = sorted(one for one in book.receivables if book.credit_left(one))
    refund = Refund(
        id=work.new_id(),
        account_id=account_id,
        payment_id=request.payment_id,
        status=RefundStatus.REQUESTED,
        amount_minor=request.amount_minor,
        currency=request.currency,
        reason=reason,
        external_id=None,
        failure=None,
        version=1,
        created_by=work.actor_name,
        created_at=work.now,
        updated_at=work.now,
    )
    sources: list[tuple[UUID | None, UUID | None]] = [(one, None) for one in through]
    book.request_refund(refund, [*sources, *((None, one) for one in left)])
    close_book(work, book)
    work.record("refund", refund.id, "refund.requested", None, refund)
    work.emit(
        Topic.REFUND_REQUESTED,
        "refund",
        refund.id,
        account_id=account_id,
        payment_id=refund.payment_id,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
    )
    return Outcome({"refund": refund.id})


def update_refund(work: UnitOfWork, actor: Actor, request: UpdateRefund) -> Outcome:
    """Note how far a refund has come; one that failed is a credit of the account again.

    Raises:
        DomainError: NOT_FOUND, VERSION_STALE, REFUND_STATUS_INVALID, REASON_REQUIRED for a failure.
    """
    require(actor, Permission.REFUND_CHANGE)
    check = Check()
    check.optional_text("externalId", request.external_id)
    check.optional_text("failure", request.failure, LONG_TEXT_LIMIT)
    check.refuse_if_any()
    account_id = work.get(Refund, request.refund_id, "refundId").account_id
    lock_accounts(work, [account_id])
    before = work.get(Refund, request.refund_id, "refundId", lock=True)
    check_version(before.version, request.expected_version)
    after = refund_after(before, request.status, request.failure)
    after = replace(
        after,
        external_id=request.external_id or before.external_id,
        version=before.version + 1,
        updated_at=work.now,
    )
    if after.status is RefundStatus.FAILED:
        posting = open_posting(work, account_id, before.currency, request.posted_on)
        through = [before.payment_id] if before.payment_id else []
        book = open_book(work, posting, payment_ids=through, refund_id=before.id)
        book.fail_refund(before.id, after.failure or "")
        book.refunds[before.id] = after
        close_book(work, book)
    else:
        work.update([after])
    work.record("refund", before.id, "refund.changed", before, after)
    work.emit(
        Topic.REFUND_CHANGED,
        "refund",
        before.id,
        account_id=account_id,
        status=after.status,
        amount_minor=after.amount_minor,
        currency=after.currency,
    )
    return Outcome({"refund": before.id})


def _account_of(work: UnitOfWork, request: RequestRefund) -> UUID:
    """Return whose money goes back, or refuse what contradicts the payment."""
    if request.payment_id is None:
        if request.account_id is None:
            message = "say by which payment the money came, or whose credit is paid back"
            refuse(ErrorCode.INPUT_INVALID, message, "paymentId")
        return work.get(Account, request.account_id, "accountId").id
    payment = work.get(Payment, request.payment_id, "paymentId")
    if request.account_id not in {None, payment.account_id}:
        refuse(ErrorCode.NOT_FOUND, "the account has no such payment", "paymentId")
    if payment.currency != request.currency:
        message = f"the payment is in {payment.currency}, not in {request.currency}"
        refuse(ErrorCode.CURRENCY_MIXED, message, "amount")
    return payment.account_id
