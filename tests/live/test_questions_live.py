"""Questions that stay open, over a stand-in for the semantic layer that does as it is told."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from graphql import parse
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.domain.permissions import Actor, Role
from app.http.application import build_application
from app.resolvers.live import questions
from app.resolvers.live.channels import Operation
from app.resolvers.live.following import follow_question
from app.resolvers.live.hub import Hub, HubClosedError
from app.resolvers.live.questions import Listener, Question
from app.resolvers.semantic.door import SemanticDoor
from app.schema.build import build_schema
from app.schema.semantic_inputs import SemanticQueryInput
from app.storage.engine import command_engine, read_engine
from app.storage.reads import Reader
from tests.conftest import UNHURRIED, LiveServer, found_club, serving
from tests.live.followers import Follower, closing_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from app.storage.engine import Engine
    from tests.club import Club

SECRET = "a secret that signs contexts of these tests"
ASK = """subscription($query: SemanticQueryInput!) { semanticQuery(query: $query) {
  result { rows totalCount } userErrors { code } } }"""
MEMBER = "sales.sale_count"
COUNT = {"measures": [MEMBER]}
SALES = {"measures": {MEMBER: {"type": "number", "title": "Sales count", "shortTitle": "Count"}}}


@dataclass
class StandIn:
    """What the semantic layer would say; `asked` are the questions it heard."""

    rows: list[list[Any]] = field(default_factory=lambda: [["1"]])
    version: int = 1
    is_away: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    heard: threading.Condition = field(default_factory=threading.Condition)

    def application(self) -> Starlette:
        routes = [
            Route("/loge/v1/facts", self.facts),
            Route("/cubejs-api/v1/load", self.load, methods=["POST"]),
        ]
        return Starlette(routes=routes)

    async def facts(self, request: Request) -> JSONResponse:
        after = request.query_params.get("after")
        given = -1 if after is None else int(after)
        while self.version <= given and not await request.is_disconnected():  # noqa: ASYNC110 - set by another thread
            await asyncio.sleep(0.01)
        status = 503 if self.is_away else 200
        return JSONResponse({"version": self.version}, status)

    async def load(self, request: Request) -> JSONResponse:
        asked = await request.json()
        found = {"annotation": SALES, "data": {"members": [MEMBER], "dataset": self.rows}}
        answer = {"results": [found]}
        status = 503 if self.is_away else 200
        with self.heard:
            self.asked.append(asked)
            self.heard.notify_all()
        return JSONResponse(answer, status)

    def commit(self, *rows: list[Any]) -> None:
        """Have facts change, with what the question is answered from then on."""
        self.rows, self.version = list(rows), self.version + 1

    def await_asked(self, count: int) -> None:
        """Wait until so many questions were heard."""
        with self.heard:
            assert self.heard.wait_for(lambda: len(self.asked) >= count, 20)


@pytest.fixture
def semantics() -> StandIn:
    return StandIn()


@contextmanager
def asking(database_url: str, engine: Engine, place: str) -> Iterator[Club]:
    """A club on an API that knows a semantic layer."""
    application = build_application(
        command_engine(database_url),
        read_engine(database_url),
        door=UNHURRIED,
        semantics=SemanticDoor(place, SECRET, lambda: datetime.now(UTC)),
    )
    with serving(application) as url:
        club = found_club(engine, LiveServer(url))
        yield club
        club.http.close()


@pytest.fixture
def asked(
    database_url: str, engine: Engine, semantics: StandIn, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Club]:
    monkeypatch.setattr(questions, "APART_SECONDS", 0.01)
    monkeypatch.setattr(questions, "AGAIN_SECONDS", 0.01)
    with (
        serving(semantics.application()) as place,
        asking(database_url, engine, place) as club,
    ):
        yield club


def test_an_answer_is_told_again_only_when_it_differs(asked: Club, semantics: StandIn) -> None:
    with Follower.of(asked) as follower:
        name = follower.begin(ASK, query=COUNT)
        first = {"result": {"rows": [["1"]], "totalCount": None}, "userErrors": []}
        assert follower.event(name) == first
        semantics.await_asked(1)
        count = len(semantics.asked)
        semantics.commit(["1"])
        semantics.await_asked(count + 1)
        semantics.commit(["2"])
        assert follower.event(name)["result"]["rows"] == [["2"]]
        assert {one["cache"] for one in semantics.asked} == {"must-revalidate"}


def test_equal_questions_of_equal_callers_are_asked_once(asked: Club, semantics: StandIn) -> None:
    with Follower.of(asked) as one, Follower.of(asked) as two, Follower.of(asked) as late:
        names = [follower.begin(ASK, query=COUNT) for follower in (one, two)]
        assert one.event(names[0]) == two.event(names[1])
        count = len(semantics.asked)
        name = late.begin(ASK, query=COUNT)
        assert late.event(name)["result"]["rows"] == [["1"]]
        assert len(semantics.asked) <= count + 1, "who joins is given the answer that is there"
        semantics.commit(["3"])
        for follower, begun in ((one, names[0]), (two, names[1]), (late, name)):
            assert follower.event(begun)["result"]["rows"] == [["3"]]


def test_callers_who_are_shown_other_rows_are_asked_for_apart(
    asked: Club, semantics: StandIn
) -> None:
    fields = "secret"
    secrets = [
        asked.make("accessTokenCreate", fields, {"label": rep, "role": "SALES", "repCode": rep})[
            "secret"
        ]
        for rep in ("HV", "SD")
    ]
    with Follower.of(asked, token=secrets[0]) as one, Follower.of(asked, token=secrets[1]) as two:
        assert one.event(one.begin(ASK, query=COUNT))["userErrors"] == []
        count = len(semantics.asked)
        semantics.rows = [["7"]]
        assert two.event(two.begin(ASK, query=COUNT))["result"]["rows"] == [["7"]]
        assert len(semantics.asked) > count


def test_an_outage_is_told_when_it_lasts_and_so_is_its_end(
    asked: Club, semantics: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(questions, "AT_LEAST_EVERY_SECONDS", 0.05)
    with Follower.of(asked) as follower:
        name = follower.begin(ASK, query=COUNT)
        assert follower.event(name)["userErrors"] == []
        semantics.is_away = True
        away = {"result": None, "userErrors": [{"code": "SEMANTIC_UNAVAILABLE"}]}
        assert follower.event(name) == away
        count = len(semantics.asked)
        semantics.await_asked(count + 2)
        semantics.is_away = False
        assert follower.event(name)["result"]["rows"] == [["1"]], "the outage was told once"


def test_a_process_without_a_semantic_layer_says_so_and_goes_on(club: Club) -> None:
    with Follower.of(club) as follower:
        found = follower.event(follower.begin(ASK, query=COUNT))
        assert found["userErrors"] == [{"code": "SEMANTIC_UNAVAILABLE"}]


def test_an_ended_token_ends_its_open_questions(asked: Club) -> None:
    given = {"label": "a", "role": "ANALYST"}
    made = asked.make("accessTokenCreate", "accessToken { id } secret", given)
    with Follower.of(asked, token=made["secret"]) as follower:
        name = follower.begin(ASK, query=COUNT)
        follower.event(name)
        asked.make("accessTokenRevoke", "", {"id": made["accessToken"]["id"]})
        assert follower.message(name)["payload"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert closing_code(follower.socket) == 4403


def test_one_who_takes_nothing_is_closed_and_a_stop_sends_everybody_elsewhere(
    club: Club, database_url: str, semantics: StandIn
) -> None:
    actor = Actor(club.organisation.id, None, Role.ROOT)
    schema, document = build_schema()._schema, parse(ASK)

    def render(result: Any) -> bytes:
        return json.dumps(result.data).encode()

    async def check(place: str) -> None:
        engine = read_engine(database_url, connections=3)
        door = SemanticDoor(place, SECRET, lambda: datetime.now(UTC))
        hub = Hub(Reader(engine), club.runner, lambda: datetime.now(UTC), door)
        hub.patience_seconds = 0.05
        closed = asyncio.Event()
        operation = Operation(schema, document, None, {"query": COUNT}, render)
        question = Question(SemanticQueryInput(measures=COUNT["measures"]), _shown)
        slow = follow_question(hub, actor, "same", question, operation, closed.set)
        assert json.loads(await anext(slow))["semanticQuery"]["userErrors"] == []
        await asyncio.wait_for(closed.wait(), 10)
        assert hub.subscriber_count == 1
        await hub.close()
        with pytest.raises(HubClosedError):
            await anext(slow)
        with pytest.raises(HubClosedError):
            await anext(follow_question(hub, actor, "late", question, operation, closed.set))
        assert hub.subscriber_count == 0
        await door.close()
        await engine.dispose()

    with serving(semantics.application()) as place:
        asyncio.run(check(place))


def _shown(_found: Any) -> Any:
    from app.schema.semantic import SemanticAnswer  # noqa: PLC0415 - shown by this test alone

    return SemanticAnswer(result=None, user_errors=[])


def test_a_slow_listener_is_sent_the_newest_answer_alone() -> None:
    async def check() -> list[bytes | None]:
        listener = Listener(b"one")
        listener.put(b"two")
        listener.put(b"three")
        found = [await listener.take()]
        listener.put(b"four")
        listener.end()
        return [*found, await listener.take()]

    assert asyncio.run(check()) == [b"three", None]
