"""Rolling restarts under load: what clients notice of them, which has to be nothing."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

RESTARTS = 20
PAUSE_SECONDS = 2.0
"""How long everything runs quietly before the next restart."""
POOLED, PIPELINING, IDLE = 8, 4, 100
"""Clients with a pool of connections, clients that send ahead, connections that mostly wait."""
AHEAD = 16
"""Requests that a pipelining client sends before it reads an answer."""
QUERY = orjson.dumps({"query": "query Club { organisation { code name } }"})
_ROOT = Path(__file__).parents[1]
_CLUB = "--name Bench --country BE --currency EUR --time-zone Europe/Brussels --language nl"


@dataclass
class Tally:
    """What came of the requests of all clients."""

    answered: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    slowest_ms: float = 0.0
    is_over: bool = False

    def note(self, client: str, began: float, status: int) -> None:
        """Count an answer; anything but 200 is a failure."""
        self.slowest_ms = max(self.slowest_ms, (time.perf_counter() - began) * 1000)
        if status == 200:
            self.answered[client] += 1
        else:
            self.failures[f"{client}: status {status}"] += 1

    def fail(self, client: str, error: Exception) -> None:
        """Count a request that got no answer."""
        self.failures[f"{client}: {type(error).__name__} {error}"] += 1


@dataclass(frozen=True)
class Served:
    """A running `loge serve`."""

    host: str
    port: int
    token: str
    folder: Path
    pid: int

    @property
    def request(self) -> bytes:
        """One request as bytes."""
        return (
            f"POST /graphql HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(QUERY)}\r\n\r\n"
        ).encode() + QUERY


@contextmanager
def serving(processes: int) -> Iterator[Served]:
    """Run `loge serve` on a data directory of its own."""
    folder = Path(tempfile.mkdtemp(prefix="loge-bench-"))
    folder.chmod(0o711)
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("LOGE_")},
        "LOGE_DATA_DIR": str(folder / "own"),
        "LOGE_HTTP_PORT": "0",
        "LOGE_SEMANTIC": "off",
        "LOGE_POINTS_PER_SECOND": "1000000",
        "LOGE_BUCKET_POINTS": "1000000",
        "LOGE_API_PROCESSES": str(processes),
    }

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "app", *arguments]
        done = subprocess.run(
            command, cwd=_ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout.strip()

    run("migrate")
    run("organisation", "add", "bench", *_CLUB.split())
    token = run("token", "--role", "root")
    output = folder / "serve.out"
    with output.open("wb") as out, (folder / "serve.err").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve"],
            cwd=_ROOT,
            env=environment,
            stdout=out,
            stderr=err,
        )
    try:
        while "Ctrl-C" not in output.read_text():
            if process.poll() is not None:
                sys.exit((folder / "serve.err").read_text())
            time.sleep(0.1)
        place = output.read_text().partition("http://")[2].partition("/")[0]
        host, _, port = place.rpartition(":")
        yield Served(host, int(port), token, folder / "own", process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


async def ask_from_pool(served: Served, tally: Tally) -> None:
    """Ask again and again over a pool that keeps its connections for ever, with pauses."""
    limits = httpx.Limits(max_connections=4, keepalive_expiry=None)
    address = f"http://{served.host}:{served.port}/graphql"
    headers = {"authorization": f"Bearer {served.token}", "content-type": "application/json"}
    async with httpx.AsyncClient(limits=limits, headers=headers, timeout=60) as client:

        async def ask() -> None:
            began = time.perf_counter()
            try:
                answer = await client.post(address, content=QUERY)
                tally.note("pool", began, answer.status_code)
            except httpx.HTTPError as error:
                tally.fail("pool", error)

        while not tally.is_over:
            await asyncio.gather(*(ask() for _ in range(random.randint(1, 4))))
            await asyncio.sleep(random.choice((0, 0, 0.001, 0.05, 0.5)))


async def ask_over(served: Served, tally: Tally, client: str, ahead: int, pauses: float) -> None:
    """Ask over one connection that is never opened anew: losing it is a failure."""
    reader, writer = await asyncio.open_connection(served.host, served.port)
    try:
        while not tally.is_over:
            began = time.perf_counter()
            writer.write(served.request * ahead)
            for _ in range(ahead):
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                await reader.readexactly(length)
                tally.note(client, began, int(head.split(b" ", 2)[1]))
            await asyncio.sleep(random.random() * pauses)
    except (OSError, asyncio.IncompleteReadError) as error:
        tally.fail(client, error)
    finally:
        writer.close()


async def restart_under_load(served: Served, restarts: int, pause_seconds: float) -> Tally:
    """Restart again and again while all kinds of clients ask; return what became of them."""
    tally = Tally()
    clients = [
        *(ask_from_pool(served, tally) for _ in range(POOLED)),
        *(ask_over(served, tally, "pipelining", AHEAD, 0.01) for _ in range(PIPELINING)),
        *(ask_over(served, tally, "idle", 1, 4.0) for _ in range(IDLE)),
    ]
    running = [asyncio.create_task(client) for client in clients]
    for number in range(1, restarts + 1):
        await asyncio.sleep(pause_seconds)
        began = time.perf_counter()
        await asyncio.to_thread(_restart, served)
        seconds = time.perf_counter() - began
        print(
            f"restart {number:>3} in {seconds:5.1f} s, {tally.answered.total():>7} answered, "
            f"{tally.failures.total()} failed"
        )
    await asyncio.sleep(pause_seconds)
    tally.is_over = True
    await asyncio.gather(*running)
    return tally


def run_restarts() -> None:
    """Restart one API process, then two, and print what clients noticed."""
    for processes in (1, 2):
        with serving(processes) as served:
            print(
                f"{processes} API processes, {POOLED} pools, {PIPELINING} pipelining, {IDLE} idle"
            )
            tally = asyncio.run(restart_under_load(served, RESTARTS, PAUSE_SECONDS))
            print(f"answered {dict(tally.answered)}, slowest {tally.slowest_ms:.0f} ms")
            print(f"failures {dict(tally.failures) or 'none'}")


def _restart(served: Served) -> None:
    """Restart as `loge restart` does, and wait until it is done."""
    subprocess.run(
        [sys.executable, "-m", "app", "restart"],
        cwd=_ROOT,
        env={**os.environ, "LOGE_DATA_DIR": str(served.folder)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
