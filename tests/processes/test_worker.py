"""The worker's tasks: none holds up another, and none gives up."""

import logging
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.commands.execution import Outcome, Runner
from app.commands.idempotency import forget_keys
from app.commands.register import Create
from app.domain.permissions import Actor, Role
from app.processes import worker
from app.processes.worker import Task, all_tasks, run_worker
from app.storage.engine import Engine
from app.storage.identity import new_id
from app.storage.unit_of_work import UnitOfWork
from tests.club import Club
from tests.conftest import WEBHOOKS

NOTHING: Any = None


def run_until(stop: threading.Event, *tasks: Task) -> None:
    """Run tasks until one of them sets the event."""
    thread = threading.Thread(target=run_worker, args=(NOTHING, stop, tasks))
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


def test_a_failing_task_is_named_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    stop, failures, rounds = threading.Event(), [], []

    def fail(_runner: Runner, _now: datetime) -> None:
        failures.append(1)
        raise RuntimeError("broken")

    def work(_runner: Runner, _now: datetime) -> None:
        rounds.append(1)
        if len(rounds) > 20 and len(failures) > 2:
            stop.set()

    run_until(stop, Task("paint", 0.005, fail), Task("work", 0.005, work))
    assert "task 'paint' failed 1 times in a row" in caplog.text
    assert "broken" in caplog.text


def test_a_database_that_is_down_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    stop, rounds = threading.Event(), []

    def work(_runner: Runner, _now: datetime) -> None:
        rounds.append(1)
        if len(rounds) == 6:
            stop.set()
        elif len(rounds) < 5:
            raise ConnectionRefusedError("refused")

    run_until(stop, Task("work", 0.001, work))
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "waits for the database: refused" in caplog.records[0].message
    assert "works again after 4 failures" in caplog.records[1].message


def test_a_task_that_fails_waits_longer_each_time_up_to_a_minute() -> None:
    assert worker.pause_after(1.0, 0) == 1
    assert worker.pause_after(1.0, 3) == 8
    assert worker.pause_after(1.0, 1000) == 60
    assert worker.pause_after(3600.0, 1000) == 3600


@pytest.mark.postgres
def test_every_task_runs_on_a_database_with_nothing_to_do(engine: Engine) -> None:
    for task in all_tasks(WEBHOOKS):
        task.run(Runner(engine), datetime.now(UTC))
        task.finish()


def test_what_a_task_has_begun_is_finished_when_the_worker_stops() -> None:
    stop, order = threading.Event(), []

    def work(_runner: Runner, _now: datetime) -> None:
        order.append("run")
        stop.set()

    run_until(stop, Task("work", 0.001, work, lambda: order.append("finish")))
    assert order == ["run", "finish"]


@pytest.mark.postgres
def test_only_keys_older_than_thirty_days_are_forgotten(club: Club, other_club: Club) -> None:
    keys = [f"key-number-{number}" for number in range(3)]
    for one in (club, other_club):
        actor = Actor(one.organisation.id, new_id(), Role.ROOT)
        for key in keys:
            one.runner.run(actor, "test", key, Create({}), do_nothing)

    def remaining(one: Club) -> set[str]:
        query = "SELECT key FROM idempotency WHERE organisation_id = :id"
        with one.runner.engine.connect() as connection:
            found = connection.execute(text(query), {"id": one.organisation.id})
            return set(found.scalars())

    def age(one: Club, key: str, days: int) -> None:
        query = (
            "UPDATE idempotency SET created_at = created_at - make_interval(days => :days) "
            "WHERE organisation_id = :id AND key = :key"
        )
        values = {"days": days, "id": one.organisation.id, "key": key}
        with one.runner.engine.begin() as connection:
            connection.execute(text(query), values)

    age(club, keys[0], 31)
    age(club, keys[1], 29)
    age(other_club, keys[2], 31)
    assert forget_keys(club.runner, datetime.now(UTC)) >= 2
    assert remaining(club) == {keys[1], keys[2]}
    assert remaining(other_club) == {keys[0], keys[1]}
    forget_keys(club.runner, datetime.now(UTC) - timedelta(days=5))
    assert remaining(club) == {keys[1], keys[2]}


def do_nothing(_work: UnitOfWork, _actor: Actor, _request: Create) -> Outcome:
    return Outcome()
