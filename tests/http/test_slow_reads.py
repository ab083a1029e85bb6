"""A read that takes too long is stopped, and keeps nobody else waiting."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.domain.permissions import Actor, Role
from app.http.graphql import Endpoint
from app.http.guard import Guard
from app.storage.engine import Engine, read_engine
from app.storage.reads import Reader
from tests.club import Club
from tests.http.asking import Everybody, the_schema

TIMEOUT_MS = 1_500


def test_a_read_that_takes_too_long_is_stopped_while_others_are_answered(
    club: Club, engine: Engine, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    impatient = read_engine(database_url, timeout_ms=TIMEOUT_MS)
    everybody: Any = Everybody()
    everybody.actor = Actor(club.organisation.id, everybody.actor.token_id, Role.ROOT)
    schema, documents = the_schema()
    app = Guard(
        Endpoint(
            schema,
            everybody,
            Reader(impatient),
            club.runner,
            lambda: datetime.now(UTC),
            documents=documents,
        )
    )

    async def ask() -> tuple[httpx.Response, list[bool]]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://loge") as client:

            async def send(document: str) -> httpx.Response:
                return await client.post("/graphql", json={"query": document})

            slow = asyncio.create_task(send("{ venues { nodes { id } } }"))
            others = []
            for _ in range(5):
                other = await send("{ seasons { nodes { id } } }")
                others.append("errors" not in other.json() and not slow.done())
            answer = await slow
        await impatient.dispose()
        return answer, others

    with engine.connect() as blocking:
        blocking.execute(text("LOCK TABLE venue IN ACCESS EXCLUSIVE MODE"))
        answer, others = asyncio.run(ask())
        blocking.rollback()
    assert others == [True] * 5
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "TIMEOUT"
    assert error["extensions"]["correlationId"] in caplog.text
    assert "ask for less" in error["message"]
    assert "venue" not in error["message"]
