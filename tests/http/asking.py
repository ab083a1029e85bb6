"""An endpoint that runs in no server and has no database, and what is asked of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx

from app.domain.admission import Admission
from app.domain.permissions import Actor, Role
from app.http.documents import Documents
from app.http.graphql import Endpoint
from app.http.guard import Guard
from app.schema.build import build_schema
from app.storage.identity import new_id

if TYPE_CHECKING:
    from starlette.types import ASGIApp
    from strawberry import Schema

RESPONSE = "application/graphql-response+json"


class Everybody:
    """Admits whoever calls, as one actor."""

    def __init__(self, role: Role = Role.ROOT) -> None:
        self.actor = Actor(new_id(), new_id(), role)

    def knows(self, _authorization: str | None) -> bool:
        return True

    async def admit(self, _authorization: str | None) -> Admission:
        return Admission(self.actor)


@cache
def the_schema() -> tuple[Schema, Documents]:
    """The schema of the API, which takes long to build, and the documents that it executes."""
    documents = Documents()
    return build_schema([documents.extension]), documents


def endpoint_for(admission: Any = None, **options: Any) -> Guard:
    """The endpoint with the schema of the API; whatever reaches the database fails."""
    nothing: Any = None
    anybody: Any = admission or Everybody()
    schema, documents = the_schema()
    served = Endpoint(
        schema,
        anybody,
        nothing,
        nothing,
        lambda: datetime.now(UTC),
        documents=documents,
        **options,
    )
    return Guard(served)


def ask(app: ASGIApp, query: str = "", *, method: str = "POST", **given: Any) -> httpx.Response:
    """Ask an application; a query without anything else goes as JSON."""
    if query:
        given.setdefault("json", {"query": query, **given.pop("parameters", {})})

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://loge") as client:
            return await client.request(method, "/graphql", **given)

    return asyncio.run(send())


def code_of(answer: httpx.Response) -> str:
    """The code of the only error of an answer without data."""
    body = answer.json()
    assert "data" not in body, body
    assert len(body["errors"]) == 1, body
    found: str = body["errors"][0]["extensions"]["code"]
    return found
