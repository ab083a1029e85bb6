"""A pretix to test against: its orders, check-ins and redemption as the API has them.

What it answers was recorded from pretix 2026.8. The tests beside it run against it, and against a
real pretix by `make test-peers`, so that it stays like one.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "the-token-of-pretix"
ROOT = "/api/v1/organizers/kv/"
EVENT = "match1"
Json = dict[str, Any]


class Pretix:
    """One organizer with one event, one item at 6 % and one check-in list."""

    def __init__(self) -> None:
        self.orders: dict[str, Json] = {}
        self.checkins: list[Json] = []
        self.nonces: dict[str, str] = {}
        self.next_status: list[int] = []
        self.item: Json = {
            "id": 1,
            "name": {"en": "VIP seat", "nl": "VIP-plaats"},
            "admission": True,
            "variations": [{"id": 7, "value": {"en": "Lounge"}}],
        }
        self.event: Json = {
            "slug": EVENT,
            "name": {"en": "KV - Club Brugge"},
            "currency": "EUR",
            "timezone": "UTC",
        }

    def get(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        """Answer a question."""
        event = f"events/{EVENT}/"
        lists: dict[str, tuple[list[Json], str]] = {
            "events/": ([self.event], ""),
            f"{event}items/": ([self.item], ""),
            f"{event}checkinlists/": ([{"id": 1, "name": "Gate A"}], ""),
            "orders/": ([*self.orders.values()], "modified_since"),
            f"{event}checkins/": (self.checkins, "created_since"),
        }
        if path in lists:
            listed, since = lists[path]
            return 200, _page(listed, since, query)
        if path in {"", event}:
            return 200, self.event if path else {"name": "KV Stadion", "slug": "kv"}
        kind, _, rest = path.removeprefix(event).partition("/")
        found = self.orders.get(rest.rstrip("/")) if kind == "orders" else None
        if kind == "orderpositions":
            every = (one for order in self.orders.values() for one in order["positions"])
            found = next((one for one in every if str(one["id"]) == rest.rstrip("/")), None)
        return (404, {"detail": "Not found."}) if found is None else (200, found)

    def post(self, path: str, body: Json) -> tuple[int, Any]:
        """Answer a change."""
        if path == "checkinrpc/redeem/":
            return self._redeem(body)
        code, _, verb = path.removeprefix(f"events/{EVENT}/orders/").rstrip("/").partition("/")
        if not code:
            return 201, self._placed(body)
        order = self.orders[code]
        if verb == "mark_paid":
            order["status"] = "p"
            now = _now()
            paid = {"local_id": 1, "state": "confirmed", "amount": order["total"]}
            order["payments"] = [
                {**paid, "provider": "manual", "created": now, "payment_date": now}
            ]
        elif verb == "mark_canceled":
            order["status"] = "c"
        else:
            for one in body["cancel_positions"]:
                for position in order["positions"]:
                    position["canceled"] |= position["id"] == one["position"]
            order["total"] = _total(order)
        order["last_modified"] = _now()
        return 200, order

    def _placed(self, body: Json) -> Json:
        number = len(self.orders) + 1
        now = _now()
        positions = [
            {
                "id": number * 100 + index,
                "positionid": index,
                "item": one["item"],
                "variation": one.get("variation"),
                "price": one["price"],
                "attendee_name": one.get("attendee_name_parts", {}).get("full_name"),
                "tax_rate": "6.00",
                "tax_value": _tax(one["price"]),
                "tax_code": None,
                "secret": f"secret{number:03}x{index:03}",
                "seat": None,
                "canceled": False,
                "checkins": [],
            }
            for index, one in enumerate(body["positions"], start=1)
        ]
        fees = [
            {**one, "tax_rate": "0.00", "tax_value": "0.00", "tax_code": None, "canceled": False}
            for one in body.get("fees", ())
        ]
        given = body.get("invoice_address")
        name = (given or {}).get("name_parts", {}).get("full_name", "")
        order = {
            "code": f"K{number:04}",
            "event": EVENT,
            "status": "n",
            "testmode": body.get("testmode", False),
            "secret": "secret-of-the-order",
            "url": "http://shop/order/secret-of-the-order",
            "email": body["email"],
            "phone": body.get("phone"),
            "locale": body.get("locale", "en"),
            "customer": None,
            "datetime": now,
            "last_modified": now,
            "invoice_address": {**given, "name": name} if given else None,
            "positions": positions,
            "fees": fees,
            "payments": [],
            "refunds": [],
        }
        order["total"] = _total(order)
        self.orders[order["code"]] = order
        return order

    def _redeem(self, body: Json) -> tuple[int, Any]:
        for order in self.orders.values():
            for position in order["positions"]:
                if position["secret"] == body["secret"]:
                    return self._entry(order, position, body)
        return 404, {"detail": "Not found.", "status": "error", "reason": "invalid"}

    def _entry(self, order: Json, position: Json, body: Json) -> tuple[int, Any]:
        reason = None
        if self.nonces.get(position["secret"]) == body["nonce"]:
            return 201, {"status": "ok", "position": {**position, "order": order["code"]}}
        if position["canceled"] or order["status"] == "c":
            reason = "canceled"
        elif order["status"] != "p":
            reason = "unpaid"
        elif position["secret"] in self.nonces:
            reason = "already_redeemed"
        one = {
            "id": len(self.checkins) + 1,
            "successful": reason is None,
            "error_reason": reason,
            "position": position["id"],
            "datetime": body["datetime"],
            "created": _now(),
            "list": 1,
            "type": "entry",
        }
        self.checkins.append(one)
        if reason is not None:
            return 400, {"status": "error", "reason": reason}
        self.nonces[position["secret"]] = body["nonce"]
        position["checkins"].append({k: one[k] for k in ("id", "datetime", "list", "type")})
        order["last_modified"] = _now()
        return 201, {"status": "ok", "position": {**position, "order": order["code"]}}


def _page(listed: list[Json], since: str, query: dict[str, str]) -> Json:
    field = query.get("ordering", "")
    if since and since in query:
        begin = datetime.fromisoformat(query[since])
        listed = [one for one in listed if datetime.fromisoformat(one[field]) >= begin]
        listed.sort(key=lambda one: str(one[field]))
    size, number = int(query.get("page_size", 50)), int(query.get("page", 1))
    shown = listed[(number - 1) * size : number * size]
    more = "http://next" if number * size < len(listed) else None
    return {"count": len(listed), "next": more, "previous": None, "results": shown}


def _total(order: Json) -> str:
    prices = [one["price"] for one in order["positions"] if not one["canceled"]]
    return str(sum(map(Decimal, [*prices, *(one["value"] for one in order["fees"])]), Decimal(0)))


def _tax(price: str) -> str:
    net = (Decimal(price) / Decimal("1.06")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return str(Decimal(price) - net)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class _Handler(BaseHTTPRequestHandler):
    """Speaks pretix's REST."""

    pretix: Pretix

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self._answer(lambda: self.pretix.get(parts.path.removeprefix(ROOT), query))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self._answer(lambda: self.pretix.post(self.path.removeprefix(ROOT), body))

    def _answer(self, ask: Any) -> None:
        answer: Any
        status, answer = 401, {"detail": "Invalid token."}
        if self.pretix.next_status:
            status, answer = self.pretix.next_status.pop(0), "<html>"
        elif self.headers["authorization"] == f"Token {TOKEN}":
            status, answer = ask()
        content = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def standing_in() -> Iterator[tuple[str, Pretix]]:
    """Serve one on a port of its own; give its address."""
    pretix = Pretix()
    handler = type("Handler", (_Handler,), {"pretix": pretix})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", pretix
    server.shutdown()
    thread.join()
    server.server_close()
