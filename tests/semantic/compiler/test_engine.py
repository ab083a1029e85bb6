"""Running what was compiled: streams, cancelling, time limits, types, and unsuitable engines."""

import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from semantic.query.query import Query, QueryError
from semantic.run.compiled import Compiled, Explanation
from semantic.run.engine import Engine, EngineUnsuitableError, refuse_unsuitable
from tests.semantic.compiler.club import CALLER
from tests.semantic.oracle.asking import Asker
from tests.semantic.oracle.clubs import CLUB, MemoryFacts

SLOW = Compiled(
    CLUB,
    "SELECT COUNT(*) AS n FROM range(1000000) AS a, range(1000000) AS b WHERE a.range <> b.range",
    (),
    (),
    Explanation(),
)


def test_an_answer_comes_as_a_table_or_batch_by_batch(club: Asker) -> None:
    compiled = club.compiler.compile(Query(dimensions=("accounts.id",)), CALLER)
    assert club.engine.run(compiled).to_pydict() == {"accounts__id": [1, 2, 3, 4]}
    with club.engine.stream(compiled) as batches:
        assert batches.read_all().num_rows == 4
    assert club.engine.answer(compiled).total is None
    counted = club.compiler.compile(Query(dimensions=("accounts.id",), wants_total=True), CALLER)
    assert club.engine.answer(counted).total == 4


def test_a_running_query_is_cancelled_by_its_request(facts: MemoryFacts) -> None:
    engine = Engine(facts)
    refused: list[QueryError] = []

    def ask() -> None:
        with pytest.raises(QueryError) as one:
            engine.run(SLOW, "r1")
        refused.append(one.value)

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for one in asking:
        one.start()
    while any(one.is_alive() for one in asking):
        engine.cancel("r1")
        time.sleep(0.01)
    assert [one.code for one in refused] == ["QUERY_CANCELLED"] * 2
    assert not engine.cancel("r1")


def test_a_query_ends_in_time(facts: MemoryFacts) -> None:
    with pytest.raises(QueryError, match=r"took longer than 0\.05 seconds") as refused:
        Engine(facts, timeout_seconds=0.05).run(SLOW)
    assert refused.value.code == "QUERY_TIMEOUT"


def test_a_failure_amid_the_rows_is_told_as_any_other(facts: MemoryFacts) -> None:
    late = "SELECT CAST(if(range = 50000, 'x', '1') AS INTEGER) FROM range(100000)"

    def read() -> None:
        with Engine(facts).stream(replace(SLOW, sql=late)) as batches:
            assert batches.read_next_batch().num_rows > 0
            batches.read_all()

    with pytest.raises(QueryError, match="Conversion Error") as refused:
        read()
    assert refused.value.code == "QUERY_FAILED"


@pytest.mark.parametrize("is_timed", [True, False])
def test_a_stream_is_stopped_amid_the_rows(facts: MemoryFacts, *, is_timed: bool) -> None:
    engine = Engine(facts, timeout_seconds=0.05)
    endless = replace(SLOW, sql="SELECT range FROM range(1000000000000)")

    def read() -> None:
        with engine.stream(endless, "r1", is_timed=is_timed) as batches:
            for number, _ in enumerate(batches):
                if number == 100 and not is_timed:
                    assert engine.cancel("r1")

    with pytest.raises(QueryError) as refused:
        read()
    assert refused.value.code == ("QUERY_TIMEOUT" if is_timed else "QUERY_CANCELLED")


def test_what_duckdb_refuses_is_said(facts: MemoryFacts) -> None:
    engine = Engine(facts)
    with pytest.raises(QueryError, match="nowhere") as refused:
        engine.run(replace(SLOW, sql="SELECT * FROM nowhere"))
    assert refused.value.code == "QUERY_FAILED"
    with pytest.raises(QueryError, match="nowhere"):
        engine.types_of("SELECT * FROM nowhere")


def test_a_duckdb_that_computes_wrong_numbers_is_refused() -> None:
    refuse_unsuitable("2.0.0")
    with pytest.raises(EngineUnsuitableError, match=r"DuckDB 1\.5\.6 computes wrong numbers"):
        refuse_unsuitable("1.5.6")


def test_a_cursor_is_given_back_however_a_query_ends(facts: MemoryFacts) -> None:
    handed: list[str] = []

    class Watched:
        """A store that counts its cursors."""

        @contextmanager
        def cursor(self) -> Any:
            handed.append("out")
            with facts.cursor() as cursor:
                yield cursor
            handed.append("in")

        def __getattr__(self, name: str) -> Any:
            return getattr(facts, name)

    engine = Engine(Watched())
    engine.run(replace(SLOW, sql="SELECT 1"))
    assert handed == ["out", "in"]
