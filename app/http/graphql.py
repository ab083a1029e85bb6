"""The GraphQL endpoint: Strawberry's view with our context, and errors that tell no secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import JSONResponse
from strawberry.asgi import GraphQL
from strawberry.extensions import (
    AddValidationRules,
    MaxAliasesLimiter,
    MaxTokensLimiter,
    ParserCache,
    QueryDepthLimiter,
    ValidationCache,
)

from app.domain.errors import DomainError
from app.http.failures import INTERNAL_MESSAGE, UnavailableError, error_body, log_failure
from app.resolvers.context import Context
from app.storage.failures import is_unavailable
from app.storage.identity import new_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send
    from starlette.websockets import WebSocket
    from strawberry import Schema
    from strawberry.http import GraphQLHTTPResponse
    from strawberry.http.base import BaseRequestProtocol
    from strawberry.types import ExecutionResult

    from app.commands.execution import Runner
    from app.http.authentication import Authentication
    from app.storage.reads import Reader

_RULES = (
    *QueryDepthLimiter(max_depth=10).validation_rules,
    *MaxAliasesLimiter(max_alias_count=30).validation_rules,
)
# Rules made once and not for each request, because they are part of what is remembered.
LIMITS = (
    lambda: MaxTokensLimiter(max_token_count=2_000),
    lambda: AddValidationRules(list(_RULES)),
)
"""What a document may at most contain."""

DOCUMENTS_REMEMBERED = 100
"""Documents whose parsing and validation is not done again; the largest takes a megabyte."""
MEMORY = (
    lambda: ParserCache(maxsize=DOCUMENTS_REMEMBERED),
    lambda: ValidationCache(maxsize=DOCUMENTS_REMEMBERED),
)
"""Clients send the same few documents with other variables; checking them costs most of a read."""


class Endpoint(GraphQL[Context, None]):
    """The view at `/graphql`."""

    def __init__(
        self,
        schema: Schema,
        authentication: Authentication,
        reader: Reader,
        runner: Runner,
        clock: Callable[[], datetime],
    ) -> None:
        """Serve a schema; queries by GET, mutations by POST only, no file uploads.

        No page for the browser: the usual ones load their scripts from elsewhere.
        """
        super().__init__(schema, graphql_ide=None, allow_queries_via_get=True)
        self._authentication = authentication
        self._reader = reader
        self._runner = runner
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; one that is no GraphQL request gets its reason as JSON too."""
        try:
            answer: Response = await self.run(Request(scope, receive))
        except HTTPException as error:
            body = error_body(error.reason, "REQUEST_INVALID")
            answer = JSONResponse(body, status_code=error.status_code)
        await answer(scope, receive, send)

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:  # noqa: ARG002 - the signature of the view
        """Show no page, so that a request without a query is told so."""
        return False

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002 - the view's signature
    ) -> Context:
        """Build what resolvers are given."""
        actor = await self._authentication.actor(request.headers.get("authorization"))
        return Context(actor, self._reader, self._runner, str(new_id()), self._clock)

    async def process_result(
        self,
        request: Request,  # noqa: ARG002 - the signature of the view
        result: ExecutionResult,
    ) -> GraphQLHTTPResponse:
        """Answer with data and errors, unexpected errors masked."""
        answer: GraphQLHTTPResponse = {"data": result.data}
        if result.errors:
            logged: dict[int, str] = {}
            answer["errors"] = [masked(error, logged) for error in result.errors]
        return answer

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON, strictly: half a surrogate pair is no text, and nobody could store it."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> str | bytes:
        """Write JSON."""
        return orjson.dumps(data)


def masked(error: GraphQLError, logged: dict[int, str]) -> Any:  # noqa: ANN401 - the formatted error
    """Format an error for the caller; what was not foreseen is logged and only numbered here.

    `logged` has the correlation id of each error of the answer that was logged before: one failed
    load can be the error of many fields.

    Raises:
        UnavailableError: the database could not be reached.
    """
    original = error.original_error
    if original is None or isinstance(original, GraphQLError):
        return error.formatted
    formatted: dict[str, Any] = dict(error.formatted)
    if isinstance(original, DomainError):
        first = original.violations[0]
        formatted["message"] = first.message
        formatted["extensions"] = {"code": first.code, "path": list(first.path)}
        return formatted
    correlation_id = logged.get(id(original)) or log_failure(original)
    logged[id(original)] = correlation_id
    if is_unavailable(original):
        raise UnavailableError(correlation_id) from original
    formatted["message"] = INTERNAL_MESSAGE
    formatted["extensions"] = {"code": "INTERNAL", "correlationId": correlation_id}
    return formatted
