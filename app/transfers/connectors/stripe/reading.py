"""What Stripe says, as neutral records.

Source: Stripe API reference: PaymentIntent, Refund, BalanceTransaction; amounts are in the smallest
unit, but for ISK and UGX, which have two decimals there and none in ISO 4217.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.domain.errors import DomainError
from app.domain.money import format_amount, parse_amount
from app.transfers.contract.connectors import Incoming
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAYMENTS, REFUNDS, BALANCE = "payments", "refunds", "balance"
_IN_HUNDREDTHS = frozenset({"ISK", "UGX"})
_HUNDRED = 100
_STATUSES = {"succeeded": "SUCCEEDED", "canceled": "CANCELLED"}
_REFUND_STATUSES = {"succeeded": "SUCCEEDED", "failed": "FAILED", "canceled": "CANCELLED"}
_KINDS = {
    "charge": "PAYMENT",
    "payment": "PAYMENT",
    "refund": "REFUND",
    "payment_refund": "REFUND",
    "refund_failure": "FEE",
    "adjustment": "CHARGEBACK",
    "payout": "PAYOUT",
}
"""Types of balance transactions; any other is a cost, or a correction, of Stripe's own."""


def to_stripe(written: object, currency: str) -> int:
    """Return an amount as Stripe counts it; `RECORD` where it is none."""
    try:
        minor = parse_amount(str(written), currency)
    except DomainError as error:
        message = f"amount: {error.violations[0].message}"
        raise TransferFaultError(FaultClass.RECORD, message, path="amount") from error
    return minor * _HUNDRED if currency in _IN_HUNDREDTHS else minor


def written_of(counted: int, currency: str) -> str:
    """Return an amount that Stripe counts as decimal text."""
    code = currency.upper()
    return format_amount(counted // _HUNDRED if code in _IN_HUNDREDTHS else counted, code)


def day_of(seconds: int) -> str:
    """Return the day of an instant, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def of_event(event: Mapping[str, Any]) -> Iterator[Incoming]:
    """Give what an event is about; an event of another kind says nothing."""
    kind, told = str(event["type"]), event["data"]["object"]
    if kind.startswith("payment_intent."):
        yield _payment(told, int(event["created"]))
    elif kind.startswith("refund.") or kind == "charge.refund.updated":
        yield _refund(told)


def _payment(intent: Mapping[str, Any], at_seconds: int) -> Incoming:
    """Return a payment."""
    status = _STATUSES.get(intent["status"], "PENDING")
    currency = str(intent["currency"]).upper()
    is_paid = status == "SUCCEEDED"
    written = written_of(intent["amount_received" if is_paid else "amount"], currency)
    code = (intent.get("metadata") or {}).get("invoice_code")
    record: dict[str, Any] = {
        "id": intent["id"],
        "external_id": intent["id"],
        "method": "ONLINE",
        "received_on": day_of(at_seconds),
        "amount": written,
        "currency": currency,
        "status": status,
        "invoices": [{"invoice_code": code, "amount": written}] if code else [],
    }
    return Incoming(PAYMENTS, intent["id"], status, record, _shown(intent))


def _refund(refund: Mapping[str, Any]) -> Incoming:
    """Return a refund."""
    currency = str(refund["currency"]).upper()
    status = _REFUND_STATUSES.get(refund["status"], "PENDING")
    record = {
        "id": refund["id"],
        "external_id": refund["id"],
        "payment_id": refund["payment_intent"],
        "method": "ONLINE",
        "received_on": day_of(refund["created"]),
        "amount": f"-{written_of(refund['amount'], currency)}",
        "currency": currency,
        "status": status,
    }
    return Incoming(REFUNDS, refund["id"], status, record, _shown(refund))


def of_balance(account: str, payout_id: str, moved: Mapping[str, Any]) -> Incoming:
    """Return a balance transaction of a payout; its source has to be expanded."""
    currency = str(moved["currency"]).upper()
    source = moved.get("source")
    about: Mapping[str, Any] = source if isinstance(source, dict) else {}
    kind = _KINDS.get(str(moved["type"]), "FEE")
    reference = about.get("id", moved["id"]) if kind in {"REFUND", "PAYOUT"} else moved["id"]
    record: dict[str, Any] = {
        "account": account,
        "statement_id": payout_id,
        "entry_ref": reference,
        "index": 0,
        "booked_on": day_of(moved["created"]),
        "amount": written_of(moved["amount"], currency),
        "fee": written_of(moved["fee"], currency),
        "currency": currency,
        "kind": kind,
        "payout_id": payout_id,
    }
    if about.get("payment_intent"):
        record["payment_id"] = about["payment_intent"]
    code = (about.get("metadata") or {}).get("invoice_code") or moved.get("description")
    if code:
        record["text"] = code
    return Incoming(BALANCE, moved["id"], payout_id, record, _shown(moved))


def _shown(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Stripe said, without what opens a payment to whoever has it."""
    return {name: value for name, value in told.items() if name != "client_secret"}
