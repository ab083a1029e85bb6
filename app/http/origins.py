"""Which web pages may call the API: those of allowed origins, and of its own.

Tokens come in a header that no browser adds by itself, and there are no cookies, so a strange page
has no way to act as somebody. These rules are the second lock: they keep a page from making the
server work, and from guessing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from app.http.refusals import DoorCode, RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ASKED_HEADERS = (
    "authorization",
    "x-loge-csrf",
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "graphql-require-preflight",
)
"""Headers for which a browser asks before it sends a page's request to another origin."""

_REMEMBERED_SECONDS = 7_200
"""How long a browser may remember the answer; none remembers it longer."""


@dataclass(frozen=True, slots=True)
class Origins:
    """The origins whose pages may call."""

    allowed: frozenset[str] = frozenset()

    def check(self, method: str, headers: Mapping[bytes, bytes]) -> None:
        """Refuse a request of a page that may not send it.

        Raises:
            RefusedError: ORIGIN_REFUSED, or PREFLIGHT_REQUIRED.
        """
        origin = headers.get(b"origin")
        if origin is not None and not self.is_allowed(origin, headers.get(b"host", b"")):
            message = "pages of this origin may not call the API; the operator can allow them "
            raise RefusedError(DoorCode.ORIGIN_REFUSED, message + "with LOGE_ALLOWED_ORIGINS", 403)
        is_of_browser = origin is not None or b"cookie" in headers
        if method != "GET" or not is_of_browser:
            return
        if not any(name.encode() in headers for name in ASKED_HEADERS):
            message = f"a page's GET needs one of the headers {', '.join(ASKED_HEADERS)}"
            raise RefusedError(DoorCode.PREFLIGHT_REQUIRED, message)

    def is_allowed(self, origin: bytes, host: bytes) -> bool:
        """Tell whether pages of an origin may call, its own pages among them."""
        text = origin.decode("latin-1")
        return (
            is_same_origin(text, host.decode("latin-1")) or normalize_origin(text) in self.allowed
        )


def cross_origin(allowed: Sequence[str]) -> Middleware:
    """Answer the browsers' questions whether pages of other origins may call, for every path."""
    return Middleware(
        CORSMiddleware,
        allow_origins=[one for one in map(normalize_origin, allowed) if one is not None],
        allow_methods=["GET", "POST"],
        allow_headers=[*ASKED_HEADERS, "content-type", "idempotency-key", "last-event-id"],
        expose_headers=["retry-after", "x-request-id"],
        max_age=_REMEMBERED_SECONDS,
    )
