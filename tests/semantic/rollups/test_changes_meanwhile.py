"""What happens between a question's compilation and its answer never makes the answer wrong."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from semantic.query.query import QueryError
from semantic.rest.executing import Execution
from semantic.run.compiled import Compiled
from tests.semantic.rollups.star import ANALYST, BY_MONTH, COUNT, Star, open_star


@pytest.fixture
def star(tmp_path: Path) -> Iterator[Star]:
    with open_star(tmp_path) as found:
        yield found


def compiled_over_rollup(star: Star) -> Compiled:
    table = star.build()
    compiled = star.compiler.compile(COUNT, ANALYST)
    assert compiled.rollups == {table: BY_MONTH}
    assert number(star, compiled) == 3
    return compiled


def number(star: Star, compiled: Compiled) -> int:
    """The number that a question has, the same in whichever way it is run."""
    with star.engine.stream(compiled) as batches:
        streamed = batches.read_all()
    assert streamed == star.engine.run(compiled)
    (found,) = streamed.to_pylist()
    (value,) = found.values()
    return int(value)


def test_a_file_of_facts_that_is_replaced_meanwhile_takes_the_rollup_with_it(star: Star) -> None:
    compiled = compiled_over_rollup(star)
    star.rebuild(5)
    assert number(star, compiled) == 5
    assert star.engine.answer(compiled).compiled.rollups == {}
    again = star.compiler.compile(COUNT, ANALYST)
    assert "changed since it was built" in dict(again.explanation.rejected)[BY_MONTH]
    assert number(star, again) == 5
    star.build()
    assert star.compiler.compile(COUNT, ANALYST).rollups
    assert number(star, star.compiler.compile(COUNT, ANALYST)) == 5


def test_facts_that_change_meanwhile_are_read_instead_of_the_rollup(star: Star) -> None:
    compiled = compiled_over_rollup(star)
    star.apply(4)
    assert number(star, compiled) == 7
    answer = star.engine.answer(compiled)
    assert answer.compiled.rollups == {}
    assert answer.compiled.explanation.facts == ("sale_movement",)


def test_a_rollup_that_is_dropped_meanwhile_is_read_from_the_facts(star: Star) -> None:
    compiled = compiled_over_rollup(star)
    (table,) = compiled.rollups
    with star.facts.cursor() as cursor:
        cursor.execute(f"DROP VIEW main.{table}")
        cursor.execute(f"DROP TABLE store.{table}")
    assert number(star, compiled) == 3
    assert star.engine.answer(compiled).compiled.rollups == {}


def test_what_the_facts_cannot_answer_either_is_said(star: Star) -> None:
    compiled = compiled_over_rollup(star)
    assert compiled.reliance is not None
    with star.facts.cursor() as cursor:
        cursor.execute("DROP VIEW main.fact_sale_movement")
    with pytest.raises(QueryError, match="fact_sale_movement") as refused:
        star.engine.run(compiled.reliance.direct)
    assert refused.value.code == "QUERY_FAILED"


def test_an_answer_over_a_rollup_says_when_that_was_built(star: Star) -> None:
    compiled = compiled_over_rollup(star)
    assert compiled.reliance is not None
    (table,) = compiled.rollups
    built_ms = round(compiled.reliance.built_at.timestamp() * 1000)
    found = Execution(star.engine, compiled).run()
    assert found.rollups == {
        table: {"preAggregationId": BY_MONTH, "lastUpdatedAt": built_ms, "type": "rollup"}
    }
    star.apply(1)
    later = Execution(star.engine, compiled).run()
    assert (later.rollups, later.version) == ({}, star.facts.version())


def test_two_that_build_the_same_rollup_at_once_do_not_double_it(star: Star) -> None:
    building = [threading.Thread(target=star.build) for _ in range(4)]
    for one in building:
        one.start()
    for one in building:
        one.join()
    table = star.build()
    with star.facts.cursor() as cursor:
        (rows,) = cursor.execute(f"SELECT count(*) FROM store.{table}").fetchall()
    assert rows == (1,)
    assert number(star, star.compiler.compile(COUNT, ANALYST)) == 3
