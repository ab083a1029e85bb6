"""What holds for every request, whatever answers it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
import strawberry
from sqlalchemy.exc import OperationalError
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.admission import Admission
from app.domain.errors import DomainError, ErrorCode, Violation
from app.domain.permissions import Actor, Role
from app.http.graphql import Endpoint
from app.http.guard import BODY_LIMIT_BYTES, HEADERS, Guard
from app.http.patience import ImpatientError
from app.schema.build import QuietSchema
from app.storage.identity import new_id
from tests.conftest import LiveServer

UNREACHABLE = OperationalError("SELECT 1", {}, Exception("gone"), connection_invalidated=True)


class Everybody:
    """Admits whoever calls."""

    def knows(self, _authorization: str | None) -> bool:
        return True

    async def admit(self, _authorization: str | None) -> Admission:
        return Admission(Actor(new_id(), new_id(), Role.ROOT))


def fetch(app: ASGIApp, method: str = "GET", path: str = "/", **content: Any) -> httpx.Response:
    """Ask an application that runs in no server."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://loge") as client:
            return await client.request(method, path, **content)

    return asyncio.run(ask())


def failing(error: Exception) -> Guard:
    """An application in which nothing works."""

    async def fail(_scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        raise error

    return Guard(fail)


def refuse_to_answer(error: Exception) -> Guard:
    """A GraphQL endpoint whose only field fails."""

    @strawberry.type
    class Query:
        @strawberry.field
        def broken(self) -> str | None:
            raise error

    def clock() -> Any:
        raise AssertionError

    nothing: Any = None
    everybody: Any = Everybody()
    return Guard(Endpoint(QuietSchema(Query), everybody, nothing, nothing, clock))


def test_every_answer_has_the_headers_that_keep_it_safe(server: LiveServer) -> None:
    for path in ("/", "/healthz", "/readyz", "/graphql", "/nowhere"):
        headers = httpx.get(server.url + path).headers
        assert {name: headers[name] for name in HEADERS} == HEADERS
        assert headers["content-type"].startswith("application/json")


def test_the_start_page_says_where_the_api_is(server: LiveServer) -> None:
    assert httpx.get(server.url).json()["graphql"] == "/graphql"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("DELETE", "/healthz", 405, "REQUEST_INVALID"),
        ("DELETE", "/graphql", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/graphql", 400, "REQUEST_INVALID"),
        ("POST", "/graphql", 415, "MEDIA_TYPE_UNSUPPORTED"),
    ],
)
def test_what_is_no_query_is_answered_as_json(
    server: LiveServer, method: str, path: str, status: int, code: str
) -> None:
    answer = httpx.request(method, server.url + path)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"]["code"] == code


def test_a_body_beyond_the_limit_is_413_however_it_comes(server: LiveServer) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b" " * (BODY_LIMIT_BYTES // 10)

    headers = {"content-type": "application/json"}
    announced = httpx.post(
        server.url + "/graphql", content=b" " * (BODY_LIMIT_BYTES + 1), headers=headers
    )
    counted = fetch(failing(AssertionError()), "POST", content=pieces())
    for answer in (announced, counted):
        assert answer.status_code == 413
        assert answer.json()["errors"][0]["extensions"]["code"] == "BODY_TOO_LARGE"


def test_an_unexpected_error_is_masked_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    for app in (failing(RuntimeError("secret")), refuse_to_answer(RuntimeError("secret"))):
        caplog.clear()
        answer = fetch(app, path="/?query={broken}")
        error = answer.json()["errors"][0]
        assert error["extensions"]["code"] == "INTERNAL"
        assert "secret" not in answer.text
        assert len(caplog.records) == 1
        assert error["extensions"]["correlationId"] in caplog.text
        assert "secret" in caplog.text


def test_one_failure_of_many_fields_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    answer = fetch(refuse_to_answer(RuntimeError("secret")), path="/?query={a:broken b:broken}")
    numbers = {error["extensions"]["correlationId"] for error in answer.json()["errors"]}
    assert len(answer.json()["errors"]) == 2
    assert len(numbers) == len(caplog.records) == 1


def test_an_address_that_guesses_tokens_waits_at_every_door() -> None:
    for path in ("/files", "/api/instalments"):
        answer = fetch(failing(ImpatientError(7)), path=path)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
        assert "THROTTLED" in answer.text


@pytest.mark.parametrize(
    "error", [UNREACHABLE, ConnectionRefusedError(), asyncpg.CannotConnectNowError("starting")]
)
def test_a_database_that_is_down_makes_the_whole_request_503(
    caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    for app in (failing(error), refuse_to_answer(error)):
        caplog.clear()
        answer = fetch(app, path="/?query={__typename broken}")
        assert answer.status_code == 503
        assert answer.json()["data"] is None
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        assert answer.headers["retry-after"] == "2"
        assert [record.exc_info for record in caplog.records] == [None]


def test_a_refusal_is_no_error_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.WARNING, "httpx")
    refusal = DomainError(Violation(ErrorCode.NOT_FOUND, "no such sale", ("saleId",)))
    answer = fetch(refuse_to_answer(refusal), path="/?query={broken}")
    assert answer.status_code == 200
    assert answer.json()["errors"][0]["extensions"] == {"code": "NOT_FOUND", "path": ["saleId"]}
    assert caplog.records == []
