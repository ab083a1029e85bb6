"""What a process does now and then beside its work."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from app.processes.upkeep import upkeep
from app.telemetry.measures import FACTS_LAG, FACTS_TIME
from app.telemetry.sampling import sample_facts


def test_a_task_that_fails_holds_up_no_other_and_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done, count = threading.Event(), 0

    def fail() -> None:
        raise RuntimeError("this one is broken")

    def work() -> None:
        nonlocal count
        count += 1
        if count > 1:
            done.set()

    with upkeep(fail, work, every_seconds=0.01):
        assert done.wait(20)
    assert "this one is broken" in caplog.text
    at_the_end = count
    assert at_the_end >= 3, "once more when the block ends"


def test_the_age_of_the_facts_is_measured_once_there_are_any() -> None:
    sample_facts(None)
    as_of = datetime.now(UTC) - timedelta(minutes=5)
    sample_facts(as_of)
    assert FACTS_TIME._value.get() == as_of.timestamp()
    assert 300 <= FACTS_LAG._value.get() < 600
