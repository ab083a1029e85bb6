"""What a process measures of itself now and then, because nobody counts it as it happens."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Protocol

import psutil  # type: ignore[import-untyped]

from app.telemetry.measures import (
    CONNECTION_LIMIT,
    CONNECTIONS,
    FACTS_LAG,
    FACTS_TIME,
    PROCESS,
    PROCESS_CPU,
    PROCESS_MEMORY,
    PROCESS_STARTED,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

EVERY_SECONDS = 5.0
_own = psutil.Process()
_lock = threading.Lock()
_counted_seconds = 0.0


class Pool(Protocol):
    """A pool of connections, as SQLAlchemy has them."""

    def size(self) -> int:
        """Return how many connections there are at most."""
        ...

    def checkedout(self) -> int:
        """Return how many are lent out."""
        ...


def sample_process() -> None:
    """Measure the memory and the processor time of this process."""
    global _counted_seconds  # noqa: PLW0603 - there is one process, and one count of it
    with _lock, _own.oneshot():
        times = _own.cpu_times()
        used_seconds = times.user + times.system
        PROCESS_CPU.labels(PROCESS).inc(max(used_seconds - _counted_seconds, 0.0))
        _counted_seconds = used_seconds
        PROCESS_MEMORY.labels(PROCESS).set(_own.memory_info().rss)
        PROCESS_STARTED.labels(PROCESS).set(_own.create_time())


def sample_pools(pools: Mapping[str, Pool]) -> None:
    """Measure how many connections are lent out, by the engine that lends them."""
    for engine, pool in pools.items():
        CONNECTIONS.labels(engine).set(pool.checkedout())
        CONNECTION_LIMIT.labels(engine).set(pool.size())


def sample_facts(refreshed_at: datetime | None) -> None:
    """Measure how fresh the facts of the semantic layer are; before the first ones nothing is."""
    if refreshed_at is not None:
        as_of = refreshed_at.timestamp()
        FACTS_TIME.set(as_of)
        FACTS_LAG.set(max(time.time() - as_of, 0.0))
