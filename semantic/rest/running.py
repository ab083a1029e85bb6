"""Queries that run: repeats of a request join them, and who leaves for good ends them.

A caller waits for a while and is then asked to come again, as Cube does; the query goes on, and the
repeat finds it where it is. A query that nobody waits for is stopped: at once when its caller went
away, after a moment when the caller was asked to come again and did not.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from anyio import to_thread

from semantic.query.query import QueryError
from semantic.rest.failures import RefusedError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable
    from typing import Any

    from semantic.rest.answers import Found

_BUSY = 503
_AGAIN_SECONDS = 0.1


class Work(Protocol):
    """A computation in a thread of its own, which another thread can stop."""

    def run(self) -> Found:
        """Compute; what it raises is told to all who wait."""
        ...

    def cancel(self) -> None:
        """Stop what of it runs at this moment; harmless before and after."""
        ...


class ContinueWaitError(Exception):
    """There is no result yet; the same request again finds it when there is one."""

    def __init__(self, stage: str, elapsed_ms: int) -> None:
        """Say how far it is."""
        super().__init__(stage)
        self.stage = stage
        self.elapsed_ms = elapsed_ms


class GoneError(Exception):
    """The caller went away, so nobody reads an answer."""


@dataclass(eq=False)
class _Run:
    key: Hashable
    work: Work
    began_at: float
    future: asyncio.Future[Found] = field(init=False)
    request_ids: set[str] = field(default_factory=set)
    is_started: bool = False
    is_cancelled: bool = False
    waiting_count: int = 0
    visit_count: int = 0


@dataclass
class Runs:
    """The queries of one process that run or wait for their turn.

    `concurrency` is how many run at once, `limit` how many there may be; a run whose callers were
    asked to come again is kept for `patience_seconds` after each visit.
    """

    concurrency: int = 4
    limit: int = 500
    patience_seconds: float = 30.0
    _runs: dict[Hashable, _Run] = field(default_factory=dict)
    _threads: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        """Prepare the threads; each starts when it is needed."""
        self._threads = ThreadPoolExecutor(self.concurrency, "loge-query")

    async def follow(
        self,
        key: Hashable,
        request_id: str,
        work: Callable[[], Work],
        wait_seconds: float | None,
        gone: Callable[[], Awaitable[object]],
    ) -> Found:
        """Begin a computation, or join the one with the same key, and wait for it.

        Args:
            key: who asks for what; only the same caller's requests join each other.
            request_id: by which it can be cancelled.
            work: what to begin where nothing is to be joined.
            wait_seconds: after which the caller is asked to come again; None waits to the end.
            gone: ends when the caller goes away.

        Raises:
            ContinueWaitError: it takes longer.
            GoneError: the caller went away.
            RefusedError: too many are waiting.
            QueryError: QUERY_CANCELLED, or whatever the computation raised.
        """
        run = self._runs.get(key) or self._begin(key, work)
        run.request_ids.add(request_id)
        run.waiting_count += 1
        run.visit_count += 1
        leaving = asyncio.ensure_future(gone())
        awaited: list[asyncio.Future[Any]] = [run.future, leaving]
        try:
            done, _ = await asyncio.wait(
                awaited, timeout=wait_seconds, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            leaving.cancel()
            run.waiting_count -= 1
        if run.future in done:
            return self._outcome(run)
        if leaving in done:
            if run.waiting_count == 0:
                self._stop(run)
            raise GoneError
        asyncio.get_running_loop().call_later(
            self.patience_seconds, self._forget, run, run.visit_count
        )
        raise ContinueWaitError(self._stage(run), round((monotonic() - run.began_at) * 1000))

    def cancel(self, owner: Hashable, request_id: str) -> list[str]:
        """Stop an owner's computations of a request; name the requests that were waiting.

        `request_id` is that of one attempt, or what all attempts of it have in common.
        """
        cancelled = [
            run
            for key, run in self._runs.items()
            if isinstance(key, tuple)
            and key[0] == owner
            and any(
                one.partition("-span-")[0] == request_id or one == request_id
                for one in run.request_ids
            )
        ]
        for run in cancelled:
            self._stop(run)
        return sorted(one for run in cancelled for one in run.request_ids)

    async def close(self) -> None:
        """Stop everything, and wait until it ended."""
        for run in list(self._runs.values()):
            self._stop(run)
        await to_thread.run_sync(self._threads.shutdown)

    def _begin(self, key: Hashable, work: Callable[[], Work]) -> _Run:
        if sum(not one.future.done() for one in self._runs.values()) >= self.limit:
            message = "too many queries are waiting; try again in a moment"
            raise RefusedError(message, _BUSY, {"retry-after": "2"})
        run: _Run = _Run(key, work(), monotonic())

        def computed() -> Found:
            run.is_started = True
            if run.is_cancelled:
                raise _cancelled()
            return run.work.run()

        run.future = asyncio.wrap_future(self._threads.submit(computed))
        run.future.add_done_callback(_noticed)
        self._runs[key] = run
        return run

    def _outcome(self, run: _Run) -> Found:
        """Return how a computation ended, and let go of it when all who waited know.

        However an interrupted one ended, what is told is that it was cancelled.
        """
        if run.is_cancelled:
            raise _cancelled()
        if run.waiting_count == 0 and self._runs.get(run.key) is run:
            del self._runs[run.key]
        return run.future.result()

    def _forget(self, run: _Run, visit_count: int) -> None:
        """Stop what was not asked for again since a visit."""
        if run.visit_count == visit_count and run.waiting_count == 0:
            self._stop(run)

    def _stop(self, run: _Run) -> None:
        if self._runs.get(run.key) is run:
            del self._runs[run.key]
        run.is_cancelled = True
        self._interrupt(run)

    def _interrupt(self, run: _Run) -> None:
        """Interrupt until it ended, since it may not have come to where it can be interrupted."""
        if not run.future.done():
            run.work.cancel()
            asyncio.get_running_loop().call_later(_AGAIN_SECONDS, self._interrupt, run)

    def _stage(self, run: _Run) -> str:
        if run.is_started:
            return "Executing query"
        queued = [one for one in self._runs.values() if not one.is_started]
        ahead = [one for one in queued if one.began_at < run.began_at]
        return f"#{len(ahead) + 1} in queue"


def _cancelled() -> QueryError:
    return QueryError("Query was cancelled", code="QUERY_CANCELLED", kind="")


def _noticed(future: asyncio.Future[Found]) -> None:
    """Look at how a computation ended, so that a failure that nobody awaits is no warning."""
    future.exception()
