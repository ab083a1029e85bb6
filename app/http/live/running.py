"""Runs an operation of a connection that stays open: one answer, or one after another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from graphql import (
    ExecutionResult,
    Executor,
    GraphQLError,
    OperationType,
    VariableNode,
    Visitor,
    create_source_event_stream,
    visit,
)
from strawberry.types import ExecutionResult as Answered

from app.domain.errors import DomainError
from app.http.failures import UNAVAILABLE_MESSAGE, UnavailableError
from app.http.masking import answer_of
from app.http.refusals import DoorCode, RefusedError
from app.resolvers.live.channels import Operation, Source
from app.resolvers.live.following import follow, follow_question
from app.resolvers.live.questions import Question

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from graphql import OperationDefinitionNode

    from app.domain.admission import Admission
    from app.http.documents import Known
    from app.http.graphql import Endpoint
    from app.http.graphql_request import Asked
    from app.resolvers.live.hub import Hub

SUBSCRIPTION_LIMIT = 20_000
"""Subscriptions of one process, over all connections."""


@dataclass(frozen=True, slots=True)
class Streams:
    """What connections that stay open share: the endpoint with its door, and the hub."""

    endpoint: Endpoint
    hub: Hub

    async def run(
        self,
        asked: Asked,
        admission: Admission,
        on_stall: Callable[[], None],
        method: str = "POST",
    ) -> tuple[bool, AsyncGenerator[bytes, None]]:
        """Admit an operation; return whether it is a subscription, and its answers as JSON.

        A mutation is not admitted by GET.

        Raises:
            RefusedError: it is not executed at all, or its subscription cannot begin.
        """
        actor = admission.actor
        assert actor is not None  # noqa: S101 - nobody gets a connection without a valid token
        door = self.endpoint.door
        text = door.trusted.resolve(asked)
        known, operation = door.select(text, asked.operation_name, actor)
        if operation.operation is OperationType.MUTATION and method == "GET":
            message = "a mutation is sent by POST, never by GET"
            raise RefusedError(DoorCode.METHOD_NOT_ALLOWED, message, 405, headers={"allow": "POST"})
        if operation.operation is not OperationType.SUBSCRIPTION:
            return False, self._answer(known, operation, asked, admission)
        if self.hub.subscriber_count >= SUBSCRIPTION_LIMIT:
            message = "too many subscriptions are open at the moment; try again later"
            raise RefusedError(DoorCode.THROTTLED, message, 429, headers={"retry-after": "5"})
        door.charge(known, operation, asked.variables, actor)
        door.check_variables(operation, asked.variables)
        return True, await self._subscribe(known, operation, asked, admission, on_stall)

    async def _answer(
        self, known: Known, operation: OperationDefinitionNode, asked: Asked, admission: Admission
    ) -> AsyncGenerator[bytes, None]:
        """Answer a query or mutation once."""
        yield await self.endpoint.respond(known, operation, asked, admission)

    async def _subscribe(
        self,
        known: Known,
        operation: OperationDefinitionNode,
        asked: Asked,
        admission: Admission,
        on_stall: Callable[[], None],
    ) -> AsyncGenerator[bytes, None]:
        """Resolve the arguments of a subscription's field, and follow what they name."""
        assert known.document is not None  # noqa: S101 - only valid documents have operations
        assert admission.actor is not None  # noqa: S101 - see `run`
        schema, variables = self.endpoint.door.documents.schema, asked.variables or {}
        executor = Executor.build(
            schema,
            known.document,
            context_value=self.hub.context(admission.actor),
            raw_variable_values=variables,
            operation_name=asked.operation_name,
        )
        if isinstance(executor, list):
            raise _refusal(ExecutionResult(None, executor))
        found = create_source_event_stream(executor)
        source = await found if executor.is_awaitable(found) else found
        if not isinstance(source, Source | Question):
            assert isinstance(source, ExecutionResult)  # noqa: S101 - graphql-core's other answer
            raise _refusal(source)
        shared = Operation(schema, known.document, asked.operation_name, variables, _render)
        key = _key(known, operation, variables)
        if isinstance(source, Question):
            return follow_question(self.hub, admission.actor, key, source, shared, on_stall)
        return follow(self.hub, admission.actor, key, source, shared, on_stall)


def failure_of(error: Exception) -> list[Mapping[str, Any]]:
    """Return the formatted errors of an operation that failed, whatever it was."""
    if isinstance(error, RefusedError):
        return list(error.errors)
    if isinstance(error, UnavailableError):
        extensions = {"code": DoorCode.UNAVAILABLE, "correlationId": error.correlation_id}
        return [{"message": UNAVAILABLE_MESSAGE, "extensions": extensions}]
    message = error.violations[0].message if isinstance(error, DomainError) else ""
    answer = _masked(ExecutionResult(None, [GraphQLError(message, original_error=error)]))
    return list(answer["errors"])


def _refusal(result: ExecutionResult) -> RefusedError:
    """Turn the failure of a subscription's field into a refusal."""
    refusal = RefusedError(DoorCode.REQUEST_INVALID, "", is_about_document=True)
    refusal.errors = _masked(result)["errors"]
    return refusal


def _masked(result: ExecutionResult) -> Any:  # noqa: ANN401 - the formatted answer
    """Format an answer; what fails for want of the database is told as any other error."""
    try:
        return answer_of(Answered(result.data, result.errors))
    except UnavailableError as error:
        return {"data": None, "errors": failure_of(error)}


def _render(result: ExecutionResult) -> bytes:
    """Write the answer to an event."""
    return orjson.dumps(_masked(result))


def _key(
    known: Known, operation: OperationDefinitionNode, variables: Mapping[str, Any]
) -> tuple[str, str, bytes]:
    """Return what subscribers must have in common to be answered together.

    That is all but the cursor: a variable that is only `after` makes no difference.
    """
    cursor = known.memory.get(("cursor", id(operation)), "")
    if cursor == "":
        cursor = known.memory["cursor", id(operation)] = _cursor_variable(operation)
    name = operation.name.value if operation.name is not None else ""
    common = {key: value for key, value in variables.items() if key != cursor}
    return known.text, name, orjson.dumps(common, option=orjson.OPT_SORT_KEYS)


class _Uses(Visitor):
    """Counts where variables are used."""

    def __init__(self) -> None:
        super().__init__()
        self.count: dict[str, int] = {}

    def enter_variable(self, node: VariableNode, *_: object) -> None:
        """Count a use, or the declaration."""
        self.count[node.name.value] = self.count.get(node.name.value, 0) + 1


def _cursor_variable(operation: OperationDefinitionNode) -> str | None:
    """Return the variable that is the root field's `after` and nothing else; None if there is none.

    Two uses are its declaration and the argument. One more could be in a fragment: then its value
    would matter there, but only a subscription's root field takes such a cursor.
    """
    field: Any = operation.selection_set.selections[0]
    for one in getattr(field, "arguments", None) or ():
        if one.name.value == "after" and isinstance(one.value, VariableNode):
            uses = _Uses()
            visit(operation, uses)
            name: str = one.value.name.value
            return name if uses.count[name] == 2 else None  # noqa: PLR2004 - see above
    return None
