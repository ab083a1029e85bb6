"""Drivers that BI tools are built on, against the BI door: what they find, read and are refused."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import adbc_driver_postgresql.dbapi
import pg8000.native
import pyodbc  # type: ignore[import-not-found]
import pytest
import sqlalchemy
from sqlalchemy import Numeric, Text, func, select
from sqlalchemy.dialects.postgresql import TIMESTAMP

from tests.clients.running import CLIENTS, checks_of, expect_well, install_packages, run_checks
from tests.semantic.wire.served import DATABASE, PASSWORD, USER, Served

BY_SEASON = """SELECT season, MEASURE(count) AS sales, MEASURE(net) AS net
    FROM sales GROUP BY 1 ORDER BY 1"""
ROWS = [
    ("2024/25", 2, Decimal("1800.500")),
    ("2025/26", 1, Decimal("2000.010")),
    (None, 1, Decimal("-0.050")),
]
JDBC = Path("/usr/share/java/postgresql.jar")
ODBC = Path("/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so")


@pytest.fixture(scope="module")
def engine(served: Served) -> Iterator[sqlalchemy.Engine]:
    made = sqlalchemy.create_engine(served.url.replace("postgresql:", "postgresql+psycopg:"))
    yield made
    made.dispose()


def test_sqlalchemy_reflects_views_with_types_and_comments(engine: sqlalchemy.Engine) -> None:
    told = sqlalchemy.inspect(engine)
    assert told.get_table_names() == []
    assert sorted(told.get_view_names()) == ["margins", "sales"]
    assert told.get_table_comment("sales") == {"text": "What is sold: Sales by season."}
    assert told.get_pk_constraint("sales")["constrained_columns"] == []
    assert told.get_foreign_keys("sales") == []
    assert told.get_indexes("sales") == []
    columns = {one["name"]: one for one in told.get_columns("sales")}
    assert isinstance(columns["season"]["type"], Text)
    assert isinstance(columns["sold_at"]["type"], TIMESTAMP)
    net = columns["net"]["type"]
    assert isinstance(net, Numeric)
    assert (net.precision, net.scale) == (38, 3)
    assert columns["season"]["comment"] == "Season: The season it is for."


def test_sqlalchemy_asks_by_the_tables_it_reflected(engine: sqlalchemy.Engine) -> None:
    sales = sqlalchemy.Table("sales", sqlalchemy.MetaData(), autoload_with=engine)
    question = (
        select(sales.c.season, func.measure(sales.c["count"]), func.sum(sales.c.net))
        .where(sales.c.sold_at >= datetime.fromisoformat("2024-01-01"))
        .group_by(sales.c.season)
        .order_by(sales.c.season)
    )
    with engine.connect() as connection:
        assert [tuple(row) for row in connection.execute(question)] == ROWS
        with pytest.raises(sqlalchemy.exc.ProgrammingError):
            connection.execute(sqlalchemy.text("SELECT missing FROM sales"))
        connection.rollback()
        streamed = connection.execution_options(stream_results=True).execute(question)
        assert [tuple(row) for row in streamed] == ROWS


def test_arrow_reads_by_copy_in_binary(served: Served) -> None:
    with (
        closing(adbc_driver_postgresql.dbapi.connect(served.url)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT season, MEASURE(count) AS sales FROM sales GROUP BY 1 ORDER BY 1")
        assert cursor.fetch_arrow_table().to_pylist() == [
            {"season": season, "sales": count} for season, count, _ in ROWS
        ]
        found = connection.adbc_get_objects(depth="columns", catalog_filter=DATABASE).read_all()
        schemas = found.to_pylist()[0]["catalog_db_schemas"]
        tables = [one["db_schema_tables"] for one in schemas if one["db_schema_name"] == "public"]
        assert {one["table_name"] for one in tables[0]} == {"margins", "sales"}


def test_a_driver_in_pure_python_prepares_recovers_and_copies(served: Served) -> None:
    context = ssl.create_default_context(cafile=str(served.certificate))
    context.check_hostname = False
    place: dict[str, Any] = {"host": "127.0.0.1", "port": served.port, "database": DATABASE}
    with closing(
        pg8000.native.Connection(USER, password=PASSWORD, ssl_context=context, **place)
    ) as connection:
        assert [tuple(row) for row in connection.run(BY_SEASON)] == ROWS
        prepared = connection.prepare("SELECT MEASURE(count) FROM sales WHERE season = :season")
        found = [prepared.run(season=season) for season in ("2024/25", "2025/26", "nothing")]
        assert found == [[[2]], [[1]], [[0]]]
        connection.run("START TRANSACTION")
        with pytest.raises(pg8000.native.DatabaseError, match="42703"):
            connection.run("SELECT missing FROM sales")
        with pytest.raises(pg8000.native.DatabaseError, match="25P02"):
            connection.run("SELECT 1")
        connection.run("ROLLBACK")
        written = BytesIO()
        connection.run(f"COPY ({BY_SEASON}) TO STDOUT (FORMAT csv)", stream=written)
        assert written.getvalue() == b"2024/25,2,1800.500\n2025/26,1,2000.010\n,1,-0.050\n"


@pytest.mark.skipif(not ODBC.exists(), reason="needs Debian's odbc-postgresql")
@pytest.mark.parametrize("declares", [0, 1])
def test_odbc_lists_columns_and_reads_rows(served: Served, declares: int) -> None:
    place = f"SERVER=127.0.0.1;PORT={served.port};DATABASE={DATABASE};UID={USER};PWD={PASSWORD}"
    options = f"SSLmode=require;UseDeclareFetch={declares};Fetch=2"
    with closing(pyodbc.connect(f"DRIVER={ODBC};{place};{options}", autocommit=True)) as connection:
        with connection.cursor() as cursor:
            tables = [(one.table_name, one.table_type) for one in cursor.tables(schema="public")]
            assert sorted(tables) == [("margins", "VIEW"), ("sales", "VIEW")]
            columns = {one.column_name: one.type_name for one in cursor.columns("sales")}
            assert columns["season"] == "text"
            assert columns["net"] == "numeric"
            assert cursor.primaryKeys("sales").fetchall() == []
        assert [tuple(one) for one in connection.execute(BY_SEASON)] == ROWS
        question = "SELECT MEASURE(count) FROM sales WHERE season = ? AND sold_at >= ?"
        for season, count in (("2024/25", 2), ("2025/26", 1), ("nothing", 0)):
            found = connection.execute(question, season, datetime.fromisoformat("2024-01-01"))
            assert found.fetchall()[0][0] == count
        with pytest.raises(pyodbc.Error, match="missing"):
            connection.execute("SELECT missing FROM sales")
        assert connection.execute("SELECT 1").fetchval() == 1


@pytest.mark.skipif(
    not JDBC.exists() or shutil.which("javac") is None,
    reason="needs Debian's libpostgresql-jdbc-java and a JDK",
)
def test_jdbc_finds_views_and_reads_rows(served: Served) -> None:
    url = f"jdbc:postgresql://127.0.0.1:{served.port}/{DATABASE}"
    done = subprocess.run(
        [
            *("java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-Duser.timezone=America/Lima"),
            *("-cp", str(JDBC), str(Path(__file__).with_name("Check.java"))),
            *(url, USER, PASSWORD, str(served.certificate)),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"product | PostgreSQL | {USER}",
        "table | margins | VIEW | Margins",
        "table | sales | VIEW | What is sold: Sales by season.",
        "column | season | text | Season: The season it is for.",
        "column | margin | float8 | Margin (measure)",
        "has a key | false",
        "has keywords | true",
        "row | 2024/25 | 2 | 1800.500 | 2024-08-16 00:30:00.0",
        "row | 2025/26 | 1 | 2000.010 | 2025-07-02 11:00:00.0",
        "in parts | [2024/25, 2025/26, null]",
        "error | 42703",
        "error | 42501",
        "goes on | true",
    ]


SCRIPT = CLIENTS / "postgres" / "check.ts"


@pytest.fixture(scope="module")
def endings(served: Served) -> dict[str, str | None]:
    install_packages(CLIENTS)
    return run_checks(
        SCRIPT, {"LOGE_WIRE_URL": served.url, "LOGE_WIRE_CERTIFICATE": str(served.certificate)}
    )


@pytest.mark.parametrize("sentence", checks_of(SCRIPT))
def test_node_postgres(endings: dict[str, str | None], sentence: str) -> None:
    expect_well(endings, sentence)
