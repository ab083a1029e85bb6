"""The connector of the sandbox PSP: begins payments and refunds, and reads what became of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.domain.errors import DomainError
from app.domain.money import format_amount, parse_amount
from app.transfers.connectors.sandbox.signing import HEADER, is_signed
from app.transfers.contract.calling import ask, client_of
from app.transfers.contract.connectors import (
    Action,
    Done,
    Health,
    Incoming,
    Polled,
    Setting,
    SettingKind,
    Source,
)
from app.transfers.contract.defaults import NoConnector
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx

    from app.transfers.contract.connectors import Connected, Task

_STATUSES = {
    "open": "PENDING",
    "processing": "PENDING",
    "succeeded": "SUCCEEDED",
    "failed": "FAILED",
    "cancelled": "CANCELLED",
    "expired": "EXPIRED",
}
"""What the sandbox says of a payment, and what the neutral record says."""
_PAYMENTS, _REFUNDS, _BALANCE = "payments", "refunds", "balance"


class SandboxConnector(NoConnector):
    """Speaks to the sandbox that an API process serves below /sandbox-psp."""

    kind = "sandbox"
    title = "Sandbox PSP (no real money)"
    settings = (
        Setting(
            "address", "Address", SettingKind.ADDRESS, "Ends in /sandbox-psp.", is_required=True
        ),
        Setting("key", "Key", SettingKind.SECRET, "The key of the sandbox.", is_required=True),
        Setting("webhook_url", "Webhook", SettingKind.ADDRESS, "Where changes are told."),
        Setting("return_url", "Return", SettingKind.ADDRESS, "Where a payer comes back to."),
    )
    actions = (
        Action(
            "payment.begin",
            "invoice",
            "Begin a payment",
            "Makes a page where an invoice is paid; `checkout_url` of the answer leads to it.",
            makes="payment",
        ),
        Action(
            "refund.begin",
            "refund",
            "Refund",
            "Pays money back through the payment by which it came.",
            makes="refund",
        ),
    )
    sources = (
        Source(
            _PAYMENTS,
            "payment",
            "Payments",
            "What became of payments: by webhook, and asked for in case one is lost.",
            is_polled=True,
            is_received=True,
        ),
        Source(
            _REFUNDS,
            "refund",
            "Refunds",
            "Refunds, which come with their payments.",
            is_received=True,
        ),
        Source(
            _BALANCE,
            "statement_entry",
            "Payouts",
            "Payouts with their payments, refunds and fees.",
            is_polled=True,
        ),
    )

    def check(self, connected: Connected) -> Health:
        """Ask for the payments, of which there may be none."""
        with _client(connected) as client:
            ask(client, "GET", "payments", params={"after": 0})
        return Health(is_well=True, message="The sandbox answers.")

    def find(self, connected: Connected, task: Task) -> Done | None:
        """Look for what an earlier try made, by its idempotency key."""
        with _client(connected) as client:
            if task.action == "refund.begin":
                payment = ask(client, "GET", f"payments/{_payment_id(task)}").json()
                found = [one for one in payment["refunds"] if one["key"] == task.key]
            else:
                asked = {"after": 0, "key": task.key}
                found = ask(client, "GET", "payments", params=asked).json()["payments"]
        return _done(task, found[0], was_there=True) if found else None

    def carry_out(self, connected: Connected, task: Task) -> Done:
        """Begin a payment or a refund; the same key makes it once."""
        if task.action not in {one.name for one in self.actions}:
            self._refuse(task.action)
        currency = str(task.record["currency"])
        is_refund = task.action == "refund.begin"
        written = task.record["amount"] if is_refund else task.record["totals"]["gross"]
        sent: dict[str, Any] = {"amount_minor": abs(_minor(written, currency))}
        path = f"payments/{_payment_id(task)}/refunds" if is_refund else "payments"
        if not is_refund:
            sent |= {"currency": currency, "reference": task.record["code"]}
            addresses = {
                name: connected.settings.get(name) for name in ("webhook_url", "return_url")
            }
            sent |= {name: value for name, value in addresses.items() if value}
        with _client(connected) as client:
            headers = {"idempotency-key": task.key}
            made = ask(client, "POST", path, json=sent, headers=headers).json()
        return _done(task, made, was_there=False, sent=sent)

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:
        """Ask for what changed since the last time."""
        if source not in {_PAYMENTS, _BALANCE}:
            self._refuse(source)
        with _client(connected) as client:
            told = ask(client, "GET", source, params={"after": cursor or "0"}).json()
        rows = told[source]
        last = max((int(one["sequence_no"]) for one in rows), default=int(cursor or 0))
        if source == _BALANCE:
            return Polled([_moved(connected, one) for one in rows], str(last))
        return Polled([one for row in rows for one in _of_payment(row)], str(last))

    def receive(
        self, connected: Connected, headers: Mapping[str, str], body: bytes
    ) -> tuple[Incoming, ...]:
        """Read a webhook, if the sandbox signed it."""
        signature = {name.lower(): value for name, value in headers.items()}.get(HEADER, "")
        if not is_signed(connected.credentials["key"], signature, body, datetime.now(UTC)):
            message = f"{HEADER} is not a signature of the sandbox; look at the key of the system"
            raise TransferFaultError(FaultClass.ACCESS, message)
        try:
            payment = json.loads(body)["payment"]
            return tuple(_of_payment(payment))
        except (ValueError, LookupError, TypeError) as error:
            message = "the webhook is not in the form of the sandbox"
            raise TransferFaultError(FaultClass.RECORD, message, path="payment") from error


def _client(connected: Connected) -> httpx.Client:
    """Return a client of the sandbox."""
    return client_of(
        str(connected.settings["address"]).rstrip("/") + "/",
        allows_private=connected.allows_private,
        headers={"authorization": f"Bearer {connected.credentials['key']}"},
    )


def _payment_id(task: Task) -> str:
    """Return the sandbox's id of the payment that is refunded."""
    found = task.record.get("payment_id")
    if not found:
        message = "payment_id: say by which payment of the sandbox the money came"
        raise TransferFaultError(FaultClass.RECORD, message, path="payment_id")
    return str(found)


def _minor(written: object, currency: str) -> int:
    """Read an amount in minor units."""
    try:
        return parse_amount(str(written), currency)
    except DomainError as error:
        message = f"amount: {error.violations[0].message}"
        raise TransferFaultError(FaultClass.RECORD, message, path="amount") from error


def _done(task: Task, made: dict[str, Any], *, was_there: bool, sent: object = None) -> Done:
    """Say what was made or found; `checkout_url` is where a payer goes."""
    told = {"status": _STATUSES[made["status"]], "external_id": made["id"]}
    if "checkout_url" in made:
        told["checkout_url"] = made["checkout_url"]
    return Done(
        made["id"], task.record.get("code"), told, was_there=was_there, sent=sent, answer=made
    )


def _of_payment(payment: dict[str, Any]) -> Iterator[Incoming]:
    """Give a payment and its refunds as neutral records."""
    currency = payment["currency"]
    status = _STATUSES[payment["status"]]
    written = format_amount(payment["amount_minor"], currency)
    yield Incoming(
        _PAYMENTS,
        payment["id"],
        status,
        {
            "id": payment["id"],
            "external_id": payment["id"],
            "method": "ONLINE",
            "received_on": (payment.get("paid_at") or payment["created_at"])[:10],
            "amount": written,
            "currency": currency,
            "status": status,
            "invoices": [{"invoice_code": payment["reference"], "amount": written}],
        },
        payment,
    )
    for refund in payment["refunds"]:
        record = {
            "id": refund["id"],
            "external_id": refund["id"],
            "payment_id": payment["id"],
            "method": "ONLINE",
            "received_on": refund["created_at"][:10],
            "amount": format_amount(-refund["amount_minor"], currency),
            "currency": currency,
            "status": _STATUSES[refund["status"]],
        }
        yield Incoming(_REFUNDS, refund["id"], record["status"], record, refund)


def _moved(connected: Connected, row: dict[str, Any]) -> Incoming:
    """Return a movement of the balance as a neutral record."""
    currency = row["currency"]
    record: dict[str, Any] = {
        "account": f"sandbox:{connected.code}",
        "statement_id": row["payout_id"],
        "entry_ref": row["id"],
        "index": 0,
        "booked_on": row["at"][:10],
        "amount": format_amount(row["amount_minor"], currency),
        "fee": format_amount(row["fee_minor"], currency),
        "currency": currency,
        "kind": str(row["kind"]).upper(),
        "payout_id": row["payout_id"],
    }
    if row["payment_id"]:
        record |= {"payment_id": row["payment_id"], "text": row["reference"]}
    return Incoming(_BALANCE, row["id"], row["payout_id"], record, row)


CONNECTOR = SandboxConnector()
