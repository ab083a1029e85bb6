"""The connector of Adyen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.domain.errors import DomainError
from app.domain.money import format_amount, parse_amount
from app.transfers.connectors.adyen.settling import BALANCE, read_settlement
from app.transfers.connectors.adyen.signing import is_signed
from app.transfers.contract.calling import ask, client_of
from app.transfers.contract.connectors import (
    Action,
    Done,
    Health,
    Incoming,
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

ADDRESS = "https://checkout-test.adyen.com/v71"
_PAYMENTS, _REFUNDS = "payments", "refunds"
_PAYMENT_EVENTS = {"AUTHORISATION": "SUCCEEDED", "CANCELLATION": "CANCELLED", "EXPIRE": "EXPIRED"}
"""Events about a payment, and what they say of it when they succeed."""
_REFUND_EVENTS = {"REFUND": "SUCCEEDED", "REFUND_FAILED": "FAILED", "REFUNDED_REVERSED": "FAILED"}


class AdyenConnector(NoConnector):
    """Begins payments and refunds at Adyen, and reads what became of them.

    Payments have to be captured at once, which is how Adyen accounts are set up to begin with.
    """

    kind = "adyen"
    title = "Adyen"
    settings = (
        Setting("key", "API key", SettingKind.SECRET, is_required=True),
        Setting("hmac_key", "HMAC key", SettingKind.SECRET, "In hexadecimal digits."),
        Setting("merchant_account", "Merchant account", is_required=True),
        Setting("return_url", "Return", SettingKind.ADDRESS, "Where a payer comes back to."),
        Setting(
            "address",
            "Address",
            SettingKind.ADDRESS,
            "Of the Checkout API with its version; live accounts have one of their own.",
            default=ADDRESS,
        ),
    )
    actions = (
        Action(
            "payment.begin",
            "invoice",
            "Begin a payment",
            "Makes a payment link for an invoice.",
            makes="payment_link",
        ),
        Action("refund.begin", "refund", "Refund", "Pays money back.", makes="refund"),
    )
    sources = (
        Source(_PAYMENTS, "payment", "Payments", "By notification.", is_received=True),
        Source(_REFUNDS, "refund", "Refunds", "By notification.", is_received=True),
        Source(
            BALANCE,
            "statement_entry",
            "Settlement details",
            "The report of each payout, as a CSV file.",
            is_file=True,
        ),
    )

    def check(self, connected: Connected) -> Health:
        """Ask for the ways to pay."""
        sent = {"merchantAccount": connected.settings["merchant_account"]}
        with _client(connected) as client:
            found = ask(client, "POST", "paymentMethods", json=sent).json()
        ways = len(found.get("paymentMethods") or ())
        return Health(is_well=True, message=f"Adyen answers, with {ways} ways to pay.")

    def find(self, connected: Connected, task: Task) -> Done | None:  # noqa: ARG002 - as connectors are asked
        """Find nothing: Adyen has no search, but makes the same key once within 31 days."""
        return None

    def carry_out(self, connected: Connected, task: Task) -> Done:
        """Begin a payment or a refund; Adyen makes the same key once."""
        if task.action not in {one.name for one in self.actions}:
            self._refuse(task.action)
        currency = str(task.record["currency"])
        is_refund = task.action == "refund.begin"
        written = task.record["amount"] if is_refund else task.record["totals"]["gross"]
        sent: dict[str, Any] = {
            "merchantAccount": connected.settings["merchant_account"],
            "amount": {"value": abs(_minor(written, currency)), "currency": currency},
            "reference": task.key if is_refund else task.record["code"],
        }
        if connected.settings.get("return_url") and not is_refund:
            sent["returnUrl"] = connected.settings["return_url"]
        path = f"payments/{_payment_id(task)}/refunds" if is_refund else "paymentLinks"
        with _client(connected) as client:
            headers = {"idempotency-key": task.key}
            made = ask(client, "POST", path, json=sent, headers=headers).json()
        external_id = made["pspReference"] if is_refund else made["id"]
        told = {"external_id": external_id, "status": made["status"]}
        if "url" in made:
            told["checkout_url"] = made["url"]
        return Done(external_id, task.record.get("code"), told, sent=sent, answer=made)

    def receive(
        self,
        connected: Connected,
        headers: Mapping[str, str],  # noqa: ARG002 - the signature is in the items
        body: bytes,
    ) -> tuple[Incoming, ...]:
        """Read notifications, if every one of them is signed and the club's own."""
        try:
            told = json.loads(body)["notificationItems"]
            items = [one["NotificationRequestItem"] for one in told]
        except (ValueError, LookupError, TypeError) as error:
            message = "the notification is not in the form of Adyen"
            raise TransferFaultError(
                FaultClass.RECORD, message, path="notificationItems"
            ) from error
        key, own = connected.credentials.get("hmac_key"), connected.settings["merchant_account"]
        for item in items:
            if not key or not is_signed(item, key):
                message = "hmacSignature is not Adyen's; look at the HMAC key of the system"
                raise TransferFaultError(FaultClass.ACCESS, message, path="hmacSignature")
            if item["merchantAccountCode"] != own:
                message = f"the notification is of another merchant account than {own}"
                raise TransferFaultError(FaultClass.ACCESS, message, path="merchantAccountCode")
        return tuple(incoming for item in items for incoming in _of_item(item))

    def read(
        self,
        connected: Connected,
        source: str,
        name: str,  # noqa: ARG002 - as connectors are asked
        content: bytes,
    ) -> tuple[Incoming, ...]:
        """Read a settlement detail report."""
        if source != BALANCE:
            self._refuse(source)
        return read_settlement(connected.code, content)


def _client(connected: Connected) -> httpx.Client:
    """Return a client of the club's account."""
    return client_of(
        str(connected.settings.get("address") or ADDRESS).rstrip("/") + "/",
        allows_private=connected.allows_private,
        headers={"x-api-key": connected.credentials["key"]},
    )


def _minor(written: object, currency: str) -> int:
    """Read an amount in minor units."""
    try:
        return parse_amount(str(written), currency)
    except DomainError as error:
        message = f"amount: {error.violations[0].message}"
        raise TransferFaultError(FaultClass.RECORD, message, path="amount") from error


def _payment_id(task: Task) -> str:
    """Return Adyen's reference of the payment that is refunded."""
    found = str(task.record.get("payment_id") or "")
    if not found.isalnum():
        message = "payment_id: say by which payment, its pspReference, the money came"
        raise TransferFaultError(FaultClass.RECORD, message, path="payment_id")
    return found


def _of_item(item: Mapping[str, Any]) -> Iterator[Incoming]:
    """Give what a notification says of a payment or refund; other events say nothing."""
    event, is_done = item["eventCode"], str(item["success"]).lower() == "true"
    amount = item["amount"]
    written = format_amount(amount["value"], amount["currency"])
    record: dict[str, Any] = {
        "method": "ONLINE",
        "received_on": item["eventDate"][:10],
        "currency": amount["currency"],
    }
    if event in _PAYMENT_EVENTS:
        payment_id = item["pspReference"] if event == "AUTHORISATION" else item["originalReference"]
        status = _PAYMENT_EVENTS[event] if is_done else "FAILED"
        code = item["merchantReference"]
        record |= {"id": payment_id, "external_id": payment_id, "amount": written}
        record |= {"status": status, "invoices": [{"invoice_code": code, "amount": written}]}
        yield Incoming(_PAYMENTS, payment_id, status, record, item)
    elif event in _REFUND_EVENTS:
        refund_id = item["pspReference"]
        status = _REFUND_EVENTS[event] if is_done else "FAILED"
        record |= {"id": refund_id, "external_id": refund_id, "amount": f"-{written}"}
        record |= {"status": status, "payment_id": item["originalReference"]}
        yield Incoming(_REFUNDS, refund_id, status, record, item)


CONNECTOR = AdyenConnector()
