"""The connector of pretix."""

from __future__ import annotations

import hmac
import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any, NoReturn

from app.transfers.connectors.pretix.orders import one_order, polled_orders
from app.transfers.connectors.pretix.scans import polled_scans, redeem, scans_of_order
from app.transfers.connectors.pretix.shop import opened
from app.transfers.contract.connectors import (
    Action,
    Connected,
    Done,
    Health,
    Incoming,
    Polled,
    Setting,
    SettingKind,
    Source,
    Task,
)
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

SECRET_HEADER = "loge-webhook-secret"  # noqa: S105 - the name of a header
"""Where the secret at the end of our address stands, for what cannot sign its messages."""
_CHECK_IN = "pretix.event.checkin"
_ORDER = "pretix.event.order."


class PretixConnector:
    """A pretix organizer as web shop and as access control."""

    kind = "pretix"
    title = "pretix"
    settings: tuple[Setting, ...] = (
        Setting(
            "address",
            "Address",
            SettingKind.ADDRESS,
            "Where pretix answers, such as https://tickets.example.com.",
            is_required=True,
        ),
        Setting("organizer", "Organizer", description="Its short form.", is_required=True),
        Setting(
            "events",
            "Events",
            description="Their short forms, parted by blanks; empty takes all.",
        ),
        Setting(
            "token",
            "API token",
            SettingKind.SECRET,
            "Of a team that may view orders, and check in where tickets are redeemed.",
            is_required=True,
        ),
        Setting(
            "webhook_secret",
            "Secret of the webhook",
            SettingKind.SECRET,
            "pretix does not sign: the secret stands in the address that it calls.",
        ),
        Setting("takes_test_orders", "Take orders in test mode", SettingKind.FLAG, default=False),
        Setting(
            "zero_rate_category",
            "VAT category of 0 %",
            SettingKind.CHOICE,
            "Of what has no tax code in pretix.",
            default="Z",
            choices=("Z", "E", "O"),
        ),
    )
    actions: tuple[Action, ...] = (
        Action(
            "ticket.redeem",
            "scan",
            "Redeem a ticket",
            "Lets a ticket in by check-in lists of the shop.",
            (
                Setting(
                    "lists",
                    "Check-in lists",
                    description="Their ids, parted by blanks.",
                    is_required=True,
                ),
            ),
            "checkin",
        ),
    )
    sources: tuple[Source, ...] = (
        Source(
            "order",
            "sale",
            "Orders",
            "Orders as they change; their stages are PENDING, PAID, EXPIRED and CANCELLED.",
            is_polled=True,
            is_received=True,
        ),
        Source(
            "check_in",
            "scan",
            "Check-ins",
            "Entries and refusals at the gates; exits are not taken.",
            is_polled=True,
            is_received=True,
        ),
    )

    def check(self, connected: Connected) -> Health:
        """Ask for the organizer and one order."""
        try:
            with opened(connected) as shop:
                organizer = shop.get("")
                shop.get("orders/", page_size=1)
        except TransferFaultError as fault:
            return Health(is_well=False, message=fault.message)
        return Health(is_well=True, message=f"Reads the orders of {organizer['name']}.")

    def find(self, connected: Connected, task: Task) -> Done | None:  # noqa: ARG002 - its form
        """Leave it to `carry_out`: pretix does the same key once."""
        return None

    def carry_out(self, connected: Connected, task: Task) -> Done:
        """Redeem a ticket."""
        if task.action != "ticket.redeem":
            _refuse(f"pretix has no action {task.action!r}.")
        with opened(connected) as shop:
            return redeem(shop, task)

    def poll(self, connected: Connected, source: str, cursor: str | None) -> Polled:
        """Return changed orders, or new check-ins."""
        with opened(connected) as shop:
            match source:
                case "order":
                    return polled_orders(shop, cursor)
                case "check_in":
                    return polled_scans(shop, cursor)
                case _:
                    _refuse(f"pretix has no source {source!r}.")

    def receive(
        self, connected: Connected, headers: Mapping[str, str], body: bytes
    ) -> tuple[Incoming, ...]:
        """Fetch what a message is about: it says no more than which order."""
        _require_secret(connected, headers)
        event, code, action = _message(body, str(connected.settings.get("organizer", "")))
        with opened(connected) as shop:
            if shop.slugs and event not in shop.slugs:
                return ()
            if action == _CHECK_IN:
                return scans_of_order(shop, event, code)
            if not action.startswith(_ORDER):
                return ()
            found = one_order(shop, event, code)
        return () if found is None else (found,)

    def read(
        self,
        connected: Connected,  # noqa: ARG002 - the form of a connector
        source: str,  # noqa: ARG002
        name: str,  # noqa: ARG002
        content: bytes,  # noqa: ARG002
    ) -> tuple[Incoming, ...]:
        """Refuse: nothing comes from pretix as a file."""
        _refuse("Nothing comes from pretix as a file; it is polled.")


def _require_secret(connected: Connected, headers: Mapping[str, str]) -> None:
    """Refuse a message without the secret, as the end of our address or as its password."""
    expected = connected.credentials.get("webhook_secret", "")
    lowered = {name.lower(): value for name, value in headers.items()}
    given = [lowered.get(SECRET_HEADER, "")]
    scheme, _, coded = lowered.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        given.append(_password(coded))
    if not expected or not any(
        hmac.compare_digest(one.encode(), expected.encode()) for one in given
    ):
        message = "The message does not have the secret of the webhook; it is not pretix's."
        raise TransferFaultError(FaultClass.ACCESS, message)


def _password(coded: str) -> str:
    """Return the password of an address with a user, as it is sent."""
    try:
        return b64decode(coded, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _message(body: bytes, organizer: str) -> tuple[str, str, str]:
    """Read event, order and action of a message."""
    try:
        message: Any = json.loads(body)
        event, code, action = (str(message[name]) for name in ("event", "code", "action"))
        sender = message["organizer"]
    except (ValueError, KeyError, TypeError) as error:
        told = "The message is none of pretix's about an order."
        raise TransferFaultError(FaultClass.RECORD, told) from error
    if sender != organizer:
        told = f"The message is about the organizer {sender!r}, the system is {organizer!r}."
        raise TransferFaultError(FaultClass.RECORD, told, path="organizer")
    for part in (event, code):
        if not part.replace("-", "").replace("_", "").replace(".", "").isalnum():
            raise TransferFaultError(FaultClass.RECORD, f"{part!r} is no short form in pretix.")
    return event, code, action


def _refuse(message: str) -> NoReturn:
    """Refuse what the connector cannot do."""
    raise TransferFaultError(FaultClass.DEFECT, message)


CONNECTOR = PretixConnector()
