"""A worker of procrastinate's queue: it listens, and hands each job to a function of ours.

A job that fails is tried again; what a worker was doing when it was killed is taken up by another
one as soon as its heartbeat is missed.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException
from sqlalchemy import make_url

from app.storage.failures import is_unavailable
from app.storage.jobs import DRIVE, QUEUE, SCHEMA, WAKE

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

CONNECTIONS = 3
"""Connections of the queue itself: one listens, the others fetch and finish jobs."""
POLL_SECONDS = 1
"""How often it is looked for jobs whose instant has come."""
HEARTBEAT_SECONDS = 5
STALLED_SECONDS = 20
"""After how long without a heartbeat the jobs of a worker are taken up by others."""
_AGAIN = RetryStrategy(wait=5, linear_wait=5)
_log = logging.getLogger("loge.transfers")


@dataclass(slots=True)
class JobWorker:
    """Works in a thread of its own from `start` to `stop`; jobs under way are finished."""

    engine: Engine
    drive: Callable[[UUID, UUID], object]
    wake: Callable[[UUID, UUID], object]
    jobs_at_once: int
    _thread: threading.Thread | None = None
    _loop: asyncio.AbstractEventLoop | None = None
    _task: asyncio.Task[None] | None = None
    _ready: threading.Event = field(default_factory=threading.Event)
    _failure: BaseException | None = None

    def ensure_running(self) -> None:
        """Start working, or go on; raise what ended the work since the last time."""
        failure, self._failure = self._failure, None
        if self._thread is None or not self._thread.is_alive():
            self._ready.clear()
            self._thread = threading.Thread(target=self._run, name="transfers", daemon=True)
            self._thread.start()
        if failure is not None:
            raise failure

    def stop(self) -> None:
        """Fetch no more jobs, and wait for those that are under way."""
        if self._thread is None or not self._thread.is_alive():
            return
        self._ready.wait(10)
        if self._loop is not None and self._task is not None:
            self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except asyncio.CancelledError:
            pass
        except ConnectorException as error:
            # What is behind it says whether the database is only away.
            self._failure = error.__cause__ or error
        except Exception as error:  # noqa: BLE001 - the next call of ensure_running raises it
            self._failure = error
        finally:
            self._ready.set()

    async def _work(self) -> None:
        """Register the two tasks, and work until this is cancelled."""
        # A job that fails is told of below, a database that is away by whoever runs this.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        app = App(connector=_connector(self.engine))
        for name, action in ((DRIVE, self.drive), (WAKE, self.wake)):
            app.task(name=name, queue=QUEUE, retry=_AGAIN)(_of(action))
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        async with app.open_async():
            self._ready.set()
            beside = asyncio.create_task(_take_up_stalled(app))
            try:
                await app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self.jobs_at_once,
                    fetch_job_polling_interval=POLL_SECONDS,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                )
            finally:
                beside.cancel()


def _of(action: Callable[[UUID, UUID], object]) -> Callable[..., None]:
    """Return a task that reads what the queue keeps of a transfer."""

    def run(club: str, transfer: str) -> None:
        try:
            action(UUID(club), UUID(transfer))
        except Exception as error:
            if not is_unavailable(error):
                _log.exception("transfer %s of club %s is tried again", transfer, club)
            raise

    return run


async def _take_up_stalled(app: App) -> None:
    """Queue again what workers were doing that are gone."""
    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            _log.warning("job %s of a worker that is gone is done again", job.id)
            await app.job_manager.retry_job(job)
        await asyncio.sleep(HEARTBEAT_SECONDS)


def _connector(engine: Engine) -> PsycopgConnector:
    """Return connections of the queue's own to the engine's database, with the queue's schema."""
    url = make_url(engine.url).set(drivername="postgresql")
    options = f"-c search_path={SCHEMA},public -c timezone=UTC"
    return PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False),
        kwargs={"options": options, "application_name": "loge-transfers"},
        min_size=1,
        max_size=CONNECTIONS,
    )
