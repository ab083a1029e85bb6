"""Facts that followed a history batch by batch are those that a rebuild finds at its end."""

import random
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from app.storage.extract.source import PostgresSource
from semantic.sync.store import Facts
from semantic.sync.worker import Follower
from tests.club import Club
from tests.scenarios.money_machine import PHASES, MoneyMachine
from tests.scenarios.money_play import build_theatre
from tests.semantic.sync.compared import Register, differing, values

pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def test_following_a_random_history_ends_where_a_rebuild_does(
    seller: Club, source: PostgresSource, facts: Facts, follower: Follower, tmp_path: Path
) -> None:
    stadium = build_theatre(seller)
    follower.step()
    stop = threading.Event()
    thread = threading.Thread(target=follower.run, args=(stop,))
    thread.start()
    try:
        register = Register(stadium, random.Random(5))

        class Machine(MoneyMachine):
            arena = stadium
            basis = "NET"

            def teardown(self) -> None:
                register.change_something()
                super().teardown()

        run_state_machine_as_test(
            seed(11)(Machine),
            settings=settings(
                max_examples=4,
                stateful_step_count=25,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                phases=PHASES,
            ),
        )
        for _ in range(25):
            register.change_something()
    finally:
        stop.set()
        thread.join()
    assert follower.freshness().last_error is None
    checked = follower.check()
    assert [one for one in checked if not one.is_equal] == []
    assert {one.measure.split()[0] for one in checked} >= {"sold", "receivable", "documented"}

    rebuilt = Facts(tmp_path / "rebuilt", threads=1)
    Follower(source, rebuilt).step()
    try:
        assert differing(facts, rebuilt) == {}
    finally:
        rebuilt.close()
    assert values(facts, "SELECT count(*) FROM store.dim_account WHERE NOT is_current")[0][0] > 0
    assert facts.version() > 3
