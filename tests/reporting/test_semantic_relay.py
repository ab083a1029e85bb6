"""Cube's REST API on the API's own origin, passed on to a real semantic layer."""

import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio.lowlevel
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from app.domain.permissions import Quota, Role
from app.http.application import build_application
from app.http.door import DoorRules
from app.resolvers.semantic.door import SemanticDoor
from app.storage.engine import Engine, command_engine, read_engine
from tests.club import Club
from tests.conftest import LiveServer, found_club, serving
from tests.reporting.conftest import SECRET, api, now

pytestmark = pytest.mark.slow

LOAD = "/cubejs-api/v1/load"
DRAFTS = {"measures": ["pipeline.draft_count"]}


def load(club: Club, token: str, **sent: Any) -> httpx.Response:
    given = {"query": DRAFTS, "queryType": "multi"}
    headers = {"authorization": token, **sent}
    return club.http.post(LOAD, json=given, headers=headers)


def test_a_page_gets_the_numbers_that_the_semantic_layer_itself_gives(
    asked: Club, layer: str
) -> None:
    there = httpx.post(
        f"{layer}{LOAD}",
        json={"query": DRAFTS, "queryType": "multi"},
        headers={"authorization": asked.token()},
        timeout=30,
    )
    for token in (asked.token(), f"Bearer {asked.token()}"):
        here = load(asked, token)
        assert here.status_code == 200
        assert here.json()["results"][0]["data"] == there.json()["results"][0]["data"]
    assert here.headers["cache-control"] == "no-store"


def test_a_get_carries_its_question_in_the_address(asked: Club) -> None:
    answer = asked.http.get(
        LOAD,
        params={"query": '{"measures":["pipeline.draft_count"]}', "queryType": "multi"},
        headers={"x-cube-authorization": asked.token()},
    )
    assert answer.json()["results"][0]["data"] == [{"pipeline.draft_count": "2"}]


def test_the_policies_of_the_models_hold_for_whoever_asks(asked: Club) -> None:
    given = {"label": "rep", "role": "SALES", "repCode": "R1"}
    secret = asked.make("accessTokenCreate", "secret", given)["secret"]
    assert load(asked, secret).json()["results"][0]["data"] == [{"pipeline.draft_count": "1"}]
    meta = asked.http.get(
        "/cubejs-api/v1/meta", headers={"authorization": asked.token(Role.ANALYST)}
    )
    assert "pipeline" in {one["name"] for one in meta.json()["cubes"]}


def test_an_export_is_streamed_through(asked: Club) -> None:
    answer = asked.http.post(
        "/loge/v1/export",
        json={"query": DRAFTS, "format": "csv"},
        headers={"authorization": asked.token()},
    )
    assert (answer.status_code, answer.text.splitlines()[1]) == (200, "2")
    assert answer.headers["content-disposition"] == 'attachment; filename="export.csv"'
    assert answer.headers["content-type"].startswith("text/csv")


def test_a_wrong_question_is_answered_as_cube_does(asked: Club) -> None:
    answer = asked.http.post(
        LOAD,
        json={"query": {"measures": ["pipeline.draft_cuont"]}},
        headers={"authorization": asked.token(), "x-request-id": "page-0001-span-1"},
    )
    assert answer.status_code == 400
    assert "pipeline.draft_count" in answer.json()["error"]
    assert answer.headers.get_list("x-request-id") == ["page-0001-span-1"]


@pytest.mark.parametrize(
    ("token", "message"),
    [("", "Authorization header isn't set"), ("loge_" + "x" * 43, "Invalid token")],
)
def test_strangers_are_not_let_through(asked: Club, token: str, message: str) -> None:
    answer = load(asked, token)
    assert (answer.status_code, answer.json()) == (403, {"error": message})


@pytest.mark.parametrize(
    "path",
    [
        "/cubejs-api/v1/pre-aggregations/jobs",
        "/cubejs-api/v1/running-query/..%2F..%2Floge%2Fv1%2Frebuild",
        "/cubejs-api/v1/%2e%2e/%2e%2e/loge/v1/rebuild",
        "/cubejs-api/v1/load/",
        "/cubejs-api/readyz",
    ],
)
def test_nothing_else_of_that_process_is_reached(asked: Club, path: str) -> None:
    # httpx would tidy the path up, so it is sent as it stands.
    raw = httpx.URL(asked.http.base_url).copy_with(raw_path=path.encode())
    answer = asked.http.post(raw, headers={"authorization": asked.token()})
    assert answer.status_code == 404
    assert answer.json()["error"].startswith("Cannot POST /cubejs-api/")
    operation = asked.http.post("/loge/v1/rebuild", headers={"authorization": asked.token()})
    assert operation.status_code == 404


def test_a_body_that_is_too_large_is_not_passed_on(asked: Club) -> None:
    answer = asked.http.post(
        LOAD, content=b"x" * 1_000_001, headers={"authorization": asked.token()}
    )
    assert answer.status_code == 413


def test_without_a_semantic_layer_pages_are_told_to_come_again(
    database_url: str, engine: Engine, club: Club
) -> None:
    answer = load(club, club.token())
    assert (answer.status_code, answer.json()) == (
        503,
        {"error": "this process knows no semantic layer"},
    )
    with serving(api(database_url, "http://127.0.0.1:9")) as url:
        other = found_club(engine, LiveServer(url))
        answer = load(other, other.token())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert "cannot be reached" in answer.json()["error"]
        other.http.close()


def test_whoever_asks_too_often_has_to_wait(database_url: str, engine: Engine) -> None:
    door = DoorRules(quota=Quota(1, 20), stranger_quota=Quota(1, 5))
    application = build_application(
        command_engine(database_url),
        read_engine(database_url),
        door=door,
        semantics=SemanticDoor("http://127.0.0.1:9", SECRET, now),
    )
    with serving(application) as url:
        club = found_club(engine, LiveServer(url))
        codes = [load(club, club.token()).status_code for _ in range(2)]
        assert codes == [503, 429]
        wrong = [load(club, "loge_" + letter * 43).status_code for letter in "xyz"]
        assert wrong[0] == 403
        assert wrong[-1] == 429
        club.http.close()


class Strange:
    """A server in the place of the semantic layer that takes its time."""

    def __init__(self) -> None:
        self.is_gone = threading.Event()
        self.is_asked = threading.Event()
        self.asked: dict[str, str] = {}

    async def slow(self, request: Request) -> Response:
        """Answer nothing until the caller is gone."""
        self.is_asked.set()
        while (await request.receive())["type"] != "http.disconnect":
            pass
        self.is_gone.set()
        return Response(status_code=499)

    async def pieces(self, request: Request) -> Response:
        """Answer in two pieces, with headers that are nobody else's business."""
        self.asked = dict(request.headers)

        async def body() -> AsyncIterator[bytes]:
            yield b"first "
            await anyio.lowlevel.checkpoint()
            yield b"second"

        headers = {"x-secret": "inside", "set-cookie": "a=b"}
        return StreamingResponse(body(), headers=headers, media_type="text/plain")

    async def broken(self, _request: Request) -> Response:
        """Break off in the middle of an answer."""

        async def body() -> AsyncIterator[bytes]:
            yield b"first "
            raise ConnectionError

        return StreamingResponse(body(), media_type="text/plain")

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/cubejs-api/v1/load", self.slow, methods=["POST"]),
                Route("/cubejs-api/v1/meta", self.pieces),
                Route("/cubejs-api/v1/sql", self.broken),
            ],
            exception_handlers={ConnectionError: _silence},
        )


async def _silence(_request: Request, _error: Exception) -> Response:
    return JSONResponse({})


@pytest.fixture
def strange(database_url: str, engine: Engine) -> Iterator[tuple[Strange, Club]]:
    made = Strange()
    with serving(made.application()) as place, serving(api(database_url, place)) as url:
        club = found_club(engine, LiveServer(url))
        yield made, club
        club.http.close()


def test_a_query_ends_when_the_page_is_left(strange: tuple[Strange, Club]) -> None:
    there, club = strange
    with pytest.raises(httpx.ReadTimeout):
        club.http.post(
            LOAD, json={}, headers={"authorization": club.token()}, timeout=httpx.Timeout(0.5)
        )
    assert there.is_asked.is_set()
    assert there.is_gone.wait(10)


def test_only_what_is_about_the_answer_is_passed_on(strange: tuple[Strange, Club]) -> None:
    there, club = strange
    token = club.token()
    answer = club.http.get(
        "/cubejs-api/v1/meta", headers={"authorization": token, "cookie": "a=b", "te": "trailers"}
    )
    assert answer.text == "first second"
    assert not {"x-secret", "set-cookie"} & set(answer.headers)
    assert not {"cookie", "te", "x-forwarded-for"} & set(there.asked)
    assert token not in there.asked["authorization"]


def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(
    strange: tuple[Strange, Club],
) -> None:
    _, club = strange
    with pytest.raises(httpx.RemoteProtocolError):
        club.http.get("/cubejs-api/v1/sql", headers={"authorization": club.token()})
