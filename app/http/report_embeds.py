"""Reports in pages of other sites: the page of a link, and all that it shows as one answer.

A link's credential opens `GET /loge/v1/embed` and nothing else. What is asked of the semantic layer
is the plan of the link's report, so whoever has the link can neither choose nor ask anything.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio
import orjson
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.domain.errors import DomainError, ErrorCode
from app.http.failures import error_body
from app.http.observation import note_caller, request_id
from app.http.office import POLICY, Office
from app.http.patience import ImpatientError
from app.http.throttle import REQUEST_POINTS, WRONG_TOKEN_POINTS
from app.resolvers.context import Context
from app.resolvers.ids import decode_id
from app.resolvers.report_links import EMBED_PATH, opened, report_of, shown
from app.storage.report_links import framing_origins

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from starlette.requests import Request

    from app.commands.execution import Runner
    from app.domain.permissions import Actor
    from app.http.throttle import Throttle
    from app.resolvers.report_links import Opened
    from app.resolvers.semantic.door import SemanticDoor
    from app.storage.reads import Reader

SHOWN_PATH = "/loge/v1/embed"
KEPT_SECONDS = 2.0
"""How long an answer is given to other readers of the same link: one asks for all of them."""
SHOWN_POINTS = 5 * REQUEST_POINTS
"""What an answer costs its link; readers who are given the same one share it."""
_KEPT_LINKS = 200
_OVER = "this link shows nothing, or nothing any more; ask whoever gave it to you"
_RETRY_SECONDS = "5"
_UNPROCESSABLE = 422


@dataclass(slots=True)
class _Kept:
    """The last answer to the readers of a link, and the lock of whoever asks for a new one.

    It is given again while it stands for the same actor and version of the report.
    """

    about: tuple[Actor, int] | None = None
    until: float = 0.0
    body: bytes = b""
    asking: anyio.Lock = field(default_factory=anyio.Lock)


@dataclass(frozen=True, slots=True)
class ReportEmbeds:
    """The routes of links. `door` is None where no semantic layer is known."""

    reader: Reader
    runner: Runner
    throttle: Throttle
    clock: Callable[[], datetime]
    door: SemanticDoor | None
    office: Office = field(default_factory=Office)
    _kept: OrderedDict[UUID, _Kept] = field(default_factory=OrderedDict)

    def routes(self) -> list[Route]:
        """Return where they are reached; before the pages, which take everything below theirs."""
        return [
            Route(f"{EMBED_PATH}/{{link}}", self.page, methods=["GET"]),
            Route(SHOWN_PATH, self.show, methods=["GET"]),
        ]

    async def page(self, request: Request) -> Response:
        """Answer the page of a link, which only the sites of the link may frame."""
        answer = self.office.page(request)
        decoded = decode_id(request.path_params["link"])
        if decoded is not None and self._is_patient(request):
            origins = await framing_origins(self.reader, decoded[1])
            if origins:
                allowed = f"frame-ancestors {' '.join(origins)}"
                policy = POLICY.replace("frame-ancestors 'none'", allowed)
                answer.headers["content-security-policy"] = policy
        return answer

    async def show(self, request: Request) -> Response:
        """Answer what the link of a credential shows."""
        scheme, _, credential = request.headers.get("authorization", "").partition(" ")
        if not self._is_patient(request):
            raise ImpatientError(1)
        found = None
        if self.door is not None and scheme.lower() == "bearer":
            found = await opened(self.reader, self.door, credential.strip(), self.clock())
        if found is None:
            return self._nothing(request)
        note_caller(found.actor)
        try:
            body = await self._body(found)
        except DomainError as error:
            return _refused(error)
        if body is None:
            return self._nothing(request)
        mark = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"etag": mark, "cache-control": "private, no-cache", "vary": "authorization"}
        if request.headers.get("if-none-match") == mark:
            return Response(status_code=304, headers=headers)
        return Response(body, headers=headers, media_type="application/json")

    def _nothing(self, request: Request) -> Response:
        """Answer that a link opens nothing, with little patience for addresses that guess.

        Raises:
            ImpatientError: the address asked so too often.
        """
        wait = self.throttle.take_stranger(_address(request), WRONG_TOKEN_POINTS).wait_seconds
        if wait:
            raise ImpatientError(wait)
        headers = {"www-authenticate": "Bearer", "cache-control": "no-store"}
        return JSONResponse(error_body(_OVER, "UNAUTHENTICATED"), 401, headers)

    async def _body(self, found: Opened) -> bytes | None:
        """Return what a link shows: what another reader got a moment ago, or ask anew.

        None where there is no such report any more, or its owner does not see it.

        Raises:
            DomainError: it cannot be planned or asked.
            ImpatientError: the readers of the link ask for too much.
        """
        actor, link = found.actor, found.link
        context = Context(
            actor, self.reader, self.runner, request_id(), self.clock, semantics=self.door
        )
        row = await report_of(context, link)
        if row is None:
            return None
        about = actor, row["version"]
        kept = self._kept.setdefault(link.id, _Kept())
        self._kept.move_to_end(link.id)
        if len(self._kept) > _KEPT_LINKS:
            self._kept.popitem(last=False)
        async with kept.asking:
            if kept.about != about or time.monotonic() >= kept.until:
                wait = self.throttle.take_shared(link.id, SHOWN_POINTS).wait_seconds
                if wait:
                    raise ImpatientError(wait)
                kept.body = orjson.dumps(await shown(context, link, row))
                kept.about, kept.until = about, time.monotonic() + KEPT_SECONDS
            return kept.body

    def _is_patient(self, request: Request) -> bool:
        return self.throttle.is_patient(_address(request))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _refused(error: DomainError) -> Response:
    """Answer why a report cannot be shown."""
    first = error.violations[0]
    body = error_body(first.message, first.code)
    if first.code is ErrorCode.SEMANTIC_UNAVAILABLE:
        return JSONResponse(body, 503, {"retry-after": _RETRY_SECONDS})
    return JSONResponse(body, _UNPROCESSABLE)
