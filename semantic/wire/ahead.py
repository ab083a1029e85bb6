"""The rest of an answer: batches are computed and encoded while those before them are sent."""

from __future__ import annotations

import asyncio
from collections import deque
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future, ThreadPoolExecutor

    import pyarrow as pa

_T = TypeVar("_T")
BATCHES = 3
"""How many batches of an answer are made or wait at once, beside the one that is sent."""
_AGAIN_SECONDS = 0.05
"""How long after an interruption the next one follows, since a query may not have begun."""


class Ahead(Generic[_T]):
    """Batches in their order, of which the next ones are made before they are wanted.

    One is read at a time. While it is encoded the next one is read and encoded as well; with
    `is_ordered` only when it was encoded, for encoders that know what came before. A thread is
    taken only while there is something to do for it.
    """

    def __init__(
        self,
        read: Callable[[], pa.RecordBatch | None],
        encode: Callable[[pa.RecordBatch], _T],
        threads: ThreadPoolExecutor,
        *,
        is_ordered: bool,
    ) -> None:
        """Begin when the first batch is wanted."""
        self._read = read
        self._encode = encode
        self._threads = threads
        self._is_ordered = is_ordered
        self._jobs: deque[Future[tuple[int, _T] | None]] = deque()
        self._lock = Lock()
        self._is_reading = False
        self._is_over = False

    async def next(self) -> tuple[int, _T] | None:
        """Return the rows of the next batch, and how many they are; None after the last.

        Raises:
            QueryError: the query failed, or was cancelled.
        """
        self._go_on()
        waiting = asyncio.wrap_future(self._jobs[0])
        # Whoever is cancelled here waits no more, and `stop` looks at how the batch ended.
        waiting.add_done_callback(_look_at)
        found = await asyncio.shield(waiting)
        self._jobs.popleft()
        self._go_on()
        return found

    async def stop(self, interrupt: Callable[[], object]) -> None:
        """Begin nothing more, and interrupt what runs until it has stopped."""
        with self._lock:
            self._is_over = True
            jobs = [one for one in self._jobs if not one.cancel()]
            self._jobs.clear()
        waiting = {asyncio.wrap_future(one) for one in jobs}
        while left := {one for one in waiting if not one.done()}:
            interrupt()
            await asyncio.wait(left, timeout=_AGAIN_SECONDS)
        for one in waiting:
            one.exception()

    def _go_on(self) -> None:
        """Have the next batch made, unless one is read, enough are there or it was the last."""
        with self._lock:
            if self._is_reading or self._is_over or len(self._jobs) >= BATCHES:
                return
            self._is_reading = True
            self._jobs.append(self._threads.submit(self._make))

    def _make(self) -> tuple[int, _T] | None:
        """Read a batch and encode it; a failure of either is the last thing that comes."""
        is_last = True
        try:
            batch = self._read()
            if batch is None:
                return None
            if self._is_ordered:
                made = batch.num_rows, self._encode(batch)
            is_last = False
        finally:
            with self._lock:
                self._is_reading = False
                self._is_over = self._is_over or is_last
        self._go_on()
        return made if self._is_ordered else (batch.num_rows, self._encode(batch))


def _look_at(ended: asyncio.Future[_T]) -> None:
    """Take note of how a job ended, so that nobody is told that its failure was not seen."""
    if not ended.cancelled():
        ended.exception()
