"""The GraphQL endpoint: HTTP in, known documents to plans or the executor, no secrets out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import orjson
from graphql import FieldNode, GraphQLError, OperationDefinitionNode, OperationType
from strawberry.asgi import GraphQL

from app.domain.admission import Refusal
from app.http.answers import send_answer, send_refusal
from app.http.authentication import challenge
from app.http.documents import Documents, Known, parse_within_limits
from app.http.door import Admitted, Door, DoorRules, throttled
from app.http.graphql_request import read_address, read_body
from app.http.introspection import Introspection
from app.http.masking import answer_of, masked
from app.http.negotiation import MediaType, check_accepted, is_json, negotiate, wants_events
from app.http.observation import request_id
from app.http.origins import Origins
from app.http.patience import ImpatientError, admit_patiently
from app.http.refusals import DoorCode, RefusedError
from app.http.throttle import Throttle
from app.resolvers.context import Context
from app.telemetry.exchange import current_exchange
from app.telemetry.measures import READ_BY_EXECUTOR, READ_BY_PLAN

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from graphql import DocumentNode
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send
    from starlette.websockets import WebSocket
    from strawberry import Schema
    from strawberry.http import GraphQLHTTPResponse
    from strawberry.types import ExecutionResult

    from app.commands.execution import Runner
    from app.domain.admission import Admission
    from app.http.authentication import Authentication
    from app.http.graphql_request import Asked
    from app.resolvers.semantic.door import SemanticDoor
    from app.storage.reads import Reader

METHODS = "GET, POST, OPTIONS"
_STRANGERS_TEXT_LIMIT = 1_000
"""Characters of a document of somebody without a token, who can ask for `__typename` only."""


class Plans(Protocol):
    """Answers queries without the executor, where it can."""

    async def answer(
        self,
        context: Context,
        document: DocumentNode,
        memory: dict[Any, Any],
        operation_name: str | None,
        variables: dict[str, Any] | None,
    ) -> bytes | None:
        """Return the JSON text of `data`, or None when the executor has to answer."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A request's head: where it comes from, who sends it, and what it accepts."""

    headers: Mapping[bytes, bytes]
    address: str
    method: str
    media_type: MediaType

    @property
    def authorization(self) -> str | None:
        """Return the header that says who calls."""
        found = self.headers.get(b"authorization")
        return None if found is None else found.decode("latin-1")


class Endpoint(GraphQL[Context, None]):
    """The view at `/graphql`."""

    def __init__(  # noqa: PLR0913 - what the composition root puts together, each by its name
        self,
        schema: Schema,
        authentication: Authentication,
        reader: Reader,
        runner: Runner,
        clock: Callable[[], datetime],
        *,
        documents: Documents | None = None,
        rules: DoorRules | None = None,
        throttle: Throttle | None = None,
        plans: Plans | None = None,
        semantics: SemanticDoor | None = None,
    ) -> None:
        """Serve a schema; queries by GET, mutations by POST only, no file uploads.

        `documents` are those whose extension the schema has; without them each document is parsed
        by the executor once more.
        """
        rules = rules or DoorRules()
        super().__init__(schema, graphql_ide=None, allowed_origins=rules.allowed_origins)
        documents = documents or Documents()
        documents.serve(schema._schema)  # noqa: SLF001 - the only way from Strawberry to graphql-core
        self.door = Door(
            documents, throttle or Throttle(rules.quota, rules.stranger_quota), rules.trusted
        )
        self._semantics = semantics
        self._introspection = Introspection(documents.schema)
        self._origins = Origins(frozenset(self.allowed_origins))
        self.serve_events: Callable[[Caller, Asked, Receive, Send], Awaitable[None]] | None = None
        """How operations are answered by server-sent events, where they are."""
        self._plans = plans
        self._authentication = authentication
        self._reader = reader
        self._runner = runner
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; what is refused gets its reason as JSON."""
        media_type = MediaType.JSON
        try:
            headers = dict(scope["headers"])
            accepted = negotiate(headers.get(b"accept", b"").decode("latin-1"))
            media_type = accepted or media_type
            client = scope.get("client")
            caller = Caller(headers, client[0] if client else "", scope["method"], media_type)
            self._origins.check(caller.method, headers)
            if self.serve_events is not None and wants_events(headers.get(b"accept", b"")):
                media_type = MediaType.RESPONSE  # whose refusals have a status that clients see
                await self.serve_events(caller, await _read(scope, caller, receive), receive, send)
                return
            check_accepted(accepted)
            await self._answer(caller, await _read(scope, caller, receive), send)
        except RefusedError as refusal:
            _note_outcome(refusal.code)
            await send_refusal(send, refusal, media_type)

    async def _answer(self, caller: Caller, asked: Asked, send: Send) -> None:
        """Answer a request whose form is right."""
        admission = await self.admit(caller.authorization, caller.address)
        text = self.door.trusted.resolve(asked)
        if admission.actor is None:
            body = self._answer_stranger(admission, text)
            await send_answer(send, body, caller.media_type)
            return
        known, operation = self.door.select(text, asked.operation_name, admission.actor)
        _check_kind(caller, operation)
        body = await self.respond(known, operation, asked, admission)
        await send_answer(send, body, caller.media_type)

    async def respond(
        self, known: Known, operation: OperationDefinitionNode, asked: Asked, admission: Admission
    ) -> bytes:
        """Answer a query or mutation of somebody who may pay for it, over whichever connection.

        Raises:
            RefusedError: it costs too much, or its variables do not fit.
        """
        assert admission.actor is not None  # noqa: S101 - strangers are answered before
        admitted = self.door.charge(known, operation, asked.variables, admission.actor)
        context = self._context(admission)
        return await self._planned(admitted, asked, context) or await self._executed(
            admitted, asked, context
        )

    async def admit(self, authorization: str | None, address: str) -> Admission:
        """Find out who calls; from where many wrong tokens came, new ones have to wait.

        Raises:
            RefusedError: THROTTLED.
        """
        throttle = self.door.throttle
        try:
            return await admit_patiently(self._authentication, throttle, authorization, address)
        except ImpatientError as error:
            raise throttled(error.wait_seconds, str(error)) from None

    def _answer_stranger(self, admission: Admission, text: str) -> bytes:
        """Answer somebody without a valid token: the name of the root type, and nothing else.

        Their documents are not validated, so that the errors tell nothing about the schema, and
        not remembered.
        """
        reason = admission.refusal or Refusal.ABSENT
        is_short = len(text) <= _STRANGERS_TEXT_LIMIT
        names = _typenames(parse_within_limits(text)) if is_short else None
        if names is None:
            headers = {"www-authenticate": challenge(reason)}
            raise RefusedError(DoorCode.UNAUTHENTICATED, reason.sentence, 401, headers=headers)
        query = self.door.documents.schema.query_type
        assert query is not None  # noqa: S101 - every schema has one
        return orjson.dumps({"data": dict.fromkeys(names, query.name)})

    async def _planned(self, admitted: Admitted, asked: Asked, context: Context) -> bytes | None:
        """Answer without the executor; None where only it can."""
        known, operation = admitted.known, admitted.operation
        if operation.operation is not OperationType.QUERY:
            return None
        if self._introspection.is_about(operation):
            made = await self._introspection.answer(known, operation)
        elif self._plans is None or known.document is None:
            return None
        else:
            try:
                found = await self._plans.answer(
                    context, known.document, known.memory, asked.operation_name, asked.variables
                )
            except Exception as error:  # noqa: BLE001 - masked, logged and answered like the executor's
                failure = GraphQLError(str(error), original_error=error)
                _note_outcome("error")
                body = {"data": None, "errors": [masked(failure, {})]}
                return orjson.dumps({**body, "extensions": {"cost": admitted.cost.as_extension()}})
            if found is None:
                READ_BY_EXECUTOR.inc()
                return None
            READ_BY_PLAN.inc()
            made = found
        return b'{"data":%b,"extensions":%b}' % (made, admitted.cost.as_json())

    async def _executed(self, admitted: Admitted, asked: Asked, context: Context) -> bytes:
        """Answer by the executor."""
        self.door.check_variables(admitted.operation, asked.variables)
        result = await self.schema.execute(
            admitted.known.text,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
        )
        answer = answer_of(result)
        if "errors" in answer:
            _note_outcome("error")
        answer["extensions"] = {"cost": admitted.cost.as_extension()}
        return self.encode_json(answer)

    def _context(self, admission: Admission) -> Context:
        """Build what resolvers are given."""
        refusal = admission.refusal or Refusal.ABSENT
        return Context(
            admission.actor,
            self._reader,
            self._runner,
            request_id(),
            self._clock,
            refusal,
            self._semantics,
        )

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002 - the view's signature
    ) -> Context:
        """Build what resolvers are given."""
        return self._context(await self._authentication.admit(request.headers.get("authorization")))

    async def process_result(
        self,
        request: Request,  # noqa: ARG002 - the signature of the view
        result: ExecutionResult,
    ) -> GraphQLHTTPResponse:
        """Answer with data and errors, unexpected errors masked."""
        return answer_of(result)

    def decode_json(self, data: str | bytes) -> object:
        """Read JSON, strictly: half a surrogate pair is no text, and nobody could store it."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> bytes:
        """Write JSON."""
        return orjson.dumps(data)


async def _read(scope: Scope, caller: Caller, receive: Receive) -> Asked:
    """Read what a request asks for.

    Raises:
        RefusedError: the method or the media type is none of ours, or the form is wrong.
    """
    if caller.method == "GET":
        return read_address(scope["query_string"])
    if caller.method != "POST":
        message = f"{caller.method} is not answered here; use POST, or GET for queries"
        raise RefusedError(DoorCode.METHOD_NOT_ALLOWED, message, 405, headers={"allow": METHODS})
    content_type = caller.headers.get(b"content-type", b"").decode("latin-1")
    if not is_json(content_type):
        message = f"send the body as application/json in UTF-8, not as {content_type or 'nothing'}"
        headers = {"accept": "application/json"}
        raise RefusedError(DoorCode.MEDIA_TYPE_UNSUPPORTED, message, 415, headers=headers)
    body, is_more = b"", True
    while is_more:
        message_part = await receive()
        body += message_part.get("body", b"")
        is_more = message_part.get("more_body", False)
    return read_body(body)


def _check_kind(caller: Caller, operation: OperationDefinitionNode) -> None:
    """Refuse a mutation by GET, and a subscription by a plain request."""
    if operation.operation is OperationType.SUBSCRIPTION:
        message = "a subscription needs a WebSocket (graphql-transport-ws) or server-sent events"
        raise RefusedError(DoorCode.SUBSCRIPTION_REFUSED, message)
    if operation.operation is OperationType.MUTATION and caller.method == "GET":
        message = "a mutation is sent by POST, never by GET"
        raise RefusedError(DoorCode.METHOD_NOT_ALLOWED, message, 405, headers={"allow": "POST"})


def _typenames(document: DocumentNode) -> list[str] | None:
    """Return the names under which a document asks for `__typename`; None if for anything else."""
    if len(document.definitions) != 1:
        return None
    operation = document.definitions[0]
    if (
        not isinstance(operation, OperationDefinitionNode)
        or operation.operation is not OperationType.QUERY
    ):
        return None
    fields = operation.selection_set.selections
    if not all(
        isinstance(one, FieldNode)
        and one.name.value == "__typename"
        and not (one.selection_set or one.directives or one.arguments)
        for one in fields
    ):
        return None
    return [(one.alias or one.name).value for one in fields if isinstance(one, FieldNode)]


def _note_outcome(outcome: str) -> None:
    """Note for the log how a request ended."""
    exchange = current_exchange()
    if exchange is not None:
        exchange.outcome = outcome
