"""Results of executions as answers: what was not foreseen is logged, and only numbered here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import GraphQLError

from app.domain.errors import DomainError
from app.http.failures import INTERNAL_MESSAGE, UnavailableError, log_failure
from app.http.refusals import DoorCode
from app.storage.failures import is_timed_out, is_unavailable

if TYPE_CHECKING:
    from strawberry.http import GraphQLHTTPResponse
    from strawberry.types import ExecutionResult


def answer_of(result: ExecutionResult) -> GraphQLHTTPResponse:
    """Return the answer of an execution: data and errors, unexpected ones masked."""
    answer: GraphQLHTTPResponse = {"data": result.data}
    if result.errors:
        logged: dict[int, str] = {}
        answer["errors"] = [masked(error, logged) for error in result.errors]
    return answer


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
    formatted["message"], code = INTERNAL_MESSAGE, DoorCode.INTERNAL
    if is_timed_out(original):
        formatted["message"], code = DoorCode.TIMEOUT.description, DoorCode.TIMEOUT
    formatted["extensions"] = {"code": code, "correlationId": correlation_id}
    return formatted
