"""`make bench-wire`: the BI door beside PostgreSQL on the same facts, in turns, through libpq.

A million rows of six columns in text and in binary, what the server's memory does meanwhile,
questions about five million facts, the least that a statement takes, many sessions at once, and how
soon a cancelled or abandoned statement is over.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]
import psycopg
from psycopg import pq

from app.storage.postgres import EmbeddedPostgres
from bench.wire_served import DATABASE, PASSWORD, USER, VALUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from psycopg.pq import abc

FACTS = 5_000_000
ROWS = 1_000_000
ROUNDS = 5
IDLE, BUSY, BUSY_SECONDS = 100, 20, 10
_STREAMED = (
    "SELECT line_id, account, sold_on, sold_at, {net}, {places} FROM lines "
    f"WHERE line_id < {ROWS}"
)
_GROUPED = {
    "by day": "SELECT sold_on, SUM(net) AS net, SUM(quantity) AS quantity FROM lines GROUP BY 1",
    "by account": "SELECT account, SUM(net) AS net, COUNT(*) AS n FROM lines GROUP BY 1",
    "by month, filtered": (
        "SELECT DATE_TRUNC('month', sold_at) AS month, SUM(net) AS net FROM lines "
        "WHERE account < 'Account 3' GROUP BY 1 ORDER BY 1"
    ),
}
_SLOW = "SELECT account, sold_at, line_id, SUM(net) AS net FROM lines GROUP BY 1, 2, 3 ORDER BY 4"


@dataclass
class Peer:
    """A server, how to reach it, and how its statements name the plain columns."""

    name: str
    url: str
    process: psutil.Process
    net: str
    places: str

    def connect(self) -> abc.PGconn:
        """Connect with libpq alone."""
        found = pq.PGconn.connect(self.url.encode())
        if found.status != pq.ConnStatus.OK:
            raise SystemExit(f"{self.name}: {found.error_message.decode()}")
        return found

    def processes(self) -> list[psutil.Process]:
        """Return the server and its children."""
        return [self.process, *self.process.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """Return what the server has used so far."""
        return sum(sum(one.cpu_times()[:2]) for one in self.processes())


def run_wire() -> None:
    """Measure and print."""
    folder = Path(tempfile.mkdtemp(prefix="loge-bench-"))
    folder.chmod(0o755)
    try:
        with _postgresql(folder) as postgresql, _loge(folder) as loge:
            peers = (postgresql, loge)
            _stream(peers)
            _group(peers)
            _answer_least(peers)
            _crowd(loge)
            _cancel(loge)
            _abandon(loge)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _postgresql(folder: Path) -> Iterator[Peer]:
    server = EmbeddedPostgres(folder / "peer", system_location=folder / "system")
    server.start()
    try:
        url = server.connection_url("postgres").replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(url, autocommit=True) as connection:
            series = f"generate_series(0::bigint, {FACTS - 1}) AS t(i)"
            connection.execute(f"CREATE TABLE lines AS SELECT {VALUES} FROM {series}")
            connection.execute("ALTER TABLE lines ALTER COLUMN net TYPE numeric(18, 2)")
            connection.execute("CREATE INDEX ON lines (line_id)")
            connection.execute("VACUUM ANALYZE lines")
            parent = psutil.Process(connection.info.backend_pid).parent()
        if parent is None:
            raise SystemExit("PostgreSQL's own process is not to be seen")
        yield Peer("PostgreSQL", url, parent, "net", "quantity")
    finally:
        server.stop()


@contextmanager
def _loge(folder: Path) -> Iterator[Peer]:
    place = folder / "door"
    place.mkdir(mode=0o755)
    command = [sys.executable, "-m", "bench.wire_served", str(place), str(FACTS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdin is None or process.stdout is None:
            raise SystemExit("the door has no way to say its port")
        port = int(process.stdout.readline())
        url = f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port}/{DATABASE}"
        try:
            yield Peer("Loge", url, psutil.Process(process.pid), "net_of_line", "places")
        finally:
            process.stdin.close()
            process.wait(60)


@contextmanager
def _limit(peer: Peer) -> Iterator[Peer]:
    """Keep what a peer answers, and send it from memory."""
    port = peer.url.rpartition(":")[2].partition("/")[0]
    command = [sys.executable, "-m", "bench.wire_limit", port]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        if process.stdin is None or process.stdout is None:
            raise SystemExit("the limit has no way to say its port")
        url = peer.url.replace(f":{port}/", f":{int(process.stdout.readline())}/")
        same = replace(peer, name="from memory", url=url, process=psutil.Process(process.pid))
        try:
            yield same
        finally:
            process.stdin.close()
            process.wait(60)


def _stream(peers: tuple[Peer, ...]) -> None:
    """Fetch a million rows whole, in both formats."""
    for name, format_ in (("text", 0), ("binary", 1)):
        before = _memory_mb(peers[-1])
        with _watching(peers[-1]) as highest, _limit(peers[-1]) as limit:
            _fetch(limit, format_)
            racers = (*peers, limit)
            found: dict[str, list[tuple[float, float]]] = {one.name: [] for one in racers}
            for _ in range(ROUNDS + 1):
                for peer in racers:
                    found[peer.name].append(_fetch(peer, format_))
        rates = {
            peer: [ROWS / seconds for seconds, _ in measured[1:]]
            for peer, measured in found.items()
        }
        pairs = zip(rates["Loge"], rates["PostgreSQL"], strict=True)
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        used = {
            peer: statistics.median(cpu for _, cpu in measured[1:])
            for peer, measured in found.items()
        }
        print(
            f"{ROWS:,} rows in {name}: "
            + ", ".join(
                f"{peer} {statistics.median(one):,.0f} rows/s with {used[peer]:.2f} s of the "
                "server's CPU"
                for peer, one in rates.items()
            )
            + f"; ratio {ratio:.2f}; "
            f"memory {before:,.0f} MB before, {max(highest):,.0f} MB at most",
            flush=True,
        )


def _fetch(peer: Peer, format_: int) -> tuple[float, float]:
    """Fetch all rows in pieces, as a client that keeps none of them; return seconds and CPU."""
    connection = peer.connect()
    sql = _STREAMED.format(net=peer.net, places=peer.places)
    cpu, begun = peer.cpu_seconds(), time.perf_counter()
    connection.send_query_params(sql.encode(), None, result_format=format_)
    connection.set_chunked_rows_mode(10_000)
    count = 0
    while (result := connection.get_result()) is not None:
        if result.status == pq.ExecStatus.FATAL_ERROR:
            raise SystemExit(f"{peer.name}: {result.error_message.decode()}")
        count += result.ntuples
        result.clear()
    seconds = time.perf_counter() - begun
    if count != ROWS:
        raise SystemExit(f"{peer.name} sent {count:,} rows")
    used = peer.cpu_seconds() - cpu
    connection.finish()
    return seconds, used


def _group(peers: tuple[Peer, ...]) -> None:
    """Ask questions that both have to answer alike."""
    for name, sql in _GROUPED.items():
        answers = [sorted(_rows(peer, sql)) for peer in peers]
        if answers[0] != answers[1]:
            raise SystemExit(f"the answers differ: {sql}")
        pairs = [[_seconds(peer, sql) for peer in peers] for _ in range(ROUNDS)]
        theirs, ours = (statistics.median(times) * 1000 for times in zip(*pairs, strict=True))
        ratio = statistics.median(one / other for one, other in pairs)
        print(
            f"{FACTS:,} facts {name}: PostgreSQL {theirs:,.0f} ms, Loge {ours:,.0f} ms, "
            f"{ratio:.1f} times as fast",
            flush=True,
        )


def _answer_least(peers: tuple[Peer, ...]) -> None:
    """Measure what a statement takes at least."""
    for sql in ("SELECT 1", "SELECT SUM(quantity) FROM lines WHERE line_id = 5"):
        for peer in peers:
            with psycopg.connect(peer.url, autocommit=True) as connection:
                times = []
                for _ in range(300):
                    begun = time.perf_counter()
                    connection.execute(sql)
                    times.append((time.perf_counter() - begun) * 1000)
            cuts = statistics.quantiles(times[20:], n=100)
            print(f"{sql}: {peer.name} p50 {cuts[49]:.2f} ms, p99 {cuts[98]:.2f} ms", flush=True)


def _crowd(peer: Peer) -> None:
    """Keep many sessions open, and ask in some of them all the time."""
    before = _memory_mb(peer)
    idle = [psycopg.connect(peer.url, autocommit=True) for _ in range(IDLE)]
    with_idle = _memory_mb(peer)
    times: list[float] = []
    until = time.monotonic() + BUSY_SECONDS

    def ask(connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while time.monotonic() < until:
            begun = time.monotonic()
            connection.execute(_GROUPED["by month, filtered"])
            times.append(time.monotonic() - begun)

    busy = [psycopg.connect(peer.url, autocommit=True) for _ in range(BUSY)]
    threads = [threading.Thread(target=ask, args=(one,)) for one in busy]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    begun = time.perf_counter()
    for one in idle:
        one.execute("SELECT 1")
    answered = (time.perf_counter() - begun) * 1000 / IDLE
    cuts = statistics.quantiles(times, n=100)
    print(
        f"{IDLE} idle sessions, {BUSY} busy: {len(times) / BUSY_SECONDS:.0f} questions/s, p50 "
        f"{cuts[49] * 1000:,.0f} ms, p99 {cuts[98] * 1000:,.0f} ms; an idle one then answers in "
        f"{answered:.1f} ms; memory {before:,.0f} MB, {with_idle:,.0f} MB with the idle ones, "
        f"{_memory_mb(peer):,.0f} MB after",
        flush=True,
    )
    for one in (*idle, *busy):
        one.close()


def _cancel(peer: Peer) -> None:
    """Cancel a long statement, and see how soon the session is told."""
    times = []
    for _ in range(ROUNDS):
        with psycopg.connect(peer.url, autocommit=True) as connection:
            asked: list[float] = []

            def cancel(
                connection: psycopg.Connection[tuple[object, ...]] = connection,
                asked: list[float] = asked,
            ) -> None:
                asked.append(time.perf_counter())
                connection.cancel_safe()

            timer = threading.Timer(0.5, cancel)
            timer.start()
            try:
                connection.execute(_SLOW)
            except psycopg.errors.QueryCanceled:
                times.append(time.perf_counter() - asked[0])
            else:
                timer.cancel()
                print("the statement ended before it was cancelled")
            timer.join()
    if times:
        print(f"cancelled after at most {max(times) * 1000:,.0f} ms", flush=True)


def _abandon(peer: Peer) -> None:
    """Go away in the middle of an answer, and see how soon the server has let go of it."""
    before = _memory_mb(peer)
    open_count = len(peer.process.net_connections("inet"))
    connection = peer.connect()
    sql = _STREAMED.format(net=peer.net, places=peer.places)
    connection.send_query_params(sql.encode(), None)
    connection.set_single_row_mode()
    connection.get_result()
    connection.finish()
    begun = time.perf_counter()
    while len(peer.process.net_connections("inet")) > open_count:
        time.sleep(0.01)
    seconds = time.perf_counter() - begun
    print(
        f"abandoned in the middle: over after {seconds * 1000:,.0f} ms; memory {before:,.0f} MB "
        f"before, {_memory_mb(peer):,.0f} MB after",
        flush=True,
    )


@contextmanager
def _watching(peer: Peer) -> Iterator[list[float]]:
    """Note the memory of a server for a block."""
    highest = [_memory_mb(peer)]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            highest.append(_memory_mb(peer))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield highest
    finally:
        done.set()
        thread.join()


def _memory_mb(peer: Peer) -> float:
    """Return the memory of a server's first process; shells are PostgreSQL's business."""
    return float(peer.process.memory_info().rss) / 1e6


def _rows(peer: Peer, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(peer.url, autocommit=True) as connection:
        return [_comparable(row) for row in connection.execute(sql).fetchall()]


def _comparable(row: tuple[object, ...]) -> tuple[object, ...]:
    """Bring days and the moments that stand for them to one form."""
    return tuple(str(one).removesuffix(" 00:00:00") for one in row)


def _seconds(peer: Peer, sql: str) -> float:
    with psycopg.connect(peer.url, autocommit=True) as connection:
        begun = time.perf_counter()
        connection.execute(sql)
        return time.perf_counter() - begun


if __name__ == "__main__":
    run_wire()
