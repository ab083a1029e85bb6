"""Sells with Loge, reports the invoice and its payment, and receives the webhooks about it.

Needs httpx and standardwebhooks. The settings are in the environment, see `main`.
"""

import json
import os
import queue
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from standardwebhooks import Webhook, WebhookVerificationError

ADDRESS = os.environ["LOGE_ADDRESS"]
TOKEN = os.environ["LOGE_TOKEN"]
WEBHOOK_SECRET = os.environ["LOGE_WEBHOOK_SECRET"]


# -- client --
class RefusedError(Exception):
    """A mutation that did nothing; its errors have a code, a message and a path."""


HTTP = httpx.Client(headers={"authorization": f"Bearer {TOKEN}"}, timeout=35)
REPEATED = {429, 502, 503, 504}


def call(document: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Send a document, again while Loge cannot answer; an idempotency key makes that safe."""
    for pause_seconds in (1, 2, 4, 8, 16, 32):
        waits = float(pause_seconds)
        try:
            answer = HTTP.post(
                f"{ADDRESS}/graphql", json={"query": document, "variables": variables}
            )
        except httpx.TransportError:
            pass
        else:
            if answer.status_code not in REPEATED:
                content = answer.json()
                if content.get("errors"):
                    raise RuntimeError(content["errors"])
                found: dict[str, Any] = content["data"]
                return found
            waits = float(answer.headers.get("retry-after", waits))
        time.sleep(waits)
    raise TimeoutError("Loge did not answer")


def do(name: str, fields: str, given: dict[str, Any]) -> dict[str, Any]:
    """Run one mutation, and return its payload."""
    kind = name[0].upper() + name[1:] + "Input"
    document = f"""
      mutation($input: {kind}!) {{
        {name}(input: $input) {{ {fields} userErrors {{ code message path }} }}
      }}"""
    payload: dict[str, Any] = call(document, {"input": given})[name]
    if payload["userErrors"]:
        raise RefusedError(payload["userErrors"])
    return payload


# -- selling --
FIELDS = "sale { id code version gross { amount currency } invoices { id code } }"


def begin(order: str, account_id: str) -> dict[str, Any]:
    """Begin a Sale; sent again for the same order, it answers the same one."""
    given = {"type": "CATALOG", "accountId": account_id, "idempotencyKey": f"{order}-create"}
    sale: dict[str, Any] = do("saleCreate", FIELDS, given)["sale"]
    return sale


def sell(order: str, account_id: str, product_id: str) -> dict[str, Any]:
    """Sell two pieces to be invoiced today, and return the Final Sale."""
    sale = begin(order, account_id)

    def step(name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - any input
        seen = {"saleId": sale["id"], "expectedVersion": sale["version"]}
        key = f"{order}-{name}"
        changed: dict[str, Any] = do(name, FIELDS, {**seen, "idempotencyKey": key, **more})["sale"]
        return changed

    sale = step("saleLineAdd", lines=[{"productId": product_id, "quantity": 2}])
    today = datetime.now(UTC).date().isoformat()
    sale = step("invoiceScheduleSet", recipe={"equal": {"count": 1, "firstOn": today}})
    return step("saleFinalise")


def report(order: str, sale: dict[str, Any]) -> None:
    """Report the document that was made of the Sale's invoice, and that it was paid."""
    today = datetime.now(UTC).date().isoformat()
    invoice_id = sale["invoices"][0]["id"]
    document = {"source": "BOOKS", "number": f"F-{order}", "issuedOn": today}
    do(
        "invoiceDocumentRecord",
        "invoiceDocument { id state }",
        {**document, "invoiceId": invoice_id, "idempotencyKey": f"{order}-document"},
    )
    payment = {"receivedOn": today, "method": "BANK_TRANSFER", "amount": sale["gross"]}
    allocation = {"invoiceId": invoice_id, "amount": sale["gross"]}
    do(
        "paymentRecord",
        "payment { id }",
        {**payment, "allocations": [allocation], "idempotencyKey": f"{order}-payment"},
    )


# -- receiving --
EVENTS: queue.Queue[dict[str, Any]] = queue.Queue()
KNOWN: set[str] = set()
"""Ids of events that came before; keep them in your database, for a month."""


class Receiver(BaseHTTPRequestHandler):
    """Takes webhooks: verifies first, answers at once, works afterwards."""

    def do_POST(self) -> None:
        """Accept an event, each one once, although it may come more often."""
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            event = Webhook(WEBHOOK_SECRET).verify(body, dict(self.headers))
        except WebhookVerificationError:
            self.send_response(400)
        else:
            if event["id"] not in KNOWN:
                KNOWN.add(event["id"])
                EVENTS.put(event)
            self.send_response(204)
        self.end_headers()

    def log_message(self, *_parts: object) -> None:
        """Write nothing."""


# -- end --
AWAITED = {"loge.sale.finalised", "loge.invoice.documented", "loge.invoice.settled"}


def main() -> None:
    """Sell, report, and print the events about the Sale; they may come in another order."""
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ["LOGE_WEBHOOK_PORT"])), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    order = os.environ["LOGE_ORDER"]
    sale = sell(order, os.environ["LOGE_ACCOUNT_ID"], os.environ["LOGE_PRODUCT_ID"])
    again = begin(order, os.environ["LOGE_ACCOUNT_ID"])
    report(order, sale)
    seen: dict[str, Any] = {}
    while AWAITED - seen.keys():
        event = EVENTS.get(timeout=30)
        if sale["id"] in {event["subject"], event["data"].get("saleId")}:
            seen[event["type"]] = event["data"]
    server.shutdown()
    json.dump({"sale": sale, "again": again, "events": seen}, sys.stdout)


if __name__ == "__main__":
    main()
