"""The connector of Mollie."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from app.transfers.connectors.mollie.reading import (
    BALANCE,
    PAYMENTS,
    REFUNDS,
    amount_of,
    of_payment,
    of_settlement,
)
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

ADDRESS = "https://api.mollie.com"
_PAGE = 250
_PAGES = 40
"""How many pages of a list are read at most: 10,000 objects."""
_DAYS_BACK = 14
_PAYMENT_ID = re.compile(r"tr_[A-Za-z0-9]{1,64}")
_NOT_FOUND = 404
_KEY = "loge_key"


class MollieConnector(NoConnector):
    """Begins payments and refunds at Mollie, and reads what became of them.

    Mollie's webhooks are not signed and carry an id alone, so nothing in them is believed: the
    payment is asked for.
    """

    kind = "mollie"
    title = "Mollie"
    settings = (
        Setting("key", "API key", SettingKind.SECRET, "live_… or test_…", is_required=True),
        Setting(
            "organisation_key",
            "Access token",
            SettingKind.SECRET,
            "Of the organisation, with settlements.read; needed for payouts.",
        ),
        Setting("return_url", "Return", SettingKind.ADDRESS, "Where a payer comes back to."),
        Setting("webhook_url", "Webhook", SettingKind.ADDRESS, "Where changes are told."),
        Setting(
            "days_back",
            "Days back",
            SettingKind.WHOLE,
            "How old payments may be that are asked for again, in case a webhook was lost.",
            default=_DAYS_BACK,
        ),
        Setting("address", "Address", SettingKind.ADDRESS, "Of the API.", default=ADDRESS),
    )
    actions = (
        Action(
            "payment.begin",
            "invoice",
            "Begin a payment",
            "Makes a page at Mollie where an invoice is paid.",
            makes="payment",
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
        Source(BALANCE, "statement_entry", "Payouts", "Settlements with costs.", is_polled=True),
    )

    def check(self, connected: Connected) -> Health:
        """Ask for the ways to pay."""
        with _client(connected) as client:
            found = ask(client, "GET", "v2/methods").json()
        return Health(is_well=True, message=f"Mollie answers, with {found['count']} ways to pay.")

    def find(self, connected: Connected, task: Task) -> Done | None:
        """Look through the newest objects for the one that carries the task's key."""
        is_refund = task.action == "refund.begin"
        path = f"v2/payments/{_payment_id(task)}/refunds" if is_refund else "v2/payments"
        with _client(connected) as client:
            for one in _listed(client, path, REFUNDS if is_refund else PAYMENTS):
                if (one.get("metadata") or {}).get(_KEY) == task.key:
                    return _done(task, one, was_there=True)
        return None

    def carry_out(self, connected: Connected, task: Task) -> Done:
        """Begin a payment or a refund; Mollie makes the same key once within an hour."""
        if task.action not in {one.name for one in self.actions}:
            self._refuse(task.action)
        record = task.record
        currency = str(record["currency"])
        if task.action == "refund.begin":
            path = f"v2/payments/{_payment_id(task)}/refunds"
            sent: dict[str, Any] = {"amount": amount_of(record["amount"], currency)}
            sent["metadata"] = {_KEY: task.key}
        else:
            path = "v2/payments"
            told = connected.settings
            sent = {
                "amount": amount_of(record["totals"]["gross"], currency),
                "description": record["code"],
                "metadata": {"invoice_code": record["code"], _KEY: task.key},
                "redirectUrl": told.get("return_url") or "",
            }
            if told.get("webhook_url"):
                sent["webhookUrl"] = told["webhook_url"]
        with _client(connected) as client:
            headers = {"idempotency-key": task.key}
            made = ask(client, "POST", path, json=sent, headers=headers).json()
        return _done(task, made, was_there=False, sent=sent)

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:
        """Ask for the payments of the last days again, or for settlements since the last time."""
        if source == BALANCE:
            return _settlements(connected, cursor or "")
        if source != PAYMENTS:
            self._refuse(source)
        days = int(connected.settings.get("days_back") or _DAYS_BACK)
        since = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        incoming: list[Incoming] = []
        with _client(connected) as client:
            for one in _listed(client, "v2/payments", PAYMENTS, embed=REFUNDS):
                if one["createdAt"] < since:
                    break
                incoming[:0] = of_payment(one)
        return Polled(incoming, cursor or "")

    def receive(
        self,
        connected: Connected,
        headers: Mapping[str, str],  # noqa: ARG002 - they say nothing that is true
        body: bytes,
    ) -> tuple[Incoming, ...]:
        """Take the id of a webhook and ask for the payment; an unknown id says nothing."""
        given = parse_qs(body.decode("ascii", errors="replace")).get("id", [""])[0]
        if not _PAYMENT_ID.fullmatch(given):
            message = "id: the webhook names no payment such as tr_7UhSN1zuXS"
            raise TransferFaultError(FaultClass.RECORD, message, path="id")
        with _client(connected) as client:
            try:
                found = ask(client, "GET", f"v2/payments/{given}", params={"embed": REFUNDS})
            except TransferFaultError as error:
                if error.status == _NOT_FOUND:
                    return ()
                raise
        return tuple(of_payment(found.json()))


def _client(connected: Connected, key: str = "key") -> httpx.Client:
    """Return a client of the club's account."""
    return client_of(
        str(connected.settings.get("address") or ADDRESS),
        allows_private=connected.allows_private,
        headers={"authorization": f"Bearer {connected.credentials[key]}"},
    )


def _listed(client: httpx.Client, path: str, name: str, **asked: str) -> Iterator[dict[str, Any]]:
    """Give the objects of a list page by page, as Mollie has them: the newest first."""
    parameters: dict[str, str | int] = {"limit": _PAGE, **asked}
    for _ in range(_PAGES):
        told = ask(client, "GET", path, params=parameters).json()
        yield from told["_embedded"][name]
        following = (told.get("_links") or {}).get("next")
        if not following:
            return
        parameters["from"] = parse_qs(urlsplit(following["href"]).query)["from"][0]


def _settlements(connected: Connected, cursor: str) -> Polled:
    """Read what was settled after an instant, each settlement after its parts."""
    if not connected.credentials.get("organisation_key"):
        message = "organisation_key: payouts need an access token with settlements.read"
        raise TransferFaultError(FaultClass.ACCESS, message, path="organisation_key")
    incoming: list[Incoming] = []
    account, last = f"mollie:{connected.code}", cursor
    with _client(connected, "organisation_key") as client:
        listed = _listed(client, "v2/settlements", "settlements")
        paid = [one for one in listed if one["status"] == "paidout" and one["settledAt"] > cursor]
        for one in sorted(paid, key=lambda each: str(each["settledAt"])):
            place = f"v2/settlements/{one['id']}"
            parts = {
                "PAYMENT": list(_listed(client, f"{place}/payments", "payments")),
                "REFUND": list(_listed(client, f"{place}/refunds", "refunds")),
                "CHARGEBACK": list(_listed(client, f"{place}/chargebacks", "chargebacks")),
            }
            incoming.extend(of_settlement(account, one, parts))
            last = one["settledAt"]
    return Polled(incoming, last)


def _payment_id(task: Task) -> str:
    """Return the payment that is refunded."""
    found = str(task.record.get("payment_id") or "")
    if not _PAYMENT_ID.fullmatch(found):
        message = "payment_id: say by which payment, such as tr_7UhSN1zuXS, the money came"
        raise TransferFaultError(FaultClass.RECORD, message, path="payment_id")
    return found


def _done(task: Task, made: dict[str, Any], *, was_there: bool, sent: object = None) -> Done:
    """Say what was made or found, and where a payer goes."""
    record = {"external_id": made["id"], "status": made["status"]}
    page = (made.get("_links") or {}).get("checkout")
    if page:
        record["checkout_url"] = page["href"]
    number = task.record.get("code")
    return Done(made["id"], number, record, was_there=was_there, sent=sent, answer=made)


CONNECTOR = MollieConnector()
