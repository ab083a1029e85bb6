"""The loop that follows: what fails is told and tried again, and nothing half done is ever seen."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import polars as pl
import pytest

from semantic.sync import worker
from semantic.sync.loading import LoadingFailed, load
from semantic.sync.schema import TABLES
from semantic.sync.store import Facts
from semantic.sync.transforms.shaping import shape
from semantic.sync.worker import Follower
from tests.semantic.sync.compared import hashes, values
from tests.semantic.sync.sources import CLUB, OTHER_CLUB, Canned, club_frame, instant

PAYMENT = next(one for one in TABLES if one.name == "fact_payment")


def until(is_so: Callable[[], object]) -> None:
    """Wait until something is so, with patience for a busy machine."""
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def payments(blank_frames: dict[str, pl.DataFrame], *amounts: int) -> pl.DataFrame:
    rows = (
        blank_frames["fact_payment"]
        .clear(len(amounts))
        .with_columns(
            organisation_id=pl.lit(CLUB.bytes),
            payment_id=pl.Series(
                [UUID(int=no).bytes for no in range(len(amounts))], dtype=pl.Binary
            ),
            amount_minor=pl.Series(amounts, dtype=pl.Int64),
            left_minor=pl.lit(0, pl.Int64),
            refunded_minor=pl.lit(0, pl.Int64),
            is_reversed=pl.lit(value=False),
            received_on=pl.lit(instant(2030, 1, 1).date()),
            currency=pl.lit("EUR"),
        )
    )
    return shape(rows, PAYMENT)


class Clock:
    def __init__(self) -> None:
        self.now = instant(2030, 5, 1, 12)

    def __call__(self) -> datetime:
        return self.now


def test_rows_that_arrive_other_than_they_were_sent_are_noticed(
    canned: Canned, facts: Facts, blank_frames: dict[str, pl.DataFrame]
) -> None:
    Follower(canned, facts).step()
    rows = payments(blank_frames, 100, 250)
    with facts.cursor() as cursor:
        assert load(cursor, PAYMENT, [rows], "store.fact_payment") == 2
        with pytest.raises(LoadingFailed, match="amount_minor: 350 sent, 700 arrived"):
            load(cursor, PAYMENT, [rows], "store.fact_payment")


def test_facts_of_no_day_are_not_loaded_at_all(
    canned: Canned, facts: Facts, blank_frames: dict[str, pl.DataFrame]
) -> None:
    follower = Follower(canned, facts)
    follower.step()
    before = hashes(facts)
    canned.frames["fact_payment"] = blank_frames["fact_payment"].clear(1)
    follower.ask_rebuild()
    with pytest.raises(duckdb.ConstraintException, match="NOT NULL constraint"):
        follower.step()
    assert hashes(facts) == before
    assert [path.name for path in facts._folder.glob("*.duckdb")] == ["facts-1.duckdb"]


def test_a_batch_that_fails_leaves_rows_and_position_as_they_were(
    canned: Canned, facts: Facts
) -> None:
    follower = Follower(canned, facts)
    follower.step()
    state, before = facts.state(), hashes(facts)
    assert state is not None
    canned.changes[state.position] = {"payment": [UUID(int=5)], "account": [UUID(int=6)]}
    canned.frames["fact_payment"] = canned.frames["fact_payment"].drop("amount_minor")
    with pytest.raises(KeyError, match="amount_minor"):
        follower.step()
    assert (facts.state(), hashes(facts)) == (state, before)


def test_the_position_is_kept_on_disk_now_and_then_though_nothing_changes(
    canned: Canned, facts: Facts
) -> None:
    clock = Clock()
    follower = Follower(canned, facts, clock=clock)
    follower.step()
    stored = "SELECT refreshed_at FROM store.sync_state"
    loaded_at = values(facts, stored)
    clock.now += timedelta(minutes=10)
    assert not follower.step()
    assert facts.refreshed_at() == clock.now
    assert values(facts, stored) == loaded_at
    assert follower.freshness().lag_seconds == 0
    clock.now += timedelta(hours=2)
    assert follower.freshness().lag_seconds == 7200
    assert not follower.step()
    assert values(facts, stored) == [(clock.now.replace(tzinfo=None),)]


def test_a_club_that_begins_is_followed_without_a_rebuild(canned: Canned, facts: Facts) -> None:
    follower = Follower(canned, facts)
    follower.step()
    state = facts.state()
    assert state is not None
    canned.frames["dim_organisation"] = club_frame(CLUB, OTHER_CLUB)
    canned.changes[state.position] = {"organisation": [OTHER_CLUB]}
    assert follower.step()
    clubs = "SELECT organisation_id, count(*) FROM store.{} GROUP BY 1 ORDER BY 1"
    assert values(facts, clubs.format("dim_account")) == [(CLUB, 1), (OTHER_CLUB, 1)]
    assert values(facts, clubs.format("dim_date")) == [(CLUB, 36525), (OTHER_CLUB, 36525)]
    assert values(facts, clubs.format("dim_organisation")) == [(CLUB, 1), (OTHER_CLUB, 1)]
    assert values(facts, clubs.format("dim_rep")) == [(CLUB, 2), (OTHER_CLUB, 2)]
    assert facts.version() == state.version + 1


def test_a_lost_database_is_told_and_followed_again_when_it_is_back(
    canned: Canned, facts: Facts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_PATIENCE_SECONDS", 0.01)
    follower = Follower(canned, facts)
    assert follower.freshness().lag_seconds is None
    canned.failing = ConnectionError("the database was not read: gone\nfor long")
    stop = threading.Event()
    thread = threading.Thread(target=follower.run, args=(stop,))
    thread.start()
    try:
        until(lambda: follower.freshness().last_error)
        told = follower.freshness()
        assert told.last_error == "ConnectionError: the database was not read: gone"
        assert (told.position, told.rebuilding) == (None, None)
        canned.failing = None
        until(lambda: follower.freshness().position and not follower.freshness().last_error)
        reads = canned.reads
        assert canned.on_commit is not None
        canned.on_commit()
        until(lambda: canned.reads > reads)
    finally:
        stop.set()
        thread.join()
    assert follower.freshness().version == facts.version() > 0


def test_facts_that_cannot_be_changed_are_loaded_anew(
    canned: Canned, facts: Facts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(worker, "_PATIENCE_SECONDS", 0.01)
    follower = Follower(canned, facts)
    follower.step()
    with facts.cursor() as cursor:
        cursor.execute("DROP VIEW main.dim_account")
        cursor.execute("DROP TABLE store.dim_account")
    state = facts.state()
    assert state is not None
    canned.changes = {
        key: {"account": [UUID(int=5)]}
        for key in [f"{no}:{no}:" for no in range(state.version + 50)]
    }
    stop = threading.Event()
    thread = threading.Thread(target=follower.run, args=(stop,))
    thread.start()
    try:
        until((tmp_path / "semantic" / "facts-2.duckdb").exists)
        until(lambda: not follower.freshness().last_error)
    finally:
        stop.set()
        thread.join()
    assert values(facts, "SELECT count(*) FROM store.dim_account") == [(1,)]


def test_a_rebuild_tells_how_far_it_is(canned: Canned, facts: Facts) -> None:
    follower = Follower(canned, facts)
    told: list[Any] = []
    report = follower._report

    def listen(progress: Any) -> None:
        report(progress)
        told.append(follower.freshness().rebuilding)

    follower._report = listen  # type: ignore[method-assign]  # to hear what is told
    follower.step()
    assert [one.done_count for one in told] == list(range(1, len(TABLES) + 1))
    assert {one.table_count for one in told} == {len(TABLES)}
    assert {one.table: one.row_count for one in told}["dim_date"] == 36525
    assert follower.freshness().rebuilding is None


def test_a_database_that_is_replaced_during_a_load_or_a_check_is_noticed(
    canned: Canned, facts: Facts
) -> None:
    follower = Follower(canned, facts)
    canned.changes["1:1:"] = None
    with pytest.raises(ConnectionError, match="during the rebuild"):
        follower.step()
    assert facts.state() is None
    canned.changes.clear()
    canned.reads = 0
    follower.step()
    canned.numbers = {"sold net one EUR": 5}
    assert [(one.measure, one.postgres) for one in follower.check()] == [("sold net one EUR", 5)]
    canned.changes[f"{canned.reads + 1}:{canned.reads + 1}:"] = None
    with pytest.raises(ConnectionError, match="during the check"):
        follower.check()
