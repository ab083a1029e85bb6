"""An operation of the façade: what it takes, what it answers, and how a request becomes a call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from app.domain.admission import Refusal
from app.domain.errors import DomainError, ErrorCode
from app.domain.permissions import Permission, require
from app.http.authentication import challenge
from app.http.observation import request_id
from app.http.patience import admit_patiently
from app.http.rest.models import FieldError, NoQuery
from app.http.rest.problems import RefusedError, malformed, of_domain
from app.http.throttle import REQUEST_POINTS
from app.resolvers.context import Context
from app.storage.identity import new_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from starlette.requests import Request

    from app.commands.execution import Runner
    from app.http.authentication import Authentication
    from app.http.throttle import Throttle
    from app.storage.reads import Reader

JSON_TYPE = "application/json"
CORRELATION_HEADER = "x-correlation-id"
"""Answered by every request: its number in the audit and in the log."""
IDEMPOTENCY_HEADER = "idempotency-key"


@dataclass(frozen=True, slots=True)
class PathParameter:
    """A part of the path."""

    name: str
    description: str
    example: str


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a body, and whether they came as a list."""

    items: tuple[Any, ...]
    is_list: bool


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was admitted: who calls, and what is asked in the form of the models.

    Commands run in `context`. What is answered is read in `reading`: the façade shows its own
    selection of a few fields, for which the operation's scope is enough, and so a partner's token
    needs none of the scopes that would let it read whole tables over GraphQL.
    """

    context: Context
    reading: Context
    query: Any
    path: Mapping[str, str]
    body: Any
    idempotency_key: str | None

    def key(self, *parts: str) -> str:
        """Return the idempotency key of a part of the request.

        Without a header it is a new one: what repeats is then recognised by its own numbers.
        """
        if self.idempotency_key is None:
            return str(new_id())
        return ".".join((self.idempotency_key, *parts))


@dataclass(frozen=True, slots=True)
class Given:
    """What was found: a status and the model that is answered."""

    answer: BaseModel
    status: int = 200


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    `body` is the model of its body. With a `row_limit` it is that of one row, and rows are parsed
    one by one by the handler, so that a wrong one does not stop the others. `answers` has the
    model of each status of success, `refusals` the statuses that problems can have beside those of
    every operation.
    """

    id: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    handler: Callable[[Call], Awaitable[Given]]
    answers: Mapping[int, tuple[str, type[BaseModel]]]
    query: type[BaseModel] = NoQuery
    parameters: Sequence[PathParameter] = ()
    body: type[BaseModel] | None = None
    row_limit: int = 0
    takes_key: bool = False
    permission: Permission = Permission.DOCUMENT_RECORD
    refusals: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """What operations work with."""

    authentication: Authentication
    reader: Reader
    runner: Runner
    clock: Callable[[], datetime]
    throttle: Throttle

    async def respond(self, operation: Operation, request: Request) -> Response:
        """Answer one request; what is refused becomes a problem, a bug is the guard's."""
        correlation_id = request_id()
        try:
            call = await self._admit(operation, request, correlation_id)
            given = await operation.handler(call)
            answer = Response(
                given.answer.model_dump_json(by_alias=True), given.status, media_type=JSON_TYPE
            )
        except DomainError as error:
            answer = of_domain(error).answer(correlation_id)
        except RefusedError as error:
            answer = error.answer(correlation_id)
        answer.headers[CORRELATION_HEADER] = correlation_id
        return answer

    async def _admit(self, operation: Operation, request: Request, correlation_id: str) -> Call:
        """Check who calls and that the request has the operation's form."""
        authorization = request.headers.get("authorization")
        address = request.client.host if request.client else ""
        admission = await admit_patiently(
            self.authentication, self.throttle, authorization, address
        )
        actor = admission.actor
        if actor is None:
            reason = admission.refusal or Refusal.ABSENT
            headers = {"www-authenticate": challenge(reason)}
            raise RefusedError(401, "UNAUTHENTICATED", reason.sentence, headers=headers)
        wait = self.throttle.take(actor, REQUEST_POINTS).wait_seconds
        if wait:
            message = f"too many requests; send the next one in {wait} s"
            raise RefusedError(
                429, "TOO_MANY_REQUESTS", message, headers={"retry-after": str(wait)}
            )
        require(actor, operation.permission)
        context = Context(actor, self.reader, self.runner, correlation_id, self.clock)
        whole = replace(actor, scopes=None)
        key = request.headers.get(IDEMPOTENCY_HEADER)
        return Call(
            context=context,
            reading=Context(whole, self.reader, self.runner, correlation_id, self.clock),
            query=_query(operation, request),
            path=dict(request.path_params),
            body=await _body(operation, request),
            idempotency_key=_checked_key(key),
        )


def _checked_key(key: str | None) -> str | None:
    """Refuse a key of another form than GraphQL takes; rows get keys of their own from it."""
    if key is None:
        return None
    if not 8 <= len(key) <= 100 or not all("!" <= one <= "~" for one in key):  # noqa: PLR2004 - the message has them
        message = "Idempotency-Key must be 8 to 100 printable ASCII characters without spaces"
        raise RefusedError(422, ErrorCode.IDEMPOTENCY_KEY_INVALID, message)
    return key


def _query(operation: Operation, request: Request) -> BaseModel:
    """Parse the query parameters; a name that is unknown or comes twice is refused."""
    items = request.query_params.multi_items()
    values = dict(items)
    if len(values) != len(items):
        message = "a query parameter is given twice"
        raise RefusedError(422, ErrorCode.INPUT_INVALID, message)
    try:
        return operation.query.model_validate_strings(values, by_alias=True)
    except ValidationError as error:
        errors = malformed(error, operation.query)
        message = "; ".join(f"{one.field}: {one.message}" for one in errors)
        raise RefusedError(422, ErrorCode.INPUT_INVALID, message, errors) from None


async def _body(operation: Operation, request: Request) -> Any:  # noqa: ANN401 - model or rows
    """Read the body as JSON, and parse it unless it has rows."""
    if operation.body is None:
        return None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON_TYPE:
        message = f"send the body as {JSON_TYPE}, not as {kind or 'nothing'}"
        raise RefusedError(415, "MEDIA_TYPE_UNSUPPORTED", message)
    try:
        content = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise RefusedError(400, "JSON_MALFORMED", f"the body is not JSON: {error}") from None
    if operation.row_limit:
        return _rows(operation, content)
    return parse(operation.body, content)


def _rows(operation: Operation, content: Any) -> Rows:  # noqa: ANN401 - any JSON
    """Return the rows of a body: one object, or a list of up to the operation's limit."""
    if isinstance(content, dict):
        return Rows((content,), is_list=False)
    if not isinstance(content, list) or not content:
        message = "send an object, or a list with at least one"
        raise RefusedError(422, ErrorCode.INPUT_INVALID, message)
    if len(content) > operation.row_limit:
        message = f"{len(content)} rows; send at most {operation.row_limit} at a time"
        raise RefusedError(422, ErrorCode.TOO_MANY_ITEMS, message)
    return Rows(tuple(content), is_list=True)


def parse(model: type[BaseModel], content: Any) -> Any:  # noqa: ANN401 - an instance of the model
    """Parse JSON as a model, or refuse with every field that is wrong."""
    found, errors = try_parse(model, content)
    if errors:
        message = "; ".join(f"{one.field}: {one.message}" for one in errors)
        raise RefusedError(422, ErrorCode.INPUT_INVALID, message, errors)
    return found


def try_parse(model: type[BaseModel], content: Any) -> tuple[Any, list[FieldError]]:  # noqa: ANN401 - any JSON
    """Parse JSON as a model; else return None and every field that is wrong.

    As JSON and not as Python's values, since dates are texts there and nothing else.
    """
    try:
        return model.model_validate_json(orjson.dumps(content)), []
    except ValidationError as error:
        return None, malformed(error, model)
