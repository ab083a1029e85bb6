"""Real clients at the door: psql, psycopg and asyncpg, over TLS."""

import asyncio
import os
import shutil
import subprocess
from datetime import datetime
from decimal import Decimal
from typing import Any

import asyncpg
import psycopg
import pytest

from tests.semantic.wire.front.door import DATABASE, PASSWORD, Door
from tests.semantic.wire.front.spelled import ROWS

PSQL = shutil.which("psql") or ""
FIRST = (1, "2021", datetime(2024, 1, 1, 0, 1), False, Decimal(10), Decimal("0.25"))  # noqa: DTZ001 - shown without a zone
ALL = "SELECT id, season, sold_at, is_open, places, net FROM sales"


def psql(door: Door, *commands: str) -> str:
    given = [part for one in commands for part in ("-c", one)]
    found = subprocess.run(
        [PSQL, "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", door.dsn(), *given],
        env={**os.environ, "PGPASSWORD": PASSWORD},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return found.stdout


needs_psql = pytest.mark.skipif(not PSQL, reason="psql is not installed here")


@needs_psql
def test_psql_shows_views_and_what_they_say(door: Door) -> None:
    described = psql(door, r"\dv", r"\d sales", r"\conninfo")
    assert "public|sales|view" in described
    assert "season|text" in described
    assert DATABASE in described


@needs_psql
def test_psql_asks_fetches_and_copies(door: Door) -> None:
    found = psql(
        door,
        "SELECT id FROM sales WHERE id < 3 ORDER BY 1",
        "BEGIN; DECLARE c CURSOR FOR SELECT id FROM sales ORDER BY 1; FETCH 2 IN c; COMMIT",
        "COPY (SELECT id, season FROM sales WHERE id < 2 ORDER BY 1) TO STDOUT",
    )
    assert found.split() == [
        "0",
        "1",
        "2",
        "BEGIN",
        "DECLARE",
        "CURSOR",
        "0",
        "1",
        "COMMIT",
        "0",
        "\\N",
        "1",
        "2021",
    ]


@pytest.mark.parametrize("is_binary", [False, True])
def test_psycopg_reads_rows_in_text_and_in_binary(door: Door, *, is_binary: bool) -> None:
    with door.connect() as connection, connection.cursor(binary=is_binary) as cursor:
        assert cursor.execute(f"{ALL} WHERE id = %s", [1]).fetchall() == [FIRST]
        assert cursor.execute(f"{ALL} WHERE season = %s AND id < 2", ["2021"]).fetchall() == [FIRST]


def test_psycopg_prepares_and_keeps_a_statement(door: Door) -> None:
    with door.connect() as connection:
        for number in range(8):
            found = connection.execute(f"{ALL} WHERE id = %s", [1 + 5 * number], prepare=True)
            assert found.fetchone()[0] == 1 + 5 * number  # type: ignore[index]


def test_psycopg_reads_by_a_server_side_cursor(door: Door) -> None:
    with psycopg.connect(door.dsn()) as connection, connection.cursor("Rows of sales") as cursor:
        cursor.itersize = 1000
        cursor.execute("SELECT id FROM sales WHERE id < %s ORDER BY 1", [2500])
        assert [name.name for name in cursor.description or ()] == ["id"]
        assert [row[0] for row in cursor] == list(range(2500))


def test_psycopg_goes_on_with_a_held_cursor_after_the_transaction(door: Door) -> None:
    with psycopg.connect(door.dsn()) as connection:
        cursor: Any = connection.cursor("held", withhold=True)
        cursor.execute("SELECT id FROM sales ORDER BY 1")
        assert cursor.fetchmany(2) == [(0,), (1,)]
        connection.commit()
        assert cursor.fetchmany(2) == [(2,), (3,)]
        cursor.close()
        connection.commit()
        assert not door.server._tasks or all(
            not one.executor.opened.cursors for one in door.server._places.values()
        )


def test_psycopg_streams_copies_and_pipelines(door: Door) -> None:
    with door.connect() as connection:
        assert sum(1 for _ in connection.cursor().stream("SELECT id FROM sales")) == ROWS
        with connection.cursor().copy("COPY (SELECT id FROM sales) TO STDOUT") as copy:
            assert sum(1 for _ in copy.rows()) == ROWS
        with connection.pipeline():
            mixed = [
                connection.execute("SELECT 1"),
                connection.execute("SELECT id FROM sales WHERE id = %s", [4]),
                connection.execute("SELECT 2"),
                connection.execute("SELECT id FROM sales WHERE id = %s", [5]),
            ]
        assert [one.fetchone() for one in mixed] == [(1,), (4,), (2,), (5,)]


def asyncpg_test(door: Door, test: Any) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(
            host="127.0.0.1",
            port=door.port,
            user="ann",
            password=PASSWORD,
            database=DATABASE,
            ssl="require",
        )
        try:
            await test(connection)
        finally:
            await connection.close()

    asyncio.run(run())


def test_asyncpg_asks_with_parameters_and_reads_binary(door: Door) -> None:
    async def test(connection: Any) -> None:
        found = await connection.fetchrow(f"{ALL} WHERE id = $1", 1)
        assert tuple(found) == FIRST
        assert await connection.fetchval("SELECT count(*) FROM sales") == ROWS

    asyncpg_test(door, test)


def test_asyncpg_reads_by_portals_and_copies(door: Door) -> None:
    async def test(connection: Any) -> None:
        async with connection.transaction():
            cursor = await connection.cursor("SELECT id FROM sales ORDER BY 1")
            assert [row["id"] for row in await cursor.fetch(3)] == [0, 1, 2]
            assert await connection.fetchval("SELECT 1") == 1
            assert [row["id"] for row in await cursor.fetch(2)] == [3, 4]
        pieces: list[bytes] = []

        async def take(piece: bytes) -> None:
            pieces.append(piece)

        said = await connection.copy_from_query(
            "SELECT id, season FROM sales WHERE id < 2 ORDER BY 1", output=take, format="csv"
        )
        assert (said, b"".join(pieces)) == ("COPY 2", b"0,\n1,2021\n")

    asyncpg_test(door, test)
