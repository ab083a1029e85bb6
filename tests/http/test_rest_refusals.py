"""What the façade refuses, it refuses as problem details, and tells no secrets."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from starlette.types import Receive, Scope, Send

from app.domain.permissions import Role
from app.http.guard import Guard, limit_of
from app.http.throttle import Taken, Throttle
from tests.club import Club
from tests.conftest import LiveServer
from tests.fingerprint import fingerprint
from tests.http.billing_club import BillingClub, billing_club

UNREACHABLE = OperationalError("SELECT 1", {}, Exception("gone"), connection_invalidated=True)


@pytest.fixture
def billing(club: Club) -> BillingClub:
    return billing_club(club)


def raw(billing: BillingClub, method: str, path: str, **content: Any) -> httpx.Response:
    """Send a request as it is."""
    headers = {"authorization": f"Bearer {billing.club.token(Role.PARTNER)}"}
    headers |= content.pop("headers", {})
    return billing.club.http.request(method, f"/api{path}", headers=headers, **content)


def test_a_path_or_method_that_is_not_there_is_a_problem(server: LiveServer) -> None:
    answer = httpx.get(f"{server.url}/api/invoices")
    assert answer.status_code == answer.json()["status"] == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:loge:error:NOT_FOUND",
        "title": "Not Found",
        "status": 404,
        "detail": "nothing is at /api/invoices; the API is at /api/openapi.json",
        "code": "NOT_FOUND",
        "errors": [],
    }
    wrong = httpx.delete(f"{server.url}/api/instalments")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, PUT")
    assert wrong.json()["code"] == "REQUEST_INVALID"


def test_asking_for_headers_only_claims_nothing(billing: BillingClub) -> None:
    billing.sell()
    before = fingerprint(billing.club)
    assert raw(billing, "HEAD", "/instalments").status_code == 405
    assert fingerprint(billing.club) == before


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "JSON_MALFORMED"),
        (b'{"instalmentCode": "\\ud800"}', "application/json", 400, "JSON_MALFORMED"),
        (b"\xff", "application/json", 400, "JSON_MALFORMED"),
        (b"1", "application/json", 422, "INPUT_INVALID"),
        (b"{}", "text/plain", 415, "MEDIA_TYPE_UNSUPPORTED"),
        (b"{}", "", 415, "MEDIA_TYPE_UNSUPPORTED"),
    ],
)
def test_a_body_that_is_no_json_is_refused(
    billing: BillingClub, content: bytes, kind: str, status: int, code: str
) -> None:
    headers = {"content-type": kind} if kind else {}
    answer = raw(billing, "PUT", "/instalments", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_body_may_bring_a_file_and_no_more(billing: BillingClub) -> None:
    path = "/instalments"
    headers = {"content-type": "application/json"}
    large = b" " * (limit_of("/api/instalments") + 1)
    answer = raw(billing, "PUT", path, content=large, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert answer.headers["content-type"] == "application/problem+json"
    assert limit_of("/api/customers/x") == 1_000_000 < limit_of("/api/instalments")


@pytest.mark.parametrize("key", ["short", "with a space", "x" * 101])
def test_a_key_has_its_form(billing: BillingClub, key: str) -> None:
    problem = billing.refused(422, "GET", "/instalments", headers={"idempotency-key": key})
    assert problem["code"] == "IDEMPOTENCY_KEY_INVALID"


def test_a_parameter_is_given_once(billing: BillingClub) -> None:
    answer = raw(billing, "GET", "/instalments", params=[("limit", "1"), ("limit", "2")])
    assert (answer.status_code, answer.json()["code"]) == (422, "INPUT_INVALID")


def test_the_correlation_id_is_that_of_the_audit(billing: BillingClub) -> None:
    billing.sell()
    answer = billing.ask("GET", "/instalments")
    document = "{ auditEntries(first: 1) { nodes { action requestId } } }"
    (entry,) = billing.club.query(document)["auditEntries"]["nodes"]
    assert entry == {
        "action": "invoice.claimed",
        "requestId": answer.headers["x-correlation-id"],
    }


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(RuntimeError("secret"), 500, "INTERNAL"), (UNREACHABLE, 503, "UNAVAILABLE")],
)
def test_a_fault_is_a_problem_that_only_numbers_it(
    error: Exception, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise error

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(Guard(fail))
        async with httpx.AsyncClient(transport=transport, base_url="http://loge") as client:
            return await client.get("/api/instalments")

    answer = asyncio.run(ask())
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["correlationId"] in caplog.text
    assert "secret" not in answer.text


def test_who_sends_too_much_is_told_when_to_go_on(
    billing: BillingClub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Throttle, "take", lambda _self, _actor, _points: Taken(3, 0))
    answer = billing.ask("GET", "/instalments")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert answer.json()["code"] == "TOO_MANY_REQUESTS"
