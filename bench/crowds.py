"""Season sales with 1, 4 and 16 clients at once: each its own seats, and all the same seats."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from app.commands.execution import Runner
from app.storage.engine import command_engine
from bench.arena import Arena, open_api
from bench.season_sales import Portal
from tests.club import Club
from tests.scenarios.rivals import act, begin, codes_of, vip_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.stadium import Stadium

CLIENTS = (1, 4, 16)
SALES = 48
"""Sales from Draft to Final that the clients share out among them."""
BUYERS = 100
CONTESTED = 60
"""Seats that the buyers want 2 to 4 of, as in the scenario test."""


def run_crowds(arena: Arena) -> None:
    """Measure and print."""
    print(f"\n{'clients':>7}{'season sales/s':>16}{'contested/s':>13}{'won':>5}{'refused':>9}")
    for clients in CLIENTS:
        with open_api(arena.copy(f"own {clients}")) as api:
            database = arena.server.connection_url(f"own {clients}")
            own, _ = _share_out(arena, api.address, database, clients, SALES, _sell)
        with open_api(arena.copy(f"same {clients}")) as api:
            database = arena.server.connection_url(f"same {clients}")
            same, won = _share_out(arena, api.address, database, clients, BUYERS, _contend)
        lost = BUYERS - won
        print(f"{clients:>7}{SALES / own:>16.1f}{BUYERS / same:>13.1f}{won:>5}{lost:>9}")


def _share_out(
    arena: Arena,
    address: str,
    database: str,
    clients: int,
    count: int,
    do: Callable[[Stadium, int], bool],
) -> tuple[float, int]:
    """Let clients do numbered things, each the next one that is left; return seconds and wins."""
    engine = command_engine(database, connections=1)
    base = arena.stadium.club
    token = Club(base.organisation, Runner(engine), base.http)
    token.token()
    numbers = iter(range(count))
    turn = threading.Lock()
    won: list[bool] = []

    def work() -> None:
        with httpx.Client(base_url=address, timeout=60) as http:
            stadium = replace(arena.stadium, club=replace(token, http=http))
            while True:
                with turn:
                    number = next(numbers, None)
                if number is None:
                    return
                won.append(do(stadium, number))

    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        for done in [pool.submit(work) for _ in range(clients)]:
            done.result()
    engine.dispose()
    return time.perf_counter() - begun, sum(won)


def _sell(stadium: Stadium, number: int) -> bool:
    """Carry one Sale of seats that nobody else wants to Final."""
    Portal(stadium, None, None).sell(number)
    return True


def _contend(stadium: Stadium, number: int) -> bool:
    """Try to get some of the seats that everybody wants; tell whether it worked."""
    dice = random.Random(number)
    count = dice.randint(2, 4)
    first = dice.randrange(CONTESTED - count)
    line = vip_line(stadium, stadium.seats[first : first + count])
    codes = codes_of(act(stadium, "saleLineAdd", begin(stadium), lines=[line]))
    if codes not in ([], ["INVENTORY_CONFLICT"]):
        message = f"neither sold nor taken: {codes}"
        raise RuntimeError(message)
    return not codes
