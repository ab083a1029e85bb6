"""The small club of the compiler's tests, asked in SQL."""

from collections.abc import Iterator

import pytest

from tests.semantic.compiler.club import asker, store
from tests.semantic.oracle.clubs import MemoryFacts
from tests.semantic.oracle.spec_text import view
from tests.semantic.sqlapi.asked import SqlClub

DESK_OF_SALES = view(
    "desk_of_sales",
    country=("sales", "accounts", "country"),
    place=("sales", "accounts", "place"),
    sale=("sales", "id"),
    count=("sales", "count"),
    net=("sales", "net"),
)


GATED = view("gated", kind=("sales", "kind"), named=("sales", "accounts", "named"))


@pytest.fixture(scope="package")
def sql_facts() -> Iterator[MemoryFacts]:
    filled = store()
    yield filled
    filled.connection.close()


@pytest.fixture(scope="package")
def club(sql_facts: MemoryFacts) -> SqlClub:
    found = asker(sql_facts, desk_of_sales=DESK_OF_SALES, gated=GATED)
    return SqlClub(found.compiler, found.engine)
