"""Season sales for an hour: what grows, and what slows down."""

from __future__ import annotations

import time

import httpx
import psutil  # type: ignore[import-untyped]

from app.commands.execution import Runner
from app.storage.engine import command_engine
from bench.arena import open_api, open_arena
from bench.season_sales import Portal
from tests.club import Club

SOAK_SECONDS = 3_600
REPORT_SECONDS = 60
SOAK_SALES = 240
"""Sales that there are seats for; each is cancelled again, so its seats can be sold anew."""


def run_soak() -> None:
    """Sell and cancel for an hour; print speed and memory every minute."""
    with open_arena(SOAK_SALES) as arena, open_api(arena.copy("soak")) as api:
        engine = command_engine(arena.server.connection_url("soak"))
        with httpx.Client(base_url=api.address, timeout=60) as http:
            arena.stadium.club = Club(arena.stadium.club.organisation, Runner(engine), http)
            portal = Portal(arena.stadium, api.pid, arena.server.status().pid or 0)
            ends = time.monotonic() + SOAK_SECONDS
            number = 0
            while time.monotonic() < ends:
                begun, sold = time.monotonic(), 0
                while time.monotonic() < begun + REPORT_SECONDS:
                    portal.sell(number % SOAK_SALES, cancels=True)
                    number, sold = number + 1, sold + 1
                memory = psutil.Process(api.pid).memory_info().rss / 2**20
                pace = sold / (time.monotonic() - begun)
                print(f"{number:>7} sales {pace:>6.1f} per second, API {memory:.0f} MiB")
        engine.dispose()
