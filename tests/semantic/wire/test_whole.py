"""The whole way in: a login, real translation and real numbers, by statement, cursor and COPY."""

from decimal import Decimal

import psycopg
import pytest

from tests.semantic.wire.served import PASSWORD, Served

SEASONS = "SELECT season, MEASURE(net) AS net FROM sales WHERE season IS NOT NULL GROUP BY 1"
FOUND = [("2024/25", Decimal("1800.50")), ("2025/26", Decimal("2000.01"))]


def test_measures_come_by_statement_cursor_and_copy(served: Served) -> None:
    ordered = f"{SEASONS} ORDER BY 1"
    with served.connect(sslmode="require") as connection:
        assert connection.execute(ordered).fetchall() == FOUND
        with connection.cursor(binary=True) as binary:
            assert binary.execute(f"{SEASONS} HAVING MEASURE(net) > %s", [1900]).fetchall() == [
                FOUND[1]
            ]
        with connection.transaction(), connection.cursor("rows") as cursor:
            assert cursor.execute(ordered).fetchmany(1) == FOUND[:1]
        with connection.cursor().copy(f"COPY ({ordered}) TO STDOUT") as copy:
            assert [row[0] for row in copy.rows()] == ["2024/25", "2025/26"]
        explained = [row[0] for row in connection.execute(f"EXPLAIN {ordered}")]
        assert explained[0] == "Facts:"


def test_what_somebody_may_not_see_is_not_there(served: Served) -> None:
    with psycopg.connect(served.url, user="bob", password=PASSWORD, autocommit=True) as connection:
        with pytest.raises(psycopg.errors.UndefinedColumn, match="margin"):
            connection.execute("SELECT MEASURE(margin) FROM sales")
        assert connection.execute("SELECT MEASURE(count) FROM sales").fetchone() == (4,)
