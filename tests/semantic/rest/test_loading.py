"""Answers of /load, literally."""

from typing import Any

import pytest

from tests.semantic.rest.conftest import Shop, token

BY_STATUS = {
    "measures": ["sales.count", "sales.shipping"],
    "dimensions": ["sales.status"],
    "order": {"sales.status": "asc"},
}


def rows(answer: Any) -> Any:
    return answer["results"][0]["data"]


def test_numbers_are_texts_and_currencies_are_not_mixed(shop: Shop) -> None:
    assert rows(shop.load(BY_STATUS)) == [
        {"sales.status": "open", "sales.count": "2", "sales.shipping": "2.500"},
        {"sales.status": "paid", "sales.count": "2", "sales.shipping": "15.000"},
    ]


DRILLED = ["sales.id", "sales.status", "sales.ordered_at", "sales.accounts_name"]


def test_an_answer_has_everything_that_clients_read_in_its_order(shop: Shop) -> None:
    answer = shop.load(BY_STATUS)
    assert list(answer) == ["queryType", "results", "pivotQuery", "slowQuery"]
    assert answer["queryType"] == "regularQuery"
    assert answer["slowQuery"] is False
    (result,) = answer["results"]
    assert list(result) == [
        "query",
        "lastRefreshTime",
        "annotation",
        "dataSource",
        "dbType",
        "external",
        "slowQuery",
        "data",
    ]
    echo = {
        "measures": ["sales.count", "sales.shipping"],
        "dimensions": ["sales.status"],
        "timeDimensions": [],
        "limit": 10000,
        "timezone": "UTC",
        "filters": [],
        "rowLimit": 10000,
        "order": [{"id": "sales.status", "desc": False}],
    }
    assert result["query"] == echo
    assert answer["pivotQuery"] == {**echo, "queryType": "regularQuery"}
    assert result["lastRefreshTime"] == "2026-01-01T00:00:00.000Z"
    assert (result["dataSource"], result["dbType"], result["external"]) == (
        "default",
        "duckdb",
        False,
    )
    assert result["annotation"] == {
        "measures": {
            "sales.count": {
                "title": "Sales Count",
                "shortTitle": "Count",
                "type": "number",
                "drillMembers": [*DRILLED, "sales.net"],
                "drillMembersGrouped": {"measures": ["sales.net"], "dimensions": DRILLED},
            },
            "sales.shipping": {
                "title": "Sales Shipping",
                "shortTitle": "Shipping",
                "type": "number",
                "format": "currency",
                "currency": "EUR",
                "drillMembers": [],
                "drillMembersGrouped": {"measures": [], "dimensions": []},
            },
        },
        "dimensions": {
            "sales.status": {"title": "Sales Status", "shortTitle": "Status", "type": "string"}
        },
        "segments": {},
        "timeDimensions": {},
    }


def test_an_old_client_gets_the_one_result(shop: Shop) -> None:
    answer = shop.ask("load", BY_STATUS).json()
    assert answer["query"]["dimensions"] == ["sales.status"]
    assert [row["sales.count"] for row in answer["data"]] == ["2", "2"]


MONTHS = {
    "measures": ["sales.count"],
    "timeDimensions": [
        {
            "dimension": "sales.ordered_at",
            "granularity": "month",
            "dateRange": ["2024-01-01", "2024-03-31"],
        }
    ],
}


def test_times_are_wall_clock_of_the_querys_zone_under_both_keys(shop: Shop) -> None:
    answer = shop.load({**MONTHS, "timezone": "europe/brussels"})
    assert rows(answer) == [
        {
            "sales.ordered_at.month": f"2024-0{month}-01T00:00:00.000",
            "sales.ordered_at": f"2024-0{month}-01T00:00:00.000",
            "sales.count": count,
        }
        for month, count in ((1, "1"), (2, "1"), (3, "2"))
    ]
    (result,) = answer["results"]
    assert result["query"]["timezone"] == "Europe/Brussels"
    assert result["query"]["timeDimensions"] == [
        {
            "dimension": "sales.ordered_at",
            "dateRange": ["2024-01-01T00:00:00.000", "2024-03-31T23:59:59.999"],
            "granularity": "month",
        }
    ]
    plain = {
        "title": "Sales Ordered at",
        "shortTitle": "Ordered at",
        "type": "time",
        "format": {"type": "custom-time", "value": "%d.%m.%Y"},
    }
    month = {"name": "month", "title": "month", "interval": "1 month"}
    assert result["annotation"]["timeDimensions"] == {
        "sales.ordered_at.month": {**plain, "granularity": month},
        "sales.ordered_at": plain,
    }


def test_the_zone_of_the_token_is_that_of_queries_that_name_none(shop: Shop) -> None:
    utc = [row["sales.count"] for row in rows(shop.load(MONTHS))]
    here = shop.load(MONTHS, {"timezone": "Europe/Brussels"})
    assert utc == ["2", "2"]
    assert [row["sales.count"] for row in rows(here)] == ["1", "1", "2"]
    assert here["results"][0]["query"]["timezone"] == "Europe/Brussels"


def test_a_granularity_may_stand_in_a_dimension_and_be_the_models_own(shop: Shop) -> None:
    answer = shop.load(
        {"measures": ["sales.count"], "dimensions": ["sales.ordered_at.fiscal_year"]}
    )
    assert rows(answer) == [
        {
            "sales.ordered_at.fiscal_year": "2023-07-01T00:00:00.000",
            "sales.ordered_at": "2023-07-01T00:00:00.000",
            "sales.count": "4",
        }
    ]
    times = answer["results"][0]["annotation"]["timeDimensions"]
    assert times["sales.ordered_at.fiscal_year"]["granularity"] == {
        "name": "fiscal_year",
        "title": "Fiscal year, from July",
        "interval": "1 year",
        "offset": "6 months",
    }


def test_the_finest_of_several_granularities_stands_under_the_plain_name(shop: Shop) -> None:
    times = [
        {"dimension": "sales.ordered_at", "granularity": one} for one in ("day", "year", "month")
    ]
    found = rows(shop.load({"measures": ["sales.count"], "timeDimensions": times, "limit": 1}))
    assert found[0]["sales.ordered_at"] == "2024-01-05T00:00:00.000"


def test_a_time_that_is_asked_for_itself_keeps_its_value(shop: Shop) -> None:
    found = rows(
        shop.load(
            {
                "dimensions": ["sales.ordered_at"],
                "timeDimensions": [{"dimension": "sales.ordered_at", "granularity": "year"}],
                "order": {"sales.ordered_at": "asc"},
                "limit": 1,
            }
        )
    )
    assert found == [
        {
            "sales.ordered_at": "2024-01-05T10:00:00.000",
            "sales.ordered_at.year": "2024-01-01T00:00:00.000",
        }
    ]


def test_dates_stay_what_they_are_in_every_zone(shop: Shop) -> None:
    query = {
        "measures": ["payments.amount"],
        "timeDimensions": [
            {
                "dimension": "payments.paid_on",
                "granularity": "month",
                "dateRange": ["2024-03-01", "2024-03-31"],
            }
        ],
        "timezone": "America/Los_Angeles",
    }
    assert rows(shop.load(query)) == [
        {
            "payments.paid_on.month": "2024-03-01T00:00:00.000",
            "payments.paid_on": "2024-03-01T00:00:00.000",
            "payments.amount": "200.000",
        }
    ]


def test_compact_and_columnar_answers(shop: Shop) -> None:
    query = {**MONTHS, "timezone": "UTC"}
    members = ["sales.ordered_at.month", "sales.count", "sales.ordered_at"]
    january, march = "2024-01-01T00:00:00.000", "2024-03-01T00:00:00.000"
    compact = shop.load({**query, "responseFormat": "compact"})
    assert rows(compact) == {
        "members": members,
        "dataset": [[january, "2", january], [march, "2", march]],
    }
    assert compact["results"][0]["query"]["responseFormat"] == "compact"
    columnar = shop.load({**query, "responseFormat": "columnar"})
    assert rows(columnar) == {
        "members": members,
        "columns": [[january, march], ["2", "2"], [january, march]],
    }


def test_compared_ranges_are_results_of_their_own(shop: Shop) -> None:
    answer = shop.load(
        {
            "measures": ["sales.count"],
            "timeDimensions": [
                {
                    "dimension": "sales.ordered_at",
                    "compareDateRange": [
                        ["2024-01-01", "2024-01-31"],
                        ["2024-03-01", "2024-03-31"],
                    ],
                }
            ],
        }
    )
    january = "2024-01-01T00:00:00.000 - 2024-01-31T23:59:59.999"
    march = "2024-03-01T00:00:00.000 - 2024-03-31T23:59:59.999"
    assert answer["queryType"] == "compareDateRangeQuery"
    assert [one["data"] for one in answer["results"]] == [
        [{"sales.count": "2", "compareDateRange": january}],
        [{"sales.count": "2", "compareDateRange": march}],
    ]
    assert answer["pivotQuery"]["dimensions"] == ["compareDateRange"]
    assert answer["pivotQuery"]["queryType"] == "compareDateRangeQuery"


BLENDED = [
    {
        "measures": ["orders.count"],
        "dimensions": ["orders.status"],
        "timeDimensions": [{"dimension": "orders.ordered_at", "granularity": "month"}],
    },
    {
        "measures": ["payments.amount"],
        "timeDimensions": [{"dimension": "payments.paid_on", "granularity": "month"}],
    },
]


def test_blended_queries_share_their_time(shop: Shop) -> None:
    answer = shop.load(BLENDED)
    assert answer["queryType"] == "blendingQuery"
    assert answer["pivotQuery"]["measures"] == ["orders.count", "payments.amount"]
    assert answer["pivotQuery"]["dimensions"] == ["orders.status"]
    assert answer["pivotQuery"]["timeDimensions"] == [{"dimension": "time", "granularity": "month"}]
    payments = answer["results"][1]["data"]
    assert [(row["time.month"], row["payments.amount"]) for row in payments] == [
        ("2024-01-01T00:00:00.000", "100.000"),
        ("2024-02-01T00:00:00.000", "26.500"),
        ("2024-03-01T00:00:00.000", "200.000"),
    ]
    orders = answer["results"][0]["data"]
    assert all(row["time.month"] == row["orders.ordered_at.month"] for row in orders)


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        (BLENDED, "blendingQuery"),
        (
            {
                "measures": ["sales.count"],
                "timeDimensions": [
                    {"dimension": "sales.ordered_at", "compareDateRange": ["today", "yesterday"]}
                ],
            },
            "compareDateRangeQuery",
        ),
    ],
)
def test_a_client_that_reads_one_result_is_told_to_be_updated(
    shop: Shop, query: Any, kind: str
) -> None:
    answer = shop.ask("load", query)
    told = f"'{kind}' query type is not supported by the client.Please update the client."
    assert (answer.status_code, answer.json()) == (400, {"error": told})


def test_the_total_counts_rows_beyond_the_limit(shop: Shop) -> None:
    answer = shop.load({**BY_STATUS, "limit": 1, "offset": 1, "total": True})
    (result,) = answer["results"]
    assert result["total"] == 2
    assert [row["sales.status"] for row in result["data"]] == ["paid"]
    assert (result["query"]["limit"], result["query"]["offset"]) == (1, 1)


def test_no_rows_are_an_empty_list(shop: Shop) -> None:
    assert rows(shop.load({**BY_STATUS, "limit": 0})) == []
    assert rows(
        shop.load(
            {
                "measures": ["sales.count"],
                "filters": [{"member": "sales.status", "operator": "equals", "values": ["lost"]}],
            }
        )
    ) == [{"sales.count": "0"}]


def test_a_get_asks_as_a_post_does(shop: Shop) -> None:
    with shop.http(f"Bearer {token()}") as http:
        params = {"query": '{"measures":["sales.count"]}', "queryType": "multi"}
        answer = http.get("/load", params=params)
        followed = http.get("/subscribe", params=params)
    assert answer.json()["results"][0]["data"] == [{"sales.count": "4"}]
    assert followed.json() == answer.json()


def test_numbers_are_typed_on_request_with_every_digit(shop: Shop) -> None:
    query = {**BY_STATUS, "extensions": {"typedNumbers": True}, "timezone": "UTC"}
    answer = shop.ask("load", query, queryType="multi")
    assert answer.json()["results"][0]["data"][0] == {
        "sales.status": "open",
        "sales.count": 2,
        "sales.shipping": 2.5,
    }
    assert b'"sales.shipping":2.500' in answer.content
    assert answer.json()["results"][0]["query"]["extensions"] == {"typedNumbers": True}


def test_subtotals_come_with_the_rows_and_say_which_they_are(shop: Shop) -> None:
    query = {
        "measures": ["orders.buyers"],
        "dimensions": ["orders.status"],
        "order": {"orders.status": "asc"},
        "extensions": {"subtotals": [[]]},
    }
    found = rows(shop.load(query))
    assert sorted(((row["orders.status"], row["orders.buyers"]) for row in found), key=str) == [
        ("open", "2"),
        ("paid", "2"),
        (None, "3"),
    ]
    assert {row["subtotal"] for row in found if row["orders.status"]} != {
        row["subtotal"] for row in found if not row["orders.status"]
    }


def test_a_condition_over_measures_and_dimensions_is_allowed_on_request(shop: Shop) -> None:
    either = {
        "or": [
            {"member": "orders.count", "operator": "gt", "values": ["2"]},
            {"member": "orders.status", "operator": "equals", "values": ["open"]},
        ]
    }
    query = {"measures": ["orders.count"], "dimensions": ["orders.status"], "filters": [either]}
    refused = shop.ask("load", query)
    assert refused.status_code == 400
    assert "measure" in refused.json()["error"]
    found = rows(shop.load({**query, "extensions": {"mixedConditions": True}}))
    assert sorted(row["orders.status"] for row in found) == ["open", "paid"]


def test_another_club_is_another_world(shop: Shop) -> None:
    other = shop.load(
        {"measures": ["orders.count"]}, {"organisation": "22222222-2222-2222-2222-222222222222"}
    )
    nobody = shop.load({"measures": ["orders.count"]}, {"organisation": "0" * 32})
    assert rows(other) == [{"orders.count": "50"}]
    assert rows(nobody) == [{"orders.count": "0"}]
