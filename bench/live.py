"""Live data: 2,000 subscribers over WebSockets, from a commit to each of their events.

Half of them follow the list of Drafts, half one Sale each of 50. A seller changes one Sale after
the other; the time counts from the answer to the mutation, which comes after the commit, to the
event at each client. All clients run in one process on the same machine, so that the figures
include the work of receiving.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app.commands.execution import Runner
from app.storage.engine import command_engine
from bench.arena import Api, open_api, open_arena
from tests.club import Club, fresh_key

if TYPE_CHECKING:
    from collections.abc import Sequence

SUBSCRIBERS = 2_000
SALES = 50
CHANGES = 100
PAUSE_SECONDS = 0.2
FILES_LIMIT = 10_000
"""Descriptors: a socket at either end of each connection."""
_LIST = """subscription { salesChanged(filter: {status: [DRAFT]}) {
  kind cursor saleId topics sale { code version status gross { amount } account { code } } } }"""
_ONE = """subscription($id: ID!) { saleChanged(id: $id) {
  kind cursor saleId topics sale { code version status gross { amount } account { code } } } }"""
_HOLD = """mutation($input: SaleHoldSetInput!) { saleHoldSet(input: $input) {
  sale { version } userErrors { message } } }"""


def run_live() -> None:
    """Measure and print."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES_LIMIT, FILES_LIMIT))
    with open_arena(1) as arena, open_api(arena.copy("live")) as api:
        base = arena.stadium.club
        with httpx.Client(base_url=api.address, timeout=60) as http:
            club = Club(base.organisation, base.runner, http)

            engine = command_engine(arena.server.connection_url("live"))
            club.runner = Runner(engine)
            arena.stadium.club = club
            sales = [arena.stadium.begin() for _ in range(SALES)]
            asyncio.run(_measure(api, club, sales))
            engine.dispose()


async def _measure(api: Api, club: Club, sales: Sequence[dict[str, Any]]) -> None:
    """Connect, change, and print what came of it."""
    before = _memory_kb(api.pid)
    begun = time.perf_counter()
    followers = [_Follower(api.address, club.token()) for _ in range(SUBSCRIBERS)]
    gate = asyncio.Semaphore(50)

    async def begin(number: int) -> None:
        async with gate:
            one = sales[number // 2 % SALES]["id"] if number % 2 else None
            await followers[number].begin(one)

    await asyncio.gather(*(begin(number) for number in range(SUBSCRIBERS)))
    connected = time.perf_counter() - begun
    each = (_memory_kb(api.pid) - before) / SUBSCRIBERS
    readers = [asyncio.create_task(one.read()) for one in followers]
    statements, cpu = _statements(api), _cpu_seconds(api.pid)
    answered: dict[tuple[str, int], float] = {}
    async with httpx.AsyncClient(base_url=api.address, timeout=60) as http:
        for number in range(CHANGES):
            sale = sales[number % SALES]
            given = {
                "idempotencyKey": fresh_key(),
                "saleId": sale["id"],
                "expectedVersion": sale["version"],
            }
            headers = {"authorization": f"Bearer {club.token()}"}
            body = {"query": _HOLD, "variables": {"input": given}}
            answer = (await http.post("/graphql", json=body, headers=headers)).json()
            sale["version"] = answer["data"]["saleHoldSet"]["sale"]["version"]
            answered[sale["id"], sale["version"]] = time.perf_counter()
            await asyncio.sleep(PAUSE_SECONDS)
        await asyncio.sleep(2)
    read = _statements(api) - statements
    used = _cpu_seconds(api.pid) - cpu
    delays_ms = [
        1000 * max(0.0, at - answered[key]) for one in followers for key, at in one.seen.items()
    ]
    wanted = CHANGES * (SUBSCRIBERS // 2 + SUBSCRIBERS // 2 // SALES)
    delays_ms.sort()
    quantiles = statistics.quantiles(delays_ms, n=100)
    print(f"\n{SUBSCRIBERS:,} subscribers connected in {connected:.1f} s, {each:.0f} KB each")
    print(f"{CHANGES} changes, {len(delays_ms):,} of {wanted:,} events (others were coalesced)")
    print(f"commit → event: p50 {quantiles[49]:.0f} ms, p99 {quantiles[98]:.0f} ms")
    print(f"{read / CHANGES:.1f} statements of reads for each change, {used:.1f} s of CPU in all")
    for reader in readers:
        reader.cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    await asyncio.gather(*(one.close() for one in followers))


class _Follower:
    """One client."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address.replace("http://", "ws://") + "/graphql"
        self._token = token
        self._socket: ClientConnection
        self.seen: dict[tuple[str, int], float] = {}

    async def begin(self, sale_id: str | None) -> None:
        """Connect and wait until everything present has come."""
        protocols = [Subprotocol("graphql-transport-ws")]
        self._socket = await connect(
            self._address, subprotocols=protocols, compression=None, ping_interval=None
        ).__aenter__()
        await self._say(
            {"type": "connection_init", "payload": {"authorization": f"Bearer {self._token}"}}
        )
        payload: dict[str, Any] = {"query": _LIST if sale_id is None else _ONE}
        if sale_id is not None:
            payload["variables"] = {"id": sale_id}
        await self._say({"id": "1", "type": "subscribe", "payload": payload})
        while '"CAUGHT_UP"' not in str(await self._socket.recv()):
            pass

    async def read(self) -> None:
        """Note when which version of which Sale came."""
        while True:
            text = await self._socket.recv()
            at = time.perf_counter()
            (event,) = json.loads(text)["payload"]["data"].values()
            self.seen[event["saleId"], event["sale"]["version"]] = at

    async def close(self) -> None:
        """Close the connection."""
        await self._socket.__aexit__(None, None, None)

    async def _say(self, message: dict[str, Any]) -> None:
        await self._socket.send(json.dumps(message))


def _memory_kb(pid: int) -> int:
    """Return the memory of a process that is its own."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    return int(found.group(1)) if found else 0


def _cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _statements(api: Api) -> float:
    """Return how many statements the API has sent for reads."""
    text = httpx.get(f"{api.address}/metrics").text
    found = re.search(r'loge_database_statements_total\{engine="reads"\} ([\d.e+]+)', text)
    return float(found.group(1)) if found else 0.0
