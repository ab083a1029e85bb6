"""What holds for every request: its id, headers of the answer, and the limit of the body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from semantic.rest.failures import RefusedError, answer_error

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
_GIVEN_ID = re.compile(rb"[A-Za-z0-9._:-]{1,128}")
_ID_HEADERS = (b"x-request-id", b"traceparent")
_TOO_LARGE = 413


@dataclass(frozen=True, slots=True)
class Guard:
    """Wraps an application; itself an ASGI application."""

    app: ASGIApp
    body_limit_bytes: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; every other kind of event is passed on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        begun = False

        async def send_guarded(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                given = list(message.get("headers", ()))
                names = {name.lower() for name, _ in given}
                own = [*_LINES, (b"x-request-id", request_id.encode())]
                message["headers"] = given + [one for one in own if one[0] not in names]
            await send(message)

        try:
            self._check_length(scope)
            await self.app(scope, self._limited(receive), send_guarded)
        except Exception as error:
            if begun:
                raise
            await answer_error(error, request_id)(scope, receive, send_guarded)

    def _check_length(self, scope: Scope) -> None:
        """Refuse a body that says beforehand that it is too large."""
        found = [value for name, value in scope["headers"] if name == b"content-length"]
        length = found[0] if found else b"0"
        if not length.isdigit() or int(length) > self.body_limit_bytes:
            raise self._too_large()

    def _limited(self, receive: Receive) -> Receive:
        """Count the body while it comes, for requests that do not say how long it is."""
        received_bytes = 0

        async def counted() -> Message:
            nonlocal received_bytes
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > self.body_limit_bytes:
                raise self._too_large()
            return message

        return counted

    def _too_large(self) -> RefusedError:
        message = f"the body of a request must not exceed {self.body_limit_bytes:,} bytes"
        return RefusedError(message, _TOO_LARGE, {"connection": "close"})


def _id_of(scope: Scope) -> str:
    """Return the id that the caller gave the request, or one of its own."""
    headers = dict(scope["headers"])
    for name in _ID_HEADERS:
        given = headers.get(name, b"")
        if _GIVEN_ID.fullmatch(given):
            text: str = given.decode()
            return text
    return f"{uuid4()}-span-1"
