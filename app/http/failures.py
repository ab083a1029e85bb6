"""What a caller is told when something goes wrong that no refusal foresaw: enough to report it."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from app.http.observation import request_id
from app.storage.failures import is_unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

REST_PATH = "/api"
"""Below it answers have the forms of the REST façade, elsewhere those of GraphQL."""
PROBLEM_TYPE = "application/problem+json"
UNAVAILABLE_MESSAGE = "the database cannot be reached at the moment; try again"
INTERNAL_MESSAGE = "something went wrong; the operator finds it by the correlation id"
_log = logging.getLogger("loge.api")


class UnavailableError(Exception):
    """The database could not be reached, so the whole request is answered with 503."""

    def __init__(self, correlation_id: str) -> None:
        """Carry the id under which the log has the cause."""
        super().__init__(correlation_id)
        self.correlation_id = correlation_id


def log_failure(error: BaseException) -> str:
    """Log an unexpected error, once and with its traceback; return its correlation id.

    That is the id of the request, which the answer's X-Request-Id and the audit have as well. A
    database that is down is one line without a traceback, since it meets every request alike.
    """
    correlation_id = request_id()
    if is_unavailable(error):
        reason = str(error).partition("\n")[0]
        _log.error("database unavailable, correlation_id=%s: %s", correlation_id, reason)
    else:
        _log.error("request failed, correlation_id=%s", correlation_id, exc_info=error)
    return correlation_id


def error_body(message: str, code: str, correlation_id: str | None = None) -> dict[str, Any]:
    """Return an answer in the form that GraphQL clients read errors in."""
    extensions = {"code": code}
    if correlation_id is not None:
        extensions["correlationId"] = correlation_id
    return {"data": None, "errors": [{"message": message, "extensions": extensions}]}


def problem_body(
    status: int,
    code: str,
    detail: str,
    errors: Sequence[Mapping[str, str]] = (),
    correlation_id: str | None = None,
) -> dict[str, Any]:
    """Return an answer in the form of problem details (RFC 9457)."""
    body: dict[str, Any] = {
        "type": f"urn:loge:error:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": list(errors),
    }
    if correlation_id is not None:
        body["correlationId"] = correlation_id
    return body


def failure_answer(
    path: str,
    status: int,
    code: str,
    message: str,
    headers: Mapping[str, str] | None = None,
    correlation_id: str | None = None,
) -> JSONResponse:
    """Answer a failed request in the form that callers of its path read."""
    if path == REST_PATH or path.startswith(f"{REST_PATH}/"):
        problem = problem_body(status, code, message, (), correlation_id)
        return JSONResponse(problem, status, dict(headers or {}), media_type=PROBLEM_TYPE)
    return JSONResponse(error_body(message, code, correlation_id), status, dict(headers or {}))
