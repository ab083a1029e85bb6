"""Anything at all on the wire: no fault, nothing left open, and the next client is served."""

import struct
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from semantic.wire import messages
from semantic.wire.messages import Parse, packed
from tests.semantic.wire.front.door import Door
from tests.semantic.wire.front.speaking import bind, execute, simple, values

FEW = settings(
    max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
SQL = [
    "SELECT id FROM sales WHERE id < 3", "SELECT 1", "BEGIN", "COMMIT", "ROLLBACK", "", "(",
    "DECLARE c CURSOR WITH HOLD FOR SELECT id FROM sales", "FETCH 2 IN c", "MOVE 1 c", "CLOSE c",
    "COPY (SELECT id FROM sales WHERE id < 2) TO STDOUT", "SELECT nothing FROM sales",
    "EXPLAIN SELECT id FROM sales", "SAVEPOINT s", "ROLLBACK TO s", "DISCARD ALL",
    "SELECT 'unanswerable' FROM sales", "CREATE TEMP TABLE t (a int)", "COPY t FROM STDIN",
]  # fmt: skip
NAMES = st.sampled_from([b"", b"a", b"b"])
SENTENCES = st.sampled_from(SQL)
MESSAGES = st.one_of(
    SENTENCES.map(simple),
    st.tuples(SENTENCES, SENTENCES).map("; ".join).map(simple),
    st.builds(lambda name, sql: Parse(name, sql.encode()).packed(), NAMES, SENTENCES),
    st.builds(bind, NAMES, NAMES),
    st.builds(execute, NAMES, st.integers(-1, 3)),
    st.builds(messages.describe, st.sampled_from([b"S", b"P"]), NAMES),
    st.builds(messages.close, st.sampled_from([b"S", b"P"]), NAMES),
    st.sampled_from([messages.SYNC, messages.FLUSH, packed(b"d", b"1\n"), messages.COPY_DONE]),
)
WHOLE = st.lists(MESSAGES, max_size=12).map(b"".join)


def survives(door: Door, content: bytes, *, is_known: bool) -> None:
    """Send bytes and leave; nothing may be left, and nobody else may notice."""
    raw = door.wire() if is_known else door.stranger()
    raw.send(content)
    raw.socket.shutdown(1)
    raw.rest()
    raw.close()
    door.raws.remove(raw)
    door.settle()
    assert door.server.session_count == 0
    assert not door.server._answers.engine._running


@FEW
@given(st.binary(max_size=200))
def test_bytes_before_a_login(door: Door, content: bytes) -> None:
    survives(door, content, is_known=False)


@FEW
@given(st.data())
def test_a_login_that_is_cut_or_changed(door: Door, data: Any) -> None:
    whole = messages.startup({"user": "ann", "database": "Test club"})
    body = data.draw(st.one_of(st.binary(max_size=80), st.just(b"SCRAM-SHA-256\0\0\0\0\0")))
    content = whole + packed(b"p", body)
    survives(door, content[: data.draw(st.integers(0, len(content)))], is_known=False)


@FEW
@given(WHOLE, st.binary(max_size=40))
def test_messages_and_then_bytes_in_a_session(door: Door, content: bytes, more: bytes) -> None:
    survives(door, content + more, is_known=True)


@FEW
@given(WHOLE, st.data())
def test_messages_that_are_cut_in_a_session(door: Door, content: bytes, data: Any) -> None:
    survives(door, content[: data.draw(st.integers(0, len(content)))], is_known=True)


@FEW
@given(WHOLE)
def test_a_session_answers_whatever_came_before(door: Door, content: bytes) -> None:
    raw = door.wire()
    # A COPY that waits for rows takes what follows for rows, until it is told that there are none.
    ended = packed(b"f", b"\0") + messages.SYNC
    raw.send(content + ended + simple("ROLLBACK") + simple("SELECT 'the end'") + packed(b"X", b""))
    assert b"the end" in raw.rest()
    raw.close()
    door.raws.remove(raw)


@pytest.mark.parametrize("length", [3, -1, 2**31 - 1, 17_000_000])
def test_a_length_that_cannot_be_ends_the_session(door: Door, length: int) -> None:
    raw = door.wire()
    raw.send(b"Q" + struct.pack("!i", length))
    assert raw.error()["C"] == "08P01"
    assert raw.is_ended()


def test_a_kind_that_is_not_known_ends_the_session(door: Door) -> None:
    raw = door.wire()
    raw.send(packed(b"?", b""))
    assert raw.error()["C"] == "08P01"
    assert raw.is_ended()


def test_long_texts_and_long_pipelines_are_taken_in_turn(door: Door) -> None:
    raw = door.wire()
    assert values(raw, f"SELECT length('{'x' * 1_000_000}')") == [b"1000000"]
    raw.send(simple("SELECT pg_sleep(0.2)") + packed(b"d", bytes(1000)) * 400 + simple("SELECT 2"))
    assert raw.kinds() == "TDCZ"
    assert raw.kinds() == "TDCZ"
