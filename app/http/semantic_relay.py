"""Cube's REST API on the API's own origin: what pages ask is passed on to the semantic layer.

A page that was loaded from here need talk to no other origin. The caller is admitted as everywhere
in the API, and the question goes on with a context that says who they are, so that the policies of
the models decide what they see. Operations of the semantic layer's process are not reached.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.domain.admission import Refusal
from app.domain.errors import DomainError
from app.http.patience import ImpatientError, admit_patiently
from app.http.throttle import REQUEST_POINTS
from app.resolvers.semantic.door import EXPORT_PATIENCE_SECONDS, Passed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from anyio import CancelScope
    from starlette.types import Receive, Scope, Send

    from app.domain.permissions import Actor
    from app.http.authentication import Authentication
    from app.http.throttle import Throttle
    from app.resolvers.semantic.door import PassedBack, SemanticDoor
    from app.storage.reads import Reader

EXPORT_PATH = "/loge/v1/export"
PATIENCE_SECONDS = 60.0
"""How long a piece of an answer is waited for; long before, clients are told to ask again."""
_ID = "[A-Za-z0-9][A-Za-z0-9._:-]{0,127}"
_PATHS = re.compile(
    rf"/cubejs-api/v1/(load|subscribe|sql|dry-run|meta|cubesql|convert-query|running-query/{_ID})"
    rf"|{re.escape(EXPORT_PATH)}"
)
"""What is passed on; whatever refreshes or operates something is not."""
_PASSED_ON = ("accept", "accept-encoding", "content-type", "x-request-id", "traceparent")
_SHOWN = frozenset(
    {"content-type", "content-length", "content-encoding", "content-disposition", "retry-after"}
)
"""Headers of answers that are about the answer; all others are this process's own business."""


class _RefusedError(Exception):
    """A request that is not passed on."""

    def __init__(self, message: str, status: int, wait_seconds: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.headers = {"retry-after": str(wait_seconds)} if wait_seconds else {}


@dataclass(frozen=True, slots=True)
class SemanticRelay:
    """Passes requests on; an ASGI application. `door` is None where no semantic layer is known."""

    authentication: Authentication
    reader: Reader
    throttle: Throttle
    door: SemanticDoor | None

    def routes(self) -> list[Route]:
        """Return where it is reached."""
        return [Route("/cubejs-api/{rest:path}", self), Route(EXPORT_PATH, self)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, and stop when the caller goes away."""
        request = Request(scope, receive)
        try:
            actor = await self._admit(request)
            ask = partial(self._door.pass_on, actor, await self._club(actor))
            passed = await _passed(request)
        except _RefusedError as error:
            answer = JSONResponse({"error": error.message}, error.status, error.headers)
            await answer(scope, receive, send)
            return
        async with anyio.create_task_group() as group:
            group.start_soon(_cancel_when_gone, receive, group.cancel_scope)
            try:
                found = await ask(passed)
            except DomainError as error:
                body = {"error": error.violations[0].message}
                await JSONResponse(body, 503, {"retry-after": "2"})(scope, receive, send)
            else:
                await _stream(found, send)
            group.cancel_scope.cancel()

    async def _admit(self, request: Request) -> Actor:
        """Return who calls.

        Raises:
            _RefusedError: what they ask for is not passed on, or not for them, or not now.
        """
        path = request.url.path
        if _PATHS.fullmatch(path) is None:
            raise _RefusedError(f"Cannot {request.method} {path}", 404)
        address = request.client.host if request.client else ""
        given = _authorization(request)
        try:
            admission = await admit_patiently(self.authentication, self.throttle, given, address)
        except ImpatientError as error:
            raise _RefusedError(str(error), 429, error.wait_seconds) from error
        if admission.actor is None:
            is_absent = admission.refusal is Refusal.ABSENT
            told = "Authorization header isn't set" if is_absent else "Invalid token"
            raise _RefusedError(told, 403)
        wait_seconds = self.throttle.take(admission.actor, REQUEST_POINTS).wait_seconds
        if wait_seconds:
            raise _RefusedError("too many requests; try again later", 429, wait_seconds)
        return admission.actor

    async def _club(self, actor: Actor) -> Mapping[str, Any]:
        """Read the caller's club, which the semantic layer is told about."""
        club = actor.organisation_id
        return (await self.reader.by_ids(actor, "organisation", [club]))[club]

    @property
    def _door(self) -> SemanticDoor:
        """Return the way to the semantic layer.

        Raises:
            _RefusedError: there is none.
        """
        if self.door is None:
            raise _RefusedError("this process knows no semantic layer", 503)
        return self.door


def _authorization(request: Request) -> str | None:
    """Return the caller's token as the API reads it; Cube's clients send it bare."""
    given = request.headers.get("x-cube-authorization") or request.headers.get("authorization")
    words = (given or "").split()
    return f"Bearer {words[-1]}" if words else None


async def _passed(request: Request) -> Passed:
    """Read what is passed on of a request."""
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    is_export = request.url.path == EXPORT_PATH
    return Passed(
        request.method,
        request.url.path,
        request.scope["query_string"],
        # An answer is passed on as it comes, so it may only be packed as the caller can read it.
        {"accept-encoding": "identity", **headers},
        await request.body(),
        EXPORT_PATIENCE_SECONDS if is_export else PATIENCE_SECONDS,
    )


async def _stream(answer: PassedBack, send: Send) -> None:
    """Send an answer on, piece by piece; one that breaks off raises, which ends the connection."""
    headers = [one for one in answer.headers if one[0].lower().decode("latin-1") in _SHOWN]
    try:
        start = {"type": "http.response.start", "status": answer.status, "headers": headers}
        await send(start)
        async for piece in answer.pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})
    finally:
        with anyio.CancelScope(shield=True):
            await answer.close()


async def _cancel_when_gone(receive: Receive, scope: CancelScope) -> None:
    """Stop when the caller goes away: the query ends with its request."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
