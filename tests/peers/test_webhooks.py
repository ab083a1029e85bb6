"""A real pretix tells what happened by its own messages."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from app.transfers.connectors.pretix import CONNECTOR
from app.transfers.contract.connectors import Connected
from tests.peers.processes import HOOK_SECRET
from tests.processes.command import await_true
from tests.transfers.pretix.shopping import Counter

Message = tuple[dict[str, str], bytes]


@pytest.fixture
def messages(shop: Connected) -> Iterator[list[Message]]:
    """What pretix sends to an address that has our secret as its password."""
    came: list[Message] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            came.append((dict(self.headers.items()), body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    address = f"http://loge:{HOOK_SECRET}@127.0.0.1:{server.server_address[1]}/hook"
    token = shop.credentials["token"]
    answer = httpx.patch(
        f"{shop.settings['address']}/api/v1/organizers/kv/webhooks/1/",
        json={"target_url": address},
        headers={"authorization": f"Token {token}"},
        timeout=60,
    )
    assert answer.is_success, answer.text
    yield came
    server.shutdown()
    thread.join()
    server.server_close()


def test_messages_of_an_order_become_its_stages(shop: Connected, messages: list[Message]) -> None:
    counter = Counter(shop)
    order = counter.order()
    counter.pay(order)
    await_true(lambda: [one for one in messages if "paid" in json.loads(one[1])["action"]])
    taken = [CONNECTOR.receive(shop, *one) for one in messages]
    assert all(one[0].record["code"] == order["code"] for one in taken)
    assert taken[-1][0].record["stage"] == "PAID"
    versions = {one[0].version for one in taken}
    assert len(versions) == 1
