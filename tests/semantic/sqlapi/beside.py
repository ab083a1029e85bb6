"""The same SQL over views, and over tables of PostgreSQL that have the rows of those."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.types import TypeInfo

from app.storage.postgres import EmbeddedPostgres
from tests.semantic.compiler.club import TABLES
from tests.semantic.oracle.tables import Tables
from tests.semantic.sqlapi.asked import SqlClub

SALES = """CREATE {}TABLE sales
    (id bigint, kind text, day timestamp, at timestamp, net numeric(38, 2))"""
ACCOUNTS = """CREATE {}TABLE accounts
    (id bigint, uid text, name text, country text, rep text, is_active boolean,
     score numeric(6, 2), seen_at timestamp)"""
Cursor = psycopg.RawCursor[tuple[Any, ...]]


@contextmanager
def filled(postgres: EmbeddedPostgres, tables: Tables = TABLES, kind: str = "") -> Iterator[Cursor]:
    """Tables with the rows that views have; those of the kind TEMPORARY hide others."""
    postgres.ensure_database("sqlapi")
    url = postgres.connection_url("sqlapi").replace("+psycopg", "")
    with (
        psycopg.connect(url, autocommit=True) as connection,
        psycopg.RawCursor(connection) as cursor,
    ):
        cursor.execute("SET TIME ZONE 'Europe/Berlin'")
        if not kind:
            cursor.execute("DROP TABLE IF EXISTS sales, accounts")
        cursor.execute(SALES.format(kind).encode())
        cursor.execute(ACCOUNTS.format(kind).encode())
        cursor.executemany(
            b"INSERT INTO sales SELECT $1::bigint, $2, $3::date, "
            b"$4::timestamp AT TIME ZONE 'UTC', $5::numeric * 0.01",
            [
                (one["id"], one["kind"], one["day"], one["happened_at"], one["net_minor"])
                for one in tables["sales"]
            ],
        )
        names = ("id", "uid", "name", "country", "rep", "is_active", "score", "seen_at")
        cursor.executemany(
            b"INSERT INTO accounts VALUES ($1::bigint, $2, $3, $4, $5, $6::boolean, "
            b"$7::numeric, $8::timestamptz)",
            [tuple(one[name] for name in names) for one in tables["accounts"]],
        )
        yield cursor


def same(club: SqlClub, cursor: Cursor, sql: str, *values: tuple[str, str | None]) -> None:
    """Ask both, with the types of the result that PostgreSQL found."""
    cursor.execute(sql.encode(), [text for _, text in values])
    expected = [tuple(map(plain, row)) for row in cursor.fetchall()]
    assert cursor.description is not None
    columns = [(one.name, type_of(cursor, one)) for one in cursor.description]
    answered = club.rows(sql, *values, columns=columns, timezone="Europe/Berlin")
    found = [tuple(map(plain, row)) for row in answered]
    if "order by" in sql.lower():
        assert found == expected, sql
    else:
        assert sorted(found, key=repr) == sorted(expected, key=repr), sql


def type_of(cursor: Cursor, column: psycopg.Column) -> str:
    info = cursor.connection.adapters.types.get(column.type_code)
    assert isinstance(info, TypeInfo)
    name = info.regtype or info.name
    sized = name == "numeric" and column.precision is not None
    return f"{name}({column.precision},{column.scale})" if sized else name


def plain(value: Any) -> Any:
    """Compare numbers by value, doubles by their first twelve digits."""
    if isinstance(value, float):
        return float(f"{value:.12g}")
    if isinstance(value, Decimal):
        return value.quantize(Decimal("1e-12")).normalize() + 0
    return value
