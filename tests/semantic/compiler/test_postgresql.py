"""The same plan on PostgreSQL gives the same answers."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from app.storage.postgres import EmbeddedPostgres
from semantic.compiling import Compiler, describe_members
from semantic.query.query import Query, TimeDimension
from semantic.query.query import Test as Comparison
from tests.semantic.compiler.club import CALLER, COLUMNS, TABLES, at, rows
from tests.semantic.oracle.asking import Asker
from tests.semantic.oracle.comparing import same_rows

WINTER = (at("2024-01-01T00:00:00"), at("2024-03-31T23:59:59.999"))
QUERIES = (
    Query(measures=("sales.net", "sales.per_guest"), dimensions=("accounts.country",)),
    Query(measures=("visits.guests", "visits.count"), dimensions=("gates.gate",)),
    Query(
        measures=("sales.net", "sales.two_months", "sales.kinds_so_far", "sales.net_a_month_ago"),
        time_dimensions=(TimeDimension("sales.day", "month", WINTER),),
    ),
    Query(
        measures=("sales.count",),
        time_dimensions=(TimeDimension("sales.at", "day"), TimeDimension("sales.day", "fortnight")),
        timezone="Europe/Berlin",
    ),
    Query(
        measures=("accounts.mean", "accounts.value"),
        dimensions=("accounts.size", "accounts.seen_at"),
        filters=(Comparison("accounts.name", "notContains", ("%",)),),
    ),
    Query(measures=("sales.share", "sales.place"), dimensions=("accounts.country", "sales.kind")),
    Query(
        measures=("visits.guests", "sales.most_of_kind", "sales.mean_of_kind", "sales.all_kinds"),
        dimensions=("accounts.country",),
        filters=(Comparison("sales.kind", "equals", ("new", "old")),),
    ),
    Query(
        measures=("sales.kinds_of_country", "sales.net"),
        dimensions=("accounts.country", "sales.kind"),
        subtotals=(("accounts.country",),),
    ),
    Query(measures=("sales.count_so_far",), time_dimensions=(TimeDimension("sales.day", "month"),)),
)


@pytest.fixture(scope="module")
def cursor(postgres: EmbeddedPostgres) -> Iterator[psycopg.RawCursor[tuple[Any, ...]]]:
    """A database with the tables of the club."""
    postgres.ensure_database("compiled")
    with (
        psycopg.connect(postgres.connection_url("compiled").replace("+psycopg", "")) as connection,
        psycopg.RawCursor(connection) as cursor,
    ):
        cursor.execute("SET TIME ZONE 'UTC'")
        for table, columns in COLUMNS.items():
            listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            listed = listed.replace("DOUBLE", "DOUBLE PRECISION")
            cursor.execute(f"CREATE TEMPORARY TABLE {table} ({listed})".encode())
            marks = ", ".join(f"${number + 1}" for number in range(len(columns)))
            cursor.executemany(
                f"INSERT INTO {table} VALUES ({marks})".encode(),
                [tuple(row.values()) for row in TABLES[table]],
            )
        yield cursor


@pytest.mark.postgres
@pytest.mark.parametrize("query", QUERIES)
def test_postgresql_answers_as_duckdb_does(
    club: Asker, cursor: psycopg.RawCursor[tuple[Any, ...]], query: Query
) -> None:
    model = club.compiler.model
    compiler = Compiler(model, describe_members(model, club.engine.types_of), "postgres")
    compiled = compiler.compile(query, CALLER)
    found = cursor.execute(compiled.sql.encode(), compiled.parameters).fetchall()
    same_rows(found, rows(club, query))
