"""Live data: the usual WebSocket and event-stream clients follow a Sale on a live server."""

from pathlib import Path

import pytest

from tests.clients.conftest import Shop
from tests.clients.running import CLIENTS, checks_of, expect_well, run_checks

SOCKET = CLIENTS / "live" / "socket.ts"
STREAM = CLIENTS / "live" / "stream.ts"


@pytest.fixture(scope="module")
def endings(shop: Shop) -> dict[Path, dict[str, str | None]]:
    return {script: run_checks(script, shop.env) for script in (SOCKET, STREAM)}


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("application/graphql-response+json, text/event-stream", "application/graphql-response"),
        ("application/json;q=0.5, text/event-stream", "text/event-stream"),
        ("text/event-stream, multipart/mixed", "text/event-stream"),
    ],
)
def test_whoever_takes_both_is_answered_with_what_comes_first(
    shop: Shop, accept: str, answered: str
) -> None:
    http = shop.stadium.club.http
    headers = {"accept": accept, "authorization": f"Bearer {shop.env['LOGE_TOKEN']}"}
    answer = http.post("/graphql", json={"query": "{ viewer { role } }"}, headers=headers)
    assert answer.headers["content-type"].startswith(answered)
    assert '"role":"PORTAL"' in answer.text


@pytest.mark.parametrize("sentence", checks_of(SOCKET))
def test_graphql_ws(endings: dict[Path, dict[str, str | None]], sentence: str) -> None:
    expect_well(endings[SOCKET], sentence)


@pytest.mark.parametrize("sentence", checks_of(STREAM))
def test_graphql_sse(endings: dict[Path, dict[str, str | None]], sentence: str) -> None:
    expect_well(endings[STREAM], sentence)
