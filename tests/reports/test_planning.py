"""From a definition and what a reader chose to queries, columns, blocks and notices."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reports.build import check_definition, drill_query, plan
from reports.library import STANDARD
from reports.spec import Definition, ParameterError, read_definition, write_definition
from tests.reports.conftest import simple

TODAY = date(2026, 11, 22)
Meta = list[dict[str, Any]]


def made(meta: Meta, definition: Definition | str, language: str = "en", **values: Any) -> Any:
    """A plan as JSON."""
    found = STANDARD[definition] if isinstance(definition, str) else definition
    return _plan(meta, found, language, values).as_json()


def _plan(meta: Meta, definition: Definition, language: str, values: dict[str, Any]) -> Any:
    return plan(
        definition,
        values,
        meta,
        language=language,
        today=TODAY,
        time_zone="Europe/Brussels",
        currency="EUR",
        version=3,
    )


def query(planned: Any, name: str) -> Any:
    return next(one for one in planned["queries"] if one["name"] == name)


def without(meta: Meta, *names: str) -> Meta:
    """The models as somebody is told of them who may not see some members."""
    kinds = ("measures", "dimensions", "segments")
    return [
        {
            **place,
            **{kind: [one for one in place[kind] if one["name"] not in names] for kind in kinds},
        }
        for place in meta
    ]


def test_a_plan_says_everything_that_a_page_needs(meta: Meta) -> None:
    planned = made(meta, "sales_by_season", "nl-BE", period="this month")
    assert planned["report"]["title"] == "Verkoop per seizoen"
    assert planned["report"]["version"] == 3
    period = next(one for one in planned["parameters"] if one["name"] == "period")
    assert period["resolved"] == ["2026-11-01", "2026-11-30"]
    asked = query(planned, "main")["query"]
    assert asked["timezone"] == "Europe/Brussels"
    assert asked["timeDimensions"] == [
        {"dimension": "sales.moved_on", "dateRange": ["2026-11-01", "2026-11-30"]}
    ]
    column = query(planned, "main")["columns"][-1]
    assert column["title"] == "Gemiddelde verkoop"
    assert column["format"]["kind"] == "currency"
    assert column["format"]["currency"] == "EUR"
    assert not column["additive"]
    assert query(planned, "main.totals")["totals_of"] == "main"
    assert [one["kind"] for one in planned["blocks"]] == ["numbers", "chart", "table"]
    assert planned["notices"] == []
    assert planned["vega"]["dark"]["locale"]["number"]["decimal"] == ","


def test_a_season_is_chosen_by_the_day_or_by_its_code(meta: Meta) -> None:
    (current,) = query(made(meta, "sales_by_product"), "main")["query"]["filters"]
    assert [one["values"] for one in current["and"]] == [["2026-11-22"], ["2026-11-22"]]
    both = made(meta, "sales_by_product", season=["S1", "previous"])
    (either,) = query(both, "main")["query"]["filters"]
    assert either["or"][0]["values"] == ["S1"]
    assert either["or"][1]["and"][0]["values"] == ["2025-11-22"]


def test_a_choice_says_which_day_the_period_is_about(meta: Meta) -> None:
    planned = made(meta, "sales_by_product", period=["2026-01-01", "2026-01-31"], date_role="event")
    (time,) = query(planned, "main")["query"]["timeDimensions"]
    assert time["dimension"] == "sales.calendar_item_starts_at"


def test_a_state_is_as_of_a_day_and_other_days_only_choose_its_rows(meta: Meta) -> None:
    planned = made(meta, "occupancy", season=None, as_of="2026-03-31", period="next 7 days")
    filters = query(planned, "main")["query"]["filters"]
    assert filters == [
        {"member": "inventory.day", "operator": "beforeOrOnDate", "values": ["2026-03-31"]},
        {
            "member": "inventory.calendar_item_starts_at",
            "operator": "inDateRange",
            "values": ["2026-11-23", "2026-11-29"],
        },
    ]
    months = query(made(meta, "account_statement", period="last year"), "months")["query"]
    assert months["timeDimensions"][0]["dateRange"] == ["2025-01-01", "2025-12-31"]


def test_numbers_bound_measures_and_rows(meta: Meta) -> None:
    bound = {"name": "least", "kind": "number", "title": "Least", "members": ["sales.net_bookings"]}
    found = read_definition(simple(parameters=[bound]), where="")
    planned = made(meta, found, least=100)
    assert query(planned, "main")["query"]["filters"] == [
        {"member": "sales.net_bookings", "operator": "gte", "values": ["100"]}
    ]
    assert [one["name"] for one in planned["queries"]] == ["main"], "no totals of chosen rows"
    assert query(made(meta, "top_accounts", rows=5), "main")["query"]["limit"] == 5


def test_a_currency_that_is_chosen_is_the_one_that_is_shown(meta: Meta) -> None:
    columns = query(made(meta, "sales_by_product", currency="JPY"), "totals")["columns"]
    shown = {one["key"]: one["format"] for one in columns}
    assert shown["sales.net_bookings"]["currency"] == "JPY"
    assert shown["sales.net_bookings"]["decimals"] == 0
    split = {"main": {"measures": ["sales.net_bookings"], "dimensions": ["sales.currency"]}}
    found = read_definition(simple(queries=split), where="")
    assert query(made(meta, found), "main")["columns"][-1]["format"]["currency"] is None


@pytest.mark.parametrize(
    ("values", "span", "shift"),
    [
        ({"period": "this month", "compare": "previous_period"}, "2026-10-01", {"months": 1}),
        ({"period": "last 7 days", "compare": "previous_period"}, "2026-11-08", {"days": 7}),
        ({"period": "this month", "compare": "previous_year"}, "2025-11-01", {"months": 12}),
        ({"period": "this month", "compare": "previous_season"}, "2025-11-01", {"months": 12}),
    ],
)
def test_numbers_stand_beside_those_of_another_period(
    meta: Meta, values: dict[str, Any], span: str, shift: dict[str, int]
) -> None:
    planned = made(meta, "sales_by_product", **values)
    beside = query(planned, "main.compare")
    assert beside["compare_of"] == "main"
    assert beside["shift"] == shift
    assert beside["query"]["timeDimensions"][0]["dateRange"][0] == span
    assert beside["on"] == [
        "sales.product_group_name",
        "sales.product_name",
        "sales.price_list_name",
    ]
    totals = query(planned, "main.totals.compare")
    assert (totals["totals_of"], totals["compare_of"]) == ("main.compare", "main.totals")


def test_another_season_stands_beside_by_its_code(meta: Meta) -> None:
    planned = made(meta, "sales_by_product", compare="season:S25")
    assert query(planned, "main.compare")["query"]["filters"][0]["values"] == ["S25"]
    assert query(planned, "main.compare")["shift"] is None


def test_a_period_beside_is_drawn_in_the_charts_of_times(meta: Meta) -> None:
    planned = made(meta, "cancellations", period="last 3 months", compare="previous_year")
    chart = next(one for one in planned["blocks"] if one["kind"] == "chart")
    assert chart["queries"] == ["months", "months.compare"]
    assert [one.get("data") for one in chart["spec"]["layer"]] == [None, {"name": "months.compare"}]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (
            {"saeson": 1},
            "parameters.saeson: the report has no such parameter; did you mean 'season",
        ),
        ({"period": "soon"}, "parameters.period: 'soon' is no range of days; write two days"),
        ({"period": ["2026-02-01", "2026-01-01"]}, "parameters.period: a list is no range"),
        ({"currency": ["EUR", "USD"]}, "parameters.currency: takes one value; choose one"),
        ({"account": [{}]}, "parameters.account: an object is no value"),
        ({"account": ["x"] * 201}, "parameters.account: has 201 values"),
        ({"date_role": "paid"}, "parameters.date_role: 'paid' is not among the options"),
        ({"compare": "last"}, "parameters.compare: 'last' is nothing to compare with"),
        ({"compare": "previous_year"}, "parameters.compare: there is no period to compare with"),
        ({"season": None, "compare": "previous_season"}, "there is no season to compare with"),
        ({"season": ["S1"], "compare": "previous_season"}, "the season before 'S1' is not known"),
        (
            {"season": ["S1"], "period": "this year", "compare": "previous_year"},
            "the season before 'S1' is not known",
        ),
    ],
)
def test_values_that_cannot_be_used_are_refused_with_what_can(
    meta: Meta, values: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ParameterError) as refused:
        made(meta, "sales_by_product", **values)
    assert problem in str(refused.value)


@pytest.mark.parametrize("value", [True, "many", 0, 1.5])
def test_a_number_of_rows_is_a_whole_number(meta: Meta, value: Any) -> None:
    with pytest.raises(ParameterError, match=r"parameters\.rows"):
        made(meta, "top_accounts", rows=value)
    with pytest.raises(ParameterError, match="no day"):
        made(meta, "occupancy", as_of="last month")


def test_what_is_not_there_is_left_out_with_a_notice(meta: Meta) -> None:
    seen = without(meta, "sales.average_deal", "sales.sale_type", "sales.account_segment")
    planned = made(seen, "sales_by_season", "fr")
    paths = [one["path"] for one in planned["notices"]]
    assert "queries.main.measures[4]" in paths
    assert "queries.main.dimensions[2]" in paths
    assert "blocks[0].members[4]" in paths
    assert "parameters[5]" in paths
    assert all("acc" in one["message"] for one in planned["notices"])
    assert "sales.average_deal" not in [one["key"] for one in query(planned, "main")["columns"]]


def test_a_number_whose_filter_is_gone_is_not_shown_at_all(meta: Meta) -> None:
    seen = without(meta, "sales.cancelled", "sales.account_name", "invoicing.kind")
    planned = made(seen, "cancellations")
    assert [one["name"] for one in planned["queries"]] == ["totals"]
    assert "queries.credit_notes.filters[0]" in [one["path"] for one in planned["notices"]]
    hidden = made(seen, "sales_by_product", account=["A"])
    assert hidden["queries"] == []
    assert hidden["blocks"] == []
    ranged = {"dimension": "sales.moved_on", "dateRange": "this year"}
    main = {"measures": ["sales.net_bookings"], "timeDimensions": [ranged]}
    blocks = [{"kind": "numbers", "query": "main", "members": ["sales.net_bookings"]}]
    found = read_definition(simple(queries={"main": main}, blocks=blocks), where="")
    assert made(without(meta, "sales.moved_on"), found)["queries"] == []


def test_a_report_of_a_view_that_is_gone_says_so(meta: Meta) -> None:
    planned = made([one for one in meta if one["name"] != "sales"], "sales_by_season", "nl")
    assert planned["queries"] == []
    assert planned["blocks"] == []
    assert any("niets over" in one["message"] for one in planned["notices"])


def test_a_chart_that_lacks_something_is_left_out(meta: Meta) -> None:
    planned = made(without(meta, "sales.season_name"), "sales_by_season")
    assert [one["kind"] for one in planned["blocks"]] == ["numbers", "table"]
    assert "blocks[1]" in [one["path"] for one in planned["notices"]]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"measures": ["sales.net_booking"]}, "did you mean 'sales.net_bookings'?"),
        ({"measures": ["sales.product_name"]}, "is a dimension, not a measure"),
        ({"dimensions": ["sales.product_nam"]}, "did you mean 'sales.product_name'?"),
        ({"segments": ["sales.x"]}, "there is no segment 'sales.x'"),
        ({"timeDimensions": [{"dimension": "sales.kind"}]}, "not a dimension of days or instants"),
        (
            {"timeDimensions": [{"dimension": "sales.moved_on", "granularity": "decade"}]},
            "write one of second, minute, hour, day, week, month, quarter, year, fiscal_year",
        ),
        (
            {"filters": [{"member": "sales.currency", "operator": "equals", "values": ["A", "B"]}]},
            "amounts of different currencies would be added up",
        ),
        (
            {"filters": [{"member": "sales.nothing", "operator": "gt", "values": [3]}]},
            "there is no measure 'sales.nothing'",
        ),
        (
            {
                "filters": [
                    {
                        "or": [
                            {"member": "sales.net_bookings", "operator": "gt", "values": [3]},
                            {"member": "sales.kind", "operator": "set"},
                        ]
                    }
                ]
            },
            "compares measures and dimensions in one condition",
        ),
    ],
)
def test_a_definition_is_checked_against_the_models(
    meta: Meta, changed: dict[str, Any], problem: str
) -> None:
    main = {"measures": ["sales.net_bookings"], **changed}
    found = read_definition(simple(queries={"main": main}, blocks=[]), where="")
    assert any(problem in str(one) for one in check_definition(found, meta))


def test_a_parameter_may_not_add_currencies_up(meta: Meta) -> None:
    given = {
        "name": "currency",
        "kind": "member",
        "title": "x",
        "members": ["sales.currency"],
        "multiple": True,
    }
    (problem,) = check_definition(read_definition(simple(parameters=[given]), where=""), meta)
    assert problem.path == "parameters[0].multiple"
    wrong = {"name": "p", "kind": "date_range", "title": "x", "members": ["sales.kind"]}
    (problem,) = check_definition(read_definition(simple(parameters=[wrong]), where=""), meta)
    assert problem.path == "parameters[0].members[0]"


def test_a_number_drills_with_the_filters_of_its_report_and_row(meta: Meta) -> None:
    ready = _plan(meta, STANDARD["cancellations"], "en", {"season": None, "account": ["Ann"]})
    row = {"sales.moved_on.month": "2026-02-01T00:00:00.000"}
    asked = drill_query(ready, "months", row, "sales.cancellations")
    assert asked["segments"] == ["sales.cancelled"]
    assert {"member": "sales.account_name", "operator": "equals", "values": ["Ann"]} in asked[
        "filters"
    ]
    assert {
        "member": "sales.moved_on",
        "operator": "inDateRange",
        "values": ["2026-02-01", "2026-02-28"],
    } in asked["filters"]
    with pytest.raises(KeyError):
        drill_query(ready, "nothing", {}, "sales.cancellations")
    with pytest.raises(KeyError):
        drill_query(ready, "totals", {}, "sales.cancellation_share")


def test_a_state_drills_to_everything_up_to_the_end_of_its_period(meta: Meta) -> None:
    ready = _plan(
        meta, STANDARD["account_statement"], "en", {"period": ["2026-01-01", "2026-02-10"]}
    )
    row = {"receivables.posted_on.month": "2026-02-01T00:00:00.000"}
    asked = drill_query(ready, "months", row, "receivables.balance")
    (time,) = asked["timeDimensions"]
    assert time["dateRange"] == ["1900-01-01", "2026-02-10"]
    entry = {"receivables.account_name": None, "receivables.posted_on": "2026-02-03T00:00:00.000"}
    asked = drill_query(ready, "main", entry, "receivables.invoiced")
    assert {"member": "receivables.account_name", "operator": "notSet"} in asked["filters"]
    assert {
        "member": "receivables.posted_on",
        "operator": "beforeDate",
        "values": ["2026-02-03T00:00:00.001"],
    } in asked["filters"]


_texts = some.text(min_size=1, max_size=20).filter(str.strip)
_values = some.lists(some.one_of(_texts, some.integers(), some.booleans()), min_size=1, max_size=3)
_tests = some.builds(
    lambda operator, values: {"member": "sales.kind", "operator": operator, "values": values},
    some.sampled_from(["equals", "notEquals", "contains", "gt"]),
    _values,
)
_conditions = some.recursive(
    _tests,
    lambda inner: some.builds(
        lambda kind, parts: {kind: parts},
        some.sampled_from(["and", "or"]),
        some.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@given(some.lists(_conditions, max_size=3), _texts, some.sampled_from([None, 1, 50]))
def test_what_is_written_is_read_again_as_it_was(
    filters: list[Any], title: str, limit: int | None
) -> None:
    main = {**simple()["queries"]["main"], "filters": filters, "limit": limit}
    found = read_definition(simple(title=title, queries={"main": main}), where="")
    assert read_definition(write_definition(found), where="") == found


@given(some.lists(_texts, min_size=1, max_size=5))
def test_values_are_asked_for_as_they_were_chosen(values: list[str]) -> None:
    given_meta = _SMALL
    chosen = {"name": "group", "kind": "member", "title": "x", "multiple": True}
    chosen["members"] = ["sales.product_group_name"]
    found = read_definition(simple(parameters=[chosen]), where="")
    asked = query(made(given_meta, found, group=values), "main")["query"]
    assert asked["filters"] == [
        {"member": "sales.product_group_name", "operator": "equals", "values": values}
    ]


_SMALL: Meta = [
    {
        "name": "sales",
        "measures": [
            {"name": f"sales.{one}", "shortTitle": one, "type": "number", "aggType": "sum"}
            for one in ("net_bookings", "sale_count")
        ],
        "dimensions": [
            {"name": "sales.product_group_name", "shortTitle": "Group", "type": "string"}
        ],
        "segments": [],
    }
]
