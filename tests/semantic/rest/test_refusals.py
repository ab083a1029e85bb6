"""Who is refused, what is refused, and how it is said."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest

from semantic.rest.authentication import SignedTokens, caller_of_claims
from semantic.rest.services import Settings
from tests.semantic.oracle.clubs import CLUB
from tests.semantic.rest.conftest import SECRET, Shop, token

COUNT = {"measures": ["sales.count"]}


def asked(shop: Shop, authorization: str | None, path: str = "load") -> httpx.Response:
    headers = {} if authorization is None else {"authorization": authorization}
    before = shop.facts.opened_count
    answer = httpx.post(f"{shop.api}/{path}", json={"query": COUNT}, headers=headers)
    if answer.status_code != 200:
        assert shop.facts.opened_count == before, "nothing was read"
    return answer


def signed(secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    return jwt.encode({"organisation": str(CLUB), **claims}, secret, algorithm)


def test_no_token_is_refused(shop: Shop) -> None:
    answer = asked(shop, None)
    assert (answer.status_code, answer.json()) == (
        403,
        {"error": "Authorization header isn't set"},
    )


@pytest.mark.parametrize(
    "wrong",
    [
        "nonsense",
        signed("another secret that nobody guesses, of 32 bytes"),
        signed(SECRET * 2, algorithm="HS512"),
        signed(exp=datetime.now(UTC) - timedelta(seconds=1)),
        signed(organisation="no id"),
        signed(organisation=5),
        jwt.encode({"groups": []}, SECRET, "HS256"),
        signed(groups="finance"),
        signed(groups=[1]),
        signed(timezone="Mars/Olympus"),
        signed(timezone=5),
        jwt.encode({"organisation": str(CLUB)}, "", "none"),
    ],
)
def test_a_token_that_stands_for_nobody_is_refused(shop: Shop, wrong: str) -> None:
    for authorization in (wrong, f"Bearer {wrong}"):
        answer = asked(shop, authorization)
        assert (answer.status_code, answer.json()) == (403, {"error": "Invalid token"})


def test_a_token_may_come_bare_or_in_cubes_own_header(shop: Shop) -> None:
    assert asked(shop, token()).status_code == 200
    headers = {"x-cube-authorization": token(), "authorization": "Bearer nobody"}
    answer = httpx.post(f"{shop.api}/load", json={"query": COUNT}, headers=headers)
    assert answer.status_code == 200


def test_claims_below_u_are_merged_up(shop: Shop) -> None:
    inner = {"groups": ["finance"], "currency": "USD"}
    answer = asked(shop, signed(u=inner))
    assert answer.json()["data"] == [{"sales.count": "1"}]


def test_claims_become_the_caller() -> None:
    claims = {
        "organisation": str(CLUB),
        "groups": ["sales"],
        "rep": "R1",
        "account": "A1",
        "timezone": "europe/paris",
        "sub": "somebody",
        "scopes": ["jobs"],
        "aud": "cube",
    }
    old = "an older secret that nobody guesses, of 32 bytes"
    tokens = SignedTokens((SECRET, old), caller_of_claims)
    caller = asyncio.run(tokens.authenticate(jwt.encode(claims, old, "HS256")))
    assert caller.principal.organisation_id == CLUB
    assert caller.principal.groups == {"sales"}
    assert caller.principal.context == {"rep": "R1", "account": "A1"}
    assert (caller.principal.timezone, caller.principal.name) == ("Europe/Paris", "somebody")
    assert caller.scopes == {"jobs"}


def test_a_secret_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        SignedTokens(("short",), caller_of_claims)


def test_a_wait_that_is_none_is_refused() -> None:
    for seconds in (0, 91):
        with pytest.raises(ValueError, match="continue_wait_seconds must be above 0"):
            Settings(continue_wait_seconds=seconds)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("load", "data"),
        ("subscribe", "data"),
        ("dry-run", "data"),
        ("cubesql", "data"),
        ("sql", "sql"),
        ("convert-query", "sql"),
        ("pre-aggregations/can-use", "meta"),
        ("pre-aggregations/jobs", "jobs"),
        ("graphql-to-json", "graphql"),
    ],
)
def test_a_part_of_the_api_needs_its_scope(shop: Shop, path: str, scope: str) -> None:
    answer = asked(shop, token(scopes=["other"]), path)
    assert (answer.status_code, answer.json()) == (403, {"error": f"API scope is missing: {scope}"})


def test_jobs_have_to_be_granted(shop: Shop) -> None:
    assert asked(shop, token(), "pre-aggregations/jobs").status_code == 403


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("v1/graphql-to-json", "Cube's GraphQL"),
        ("graphql", "Cube's GraphQL"),
    ],
)
def test_what_is_not_served_says_so(shop: Shop, path: str, what: str) -> None:
    answer = httpx.post(
        f"{shop.url}/cubejs-api/{path}", json={}, headers={"authorization": token()}
    )
    assert answer.status_code == 501
    assert answer.json()["error"].startswith(what)
    assert answer.json()["error"].endswith("is not served here")


def test_sql_of_the_sql_api_is_not_served(shop: Shop) -> None:
    answer = shop.ask("sql", "SELECT 1", format="sql")
    assert answer.status_code == 400
    with shop.http() as http:
        answer = http.post("/sql", json={"format": "sql"})
    assert (answer.status_code, answer.json()) == (
        501,
        {"error": "SQL of the SQL API is not served here"},
    )


REFUSED = [
    (None, 400, {"error": "Query param is required"}),
    ("", 400, {"error": "Query param is required"}),
    ("undefined", 400, {"error": "Query param is required"}),
    (
        {**COUNT, "filters": [5]},
        400,
        {"error": 'Invalid query format: "filters[0]" does not match any of the allowed types'},
    ),
    (
        {},
        400,
        {
            "error": "Query should contain either measures, dimensions or timeDimensions with "
            "granularities in order to be valid"
        },
    ),
    ({**COUNT, "limit": 50_001}, 500, {"error": "Error: The query limit has been exceeded."}),
    (
        {"measures": ["xyzzy.qqq"]},
        400,
        {"type": "UserError", "error": "'xyzzy' not found for path 'xyzzy.qqq'"},
    ),
]


@pytest.mark.parametrize(("query", "status", "body"), REFUSED)
def test_a_query_that_is_wrong_is_refused_in_cubes_words(
    shop: Shop, query: Any, status: int, body: Any
) -> None:
    before = shop.facts.opened_count
    answer = shop.ask("load", query)
    assert (answer.status_code, answer.json()) == (status, body)
    assert shop.facts.opened_count == before


def test_an_unknown_member_comes_with_a_hint(shop: Shop) -> None:
    answer = shop.ask("load", {"measures": ["sales.nett"]})
    assert answer.status_code == 400
    assert answer.json()["type"] == "UserError"
    assert answer.json()["error"].startswith("'nett' not found for path 'sales.nett'")
    assert "did you mean 'sales.net'?" in answer.json()["error"]


@pytest.mark.parametrize("member", ["sales.drinks_net", "backstage.count"])
def test_a_hidden_member_is_refused(shop: Shop, member: str) -> None:
    answer = shop.ask("load", {"measures": [member]}, {"groups": ["sales"], "rep": "R1"})
    assert answer.status_code == 403
    assert answer.json()["error"].startswith(f"You requested hidden member: '{member}'.")


def test_a_policy_shows_each_caller_its_own_rows(shop: Shop) -> None:
    def counted(claims: dict[str, Any]) -> Any:
        return shop.load(COUNT, claims)["results"][0]["data"]

    assert counted({"groups": ["sales"], "rep": "R1"}) == [{"sales.count": "3"}]
    assert counted({"groups": ["sales"], "rep": "R2"}) == [{"sales.count": "1"}]
    assert counted({"groups": ["finance"]}) == [{"sales.count": "4"}]


def test_a_context_that_a_policy_needs_and_has_not_refuses(shop: Shop) -> None:
    before = shop.facts.opened_count
    answer = shop.ask("load", COUNT, {"groups": ["sales"]})
    assert answer.status_code == 403
    assert "rep" in answer.json()["error"]
    assert shop.facts.opened_count == before


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{", "the body of the request is no JSON"),
        (b"[]", "the body of the request must be a JSON object"),
        (b'{"query": "{"}', "Unable to decode query param as JSON"),
        (b"", "Query param is required"),
        (b'{"query": {"measures": ["sales.count"]}, "cache": "x"}', '"cache" must be one of'),
    ],
)
def test_a_body_that_is_no_request_is_refused(shop: Shop, body: bytes, message: str) -> None:
    with shop.http() as http:
        answer = http.post("/load", content=body)
    assert answer.status_code == 400
    assert message in answer.json()["error"]


def test_a_body_that_is_too_large_is_refused_however_it_comes(shop: Shop) -> None:
    with shop.http() as http:
        answer = http.post("/load", content=b" " * 1_000_001)
        streamed = http.post("/load", content=(b" " * 500_000 for _ in range(3)))
    for one in (answer, streamed):
        assert (one.status_code, one.json()) == (
            413,
            {"error": "the body of a request must not exceed 1,000,000 bytes"},
        )


def test_a_failure_that_nobody_foresaw_keeps_its_secrets(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: Any) -> None:
        raise ValueError("secret")

    monkeypatch.setattr("semantic.rest.loading.annotate", broken)
    answer = shop.ask("load", COUNT)
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json()["requestId"] == answer.headers["x-request-id"]
    assert answer.json()["error"].startswith("Error: something went wrong")


def test_a_value_that_the_engine_cannot_read_is_an_error(shop: Shop) -> None:
    answer = shop.ask(
        "load",
        {**COUNT, "filters": [{"member": "orders.id", "operator": "gt", "values": ["many"]}]},
    )
    assert answer.status_code in (400, 500)
    assert "many" in answer.json()["error"]


def test_paths_and_methods_that_are_not_there(shop: Shop) -> None:
    with shop.http() as http:
        lost = http.get("/lost")
        wrong = http.put("/load")
    assert (lost.status_code, lost.json()) == (404, {"error": "Cannot GET /cubejs-api/v1/lost"})
    assert (wrong.status_code, wrong.json()) == (405, {"error": "Cannot PUT /cubejs-api/v1/load"})


def test_every_answer_is_guarded_and_has_the_id_of_its_request(shop: Shop) -> None:
    with shop.http() as http:
        named = http.get("/meta", headers={"x-request-id": "mine-span-1"})
        traced = http.get("/meta", headers={"traceparent": "00-ab-cd-01"})
        unnamed = http.get("/meta", headers={"x-request-id": "not an id"})
    assert named.headers["x-request-id"] == "mine-span-1"
    assert traced.headers["x-request-id"] == "00-ab-cd-01"
    assert unnamed.headers["x-request-id"].endswith("-span-1")
    for name, value in {
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    }.items():
        assert named.headers[name] == value


def test_pages_of_allowed_origins_may_call(shop: Shop) -> None:
    def preflight(origin: str) -> httpx.Response:
        headers = {
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type,x-request-id",
        }
        return httpx.options(f"{shop.api}/load", headers=headers)

    allowed = preflight("https://club.example")
    assert allowed.headers["access-control-allow-origin"] == "https://club.example"
    assert "access-control-allow-origin" not in preflight("https://elsewhere.example").headers


def test_health_needs_no_token_and_readiness_needs_facts(shop: Shop) -> None:
    assert httpx.get(f"{shop.url}/livez").json() == {"health": "HEALTH"}
    assert httpx.get(f"{shop.url}/readyz").json() == {"health": "HEALTH"}
    shop.facts.is_ready = False
    try:
        down = httpx.get(f"{shop.url}/readyz")
        answer = shop.load(COUNT)["results"][0]
    finally:
        shop.facts.is_ready = True
    assert (down.status_code, down.json()) == (500, {"health": "DOWN"})
    assert "lastRefreshTime" not in answer
