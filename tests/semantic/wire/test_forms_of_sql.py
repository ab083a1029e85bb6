"""Forms of SQL through a real client, as PostgreSQL's shell describes them."""
# ruff: noqa: ISC004 - a statement is one text

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.semantic.wire.served import Served

FORMS: dict[str, tuple[str, list[tuple[Any, ...]]]] = {
    "a database before the name": (
        'SELECT COUNT(DISTINCT "club"."public"."sales"."season") FROM "club"."public"."sales"',
        [(2,)],
    ),
    "totals of ratios": (
        "SELECT season, MEASURE(net_per_place), GROUPING(season) FROM sales "
        "WHERE season IS NOT NULL GROUP BY ROLLUP (season) ORDER BY 3, 1",
        [
            ("2024/25", Decimal("300.0833333333333"), 0),
            ("2025/26", Decimal("333.335"), 0),
            (None, Decimal("316.7091666666667"), 1),
        ],
    ),
    "values of a sub-query": (
        "SELECT season, SUM(net) FROM sales WHERE season IN (SELECT season FROM sales "
        "GROUP BY season HAVING SUM(net) > 1900) GROUP BY 1",
        [("2025/26", Decimal("2000.010"))],
    ),
    "views that are joined": (
        "SELECT s.season, s.count, SUM(m.margin) FROM sales s JOIN margins m USING (season) "
        "GROUP BY s.season ORDER BY 1 LIMIT 1",
        [("2024/25", 2, 180.05)],
    ),
    "an instant that is a measure": (
        "SELECT MAX(sold_at) = last_sold_at, last_sold_at FROM sales",
        [(True, datetime.fromisoformat("2025-08-01 01:00"))],
    ),
    "columns and no rows": ("SELECT * FROM sales WHERE 1 = 0", []),
    "what is prepared": (
        "PREPARE by_season (text) AS SELECT SUM(net) FROM sales WHERE season = $1; "
        "EXECUTE by_season ('2024/25')",
        [(Decimal("1800.500"),)],
    ),
}


@pytest.fixture(scope="module")
def connection(served: Served) -> Iterator[psycopg.Connection[Any]]:
    with served.connect() as made:
        yield made


@pytest.mark.parametrize("name", FORMS)
def test_a_form_of_sql_is_answered(connection: psycopg.Connection[Any], name: str) -> None:
    sql, expected = FORMS[name]
    cursor = connection.execute(sql)
    while cursor.nextset():
        pass
    found = [tuple(map(plain, row)) for row in cursor.fetchall()]
    assert found == [tuple(map(plain, row)) for row in expected]


def plain(value: Any) -> Any:
    return round(float(value), 6) if isinstance(value, Decimal | float) else value


def test_explain_analyze_runs_what_it_explains(connection: psycopg.Connection[Any]) -> None:
    said = connection.execute("EXPLAIN ANALYZE SELECT season, SUM(net) FROM sales GROUP BY 1")
    lines = [line for (line,) in said.fetchall()]
    assert any(line.startswith("  3 rows in") for line in lines)
