"""From JSON to queries in normal form, and how answers repeat them."""

from datetime import datetime
from typing import Any

import pytest

from semantic.query.query import Group, Query, QueryError, TimeDimension
from semantic.query.query import Test as Comparison
from semantic.query.reading import Asked, QueryKind, Reader

NOW = datetime.fromisoformat("2024-05-15T12:00:00Z")
READER = Reader(now=NOW)


def read(raw: Any) -> Asked:
    (asked,) = READER.read(raw).queries
    return asked


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_everything_that_a_query_says_is_in_its_normal_form() -> None:
    asked = read(
        {
            "measures": ["a.m", "a.m"],
            "dimensions": ["a.d", "a.t.month"],
            "timeDimensions": [{"dimension": "a.t", "dateRange": "this month"}],
            "segments": ["a.s"],
            "order": {"a.m": "desc", "a.d": "asc"},
            "limit": 10.0,
            "offset": 20,
            "timezone": "europe/brussels",
            "ungrouped": False,
            "total": True,
            "joinHints": [["a", "b"]],
            "extensions": {"mixedConditions": True, "subtotals": [["a.d"], []]},
        }
    )
    assert asked.query == Query(
        measures=("a.m",),
        dimensions=("a.d",),
        time_dimensions=(
            TimeDimension("a.t", None, (at("2024-05-01"), at("2024-05-31T23:59:59.999"))),
            TimeDimension("a.t", "month"),
        ),
        segments=("a.s",),
        order=(("a.m", True), ("a.d", False)),
        limit=10,
        offset=20,
        timezone="Europe/Brussels",
        wants_total=True,
        join_hints=(("a", "b"),),
        is_mixed_allowed=True,
        subtotals=(("a.d",), ()),
    )


def test_an_answer_repeats_the_query_with_what_was_filled_in() -> None:
    assert read({"measures": ["a.m"]}).echo == {
        "measures": ["a.m"],
        "dimensions": [],
        "timeDimensions": [],
        "limit": 10000,
        "timezone": "UTC",
        "filters": [],
        "rowLimit": 10000,
    }
    echo = read(
        {
            "dimensions": ["a.d", "a.t.day"],
            "timeDimensions": [{"dimension": "a.t", "dateRange": ["2024-01-01"]}],
            "order": [["a.d", "desc"]],
            "ungrouped": True,
            "responseFormat": "compact",
        }
    ).echo
    assert echo["dimensions"] == ["a.d"]
    assert echo["timeDimensions"] == [
        {"dimension": "a.t", "dateRange": ["2024-01-01T00:00:00.000", "2024-01-01T23:59:59.999"]},
        {"dimension": "a.t", "granularity": "day"},
    ]
    assert echo["order"] == [{"id": "a.d", "desc": True}]
    assert (echo["ungrouped"], echo["responseFormat"]) == (True, "compact")
    assert "measures" not in echo


@pytest.mark.parametrize("order", [{}, []])
def test_an_empty_order_is_none_at_all(order: Any) -> None:
    asked = read({"measures": ["a.m"], "order": order})
    assert asked.query.order == ()
    assert asked.echo["order"] == []
    assert read({"measures": ["a.m"]}).query.order is None


def test_the_readers_zone_holds_where_a_query_names_none() -> None:
    reader = Reader("Europe/Brussels", now=NOW)
    assert reader.read({"measures": ["a.m"]}).queries[0].query.timezone == "Europe/Brussels"
    empty = reader.read({"measures": ["a.m"], "timezone": ""})
    assert empty.queries[0].query.timezone == "Europe/Brussels"


@pytest.mark.parametrize(
    ("given", "reader", "mode"),
    [
        ({}, READER, "stale-if-slow"),
        ({"cache": "no-cache"}, READER, "no-cache"),
        ({"cacheMode": "must-revalidate"}, READER, "must-revalidate"),
        ({"cache": "no-cache"}, Reader(cache_mode="must-revalidate"), "must-revalidate"),
    ],
)
def test_the_requests_cache_mode_goes_before_the_querys(
    given: dict[str, str], reader: Reader, mode: str
) -> None:
    assert reader.read({"measures": ["a.m"], **given}).queries[0].cache_mode == mode


FILTERS: list[tuple[Any, Comparison, list[Any] | None]] = [
    ({"operator": "equals", "values": [1, 2.0, 2.5, True, False, None, "x"]},
     Comparison("a.d", "equals", ("1", "2", "2.5", "true", "false", None, "x")),
     ["1", "2", "2.5", "true", "false", None, "x"]),
    ({"operator": "set"}, Comparison("a.d", "set"), None),
    ({"operator": "notSet", "values": ["x"]}, Comparison("a.d", "notSet"), ["x"]),
    ({"operator": "measureFilter"}, Comparison("a.d", "measureFilter"), None),
    ({"operator": "inDateRange", "values": ["last week"]},
     Comparison("a.d", "inDateRange", ("2024-05-06T00:00:00.000", "2024-05-12T23:59:59.999")),
     ["2024-05-06T00:00:00.000", "2024-05-12T23:59:59.999"]),
    ({"operator": "notInDateRange", "values": ["2024-01-01", "2024-01-31"]},
     Comparison("a.d", "notInDateRange", ("2024-01-01T00:00:00.000", "2024-01-31T23:59:59.999")),
     ["2024-01-01", "2024-01-31"]),
    ({"operator": "onTheDate", "values": ["2024-01-01"]},
     Comparison("a.d", "onTheDate", ("2024-01-01T00:00:00.000", "2024-01-01T23:59:59.999")),
     ["2024-01-01T00:00:00.000", "2024-01-01T23:59:59.999"]),
    ({"operator": "beforeDate", "values": ["2024-01-01"]},
     Comparison("a.d", "beforeDate", ("2024-01-01T00:00:00.000",)), ["2024-01-01"]),
    ({"operator": "afterDate", "values": ["2024-01-01"]},
     Comparison("a.d", "afterDate", ("2024-01-01T23:59:59.999",)), ["2024-01-01"]),
    ({"operator": "beforeOrOnDate", "values": ["2024-01-01 10:00"]},
     Comparison("a.d", "beforeOrOnDate", ("2024-01-01T10:00:00.000",)), ["2024-01-01 10:00"]),
    ({"operator": "afterOrOnDate", "values": ["this month"]},
     Comparison("a.d", "afterOrOnDate", ("2024-05-01T00:00:00.000",)), ["2024-05-01T00:00:00.000"]),
    ({"operator": "afterDate", "values": ["this month"]},
     Comparison("a.d", "afterDate", ("2024-05-31T23:59:59.999",)), ["2024-05-31T23:59:59.999"]),
]  # fmt: skip


@pytest.mark.parametrize(("given", "expected", "echoed"), FILTERS)
def test_values_become_texts_and_dates_are_resolved(
    given: Any, expected: Comparison, echoed: list[Any] | None
) -> None:
    asked = read({"measures": ["a.m"], "filters": [{"member": "a.d", **given}]})
    assert asked.query.filters == (expected,)
    (echo,) = asked.echo["filters"]
    assert echo.get("values") == echoed
    assert (echo["member"], echo["operator"]) == ("a.d", given["operator"])


def test_groups_of_filters_keep_their_form() -> None:
    nested = {
        "or": [
            {"dimension": "a.d", "operator": "onTheDate", "values": ["today"]},
            {"and": [{"member": "a.e", "operator": "gt", "values": [5]}]},
        ]
    }
    asked = read({"measures": ["a.m"], "filters": [nested]})
    today = ("2024-05-15T00:00:00.000", "2024-05-15T23:59:59.999")
    inner = Group("and", (Comparison("a.e", "gt", ("5",)),))
    assert asked.query.filters == (Group("or", (Comparison("a.d", "onTheDate", today), inner)),)
    assert asked.echo["filters"] == [
        {
            "or": [
                {"member": "a.d", "operator": "onTheDate", "values": list(today)},
                {"and": [{"member": "a.e", "operator": "gt", "values": ["5"]}]},
            ]
        }
    ]


@pytest.mark.parametrize(
    ("operator", "values", "message"),
    [
        (
            "equals",
            [],
            'Values required for filter: {"member":"a.d","operator":"equals","values":[]}',
        ),
        ("inDateRange", ["2024-01-01", "last week"], "Relative-date strings are only supported"),
        ("inDateRange", ["2024-01-01"] * 3, "takes one date or two"),
        ("inDateRange", [None], "needs dates, not null"),
        ("beforeDate", ["2024-01-01", "2024-01-02"], "takes one date"),
        ("afterDate", ["soon"], "Can't parse date: 'soon'"),
    ],
)
def test_values_that_do_not_fit_the_operator_are_refused(
    operator: str, values: list[Any], message: str
) -> None:
    with pytest.raises(QueryError) as refused:
        read(
            {
                "measures": ["a.m"],
                "filters": [{"member": "a.d", "operator": operator, "values": values}],
            }
        )
    assert message in refused.value.message
    assert (refused.value.kind, refused.value.status) == ("", 400)


def test_compared_ranges_are_queries_of_their_own() -> None:
    raw = {
        "measures": ["a.m"],
        "timeDimensions": [
            {"dimension": "a.u", "granularity": "day"},
            {"dimension": "a.t", "compareDateRange": ["this month", ["2024-01-01", "2024-01-31"]]},
        ],
    }
    request = READER.read(raw)
    assert request.kind is QueryKind.COMPARE
    spans = [one.query.time_dimensions[1].date_range for one in request.queries]
    assert spans == [
        (at("2024-05-01"), at("2024-05-31T23:59:59.999")),
        (at("2024-01-01"), at("2024-01-31T23:59:59.999")),
    ]
    assert all(one.query.time_dimensions[0].granularity == "day" for one in request.queries)


def test_only_one_time_dimension_is_compared() -> None:
    times = [{"dimension": name, "compareDateRange": ["today"]} for name in ("a.t", "a.u")]
    with pytest.raises(QueryError, match="compareDateRange can only exist for one timeDimension"):
        READER.read({"measures": ["a.m"], "timeDimensions": times})


def blended(*granularities: str | None) -> list[dict[str, Any]]:
    return [
        {
            "measures": ["a.m"],
            "timeDimensions": [{"dimension": "a.t", "granularity": one}] if one else [],
        }
        for one in granularities
    ]


def test_blended_queries_have_one_granularity() -> None:
    request = READER.read(blended("day", "day"))
    assert (request.kind, len(request.queries)) == (QueryKind.BLENDING, 2)
    with pytest.raises(QueryError, match="Data blending query granularities must match"):
        READER.read(blended("day", "month"))
    for queries in (blended(None, None), blended("day", None)):
        with pytest.raises(QueryError, match="without granularity is not supported"):
            READER.read(queries)


def test_answers_of_one_request_have_one_form() -> None:
    compact, plain = blended("day", "day")
    request = READER.read([{**one, "responseFormat": "compact"} for one in (compact, plain)])
    assert request.response_format == "compact"
    with pytest.raises(QueryError, match='"responseFormat" must be the same in all queries'):
        READER.read([{**compact, "responseFormat": "compact"}, plain])
    with pytest.raises(QueryError, match="arrow answers one query"):
        READER.read([{**one, "responseFormat": "arrow"} for one in (compact, plain)])


def test_wrong_forms_beside_time_dimensions_are_refused_where_they_stand() -> None:
    for raw in ({"timeDimensions": 5}, {"timeDimensions": [5], "measures": 5}):
        with pytest.raises(QueryError, match="Invalid query format"):
            READER.read(raw)
