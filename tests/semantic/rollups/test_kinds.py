"""The kinds of pre-aggregations beside a whole rollup: all give the numbers that the facts give."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from semantic.query.query import Query, TimeDimension
from semantic.rollups.keeping import EVERY_SECONDS
from semantic.spec.model import Model
from semantic.spec.rollups import PreAggregation, RollupType
from tests.semantic.oracle import shop
from tests.semantic.oracle.clubs import CLUB, OTHER_CLUB
from tests.semantic.oracle.rollups import reference, rollup
from tests.semantic.oracle.spec_text import HERE, sql
from tests.semantic.rollups.shop_kept import BY_MONTH, COUNTRIES, WINTER, Kept, asking, with_rollups

ROWS = PreAggregation("rows", RollupType.ORIGINAL_SQL, HERE)
MONTHS = TimeDimension("orders.at", "month")


def used(kept: Kept, query: Query) -> list[str]:
    return list(kept.ask(query).compiled.rollups.values())


# The rows of a cube.


@pytest.mark.parametrize(
    "query",
    [
        COUNTRIES,
        asking(measures=("orders.average", "orders.buyers")),
        asking(dimensions=("lines.line_no",), segments=("orders.big",)),
        Query(
            measures=("orders.two_months",),
            time_dimensions=(TimeDimension("orders.at", "month", WINTER),),
        ),
        Query(dimensions=("orders.id",), is_ungrouped=True),
        Query(measures=("desk.header",), dimensions=("desk.country",)),
    ],
)
def test_whatever_reads_a_cube_reads_its_kept_rows(query: Query) -> None:
    kept = with_rollups(ROWS)
    assert used(kept, query) == ["orders.rows"]
    explanation = kept.ask(query).compiled.explanation
    assert "it has the rows of 'orders'" in explanation.used[0]
    kept.facts.fill({"orders": shop.TABLES["orders"][:3]})
    assert used(kept, query) == []
    kept.now_seconds += EVERY_SECONDS
    kept.keeper.refresh()
    assert used(kept, query) == ["orders.rows"]


def test_what_does_not_read_the_cube_does_not_speak_of_it() -> None:
    kept = with_rollups(ROWS)
    compiled = kept.ask(Query(dimensions=("accounts.country",))).compiled
    assert (compiled.rollups, compiled.explanation.rejected) == ({}, ())


def test_the_rows_of_several_cubes_are_read_together_and_those_of_a_table_as_well() -> None:
    kept = with_rollups(ROWS, replace(ROWS, name="again"))
    accounts = replace(shop.MODEL.cubes["accounts"], pre_aggregations={"rows": ROWS})
    cubes = {**kept.model.cubes, "accounts": accounts}
    both = Kept(kept.facts, Model(cubes, kept.model.views, version="both"))
    reasons = dict(both.ask(COUNTRIES).compiled.explanation.rejected)
    assert reasons == dict.fromkeys(
        ("accounts.rows", "orders.rows", "orders.again"), "it is not built yet"
    )
    both.keeper.refresh()
    assert sorted(used(both, COUNTRIES)) == ["accounts.rows", "orders.rows"]
    assert sorted(used(both, COUNTRIES)) == ["accounts.rows", "orders.rows"]
    table = both.keeper.build_named(both.compiler, "accounts.rows", CLUB, "UTC")
    assert table in both.ask(COUNTRIES).compiled.rollups


def test_rows_of_unknown_tables_are_never_kept() -> None:
    kept = with_rollups(ROWS, sql=sql("SELECT 1 AS id, 2 AS account_id"))
    ((name, reason),) = kept.compiler.originals[1]
    assert name == "orders.rows"
    assert "cannot be told from which tables the rows of 'orders' come" in reason
    with pytest.raises(ValueError, match="cannot be told from which tables"):
        kept.keeper.build_named(kept.compiler, "orders.rows", CLUB, "UTC")


def test_rows_that_change_with_time_alone_are_never_kept() -> None:
    recent = "SELECT * FROM orders WHERE age(ordered_at) < INTERVAL 1 YEAR"
    kept = with_rollups(ROWS, sql=sql(recent))
    assert "it asks what time it is" in kept.compiler.originals[1][0][1]
    assert "it asks what time it is" in kept.reason(COUNTRIES)


def test_groups_are_preferred_to_rows() -> None:
    kept = with_rollups(ROWS, BY_MONTH)
    assert used(kept, COUNTRIES) == ["orders.by_month"]
    assert used(kept, asking(measures=("orders.buyers",))) == ["orders.rows"]


# Rollups of rollups.


def test_a_join_of_rollups_keeps_the_members_that_it_names() -> None:
    inner = rollup("inner", ("orders.count",))
    joined = replace(BY_MONTH, type=RollupType.ROLLUP_JOIN, rollups=(reference("CUBE.inner"),))
    kept = with_rollups(inner, joined)
    assert used(kept, COUNTRIES) == ["orders.by_month"]


def test_of_a_lambda_the_rollups_are_used_that_it_puts_together() -> None:
    first = rollup("first", ("orders.count",), ("accounts.country",))
    second = rollup("second", ("orders.header",), ("accounts.country",))
    whole = PreAggregation(
        "whole",
        RollupType.ROLLUP_LAMBDA,
        HERE,
        rollups=(reference("CUBE.first"), reference("orders.second")),
        unions_source=True,
    )
    parts = [replace(one, is_scheduled=False) for one in (first, second)]
    kept = with_rollups(*parts, whole)
    assert used(kept, asking(measures=("orders.count",))) == []
    tables = kept.keeper.build_named(kept.compiler, "orders.whole", CLUB, "UTC").split(", ")
    assert len(tables) == 2
    assert used(kept, asking(measures=("orders.count",))) == ["orders.first"]
    assert used(kept, asking(measures=("orders.header",))) == ["orders.second"]
    assert used(kept, COUNTRIES) == []


# Parts by time.


def rows_by_month(kept: Kept) -> dict[Any, set[int]]:
    """Where the rows of each month stand in the table of the only rollup."""
    ((shape, _),) = kept.compiler.shapes("UTC")[0]
    with kept.facts.cursor() as cursor:
        found = cursor.execute(
            f"SELECT orders__at__month, rowid FROM store.{shape.stored.table} "
            "WHERE rollup_owner = ?",
            [CLUB],
        ).fetchall()
    months: dict[Any, set[int]] = {}
    for month, row in found:
        months.setdefault(month, set()).add(row)
    return months


def test_only_the_periods_are_written_again_in_which_rows_differ() -> None:
    kept = with_rollups(replace(BY_MONTH, partition_granularity="month"))
    before = rows_by_month(kept)
    january, march = datetime(2024, 1, 1), datetime(2024, 3, 1)  # noqa: DTZ001 - wall clocks
    assert before.keys() == {january, march, None}
    orders = [one for one in shop.TABLES["orders"] if one["id"] not in (12, 16)]
    kept.facts.fill({"orders": [*orders, {**orders[0], "id": 50, "ordered_at": None}]})
    kept.now_seconds += EVERY_SECONDS
    kept.keeper.refresh()
    after = rows_by_month(kept)
    assert after.keys() == before.keys()
    assert after[january] == before[january]
    assert after[march].isdisjoint(before[march])
    assert after[None].isdisjoint(before[None])
    assert used(kept, COUNTRIES) == ["orders.by_month"]
    assert used(kept, asking(time_dimensions=(MONTHS,))) == ["orders.by_month"]


def test_the_periods_of_another_club_stay_as_they_are() -> None:
    kept = with_rollups(replace(BY_MONTH, partition_granularity="year"))
    ((shape, _),) = kept.compiler.shapes("UTC")[0]
    kept.keeper.build(shape.stored, OTHER_CLUB)
    kept.facts.fill({"orders": []})
    kept.keeper.build(shape.stored, CLUB)
    kept.keeper.build(shape.stored, OTHER_CLUB)
    assert used(kept, COUNTRIES) == ["orders.by_month"]
    with kept.facts.cursor() as cursor:
        (count,) = cursor.execute(
            f"SELECT count(*) FROM store.{shape.stored.table} WHERE rollup_owner = ?", [OTHER_CLUB]
        ).fetchall()
    assert count == (5,)


# Build ranges.


def ranged(start: str | None, end: str | None) -> Kept:
    ends = [None if one is None else sql(one) for one in (start, end)]
    return with_rollups(replace(BY_MONTH, build_range_start=ends[0], build_range_end=ends[1]))


def of_months(first: int, last: int, step: str | None = "month") -> Query:
    """Ask for whole months of 2024."""
    until = datetime(2024, last, 31, 23, 59, 59, 999_000)  # noqa: DTZ001 - a wall clock
    span = datetime(2024, first, 1), until  # noqa: DTZ001 - same
    return asking(time_dimensions=(TimeDimension("orders.at", step, span),))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("SELECT DATE '2024-01-01'", "SELECT TIMESTAMP '2024-03-31 23:59:59.999'"),
        ("SELECT TIMESTAMPTZ '2023-12-31 23:00:00-01'", "SELECT TIMESTAMP '2024-04-15'"),
        ("SELECT TIMESTAMP '2023-12-10'", None),
        (None, "SELECT max(ordered_at) + INTERVAL 1 MONTH FROM orders"),
    ],
)
def test_a_rollup_of_some_times_answers_what_is_about_them(
    start: str | None, end: str | None
) -> None:
    kept = ranged(start, end)
    assert used(kept, of_months(1, 3)) == ["orders.by_month"]
    assert used(kept, of_months(1, 3, None)) == ["orders.by_month"]
    assert "within its build range" in kept.reason(COUNTRIES)
    assert "within its build range" in kept.reason(asking(time_dimensions=(MONTHS,)))


def test_periods_that_are_not_whole_in_the_range_are_read_from_the_facts() -> None:
    kept = ranged("SELECT DATE '2024-01-02'", "SELECT TIMESTAMP '2024-03-31 23:59:59.998'")
    assert "within its build range" in kept.reason(of_months(1, 3))
    assert "within its build range" in kept.reason(of_months(3, 3))
    late = ranged("SELECT DATE '2024-01-01'", "SELECT DATE '2024-02-01'")
    assert used(late, of_months(1, 1)) == ["orders.by_month"]
    assert "within its build range" in late.reason(of_months(1, 3))


@pytest.mark.parametrize(
    ("end", "reason"),
    [("SELECT NULL::TIMESTAMP", "the build range has no end"), ("SELECT 'soon'", "epoch_us")],
)
def test_a_range_that_ends_at_no_time_is_said(end: str, reason: str) -> None:
    kept = ranged(None, end)
    assert reason in kept.reason(of_months(1, 3))
