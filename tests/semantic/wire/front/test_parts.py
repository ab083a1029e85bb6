"""The parts that need no session: messages, verifiers, splitting, and a shell that misbehaves."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semantic.query.query import QueryError
from semantic.wire import messages
from semantic.wire.backend import Backend, RefusedByShellError
from semantic.wire.channel import GoneError
from semantic.wire.contracts import ShellAddress, WireColumn
from semantic.wire.executing import Executor
from semantic.wire.failures import WireError, failure_of, placed
from semantic.wire.messages import Message, Parse, packed
from semantic.wire.scram import ScramVerifier, mock_verifier
from semantic.wire.splitting import CloseCursor, Fetch, cursor_step, split

READERS: list[Callable[[bytes], object]] = [
    messages.read_startup, messages.read_query, messages.read_parse, messages.read_bind,
    messages.read_target, messages.read_execute,
]  # fmt: skip


@given(st.sampled_from(READERS), st.binary(max_size=60))
def test_any_bytes_are_a_message_or_a_violation(
    read: Callable[[bytes], object], body: bytes
) -> None:
    try:
        read(body)
    except WireError as error:
        assert (error.sqlstate, error.severity) == ("08P01", "FATAL")  # noqa: PT017 - or nothing


@pytest.mark.parametrize("body", [b"SELECT 1", b"SELECT 1\0more"])
def test_a_text_ends_where_its_message_ends(body: bytes) -> None:
    with pytest.raises(WireError, match=r"has no end|after its contents"):
        messages.read_query(body)


@given(
    st.binary(max_size=9).filter(lambda name: b"\0" not in name),
    st.binary(max_size=30).filter(lambda sql: b"\0" not in sql),
    st.lists(st.integers(0, 2**32 - 1), max_size=4),
)
def test_a_statement_reads_as_it_was_written(name: bytes, sql: bytes, oids: list[int]) -> None:
    written = Parse(name, sql, tuple(oids))
    assert messages.read_parse(written.packed()[5:]) == written


def test_columns_read_as_they_were_written() -> None:
    columns = (WireColumn("a", 23), WireColumn("größe", 1700, 1_179_654, 1))
    assert messages.read_columns(messages.described(columns)[5:]) == columns


@given(st.text(st.sampled_from("ab;'\"$-/*\\e\n ü1"), max_size=40))
def test_any_text_splits_into_parts_of_itself(sql: str) -> None:
    end = 0
    for part in split(sql):
        assert part.begins_at >= end
        end = part.begins_at + len(part.sql)
        assert sql[part.begins_at : end] == part.sql
        cursor_step(part)


@pytest.mark.parametrize(
    ("sql", "parts"),
    [
        ("a;b", ["a", "b"]),
        ("select ';'; select E'\\';'; x", ["select ';'", "select E'\\';'", "x"]),
        ('"a;b"; /* ; /* ; */ ; */ c -- ;\n; d', ['"a;b"', "c", "d"]),
        ("do $x$ ; $y$ ; $x$; $$;$$", ["do $x$ ; $y$ ; $x$", "$$;$$"]),
        ("/* never ; closed", []),
        ("$$ never ; closed", ["$$ never ; closed"]),
        ("$1;$2", ["$1", "$2"]),
    ],
)
def test_statements_end_where_postgresql_ends_them(sql: str, parts: list[str]) -> None:
    assert [one.sql for one in split(sql)] == parts


def test_cursors_are_named_as_identifiers_are() -> None:
    def step(sql: str) -> object:
        return cursor_step(split(sql)[0])

    assert step('fetch 2 from "A""b"') == Fetch('A"b', 2, is_move=False)
    assert step("MOVE ALL Rows") == Fetch("rows", None, is_move=True)
    assert step("close C") == CloseCursor("c")
    assert [step(one) for one in ("close all", "close", "fetch", "select 1")] == [None] * 4


def test_a_verifier_is_postgresqls() -> None:
    made = ScramVerifier.of_password("a password")
    assert ScramVerifier.parse(str(made)) == made
    assert "stored_key" not in repr(made)
    for wrong in ("", "SCRAM-SHA-256$x:eA==$eA==:eA==", "MD5$1:eA==$eA==:eA==", "a$b$c$d"):
        with pytest.raises(ValueError, match="a verifier must be"):
            ScramVerifier.parse(wrong)


def test_the_verifier_of_nobody_cannot_be_told_from_one() -> None:
    first, again = (mock_verifier(b"secret", "x", "y") for _ in range(2))
    assert (first.salt, first.iterations) == (again.salt, again.iterations)
    assert first.salt != mock_verifier(b"secret", "z", "y").salt
    assert first.stored_key != again.stored_key


@pytest.mark.parametrize(
    ("error", "state", "message"),
    [
        (QueryError("not yet", code="FACTS_MISSING"), "57P03", "not yet"),
        (QueryError("Error: Conversion Error: x", code="QUERY_FAILED"), "22P02",
         "Conversion Error: x"),
        (QueryError("Error: Strange", code="QUERY_FAILED"), "XX000", "Strange"),
        (QueryError("no such member", code="MEMBER_UNKNOWN"), "42703", "no such member"),
    ],
)  # fmt: skip
def test_failures_have_postgresqls_codes(error: QueryError, state: str, message: str) -> None:
    found = failure_of(error)
    assert (found.sqlstate, found.message) == (state, message)
    assert str(found) == f"{state}: {message}"


def test_a_place_is_told_only_where_the_texts_agree() -> None:
    fields = {"C": b"42703", "P": b"8"}
    assert placed(fields, "SELECT x", "SELECT x", 10)["P"] == b"18"
    assert "P" not in placed(fields, "SELECT y", "SELECT x", 0)
    assert "P" not in placed({"C": b"1"}, "", "", 0)


def said_by(answers: bytes, ask: Callable[[Backend], Awaitable[object]]) -> None:
    """Let a shell say these bytes, and ask it something."""

    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "s")

            ended = asyncio.Event()

            async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await reader.read(1)
                writer.write(answers)
                await reader.read()
                writer.close()
                ended.set()

            server = await asyncio.start_unix_server(answer, path)
            async with server:
                try:
                    backend = await Backend.open(ShellAddress(path, "d", "r"), {}, _ignore)
                    try:
                        await ask(backend)
                    finally:
                        backend.close()
                finally:
                    await ended.wait()

    asyncio.run(run())


def _ignore(_message: Message) -> None:
    """Nobody listens."""


GREETING = messages.AUTHENTICATED + packed(b"K", bytes(8)) + packed(b"Z", b"I")


@pytest.mark.parametrize(
    ("answers", "failure"),
    [
        (messages.ASK_PASSWORD, "asks for a password"),
        (messages.failed(WireError("53300", "too many")), "too many"),
        (GREETING + packed(b"2", b""), "out of turn"),
        (GREETING + packed(b"3", b"") + packed(b"1", b"") + packed(b"t", b"\0\1"), "contents"),
    ],
)
def test_a_shell_that_misbehaves_is_told_so(answers: bytes, failure: str) -> None:
    with pytest.raises((WireError, RefusedByShellError), match=failure):
        said_by(answers, lambda backend: backend.describe(b"SELECT 1"))


def test_a_shell_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    address = ShellAddress(str(tmp_path / "nothing"), "d", "r")
    with pytest.raises(WireError, match="not there"):
        asyncio.run(Backend.open(address, {}, _ignore))


def test_a_client_that_went_away_is_told_nothing() -> None:
    nobody = cast("Any", None)
    executor = Executor(nobody, nobody, nobody, nobody, nobody)

    async def leave() -> None:
        raise GoneError

    with pytest.raises(GoneError):
        asyncio.run(executor.attempt(leave()))
