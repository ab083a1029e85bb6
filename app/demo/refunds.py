"""What the demo club's bank did with some payments later: refunds, chargebacks, bad debts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.commands.refunds import RequestRefund, UpdateRefund, request_refund, update_refund
from app.commands.settling import ReversePayment, WriteOff, reverse_payment, write_off
from app.domain.payments import Payment, Refund, RefundStatus
from app.domain.receivables import Receivable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

_REFUNDS: tuple[tuple[RefundStatus, ...], ...] = (
    (RefundStatus.SENT, RefundStatus.DONE),
    (),
    (RefundStatus.SENT,),
    (RefundStatus.SENT, RefundStatus.FAILED),
)
"""How far each of the refunds comes; the customers of other payments keep their credit."""
_CHARGEBACKS = ("account closed", "insufficient funds", "collected without a mandate")
_BAD_DEBT_DAYS = 180
_BAD_DEBTS = 2


def tell_refunds(work: UnitOfWork, actor: Actor, now: datetime) -> None:
    """Pay back what some customers paid too much, reverse payments, and give up old debts.

    Does nothing when that was done before.
    """
    if work.find(Refund):
        return
    payments = sorted(work.find(Payment), key=lambda one: (one.received_on, one.external_id or ""))
    over = [one for one in payments if one.left_minor]
    for payment, steps in zip(over, _REFUNDS, strict=False):
        _refund(work, actor, payment, steps)
    whole = [one for one in payments if not one.left_minor]
    for payment, reason in zip(whole[-len(_CHARGEBACKS) :], _CHARGEBACKS, strict=False):
        reverse_payment(work, actor, ReversePayment(payment.id, reason))
    _give_up(work, actor, work.find(Receivable), now)


def _refund(
    work: UnitOfWork, actor: Actor, payment: Payment, steps: Sequence[RefundStatus]
) -> None:
    """Pay back what is left of a payment, as far as that comes."""
    wanted = RequestRefund(
        payment.id, None, payment.left_minor, payment.currency, "Customer paid too much"
    )
    refund_id = request_refund(work, actor, wanted).ids["refund"]
    for version, status in enumerate(steps, start=1):
        failure = "account closed" if status is RefundStatus.FAILED else None
        update_refund(work, actor, UpdateRefund(refund_id, version, status, failure=failure))


def _give_up(
    work: UnitOfWork, actor: Actor, receivables: Sequence[Receivable], now: datetime
) -> None:
    """Write the oldest debts off."""
    limit = now.date() - timedelta(days=_BAD_DEBT_DAYS)
    old: list[UUID] = [
        one.invoice_id
        for one in sorted(receivables, key=lambda one: (str(one.due_on), one.document_no or ""))
        if one.is_documented and one.open_minor > 0 and one.due_on and one.due_on < limit
    ]
    for invoice_id in old[:_BAD_DEBTS]:
        write_off(work, actor, WriteOff(invoice_id, "Customer is bankrupt"))
