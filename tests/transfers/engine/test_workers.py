"""Workers that drive transfers from the queue, and one that is killed in the middle of a call."""

import os
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from app.transfers.engine.working import TransferWork
from tests.api.documented import sell_example
from tests.conftest import WEBHOOK_KEY, WEBHOOKS
from tests.transfers.engine.books import CONNECTORS, Books
from tests.transfers.engine.connected import Connection

pytestmark = pytest.mark.postgres
DONE = [("invoice", "DONE")] * 2


def wait_until_done(connection: Connection) -> None:
    """Wait for both invoices, for as long as a slow machine may need."""
    until = time.monotonic() + 30
    while connection.statuses() != DONE and time.monotonic() < until:
        time.sleep(0.05)
    assert connection.statuses() == DONE


def test_a_worker_follows_flows_and_drives_what_they_begin(
    connection: Connection, books: Books
) -> None:
    connection.flow("invoice", "sale.finalised")
    work = TransferWork(WEBHOOKS.vault, lambda: CONNECTORS, allows_private=True)
    now = datetime.now(UTC)
    work.drive(connection.club.runner, now)
    try:
        sell_example(connection.club, instalments=2)
        assert work.follow(connection.club.runner, now) == 2
        wait_until_done(connection)
        work.drive(connection.club.runner, now)
    finally:
        work.finish()
    assert len(books.made) == 2
    assert work.sweep(connection.club.runner, now - timedelta(days=1)) == 0


@pytest.mark.slow
def test_a_worker_that_is_killed_while_it_waits_leaves_nothing_undone_and_nothing_twice(
    connection: Connection, books: Books, database_url: str
) -> None:
    connection.flow("invoice", "sale.finalised")
    sell_example(connection.club, instalments=2)
    connection.follow()
    books.gate = threading.Event()
    environment = {**os.environ, "LOGE_SECRET_KEY": WEBHOOK_KEY, "URL": database_url}
    worker = subprocess.Popen([sys.executable, "-c", WORKER], env=environment)
    try:
        assert books.entered.wait(60)
    finally:
        worker.kill()
        worker.wait()
    books.gate.set()
    books.gate = None
    sent = len(books.made)
    assert sent >= 1
    assert connection.statuses() != DONE
    connection.work(later=timedelta(minutes=3))
    assert connection.statuses() == DONE
    assert len(books.made) == 2, "what the killed worker had sent was found, not sent again"
    assert len({one["key"] for one in books.made}) == 2


WORKER = """
import os, time
from datetime import UTC, datetime
from app.commands.execution import Runner
from app.storage.engine import command_engine
from app.storage.vault import Vault
from app.transfers.engine.working import TransferWork
from tests.transfers.engine.books import CONNECTORS

runner = Runner(command_engine(os.environ["URL"]))
work = TransferWork(Vault.of([os.environ["LOGE_SECRET_KEY"]]), lambda: CONNECTORS, True)
while True:
    work.drive(runner, datetime.now(UTC))
    time.sleep(0.2)
"""
