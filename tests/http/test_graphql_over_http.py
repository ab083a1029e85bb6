"""How GraphQL is spoken over HTTP: media types, statuses, methods, and which pages may call."""

import asyncio
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from app.http.door import DoorRules
from app.http.guard import Guard
from app.http.origins import cross_origin
from app.resolvers.context import Context
from tests.http.asking import RESPONSE, ask, code_of, endpoint_for

JSON = "application/json"


@pytest.fixture(scope="module")
def app() -> Guard:
    return endpoint_for(rules=DoorRules(allowed_origins=("https://portal.example",)))


@pytest.mark.parametrize(
    ("accept", "given"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (RESPONSE, RESPONSE),
        (f"{RESPONSE}, {JSON};q=0.9", RESPONSE),
        (f"{JSON}, {RESPONSE}", JSON),
        (f"{RESPONSE};q=0.1, {JSON};q=0.2", JSON),
        (f"text/html, {RESPONSE.upper()};charset=utf-8;q=0.5", RESPONSE),
        (f"{RESPONSE};q=nonsense, */*;q=0.1", JSON),
    ],
)
def test_an_answer_has_the_media_type_that_the_caller_prefers(
    app: Guard, accept: str | None, given: str
) -> None:
    answer = ask(app, "{ __typename }", headers={} if accept is None else {"accept": accept})
    assert answer.headers["content-type"] == f"{given}; charset=utf-8"
    assert answer.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("accept", ["text/html", f"{JSON};q=0", "x" * 3_000])
def test_who_accepts_nothing_of_ours_is_told_so(app: Guard, accept: str) -> None:
    answer = ask(app, "{ __typename }", headers={"accept": accept})
    assert (answer.status_code, code_of(answer)) == (406, "NOT_ACCEPTABLE")


@pytest.mark.parametrize(("accept", "status"), [(RESPONSE, 400), (JSON, 200)])
@pytest.mark.parametrize("document", ["{", "{ nix }", "query($a: Int!) { viewer { role } }"])
def test_a_wrong_document_has_errors_and_no_data(
    app: Guard, accept: str, status: int, document: str
) -> None:
    answer = ask(app, document, headers={"accept": accept})
    assert (answer.status_code, set(answer.json())) == (status, {"errors"})


@pytest.mark.parametrize(
    "given",
    [
        {"content": b"{"},
        {"content": b'"text"'},
        {"json": {}},
        {"json": {"query": 1}},
        {"json": {"query": ["{ __typename }"]}},
        {"json": {"query": "{ __typename }", "operationName": 1}},
        {"json": {"query": "{ __typename }", "variables": "{}"}},
        {"json": {"query": "{ __typename }", "extensions": []}},
        {"json": {"documentId": 1}},
        {"content": b'{"query":"{ __typename }","variables":{"a":"\\ud800"}}'},
    ],
)
def test_a_request_of_the_wrong_form_is_400(app: Guard, given: dict[str, Any]) -> None:
    answer = ask(app, headers={"content-type": JSON}, **given)
    assert (answer.status_code, code_of(answer)) == (400, "REQUEST_INVALID")


@pytest.mark.parametrize("charset", ["utf-16", "latin-1"])
def test_json_in_another_encoding_is_415(app: Guard, charset: str) -> None:
    headers = {"content-type": f"{JSON}; charset={charset}"}
    answer = ask(app, content=b'{"query":"{__typename}"}', headers=headers)
    assert (answer.status_code, code_of(answer)) == (415, "MEDIA_TYPE_UNSUPPORTED")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods_are_405_and_told_which_are_right(app: Guard, method: str) -> None:
    answer = ask(app, method=method)
    assert (answer.status_code, code_of(answer)) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["allow"] == "GET, POST, OPTIONS"


def test_a_query_may_come_by_get_with_variables(app: Guard) -> None:
    document = "query A($n: String!) { __type(name: $n) { name } a: __typename }"
    params = {"query": document, "variables": '{"n": "Sale"}', "operationName": "A"}
    data = ask(app, method="GET", params=params).json()["data"]
    assert data == {"__type": {"name": "Sale"}, "a": "Query"}
    for wrong in ({"variables": "{"}, {"variables": "1"}, {"operationName": ["A", "B"]}):
        assert ask(app, method="GET", params=params | wrong).status_code == 400


def test_a_page_of_another_origin_may_not_call_unless_it_is_allowed(app: Guard) -> None:
    for origin in ("https://evil.example", "null", "https://portal.example.evil", "http://loge:1"):
        answer = ask(app, "{ __typename }", headers={"origin": origin})
        assert (answer.status_code, code_of(answer)) == (403, "ORIGIN_REFUSED")
    for origin in ("https://portal.example", "http://loge"):
        assert ask(app, "{ __typename }", headers={"origin": origin}).status_code == 200


def test_a_get_that_a_page_may_send_unasked_is_refused(app: Guard) -> None:
    query = {"query": "{ __typename }"}
    for headers in ({"origin": "https://portal.example"}, {"cookie": "a=b"}):
        answer = ask(app, method="GET", params=query, headers=headers)
        assert (answer.status_code, code_of(answer)) == (400, "PREFLIGHT_REQUIRED")
        for name in ("x-loge-csrf", "apollo-require-preflight", "authorization"):
            asked = ask(app, method="GET", params=query, headers=headers | {name: "1"})
            assert asked.status_code == 200


def test_a_browser_is_told_which_origins_may_call_what() -> None:
    wrapped = Starlette(
        routes=[Route("/graphql", endpoint_for())],
        middleware=[cross_origin(["https://portal.example"])],
    )

    def preflight(origin: str) -> httpx.Response:
        headers = {
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization, content-type",
        }
        return ask(wrapped, method="OPTIONS", headers=headers)

    allowed = preflight("https://portal.example")
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://portal.example"
    assert "authorization" in allowed.headers["access-control-allow-headers"].lower()
    assert "access-control-allow-credentials" not in allowed.headers
    refused = preflight("https://evil.example")
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in refused.headers


class Planned:
    """Answers every query but those of the name Hard."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.asked: list[tuple[str | None, Any]] = []

    async def answer(
        self,
        context: Context,
        document: object,
        memory: dict[Any, Any],
        operation_name: str | None,
        variables: dict[str, Any] | None,
    ) -> bytes | None:
        assert context.actor is not None
        assert document is not None
        memory["seen"] = True
        self.asked.append((operation_name, variables))
        if self.failure is not None:
            raise self.failure
        return None if operation_name == "Hard" else b'{"planned":true}'


def test_a_query_is_answered_by_its_plan_and_what_has_none_by_the_executor() -> None:
    plans = Planned()
    app = endpoint_for(plans=plans)
    answer = ask(app, "query Easy { __typename }", parameters={"variables": {"a": 1}})
    assert answer.json()["data"] == {"planned": True}
    assert answer.json()["extensions"]["cost"]["requested"] == 0
    hard = {"operationName": "Hard"}
    assert ask(app, "query Hard { __typename }", parameters=hard).json()["data"] == {
        "__typename": "Query"
    }
    assert ask(app, "mutation { __typename }").json()["data"] == {"__typename": "Mutation"}
    assert plans.asked == [(None, {"a": 1}), ("Hard", None)]


def test_a_plan_that_fails_is_masked_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    app = endpoint_for(plans=Planned(RuntimeError("secret")))
    answer = ask(app, "{ __typename }")
    assert answer.json()["data"] is None
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["correlationId"] in caplog.text
    assert "secret" not in answer.text
    assert len(caplog.records) == 1


def test_many_ask_for_the_whole_schema_and_it_is_made_once() -> None:
    app = endpoint_for()

    async def send() -> list[int]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://loge") as client:
            query = {"query": "{ __schema { types { name } } }"}
            answers = await asyncio.gather(*(client.post("/graphql", json=query) for _ in "123"))
            return [one.status_code for one in answers]

    assert asyncio.run(send()) == [200, 200, 200]


def test_the_executor_neither_parses_nor_validates_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise AssertionError

    monkeypatch.setattr("strawberry.schema.schema.parse", fail)
    monkeypatch.setattr("strawberry.schema.schema.validate_document", fail)
    app = endpoint_for()
    document = "query Twice { again: __typename }"
    for _ in range(2):
        assert ask(app, document).json()["data"] == {"again": "Query"}
