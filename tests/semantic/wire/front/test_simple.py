"""Simple queries: batches, cursors, COPY and EXPLAIN, and transactions that failed."""

import re

import pytest

from semantic.wire import messages
from semantic.wire.messages import packed
from tests.semantic.wire.front.door import Door, Raw
from tests.semantic.wire.front.speaking import query, refusal, simple, tags, values
from tests.semantic.wire.front.spelled import ROWS


def test_a_batch_mixes_both_sides(raw: Raw) -> None:
    batch = "SELECT 'a;b'; ; SELECT id FROM sales WHERE id = 3; /* ; */ SELECT 'c' -- ;"
    assert values(raw, batch) == [b"a;b", b"3", b"c"]
    assert query(raw, "") == "IZ"
    assert query(raw, " ; -- nothing") == "IZ"


def test_a_batch_stops_at_its_first_failure_and_takes_back_what_it_did(raw: Raw) -> None:
    batch = "CREATE TEMP TABLE kept (a int); SELECT id FROM sales WHERE id = 1; {}; SELECT 1"
    for wrong in ("SELECT nothing FROM sales", "SELECT nothing", "SELECT refused FROM sales"):
        raw.send(simple(batch.format(wrong)))
        assert raw.kinds() == "CTDCEZ"
        assert refusal(raw, "SELECT * FROM kept")["C"] == "42P01"
    assert values(raw, "SELECT 1") == [b"1"]


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("SELECT 1; SELECT id, nothing FROM sales", 22),
        ("SELECT id FROM sales WHERE id < 2; SELECT nothing", 43),
        ("SELECT 1; EXPLAIN SELECT nothing FROM sales", 26),
        ("SELECT nothing FROM sales", 8),
    ],
)
def test_an_error_names_its_place_in_the_batch(raw: Raw, sql: str, place: int) -> None:
    found = refusal(raw, sql)
    assert (found["C"], found["P"]) == ("42703", str(place))


def test_a_failed_transaction_answers_nothing_until_it_ends(raw: Raw) -> None:
    query(raw, "BEGIN")
    assert refusal(raw, "SELECT 'unanswerable' FROM sales")["H"] == "Write MEASURE(x)."
    assert refusal(raw, "SELECT id FROM sales")["C"] == "25P02"
    assert refusal(raw, "SELECT 1")["C"] == "25P02"
    assert tags(raw, "ROLLBACK; SELECT id FROM sales WHERE id = 1") == ["ROLLBACK", "SELECT 1"]


def test_a_savepoint_takes_cursors_along(raw: Raw) -> None:
    query(raw, "BEGIN; DECLARE a CURSOR FOR SELECT id FROM sales ORDER BY 1; SAVEPOINT s")
    query(raw, "DECLARE b CURSOR FOR SELECT id FROM sales ORDER BY 1")
    assert values(raw, "FETCH 1 IN a; FETCH 2 IN b") == [b"0", b"0", b"1"]
    assert refusal(raw, "SELECT 'broken' FROM sales")["C"] == "XX000"
    query(raw, "ROLLBACK TO s")
    assert values(raw, "FETCH 1 IN a") == [b"1"]
    assert refusal(raw, "FETCH 1 IN b")["C"] == "34000"
    query(raw, "ROLLBACK")


@pytest.mark.parametrize(
    ("fetch", "found"),
    [
        ("FETCH c", [b"0"]),
        ("FETCH NEXT FROM c", [b"0"]),
        ("FETCH FORWARD c", [b"0"]),
        ("FETCH FORWARD 2 IN c", [b"0", b"1"]),
        ('fetch 3 from "c"', [b"0", b"1", b"2"]),
        ("MOVE 2 c; FETCH 1 c", [b"2"]),
        ("MOVE ALL IN c; FETCH 1 c", []),
        ("MOVE 18 c; FETCH ALL FROM c", [b"18", b"19"]),
        ("MOVE 18 c; FETCH FORWARD ALL FROM c", [b"18", b"19"]),
    ],
)
def test_a_cursor_goes_forward_in_every_way(raw: Raw, fetch: str, found: list[bytes]) -> None:
    declared = "DECLARE c NO SCROLL CURSOR FOR SELECT id FROM sales WHERE id < 20 ORDER BY 1"
    assert values(raw, f"BEGIN; {declared}; {fetch}; ROLLBACK") == found


@pytest.mark.parametrize("fetch", ["FETCH PRIOR c", "FETCH -1 c", "MOVE ABSOLUTE 1 c", "FETCH 0 c"])
def test_a_cursor_never_goes_back(raw: Raw, fetch: str) -> None:
    query(raw, "BEGIN; DECLARE c CURSOR FOR SELECT id FROM sales")
    found = refusal(raw, fetch)
    assert found["C"] == "55000"
    assert "declare it again" in found["H"]
    query(raw, "ROLLBACK")


def test_cursors_of_the_shell_are_its_own(raw: Raw) -> None:
    query(raw, "BEGIN; DECLARE c CURSOR FOR SELECT id FROM sales ORDER BY 1")
    query(raw, "DECLARE own SCROLL CURSOR FOR SELECT 'own'")
    assert values(raw, "FETCH own; FETCH c; FETCH PRIOR own; FETCH FIRST own") == [
        b"own", b"0", b"own",
    ]  # fmt: skip
    assert tags(raw, "CLOSE own; CLOSE c; COMMIT") == ["CLOSE CURSOR", "CLOSE CURSOR", "COMMIT"]


def test_a_name_is_declared_once(raw: Raw) -> None:
    query(raw, "BEGIN; DECLARE c CURSOR FOR SELECT id FROM sales ORDER BY 1")
    assert refusal(raw, "DECLARE c CURSOR FOR SELECT id FROM sales")["C"] == "42P03"
    query(raw, "ROLLBACK; BEGIN")
    assert tags(raw, "DECLARE c CURSOR FOR SELECT season FROM sales") == ["DECLARE CURSOR"]
    query(raw, "COMMIT")


def test_a_held_cursor_outlives_its_transaction_and_no_more(door: Door, raw: Raw) -> None:
    held = "DECLARE c CURSOR WITH HOLD FOR SELECT id FROM sales ORDER BY 1"
    assert tags(raw, f"{held}; SELECT 1") == ["DECLARE CURSOR", "SELECT 1"]
    assert values(raw, "FETCH 2 IN c") == [b"0", b"1"]
    assert values(raw, "BEGIN; FETCH 1 IN c; COMMIT; FETCH 1 IN c") == [b"2", b"3"]
    query(raw, "DISCARD ALL")
    query(raw, "SELECT 1")
    (place,) = door.server._places.values()
    assert place.executor.opened.cursors == {}
    assert refusal(raw, "FETCH 1 IN c")["C"] == "34000"
    query(raw, f"BEGIN; {held}")
    query(raw, "ROLLBACK")
    assert refusal(raw, "FETCH 1 IN c")["C"] == "34000"


def test_a_cursor_needs_a_transaction_and_goes_forward(raw: Raw) -> None:
    assert refusal(raw, "DECLARE c CURSOR FOR SELECT id FROM sales")["C"] == "25P01"
    assert refusal(raw, "DECLARE c SCROLL CURSOR FOR SELECT id FROM sales")["C"] == "0A000"
    assert refusal(raw, "DECLARE c CURSOR FOR SELECT nothing FROM sales")["C"] == "42703"


def test_a_binary_cursor_sends_binary(raw: Raw) -> None:
    declared = "DECLARE c BINARY CURSOR FOR SELECT season FROM sales WHERE id = 1"
    raw.send(simple(f"BEGIN; {declared}; FETCH 1 IN c; COMMIT"))
    described = next(one for one in raw.until(b"Z") if one.kind == b"T")
    assert [one.format for one in messages.read_columns(described.body)] == [1]


def test_copy_writes_text_csv_and_binary(raw: Raw) -> None:
    few = "SELECT id, season FROM sales WHERE id < 2 ORDER BY 1"

    def copied(options: str) -> list[bytes]:
        raw.send(simple(f"COPY ({few}) TO STDOUT {options}"))
        return [one.body for one in raw.until(b"Z") if one.kind in b"Hd"]

    assert copied("")[1:] == [b"0\t\\N\n", b"1\t2021\n"]
    assert copied("WITH (FORMAT csv, HEADER)")[1:] == [b"id,season\n", b"0,\n", b"1,2021\n"]
    assert copied("CSV FORCE QUOTE *")[2:] == [b'"1","2021"\n']
    found = copied("(FORMAT binary)")
    assert found[0] == b"\1\0\2\0\1\0\1"
    assert b"".join(found[1:])[:11] == b"PGCOPY\n\xff\r\n\0"
    assert b"".join(found)[-2:] == b"\xff\xff"


def test_copy_into_a_table_of_ones_own_is_the_shells(raw: Raw) -> None:
    query(raw, "CREATE TEMP TABLE own (a int)")
    raw.send(simple("COPY own FROM STDIN"))
    assert raw.kinds(until=b"G") == "G"
    raw.send(packed(b"d", b"1\n") + packed(b"d", b"2\n") + packed(b"c", b""))
    assert raw.kinds() == "CZ"
    raw.send(simple("COPY own FROM STDIN"))
    raw.kinds(until=b"G")
    raw.send(packed(b"f", b"no more\0"))
    assert raw.error()["C"] == "57014"
    raw.until(b"Z")
    assert values(raw, "SELECT count(*) FROM own") == [b"2"]
    raw.send(packed(b"d", b"too late") + packed(b"c", b""))
    assert values(raw, "SELECT id FROM sales WHERE id = 1; SELECT a FROM own") == [b"1", b"1", b"2"]


def test_explain_says_how_an_answer_comes_about(raw: Raw) -> None:
    said = [one.decode() for one in values(raw, "EXPLAIN SELECT id FROM sales") if one is not None]
    assert said[:8] == [
        "Facts:", "  sale", "Joins:", "  joins", "Rollups used:", "  by_season",
        "Rollups not used:", "  other: old",
    ]  # fmt: skip
    assert "SQL:" in said
    (whole,) = values(raw, "EXPLAIN (FORMAT json) SELECT id FROM sales")
    assert whole is not None
    assert b'"Rollups used": [' in whole
    assert refusal(raw, "EXPLAIN (FORMAT yaml) SELECT id FROM sales")["C"] == "0A000"


def test_explain_analyze_runs_the_query(raw: Raw) -> None:
    said = [one.decode() for one in values(raw, "EXPLAIN ANALYZE SELECT id FROM sales") if one]
    assert said[:2] == ["Facts:", "  sale"]
    assert re.fullmatch(rf"  {ROWS} rows in [\d.]+ ms", said[said.index("Run:") + 1])
    assert refusal(raw, "EXPLAIN ANALYZE SELECT 'unanswerable' FROM sales")["C"] == "0A000"


def test_explain_shows_no_sql_to_whom_it_is_not_opened(door: Door) -> None:
    raw = door.wire("blind")
    assert b"SQL:" not in values(raw, "EXPLAIN SELECT id FROM sales")
    raw.close()


def test_everything_is_sent_however_much_it_is(raw: Raw) -> None:
    assert len(values(raw, "SELECT id, season, net FROM sales")) == ROWS
    assert values(raw, "SELECT id FROM sales WHERE false") == []
    assert len(values(raw, "SELECT generate_series(1, 5000)")) == 5000


def test_a_refused_statement_is_refused_by_itself_too(raw: Raw) -> None:
    found = refusal(raw, "SELECT refused")
    assert (found["C"], found["H"]) == ("42501", "Write something else.")


def test_too_many_open_answers_are_refused(raw: Raw) -> None:
    query(raw, "BEGIN")
    for number in range(8):
        query(raw, f"DECLARE c{number} CURSOR FOR SELECT id FROM sales")
    assert refusal(raw, "SELECT id FROM sales")["C"] == "53400"
    query(raw, "ROLLBACK")
    assert tags(raw, "SELECT id FROM sales WHERE id = 1") == ["SELECT 1"]


def test_notices_and_settings_come_through(raw: Raw) -> None:
    assert query(raw, "SET application_name = 'x'") == "CSZ"
    assert query(raw, "SELECT id FROM sales WHERE id = 1; ROLLBACK") == "TDCNCZ"


def test_a_failure_in_the_middle_of_the_rows_is_told_after_them(raw: Raw) -> None:
    late = "SELECT CAST(CASE WHEN id = 50000 THEN 'x' ELSE '1' END AS int) FROM sales"
    raw.send(simple(late))
    found = raw.error()
    assert found["C"] == "22P02"
    assert "Could not convert" in found["M"]
    assert raw.message().kind == b"Z"
