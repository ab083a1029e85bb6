"""What a caller is told when something goes wrong that no refusal foresaw: enough to report it."""

from __future__ import annotations

import logging
from typing import Any

from app.storage.failures import is_unavailable
from app.storage.identity import new_id

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

    A database that is down is one line without a traceback, since it meets every request alike.
    """
    correlation_id = str(new_id())
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
