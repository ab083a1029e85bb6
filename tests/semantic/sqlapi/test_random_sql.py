"""Random SQL: the same rows as PostgreSQL gives over a table, or a refusal, and never another."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings

from app.storage.postgres import EmbeddedPostgres
from semantic.query.query import QueryError
from semantic.sqlapi.statements import sqlstate_of
from tests.semantic.compiler.club import COLUMNS, TABLES, asker
from tests.semantic.oracle.clubs import MemoryFacts
from tests.semantic.oracle.tables import Tables
from tests.semantic.sqlapi.asked import SqlClub
from tests.semantic.sqlapi.beside import Cursor, filled, same
from tests.semantic.sqlapi.drawn import statements

REFUSALS = ("0A000", "42803", "42804", "42P10")
_FIRST = datetime.fromisoformat("2024-01-01T00:00:00")


def _sales() -> Tables:
    """Forty sales, some at the ends of days and where clocks are changed."""
    chance = Random(7)
    rows = []
    for number in range(1, 41):
        at = _FIRST + timedelta(minutes=30 * chance.randrange(4500))
        rows.append(
            {
                "id": number,
                "account_id": number % 4,
                "kind": chance.choice(["new", "old", "gone", "New", None]),
                "net_minor": chance.choice([None, -250, 0, *range(100, 2000, 150)]),
                "day": date(2024, 1, 1) + timedelta(days=chance.randrange(92)),
                "happened_at": at,
            }
        )
    return {**TABLES, "sales": rows}


@pytest.fixture(scope="module")
def drawn_club() -> Iterator[SqlClub]:
    facts = MemoryFacts(COLUMNS)
    facts.fill(_sales())
    found = asker(facts)
    yield SqlClub(found.compiler, found.engine)
    facts.connection.close()


@pytest.fixture(scope="module")
def drawn_cursor(postgres: EmbeddedPostgres) -> Iterator[Cursor]:
    with filled(postgres, _sales(), "TEMPORARY ") as found:
        yield found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(statements())
def test_random_sql_is_answered_as_by_postgresql_or_refused(
    drawn_club: SqlClub, drawn_cursor: Cursor, sql: str
) -> None:
    try:
        same(drawn_club, drawn_cursor, sql)
    except QueryError as error:
        assert sqlstate_of(error) in REFUSALS, sql  # noqa: PT017 - most statements are answered
