"""PREPARE, EXECUTE and DEALLOCATE as statements over views."""

import pytest

from semantic.wire import messages
from semantic.wire.messages import Parse
from tests.semantic.wire.front.door import Raw
from tests.semantic.wire.front.speaking import (
    bind,
    execute,
    query,
    refusal,
    rows,
    tags,
    values,
)

PREPARED = "PREPARE p (int, text) AS SELECT id FROM sales WHERE id < $1 AND season = $2 ORDER BY 1"


def test_a_prepared_statement_is_executed_with_values(raw: Raw) -> None:
    assert tags(raw, PREPARED) == ["PREPARE"]
    assert values(raw, "EXECUTE p (5, '2021')") == [b"1"]
    assert values(raw, "execute \"p\"(1 + 10, concat('20', 22));") == [b"2", b"7"]
    assert values(raw, "EXECUTE p (NULL, '2021')") == []
    assert values(raw, "SELECT name FROM pg_prepared_statements WHERE from_sql") == [b"p"]
    assert tags(raw, "EXECUTE p (9, '2023')") == ["SELECT 2"]
    query(raw, "DEALLOCATE p")


def test_a_batch_prepares_and_executes(raw: Raw) -> None:
    batch = "PREPARE q AS SELECT count(*) FROM sales; EXECUTE q; DEALLOCATE q; SELECT 1"
    assert values(raw, batch) == [b"60000", b"1"]
    assert refusal(raw, "EXECUTE q")["C"] == "26000"


@pytest.mark.parametrize("ending", ["DEALLOCATE p", "DEALLOCATE ALL", "DISCARD ALL"])
def test_what_the_shell_forgets_is_forgotten(raw: Raw, ending: str) -> None:
    query(raw, PREPARED)
    assert refusal(raw, PREPARED)["C"] == "42P05"
    query(raw, ending)
    assert refusal(raw, "EXECUTE p (5, '2021')")["C"] == "26000"
    query(raw, "PREPARE p AS SELECT 'own'")
    assert values(raw, "EXECUTE p") == [b"own"]


def test_a_name_that_is_another_statement_by_now_is_refused(raw: Raw) -> None:
    query(raw, "PREPARE p AS SELECT id FROM sales")
    batch = "DEALLOCATE p; PREPARE p AS SELECT 1; EXECUTE p"
    assert refusal(raw, batch)["C"] == "26000"
    assert values(raw, "EXECUTE p") == [b"1"]


@pytest.mark.parametrize(
    ("sql", "state"),
    [
        ("EXECUTE p (1)", "42601"),
        ("EXECUTE p", "42601"),
        ("EXECUTE p ('x', 'y')", "22P02"),
        ("EXECUTE nothing (1)", "26000"),
        ("EXECUTE", "42601"),
        ("PREPARE other AS SELECT nothing FROM sales", "42703"),
        ("PREPARE other AS SELECT refused FROM sales", "42501"),
    ],
)
def test_what_is_wrong_with_a_prepared_statement_is_told(raw: Raw, sql: str, state: str) -> None:
    query(raw, PREPARED)
    assert refusal(raw, sql)["C"] == state
    assert values(raw, "EXECUTE p (5, '2021')") == [b"1"]


def test_execute_is_a_statement_of_the_extended_protocol_too(raw: Raw) -> None:
    parse = Parse(b"", b"PREPARE p AS SELECT id FROM sales ORDER BY 1").packed()
    assert rows(raw, parse, bind(b"", b""), execute(b"")) == []
    parse = Parse(b"e", b"EXECUTE p").packed() + messages.describe(b"S", b"e")
    raw.send(parse + bind(b"c", b"e") + execute(b"c", 2) + execute(b"c", 1) + messages.SYNC)
    assert raw.kinds() == "1tT2DDsDsZ"


def test_a_failed_transaction_executes_nothing(raw: Raw) -> None:
    query(raw, "PREPARE p AS SELECT id FROM sales WHERE id < 2")
    query(raw, "BEGIN")
    assert refusal(raw, "SELECT 1 / 0")["C"] == "22012"
    assert refusal(raw, "EXECUTE p")["C"] == "25P02"
    query(raw, "ROLLBACK")
    assert values(raw, "EXECUTE p") == [b"0", b"1"]
