"""The traps of joining and grouping, each against SQL written by hand over the same little shop.

The oracle answers them too, so that it is known to be right before it judges random queries.
"""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import duckdb
import pytest

from semantic.query.query import Query, TimeDimension
from semantic.query.query import Test as Comparison
from tests.semantic.oracle import shop
from tests.semantic.oracle.asking import Asker, asker_of
from tests.semantic.oracle.clubs import CLUB, OTHER_CLUB, MemoryFacts
from tests.semantic.oracle.comparing import same_rows
from tests.semantic.oracle.evaluation import answer

WINTER = (datetime(2024, 1, 1), datetime(2024, 3, 31, 23, 59, 59, 999_000))  # noqa: DTZ001 - a wall clock


class Trap(NamedTuple):
    name: str
    query: Query
    sql: str


def over_months(*measures: str, by: tuple[str, ...] = ()) -> Query:
    """Ask for measures by month of the winter."""
    months = TimeDimension("orders.at", "month", WINTER)
    return Query(measures=measures, dimensions=by, time_dimensions=(months,))


LIVE_ORDERS = "(SELECT * FROM orders WHERE NOT is_deleted)"
LIVE_LINES = "(SELECT * FROM lines WHERE NOT is_deleted)"
TRAPS = (
    Trap(
        "orders with many lines and many payments, by account and month",
        Query(
            measures=("orders.count", "orders.header", "lines.net", "payments.paid"),
            dimensions=("accounts.name",),
            time_dimensions=(TimeDimension("orders.at", "month"),),
        ),
        f"""
        SELECT a.name, date_trunc('month', o.ordered_at), count(o.id), sum(o.header_minor) * 0.01,
          sum((SELECT sum(net_minor) FROM {LIVE_LINES} l WHERE l.order_id = o.id)) * 0.01,
          sum((SELECT sum(paid_minor) FROM payments p WHERE p.order_id = o.id)) * 0.01
        FROM {LIVE_ORDERS} o LEFT JOIN accounts a ON a.id = o.account_id GROUP BY 1, 2
        """,
    ),
    Trap(
        "a measure of the header by a dimension of its lines",
        Query(measures=("orders.header", "lines.net"), dimensions=("products.code",)),
        f"""
        SELECT code, sum(header_minor) * 0.01, sum(net) * 0.01 FROM (
          SELECT p.code, o.id, max(o.header_minor) AS header_minor, NULL AS net
          FROM {LIVE_ORDERS} o LEFT JOIN {LIVE_LINES} l ON l.order_id = o.id
            LEFT JOIN products p ON p.id = l.product_id GROUP BY 1, 2
          UNION ALL
          SELECT p.code, NULL, NULL, l.net_minor
          FROM {LIVE_LINES} l LEFT JOIN products p ON p.id = l.product_id
        ) GROUP BY 1
        """,
    ),
    Trap(
        "two facts share accounts, and those without a country are a group",
        Query(measures=("desk.orders_count", "desk.gross"), dimensions=("desk.country",)),
        f"""
        SELECT country, coalesce(sum(orders), 0), sum(gross) * 0.01 FROM (
          SELECT a.country, count(*) AS orders, NULL AS gross
          FROM {LIVE_ORDERS} o LEFT JOIN accounts a ON a.id = o.account_id GROUP BY 1
          UNION ALL
          SELECT a.country, NULL, sum(i.gross_minor)
          FROM invoices i LEFT JOIN accounts a ON a.id = i.account_id GROUP BY 1
        ) GROUP BY 1
        """,
    ),
    Trap(
        "orders without lines keep their row",
        Query(measures=("lines.count", "lines.net"), dimensions=("orders.id",)),
        f"""
        SELECT o.id, count(l.line_no), sum(l.net_minor) * 0.01
        FROM {LIVE_ORDERS} o LEFT JOIN {LIVE_LINES} l ON l.order_id = o.id GROUP BY 1
        """,
    ),
    Trap(
        "lines of deleted orders and lines of none belong to no account",
        Query(measures=("lines.net", "orders.count"), dimensions=("accounts.country",)),
        f"""
        SELECT a.country, sum(l.net_minor) * 0.01, count(DISTINCT o.id)
        FROM {LIVE_ORDERS} o LEFT JOIN accounts a ON a.id = o.account_id
          LEFT JOIN {LIVE_LINES} l ON l.order_id = o.id GROUP BY 1
        """,
    ),
    Trap(
        "the lines alone are all lines that are not deleted themselves",
        Query(measures=("lines.net", "lines.quantity", "lines.count")),
        f"SELECT sum(net_minor) * 0.01, sum(quantity), count(*) FROM {LIVE_LINES}",
    ),
    Trap(
        "a measure is the same whatever is asked beside it",
        Query(measures=("lines.net", "orders.header", "payments.paid", "accounts.count")),
        f"""
        SELECT (SELECT sum(net_minor) * 0.01 FROM {LIVE_LINES}),
          (SELECT sum(header_minor) * 0.01 FROM {LIVE_ORDERS}),
          (SELECT sum(paid_minor) * 0.01 FROM payments), (SELECT count(*) FROM accounts)
        """,
    ),
    Trap(
        "a filter on the many side finds each order once",
        Query(
            measures=("orders.count", "orders.header", "orders.average"),
            filters=(Comparison("products.code", "equals", ("SEAT", "BOX")),),
        ),
        f"""
        SELECT count(*), sum(header_minor) * 0.01, avg(header_minor) FROM {LIVE_ORDERS}
        WHERE id IN (SELECT order_id FROM {LIVE_LINES} WHERE product_id IN (100, 101))
        """,
    ),
    Trap(
        "a filter that misses NULL keeps it where Cube does",
        Query(
            measures=("payments.count", "payments.paid"),
            filters=(Comparison("payments.method", "notEquals", ("card",)),),
        ),
        """
        SELECT count(*), sum(paid_minor) * 0.01 FROM payments
        WHERE method <> 'card' OR method IS NULL
        """,
    ),
    Trap(
        "ratios, filtered and distinct measures of multiplied rows",
        Query(
            measures=("orders.big_share", "orders.big_header", "orders.buyers", "orders.average"),
            dimensions=("payments.method",),
        ),
        f"""
        SELECT method, sum(h) FILTER (h > 1500)::DOUBLE / sum(h), sum(h) FILTER (h > 1500) * 0.01,
          count(DISTINCT account_id), sum(h)::DECIMAL(20, 6) / count(h)
        FROM (
          SELECT DISTINCT p.method, o.id, o.header_minor AS h, o.account_id
          FROM {LIVE_ORDERS} o LEFT JOIN payments p ON p.order_id = o.id
        ) GROUP BY 1
        """,
    ),
    Trap(
        "a ratio over two facts is divided after both are summed",
        Query(measures=("orders.paid_share",), dimensions=("accounts.country",)),
        f"""
        SELECT a.country,
          sum((SELECT sum(paid_minor) FROM payments p WHERE p.order_id = o.id))
            / sum(o.header_minor)
        FROM {LIVE_ORDERS} o LEFT JOIN accounts a ON a.id = o.account_id GROUP BY 1
        """,
    ),
    Trap(
        "a ratio over facts that only share a dimension counts nothing as 0",
        Query(measures=("orders.per_invoice",), dimensions=("accounts.country",)),
        f"""
        SELECT country, coalesce(sum(orders), 0) / nullif(coalesce(sum(invoices), 0), 0) FROM (
          SELECT a.country, count(*) AS orders, NULL AS invoices
          FROM {LIVE_ORDERS} o LEFT JOIN accounts a ON a.id = o.account_id GROUP BY 1
          UNION ALL
          SELECT a.country, NULL, count(*)
          FROM invoices i LEFT JOIN accounts a ON a.id = i.account_id GROUP BY 1
        ) GROUP BY 1
        """,
    ),
    Trap(
        "a filter on a measure of another fact keeps whole groups",
        Query(
            measures=("desk.orders_count",),
            dimensions=("desk.country",),
            filters=(Comparison("desk.gross", "gt", ("10",)),),
        ),
        "VALUES ('BE', 3)",
    ),
    Trap(
        "days and months are those of the query's time zone",
        Query(
            measures=("orders.count",),
            time_dimensions=(TimeDimension("orders.at", "month"),),
            timezone="Europe/Brussels",
        ),
        f"""
        SELECT date_trunc('month', timezone('Europe/Brussels', timezone('UTC', ordered_at))),
          count(*) FROM {LIVE_ORDERS} GROUP BY 1
        """,
    ),
    Trap(
        "a day of the club's calendar is the same in every time zone",
        Query(
            measures=("invoices.gross",),
            time_dimensions=(TimeDimension("invoices.on", "month", WINTER),),
            timezone="America/New_York",
        ),
        """
        SELECT date_trunc('month', issued_on)::TIMESTAMP, sum(gross_minor) * 0.01 FROM invoices
        WHERE issued_on BETWEEN '2024-01-01' AND '2024-03-31' GROUP BY 1
        """,
    ),
    Trap(
        "years of the club's own begin where they are said to",
        Query(
            measures=("orders.header",),
            time_dimensions=(TimeDimension("orders.at", "fiscal"),),
        ),
        "VALUES (TIMESTAMP '2023-07-01', 310.00), (NULL, 640.00)",
    ),
    Trap(
        "a window shows months in which nothing happened",
        over_months("orders.count", "orders.two_months", "orders.ever"),
        """
        VALUES (TIMESTAMP '2024-01-01', 2, 3000, 2), (TIMESTAMP '2024-02-01', 0, 3000, 2),
          (TIMESTAMP '2024-03-01', 3, 28000, 5)
        """,
    ),
    Trap(
        "a window by another dimension shows every period of each group that it reaches",
        over_months("orders.count", "orders.two_months", by=("accounts.name",)),
        """
        WITH filled(name, month, orders, total) AS (
          VALUES ('Anna', 1, 2, 3000), ('Anna', 2, 0, 3000), ('Ben', 3, 1, 4000),
            ('Cleo', 3, 1, 8000), (NULL, 3, 1, 16000)
        )
        SELECT n.name, make_timestamp(2024, m.month, 1, 0, 0, 0), coalesce(orders, 0), total
        FROM (SELECT DISTINCT name FROM filled) n CROSS JOIN (VALUES (1), (2), (3)) m(month)
        LEFT JOIN filled f ON f.name IS NOT DISTINCT FROM n.name AND f.month = m.month
        """,
    ),
    Trap(
        "a month ago is shown beside now, also where one of both has nothing",
        over_months("orders.header", "orders.header_a_month_ago"),
        """
        VALUES (TIMESTAMP '2024-01-01', 30.00, NULL), (TIMESTAMP '2024-02-01', NULL, 30.00),
          (TIMESTAMP '2024-03-01', 280.00, NULL)
        """,
    ),
    Trap(
        "a window of a month ago stays a window",
        over_months("orders.two_months", "orders.two_months_a_month_ago"),
        """
        VALUES (TIMESTAMP '2024-01-01', 3000, NULL), (TIMESTAMP '2024-02-01', 3000, 3000),
          (TIMESTAMP '2024-03-01', 28000, 3000)
        """,
    ),
    Trap(
        "a window over multiplied rows counts each once",
        over_months("orders.two_months", by=("payments.method",)),
        """
        VALUES ('card', TIMESTAMP '2024-01-01', 3000), ('card', TIMESTAMP '2024-02-01', 3000),
          ('card', TIMESTAMP '2024-03-01', NULL),
          ('cash', TIMESTAMP '2024-01-01', 1000), ('cash', TIMESTAMP '2024-02-01', 1000),
          ('cash', TIMESTAMP '2024-03-01', NULL), (NULL, TIMESTAMP '2024-01-01', NULL),
          (NULL, TIMESTAMP '2024-02-01', NULL), (NULL, TIMESTAMP '2024-03-01', 28000)
        """,
    ),
    Trap(
        "a window that meets an order by several payments counts it once",
        Query(
            measures=("orders.ever", "orders.two_months"),
            time_dimensions=(TimeDimension("payments.on", "month", WINTER),),
        ),
        """
        VALUES (TIMESTAMP '2024-01-01', 1, 1000), (TIMESTAMP '2024-02-01', 2, 3000),
          (TIMESTAMP '2024-03-01', 3, 11000)
        """,
    ),
    Trap(
        "three measures that fan out by one shared dimension",
        Query(
            measures=("orders.header", "lines.net", "payments.paid"),
            dimensions=("accounts.name",),
        ),
        f"""
        WITH live AS (
          SELECT o.*, a.name FROM {LIVE_ORDERS} o LEFT JOIN accounts a ON a.id = o.account_id
        )
        SELECT name, sum(header) * 0.01, sum(net) * 0.01, sum(paid) * 0.01 FROM (
          SELECT name, header_minor AS header, NULL AS net, NULL AS paid FROM live
          UNION ALL SELECT name, NULL, net_minor, NULL
            FROM live LEFT JOIN {LIVE_LINES} l ON l.order_id = live.id
          UNION ALL SELECT name, NULL, NULL, paid_minor
            FROM live LEFT JOIN payments p ON p.order_id = live.id
        ) GROUP BY 1
        """,
    ),
    Trap(
        "nothing counts as 0 and sums to NULL",
        Query(
            measures=("orders.count", "orders.header", "orders.buyers"),
            filters=(Comparison("orders.id", "equals", ("-1",)),),
        ),
        "VALUES (0, NULL, 0)",
    ),
    Trap(
        "a segment is a condition like any other",
        Query(measures=("lines.count",), segments=("orders.big",)),
        f"""
        SELECT count(l.line_no) FROM {LIVE_ORDERS} o JOIN {LIVE_LINES} l ON l.order_id = o.id
        WHERE o.header_minor >= 4000
        """,
    ),
)
EACH = pytest.mark.parametrize("trap", TRAPS, ids=[trap.name for trap in TRAPS])


@pytest.fixture(scope="module")
def facts() -> MemoryFacts:
    """The shop of two clubs; the other one sells ten times as much."""
    store = MemoryFacts(shop.COLUMNS)
    store.fill(shop.TABLES)
    store.fill({name: [*rows] * 10 for name, rows in shop.TABLES.items()}, OTHER_CLUB)
    return store


def by_hand(facts: MemoryFacts, sql: str) -> list[tuple[object, ...]]:
    with facts.cursor() as cursor:
        cursor.execute("SET VARIABLE organisation_id = ?::UUID", [str(CLUB)])
        return cursor.execute(sql).fetchall()


@EACH
def test_the_oracle_falls_into_no_trap(facts: MemoryFacts, trap: Trap) -> None:
    found = answer(shop.MODEL, shop.TABLES, trap.query, shop.ASKER)
    same_rows([tuple(row.values()) for row in found.rows], by_hand(facts, trap.sql))


@pytest.fixture(scope="module")
def asker(facts: MemoryFacts) -> Asker:
    return asker_of(shop.MODEL, facts)


@EACH
def test_the_compiler_falls_into_no_trap(facts: MemoryFacts, asker: Asker, trap: Trap) -> None:
    reply = asker.ask(trap.query, shop.ASKER)
    same_rows([tuple(row.values()) for row in reply.rows], by_hand(facts, trap.sql))


def test_duckdb_computes_fan_out_without_the_error_of_its_1_5(
    facts: MemoryFacts, asker: Asker
) -> None:
    """1.5.0 to 1.5.6 took three sub-queries over the same joins for one (`common_subplan`)."""
    query = Query(
        measures=("orders.header", "lines.net", "payments.paid", "orders.count"),
        dimensions=("accounts.name",),
    )
    compiled = asker.compiler.compile(query, shop.ASKER)
    answers = []
    for disabled in ("", "common_subplan"):
        with facts.cursor() as cursor:
            cursor.execute("SET VARIABLE organisation_id = ?::UUID", [str(CLUB)])
            cursor.execute(f"SET disabled_optimizers = '{disabled}'")
            found = cursor.execute(compiled.sql, list(compiled.parameters)).fetchall()
            cursor.execute("RESET disabled_optimizers")
        answers.append(found)
    same_rows(*answers)
    assert ("Anna", Decimal(30), Decimal(30), Decimal(30), 2) in answers[0]
    assert tuple(map(int, duckdb.__version__.split(".")[:2])) >= (2, 0)
