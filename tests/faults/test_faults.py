"""Clients sell, pay and cancel while any process may be killed: nothing is lost, doubled or torn.

`make faults` runs it for two minutes and plants bugs that it must find; LOGE_FAULTS_SEED repeats a
run, LOGE_FAULTS_SECONDS says how long it takes. Without these it is short, and a part of all tests.
"""

import os
import random

import pytest

from tests.faults.nemeses import EVERYBODY
from tests.faults.running import run_with_faults

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

SECONDS = float(os.environ.get("LOGE_FAULTS_SECONDS") or 0)
IS_SAME_EVERY_TIME = os.environ.get("LOGE_TEST_PROFILE") in {"ci", "cover"}
SEED = int(os.environ.get("LOGE_FAULTS_SEED") or (1 if IS_SAME_EVERY_TIME else 0))
SHORT = ("semantic", "client", "backend", "worker")


def seed() -> int:
    return SEED or random.SystemRandom().randrange(10**9)


def test_nothing_is_lost_doubled_or_torn_whatever_is_killed() -> None:
    if SECONDS:
        verdict = run_with_faults(seed(), SECONDS, EVERYBODY, pause_seconds=0.0)
    else:
        verdict = run_with_faults(seed(), 4, SHORT, customers=2, pause_seconds=0.2, api_processes=1)
    print(verdict)  # noqa: T201 - `make faults` shows what was done
    assert not verdict.wrong, str(verdict)


@pytest.mark.skipif(not SECONDS, reason="takes minutes; `make faults` does it")
@pytest.mark.parametrize(
    ("bug", "names", "seats", "places"),
    [
        ("position before rows", ["semantic"], 100, 100),
        ("rows without transaction", ["semantic"], 100, 100),
        ("position above last", ["hold"], 100, 100),
        ("key outside transaction", ["backend"], 100, 100),
        # So few that two want the same, and there is enough of the other.
        ("seats not counted", ["worker"], 12, 250),
        ("places not counted", ["worker"], 100, 3),
    ],
)
def test_a_planted_bug_is_found(bug: str, names: list[str], seats: int, places: int) -> None:
    verdict = run_with_faults(
        seed(), 12, names, bug=bug, pause_seconds=0.0, customers=4, seats=seats, places=places
    )
    print(bug, verdict)  # noqa: T201 - `make faults` shows what was done
    assert verdict.wrong, str(verdict)
