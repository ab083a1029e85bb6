"""Queries of the wire as they run: batch by batch, on threads of their own, stopped at any time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from semantic.wire.ahead import Ahead

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from semantic.run.compiled import Compiled
    from semantic.run.engine import Engine

_T = TypeVar("_T")
_AGAIN_SECONDS = 0.05
"""How long after an interruption the next one follows, since a query may not have begun."""


class Answers:
    """Opens answers; as many batches are computed at once as there are threads.

    An answer that waits for its reader takes none of them, and one that is sent as a whole only
    what it needs to stay a little ahead of its reader. Statements are compiled on other
    threads, so that no long query delays them.
    """

    def __init__(self, engine: Engine, concurrency: int) -> None:
        """Run on an engine."""
        self.engine = engine
        self._computing = ThreadPoolExecutor(concurrency, "loge-wire")
        self._compiling = ThreadPoolExecutor(2, "loge-wire-compile")

    def open(self, compiled: Compiled) -> Answer:
        """Make an answer, which begins to be computed when its first rows are wanted."""
        return Answer(self.engine, compiled, self._computing, self._compiling)

    async def compute(self, work: Callable[[], _T]) -> _T:
        """Return what a function returns that keeps a core busy for a moment."""
        return await asyncio.get_running_loop().run_in_executor(self._compiling, work)

    def close(self) -> None:
        """End the threads; every answer was closed before."""
        self._computing.shutdown()
        self._compiling.shutdown()


class Answer:
    """The rows of one query, of which each is handed out once."""

    def __init__(
        self,
        engine: Engine,
        compiled: Compiled,
        threads: ThreadPoolExecutor,
        leaving: ThreadPoolExecutor,
    ) -> None:
        """Know what to compute, and where; what is left is left on other threads, at once."""
        self._engine = engine
        self._compiled = compiled
        self._threads = threads
        self._leaving = leaving
        self._request_id = str(uuid4())
        self._lock = Lock()
        self._stack = ExitStack()
        self._reader: pa.RecordBatchReader | None = None
        self._left: pa.RecordBatch | None = None
        self._ahead: Ahead[Any] | None = None
        self._is_ended = False

    async def next(
        self, limit: int, encode: Callable[[pa.RecordBatch], _T]
    ) -> tuple[int, _T] | None:
        """Return some rows, at most so many, and how many they are; None after the last.

        A cancelled call interrupts the query and returns when it has stopped.

        Raises:
            QueryError: it failed, or was cancelled.
        """

        def work() -> tuple[int, _T] | None:
            with self._lock:
                batch = self._batch(limit)
                return None if batch is None else (batch.num_rows, encode(batch))

        job = self._threads.submit(work)
        waiting = asyncio.wrap_future(job)
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            job.cancel()
            await self._interrupt(waiting)
            raise

    def rest(
        self, encode: Callable[[pa.RecordBatch], _T], *, is_ordered: bool = False
    ) -> Ahead[_T]:
        """Hand out all rows that are left, the next ones made while those before are sent.

        `encode` is called for several batches at once, unless it `is_ordered`. Nothing else is
        asked of the answer meanwhile but to be closed.
        """

        def read() -> pa.RecordBatch | None:
            with self._lock:
                return self._batch(None)

        self._ahead = Ahead(read, encode, self._threads, is_ordered=is_ordered)
        return self._ahead

    @property
    def is_open(self) -> bool:
        """Tell whether there may be more rows."""
        return not self._is_ended

    async def close(self) -> None:
        """Let go of the query and of the state of the facts that it sees."""
        if self._ahead is not None:
            await self._ahead.stop(partial(self._engine.cancel, self._request_id))
        if self._reader is not None:
            await asyncio.shield(asyncio.wrap_future(self._leaving.submit(self._leave)))

    async def _interrupt(self, waiting: asyncio.Future[_T]) -> None:
        while not waiting.done():
            self._engine.cancel(self._request_id)
            await asyncio.wait([waiting], timeout=_AGAIN_SECONDS)

    def _batch(self, limit: int | None) -> pa.RecordBatch | None:
        """Take the next rows that are there, computing more where none is left."""
        if self._left is None:
            self._left = self._computed()
        batch = self._left
        if batch is None or limit is None or batch.num_rows <= limit:
            self._left = None
            return batch
        self._left = batch.slice(limit)
        return batch.slice(0, limit)

    def _computed(self) -> pa.RecordBatch | None:
        if self._is_ended:
            return None
        try:
            if self._reader is None:
                streaming = self._engine.stream(self._compiled, self._request_id, is_timed=False)
                self._reader = self._stack.enter_context(streaming)
            found: pa.RecordBatch | None = next(self._reader, None)
        except BaseException as error:
            self._end(error)
            raise
        if found is None:
            self._end(None)
        return found

    def _leave(self) -> None:
        with self._lock:
            self._end(None)

    def _end(self, error: BaseException | None) -> None:
        """Leave the engine, which puts its own words to an error."""
        self._reader = self._left = None
        self._is_ended = True
        self._stack.__exit__(None if error is None else type(error), error, None)
