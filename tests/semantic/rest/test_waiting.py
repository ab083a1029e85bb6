"""Queries that take long: coming again, joining, cancelling, leaving, and older answers meanwhile.

Facts wait at a gate while it is closed, so nothing here depends on how fast a machine is.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pyarrow as pa
import pytest

from semantic.access.principal import Principal
from semantic.query.query import Query
from semantic.rest.answers import Found
from semantic.rest.guard import Guard
from semantic.rest.kept import KeptAnswers
from tests.semantic.oracle.clubs import CLUB
from tests.semantic.rest.conftest import (
    MODELS,
    TABLES,
    BuiltRollups,
    Shop,
    filled,
    shop_of,
    token,
)

WAIT = "Continue wait"
ASKER = Principal(CLUB, frozenset({"finance"}))


def query(number: int) -> dict[str, Any]:
    """A query that no other test asks."""
    return {"measures": ["orders.count"], "limit": 100 + number}


def ask(shop: Shop, asked: Any, request_id: str = "", **beside: Any) -> Any:
    headers = {"x-request-id": request_id} if request_id else {}
    with shop.http() as http:
        body = {"query": asked, "queryType": "multi", **beside}
        answer = http.post("/load", json=body, headers=headers)
    return answer.json()


def until(found: Callable[[], Any]) -> Any:
    """What comes sooner or later."""
    for _ in range(1_000):
        result = found()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError("it never came")


def answered(shop: Shop, asked: Any, **beside: Any) -> Any:
    """The rows, however often one has to come again."""

    def rows() -> Any:
        answer = ask(shop, asked, **beside)
        return answer if "results" in answer else None

    return until(rows)["results"][0]["data"]


def test_a_caller_is_asked_to_come_again_and_finds_the_same_query(slow_shop: Shop) -> None:
    before = slow_shop.facts.opened_count
    with slow_shop.facts.closed():
        first = ask(slow_shop, query(1))
        again = ask(slow_shop, query(1))
    assert (first["error"], again["error"]) == (WAIT, WAIT)
    assert first["stage"]["stage"] == "Executing query"
    assert again["timeElapsed"] == again["stage"]["timeElapsed"] > first["timeElapsed"]
    assert answered(slow_shop, query(1)) == [{"orders.count": "5"}]
    assert slow_shop.facts.opened_count == before + 1


def test_a_get_and_a_post_of_the_same_query_join(slow_shop: Shop) -> None:
    before = slow_shop.facts.opened_count
    with slow_shop.facts.closed():
        assert ask(slow_shop, query(2))["error"] == WAIT
        with slow_shop.http() as http:
            text = '{"limit": 102, "measures": ["orders.count"]}'
            params = {"query": text, "queryType": "multi"}
            assert http.get("/load", params=params).json()["error"] == WAIT
    answered(slow_shop, query(2))
    assert slow_shop.facts.opened_count == before + 1


@pytest.fixture
def narrow_shop() -> Iterator[Shop]:
    """A shop of its own, where two queries run at once and two more may wait."""
    facts, rollups = filled(), BuiltRollups()
    settings = {"continue_wait_seconds": 0.05, "concurrency": 2, "running_limit": 4}
    with shop_of([MODELS], facts, rollups, **settings) as (url, compiler):
        yield Shop(url, facts, compiler, rollups)
    facts.connection.close()


def test_who_waits_for_a_turn_is_told_the_place_in_the_queue(narrow_shop: Shop) -> None:
    with narrow_shop.facts.closed():
        stages = [ask(narrow_shop, query(10 + number))["stage"]["stage"] for number in range(4)]
        full = ask(narrow_shop, query(14))
    assert stages == ["Executing query", "Executing query", "#1 in queue", "#2 in queue"]
    assert full == {"error": "too many queries are waiting; try again in a moment"}
    for number in range(4):
        answered(narrow_shop, query(10 + number))


def test_other_callers_do_not_join(slow_shop: Shop) -> None:
    before = slow_shop.facts.opened_count
    with slow_shop.facts.closed():
        assert ask(slow_shop, query(3))["error"] == WAIT
        other = slow_shop.ask("load", query(3), {"groups": ["operations"]}, queryType="multi")
        assert other.json()["error"] == WAIT
        until(lambda: slow_shop.facts.opened_count == before + 2)
    answered(slow_shop, query(3))


def test_a_running_query_is_cancelled_by_the_id_of_its_request(slow_shop: Shop) -> None:
    heavy = {"measures": ["heavy.product"], "limit": 99}
    where = {"organisation": str(UUID(int=7))}
    with slow_shop.http(token(**where)) as http:
        body = {"query": heavy, "queryType": "multi"}
        headers = {"x-request-id": "heavy-span-1"}
        assert http.post("/load", json=body, headers=headers).json()["error"] == WAIT
        strange = slow_shop.http(token())
        with strange:
            assert strange.delete("/running-query/heavy").json() == {"result": []}
        cancelled = http.delete("/running-query/heavy")
        assert cancelled.json() == {"result": [{"requestId": "heavy-span-1"}]}
        assert http.delete("/running-query/heavy").json() == {"result": []}
    assert answered(slow_shop, query(4)) == [{"orders.count": "5"}]


def in_background(run: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Do something meanwhile; what it returns is in the list when the thread has ended."""
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(run()))
    thread.start()
    return thread, found


def test_who_waits_for_a_query_that_is_cancelled_is_told(shop: Shop) -> None:
    """In the shop where one is kept waiting ten seconds."""
    before = shop.facts.opened_count
    with shop.facts.closed():
        waiting, told = in_background(lambda: ask(shop, query(5), "mine-span-1"))
        until(lambda: shop.facts.opened_count > before)
        with shop.http() as http:
            cancelled = until(lambda: http.delete("/running-query/mine").json()["result"])
    waiting.join(20)
    assert cancelled == [{"requestId": "mine-span-1"}]
    assert told == [{"error": "Query was cancelled"}]


def test_a_query_that_is_cancelled_before_its_turn_never_runs(narrow_shop: Shop) -> None:
    before = narrow_shop.facts.opened_count
    with narrow_shop.facts.closed():
        for number in (31, 32):
            assert ask(narrow_shop, query(number))["error"] == WAIT
        assert ask(narrow_shop, query(33), "queued-span-1")["stage"]["stage"] == "#1 in queue"
        with narrow_shop.http() as http:
            assert http.delete("/running-query/queued").json()["result"]
    for number in (31, 32):
        answered(narrow_shop, query(number))
    answered(narrow_shop, query(34))
    assert narrow_shop.facts.opened_count == before + 3


def test_of_two_who_wait_one_may_leave(shop: Shop) -> None:
    before = shop.facts.opened_count
    with shop.facts.closed():
        staying = [in_background(lambda: ask(shop, query(35))) for _ in range(2)]
        until(lambda: shop.facts.opened_count > before)
        leave(shop, query(35))
    for thread, _ in staying:
        thread.join(20)
    rows = [found[0]["results"][0]["data"] for _, found in staying]
    assert rows == [[{"orders.count": "5"}]] * 2
    assert shop.facts.opened_count == before + 1


def leave(shop: Shop, asked: Any) -> None:
    """Ask, and go away before there is an answer."""
    with httpx.Client(timeout=0.3, headers={"authorization": token()}) as leaving:
        body = {"query": asked, "queryType": "multi"}
        with pytest.raises(httpx.ReadTimeout):
            leaving.post(f"{shop.api}/load", json=body)


def test_a_query_whose_caller_went_away_ends(shop: Shop) -> None:
    """In the shop where one is kept waiting ten seconds; the next caller begins anew."""
    before = shop.facts.opened_count
    with shop.facts.closed():
        leave(shop, query(6))
        assert shop.facts.opened_count == before + 1

        def is_anew() -> bool:
            leave(shop, query(6))
            return shop.facts.opened_count > before + 1

        until(is_anew)


def test_a_query_that_nobody_asks_for_again_is_forgotten() -> None:
    facts, rollups = filled(), BuiltRollups()
    settings = {"continue_wait_seconds": 0.05, "patience_seconds": 0.1}
    with shop_of([MODELS], facts, rollups, **settings) as (url, compiler):
        hasty = Shop(url, facts, compiler, rollups)
        with facts.closed():
            before = facts.opened_count
            assert ask(hasty, query(7))["error"] == WAIT

            def is_anew() -> bool:
                time.sleep(0.3)
                ask(hasty, query(7))
                return facts.opened_count > before + 1

            until(is_anew)
        answered(hasty, query(7))
    facts.connection.close()


def test_a_query_that_ended_unseen_is_found_by_who_comes_again(slow_shop: Shop) -> None:
    with slow_shop.facts.closed():
        assert ask(slow_shop, query(8))["error"] == WAIT
    assert answered(slow_shop, query(8)) == [{"orders.count": "5"}]


def changed(shop: Shop) -> None:
    """Let the facts change, to the same rows."""
    shop.facts.fill(TABLES, CLUB)


def test_an_answer_is_given_again_while_facts_are_the_same(slow_shop: Shop) -> None:
    asked = query(20)
    answered(slow_shop, asked)
    before = slow_shop.facts.opened_count
    assert answered(slow_shop, asked) == [{"orders.count": "5"}]
    assert slow_shop.facts.opened_count == before
    answered(slow_shop, asked, cache="no-cache")
    assert slow_shop.facts.opened_count == before + 1
    changed(slow_shop)
    answered(slow_shop, asked)
    assert slow_shop.facts.opened_count == before + 2


def test_a_slow_query_is_answered_with_what_was_found_before(slow_shop: Shop) -> None:
    asked = query(21)
    answered(slow_shop, asked)
    changed(slow_shop)
    with slow_shop.facts.closed():
        slow = ask(slow_shop, asked)
        strict = ask(slow_shop, asked, cache="must-revalidate")
    assert slow["slowQuery"] is True
    assert slow["results"][0]["slowQuery"] is True
    assert slow["results"][0]["data"] == [{"orders.count": "5"}]
    assert strict["error"] == WAIT
    answered(slow_shop, asked, cache="must-revalidate")


def test_an_older_answer_is_given_at_once_and_a_newer_one_made(slow_shop: Shop) -> None:
    asked = query(22)
    answered(slow_shop, asked)
    changed(slow_shop)
    before = slow_shop.facts.opened_count
    with slow_shop.facts.closed():
        stale = ask(slow_shop, asked, cache="stale-while-revalidate")
        assert stale["results"][0]["data"] == [{"orders.count": "5"}]
        assert stale["slowQuery"] is False
        until(lambda: slow_shop.facts.opened_count == before + 1)
    answered(slow_shop, asked)
    assert slow_shop.facts.opened_count == before + 1


def test_a_server_that_ends_stops_what_runs() -> None:
    facts, rollups = filled(), BuiltRollups()
    with shop_of([MODELS], facts, rollups, continue_wait_seconds=0.05) as (url, compiler):
        ending = Shop(url, facts, compiler, rollups)
        answered(ending, query(40))
        changed(ending)
        facts.gate.clear()
        rollups.gate.clear()
        ask(ending, query(40), cache="stale-while-revalidate")
        assert ask(ending, query(41))["error"] == WAIT
        selector = {"contexts": [{"securityContext": {}}], "timezones": ["UTC"]}
        with ending.http(token(scopes=["jobs"])) as http:
            jobs = http.post(
                "/pre-aggregations/jobs", json={"action": "post", "selector": selector}
            )
        assert len(jobs.json()) == 2
        opening = [threading.Timer(0.3, gate.set) for gate in (facts.gate, rollups.gate)]
        for one in opening:
            one.start()
    for one in opening:
        one.join()
    assert len(rollups.built) < 2
    facts.connection.close()


def test_answers_are_kept_as_long_as_there_is_room(shop: Shop) -> None:
    compiled = shop.compiler.compile(Query(measures=("orders.count",)), ASKER)
    found = Found(pa.table({"a": [1, 2]}), compiled.columns)
    kept = KeptAnswers(shop.facts, 25_000)
    for key in "abc":
        kept.keep(key, compiled, found)
    assert kept.latest("a") is None
    assert kept.latest("b") is found
    kept.keep("c", compiled, replace(found, table=pa.table({"a": ["x" * 30_000]})))
    assert kept.latest("c") is None
    moving = replace(compiled, sql="SELECT now()")
    kept.keep("d", moving, replace(found, version=shop.facts.version()))
    assert kept.latest("d") is not None
    assert kept.current("d") is None


def test_an_answer_that_has_begun_is_not_answered_again() -> None:
    sent: list[Any] = []

    async def failing(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        raise ValueError("too late")

    async def send(message: Any) -> None:
        sent.append(message["type"])

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "headers": []}
    with pytest.raises(ValueError, match="too late"):
        asyncio.run(Guard(failing, 10)(scope, receive, send))
    assert sent == ["http.response.start"]
