"""The worker: tasks that come again and again, none of which can hold up another."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

from app.commands.changes import forget_changes, forget_log
from app.commands.event_cancelling import cancel_events
from app.commands.holds import sweep_holds
from app.commands.idempotency import forget_keys
from app.commands.sealing import seal_everything
from app.commands.snapshots import close_days
from app.commands.webhook_deliveries import follow_events, forget_deliveries
from app.storage.failures import is_unavailable
from app.storage.webhook_counts import count_pending
from app.telemetry.measures import DELIVERIES_PENDING, TASK_RUNS, TASK_SECONDS
from app.telemetry.sampling import EVERY_SECONDS, sample_process
from app.telemetry.tracing import span
from app.transfers.engine.registry import connectors
from app.transfers.engine.working import TransferWork
from app.transfers.webhooks.courier import Courier
from app.transfers.webhooks.sending import Sender, trusted_certificates

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.commands.execution import Runner
    from app.commands.webhook_rules import WebhookRules
    from app.processes.report_mail import ReportMail

LONGEST_PAUSE_SECONDS = 60.0
"""How long a task that keeps failing waits at most."""
_log = logging.getLogger("loge.worker")


@dataclass(frozen=True, slots=True)
class Task:
    """What is done again and again; safe in two workers at once."""

    name: str
    every_seconds: float
    run: Callable[[Runner, datetime], object]
    finish: Callable[[], object] = lambda: None
    """Called once after the last run: waits for what a run has begun and left to others."""


def measure(runner: Runner, _now: datetime) -> None:
    """Measure this process, and what waits for it."""
    sample_process()
    DELIVERIES_PENDING.set(count_pending(runner.engine))


TASKS: tuple[Task, ...] = (
    Task("seal audit and ledger", 1, lambda runner, _now: seal_everything(runner)),
    Task("sweep holds", 5, sweep_holds),
    Task("cancel events", 2, cancel_events),
    Task("forget idempotency keys", 3600, forget_keys),
    Task("forget changes", 3600, forget_changes),
    Task("forget the change log", 3600, forget_log),
    Task("close days", 60, close_days),
    Task("measure", EVERY_SECONDS, measure),
    Task("queue webhooks", 1, follow_events),
    Task("forget webhooks", 3600, forget_deliveries),
)
"""Everything the worker does but webhooks, transfers and reports, which `all_tasks` adds."""


def all_tasks(rules: WebhookRules, mail: ReportMail | None = None) -> tuple[Task, ...]:
    """Return everything the worker does; without `mail` no reports are sent."""
    sender = Sender(rules.allows_private, trusted_certificates())
    courier = Courier(sender, rules.vault, rules.public_url)
    transfers = TransferWork(rules.vault, connectors, rules.allows_private)
    sent = () if mail is None else (Task("send reports", 5, mail.run),)
    return (
        *TASKS,
        Task("send webhooks", 1, courier.run, courier.finish),
        Task("follow flows", 1, transfers.follow),
        Task("drive transfers", 1, transfers.drive, transfers.finish),
        Task("sweep transfers", 60, transfers.sweep),
        *sent,
    )


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
        began = perf_counter()
        try:
            with span(f"task {task.name}"):
                task.run(runner, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is logged and tried again
            failures += 1
            _count(task, "failed", began)
            _log_failure(task, error, failures)
        else:
            _count(task, "done", began)
            if failures:
                _log.warning("task %r works again after %d failures", task.name, failures)
            failures = 0
        if stop.wait(pause_after(task.every_seconds, failures)):
            task.finish()
            return


def _count(task: Task, outcome: str, began: float) -> None:
    """Count a run; each is a line in the log only at the level of debugging."""
    seconds = perf_counter() - began
    TASK_RUNS.labels(task.name, outcome).inc()
    TASK_SECONDS.labels(task.name).inc(seconds)
    fields = {"task": task.name, "outcome": outcome, "duration_ms": round(seconds * 1000, 2)}
    _log.debug("task run", extra=fields)


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
