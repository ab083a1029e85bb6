"""Random queries over random models: the compiler and DuckDB answer as the oracle does."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semantic.access.principal import Principal
from semantic.query.query import Query, QueryError
from tests.semantic.oracle.answers import Answer
from tests.semantic.oracle.asking import Asker, Reply, asker_of
from tests.semantic.oracle.clubs import MemoryFacts
from tests.semantic.oracle.comparing import plain, same_row, same_rows, same_value
from tests.semantic.oracle.evaluation import answer
from tests.semantic.oracle.permissions import RefusedError
from tests.semantic.oracle.strategies import (
    World,
    principals,
    queries,
    worlds,
)
from tests.semantic.oracle.tables import NoWayError


@settings(
    max_examples=settings().max_examples // 2,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_the_compiler_answers_as_the_oracle_does(
    drawn_facts: MemoryFacts, drawn_types: dict[str, str], data: st.DataObject
) -> None:
    world = data.draw(worlds(), label="world")
    query = data.draw(queries(world), label="query")
    principal = data.draw(principals(), label="caller")
    drawn_facts.fill(world.tables)
    check(asker_of(world.model, drawn_facts, drawn_types), world, query, principal)


def check(asker: Asker, world: World, query: Query, principal: Principal) -> None:
    """Compare one answer, or that both refuse."""
    try:
        expected = answer(world.model, world.tables, query, principal)
    except (NoWayError, RefusedError):
        with pytest.raises(QueryError):
            asker.ask(query, principal)
        return
    compare(query, asker.ask(query, principal), expected)


def compare(query: Query, reply: Reply, expected: Answer) -> None:
    """Compare rows; what is not ordered may come in any order, and a limit take any of them."""
    keys = tuple(expected.every_row[0]) if expected.every_row else ()
    found = [tuple(row[key] for key in keys) for row in reply.rows] if keys else []
    every = [tuple(row[key] for key in keys) for row in expected.every_row]
    assert len(reply.rows) == len(expected.rows), (reply.compiled.sql, reply.rows, expected.rows)
    if query.wants_total:
        assert reply.total == expected.total
    if len(expected.rows) == len(expected.every_row):
        same_rows(found, every)
    else:
        assert all(any(same_row(one, other) for other in every) for one in found)
    for number, column in enumerate(keys):
        if expected.order[:1] == [column]:
            wanted = [row[column] for row in expected.rows]
            assert same_list([row[number] for row in found], wanted), (found, expected.rows)


def same_list(found: Sequence[Any], wanted: Sequence[Any]) -> bool:
    return all(
        same_value(plain(one), plain(other)) for one, other in zip(found, wanted, strict=True)
    )
