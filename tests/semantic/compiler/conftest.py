"""A small club to ask about."""

from collections.abc import Iterator

import pytest

from tests.semantic.compiler.club import asker, store
from tests.semantic.oracle.asking import Asker
from tests.semantic.oracle.clubs import MemoryFacts


@pytest.fixture(scope="package")
def facts() -> Iterator[MemoryFacts]:
    filled = store()
    yield filled
    filled.connection.close()


@pytest.fixture(scope="package")
def club(facts: MemoryFacts) -> Asker:
    return asker(facts)
