"""The shells behind the BI door: one real PostgreSQL for each sight, with views and no rows."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.storage.postgres.throwaway import ThrowawayClusters
from semantic.run.engine import Engine
from semantic.wire.contracts import ShellAddress
from semantic.wire.shell.shells import ShellKeeper
from tests.semantic.oracle.clubs import OTHER_CLUB
from tests.semantic.wire.club import caller, compiler_of, filled
from tests.semantic.wire.keeping import Models, keeping, ran

COLUMNS = """SELECT table_name || '.' || column_name || ' ' || format_type(atttypid, atttypmod)
    FROM information_schema.columns
    JOIN pg_attribute ON attrelid = to_regclass(quote_ident(table_name)) AND attname = column_name
    WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"""

SEASON = re.compile(r"(name: |\[)season")
REFUSED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectNotInPrerequisiteState)


@contextmanager
def connected(address: ShellAddress) -> Iterator[psycopg.Connection[Any]]:
    folder = str(Path(address.socket).parent)
    with psycopg.connect(
        host=folder, user=address.role, dbname=address.database, autocommit=True
    ) as connection:
        yield connection


def asked(address: ShellAddress, sql: str) -> list[Any]:
    """The first column of an answer."""
    with connected(address) as connection:
        return [row[0] for row in connection.execute(sql)]


def columns(address: ShellAddress) -> list[str]:
    return asked(address, COLUMNS)


def test_a_shell_has_what_its_caller_may_see_with_the_types_of_answers(
    clusters: ThrowawayClusters, models: Models
) -> None:
    async def test() -> None:
        async with keeping(clusters, models) as keeper:
            finance = await keeper.open(caller("finance"), "Ann O'Hara", 'de"mo')
            assert await asyncio.to_thread(columns, finance) == [
                *("margins.season text", "margins.margin double precision"),
                *("sales.id bigint", "sales.season text"),
                *("sales.sold_at timestamp without time zone", "sales.is_open boolean"),
                *("sales.count bigint", "sales.places numeric(38,0)", "sales.net numeric(38,3)"),
                *("sales.margin double precision", "sales.net_per_place double precision"),
                "sales.last_sold_at timestamp without time zone",
                *("sales.best_season text", "sales.net_a_year_before numeric(38,3)"),
                "sales.net_so_far numeric(38,3)",
            ]
            sales = await keeper.open(caller("sales"), "bob", 'de"mo')
            seen = await asyncio.to_thread(columns, sales)
            assert not [one for one in seen if "margin" in one]
            assert len(seen) == 12
            assert asked(sales, "SELECT 1 FROM pg_attribute WHERE attname ~ 'margin'") == []
            nobody = await keeper.open(caller("portal"), "eve", 'de"mo')
            assert await asyncio.to_thread(columns, nobody) == []
            with connected(finance) as connection:
                row = connection.execute(
                    "SELECT current_user, current_database(), current_setting('timezone'),"
                    " obj_description('sales'::regclass), col_description('sales'::regclass, 7)"
                ).fetchone()
            assert row == (
                *("Ann O'Hara", 'de"mo', "Europe/Brussels"),
                "What is sold: Sales by season.",
                'Net: What was booked, without VAT; it\'s "exact". (measure)',
            )

    ran(test)


def test_who_sees_the_same_shares_a_shell_and_no_club_sees_another(
    clusters: ThrowawayClusters, models: Models
) -> None:
    async def test() -> None:
        async with keeping(clusters, models) as keeper:
            here = caller("finance")
            there = replace(here, principal=replace(here.principal, organisation_id=OTHER_CLUB))
            ann, bob, again, eve = await asyncio.gather(
                keeper.open(here, "ann", "demo"),
                keeper.open(here, "bob", "demo"),
                keeper.open(here, "ann", "demo"),
                keeper.open(there, "eve", "other"),
            )
            assert ann == again
            assert ann.socket == bob.socket != eve.socket
            names = "SELECT rolname FROM pg_roles WHERE rolcanlogin ORDER BY 1"
            assert asked(eve, names) == ["eve", "loge"]
            assert "demo" not in asked(eve, "SELECT datname FROM pg_database")
            renamed = await keeper.open(here, "loge", "shell")
            assert renamed.socket == ann.socket
            assert (renamed.role, renamed.database) == ("loge_", "shell_")

    ran(test)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM sales",
        "SELECT count(*) FROM sales",
        "SELECT season FROM sales WHERE season = 'nothing' GROUP BY 1",
        "SELECT season FROM sales WHERE season IS NOT NULL AND net > 0",
        "SELECT 1 FROM sales JOIN margins USING (season)",
        "SELECT count(*) FROM (SELECT 1) one LEFT JOIN sales ON id = 1",
        "BEGIN; DECLARE c CURSOR WITH HOLD FOR SELECT id FROM sales WHERE id > 1; COMMIT",
        "PREPARE p AS SELECT season FROM sales; EXECUTE p",
        "CREATE TEMPORARY TABLE kept AS SELECT * FROM sales",
        "SELECT EXISTS (SELECT FROM sales)",
        "SELECT pg_catalog.query_to_xml('SELECT * FROM sales', true, true, '')",
        "DO $$ BEGIN PERFORM * FROM sales; END $$",
    ],
)
def test_what_postgresql_itself_would_read_of_a_view_fails(
    statement: str, shell: ShellAddress
) -> None:
    with connected(shell) as connection:
        with pytest.raises(psycopg.errors.FeatureNotSupported, match="answered by Loge"):
            connection.execute(statement)
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (x int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "DROP VIEW sales",
        "INSERT INTO sales (id) VALUES (1)",
        "COMMENT ON VIEW sales IS 'mine'",
        "SELECT lo_create(0)",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT pg_read_file('PG_VERSION')",
        "ALTER SYSTEM SET work_mem = '1GB'",
        "SET ROLE loge",
    ],
)
def test_a_session_may_change_nothing(statement: str, shell: ShellAddress) -> None:
    with connected(shell) as connection:
        with pytest.raises(REFUSED):
            connection.execute(statement)
        assert connection.execute(
            "SELECT count(*) FROM pg_views WHERE schemaname = 'public'"
        ).fetchone() == (2,)


def test_temporary_tables_and_memory_have_limits(shell: ShellAddress) -> None:
    with connected(shell) as connection:
        connection.execute('CREATE LOCAL TEMPORARY TABLE "#Tableau" ("COL" INTEGER)')
        connection.execute('DROP TABLE "#Tableau"')
        with pytest.raises(psycopg.Error):
            connection.execute(
                "CREATE TEMPORARY TABLE large AS "
                "SELECT repeat(md5(n::text), 60) FROM generate_series(1, 40000) n"
            )
        with pytest.raises(psycopg.errors.OutOfMemory):
            connection.execute("SELECT length(repeat('x', 1000000000))")
        assert connection.execute("SELECT 1").fetchone() == (1,)


@pytest.fixture(scope="module")
def shell(clusters: ThrowawayClusters) -> Iterator[ShellAddress]:
    """A shell that several tests look at."""
    facts = filled()
    engine = Engine(facts)
    compiler = compiler_of(engine)
    loop = asyncio.new_event_loop()
    keeper = ShellKeeper(clusters, lambda _principal: compiler, engine.types_of)
    yield loop.run_until_complete(keeper.open(caller("finance"), "ann", "demo"))
    loop.run_until_complete(keeper.close())
    loop.close()
    facts.connection.close()


def test_where_people_come_to_see_different_things_a_shell_shows_what_all_of_them_may(
    clusters: ThrowawayClusters, models: Models
) -> None:
    async def test() -> None:
        async with keeping(clusters, models) as keeper:
            sales, partner = caller("sales"), caller("partner")
            models.write(lambda text: text.replace("group: sales", 'group: "*"'))
            ann = await keeper.open(sales, "ann", "demo")
            eve = await keeper.open(partner, "eve", "demo")
            assert ann == replace(eve, role="ann")
            models.write(lambda text: text)
            await keeper.look()
            assert columns(ann) == columns(eve) == []
            again = await keeper.open(sales, "ann", "demo")
            assert again.socket != ann.socket
            assert "sales.net numeric(38,3)" in columns(again)

    ran(test)


def test_new_models_reach_sessions_that_are_open_once_they_let_go_of_the_views(
    clusters: ThrowawayClusters, models: Models, caplog: pytest.LogCaptureFixture
) -> None:
    async def test() -> None:
        async with keeping(clusters, models) as keeper:
            ann = await keeper.open(caller("finance"), "ann", "demo")
            await keeper.open(caller("finance"), "ann", "other")
            with connected(ann) as connection:
                connection.execute("BEGIN; PREPARE p AS SELECT season FROM sales")
                before = connection.info.backend_pid
                models.write(lambda text: SEASON.sub(r"\1campaign", text))
                await keeper.look()
                assert "have to wait" in caplog.text
                assert "sales.season text" in columns(ann)
                connection.execute("COMMIT")
                await keeper.look()
                for one in (ann, replace(ann, database="other")):
                    seen = columns(one)
                    assert "sales.campaign text" in seen
                    assert "sales.season text" not in seen
                found = connection.execute("SELECT pg_backend_pid()").fetchone()
                assert found == (before,)
            bob = await keeper.open(caller("finance"), "bob", "demo")
            assert bob.socket == ann.socket

    ran(test)
