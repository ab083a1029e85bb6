"""Apache Superset over the BI door: each number that it shows is the one that REST answers."""

import os
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.superset.conftest import Club, Superset, drawn

pytestmark = pytest.mark.slow
if "LOGE_SUPERSET_SCRIPTS" not in os.environ:
    pytest.skip("needs Superset: `make test-superset`", allow_module_level=True)

SEASON, NET, COUNT = "sales.season_code", "sales.net_bookings", "sales.sale_count"
YEAR = ("2026-01-01", "2026-12-31")
IN_YEAR = {"col": "moved_on", "op": "TEMPORAL_RANGE", "val": "2026-01-01 : 2027-01-01"}


def measured(*names: str) -> list[dict[str, str]]:
    """Metrics as the guide says that they are made."""
    return [
        {"expressionType": "SQL", "sqlExpression": f"MEASURE({name})", "label": name}
        for name in names
    ]


def cut(column: str, grain: str) -> dict[str, str]:
    """The axis of a chart over time."""
    axis = {"columnType": "BASE_AXIS", "expressionType": "SQL", "timeGrain": grain}
    return {**axis, "sqlExpression": column, "label": column}


def instant(text: str) -> float:
    """Return an instant of REST as Superset's charts have it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1_000


@pytest.fixture(scope="module")
def database(superset: Superset, club: Club) -> int:
    return superset.add_database("Loge", club.address("root"))


@pytest.fixture(scope="module")
def sales(superset: Superset, database: int) -> int:
    return superset.add_dataset(database, "sales")


def test_every_view_is_listed_and_nothing_else(
    superset: Superset, club: Club, database: int
) -> None:
    schemas = superset.ask("GET", f"database/{database}/schemas/")["result"]
    assert set(schemas) == {"public", "information_schema"}
    listed = superset.ask("GET", f"database/{database}/tables/?q=(schema_name:public)")["result"]
    assert {one["value"] for one in listed} == set(club.described())
    assert {one["type"] for one in listed} == {"view"}


def test_a_dataset_has_every_member_with_its_meaning(
    superset: Superset, club: Club, sales: int
) -> None:
    described = club.described()["sales"]
    members = {
        one["name"].partition(".")[2]: one
        for one in (*described["dimensions"], *described["measures"])
    }
    columns = superset.ask("GET", f"dataset/{sales}")["result"]["columns"]
    assert {one["column_name"] for one in columns} == set(members)
    for one in columns:
        member = members[one["column_name"]]
        assert one["is_dttm"] == (member["type"] == "time"), one["column_name"]
        assert one["description"].startswith(member["shortTitle"]), one["column_name"]
        assert one["description"].endswith("(measure)") == ("aggType" in member)


def test_a_chart_of_measures_by_a_dimension(superset: Superset, club: Club, sales: int) -> None:
    found = superset.draw(
        sales,
        columns=["season_code"],
        metrics=measured("net_bookings", "sale_count", "average_deal"),
        orderby=[["season_code", True]],
    )
    deal = "sales.average_deal"
    expected = club.asked(measures=[NET, COUNT, deal], dimensions=[SEASON], order={SEASON: "asc"})
    assert len(expected) > 2
    assert [
        (row["season_code"], row["net_bookings"], row["sale_count"], row["average_deal"])
        for row in found
    ] == [
        (row[SEASON], float(row[NET]), int(row[COUNT]), pytest.approx(float(row[deal])))
        for row in expected
    ]


def test_an_aggregate_that_is_chosen_from_a_list_is_the_measure(
    superset: Superset, club: Club, sales: int
) -> None:
    column = {"column_name": "net_bookings"}
    metric = {
        "expressionType": "SIMPLE",
        "column": column,
        "aggregate": "SUM",
        "label": "SUM(net_bookings)",
    }
    found = superset.draw(
        sales, columns=["season_code"], metrics=[metric], orderby=[[metric, False]], row_limit=2
    )
    expected = club.asked(measures=[NET], dimensions=[SEASON], order={NET: "desc"}, limit=2)
    assert [(row["season_code"], row["SUM(net_bookings)"]) for row in found] == [
        (row[SEASON], float(row[NET])) for row in expected
    ]


def test_an_aggregate_that_would_be_wrong_is_refused_with_what_to_write(
    superset: Superset, sales: int
) -> None:
    metric = {
        "expressionType": "SIMPLE",
        "column": {"column_name": "discount_share"},
        "aggregate": "AVG",
        "label": "share",
    }
    body = drawn(sales, columns=["season_code"], metrics=[metric])
    refused = superset.ask("POST", "chart/data", body, 400)
    assert "write MEASURE(discount_share)" in refused["message"]


@pytest.mark.parametrize(
    ("grain", "granularity"),
    [("P1D", "day"), ("P1W", "week"), ("P1M", "month"), ("P3M", "quarter"), ("P1Y", "year")],
)
def test_time_is_cut_as_over_rest(
    superset: Superset, club: Club, sales: int, grain: str, granularity: str
) -> None:
    found = superset.draw(
        sales,
        columns=[cut("moved_on", grain)],
        metrics=measured("net_bookings"),
        filters=[IN_YEAR],
        orderby=[["moved_on", True]],
    )
    time = {"dimension": "sales.moved_on", "granularity": granularity, "dateRange": YEAR}
    expected = club.asked(measures=[NET], timeDimensions=[time])
    key = f"sales.moved_on.{granularity}"
    assert expected
    assert sorted((row["moved_on"], row["net_bookings"]) for row in found) == [
        (instant(row[key]), float(row[NET])) for row in expected if row[NET] is not None
    ]


def test_parts_of_an_hour_add_up_to_the_hour(superset: Superset, sales: int) -> None:
    def total(grain: str, part_ms: int) -> dict[float, float]:
        found: dict[float, float] = {}
        for row in superset.draw(
            sales, columns=[cut("moved_at", grain)], metrics=measured("quantity")
        ):
            assert row["moved_at"] % part_ms == 0
            hour = row["moved_at"] // 3_600_000
            found[hour] = found.get(hour, 0) + row["quantity"]
        return found

    assert total("PT5M", 300_000) == total("PT30M", 1_800_000) == total("PT1H", 3_600_000)


def test_filters_of_every_kind(superset: Superset, club: Club, sales: int) -> None:
    everything = club.asked(measures=[NET], dimensions=[SEASON], order={SEASON: "asc"})
    seasons = [row[SEASON] for row in everything[:2]]
    found = superset.draw(
        sales,
        columns=["season_code"],
        metrics=measured("net_bookings"),
        filters=[
            {"col": "season_code", "op": "IN", "val": seasons},
            {"col": "account_name", "op": "ILIKE", "val": "%ar%"},
            {"col": "kind", "op": "!=", "val": "CANCELLED"},
            {"col": "account_city", "op": "IS NOT NULL"},
            {"col": "is_barter", "op": "IS FALSE"},
            {"col": "weeks_to_season_start", "op": ">", "val": -40},
            {"col": "moved_on", "op": "TEMPORAL_RANGE", "val": "2020-01-01 : 2030-01-01"},
        ],
        extras={"where": "account_country = 'BE'", "having": "MEASURE(net_bookings) > 10"},
        orderby=[["season_code", True]],
    )
    filters = [
        {"member": SEASON, "operator": "equals", "values": seasons},
        {"member": "sales.account_name", "operator": "contains", "values": ["ar"]},
        {"member": "sales.kind", "operator": "notEquals", "values": ["CANCELLED"]},
        {"member": "sales.account_city", "operator": "set"},
        {"member": "sales.is_barter", "operator": "equals", "values": ["false"]},
        {"member": "sales.weeks_to_season_start", "operator": "gt", "values": ["-40"]},
        {"member": "sales.account_country", "operator": "equals", "values": ["BE"]},
        {"member": NET, "operator": "gt", "values": ["10"]},
    ]
    expected = club.asked(
        measures=[NET], dimensions=[SEASON], filters=filters, order={SEASON: "asc"}
    )
    assert expected
    assert [(row["season_code"], row["net_bookings"]) for row in found] == [
        (row[SEASON], float(row[NET])) for row in expected
    ]
    assert expected != everything


def test_a_filter_offers_the_values_that_there_are(
    superset: Superset, club: Club, sales: int
) -> None:
    offered = superset.ask("GET", f"datasource/table/{sales}/column/season_code/values/")["result"]
    expected = club.asked(dimensions=[SEASON])
    assert sorted(offered) == sorted(row[SEASON] for row in expected)


def test_a_saved_chart_is_drawn_and_downloaded(superset: Superset, club: Club, sales: int) -> None:
    query = {
        "columns": ["season_code"],
        "metrics": measured("net_bookings"),
        "orderby": [["season_code", True]],
    }
    given: dict[str, Any] = {
        "slice_name": "Net by season",
        "viz_type": "table",
        "datasource_id": sales,
        "datasource_type": "table",
    }
    context = superset.http.build_request("POST", "", json=drawn(sales, **query)).content.decode()
    chart = superset.ask("POST", "chart/", {**given, "query_context": context}, 201)["id"]
    saved = superset.ask("GET", f"chart/{chart}/data/")["result"][0]["data"]
    expected = club.asked(measures=[NET], dimensions=[SEASON], order={SEASON: "asc"})
    numbers = [(row[SEASON], float(row[NET])) for row in expected]
    assert [(row["season_code"], row["net_bookings"]) for row in saved] == numbers
    answer = superset.http.get(f"chart/{chart}/data/?format=csv")
    assert answer.status_code == 200
    lines = [line.split(",") for line in answer.text.lstrip("\ufeff").splitlines()]
    assert lines[0] == ["season_code", "net_bookings"]
    assert [(season, float(net)) for season, net in lines[1:]] == numbers


def test_sql_lab_answers_statements_and_says_what_is_wrong(
    superset: Superset, club: Club, database: int
) -> None:
    question = """WITH season AS (
            SELECT season_code, MEASURE(net_bookings) AS net FROM sales GROUP BY 1)
        SELECT season_code, net, rank() OVER (ORDER BY net DESC) AS place
        FROM season ORDER BY place"""
    found = superset.run(database, question)
    assert found["status"] == "success"
    expected = club.asked(measures=[NET], dimensions=[SEASON], order={NET: "desc"})
    assert [(row["season_code"], row["net"], row["place"]) for row in found["data"]] == [
        (row[SEASON], float(row[NET]), place) for place, row in enumerate(expected, 1)
    ]
    refused = superset.run(database, "SELECT season_code, nett_bookings FROM sales", 500)
    assert 'resolve the column "nett_bookings"' in refused["errors"][0]["message"]


def test_a_dataset_may_be_a_query(superset: Superset, club: Club, database: int) -> None:
    sql = """SELECT season_code, account_country, MEASURE(net_bookings) AS net
        FROM sales GROUP BY 1, 2"""
    dataset = superset.add_dataset(database, "by country", sql=sql)
    metric = {"expressionType": "SQL", "sqlExpression": "SUM(net)", "label": "net"}
    found = superset.draw(
        dataset, columns=["season_code"], metrics=[metric], orderby=[["season_code", True]]
    )
    expected = club.asked(measures=[NET], dimensions=[SEASON], order={SEASON: "asc"})
    assert [(row["season_code"], row["net"]) for row in found] == [
        (row[SEASON], pytest.approx(float(row[NET]))) for row in expected
    ]


def test_a_sales_rep_sees_the_own_rows(superset: Superset, club: Club) -> None:
    database = superset.add_database("Loge of a rep", club.address("sales"))
    found = superset.run(database, "SELECT MEASURE(net_bookings) AS net FROM sales")
    own = club.asked("sales", measures=[NET])
    assert found["data"] == [{"net": float(own[0][NET])}]
    assert own != club.asked(measures=[NET])
