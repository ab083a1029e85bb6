"""The worker: tasks that come again and again, none of which can hold up another."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from app.commands.event_cancelling import cancel_events
from app.commands.holds import sweep_holds
from app.commands.idempotency import forget_keys
from app.commands.sealing import seal_everything
from app.storage.failures import is_unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.commands.execution import Runner

LONGEST_PAUSE_SECONDS = 60.0
"""How long a task that keeps failing waits at most."""
_log = logging.getLogger("loge.worker")


@dataclass(frozen=True, slots=True)
class Task:
    """What is done again and again; safe in two workers at once."""

    name: str
    every_seconds: float
    run: Callable[[Runner, datetime], object]


TASKS: tuple[Task, ...] = (
    Task("seal audit and ledger", 1, lambda runner, _now: seal_everything(runner)),
    Task("sweep holds", 5, sweep_holds),
    Task("cancel events", 2, cancel_events),
    Task("forget idempotency keys", 3600, forget_keys),
)
"""Everything the worker does."""


def run_worker(runner: Runner, stop: threading.Event, tasks: Sequence[Task] = TASKS) -> None:
    """Run the tasks until `stop` is set, then finish those that are under way."""
    threads = [
        threading.Thread(target=_repeat, args=(task, runner, stop), name=task.name)
        for task in tasks
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _repeat(task: Task, runner: Runner, stop: threading.Event) -> None:
    """Run one task until `stop` is set; after a failure wait longer each time."""
    failures = 0
    while True:
        try:
            task.run(runner, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and tried again
            failures += 1
            _log_failure(task, error, failures)
        else:
            if failures:
                _log.warning("task %r works again after %d failures", task.name, failures)
            failures = 0
        if stop.wait(pause_after(task.every_seconds, failures)):
            return


def pause_after(every_seconds: float, failures: int) -> float:
    """Return how long a task waits: doubled by each failure in a row, up to a minute."""
    longest_seconds = max(every_seconds, LONGEST_PAUSE_SECONDS)
    return (
        min(every_seconds * 2 ** min(failures, 16), longest_seconds) if failures else every_seconds
    )


def _log_failure(task: Task, error: Exception, failures: int) -> None:
    """Log a failure; a database that is down is told once, until it is back."""
    if not is_unavailable(error):
        _log.error("task %r failed %d times in a row", task.name, failures, exc_info=error)
    elif failures == 1:
        reason = str(error).partition("\n")[0]
        _log.warning("task %r waits for the database: %s", task.name, reason)
