"""The small club of the compiler's tests, asked in SQL."""

from collections.abc import Iterator

import pytest

from app.storage.postgres import EmbeddedPostgres
from tests.semantic.compiler.club import asker, store
from tests.semantic.oracle.clubs import MemoryFacts
from tests.semantic.oracle.spec_text import cube, dimension, measure, view
from tests.semantic.sqlapi.asked import SqlClub
from tests.semantic.sqlapi.beside import Cursor, filled

DESK_OF_SALES = view(
    "desk_of_sales",
    country=("sales", "accounts", "country"),
    place=("sales", "accounts", "place"),
    sale=("sales", "id"),
    count=("sales", "count"),
    net=("sales", "net"),
)


GATED = view("gated", kind=("sales", "kind"), named=("sales", "accounts", "named"))


MOMENTS = cube(
    "moments",
    "SELECT s.id, s.happened_at, a.seen_at FROM sales AS s LEFT JOIN accounts AS a ON a.id = s.id",
    [
        dimension("id", "number", "{CUBE}.id", is_primary_key=True),
        dimension("at", "time", "{CUBE}.happened_at"),
        measure("last_at", "max", "{CUBE}.happened_at"),
        measure("latest", "time", "MAX({CUBE}.happened_at)"),
        measure("seen", "time", "MAX({CUBE}.seen_at)"),
        measure("last_seen", "max", "{CUBE}.seen_at"),
    ],
)


@pytest.fixture(scope="package")
def sql_facts() -> Iterator[MemoryFacts]:
    filled = store()
    yield filled
    filled.connection.close()


@pytest.fixture(scope="package")
def club(sql_facts: MemoryFacts) -> SqlClub:
    found = asker(sql_facts, MOMENTS, desk_of_sales=DESK_OF_SALES, gated=GATED)
    return SqlClub(found.compiler, found.engine)


@pytest.fixture(scope="package")
def cursor(postgres: EmbeddedPostgres) -> Iterator[Cursor]:
    """Tables of PostgreSQL with the rows that views have."""
    with filled(postgres) as found:
        yield found
