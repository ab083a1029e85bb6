"""What ends: by a cancel, in time, when a client leaves or is one too many, with the server."""

import asyncio
import threading

import psycopg
import pytest

from semantic.run.engine import Engine
from semantic.wire import messages
from semantic.wire.contracts import Shells
from semantic.wire.limits import Limits
from semantic.wire.messages import Parse
from semantic.wire.server import WireServer
from tests.semantic.wire.front.conftest import Opening
from tests.semantic.wire.front.door import Door, People, Raw
from tests.semantic.wire.front.speaking import (
    bind,
    execute,
    failure,
    query,
    refusal,
    simple,
    tags,
    values,
)
from tests.semantic.wire.front.spelled import Spelled

ENDLESS = "SELECT count(*) FROM sales a, sales b, sales c WHERE a.net + b.net + c.net = 0.125"
MUCH = "SELECT a.id, a.season, b.season FROM sales a, sales b"


def running(door: Door) -> None:
    """Wait until a query of the semantic layer runs."""

    async def begun() -> None:
        places = door.server._places
        while not any(one.executor._deadline is not None for one in places.values()):  # noqa: ASYNC110 - they tell nobody
            await asyncio.sleep(0.005)
        while not door.server._answers.engine._running:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.005)

    door.run(begun)


def idle(door: Door) -> bool:
    return not door.server._answers.engine._running


def cancel(door: Door, key: bytes) -> None:
    raw = door.stranger()
    raw.send(messages.cancel(key))
    assert raw.is_ended()


def test_a_query_is_cancelled_and_the_session_goes_on(door: Door) -> None:
    with door.connect() as connection:

        def cancel_it() -> None:
            running(door)
            connection.cancel_safe()

        canceller = threading.Thread(target=cancel_it)
        canceller.start()
        with pytest.raises(psycopg.errors.QueryCanceled, match="user request"):
            connection.execute(ENDLESS)
        canceller.join()
        assert idle(door)
        assert connection.execute("SELECT count(*) FROM sales WHERE id = 1").fetchone() == (1,)


def test_rows_that_nobody_reads_can_be_cancelled(door: Door) -> None:
    raw = door.stranger()
    key = raw.log_in()
    raw.send(simple(MUCH))
    running(door)
    cancel(door, key)
    assert raw.error()["C"] == "57014"
    raw.until(b"Z")
    assert values(raw, "SELECT id FROM sales WHERE id = 1") == [b"1"]


def test_rows_that_a_cursor_looks_for_can_be_cancelled(door: Door) -> None:
    raw = door.stranger()
    key = raw.log_in()
    raw.send(simple(f"BEGIN; DECLARE c CURSOR FOR {ENDLESS}; FETCH 1 IN c"))
    running(door)
    cancel(door, key)
    assert raw.error()["C"] == "57014"
    raw.until(b"Z")
    assert idle(door)


def test_what_the_shell_does_is_cancelled(door: Door) -> None:
    raw = door.stranger()
    key = raw.log_in()
    raw.send(simple("SELECT pg_sleep(60)"))
    (place,) = door.server._places.values()

    async def cancelled() -> None:
        # The request may come before the statement, in which case it stops nothing.
        while place.executor.relay.status == b"I" and not raw_has_come.is_set():
            place.cancel()
            await asyncio.sleep(0.05)

    raw_has_come = asyncio.Event()
    future = asyncio.run_coroutine_threadsafe(cancelled(), door.loop)
    assert raw.error()["C"] == "57014"
    door.loop.call_soon_threadsafe(raw_has_come.set)
    future.result(60)
    raw.until(b"Z")
    cancel(door, key[:-1] + b"?")
    cancel(door, b"")
    assert values(raw, "SELECT 1") == [b"1"]


def test_a_cancel_between_statements_stops_nothing(door: Door) -> None:
    raw = door.stranger()
    key = raw.log_in()
    query(raw, "BEGIN; DECLARE c CURSOR FOR SELECT id FROM sales ORDER BY 1; FETCH 1 IN c")
    cancel(door, key)
    assert values(raw, "FETCH 1 IN c") == [b"1"]


def test_a_query_that_waits_for_its_turn_is_cancelled(opening: Opening) -> None:
    with opening(None, Limits(concurrency=1)) as door:
        busy, waiting = door.wire(), door.stranger()
        key = waiting.log_in()
        busy.send(simple(ENDLESS))
        running(door)
        waiting.send(simple("SELECT id FROM sales"))

        async def waits() -> None:
            place = door.server._places[key]
            while not door.server._answers._computing._work_queue.qsize():  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.005)
            place.cancel()

        door.run(waits)
        assert waiting.error()["C"] == "57014"
        waiting.until(b"Z")
        assert values(waiting, "SELECT 1") == [b"1"]


def test_a_statement_ends_in_the_time_that_the_session_sets(raw: Raw) -> None:
    query(raw, "SET statement_timeout = '50ms'")
    found = refusal(raw, ENDLESS)
    assert (found["C"], found["M"]) == ("57014", "canceling statement due to statement timeout")
    assert refusal(raw, "SELECT pg_sleep(60)")["C"] == "57014"


def test_no_statement_takes_longer_than_anybody_may(opening: Opening) -> None:
    with opening(None, Limits(statement_seconds=0.2)) as door:
        raw = door.wire()
        assert refusal(raw, ENDLESS)["M"] == "canceling statement due to statement timeout"
        assert refusal(raw, "SELECT pg_sleep(60)")["C"] == "57014"
        assert values(raw, "SELECT 1") == [b"1"]


def test_who_is_idle_too_long_has_to_go(opening: Opening) -> None:
    limits = Limits(idle_seconds=0.3, idle_in_transaction_seconds=0.2)
    with opening(None, limits) as door:
        assert door.wire().error()["C"] == "57P05"
        raw = door.wire()
        raw.send(simple("BEGIN; DECLARE c CURSOR FOR SELECT id FROM sales; FETCH 1 IN c"))
        assert raw.error()["C"] == "25P03"
        assert raw.is_ended()
        assert idle(door)


def test_who_reads_nothing_of_an_answer_has_to_go_and_is_told_why(opening: Opening) -> None:
    with opening(None, Limits(stalled_seconds=0.2)) as door:
        raw = door.wire()
        raw.send(simple(MUCH))
        door.settle()
        assert idle(door)
        rest = raw.rest()
        assert b"57P05" in rest
        assert b"read nothing for 0.2 seconds" in rest


def test_there_are_only_so_many_sessions(opening: Opening) -> None:
    with opening(None, Limits(sessions=2, sessions_per_club=1)) as door:
        first = door.wire()
        second = door.stranger()
        with pytest.raises(EOFError):
            second.log_in()
        assert values(first, "SELECT 1") == [b"1"]
    with opening(None, Limits(sessions=1)) as door:
        door.wire()
        second = door.stranger()
        with pytest.raises(EOFError):
            second.log_in()


def test_a_client_that_leaves_stops_its_query_and_leaves_nothing(door: Door) -> None:
    for sql in (ENDLESS, MUCH, "SELECT pg_sleep(60)"):
        raw = door.wire()
        raw.send(simple(sql))
        if "sales" in sql:
            running(door)
        raw.close()
        door.settle()
        assert door.server.session_count == 0
        assert idle(door)


def test_a_client_that_leaves_in_a_transaction_leaves_nothing(door: Door) -> None:
    raw = door.wire()
    query(raw, "BEGIN; DECLARE c CURSOR FOR SELECT id FROM sales ORDER BY 1; FETCH 1 IN c")
    assert not idle(door)
    raw.close()
    door.settle()
    assert idle(door)


def test_the_server_says_goodbye_when_it_ends(opening: Opening) -> None:
    with opening(None, Limits()) as door:
        calm, busy, stranger = door.wire(), door.wire(), door.stranger()
        busy.send(simple(ENDLESS))
        running(door)
        door.run(door.server.close)
        assert calm.error()["C"] == busy.error()["C"] == stranger.error()["C"] == "57P01"
        assert idle(door)
        with pytest.raises(ConnectionError):
            Raw(door.port)


@pytest.mark.parametrize("sql", ["SELECT 1", "SELECT id FROM sales"])
def test_a_session_ends_with_its_shell(door: Door, raw: Raw, sql: str) -> None:
    (place,) = door.server._places.values()
    door.loop.call_soon_threadsafe(place.backend.channel.abort)
    raw.send(simple(sql))
    assert raw.error()["C"] == "08006"
    assert raw.is_ended()


def test_a_server_that_never_began_ends_as_well(shells: Shells, engine: Engine) -> None:
    asyncio.run(WireServer(People(), shells, Spelled(), engine).close())


def test_a_portal_goes_on_within_a_limit_of_its_own(raw: Raw) -> None:
    query(raw, "SET statement_timeout = '20s'")
    raw.send(Parse(b"", MUCH.encode()).packed() + bind(b"", b"") + execute(b"", 3))
    raw.send(execute(b"", 3) + messages.SYNC)
    assert raw.kinds() == "12DDDsDDDsZ"
    assert tags(raw, "SELECT id FROM sales WHERE id = 1") == ["SELECT 1"]
    assert failure(raw, execute(b"", 3))["C"] == "34000"
