"""Mutations: season sales from Draft to paid, by several clients, with one and two API processes.

A Sale is a Draft, a package line of 4 seats over 17 matches, a schedule of 4 instalments, Final,
and a payment of its first instalment. Each setting works on its own copy of one stadium.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import uvloop

from app.commands.execution import Runner
from app.storage.engine import command_engine
from bench.api.caller import Caller
from bench.api.dataset import issue_bench_token
from bench.api.load import cpu_seconds, family
from bench.arena import Arena, open_api, open_arena
from bench.season_sales import seats_of
from tests.scenarios.rivals import vip_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.arena import Api
    from tests.stadium import Stadium

SALES = 64
"""Sales of each setting, which its clients share out among them."""
SETTINGS = ((1, 1), (1, 8), (1, 32), (2, 1), (2, 8), (2, 32))
"""API processes and clients."""
_BRIEF = "sale { id version } userErrors { code message path }"
_BILLED = "sale { id invoices { id gross { amount currency } } } userErrors { code message path }"
_PAID = "payment { id } userErrors { code message path }"
STEPS = {
    "saleCreate": _BRIEF,
    "saleLineAdd": _BRIEF,
    "invoiceScheduleSet": _BRIEF,
    "saleFinalise": _BILLED,
    "paymentRecord": _PAID,
}
_DOCUMENTS = {
    step: f"mutation($input: {step[0].upper()}{step[1:]}Input!) {{ {step}(input: $input) "
    f"{{ {fields} }} }}"
    for step, fields in STEPS.items()
}


@dataclass
class Course:
    """One setting while it runs: what the clients share, and what they noted.

    `cost` has the CPU seconds of API and PostgreSQL of each mutation, which only a single client
    can tell.
    """

    stadium: Stadium
    api_pids: Sequence[int]
    postgres_pid: int
    is_alone: bool
    numbers: Iterator[int]
    postgres_pids: Sequence[int] = ()
    latencies: dict[str, list[float]] = field(default_factory=lambda: {one: [] for one in STEPS})
    cost: dict[str, list[tuple[float, float]]] = field(
        default_factory=lambda: {one: [] for one in STEPS}
    )

    async def sell(self, caller: Caller) -> None:
        """Carry Sales from Draft to paid until there are no more."""
        stadium = self.stadium
        for number in self.numbers:
            self.look()
            header = {"type": "SEASON", "accountId": stadium.ids["A1"]}
            sale = (await self._run(caller, number, "saleCreate", header))["sale"]
            lines = [vip_line(stadium, seats_of(stadium, number))]
            for step, more in (
                ("saleLineAdd", {"lines": lines}),
                ("invoiceScheduleSet", {"recipe": {"equal": stadium.months(4)}}),
                ("saleFinalise", {}),
            ):
                about = stadium.about(sale, **more)
                sale = (await self._run(caller, number, step, about))["sale"]
            await self._run(caller, number, "paymentRecord", _payment(sale["invoices"][0]))

    async def _run(self, caller: Caller, number: int, step: str, given: dict[str, Any]) -> Any:
        """Run a mutation and note what it took."""
        before = self.spent() if self.is_alone else (0.0, 0.0)
        begun = time.perf_counter()
        keyed = {"idempotencyKey": f"bench-{step}-{number:06d}", **given}
        payload = await caller.mutate(_DOCUMENTS[step], keyed)
        self.latencies[step].append(time.perf_counter() - begun)
        if self.is_alone:
            after = self.spent()
            self.cost[step].append((after[0] - before[0], after[1] - before[1]))
        return payload

    def spent(self) -> tuple[float, float]:
        """Return the CPU seconds so far of the API and of PostgreSQL."""
        return (
            sum(map(cpu_seconds, self.api_pids)),
            sum(map(cpu_seconds, self.postgres_pids)),
        )

    def look(self) -> None:
        """Find PostgreSQL's backends, which come as they are needed and stay."""
        self.postgres_pids = family(self.postgres_pid)


def _payment(invoice: dict[str, Any]) -> dict[str, Any]:
    """Pay an invoice by bank."""
    return {
        "amount": invoice["gross"],
        "receivedOn": datetime.now(UTC).date().isoformat(),
        "method": "BANK_TRANSFER",
        "allocations": [{"invoiceId": invoice["id"], "amount": invoice["gross"]}],
    }


def run_mutations() -> None:
    """Measure and print."""
    print(f"\nsetting up a stadium of {SALES * 4} seats over 17 matches …", flush=True)
    with open_arena(SALES) as arena:
        print(
            f"{'API':>5}{'clients':>9}{'sales/s':>9}{'mutations/s':>13}"
            f"{'CPU API ms':>12}{'PostgreSQL':>12}{'client':>8}{'cores busy':>12}"
            "   p50 / p99 ms of create, add line, schedule, finalise, pay"
        )
        costs = [_measure(arena, processes, clients) for processes, clients in SETTINGS]
        _print_cost(costs[0])
        print(
            f"'cores busy' of {os.cpu_count()}: where it comes near them, API, PostgreSQL and the "
            "client share what there is,\nand a second process adds only what the others leave."
        )


def _measure(arena: Arena, processes: int, clients: int) -> Course:
    """Run one setting on a copy of the stadium and print its line."""
    url = arena.copy(f"mutations {processes} {clients}")
    postgres_pid = arena.server.status().pid or 0
    engine = command_engine(url, connections=1)
    token = issue_bench_token(Runner(engine), arena.stadium.club.organisation)
    engine.dispose()
    with ExitStack() as stack:
        apis = [stack.enter_context(open_api(url)) for _ in range(processes)]
        pids = [one.pid for one in apis]
        course = Course(arena.stadium, pids, postgres_pid, clients == 1, iter(range(SALES)))
        course.look()
        before = course.spent()
        own, begun = time.process_time(), time.perf_counter()
        uvloop.run(_crowd(course, apis, clients, token))
        elapsed = time.perf_counter() - begun
        course.look()
        api, postgres = (b - a for a, b in zip(before, course.spent(), strict=True))
        own = time.process_time() - own
    mutations = SALES * len(STEPS)
    spread = "   ".join(_spread(course.latencies[step]) for step in STEPS)
    print(
        f"{processes:>5}{clients:>9}{SALES / elapsed:>9.1f}{mutations / elapsed:>13.1f}"
        f"{api / mutations * 1e3:>12.2f}{postgres / mutations * 1e3:>12.2f}"
        f"{own / mutations * 1e3:>8.2f}{(api + postgres + own) / elapsed:>12.2f}   {spread}",
        flush=True,
    )
    return course


async def _crowd(course: Course, apis: Sequence[Api], clients: int, token: str) -> None:
    """Let clients sell, spread over the API processes."""
    ports = [int(one.address.rpartition(":")[2]) for one in apis]
    callers = [await Caller.connect(ports[number % len(ports)], token) for number in range(clients)]
    await asyncio.gather(*(course.sell(one) for one in callers))
    for one in callers:
        one.close()


def _spread(latencies: list[float]) -> str:
    """Write the median and the 99th percentile in milliseconds."""
    cuts = statistics.quantiles(latencies, n=100)
    return f"{cuts[49] * 1e3:.0f} / {cuts[98] * 1e3:.0f}"


def _print_cost(course: Course) -> None:
    """Print what each mutation costs when one client is alone; the first ones only warm up."""
    print(f"\n{'mutation':<22}{'p50 ms':>8}{'CPU API ms':>12}{'CPU PostgreSQL ms':>19}")
    for step in STEPS:
        spent = course.cost[step][SALES // 8 :]
        p50 = statistics.median(course.latencies[step][SALES // 8 :])
        api, postgres = (statistics.median(one[side] for one in spent) for side in (0, 1))
        print(f"{step:<22}{p50 * 1e3:>8.1f}{api * 1e3:>12.2f}{postgres * 1e3:>19.2f}")
