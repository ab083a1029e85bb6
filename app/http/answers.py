"""Answers of the GraphQL endpoint: bodies, statuses, and the sending of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from app.http.negotiation import MediaType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Send

    from app.http.refusals import RefusedError

_TYPES = {one: f"{one}; charset=utf-8".encode() for one in MediaType}
_OK = 200


async def send_answer(
    send: Send,
    body: bytes,
    media_type: MediaType,
    status: int = _OK,
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send a whole answer."""
    lines = [
        (b"content-type", _TYPES[media_type]),
        (b"content-length", str(len(body)).encode()),
        (b"vary", b"accept"),
    ]
    if headers:
        lines.extend((name.encode(), value.encode("latin-1")) for name, value in headers.items())
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body})


async def send_refusal(send: Send, refusal: RefusedError, media_type: MediaType) -> None:
    """Answer a refused request: errors and no data, since nothing was executed.

    A wrong document in a right request is 200 to those who accept only `application/json`; they
    take another status for a failure of what lies between them and the API.
    """
    body: dict[str, Any] = {"errors": refusal.errors}
    if refusal.answer_extensions:
        body["extensions"] = refusal.answer_extensions
    is_document = refusal.is_about_document and media_type is MediaType.JSON
    status = _OK if is_document else refusal.status
    await send_answer(send, orjson.dumps(body), media_type, status, refusal.headers)
