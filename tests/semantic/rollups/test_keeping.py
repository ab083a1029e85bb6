"""Rollups follow the facts: when they are built, used, built again and dropped."""

import threading
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from semantic.rollups.keeping import EVERY_SECONDS, UNUSED_SECONDS, Keeper
from semantic.spec.rollups import RefreshKey
from tests.semantic.oracle import shop
from tests.semantic.oracle.clubs import CLUB, MemoryFacts
from tests.semantic.oracle.rollups import rollup
from tests.semantic.oracle.spec_text import sql
from tests.semantic.rollups.shop_kept import (
    BY_MONTH,
    COUNTRIES,
    Kept,
    with_rollups,
)


def test_a_rollup_is_used_only_while_nothing_changed_that_it_was_built_from() -> None:
    kept = with_rollups(BY_MONTH)
    orders = [*shop.TABLES["orders"], {**shop.TABLES["orders"][0], "id": 50, "header_minor": 7}]
    kept.facts.fill({"orders": orders})
    assert "changed since it was built" in kept.reason(COUNTRIES)
    assert kept.keeper.refresh() == ()
    kept.now_seconds += EVERY_SECONDS
    assert len(kept.keeper.refresh()) == 1
    assert kept.ask(COUNTRIES).compiled.rollups


def test_an_interval_says_how_often_a_rollup_is_built_again() -> None:
    kept = with_rollups(replace(BY_MONTH, refresh_key=RefreshKey(every="2 minutes")))
    kept.facts.fill(shop.TABLES)
    kept.now_seconds = 119
    assert kept.keeper.refresh() == ()
    kept.now_seconds = 120
    assert len(kept.keeper.refresh()) == 1
    kept.now_seconds = 500
    assert kept.keeper.refresh() == ()


def test_a_query_says_whether_a_rollup_is_built_again() -> None:
    key = RefreshKey(sql=sql("SELECT count(*) FROM orders"))
    kept = with_rollups(replace(BY_MONTH, refresh_key=key))
    kept.facts.fill(shop.TABLES)
    kept.now_seconds = EVERY_SECONDS
    assert kept.keeper.refresh() == ()
    assert "changed since" in kept.reason(COUNTRIES)
    kept.facts.fill({"orders": shop.TABLES["orders"][:2]})
    assert len(kept.keeper.refresh()) == 1
    assert kept.ask(COUNTRIES).compiled.rollups


def test_an_immutable_rollup_is_built_once_and_never_shows_old_numbers() -> None:
    kept = with_rollups(replace(BY_MONTH, refresh_key=RefreshKey(is_immutable=True)))
    assert kept.ask(COUNTRIES).compiled.rollups
    kept.facts.fill({"orders": shop.TABLES["orders"][:2]})
    kept.now_seconds = 1000
    assert kept.keeper.refresh() == ()
    assert "changed since it was built" in kept.reason(COUNTRIES)


def test_an_immutable_rollup_that_is_gone_with_its_file_is_built_again() -> None:
    kept = with_rollups(replace(BY_MONTH, refresh_key=RefreshKey(is_immutable=True)))
    table = kept.compiler.stored("orders.by_month", "UTC")[0].table
    with kept.facts.cursor() as cursor:
        cursor.execute(f"DROP VIEW main.{table}")
        cursor.execute(f"DROP TABLE store.{table}")
    kept.facts.fill(shop.TABLES)
    assert kept.keeper.refresh() == (table,)
    assert kept.ask(COUNTRIES).compiled.rollups == {table: "orders.by_month"}


def test_a_rollup_that_is_not_scheduled_is_built_when_it_is_asked_for() -> None:
    kept = with_rollups(replace(BY_MONTH, is_scheduled=False))
    assert kept.reason(COUNTRIES) == "it is not built yet"
    table = kept.keeper.build_named(kept.compiler, "orders.by_month", CLUB, "UTC")
    assert kept.ask(COUNTRIES).compiled.rollups == {table: "orders.by_month"}


def test_only_a_rollup_that_can_be_used_is_built_by_name() -> None:
    rolled = rollup("rolled", ("orders.two_months",), (), (("orders.at", "month"),))
    kept = with_rollups(BY_MONTH, rolled)
    with pytest.raises(ValueError, match="is a window of time"):
        kept.keeper.build_named(kept.compiler, "orders.rolled", CLUB, "UTC")
    with pytest.raises(ValueError, match="there is no rollup 'orders\\.nothing'"):
        kept.keeper.build_named(kept.compiler, "orders.nothing", CLUB, "UTC")


def test_a_rollup_that_cannot_be_built_says_so_and_leaves_the_others_alone() -> None:
    wrong = replace(BY_MONTH, name="wrong", refresh_key=RefreshKey(sql=sql("SELECT 1 / nothing")))
    kept = with_rollups(wrong, BY_MONTH)
    reply = kept.ask(COUNTRIES)
    assert list(reply.compiled.rollups.values()) == ["orders.by_month"]
    ((name, reason),) = reply.compiled.explanation.rejected
    assert name == "orders.wrong"
    assert reason.startswith("it could not be built: Binder Error")


def test_what_fails_while_it_is_built_leaves_nothing_behind() -> None:
    kept = with_rollups(replace(BY_MONTH, is_scheduled=False))
    ((shape, _),) = kept.compiler.shapes("UTC")[0]
    kept.keeper.want(
        replace(shape.stored, sql="SELECT error('no')", parameters=(), is_scheduled=True), CLUB
    )
    assert kept.keeper.refresh() == ()
    assert "could not be built: Invalid Input Error: no" in kept.reason(COUNTRIES)
    assert rollup_tables(kept) == []


def rollup_tables(kept: Kept) -> list[tuple[Any, ...]]:
    with kept.facts.cursor() as cursor:
        return cursor.execute(
            "SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, 'rollup')"
        ).fetchall()


def test_a_rollup_that_nobody_wants_any_more_goes() -> None:
    kept = with_rollups(BY_MONTH)
    assert len(rollup_tables(kept)) == 1
    kept.now_seconds = UNUSED_SECONDS + 1
    kept.keeper.refresh()
    assert rollup_tables(kept) == []
    assert kept.reason(COUNTRIES) == "it is not built yet"
    kept.keeper.refresh()
    assert kept.ask(COUNTRIES).compiled.rollups


def test_before_the_facts_are_loaded_nothing_is_built() -> None:
    class Loading(MemoryFacts):
        def refreshed_at(self) -> None:
            return None

    kept = Kept(Loading(shop.COLUMNS), shop.MODEL)
    assert kept.keeper.refresh() == ()


def test_rollups_are_refreshed_beside_the_queries_until_they_stop() -> None:
    kept = with_rollups(replace(BY_MONTH, is_scheduled=False))
    refreshed = threading.Event()
    failures = [duckdb.ConnectionException("the file was swapped")]

    class Watched(Keeper):
        def refresh(self) -> tuple[str, ...]:
            if failures:
                raise failures.pop()
            done = super().refresh()
            refreshed.set()
            return done

    stop = threading.Event()
    running = threading.Thread(target=Watched(kept.facts).run, args=(stop, 0.01))
    running.start()
    assert refreshed.wait(20)
    stop.set()
    running.join()
