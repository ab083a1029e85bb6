"""The way to the process of the semantic layer: Cube's REST API, one signed context a caller."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import jwt
import orjson

from app.domain.errors import ErrorCode, refuse
from app.resolvers.semantic.principals import claims_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from app.domain.permissions import Actor

CONTEXT_SECONDS = 60
"""How long a signed context is good for: one question and its repetitions."""
PATIENCE_SECONDS = 60.0
"""How long an answer is waited for; the statement is given up by then on the other side too."""
EXPORT_PATIENCE_SECONDS = 600.0
"""How long a piece of an export is waited for: its first row may take long."""
META_SECONDS = 5.0
"""How long the models as a caller sees them are kept."""
_KEPT_METAS = 200
CONNECT_SECONDS = 5.0
"""How long a connection is waited for; the process is on this machine, or next to it."""
_API = "/cubejs-api/v1"
_OPERATIONS = "/loge/v1"
_NO_CLUB = UUID(int=0)
_UNAVAILABLE = "the semantic layer cannot be reached at the moment; try again"


@dataclass(frozen=True, slots=True)
class Passed:
    """A request that is passed on as it came; each piece of its answer is waited for so long."""

    method: str
    path: str
    query: bytes
    headers: Mapping[str, str]
    body: bytes
    patience_seconds: float


@dataclass(frozen=True, slots=True)
class PassedBack:
    """The answer to a request that was passed on: its pieces come as they are, and once.

    Whoever has it closes it. Pieces raise where the answer breaks off.
    """

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    pieces: AsyncIterator[bytes]
    close: Callable[[], Awaitable[None]]


@dataclass(slots=True)
class SemanticDoor:
    """Asks the semantic layer; opens its connections with the first question.

    `secret` signs security contexts; the process on the other side has the same.
    """

    address: str
    secret: str
    clock: Callable[[], datetime]
    _client: httpx.AsyncClient | None = field(default=None)
    _metas: dict[frozenset[tuple[str, str]], tuple[datetime, list[dict[str, Any]]]] = field(
        default_factory=dict, repr=False
    )

    async def load(
        self,
        actor: Actor,
        organisation: Mapping[str, Any],
        query: Mapping[str, Any],
        *,
        must_be_current: bool = False,
    ) -> dict[str, Any]:
        """Return the answer to one query, in Cube's form.

        Unless it `must_be_current`, an older answer is given rather than one that takes long.

        Raises:
            DomainError: SEMANTIC_QUERY_INVALID, SEMANTIC_UNAVAILABLE.
        """
        body: dict[str, Any] = {"query": query, "queryType": "multi"}
        if must_be_current:
            body["cache"] = "must-revalidate"
        deadline = self.clock() + timedelta(seconds=PATIENCE_SECONDS)
        while True:
            context = self._context(actor, organisation)
            found = await self._ask(context, "POST", f"{_API}/load", json=body)
            if found.get("error") != "Continue wait":
                answer: dict[str, Any] = found["results"][0]
                return answer
            if self.clock() >= deadline:
                refuse(ErrorCode.SEMANTIC_UNAVAILABLE, "the answer takes too long; ask for less")

    async def meta(self, actor: Actor, organisation: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return the cubes and views that a caller may see, in Cube's form; not to be changed.

        Those who may see the same are told the same for a moment: models seldom change, and every
        plan of a report needs all of them.
        """
        claims = claims_of(actor, organisation["currency"], organisation["time_zone"])
        sight = frozenset((name, str(one)) for name, one in claims.items() if name != "sub")
        now = self.clock()
        known = self._metas.get(sight)
        if known is not None and now < known[0]:
            return known[1]
        found = await self._ask(self._signed(claims), "GET", f"{_API}/meta")
        cubes: list[dict[str, Any]] = found["cubes"]
        if len(self._metas) >= _KEPT_METAS:
            self._metas.clear()
        self._metas[sight] = now + timedelta(seconds=META_SECONDS), cubes
        return cubes

    async def freshness(self, after: int | None = None) -> dict[str, Any]:
        """Return how fresh the facts are; with `after`, once they are newer than that version.

        That is waited for half a minute at most.

        Raises:
            DomainError: SEMANTIC_UNAVAILABLE.
        """
        # Facts are those of all clubs; a context has to name one all the same.
        claims = {"organisation": str(_NO_CLUB), "groups": [], "scopes": ["meta"]}
        given = {} if after is None else {"after": after}
        return await self._ask(self._signed(claims), "GET", f"{_OPERATIONS}/facts", params=given)

    async def pass_on(
        self, actor: Actor, organisation: Mapping[str, Any], passed: Passed
    ) -> PassedBack:
        """Send a caller's own request, signed as theirs.

        Raises:
            DomainError: SEMANTIC_UNAVAILABLE.
        """
        connections = self._connections()
        context = f"Bearer {self._context(actor, organisation)}"
        request = connections.build_request(
            passed.method,
            httpx.URL(path=passed.path, query=passed.query),
            headers={**passed.headers, "authorization": context},
            content=passed.body or None,
            timeout=httpx.Timeout(passed.patience_seconds, connect=CONNECT_SECONDS),
        )
        try:
            answer = await connections.send(request, stream=True)
        except httpx.TransportError:
            refuse(ErrorCode.SEMANTIC_UNAVAILABLE, _UNAVAILABLE)
        return PassedBack(answer.status_code, answer.headers.raw, answer.aiter_raw(), answer.aclose)

    async def export(
        self, actor: Actor, organisation: Mapping[str, Any], query: Mapping[str, Any]
    ) -> PassedBack:
        """Open the whole answer to a query as a stream of Arrow, which whoever has it closes.

        Raises:
            DomainError: SEMANTIC_QUERY_INVALID, SEMANTIC_UNAVAILABLE.
        """
        headers = {"content-type": "application/json", "accept-encoding": "identity"}
        body = orjson.dumps({"query": query, "format": "arrow"})
        path = f"{_OPERATIONS}/export"
        passed = Passed("POST", path, b"", headers, body, EXPORT_PATIENCE_SECONDS)
        answer = await self.pass_on(actor, organisation, passed)
        if answer.status == HTTPStatus.OK:
            return answer
        told = b"".join([piece async for piece in answer.pieces])
        await answer.close()
        if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
            refuse(ErrorCode.SEMANTIC_UNAVAILABLE, _UNAVAILABLE)
        message = str(orjson.loads(told)["error"])
        refuse(ErrorCode.SEMANTIC_QUERY_INVALID, message.removeprefix("Error: "), "query")

    async def close(self) -> None:
        """Give the connections up."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _ask(
        self,
        context: str,
        method: str,
        path: str,
        **sent: Any,  # noqa: ANN401 - what httpx takes
    ) -> dict[str, Any]:
        """Send one request with a signed context; errors of the question become refusals."""
        headers = {"Authorization": f"Bearer {context}"}
        try:
            answer = await self._connections().request(method, path, headers=headers, **sent)
        except httpx.TransportError:
            refuse(ErrorCode.SEMANTIC_UNAVAILABLE, _UNAVAILABLE)
        if answer.status_code == HTTPStatus.OK:
            found: dict[str, Any] = answer.json()
            return found
        if answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            refuse(ErrorCode.SEMANTIC_UNAVAILABLE, _UNAVAILABLE)
        message = answer.json().get("error", "") if _is_json(answer) else ""
        if not message:
            raise RuntimeError(f"the semantic layer answered {answer.status_code}")
        return refuse(ErrorCode.SEMANTIC_QUERY_INVALID, message.removeprefix("Error: "), "query")

    def _connections(self) -> httpx.AsyncClient:
        """Return the connections, which are opened with the first question."""
        if self._client is None:
            self._client = httpx.AsyncClient(base_url=self.address, timeout=PATIENCE_SECONDS)
        return self._client

    def _context(self, actor: Actor, organisation: Mapping[str, Any]) -> str:
        """Sign what the other side is to know of a caller."""
        return self._signed(claims_of(actor, organisation["currency"], organisation["time_zone"]))

    def _signed(self, claims: Mapping[str, Any]) -> str:
        """Sign claims for a short while."""
        ends_at = self.clock() + timedelta(seconds=CONTEXT_SECONDS)
        return jwt.encode({**claims, "exp": ends_at}, self.secret, algorithm="HS256")


def _is_json(answer: httpx.Response) -> bool:
    return str(answer.headers.get("content-type", "")).startswith("application/json")
