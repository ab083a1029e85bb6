"""The statements that BI tools send to learn what there is: each answers as PostgreSQL does.

The same views stand in a plain PostgreSQL. Every statement goes to both, to ours through the door,
and what comes back has to be the same: columns with their types, rows, tags, errors.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.storage.postgres import EmbeddedPostgres
from semantic.run.engine import Engine
from semantic.wire.shell.column_types import result_types
from semantic.wire.shell.views import sight_of, views_of
from tests.semantic.wire.club import caller, compiler_of, filled
from tests.semantic.wire.served import DATABASE, PASSWORD, USER, Served

FOLDER = Path(__file__).parent / "catalogue"
STATEMENTS = [
    pytest.param(statement.strip(), id=f"{file.stem}-{number}")
    for file in sorted(FOLDER.glob("*.sql"))
    for number, statement in enumerate(file.read_text(encoding="utf-8").split("\n---\n"), 1)
]
# A view over a function depends on it, which the catalogue tells.
ROWS_OF_NOBODY = """CREATE FUNCTION pg_catalog.semantic_rows() RETURNS SETOF record
    LANGUAGE plpgsql AS 'BEGIN END'"""
TEMPORARY = re.compile(r"(pg_(?:toast_)?temp_)\d+")
Answer = tuple[Any, ...]


@pytest.fixture(scope="module")
def plain(postgres: EmbeddedPostgres) -> Iterator[psycopg.Connection[Any]]:
    """A database of PostgreSQL's own, by the same name, with the same views, for the same user."""
    facts = filled()
    engine = Engine(facts)
    compiler = compiler_of(engine)
    sight = sight_of(compiler.model, caller("finance").principal)
    views = views_of(compiler.model, sight, result_types(compiler, engine.types_of))
    facts.connection.close()
    postgres.ensure_database(DATABASE)
    url = postgres.connection_url(DATABASE).replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as owner:
        for statement in (
            ROWS_OF_NOBODY,
            views.statements,
            f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'",
            f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC",
            f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {USER}",
            f"ALTER DATABASE {DATABASE} SET timezone = 'Europe/Brussels'",
        ):
            owner.execute(statement)
    place = psycopg.conninfo.make_conninfo(url, user=USER, password=PASSWORD)
    with psycopg.connect(place, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def ours(served: Served) -> Iterator[psycopg.Connection[Any]]:
    with served.connect() as connection:
        yield connection


def answer(connection: psycopg.Connection[Any], statement: str) -> list[Answer]:
    """Everything that comes back: of each result the tag, the columns and the rows."""
    cursor = connection.cursor()
    try:
        cursor.execute(statement)
    except psycopg.Error as error:
        return [(error.sqlstate, error.diag.message_primary, error.diag.statement_position)]
    found: list[Answer] = []
    while True:
        columns = [
            (one.name, one.type_code, one.precision, one.scale) for one in cursor.description or ()
        ]
        rows = [] if cursor.description is None else [tuple(map(comparable, one)) for one in cursor]
        found.append((cursor.statusmessage, columns, rows))
        if not cursor.nextset():
            return found


def comparable(value: Any) -> Any:
    """Leave out what differs between any two servers: numbers of objects and of sessions."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 16384:
        return "an object"
    if isinstance(value, str):
        return TEMPORARY.sub(r"\1", value)
    return value


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_statement_of_a_tool_answers_as_postgresql_does(
    statement: str, ours: psycopg.Connection[Any], plain: psycopg.Connection[Any]
) -> None:
    expected = answer(plain, statement)
    assert answer(ours, statement) == expected
    assert ours.info.transaction_status == plain.info.transaction_status
