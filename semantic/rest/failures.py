"""What callers are told when something is refused or fails: Cube's bodies, and nothing secret."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from semantic.query.query import QueryError

if TYPE_CHECKING:
    from collections.abc import Mapping

_log = logging.getLogger("loge.semantic")
_INTERNAL = 500


class RefusedError(Exception):
    """A request that is refused before any query is looked at."""

    def __init__(self, message: str, status: int, headers: Mapping[str, str] | None = None) -> None:
        """Carry what the caller is told."""
        super().__init__(message)
        self.message = message
        self.status = status
        self.headers = dict(headers or {})


def answer_json(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with JSON."""
    return Response(orjson.dumps(body), status, dict(headers or {}), "application/json")


def answer_error(error: Exception, request_id: str) -> Response:
    """Turn an error into an answer; what nobody foresaw is logged, and its text kept back."""
    if isinstance(error, RefusedError):
        return answer_json({"error": error.message}, error.status, error.headers)
    if isinstance(error, QueryError):
        return answer_json(error_body(error), error.status)
    _log.error("request failed, correlation_id=%s", request_id, exc_info=error)
    told = "Error: something went wrong; the operator finds it by the request id"
    return answer_json({"error": told, "requestId": request_id}, _INTERNAL)


def error_body(error: QueryError) -> dict[str, str]:
    """Write the body for a query that cannot be answered."""
    if error.status == _INTERNAL:
        return {"error": f"Error: {error.message.removeprefix('Error: ')}"}
    if error.kind:
        return {"type": error.kind, "error": error.message}
    return {"error": error.message}
