"""SQL over HTTP: Cube's /cubesql with its lines of JSON, and /convert-query."""
# ruff: noqa: ISC004 - a statement is one text

from typing import Any

import httpx
import orjson
import pytest

from tests.semantic.rest.conftest import Shop


def post(shop: Shop, path: str, body: dict[str, Any]) -> httpx.Response:
    with shop.http() as http:
        return http.post(path, json=body)


def lines(shop: Shop, sql: str, **beside: Any) -> list[dict[str, Any]]:
    answer = post(shop, "/cubesql", {"query": sql, **beside})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [orjson.loads(one) for one in answer.content.splitlines()]


def test_sql_is_answered_in_lines_of_json(shop: Shop) -> None:
    head, *rest = lines(
        shop,
        "SELECT status, MEASURE(count) AS n, SUM(shipping), date_trunc('month', ordered_at), "
        "MEASURE(paid_share), status = 'paid' FROM sales GROUP BY 1, 4, 6 ORDER BY 1, 4",
        timezone="Europe/Brussels",
    )
    assert [tuple(one.values()) for one in head["schema"]] == [
        ("status", "String"),
        ("n", "Int64"),
        ("sum", "Double"),
        ("?column?", "Timestamp"),
        ("measure", "Double"),
        ("?column?", "Boolean"),
    ]
    assert head["lastRefreshTime"].endswith("Z")
    assert rest == [
        {
            "data": [
                ["open", 1, 2.5, "2024-02-01T00:00:00.000", 0.0, False],
                ["open", 1, None, "2024-03-01T00:00:00.000", 0.0, False],
                ["paid", 1, 5.0, "2024-01-01T00:00:00.000", 1.0, True],
                ["paid", 1, 10.0, "2024-03-01T00:00:00.000", 1.0, True],
            ]
        }
    ]
    # What is kept is given again, and no rows are one empty line.
    assert lines(shop, "SELECT status FROM sales WHERE status = 'x'")[1:] == [{"data": []}]
    assert lines(shop, "SELECT status FROM sales WHERE status = 'x'")[1:] == [{"data": []}]


def test_facts_that_were_never_filled_have_no_age(shop: Shop) -> None:
    shop.facts.is_ready = False
    try:
        head, *_ = lines(shop, "SELECT COUNT(*) FROM sales WHERE status = 'never asked before'")
    finally:
        shop.facts.is_ready = True
    assert "lastRefreshTime" not in head


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 400, "query parameter must be a non-empty string"),
        ({"query": " "}, 400, "query parameter must be a non-empty string"),
        ({"query": "SELECT 1"}, 400, "the query reads no view"),
        ({"query": "EXPLAIN SELECT status FROM sales"}, 400, "the query reads no view"),
        ({"query": "SELECT status FROM sales", "timezone": "Mars"}, 400, "valid IANA time zone"),
        ({"query": "SELECT status FROM sales", "timezone": 1}, 400, "valid IANA time zone"),
        ({"query": "SELECT MAX(count) FROM sales"}, 400, "write MEASURE(count)"),
        ({"query": "SELECT nothing FROM sales"}, 400, 'column "nothing" does not exist'),
    ],
)
def test_sql_that_cannot_be_answered_says_why(
    shop: Shop, body: dict[str, Any], status: int, words: str
) -> None:
    answer = post(shop, "/cubesql", body)
    assert answer.status_code == status
    assert words in answer.json()["error"]


def converted(shop: Shop, sql: str) -> dict[str, Any]:
    body = {"input": "sql", "output": "rest", "query": sql}
    found: dict[str, Any] = post(shop, "/convert-query", body).json()
    return found


CONVERTED: list[tuple[str, dict[str, Any]]] = [
    (
        "SELECT status, date_trunc('month', ordered_at) AS m, SUM(shipping), COUNT(*) FROM sales "
        "WHERE ordered_at >= '2024-01-01' AND ordered_at < '2024-03-01' AND status IN ('paid') "
        "AND accounts_country IS NOT NULL AND accounts_region IS NULL GROUP BY 1, 2 "
        "ORDER BY m DESC, 1 LIMIT 5 OFFSET 2",
        {
            "measures": ["sales.shipping", "sales.count"],
            "dimensions": ["sales.status"],
            "timeDimensions": [
                {
                    "dimension": "sales.ordered_at",
                    "granularity": "month",
                    "dateRange": ["2024-01-01T00:00:00.000", "2024-02-29T23:59:59.999"],
                }
            ],
            "filters": [
                {"member": "sales.status", "operator": "equals", "values": ["paid"]},
                {"member": "sales.accounts_country", "operator": "set"},
                {"member": "sales.accounts_region", "operator": "notSet"},
            ],
            "order": [["sales.ordered_at", "desc"], ["sales.status", "asc"]],
            "limit": 5,
            "offset": 2,
        },
    ),
    (
        "SELECT MEASURE(count) FROM orders WHERE id > 10 AND NOT status IS NULL AND "
        "ordered_at >= '2024-01-01' AND ordered_at < '2024-03-01'",
        {
            "measures": ["orders.count"],
            "timeDimensions": [
                {
                    "dimension": "orders.ordered_at",
                    "dateRange": ["2024-01-01T00:00:00.000", "2024-02-29T23:59:59.999"],
                }
            ],
            "filters": [
                {"member": "orders.id", "operator": "gt", "values": ["10"]},
                {"member": "orders.status", "operator": "set"},
            ],
        },
    ),
    (
        "SELECT status FROM orders WHERE id = 10",
        {
            "dimensions": ["orders.status"],
            "filters": [{"member": "orders.id", "operator": "equals", "values": ["10"]}],
        },
    ),
    (
        "SELECT status FROM orders WHERE ordered_at >= '2024-02-01'",
        {
            "dimensions": ["orders.status"],
            "filters": [
                {
                    "member": "orders.ordered_at",
                    "operator": "afterOrOnDate",
                    "values": ["2024-02-01T00:00:00.000"],
                }
            ],
        },
    ),
]


@pytest.mark.parametrize(("sql", "query"), CONVERTED)
def test_sql_becomes_a_query_that_gives_the_same(
    shop: Shop, sql: str, query: dict[str, Any]
) -> None:
    assert converted(shop, sql) == {"status": "ok", "query": {**query, "timezone": "UTC"}}
    _, rows = lines(shop, sql)
    given = {**query, "responseFormat": "compact", "extensions": {"typedNumbers": True}}
    loaded = shop.load(given)["results"][0]["data"]
    members = len(rows["data"][0]) if rows["data"] else 0
    assert len(loaded["dataset"]) == len(rows["data"])
    assert members <= len(loaded["members"])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "EXPLAIN SELECT status FROM orders",
        "SELECT status FROM orders UNION SELECT status FROM sales",
        "SELECT DISTINCT status FROM orders",
        "SELECT status FROM (SELECT status FROM orders) t",
        "SELECT s FROM (SELECT SUM(shipping) AS s FROM orders) t",
        "SELECT upper(status) FROM orders",
        "SELECT status FROM orders WHERE EXISTS (SELECT 1)",
        "SELECT status FROM orders GROUP BY ROLLUP (status)",
        "SELECT COUNT(*) / 2 FROM orders",
        "SELECT COUNT(*) FILTER (WHERE id = 1) FROM orders",
        "SELECT COUNT(DISTINCT status) FROM orders",
        "SELECT status FROM orders WHERE status <> 'x'",
        "SELECT status FROM orders WHERE status > 'x'",
        "SELECT status FROM orders WHERE status = id",
        "SELECT status FROM orders WHERE status NOT IN ('x')",
        "SELECT status FROM orders WHERE upper(status) = 'X'",
        "SELECT status FROM orders WHERE ordered_at = '2024-01-01'",
        "SELECT status FROM orders ORDER BY upper(status)",
        "SELECT status FROM orders LIMIT ALL",
        "SELECT status FROM orders GROUP BY status ORDER BY upper(status)",
        "SELECT nothing FROM orders",
    ],
)
def test_sql_that_no_query_can_say_is_not_converted(shop: Shop, sql: str) -> None:
    answer = converted(shop, sql)
    assert answer["status"] == "error"
    assert answer["error"]


@pytest.mark.parametrize("body", [{"input": "mdx"}, {"input": "sql", "output": "graphql"}])
def test_only_sql_is_converted_and_only_to_rest(shop: Shop, body: dict[str, str]) -> None:
    answer = post(shop, "/convert-query", {"query": "SELECT 1", **body})
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("Unexpected")
