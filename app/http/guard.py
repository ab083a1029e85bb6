"""What holds for every request: headers, the limit of the body, and errors that tell no secrets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from app.http.failures import (
    INTERNAL_MESSAGE,
    UNAVAILABLE_MESSAGE,
    UnavailableError,
    error_body,
    log_failure,
)
from app.storage.failures import is_unavailable

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT_BYTES = 1_000_000
"""The largest body of a request."""

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Headers of every answer: it is not kept, not framed, not guessed at, and loads nothing."""


class BodyTooLargeError(Exception):
    """A body went on beyond the limit."""


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
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            _check_length(scope)
            await self.app(scope, _limited(receive), send_guarded)
        except Exception as error:
            answer = _answer(error)
            if begun:
                raise
            await answer(scope, receive, send_guarded)


def _check_length(scope: Scope) -> None:
    """Refuse a body that says beforehand that it is too large."""
    length = Headers(scope=scope).get("content-length", "0")
    if not length.isdigit() or int(length) > BODY_LIMIT_BYTES:
        raise BodyTooLargeError


def _limited(receive: Receive) -> Receive:
    """Count the body while it comes, for requests that do not say how long it is."""
    received_bytes = 0

    async def counted() -> Message:
        nonlocal received_bytes
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > BODY_LIMIT_BYTES:
            raise BodyTooLargeError
        return message

    return counted


def _answer(error: Exception) -> JSONResponse:
    """Turn an error that nobody caught into an answer, and log what was not foreseen."""
    if isinstance(error, BodyTooLargeError):
        message = f"the body of a request must not exceed {BODY_LIMIT_BYTES:,} bytes"
        body = error_body(message, "BODY_TOO_LARGE")
        return JSONResponse(body, status_code=413, headers={"connection": "close"})
    if isinstance(error, UnavailableError):
        return _unavailable(error.correlation_id)
    correlation_id = log_failure(error)
    if is_unavailable(error):
        return _unavailable(correlation_id)
    body = error_body(INTERNAL_MESSAGE, "INTERNAL", correlation_id)
    return JSONResponse(body, status_code=500)


def _unavailable(correlation_id: str) -> JSONResponse:
    body = error_body(UNAVAILABLE_MESSAGE, "UNAVAILABLE", correlation_id)
    return JSONResponse(body, status_code=503, headers={"retry-after": "2"})
