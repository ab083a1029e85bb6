"""Questions as BI tools write them, with their quotes, aliases and layers of sub-queries."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from tests.semantic.wire.served import Served

Rows = list[tuple[Any, ...]]
LATER, EARLIER, NONE = Decimal("2000.010"), Decimal("1800.500"), Decimal("-0.050")
BY_SEASON: Rows = [("2024/25", EARLIER), ("2025/26", LATER), (None, NONE)]
BY_NET: Rows = [("2025/26", LATER), ("2024/25", EARLIER), (None, NONE)]
MONTHS = [datetime.fromisoformat(one) for one in ("2024-07-01", "2024-08-01", "2025-07-01")]
BY_MONTH: Rows = list(zip(MONTHS, (Decimal("1200.500"), Decimal("600.000"), LATER), strict=True))

QUESTIONS: dict[str, tuple[str, Rows]] = {
    "metabase groups": (
        (
            'SELECT "public"."sales"."season" AS "season", SUM("public"."sales"."net") AS "sum" '
            'FROM "public"."sales" GROUP BY "public"."sales"."season" '
            'ORDER BY "public"."sales"."season" ASC'
        ),
        BY_SEASON,
    ),
    "metabase counts by month": (
        (
            'SELECT CAST(DATE_TRUNC(\'month\', "public"."sales"."sold_at") AS timestamp) AS x, '
            'COUNT(*) AS "count" FROM "public"."sales" WHERE "public"."sales"."sold_at" < '
            "timestamp '2025-07-15' GROUP BY "
            'CAST(DATE_TRUNC(\'month\', "public"."sales"."sold_at") AS timestamp) ORDER BY '
            'CAST(DATE_TRUNC(\'month\', "public"."sales"."sold_at") AS timestamp) ASC'
        ),
        [(one, 1) for one in MONTHS],
    ),
    "metabase filters a question that is saved": (
        (
            'SELECT "source"."season" AS "season", "source"."sum" AS "sum" FROM '
            '(SELECT "public"."sales"."season" AS "season", SUM("public"."sales"."net") AS "sum" '
            'FROM "public"."sales" GROUP BY "public"."sales"."season") AS "source" '
            'WHERE "source"."sum" > 0 ORDER BY 1 LIMIT 2000'
        ),
        BY_SEASON[:2],
    ),
    "metabase counts values": (
        'SELECT count(distinct "public"."sales"."season") AS "count" FROM "public"."sales"',
        [(2,)],
    ),
    "superset draws a chart": (
        (
            'SELECT season AS season, MEASURE(net) AS "MEASURE(net)" FROM public.sales '
            'GROUP BY season ORDER BY "MEASURE(net)" DESC LIMIT 1000'
        ),
        BY_NET,
    ),
    "superset asks a virtual dataset": (
        (
            'SELECT season AS season, sum(net) AS "SUM(net)" FROM (SELECT season, '
            "MEASURE(net) AS net "
            "FROM sales GROUP BY 1) AS virtual_table GROUP BY season "
            'ORDER BY "SUM(net)" DESC LIMIT 1000'
        ),
        BY_NET,
    ),
    "superset cuts time": (
        (
            "SELECT DATE_TRUNC('month', sold_at) AS sold_at, sum(net) AS "
            '"SUM(net)" FROM public.sales'
            " WHERE sold_at >= TO_TIMESTAMP('2024-01-01 00:00:00.000000', "
            "'YYYY-MM-DD HH24:MI:SS.US')"
            " AND sold_at < TO_TIMESTAMP('2025-07-03 00:00:00.000000', 'YYYY-MM-DD HH24:MI:SS.US')"
            " GROUP BY DATE_TRUNC('month', sold_at) ORDER BY sold_at LIMIT 10000"
        ),
        BY_MONTH,
    ),
    "superset limits series": (
        (
            "SELECT DATE_TRUNC('month', sold_at) AS sold_at, season AS season, MEASURE(net) AS net "
            "FROM public.sales JOIN (SELECT season AS season__, MEASURE(net) AS mme_inner__ "
            "FROM public.sales WHERE sold_at >= TO_TIMESTAMP('2024-01-01 00:00:00.000000', "
            "'YYYY-MM-DD HH24:MI:SS.US') GROUP BY season ORDER BY MEASURE(net) DESC LIMIT 1) "
            "AS series_limit ON season = season__ GROUP BY DATE_TRUNC('month', sold_at), season "
            "ORDER BY 1 LIMIT 1000"
        ),
        [(MONTHS[2], "2025/26", LATER)],
    ),
    "superset cuts parts of hours": (
        (
            "SELECT DATE_TRUNC('hour', sold_at) + INTERVAL '15 minutes' * "
            "FLOOR(EXTRACT(MINUTE FROM sold_at) / 15) AS sold_at, MEASURE(net) AS net "
            "FROM public.sales WHERE season = '2025/26' GROUP BY DATE_TRUNC('hour', sold_at) + "
            "INTERVAL '15 minutes' * FLOOR(EXTRACT(MINUTE FROM sold_at) / 15) LIMIT 1000"
        ),
        [(datetime.fromisoformat("2025-07-02 11:00"), LATER)],
    ),
    "superset counts rows": (
        (
            "SELECT COUNT(*) AS rowcount FROM (SELECT season AS season, sum(net) AS net "
            "FROM public.sales GROUP BY season) AS rowcount_qry"
        ),
        [(3,)],
    ),
    "tableau groups": (
        (
            'SELECT "sales"."season" AS "season", SUM("sales"."net") AS "sum:net:ok" '
            'FROM "public"."sales" "sales" GROUP BY 1 ORDER BY 1'
        ),
        BY_SEASON,
    ),
    "tableau cuts years": (
        (
            'SELECT CAST(TRUNC(EXTRACT(YEAR FROM "sales"."sold_at")) AS INTEGER) '
            'AS "yr:sold_at:ok", '
            'SUM("sales"."net") AS "sum:net:ok" FROM "public"."sales" "sales" GROUP BY 1 ORDER BY 1'
        ),
        [(2024, EARLIER), (2025, LATER + NONE)],
    ),
    "tableau asks for the range": (
        (
            'SELECT MIN("sales"."sold_at") AS "TEMP(lower)", '
            'MAX("sales"."sold_at") AS "TEMP(upper)" '
            'FROM "public"."sales" "sales" HAVING COUNT(1) > 0'
        ),
        [(datetime.fromisoformat("2024-07-01 12:00"), datetime.fromisoformat("2025-08-01 01:00"))],
    ),
    "tableau counts records": (
        'SELECT SUM(1) AS "sum:Number of Records:ok" FROM "public"."sales" "sales"',
        [(4,)],
    ),
    "tableau looks at columns": ('SELECT * FROM "public"."sales" "sales" LIMIT 0', []),
    "power bi asks directly": (
        (
            'select "_"."season", "_"."a0" from (select "rows"."season" as "season", '
            'sum("rows"."net") as "a0" from (select "season", "net" from '
            '"public"."sales" "$Table") '
            '"rows" group by "season") "_" where not "_"."a0" is null order by 1 limit 1000001'
        ),
        BY_SEASON,
    ),
    "power bi counts values": (
        (
            'select count(distinct("rows"."season")) + max(case when '
            '"rows"."season" is null then 1 '
            'else 0 end) as "a0" from "public"."sales" "rows"'
        ),
        [(3,)],
    ),
    "grafana draws time": (
        (
            'SELECT date_trunc(\'month\', sold_at) AS "time", sum(net) AS "net" FROM sales '
            "WHERE sold_at BETWEEN '2024-01-01T00:00:00Z' AND '2025-07-15T23:59:59Z' "
            "GROUP BY 1 ORDER BY 1"
        ),
        BY_MONTH,
    ),
    "grafana fills a variable": (
        "SELECT DISTINCT season FROM sales ORDER BY 1",
        [(one,) for one, _ in BY_SEASON],
    ),
    "looker groups": (
        (
            'SELECT sales.season AS "sales.season", COALESCE(SUM(sales.net), 0) AS "sales.total" '
            "FROM public.sales AS sales GROUP BY 1 ORDER BY 2 DESC FETCH NEXT 500 ROWS ONLY"
        ),
        BY_NET,
    ),
}


@pytest.fixture(scope="module")
def connection(served: Served) -> Iterator[psycopg.Connection[Any]]:
    with served.connect() as made:
        yield made


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_of_a_tool_has_the_right_answer(
    connection: psycopg.Connection[Any], name: str
) -> None:
    question, rows = QUESTIONS[name]
    assert connection.execute(question).fetchall() == rows


@pytest.mark.parametrize("aggregate", ["SUM", "AVG", "MAX"])
def test_what_would_be_a_wrong_number_is_refused_with_what_to_write(
    connection: psycopg.Connection[Any], aggregate: str
) -> None:
    with pytest.raises(psycopg.errors.FeatureNotSupported) as refused:
        connection.execute(f"SELECT season, {aggregate}(net_per_place) FROM sales GROUP BY 1")
    assert "MEASURE(net_per_place)" in str(refused.value.diag.message_hint)


LISTED = (
    "id, season, sold_at, is_open, count, places, net, margin, net_per_place, last_sold_at, "
    "best_season, net_a_year_before, net_so_far"
)


@pytest.mark.parametrize(
    "preview",
    [
        "SELECT * FROM public.sales",
        "SELECT t.* FROM public.sales t LIMIT 200",
        f'select "_".* from (select {LISTED} from "public"."sales" "$Table") "_" limit 1000',
    ],
)
def test_a_preview_of_a_view_is_empty_where_a_measure_needs_periods(
    connection: psycopg.Connection[Any], preview: str
) -> None:
    cursor = connection.execute(preview)
    names = [one.name for one in cursor.description or ()]
    assert names == LISTED.split(", ")
    found = [dict(zip(names, row, strict=True)) for row in cursor]
    assert sorted((row["id"], row["season"], row["net"]) for row in found) == [
        (1, "2024/25", Decimal("1200.500")),
        (2, "2024/25", Decimal("600.000")),
        (3, "2025/26", LATER),
        (4, None, NONE),
    ]
    assert {(row["net_so_far"], row["net_a_year_before"]) for row in found} == {(None, None)}


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT sold_at, net_so_far FROM sales",
        "SELECT sold_at, MEASURE(net_so_far) FROM sales GROUP BY 1",
        f"SELECT {LISTED}, net_so_far + 1 FROM sales",
        f"SELECT {LISTED.replace('net_so_far', 'coalesce(net_so_far, 0)')} FROM sales",
    ],
)
def test_a_measure_that_needs_periods_is_refused_where_it_is_asked_for(
    connection: psycopg.Connection[Any], sql: str
) -> None:
    with pytest.raises(psycopg.errors.FeatureNotSupported, match="rolls over time"):
        connection.execute(sql)


def test_two_people_see_what_each_may(served: Served) -> None:
    with psycopg.connect(served.url, user="bob", autocommit=True) as bob:
        assert (
            bob.execute("SELECT season, MEASURE(net) FROM sales GROUP BY 1 ORDER BY 1").fetchall()
            == BY_SEASON
        )
        for hidden in ("SELECT margin FROM sales", "SELECT season FROM margins"):
            with pytest.raises((psycopg.errors.UndefinedColumn, psycopg.errors.UndefinedTable)):
                bob.execute(hidden)
