"""What the log of changes costs whoever sells: the same statements with and without its triggers.

The statements of whole season sales, from Draft to Final, run bare by several connections at once,
in turns on two copies of one database with fsync on; on one of them the triggers are dropped.
"""

from __future__ import annotations

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import psycopg

from app.commands.execution import Runner
from app.storage.change_triggers import NOTED, change_triggers_undone
from app.storage.engine import command_engine
from bench.arena import open_arena, plain
from bench.season_sales import Commands, Statements, record, replay, tree_cpu

if TYPE_CHECKING:
    from bench.arena import Arena

SALES = 120
"""Sales on each copy."""
CLIENTS = (1, 8)
"""How many sell at once."""
ROUNDS = 6


def run_change_log() -> None:
    """Measure and print."""
    with open_arena(SALES * len(CLIENTS)) as arena:
        engine = command_engine(arena.copy("recorded"))
        recorded = record(engine, Commands(Runner(engine), arena.stadium), SALES * len(CLIENTS))
        engine.dispose()
        print(
            f"\n{'season sales':<14}{'without/s':>10}{'with/s':>10}{'ratio':>8}"
            f"{'of rounds':>17}{'by PostgreSQL CPU':>19}"
        )
        for place, clients in enumerate(CLIENTS):
            own = recorded[place * SALES : (place + 1) * SALES]
            _compare(arena, own, clients)


def _compare(arena: Arena, recorded: list[Statements], clients: int) -> None:
    """Let the two copies take turns, and print their rates and the ratios."""
    urls = {name: plain(arena.copy(f"{name}_{clients}")) for name in ("without", "with")}
    with psycopg.connect(urls["without"], autocommit=True) as connection:
        for statement in change_triggers_undone(NOTED):
            connection.execute(statement)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in urls}
    share = len(recorded) // ROUNDS
    for number in range(ROUNDS):
        own = recorded[number * share : (number + 1) * share]
        for name in list(urls) if number % 2 else list(reversed(urls)):
            taken[name].append(_sell(arena, urls[name], own, clients))
    # The first round warms up: plans, caches, connections.
    pairs = list(zip(taken["without"][1:], taken["with"][1:], strict=True))
    in_time, in_cpu = (
        [without[kind] / having[kind] for without, having in pairs] for kind in (0, 1)
    )
    rates = [share * len(pairs) / sum(pair[side][0] for pair in pairs) for side in (0, 1)]
    print(
        f"{clients:>2} at once    {rates[0]:>9.1f}{rates[1]:>10.1f}"
        f"{statistics.median(in_time):>8.2f}{min(in_time):>9.2f} to {max(in_time):.2f}"
        f"{statistics.median(in_cpu):>16.2f}"
    )


def _sell(arena: Arena, url: str, recorded: list[Statements], clients: int) -> tuple[float, float]:
    """Run Sales over several connections at once; return seconds, and those of PostgreSQL's CPU."""

    def one(connection: psycopg.Connection[Any], first: int) -> None:
        for number in range(first, len(recorded), clients):
            replay(connection, recorded[number])

    server_pid = arena.server.status().pid
    connections = [psycopg.connect(url) for _ in range(clients)]
    begun, cpu = time.perf_counter(), tree_cpu(server_pid)
    with ThreadPoolExecutor(clients) as threads:
        list(threads.map(one, connections, range(clients)))
    took, spent = time.perf_counter() - begun, tree_cpu(server_pid) - cpu
    for connection in connections:
        connection.close()
    return took, spent
