"""Rollups of the little shop: when they are used, and when not and why."""

from dataclasses import replace
from datetime import datetime

import pytest

from semantic.access.principal import Principal
from semantic.query.query import (
    Computed,
    Constant,
    Formula,
    Group,
    Operand,
    Query,
    TimeDimension,
)
from semantic.query.query import Test as Comparison
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.filters import ContextValue, MemberFilter
from semantic.spec.measures import Grain, Stage
from semantic.spec.model import Model
from semantic.spec.policies import AccessPolicy, MemberSelection
from tests.semantic.oracle import shop
from tests.semantic.oracle.clubs import CLUB, OTHER_CLUB
from tests.semantic.oracle.rollups import reference, rollup
from tests.semantic.oracle.spec_text import HERE, dimension, measure, sql
from tests.semantic.rollups.shop_kept import (
    BY_MONTH,
    COUNTRIES,
    WINTER,
    Kept,
    asking,
    tuples,
    with_rollups,
    with_rollups_for,
)


@pytest.fixture(scope="module")
def by_month() -> Kept:
    """The shop with one rollup, which no test changes."""
    return with_rollups(BY_MONTH)


def test_a_rollup_is_read_instead_of_the_facts_and_says_so() -> None:
    reply = with_rollups(BY_MONTH).ask(COUNTRIES)
    ((table, name),) = reply.compiled.rollups.items()
    assert name == "orders.by_month"
    assert f'FROM {table} AS "rollup"' in reply.compiled.sql
    assert "orders.by_month" in reply.compiled.explanation.used[0]
    assert reply.compiled.tables == {"orders", "accounts"}
    assert reply.total == 2


@pytest.mark.parametrize(
    "query",
    [
        asking(time_dimensions=(TimeDimension("orders.at", "month", WINTER),)),
        asking(time_dimensions=(TimeDimension("orders.at", "year"),), order=(("orders.at", True),)),
        asking(time_dimensions=(TimeDimension("orders.at", "fiscal"),)),
        asking(time_dimensions=(TimeDimension("orders.at", None, WINTER),)),
        asking(dimensions=("accounts.country", "orders.at.quarter"), order=(("orders.at", False),)),
        asking(segments=("orders.big",)),
        asking(filters=(Comparison("accounts.name", "contains", ("e",)),)),
        asking(
            filters=(
                Group(
                    "or",
                    (
                        Comparison("orders.count", "gt", ("2",)),
                        Comparison("orders.header", "lt", ("1",)),
                    ),
                ),
            )
        ),
        asking(order=(("orders.count", False), ("accounts.country", True), ("orders.at", True))),
        asking(order=(), limit=None),
        asking(subtotals=((), ("accounts.country",))),
        asking(measures=("desk.header",), dimensions=("desk.country",)),
        Query(
            dimensions=("accounts.name",), time_dimensions=(TimeDimension("orders.at", "month"),)
        ),
        Query(measures=("orders.header",)),
        Query(
            measures=("orders.count",),
            filters=(Comparison("accounts.name", "equals", ("nobody",)),),
        ),
    ],
)
def test_what_a_rollup_has_is_answered_by_it(by_month: Kept, query: Query) -> None:
    assert list(by_month.ask(query).compiled.rollups.values()) == ["orders.by_month"]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (asking(measures=("orders.buyers",)), "measure 'orders.buyers' is not in it"),
        (asking(dimensions=("payments.method",)), "the query joins cubes that it does not join"),
        (asking(measures=("accounts.count",)), "measure 'accounts.count' is not in it"),
        (
            Query(dimensions=("accounts.country",)),
            "the query starts from 'accounts', the rollup from 'orders'",
        ),
        (asking(dimensions=("orders.id",)), "dimension 'orders.id' is not in it"),
        (asking(dimensions=("orders.at",)), "dimension 'orders.at' is not in it"),
        (
            asking(filters=(Comparison("orders.id", "equals", ("10",)),)),
            "dimension 'orders.id' is not in it",
        ),
        (
            asking(time_dimensions=(TimeDimension("orders.at", "day"),)),
            "'orders.at' is kept by month, which does not make up a day",
        ),
        (
            asking(
                time_dimensions=(
                    TimeDimension("orders.at", None, (datetime(2024, 1, 2), WINTER[1])),  # noqa: DTZ001
                )
            ),
            "the range of 'orders.at' does not begin and end with a month",
        ),
        (
            asking(time_dimensions=(TimeDimension("orders.at", "month"),), timezone="Asia/Tokyo"),
            "it is kept for UTC, the query is for Asia/Tokyo",
        ),
        (
            asking(measures=("orders.average",)),
            "'orders.average' cannot be put together from parts",
        ),
        (
            Query(
                measures=("orders.two_months",),
                time_dimensions=(TimeDimension("orders.at", "month", WINTER),),
            ),
            "'orders.two_months' looks at other times",
        ),
        (asking(is_ungrouped=True), "the query is ungrouped"),
        (
            asking(join_hints=(("orders", "accounts"),)),
            "the query says itself how cubes are joined",
        ),
    ],
)
def test_what_a_rollup_has_not_is_answered_by_the_facts(
    by_month: Kept, query: Query, reason: str
) -> None:
    assert reason in by_month.reason(query)


def test_a_segment_or_time_that_is_not_kept_is_answered_by_the_facts() -> None:
    plain = with_rollups(rollup("plain", ("orders.count", "orders.header"), ("accounts.country",)))
    assert "segment 'orders.big' is not in it" in plain.reason(asking(segments=("orders.big",)))
    timed = asking(time_dimensions=(TimeDimension("orders.at", "month"),))
    assert "time dimension 'orders.at' is not in it" in plain.reason(timed)


def test_an_average_is_read_by_the_very_dimensions_of_its_rollup() -> None:
    kept = with_rollups(
        rollup(
            "exact",
            ("orders.average", "orders.buyers", "orders.count"),
            ("accounts.country",),
            (),
            ("orders.big",),
        )
    )
    exact = asking(measures=("orders.average", "orders.buyers"), segments=("orders.big",))
    assert kept.ask(exact).compiled.rollups
    assert "has not the very dimensions" in kept.reason(asking(measures=("orders.buyers",)))
    shown = asking(measures=("orders.buyers",), segments=("orders.big",), subtotals=((),))
    assert "cannot be put together" in kept.reason(shown)


def test_a_ratio_is_calculated_from_the_sums_of_a_rollup() -> None:
    kept = with_rollups(rollup("sums", ("orders.big_share", "orders.count"), ("accounts.country",)))
    share = Query(measures=("orders.big_share", "orders.header"))
    assert kept.ask(share).compiled.rollups


def test_times_are_kept_by_periods_of_the_own_and_as_they_are() -> None:
    fiscal = with_rollups(rollup("own", ("orders.count",), (), (("orders.at", "fiscal"),)))
    by_fiscal = TimeDimension("orders.at", "fiscal")
    assert fiscal.ask(
        Query(measures=("orders.count",), time_dimensions=(by_fiscal,))
    ).compiled.rollups
    by_year = Query(
        measures=("orders.count",), time_dimensions=(TimeDimension("orders.at", "year"),)
    )
    assert "kept by fiscal" in fiscal.reason(by_year)
    by_day = with_rollups(rollup("days", ("orders.count",), (), (("orders.at", "day"),)))
    assert by_day.ask(
        Query(measures=("orders.count",), time_dimensions=(by_fiscal,))
    ).compiled.rollups
    raw = with_rollups(rollup("raw", ("orders.count",), ("orders.at",)))
    assert raw.ask(by_year).compiled.rollups
    assert raw.ask(Query(measures=("orders.count",), dimensions=("orders.at",))).compiled.rollups


def test_a_rollup_is_kept_for_the_time_zone_of_the_club() -> None:
    kept = with_rollups(BY_MONTH)
    caller = replace(shop.ASKER, timezone="Europe/Brussels")
    query = asking(
        time_dimensions=(TimeDimension("orders.at", "month"),), timezone="Europe/Brussels"
    )
    assert kept.reason(query, caller) == "it is not built yet"
    kept.keeper.refresh()
    assert kept.ask(query, caller).compiled.rollups


def test_a_rollup_of_facts_that_start_from_different_cubes_is_never_used() -> None:
    kept = with_rollups(rollup("two", ("orders.count", "invoices.count"), ("accounts.country",)))
    assert "start from different cubes: invoices, orders" in kept.reason(COUNTRIES)


def test_a_rollup_of_a_window_of_time_is_never_used() -> None:
    kept = with_rollups(rollup("rolled", ("orders.two_months",), (), (("orders.at", "month"),)))
    assert "orders.two_months is a window of time" in kept.reason(COUNTRIES)


def test_a_club_reads_its_own_rows_of_a_rollup() -> None:
    kept = with_rollups(BY_MONTH)
    other = Principal(OTHER_CLUB, frozenset())
    assert kept.reason(COUNTRIES, other) == "it is not built yet"
    kept.keeper.refresh()
    assert kept.ask(COUNTRIES, other).compiled.rollups
    assert kept.ask(COUNTRIES).compiled.rollups


def test_rows_that_a_policy_hides_are_hidden_in_a_rollup_too() -> None:
    row = MemberFilter(reference("accounts.name"), "equals", (ContextValue(("name",)),), HERE)
    policies = (AccessPolicy(frozenset({"sales"}), HERE, rows=(row,)),)
    kept = with_rollups_for(policies)
    anna = Principal(CLUB, frozenset({"sales"}), {"name": "Anna"})
    kept.ask(COUNTRIES, anna)
    kept.keeper.refresh()
    reply = kept.ask(COUNTRIES, anna)
    assert reply.compiled.rollups
    assert tuples(reply)[0][:2] == ("BE", 2)


def test_a_policy_by_what_a_rollup_has_not_reads_the_facts() -> None:
    row = MemberFilter(reference("id"), "equals", ("10",), HERE)
    kept = with_rollups_for((AccessPolicy(frozenset({"sales"}), HERE, rows=(row,)),))
    assert kept.reason(COUNTRIES) == "dimension 'orders.id' is not in it"


def test_policies_that_show_different_rows_of_two_facts_read_the_facts() -> None:
    row = MemberFilter(reference("accounts.name"), "set", (), HERE)
    kept = with_rollups_for((AccessPolicy(frozenset({"sales"}), HERE, rows=(row,)),))
    both = rollup("both", ("orders.count", "payments.paid"), ("accounts.country", "accounts.name"))
    cubes = kept.model.cubes
    own = replace(cubes["orders"], pre_aggregations={"both": both})
    kept = Kept(kept.facts, Model({**cubes, "orders": own}, {}, version="both"))
    query = asking(measures=("orders.count", "payments.paid"))
    assert kept.reason(query) == "policies show this caller different rows of its facts"


def test_what_is_masked_for_a_caller_reads_the_facts() -> None:
    masked = AccessPolicy(
        frozenset({"sales"}),
        HERE,
        members=MemberSelection(None, frozenset({"header"})),
        masked=MemberSelection(frozenset({"header"})),
    )
    kept = with_rollups_for((masked,))
    assert kept.reason(COUNTRIES) == "members of the query are masked for this caller"


def test_a_model_without_rollups_is_compiled_as_ever() -> None:
    kept = with_rollups()
    assert kept.ask(COUNTRIES).compiled.explanation.rejected == ()


def test_matches_that_were_not_asked_for_long_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("semantic.rollups.compiler.KEPT", 2)
    kept = with_rollups(BY_MONTH)
    for limit in (1, 2, 3, 1):
        assert kept.ask(asking(limit=limit)).compiled.rollups
    assert len(kept.compiler._matched) == 2


def test_a_measure_of_several_stages_beside_a_rollup_harms_nothing() -> None:
    orders = shop.MODEL.cubes["orders"]
    staged = {
        **orders.measures,
        "odd": replace(orders.measures["big_share"], name="odd", filters=(sql("{CUBE}.id > 1"),)),
    }
    kept = with_rollups(BY_MONTH, measures=staged)
    assert kept.ask(COUNTRIES).compiled.rollups


def test_a_measure_of_groups_of_the_answer_reads_the_facts() -> None:
    orders = shop.MODEL.cubes["orders"]
    everything = Stage(grain=Grain(keep_only=()))
    staged = {
        **orders.measures,
        "whole": measure("whole", "sum", "{header}", stage=everything),
    }
    kept = with_rollups(BY_MONTH, measures=staged)
    reason = kept.reason(asking(measures=("orders.whole",)))
    assert reason == "measures of several stages are computed from the facts"
    of_stages = with_rollups(rollup("kept", ("orders.whole",)), measures=staged)
    assert of_stages.reason(COUNTRIES) == "its measures are of several stages"


def test_what_changes_with_time_alone_is_not_kept() -> None:
    orders = shop.MODEL.cubes["orders"]
    recent = measure("recent", "count", where=("{CUBE}.ordered_at > current_date",))
    kept = with_rollups(
        rollup("kept", ("orders.recent",)), measures={**orders.measures, "recent": recent}
    )
    assert "it asks what time it is" in kept.reason(COUNTRIES)


def test_a_switch_has_no_values_to_keep() -> None:
    orders = shop.MODEL.cubes["orders"]
    switch = Dimension("mode", DimensionType.SWITCH, HERE, values=("a", "b"))
    kept = with_rollups(
        rollup("kept", ("orders.count",), ("orders.mode",)),
        dimensions={**orders.dimensions, "mode": switch},
    )
    assert "a switch has its values in no row" in kept.reason(COUNTRIES)


def test_what_a_query_computes_of_dimensions_is_computed_of_those_of_a_rollup(
    by_month: Kept,
) -> None:
    initial = Formula(
        ("coalesce(", Operand("accounts.name"), ", ", Constant("nobody", "VARCHAR"), ")"), "string"
    )
    month = Operand("orders.at", "month")
    query = Query(
        measures=("orders.count", "orders.header"),
        computed=(Computed("initial", initial), Computed("month", Formula((month,), "time"))),
        filters=(Formula((month, " < TIMESTAMP '2024-03-01'"), "boolean"),),
    )
    assert by_month.ask(query).compiled.rollups
    of_day = Formula((Operand("orders.at", "day"),), "time")
    finer = replace(query, computed=(Computed("day", of_day),))
    assert "which does not make up a day" in by_month.reason(finer)


def test_a_dimension_that_is_a_sub_query_reads_the_facts() -> None:
    orders = shop.MODEL.cubes["orders"]
    ordered = dimension("ordered", "number", "{lines.quantity}", is_sub_query=True)
    kept = with_rollups(BY_MONTH, dimensions={**orders.dimensions, "ordered": ordered})
    assert kept.reason(asking(dimensions=("orders.ordered",))) == "orders.ordered is a sub-query"
