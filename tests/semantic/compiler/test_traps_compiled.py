"""The traps of joining and grouping, compiled and run."""

from collections.abc import Iterator

import pytest

from semantic.compiling import Compiler, describe_members
from semantic.run.engine import Engine
from tests.semantic.oracle import shop
from tests.semantic.oracle.clubs import OTHER_CLUB, MemoryFacts
from tests.semantic.oracle.comparing import same_rows
from tests.semantic.test_traps import EACH, Trap, by_hand


@pytest.fixture(scope="module")
def shop_facts() -> Iterator[MemoryFacts]:
    store = MemoryFacts(shop.COLUMNS)
    store.fill(shop.TABLES)
    store.fill({name: [*rows] * 10 for name, rows in shop.TABLES.items()}, OTHER_CLUB)
    yield store
    store.connection.close()


@pytest.fixture(scope="module")
def compiler(shop_facts: MemoryFacts) -> Compiler:
    return Compiler(shop.MODEL, describe_members(shop.MODEL, Engine(shop_facts).types_of))


@EACH
def test_the_compiler_falls_into_no_trap(
    shop_facts: MemoryFacts, compiler: Compiler, trap: Trap
) -> None:
    compiled = compiler.compile(trap.query, shop.ASKER)
    found = Engine(shop_facts).run(compiled)
    rows = [tuple(row.values()) for row in found.to_pylist()]
    same_rows(rows, by_hand(shop_facts, trap.sql))
