"""What visitors and staff of a pretix do, over its API."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from app.transfers.contract.connectors import Connected

EVENT = "match1"
BREWERY = {
    "is_business": True,
    "company": "Brouwerij Van Acker NV",
    "name_parts": {"_scheme": "full", "full_name": "An Peeters"},
    "street": "Kerkstraat 12",
    "zipcode": "9000",
    "city": "Gent",
    "country": "BE",
    "vat_id": "BE0897290877",
    "internal_reference": "PO-1",
}


@cache
def _client() -> httpx.Client:
    """Return one client: making one, with its certificates, takes longer than ordering."""
    return httpx.Client(headers={"connection": "close"}, timeout=60)


@dataclass(frozen=True)
class Counter:
    """Orders tickets, pays and cancels them."""

    connected: Connected

    def order(self, seats: int = 2, **given: Any) -> dict[str, Any]:
        """Order seats of 250.00 with 6 % in them, and a fee of 5.00 without."""
        name = {"_scheme": "full", "full_name": "An Peeters"}
        body: dict[str, Any] = {
            "email": "An@Example.be",
            "locale": "en",
            "sales_channel": "web",
            "invoice_address": BREWERY,
            "positions": [{"item": 1, "price": "250.00", "attendee_name_parts": name}] * seats,
            "fees": [{"fee_type": "service", "value": "5.00", "description": "Service"}],
        }
        body |= given
        body = {name: value for name, value in body.items() if value is not None}
        return self.asked(f"events/{EVENT}/orders/", body)

    def pay(self, order: dict[str, Any]) -> None:
        self.asked(f"events/{EVENT}/orders/{order['code']}/mark_paid/", {"send_email": False})

    def cancel(self, order: dict[str, Any]) -> None:
        path = f"events/{EVENT}/orders/{order['code']}/mark_canceled/"
        self.asked(path, {"send_email": False})

    def cancel_seat(self, order: dict[str, Any], index: int) -> None:
        ident = order["positions"][index]["id"]
        body = {"cancel_positions": [{"position": ident}], "send_email": False}
        path = f"events/{EVENT}/orders/{order['code']}/change/"
        self.asked(path, {**body, "recalculate_taxes": None, "reissue_invoice": False})

    def asked(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        settings = self.connected.settings
        answer = _client().post(
            f"{settings['address']}/api/v1/organizers/{settings['organizer']}/{path}",
            json=body,
            headers={"authorization": f"Token {self.connected.credentials['token']}"},
        )
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found
