"""The examples in the guide for partners, run as they stand there against a live server."""

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.commands.webhook_deliveries import follow_events
from app.domain.permissions import Role
from tests.clients.running import node
from tests.club import Club
from tests.conftest import LiveServer
from tests.stadium import Stadium, build_stadium
from tests.transfers.webhook_receiver import add_endpoint, courier_of, free_port

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
EXAMPLES = GUIDES / "examples"
PYTHON = EXAMPLES / "python" / "partner.py"
TYPESCRIPT = EXAMPLES / "typescript" / "partner.ts"
SECTION = re.compile(
    r"^(?:#|//) -- (\w+) --\n(.*?)(?=^(?:#|//) -- \w+ --\n)", re.DOTALL | re.MULTILINE
)
SNIPPET = re.compile(r"<!-- (examples/\S+)#(\w+) -->\n```\w+\n(.*?)```\n", re.DOTALL)
SNIPPETS = SNIPPET.findall((GUIDES / "partner.md").read_text("utf-8"))


@pytest.mark.parametrize(
    ("path", "section", "text"), SNIPPETS, ids=[f"{path}#{name}" for path, name, _ in SNIPPETS]
)
def test_the_guide_shows_a_section_of_the_tested_file(path: str, section: str, text: str) -> None:
    sections = dict(SECTION.findall((GUIDES / path).read_text("utf-8")))
    assert text.strip() == sections[section].strip(), f"copy {section} of {path} into the guide"


def test_the_guide_shows_every_section_in_both_languages() -> None:
    shown = {(Path(path).suffix, section) for path, section, _ in SNIPPETS}
    sections = ("client", "selling", "receiving")
    assert shown == {(suffix, name) for suffix in (".py", ".ts") for name in sections}


@pytest.fixture
def shop(club: Club) -> Stadium:
    """A club that sells scarves."""
    stadium = build_stadium(club, matches=1, seats=2)
    stadium.price("SCARF", "10.00")
    return stadium


@contextmanager
def worker(club: Club) -> Iterator[None]:
    """Deliver webhooks while the block runs."""
    stop = threading.Event()

    def work() -> None:
        courier = courier_of(club)
        while not stop.wait(0.1):
            now = datetime.now(UTC) + timedelta(seconds=1)
            follow_events(club.runner, now)
            courier.run(club.runner, now)
        courier.finish()

    with ThreadPoolExecutor(1) as pool:
        working: Future[None] = pool.submit(work)
        try:
            yield
        finally:
            stop.set()
        working.result()


def settings_of(shop: Stadium, server: LiveServer, order: str) -> dict[str, str]:
    """What a partner is given: an address, a token, a secret, and ids."""
    port = free_port()
    endpoint = add_endpoint(shop.club, f"http://127.0.0.1:{port}/events")
    return {
        "LOGE_ADDRESS": server.url,
        "LOGE_TOKEN": shop.club.token(Role.PARTNER),
        "LOGE_WEBHOOK_SECRET": endpoint["secret"],
        "LOGE_WEBHOOK_PORT": str(port),
        "LOGE_ACCOUNT_ID": shop.ids["A1"],
        "LOGE_PRODUCT_ID": shop.ids["SCARF"],
        "LOGE_ORDER": order,
    }


def expect_sold(shop: Stadium, ended: dict[str, Any]) -> None:
    """Check that one Sale was sold, documented and paid, and what was told about it."""
    sale = ended["sale"]
    assert ended["again"]["id"] == sale["id"]
    read = shop.read(sale, "status invoices { status } gross { amount currency }")
    assert read == {"status": "FINAL", "invoices": [{"status": "RECEIVED"}], "gross": sale["gross"]}
    assert {"loge.sale.finalised", "loge.invoice.documented", "loge.invoice.settled"} <= set(
        ended["events"]
    )
    assert ended["events"]["loge.sale.finalised"] == {
        "code": sale["code"],
        "version": sale["version"],
        "gross": sale["gross"],
    }
    assert shop.club.query("{ sales(first: 5) { nodes { id } } }") == {
        "sales": {"nodes": [{"id": sale["id"]}]}
    }


@pytest.mark.postgres
def test_the_python_example_sells_and_is_told(shop: Stadium, server: LiveServer) -> None:
    environment = {**os.environ, **settings_of(shop, server, "order-4711")}
    with worker(shop.club):
        ended = subprocess.run(
            [sys.executable, str(PYTHON)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert ended.returncode == 0, ended.stderr
    expect_sold(shop, json.loads(ended.stdout))


@pytest.mark.postgres
@pytest.mark.slow
def test_the_typescript_example_sells_and_is_told(shop: Stadium, server: LiveServer) -> None:
    with worker(shop.club):
        ended = node(
            TYPESCRIPT, env=settings_of(shop, server, "order-4712"), packages=TYPESCRIPT.parent
        )
    expect_sold(shop, ended)
