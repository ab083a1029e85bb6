"""Random rollups: wherever one is used, it gives the numbers that the facts give."""

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from semantic.compiling import Compiler
from semantic.query.query import QueryError
from semantic.rollups.compiler import RollupCompiler
from semantic.rollups.keeping import Keeper
from semantic.run.engine import Engine
from tests.semantic.oracle.asking import Asker, types_of_worlds
from tests.semantic.oracle.clubs import CLUB, OTHER_CLUB, MemoryFacts
from tests.semantic.oracle.comparing import same_rows
from tests.semantic.oracle.rollups import queries_of, rollups, with_rollup
from tests.semantic.oracle.strategies import COLUMNS, TABLES, principals, worlds


@pytest.fixture(scope="module")
def facts() -> MemoryFacts:
    """Tables that every case fills anew; another club has rows that never show."""
    store = MemoryFacts(dict.fromkeys(TABLES, COLUMNS))
    row = dict.fromkeys(COLUMNS) | {"id": 1, "amount_minor": 1_000_000, "is_deleted": False}
    store.fill({table: [row] for table in TABLES}, OTHER_CLUB)
    return store


@pytest.fixture(scope="module")
def types(facts: MemoryFacts) -> dict[str, str]:
    """The SQL types of members, which all cubes of all worlds have in common."""
    return types_of_worlds(facts)


# A case builds tables; the profile still says how hard is searched.
@settings(
    max_examples=settings().max_examples // 4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_a_rollup_gives_the_numbers_of_the_facts(
    facts: MemoryFacts, types: dict[str, str], data: st.DataObject
) -> None:
    drawn = data.draw(worlds(), label="world")
    cube, kept = data.draw(rollups(drawn), label="rollup")
    world = with_rollup(drawn, cube, kept)
    query = data.draw(queries_of(kept), label="query")
    caller = data.draw(principals(), label="caller")
    facts.fill(world.tables)
    engine = Engine(facts)
    keeper = Keeper(facts)
    compiler = RollupCompiler(world.model, types, keeper)
    keeper.refresh()
    for shape, _ in compiler.shapes(caller.timezone)[0]:
        keeper.build(shape, CLUB)
    try:
        direct = Asker(Compiler(world.model, types), engine).ask(query, caller)
    except QueryError:
        with pytest.raises(QueryError):
            compiler.compile(query, caller)
        return
    reply = Asker(compiler, engine).ask(query, caller)
    event("used" if reply.compiled.rollups else reply.compiled.explanation.rejected[0][1][:40])
    assert [list(row) for row in reply.rows] == [list(row) for row in direct.rows]
    same_rows(
        [tuple(row.values()) for row in reply.rows], [tuple(row.values()) for row in direct.rows]
    )
    assert reply.total == direct.total
