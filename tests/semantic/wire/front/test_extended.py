"""The extended protocol by hand: what comes in which order, and how long things live."""

import struct

import pytest

from semantic.wire import messages
from semantic.wire.messages import Parse, packed
from tests.semantic.wire.front.door import Door, Raw
from tests.semantic.wire.front.speaking import (
    ask,
    bind,
    execute,
    failure,
    query,
    refusal,
    rows,
    simple,
)

COUNTED = b"SELECT id FROM sales ORDER BY 1"


def test_a_portal_stops_at_the_wanted_rows_and_goes_on(raw: Raw) -> None:
    query(raw, "BEGIN")
    assert ask(raw, Parse(b"", COUNTED).packed(), bind(b"p", b""), execute(b"p", 2)) == "12DDsZ"
    assert ask(raw, execute(b"p", 2)) == "DDsZ"
    assert rows(raw, execute(b"p", 1)) == [(b"4",)]
    query(raw, "COMMIT")
    assert failure(raw, execute(b"p", 1))["C"] == "34000"


def test_a_portal_ends_with_the_number_of_its_last_rows(raw: Raw) -> None:
    few = Parse(b"", b"SELECT id FROM sales WHERE id < 3").packed()
    query(raw, "BEGIN")
    raw.send(few + bind(b"", b"") + execute(b"", 2) + execute(b"", 2) + execute(b"", 2))
    raw.send(messages.SYNC)
    tags = [one.body for one in raw.until(b"Z") if one.kind == b"C"]
    assert tags == [b"SELECT 1\0", b"SELECT 0\0"]


def test_a_cycle_mixes_both_sides_in_order(raw: Raw) -> None:
    found = rows(
        raw,
        Parse(b"", b"SELECT 'first'").packed(), bind(b"", b""), execute(b""),
        Parse(b"", b"SELECT id FROM sales WHERE id = 7").packed(), bind(b"", b""), execute(b""),
        Parse(b"", b"SELECT 'last'").packed(), bind(b"", b""), execute(b""),
    )  # fmt: skip
    assert found == [(b"first",), (b"7",), (b"last",)]


def test_what_follows_a_failure_is_skipped_up_to_sync(raw: Raw) -> None:
    begun = raw
    after = Parse(b"", COUNTED).packed() + bind(b"", b"") + execute(b"", 1)
    assert ask(begun, Parse(b"", b"SELECT nothing FROM sales").packed(), after) == "EZ"
    assert ask(begun, Parse(b"", b"SELECT nothing").packed(), after) == "EZ"
    assert ask(begun, Parse(b"", b"SELECT refused").packed(), after) == "EZ"
    assert ask(begun, Parse(b"", b"SELECT 1").packed(), bind(b"", b"wrong"), after) == "1EZ"
    assert query(begun, "SELECT 1") == "TDCZ"


def test_a_query_between_a_failure_and_sync_is_skipped_beside_an_open_cursor(raw: Raw) -> None:
    query(raw, "DECLARE c CURSOR WITH HOLD FOR SELECT id FROM sales ORDER BY 1")
    assert ask(raw, Parse(b"", b"SELECT nothing").packed(), simple("SELECT 1")) == "EZ"
    assert query(raw, "FETCH 1 IN c") == "TDCZ"


@pytest.mark.parametrize(
    ("column", "state"),
    [("'unanswerable'", "0A000"), ("'broken'", "XX000"), ("CAST(season AS date)", "22P02")],
)
def test_a_failure_of_the_semantic_layer_fails_the_transaction(
    raw: Raw, column: str, state: str
) -> None:
    sql = f"SELECT {column} FROM sales"
    assert query(raw, "BEGIN") == "CZ"
    raw.send(Parse(b"", sql.encode()).packed() + bind(b"", b"") + execute(b"") + messages.SYNC)
    assert raw.error()["C"] == state
    assert raw.message().body == b"E"
    assert failure(raw, Parse(b"", COUNTED).packed())["C"] == "25P02"
    assert query(raw, "ROLLBACK") == "CZ"
    assert query(raw, "SELECT id FROM sales WHERE id = 1") == "TDCZ"


def test_values_come_in_both_formats_and_as_null(raw: Raw) -> None:
    sql = b"SELECT id FROM sales WHERE id = $1 AND coalesce($2, 'x') = 'x'"
    parsed = Parse(b"s", sql, (23,)).packed()
    one = bind(b"", b"s", struct.pack("!i", 6), None, formats=(1, 0))
    both = bind(b"", b"s", b"6", b"x", results=(1,))
    assert rows(raw, parsed, one, execute(b"")) == [(b"6",)]
    (found,) = rows(raw, both, execute(b""))[0]
    assert found is not None
    assert int.from_bytes(found[-2:], "big") == 6
    every = bind(b"", b"s", struct.pack("!i", 6), b"x", formats=(1,))
    assert rows(raw, every, execute(b"")) == [(b"6",)]


def test_statements_and_portals_are_described_and_closed(raw: Raw) -> None:
    parsed = Parse(b"s", b"SELECT id FROM sales WHERE season = $1").packed()
    asked = (
        messages.describe(b"S", b"s") + bind(b"p", b"s", b"2021") + messages.describe(b"P", b"p")
    )
    assert ask(raw, parsed, asked, messages.close(b"P", b"p"), execute(b"p")) == "1tT2T3EZ"
    assert ask(raw, messages.close(b"S", b"s"), bind(b"", b"s", b"")) == "3EZ"
    assert ask(raw, messages.close(b"S", b"never"), messages.close(b"P", b"never")) == "33Z"


def test_the_shell_says_how_long_a_name_lives(raw: Raw) -> None:
    ask(raw, Parse(b"s", COUNTED).packed())
    assert failure(raw, Parse(b"s", b"SELECT 1").packed())["C"] == "42P05"
    assert ask(raw, bind(b"", b"s"), execute(b"", 1)) == "2DsZ"
    query(raw, "DEALLOCATE ALL")
    assert failure(raw, bind(b"", b"s"))["C"] == "26000"
    assert ask(raw, Parse(b"s", b"SELECT 'own'").packed()) == "1Z"
    assert rows(raw, bind(b"", b"s"), execute(b"")) == [(b"own",)]


def test_a_portal_of_the_shell_takes_the_name_of_one_of_a_view(raw: Raw) -> None:
    views = Parse(b"", COUNTED).packed() + bind(b"", b"") + execute(b"", 1)
    assert ask(raw, views, Parse(b"", b"SELECT 1").packed(), bind(b"", b""), execute(b"")) == (
        "12Ds12DCZ"
    )
    again = Parse(b"", COUNTED).packed() + bind(b"", b"") + bind(b"", b"") + execute(b"", 1)
    assert ask(raw, again) == "122DsZ"


def test_flush_brings_answers_before_sync(raw: Raw) -> None:
    raw.send(Parse(b"", COUNTED).packed() + bind(b"", b"") + messages.FLUSH)
    assert raw.kinds(until=b"2") == "12"
    raw.send(Parse(b"", b"SELECT 1").packed() + messages.FLUSH)
    assert raw.kinds(until=b"1") == "1"
    assert ask(raw) == "Z"


def test_copy_explain_and_cursors_work_as_prepared_statements(raw: Raw) -> None:
    query(raw, "BEGIN")

    def run(sql: str, *described: bytes) -> str:
        parsed = Parse(b"", sql.encode()).packed() + bind(b"", b"")
        return ask(raw, parsed, messages.describe(b"P", b""), execute(b""))

    assert run("COPY (SELECT id FROM sales WHERE id < 2) TO STDOUT") == "12nHddcCZ"
    assert run("EXPLAIN SELECT id FROM sales").startswith("12TD")
    assert run("DECLARE c CURSOR FOR SELECT id FROM sales ORDER BY 1") == "12nCZ"
    assert run("FETCH 2 FROM c") == "12TDDCZ"
    assert run("MOVE 5 FROM c") == "12nCZ"
    assert run("CLOSE c") == "12nCZ"
    assert run("FETCH 2 FROM c") == "12nEZ"


def test_a_fetch_that_was_prepared_before_its_cursor_reads_the_cursor(raw: Raw) -> None:
    query(raw, "BEGIN")
    ask(raw, Parse(b"f", b"FETCH 1 IN c").packed())
    query(raw, "DECLARE c CURSOR WITH HOLD FOR SELECT id FROM sales ORDER BY 1")
    query(raw, "COMMIT")
    assert rows(raw, bind(b"", b"f"), execute(b"")) == [(b"0",)]
    query(raw, "CLOSE ALL")
    assert failure(raw, bind(b"", b"f"), execute(b""))["C"] == "34000"


def test_a_refused_form_says_what_to_write(raw: Raw) -> None:
    assert failure(raw, Parse(b"", b"SELECT refused FROM sales").packed())["H"] == (
        "Write something else."
    )


def test_an_error_names_the_place_in_what_was_written(raw: Raw) -> None:
    found = failure(raw, Parse(b"", b"  SELECT nothing FROM sales").packed())
    assert (found["C"], found["P"]) == ("42703", "10")


def test_the_settings_of_the_session_hold(door: Door, raw: Raw) -> None:
    query(raw, "SET TimeZone = 'America/New_York'")
    query(raw, "SELECT id FROM sales WHERE id = 1")
    assert door.spelled.asked[-1][2] == "America/New_York"
    for setting, state in (
        ("TimeZone = '<+02>-02'", "22023"),
        ("DateStyle = 'German'", "0A000"),
        ("client_encoding = 'LATIN1'", "0A000"),
    ):
        query(raw, "BEGIN")
        query(raw, f"SET LOCAL {setting}")
        found = failure(raw, Parse(b"", COUNTED).packed(), bind(b"", b""), execute(b""))
        assert found["C"] == state
        query(raw, "ROLLBACK")


def test_the_shell_never_runs_a_view_by_itself(raw: Raw) -> None:
    assert refusal(raw, 'SELECT id FROM U&"s\\0061les"')["C"] == "0A000"


def test_what_is_not_utf_8_is_the_shells_to_answer(raw: Raw) -> None:
    assert failure(raw, Parse(b"", b"SELECT '\xff'").packed())["C"] == "22021"
    raw.send(packed(b"Q", b"SELECT '\xff'\0"))
    assert raw.error()["C"] == "22021"
    raw.until(b"Z")


def test_functions_are_called_by_the_old_way_too(raw: Raw) -> None:
    # 1299 is now(); no arguments, a result as text.
    raw.send(packed(b"F", struct.pack("!Ihhh", 1299, 0, 0, 0)))
    assert raw.kinds() == "VZ"


def test_copy_into_a_table_works_by_the_extended_protocol(raw: Raw) -> None:
    query(raw, "CREATE TEMP TABLE own (a int)")
    copied = Parse(b"", b"COPY own FROM STDIN").packed() + bind(b"", b"") + execute(b"")
    line = messages.packed(b"d", b"1\n")
    # The server overlooks the end of the cycle while it waits for rows.
    raw.send(copied + messages.SYNC)
    assert raw.kinds(until=b"G") == "12G"
    assert ask(raw, line, messages.COPY_DONE) == "CZ"
    raw.send(copied + messages.FLUSH)
    assert raw.kinds(until=b"G") == "12G"
    assert ask(raw, messages.packed(b"d", b"x\n"), messages.COPY_DONE) == "EZ"
    assert query(raw, "SELECT id FROM sales WHERE id = 1; SELECT * FROM own") == "TDCTDCZ"


def test_rows_for_copy_come_in_the_middle_of_a_batch(raw: Raw) -> None:
    raw.send(
        simple(
            "CREATE TEMP TABLE own (a int); SELECT id FROM sales WHERE id = 1; "
            "COPY own FROM STDIN; SELECT * FROM own"
        )
    )
    assert raw.kinds(until=b"G") == "CTDCG"
    raw.send(messages.packed(b"d", b"1\n") + messages.COPY_DONE)
    assert raw.kinds() == "CTDCZ"


def test_nothing_of_a_view_is_done_after_a_failure_that_is_not_told_yet(raw: Raw) -> None:
    named = Parse(b"s", COUNTED).packed() + bind(b"p", b"s")
    wrong = Parse(b"", b"SELECT nothing").packed()
    query(raw, "BEGIN")
    assert ask(raw, named, messages.describe(b"P", b"p"), wrong, execute(b"p")) == "12TEZ"
    query(raw, "ROLLBACK")
    refused = Parse(b"", b"SELECT refused").packed()
    call = messages.packed(b"F", struct.pack("!Ihhh", 1299, 0, 0, 0))
    for after in (bind(b"", b"s"), refused, call, simple("SELECT 1"), Parse(b"", COUNTED).packed()):
        assert ask(raw, wrong, after) == "EZ"
    raw.send(wrong + messages.FLUSH)
    raw.error()
    assert ask(raw, named) == "Z"


def test_a_type_that_cannot_be_sent_is_refused(raw: Raw) -> None:
    asked = Parse(b"", b"SELECT CAST(NULL AS point) FROM sales").packed()
    assert failure(raw, asked, bind(b"", b""), execute(b""))["C"] == "0A000"


def test_only_statements_and_portals_are_described(raw: Raw) -> None:
    raw.send(messages.describe(b"?", b""))
    assert raw.error()["C"] == "08P01"
    assert raw.is_ended()
