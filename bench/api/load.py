"""A load generator that costs little: keep-alive connections on bare sockets, each one request on.

A connection sends its next request the moment it has the whole answer. Answers are counted and
measured, and looked at no further than their status and length.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import psutil  # type: ignore[import-untyped]
import uvloop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PATIENCE = 30.0
"""How many seconds the last answers of a stretch may take."""
_OK = b"200"
_HEAD_END = b"\r\n\r\n"


class AnswerError(Exception):
    """An answer that is not 200, or a connection that ended."""


@dataclass(frozen=True)
class Sample:
    """One stretch of load: how many answers, how long each took, and whose CPU it was.

    CPU is in seconds, `p50_ms` and `p99_ms` are latencies, `answer_bytes` is the mean with headers.
    """

    answers: int
    elapsed_seconds: float
    p50_ms: float
    p99_ms: float
    server_cpu: float
    postgres_cpu: float
    client_cpu: float
    answer_bytes: float

    @property
    def rate(self) -> float:
        """Return answers per second."""
        return self.answers / self.elapsed_seconds

    @property
    def rate_per_cpu(self) -> float:
        """Return answers per second of CPU of server and PostgreSQL together."""
        return self.answers / (self.server_cpu + self.postgres_cpu)


@dataclass
class _Turns:
    """What the connections of one stretch share."""

    requests: Sequence[bytes]
    ends_at: float
    sent: int = 0
    latencies: list[float] = field(default_factory=list)
    received_bytes: int = 0

    def next_request(self) -> bytes | None:
        """Return the next request in turn, or None when time is over."""
        if time.perf_counter() >= self.ends_at:
            return None
        self.sent += 1
        return self.requests[self.sent % len(self.requests)]


class _Connection(asyncio.Protocol):
    """Asks, waits for the whole answer, asks again."""

    def __init__(self, turns: _Turns) -> None:
        self.turns = turns
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._received = bytearray()
        self._wanted = 0
        self._begun = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Gather the answer; when it is whole, note it and ask again."""
        received = self._received
        received += data
        if not self._wanted:
            self._read_head()
        if self._wanted and len(received) >= self._wanted:
            self.turns.latencies.append(time.perf_counter() - self._begun)
            self.turns.received_bytes += len(received)
            self._ask()

    def connection_lost(self, _error: Exception | None) -> None:
        """Fail unless this end closed it."""
        if not self.done.done():
            self.done.set_exception(AnswerError("the server ended the connection"))

    def _ask(self) -> None:
        request = self.turns.next_request()
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._received.clear()
        self._wanted = 0
        self._begun = time.perf_counter()
        self._transport.write(request)

    def _read_head(self) -> None:
        """Find out how long the answer is."""
        received = self._received
        end = received.find(_HEAD_END)
        if end < 0:
            return
        head = bytes(received[:end]).lower()
        if received[9:12] != _OK:
            self.done.set_exception(AnswerError(bytes(received).decode(errors="replace")[:800]))
            self._transport.close()
            return
        _, _, rest = head.partition(b"content-length:")
        self._wanted = end + len(_HEAD_END) + int(rest.split(b"\r\n", 1)[0])


def post(path: str, body: bytes, token: str | None = None) -> bytes:
    """Write a POST request of JSON."""
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n{bearer}"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def get(path: str) -> bytes:
    """Write a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def measure(
    port: int,
    requests: Sequence[bytes],
    *,
    clients: int,
    seconds: float,
    server_pids: Sequence[int],
    postgres_pid: int,
) -> Sample:
    """Load a server for some seconds, taking the requests in turn."""
    before = [_cpu(server_pids), _cpu(family(postgres_pid)), time.process_time()]
    begun = time.perf_counter()
    turns = _Turns(requests, begun + seconds)
    uvloop.run(_run(port, turns, clients))
    elapsed = time.perf_counter() - begun
    after = [_cpu(server_pids), _cpu(family(postgres_pid)), time.process_time()]
    server, postgres, client = (b - a for a, b in zip(before, after, strict=True))
    answers = len(turns.latencies)
    spread = statistics.quantiles(turns.latencies, n=100) if answers > 1 else [0.0] * 99
    return Sample(
        answers,
        elapsed,
        spread[49] * 1_000,
        spread[98] * 1_000,
        server,
        postgres,
        client,
        turns.received_bytes / max(1, answers),
    )


async def _run(port: int, turns: _Turns, clients: int) -> None:
    loop = asyncio.get_running_loop()
    made = [
        (await loop.create_connection(lambda: _Connection(turns), "127.0.0.1", port))[1]
        for _ in range(clients)
    ]
    async with asyncio.timeout_at(loop.time() + turns.ends_at - time.perf_counter() + PATIENCE):
        await asyncio.gather(*(one.done for one in made))


def family(pid: int) -> list[int]:
    """Return a process and its children: PostgreSQL's postmaster and its backends."""
    process = psutil.Process(pid)
    return [pid, *(one.pid for one in process.children())]


def _cpu(pids: Iterable[int]) -> float:
    """Return the CPU seconds of processes; one that has ended counts for nothing."""
    return sum(map(cpu_seconds, pids))


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process with all its threads, to the microsecond."""
    # The number of a process's own CPU clock, as clock_getcpuclockid(3) puts it together; psutil
    # counts in ticks of 10 ms, which is longer than most requests.
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def median_of(samples: Sequence[Sample], figure: Callable[[Sample], float]) -> float:
    """Return the median of a figure over rounds."""
    return statistics.median(figure(one) for one in samples)
