"""What an API process occupies before, during and after 200,000 requests."""

from __future__ import annotations

import asyncio
import time

import psutil  # type: ignore[import-untyped]

from bench.restarts import AHEAD, serving

REQUESTS = 200_000
STEPS = 10
CONNECTIONS = 16


def run_memory() -> None:
    """Ask 200,000 times over 16 connections, and print the memory after each tenth."""
    with serving(1) as served:
        (api,) = [one for one in psutil.Process(served.pid).children() if "api" in one.cmdline()]
        each = REQUESTS // STEPS // CONNECTIONS // AHEAD

        async def ask() -> None:
            reader, writer = await asyncio.open_connection(served.host, served.port)
            for _ in range(each):
                writer.write(served.request * AHEAD)
                for _ in range(AHEAD):
                    head = await reader.readuntil(b"\r\n\r\n")
                    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
                    await reader.readexactly(int(length))
            writer.close()

        async def step() -> None:
            await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))

        print(f"{0:>7} requests {api.memory_info().rss / 2**20:7.1f} MiB")
        for number in range(1, STEPS + 1):
            began, used = time.perf_counter(), api.cpu_times().user
            asyncio.run(step())
            asked = each * CONNECTIONS * AHEAD
            print(
                f"{number * asked:>7} requests {api.memory_info().rss / 2**20:7.1f} MiB, "
                f"{asked / (time.perf_counter() - began):6.0f} a second, "
                f"{(api.cpu_times().user - used) / asked * 1e6:5.0f} µs of CPU each"
            )
