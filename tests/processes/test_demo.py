"""The demo club loaded by the command: interrupted, completed, served, and not loaded twice."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from app.demo import CODE
from app.demo.customers import COMPANIES, PERSONS, REPS
from app.domain.receivables import InvoiceStatus
from app.domain.sales import SaleStatus
from tests.processes.command import Loge, await_true, fresh_loge

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo() -> Iterator[Loge]:
    """A demo club whose loading was killed on its way and then completed."""
    with fresh_loge() as loge:
        output = loge.folder.parent / "demo.out"
        with output.open("wb") as out:
            killed = subprocess.Popen(
                [sys.executable, "-m", "app", "demo"], env=loge.environment, stdout=out
            )
            await_true(lambda: "Loading its Sales: 50" in output.read_text(encoding="utf-8"))
            killed.kill()
            killed.wait(300)
        loge.run("demo")
        yield loge


def count(loge: Loge, query: str) -> int:
    """Count something in the database itself, which must run."""
    url = loge.database().connection_url().replace("+psycopg", "")
    with closing(psycopg.connect(url)) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_a_first_look_at_the_demo_club(demo: Loge) -> None:
    with demo.serving("--demo") as served:
        assert "The demo club is there" in served.printed
        assert "Loading" not in served.printed
        curl = next(line for line in served.printed.splitlines() if line.startswith("curl "))
        words = shlex.split(curl)
        query = json.loads(words[words.index("-d") + 1])["query"]
        tokens = dict(re.findall(r"(Root|Sales) token +(\S+)", served.printed))
        assert f"Authorization: Bearer {tokens['Sales']}" in words
        nodes = served.ask(tokens["Sales"], query).json()["data"]["sales"]["nodes"]
        assert len(nodes) == 3
        assert all(node["account"]["name"] for node in nodes)
        for status in InvoiceStatus:
            text = (
                f"{{ invoices(first: 1, filter: {{status: {status}}}) {{ nodes {{ status }} }} }}"
            )
            shown = served.ask(tokens["Sales"], text).json()["data"]["invoices"]["nodes"]
            assert shown == [{"status": status}], status
        portal = demo.run("token", "--role", "portal", "--account", "A-0001").strip()
        seen = served.ask(portal, "{ accounts { nodes { code } } }").json()["data"]
        assert seen["accounts"]["nodes"] == [{"code": "A-0001"}]
        of_rep = f"label = 'demo-sales' AND rep_code = '{REPS[0]}'"
        assert count(demo, f"SELECT count(*) FROM access_token WHERE {of_rep}") == 1
        for secret in tokens.values():
            assert secret not in served.complaints
        for file in demo.folder.parent.rglob("*.log"):
            assert "loge_" not in file.read_text(encoding="utf-8", errors="replace")
        found = {
            status: count(demo, f"SELECT count(*) FROM sale WHERE status = '{status.value}'")
            for status in SaleStatus
        }
    assert sum(found.values()) >= 300
    assert all(found.values())


def test_an_interrupted_loading_is_completed_without_a_double(demo: Loge) -> None:
    demo.run("db", "start")
    assert count(demo, "SELECT count(*) - count(DISTINCT reference) FROM sale") == 0
    assert count(demo, "SELECT count(*) FROM season") == 3
    assert count(demo, "SELECT count(*) FROM account") == COMPANIES + PERSONS
    assert count(demo, "SELECT count(DISTINCT season_id) FROM sale") == 3
    entries = count(demo, "SELECT count(*) FROM audit_entry")
    assert "The demo club is there" in demo.run("demo")
    assert count(demo, "SELECT count(*) FROM audit_entry") == entries
    assert ", 0 breaks," in demo.run("audit", "verify", "--organisation", CODE)
    demo.run("db", "stop")
