"""The connector of Stripe."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import stripe

from app.transfers.connectors.stripe.calling import ADDRESS, calling
from app.transfers.connectors.stripe.reading import (
    BALANCE,
    PAYMENTS,
    REFUNDS,
    of_balance,
    of_event,
    to_stripe,
)
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
    from collections.abc import Mapping

    from app.transfers.contract.connectors import Connected, Task

_PAGE = 100
_SEARCHED = 500
"""How many of the newest objects are looked through for one that an earlier try made."""
_EVENTS = [
    "payment_intent.succeeded",
    "payment_intent.processing",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "refund.created",
    "refund.updated",
    "refund.failed",
]
_KEY = "loge_key"
_SIGNATURE = "stripe-signature"


class StripeConnector(NoConnector):
    """Begins payments and refunds at Stripe, and reads what became of them."""

    kind = "stripe"
    title = "Stripe"
    settings = (
        Setting(
            "secret_key",
            "Secret key",
            SettingKind.SECRET,
            "Begins with sk_ or rk_.",
            is_required=True,
        ),
        Setting("webhook_secret", "Signing secret", SettingKind.SECRET, "Begins with whsec_."),
        Setting(
            "success_url",
            "Return",
            SettingKind.ADDRESS,
            "Where a payer comes back to. With it a payment is begun on Stripe's own page; "
            "without it as a PaymentIntent, for a page of the club's with Stripe's elements.",
        ),
        Setting("address", "Address", SettingKind.ADDRESS, "Of the API.", default=ADDRESS),
    )
    actions = (
        Action(
            "payment.begin",
            "invoice",
            "Begin a payment",
            "Makes a PaymentIntent, or a page at Stripe where the invoice is paid.",
            makes="payment_intent",
        ),
        Action("refund.begin", "refund", "Refund", "Pays money back.", makes="refund"),
    )
    sources = (
        Source(
            PAYMENTS,
            "payment",
            "Payments",
            "By webhook, and asked for in case one is lost.",
            is_polled=True,
            is_received=True,
        ),
        Source(REFUNDS, "refund", "Refunds", "They come with payments.", is_received=True),
        Source(BALANCE, "statement_entry", "Payouts", "With their parts and fees.", is_polled=True),
    )

    def check(self, connected: Connected) -> Health:
        """Ask for the balance, which every key may read."""
        with calling(connected) as client:
            found = client.v1.balance.retrieve()
        mode = "with real money" if found.livemode else "in test mode, without real money"
        return Health(is_well=True, message=f"Stripe answers, {mode}.")

    def find(self, connected: Connected, task: Task) -> Done | None:
        """Look through the newest objects for the one that carries the task's key."""
        with calling(connected) as client:
            if task.action == "refund.begin":
                asked: Any = {"payment_intent": _payment_id(task), "limit": _PAGE}
                page: Any = client.v1.refunds.list(asked)
            elif connected.settings.get("success_url"):
                page = client.v1.checkout.sessions.list({"limit": _PAGE})
            else:
                page = client.v1.payment_intents.list({"limit": _PAGE})
            for number, one in enumerate(page.auto_paging_iter()):
                if (_plain(one).get("metadata") or {}).get(_KEY) == task.key:
                    return _done(task, one, was_there=True)
                if number >= _SEARCHED:
                    break
        return None

    def carry_out(self, connected: Connected, task: Task) -> Done:
        """Begin a payment or a refund; Stripe makes the same key once within a day."""
        if task.action not in {one.name for one in self.actions}:
            self._refuse(task.action)
        options: Any = {"idempotency_key": task.key}
        sent: dict[str, Any]
        made: Any
        with calling(connected) as client:
            if task.action == "refund.begin":
                sent = _refund(task)
                made = client.v1.refunds.create(_params(sent), options)
            elif return_url := connected.settings.get("success_url"):
                sent = _session(task, str(return_url))
                made = client.v1.checkout.sessions.create(_params(sent), options)
            else:
                sent = _intent(task)
                made = client.v1.payment_intents.create(_params(sent), options)
        return _done(task, made, was_there=False, sent=sent)

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:
        """Ask for events, or for payouts with their parts, since the last time.

        Events of the same second are asked for again; the same one is taken once.
        """
        if source not in {PAYMENTS, BALANCE}:
            self._refuse(source)
        since = int(cursor or 0)
        with calling(connected) as client:
            if source == BALANCE:
                return _payouts(connected, client, since)
            asked: Any = {"created": {"gte": since}, "types": _EVENTS, "limit": _PAGE}
            events = [_plain(one) for one in client.v1.events.list(asked).auto_paging_iter()]
        ordered = sorted(events, key=lambda one: int(one["created"]))
        last = max((int(one["created"]) for one in events), default=since)
        return Polled([each for one in ordered for each in of_event(one)], str(last))

    def receive(
        self, connected: Connected, headers: Mapping[str, str], body: bytes
    ) -> tuple[Incoming, ...]:
        """Read a webhook, if Stripe signed these very bytes in the last five minutes."""
        given = {name.lower(): value for name, value in headers.items()}.get(_SIGNATURE)
        secret = connected.credentials.get("webhook_secret") or None
        try:
            stripe.WebhookSignature.verify_header(
                body, given, secret, stripe.Webhook.DEFAULT_TOLERANCE
            )
        except (stripe.SignatureVerificationError, ValueError) as error:
            message = f"{_SIGNATURE} is not Stripe's; look at the signing secret of the system"
            raise TransferFaultError(FaultClass.ACCESS, message) from error
        try:
            return tuple(of_event(json.loads(body)))
        except (ValueError, LookupError, TypeError) as error:
            message = "the webhook is not in the form of a Stripe event"
            raise TransferFaultError(FaultClass.RECORD, message, path="data") from error


def _payouts(connected: Connected, client: stripe.StripeClient, since: int) -> Polled:
    """Read the payouts since an instant, each after its parts."""
    asked: Any = {"created": {"gte": since}, "status": "paid", "limit": _PAGE}
    payouts = [_plain(one) for one in client.v1.payouts.list(asked).auto_paging_iter()]
    incoming: list[Incoming] = []
    account = f"stripe:{connected.code}"
    for payout in sorted(payouts, key=lambda one: int(one["created"])):
        of_payout: Any = {"payout": payout["id"], "expand": ["data.source"], "limit": _PAGE}
        moved = client.v1.balance_transactions.list(of_payout).auto_paging_iter()
        parts = [of_balance(account, payout["id"], _plain(one)) for one in moved]
        incoming.extend(sorted(parts, key=lambda one: one.record["kind"] == "PAYOUT"))
    last = max((int(one["created"]) for one in payouts), default=since)
    return Polled(incoming, str(last))


def _intent(task: Task) -> dict[str, Any]:
    """Return what a PaymentIntent is made of."""
    record = task.record
    currency = str(record["currency"])
    return {
        "amount": to_stripe(record["totals"]["gross"], currency),
        "currency": currency.lower(),
        "description": record["code"],
        "metadata": {"invoice_code": record["code"], _KEY: task.key},
    }


def _session(task: Task, return_url: str) -> dict[str, Any]:
    """Return what a page at Stripe is made of; its PaymentIntent says the invoice too."""
    intent = _intent(task)
    price = {
        "currency": intent["currency"],
        "unit_amount": intent["amount"],
        "product_data": {"name": intent["description"]},
    }
    return {
        "mode": "payment",
        "line_items": [{"price_data": price, "quantity": 1}],
        "success_url": return_url,
        "metadata": intent["metadata"],
        "payment_intent_data": {"metadata": intent["metadata"]},
    }


def _refund(task: Task) -> dict[str, Any]:
    """Return what a refund is made of."""
    currency = str(task.record["currency"])
    return {
        "payment_intent": _payment_id(task),
        "amount": abs(to_stripe(task.record["amount"], currency)),
        "metadata": {_KEY: task.key},
    }


def _payment_id(task: Task) -> str:
    """Return the PaymentIntent that is refunded."""
    found = task.record.get("payment_id")
    if not found:
        message = "payment_id: say by which PaymentIntent the money came"
        raise TransferFaultError(FaultClass.RECORD, message, path="payment_id")
    return str(found)


def _params(sent: dict[str, Any]) -> Any:  # noqa: ANN401 - each call of the SDK has its own type
    return sent


def _plain(told: Any) -> dict[str, Any]:  # noqa: ANN401 - any object of the SDK
    """Return an object of the SDK as plain values."""
    found: dict[str, Any] = told.to_dict()
    return found


def _done(task: Task, made: Any, *, was_there: bool, sent: object = None) -> Done:  # noqa: ANN401 - same
    """Say what was made or found, without what opens the payment to whoever has it."""
    told = {name: value for name, value in _plain(made).items() if name != "client_secret"}
    record = {"external_id": told["id"], "status": told.get("status")}
    if told.get("url"):
        record["checkout_url"] = told["url"]
    number = task.record.get("code")
    return Done(told["id"], number, record, was_there=was_there, sent=sent, answer=told)


CONNECTOR = StripeConnector()
