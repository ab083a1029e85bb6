"""What Mollie says, as neutral records.

Source: Mollie API v2: payments, refunds, chargebacks, settlements. Amounts are decimal texts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.domain.errors import DomainError
from app.domain.money import format_amount, parse_amount
from app.transfers.contract.connectors import Incoming
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PAYMENTS, REFUNDS, BALANCE = "payments", "refunds", "balance"
_STATUSES = {
    "paid": "SUCCEEDED",
    "failed": "FAILED",
    "canceled": "CANCELLED",
    "expired": "EXPIRED",
}
"""Of payments; `paidAt` says nothing, for it stays when a payment is charged back."""
_REFUND_STATUSES = {"refunded": "SUCCEEDED", "failed": "FAILED", "canceled": "CANCELLED"}


def minor_of(amount: Mapping[str, str]) -> int:
    """Read an amount into minor units; `RECORD` where it is none."""
    try:
        return parse_amount(str(amount["value"]), str(amount["currency"]))
    except DomainError as error:
        message = f"amount: {error.violations[0].message}"
        raise TransferFaultError(FaultClass.RECORD, message, path="amount") from error


def amount_of(written: object, currency: str) -> dict[str, str]:
    """Return an amount as Mollie takes it: positive, with all digits of its currency."""
    minor = abs(minor_of({"value": str(written), "currency": currency}))
    return {"currency": currency, "value": format_amount(minor, currency)}


def of_payment(payment: Mapping[str, Any]) -> Iterator[Incoming]:
    """Give a payment, and the refunds that are embedded in it."""
    status = _STATUSES.get(payment["status"], "PENDING")
    amount = payment["amount"]
    written = format_amount(minor_of(amount), amount["currency"])
    code = (payment.get("metadata") or {}).get("invoice_code")
    record: dict[str, Any] = {
        "id": payment["id"],
        "external_id": payment["id"],
        "method": "DIRECT_DEBIT" if payment.get("method") == "directdebit" else "ONLINE",
        "received_on": (payment.get("paidAt") or payment["createdAt"])[:10],
        "amount": written,
        "currency": amount["currency"],
        "status": status,
        "invoices": [{"invoice_code": code, "amount": written}] if code else [],
    }
    yield Incoming(PAYMENTS, payment["id"], status, record, payment)
    for refund in (payment.get("_embedded") or {}).get("refunds") or ():
        yield _refund(refund)


def _refund(refund: Mapping[str, Any]) -> Incoming:
    """Return a refund."""
    amount = refund["amount"]
    status = _REFUND_STATUSES.get(refund["status"], "PENDING")
    record = {
        "id": refund["id"],
        "external_id": refund["id"],
        "payment_id": refund["paymentId"],
        "method": "ONLINE",
        "received_on": refund["createdAt"][:10],
        "amount": format_amount(-minor_of(amount), amount["currency"]),
        "currency": amount["currency"],
        "status": status,
    }
    return Incoming(REFUNDS, refund["id"], status, record, refund)


def of_settlement(
    account: str, settlement: Mapping[str, Any], parts: Mapping[str, list[dict[str, Any]]]
) -> Iterator[Incoming]:
    """Give the parts of a settlement, its costs as one fee, and what was sent to the bank."""
    day = settlement["settledAt"][:10]
    amount = settlement["amount"]
    for kind, rows in parts.items():
        for row in rows:
            told = row.get("settlementAmount") or row["amount"]
            minor = abs(minor_of(told))
            is_payment = kind == "PAYMENT"
            record = _entry(account, settlement, kind, row["id"], minor if is_payment else -minor)
            record["payment_id"] = row["id"] if is_payment else row["paymentId"]
            if code := (row.get("metadata") or {}).get("invoice_code"):
                record["text"] = code
            yield Incoming(BALANCE, row["id"], settlement["id"], record | {"booked_on": day}, row)
    costs = sum(minor_of(one) for one in _costs(settlement))
    for kind, reference, minor in (
        ("FEE", f"{settlement['id']}-costs", -costs),
        ("PAYOUT", settlement["id"], -minor_of(amount)),
    ):
        record = _entry(account, settlement, kind, reference, minor) | {"booked_on": day}
        yield Incoming(BALANCE, reference, settlement["id"], record, settlement)


def _entry(
    account: str, settlement: Mapping[str, Any], kind: str, reference: str, minor: int
) -> dict[str, Any]:
    """Return a movement of a settlement."""
    currency = settlement["amount"]["currency"]
    return {
        "account": account,
        "statement_id": settlement["id"],
        "entry_ref": reference,
        "index": 0,
        "amount": format_amount(minor, currency),
        "currency": currency,
        "kind": kind,
        "payout_id": settlement["id"],
        "text": settlement["reference"],
    }


def _costs(settlement: Mapping[str, Any]) -> Iterator[Mapping[str, str]]:
    """Give the costs of a settlement, month by month."""
    for months in (settlement.get("periods") or {}).values():
        for month in months.values():
            for cost in month.get("costs") or ():
                yield cost["amountGross"]
