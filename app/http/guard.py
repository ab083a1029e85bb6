"""What holds for every request: headers, the limit of the body, and errors that tell no secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.stored_files import FILE_LIMIT_BYTES
from app.http.failures import (
    INTERNAL_MESSAGE,
    REST_PATH,
    UNAVAILABLE_MESSAGE,
    UnavailableError,
    failure_answer,
    log_failure,
)
from app.http.files import FILES_PATH
from app.http.patience import ImpatientError
from app.storage.failures import is_unavailable

if TYPE_CHECKING:
    from starlette.responses import JSONResponse
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT_BYTES = 1_000_000
"""The largest body of a request."""
LARGER_BODIES = {
    FILES_PATH: FILE_LIMIT_BYTES,
    # One file in base64, which takes a third more, with what is said about it.
    f"{REST_PATH}/instalments": FILE_LIMIT_BYTES * 3 // 2,
}
"""The largest bodies of requests that bring a file."""

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Headers of every answer: it is not kept, not framed, not guessed at, and loads nothing."""
_LINES = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class BodyTooLargeError(Exception):
    """A body went on beyond the limit."""


def limit_of(path: str) -> int:
    """Return how many bytes the body of a request to a path may have."""
    return LARGER_BODIES.get(path, BODY_LIMIT_BYTES)


@dataclass(frozen=True, slots=True)
class Guard:
    """Wraps an application; itself an ASGI application."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; every other kind of event is passed on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                message["headers"] = given + [one for one in _LINES if one[0] not in names]
            await send(message)

        try:
            _check_length(scope)
            await self.app(scope, _limited(receive, limit_of(scope["path"])), send_guarded)
        except Exception as error:
            answer = _answer(error, scope["path"])
            if begun:
                raise
            await answer(scope, receive, send_guarded)


def _check_length(scope: Scope) -> None:
    """Refuse a body that says beforehand that it is too large."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if not length.isdigit() or int(length) > limit_of(scope["path"]):
        raise BodyTooLargeError


def _limited(receive: Receive, limit_bytes: int) -> Receive:
    """Count the body while it comes, for requests that do not say how long it is."""
    received_bytes = 0

    async def counted() -> Message:
        nonlocal received_bytes
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > limit_bytes:
            raise BodyTooLargeError
        return message

    return counted


def _answer(error: Exception, path: str) -> JSONResponse:
    """Turn an error that nobody caught into an answer, and log what was not foreseen."""
    if isinstance(error, BodyTooLargeError):
        message = f"the body of a request must not exceed {limit_of(path):,} bytes"
        return failure_answer(path, 413, "BODY_TOO_LARGE", message, {"connection": "close"})
    if isinstance(error, ImpatientError):
        wait = {"retry-after": str(error.wait_seconds)}
        return failure_answer(path, 429, "THROTTLED", str(error), wait)
    if isinstance(error, UnavailableError):
        return _unavailable(path, error.correlation_id)
    correlation_id = log_failure(error)
    if is_unavailable(error):
        return _unavailable(path, correlation_id)
    return failure_answer(path, 500, "INTERNAL", INTERNAL_MESSAGE, None, correlation_id)


def _unavailable(path: str, correlation_id: str) -> JSONResponse:
    headers = {"retry-after": "2"}
    return failure_answer(path, 503, "UNAVAILABLE", UNAVAILABLE_MESSAGE, headers, correlation_id)
