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
from bench.season_sales import Commands, Statements, record, replay

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
        print(f"\n{'season sales':<14}{'without':>10}{'with':>10}{'ratio':>8}{'of rounds':>16}")
        for place, clients in enumerate(CLIENTS):
            own = recorded[place * SALES : (place + 1) * SALES]
            _compare(arena, own, clients)


def _compare(arena: Arena, recorded: list[Statements], clients: int) -> None:
    """Let the two copies take turns, and print their rates and the ratio."""
    urls = {name: plain(arena.copy(f"{name}_{clients}")) for name in ("without", "with")}
    with psycopg.connect(urls["without"], autocommit=True) as connection:
        for statement in change_triggers_undone(NOTED):
            connection.execute(statement)
    seconds: dict[str, list[float]] = {name: [] for name in urls}
    share = len(recorded) // ROUNDS
    for number in range(ROUNDS):
        own = recorded[number * share : (number + 1) * share]
        names = list(urls) if number % 2 else list(reversed(urls))
        for name in names:
            seconds[name].append(_sell(urls[name], own, clients))
    # The first round warms up: plans, caches, connections.
    ratios = [a / b for a, b in zip(seconds["without"][1:], seconds["with"][1:], strict=True)]
    rates = {name: share * (ROUNDS - 1) / sum(taken[1:]) for name, taken in seconds.items()}
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    print(
        f"{clients:>2} at once    {rates['without']:>9.1f}{rates['with']:>10.1f}"
        f"{statistics.median(ratios):>8.2f}{spread:>16}"
    )


def _sell(url: str, recorded: list[Statements], clients: int) -> float:
    """Run Sales over several connections at once; return the seconds that took."""

    def one(connection: psycopg.Connection[Any], first: int) -> None:
        for number in range(first, len(recorded), clients):
            replay(connection, recorded[number])

    connections = [psycopg.connect(url) for _ in range(clients)]
    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        list(threads.map(one, connections, range(clients)))
    took = time.perf_counter() - begun
    for connection in connections:
        connection.close()
    return took
