"""`python -m bench semantic`: facts loaded anew, and how long after a commit they are visible.

Three million rows of facts and dimensions are loaded from a club of 100,000 Sales. Then a writer
commits changes of Sales, calmly and then busily, and of each commit is measured when a query of the
facts first sees it.
"""

from __future__ import annotations

import resource
import shutil
import statistics
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import psycopg

from app.storage.engine import command_engine
from app.storage.extract.catalogue import EXTRACTS
from app.storage.extract.source import PostgresSource
from app.storage.extract.totals import TOTALS
from app.storage.postgres import EmbeddedPostgres
from app.storage.wakes import Notifier
from bench.api.dataset import FOLDER, open_dataset
from semantic.sync.schema import TABLES
from semantic.sync.store import Facts
from semantic.sync.worker import Follower

if TYPE_CHECKING:
    from pathlib import Path

    from bench.api.dataset import Dataset

LOADS = ((1, 30), (30, 120))
"""Commits in a second, and for how many seconds: calm, then a club on its busiest day."""
_LOOKS_PER_SECOND = 200
_PICK = "SELECT id FROM sale WHERE organisation_id = %s ORDER BY code LIMIT 5000"
_CHANGE = """
WITH sold AS (
    UPDATE sale SET reference = %(word)s, updated_at = now()
    WHERE organisation_id = %(club)s AND id = %(sale)s
), lines AS (
    UPDATE sale_line SET description = %(word)s WHERE organisation_id = %(club)s
        AND sale_id = %(sale)s
)
UPDATE invoice SET reference = %(word)s WHERE organisation_id = %(club)s AND sale_id = %(sale)s
"""
"""A Sale, its lines and invoices: as many rows as a Sale that is made Final writes."""


@dataclass
class Latency:
    """When each change was committed, and how long it took to be seen."""

    committed: dict[str, float] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def see(self, word: str) -> None:
        """Note that a change is visible."""
        at = self.committed.pop(word, None)
        if at is not None:
            self.seconds.append(time.monotonic() - at)


def run_semantic() -> None:
    """Measure on a server of the bench's own."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    server = EmbeddedPostgres(FOLDER)
    server.start(print)
    folder = FOLDER / "facts"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        measure(open_dataset(server), folder)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def measure(dataset: Dataset, folder: Path) -> None:
    """Load everything twice, check it, and follow a writer."""
    source = PostgresSource(dataset.url, EXTRACTS, TOTALS)
    facts = Facts(folder)
    follower = Follower(source, facts)
    for name in ("first load", "rebuild"):
        begun = time.monotonic()
        follower.ask_rebuild()
        follower.step()
        print(f"{name}: {_row_count(facts):,} rows in {time.monotonic() - begun:.1f} s", flush=True)
    print(f"memory: {_peak_mb():,} MB at most; file {_size_mb(folder):,} MB")
    begun = time.monotonic()
    wrong = [one for one in follower.check() if not one.is_equal]
    print(f"checked in {time.monotonic() - begun:.1f} s, {len(wrong)} totals differ {wrong[:3]}")
    for rate, seconds in LOADS:
        _follow(dataset, facts, follower, rate, seconds)
    print(f"memory: {_peak_mb():,} MB at most; file {_size_mb(folder):,} MB")
    facts.close()
    source.close()


def _follow(dataset: Dataset, facts: Facts, follower: Follower, rate: int, seconds: int) -> None:
    """Commit at a steady rate, and look for what was committed."""
    before = facts.version()
    stop, done = threading.Event(), threading.Event()
    latency = Latency()
    threads = [
        threading.Thread(target=follower.run, args=(stop,)),
        threading.Thread(target=_watch, args=(facts, latency, done)),
    ]
    for thread in threads:
        thread.start()
    _write(dataset, latency, rate, seconds)
    time.sleep(3)
    done.set()
    stop.set()
    for thread in threads:
        thread.join()
    missed = len(latency.committed)
    cuts = statistics.quantiles(latency.seconds, n=100)
    print(
        f"{len(latency.seconds):,} commits at {rate}/s, visible after "
        f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms, "
        f"at most {max(latency.seconds) * 1000:.0f} ms; {missed} never; "
        f"{facts.version() - before} batches; {follower.freshness().last_error or 'no error'}"
    )


def _write(dataset: Dataset, latency: Latency, rate: int, seconds: int) -> None:
    """Change Sales one after another at the rate, and announce each commit as commands do."""
    engine = command_engine(dataset.url, connections=1)
    notifier = Notifier(engine)
    with psycopg.connect(dataset.plain_url, autocommit=True) as connection:
        sales = [row[0] for row in connection.execute(_PICK, [dataset.club_id]).fetchall()]
        begun = time.monotonic()
        for number in range(rate * seconds):
            time.sleep(max(0.0, begun + number / rate - time.monotonic()))
            word = f"{rate}-{number}"
            given = {"word": word, "club": dataset.club_id, "sale": sales[number % len(sales)]}
            latency.committed[word] = time.monotonic()
            connection.execute(_CHANGE, given)
            latency.committed[word] = time.monotonic()
            notifier.notify()
    notifier.close()
    engine.dispose()


def _watch(facts: Facts, latency: Latency, done: threading.Event) -> None:
    """Look after each batch which changes have become visible."""
    version = facts.version()
    while not done.is_set():
        time.sleep(1 / _LOOKS_PER_SECOND)
        if facts.version() == version:
            continue
        version = facts.version()
        with facts.cursor() as cursor:
            found = cursor.execute(
                "SELECT reference FROM store.dim_sale WHERE reference IN (SELECT unnest(?))",
                [list(latency.committed)],
            ).fetchall()
        for (word,) in found:
            latency.see(word)


def _row_count(facts: Facts) -> int:
    counts = " + ".join(f"(SELECT count(*) FROM store.{one.name})" for one in TABLES)
    with facts.cursor() as cursor:
        found: int = cursor.execute(f"SELECT {counts}").fetchall()[0][0]
    return found


def _peak_mb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _size_mb(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir()) // 2**20
