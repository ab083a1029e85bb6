"""Random rollups: wherever one is used, it gives the numbers that the facts give."""

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from semantic.compiling import Compiler
from semantic.query.query import QueryError
from semantic.rollups.compiler import RollupCompiler
from semantic.rollups.keeping import Keeper
from semantic.run.engine import Engine
from tests.semantic.oracle.asking import Asker
from tests.semantic.oracle.clubs import CLUB, MemoryFacts
from tests.semantic.oracle.comparing import same_rows
from tests.semantic.oracle.rollups import queries_of, rollups, with_rollup
from tests.semantic.oracle.strategies import principals, worlds


# A case builds tables; the profile still says how hard is searched.
@settings(
    max_examples=settings().max_examples // 4,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_a_rollup_gives_the_numbers_of_the_facts(
    drawn_facts: MemoryFacts, drawn_types: dict[str, str], data: st.DataObject
) -> None:
    drawn = data.draw(worlds(), label="world")
    cube, kept = data.draw(rollups(drawn), label="rollup")
    rows_of = data.draw(st.lists(st.sampled_from(sorted(drawn.model.cubes)), max_size=2))
    world = with_rollup(drawn, cube, kept, *rows_of)
    query = data.draw(queries_of(kept), label="query")
    caller = data.draw(principals(), label="caller")
    drawn_facts.fill(world.tables)
    engine = Engine(drawn_facts)
    keeper = Keeper(drawn_facts)
    compiler = RollupCompiler(world.model, drawn_types, keeper)
    keeper.refresh()
    shapes = compiler.shapes(caller.timezone)[0]
    for stored in (
        *(one.stored for one, _ in shapes),
        *(one.stored for one in compiler.originals[0]),
    ):
        keeper.build(stored, CLUB)
        keeper.build(stored, CLUB)
    try:
        direct = Asker(Compiler(world.model, drawn_types), engine).ask(query, caller)
    except QueryError:
        with pytest.raises(QueryError):
            compiler.compile(query, caller)
        return
    reply = Asker(compiler, engine).ask(query, caller)
    relied = reply.compiled.reliance
    event("facts" if relied is None else relied.type)
    assert [list(row) for row in reply.rows] == [list(row) for row in direct.rows]
    same_rows(
        [tuple(row.values()) for row in reply.rows], [tuple(row.values()) for row in direct.rows]
    )
    assert reply.total == direct.total
