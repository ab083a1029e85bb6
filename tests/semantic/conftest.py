"""Tables of drawn worlds, which every drawn case fills anew."""

from collections.abc import Iterator

import pytest

from tests.semantic.oracle.asking import types_of_worlds
from tests.semantic.oracle.clubs import OTHER_CLUB, MemoryFacts
from tests.semantic.oracle.strategies import COLUMNS, TABLES


@pytest.fixture(scope="module")
def drawn_facts() -> Iterator[MemoryFacts]:
    """Tables that every case fills anew; another club has rows that never show."""
    store = MemoryFacts(dict.fromkeys(TABLES, COLUMNS))
    row = dict.fromkeys(COLUMNS) | {"id": 1, "amount_minor": 1_000_000, "is_deleted": False}
    store.fill({table: [row] for table in TABLES}, OTHER_CLUB)
    yield store
    store.connection.close()


@pytest.fixture(scope="module")
def drawn_types(drawn_facts: MemoryFacts) -> dict[str, str]:
    """The SQL types of members, which all cubes of all worlds have in common."""
    return types_of_worlds(drawn_facts)
