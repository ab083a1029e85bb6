"""Reports as files over HTTP: `/loge/v1/reports/{key or id}/export`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from app.domain.admission import Refusal
from app.domain.errors import DomainError, ErrorCode, refuse
from app.http.authentication import challenge
from app.http.failures import error_body
from app.http.observation import request_id
from app.http.patience import ImpatientError, admit_patiently
from app.http.throttle import REQUEST_POINTS
from app.resolvers.context import Context
from app.resolvers.report_files import Files
from app.resolvers.report_plans import Asked, planned
from app.storage.brands import brand_of
from reports.render import UnwritableError, format_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime

    from starlette.requests import Request
    from starlette.responses import Response

    from app.commands.execution import Runner
    from app.domain.permissions import Actor
    from app.http.authentication import Authentication
    from app.http.throttle import Throttle
    from app.resolvers.semantic.door import SemanticDoor
    from app.storage.reads import Reader

EXPORT_PATH = "/loge/v1/reports/{report}/export"
EXPORT_POINTS = 5 * REQUEST_POINTS
"""What a file costs its caller."""
_STATUS = {
    ErrorCode.PERMISSION_DENIED: 403,
    ErrorCode.NOT_FOUND: 404,
    ErrorCode.SEMANTIC_UNAVAILABLE: 503,
}
_UNPROCESSABLE = 422
_IDENTITY = re.compile(r"report_[0-9a-f]{32}")
_NO_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class ReportExports:
    """The route of files of reports."""

    authentication: Authentication
    reader: Reader
    runner: Runner
    throttle: Throttle
    clock: Callable[[], datetime]
    semantics: SemanticDoor | None
    files: Files = field(default_factory=Files)

    def routes(self) -> list[Route]:
        """Return where it is reached."""
        return [Route(EXPORT_PATH, self.export, methods=["GET"])]

    async def export(self, request: Request) -> Response:
        """Answer a report as a file.

        `format` is the kind of file, `parameters` a JSON object of what the reader chose, and
        `language` that of titles and texts.
        """
        address = request.client.host if request.client else ""
        given = request.headers.get("authorization")
        admission = await admit_patiently(self.authentication, self.throttle, given, address)
        if admission.actor is None:
            reason = admission.refusal or Refusal.ABSENT
            headers = {"www-authenticate": challenge(reason)}
            return JSONResponse(error_body(reason.sentence, "UNAUTHENTICATED"), 401, headers)
        wait_seconds = self.throttle.take(admission.actor, EXPORT_POINTS).wait_seconds
        if wait_seconds:
            raise ImpatientError(wait_seconds)
        try:
            return await self._answer(request, admission.actor)
        except DomainError as error:
            first = error.violations[0]
            status = _STATUS.get(first.code, _UNPROCESSABLE)
            return JSONResponse(error_body(str(error), first.code), status)

    async def _answer(self, request: Request, actor: Actor) -> Response:
        """Plan the report and begin to write it.

        Raises:
            DomainError: it cannot be written, and why.
        """
        context = Context(
            actor, self.reader, self.runner, request_id(), self.clock, semantics=self.semantics
        )
        try:
            form = format_of(request.query_params.get("format", "csv"))
        except UnwritableError as error:
            refuse(ErrorCode.INPUT_INVALID, str(error), "format")
        found = await planned(context, _asked(request))
        organisation = await context.row("organisation", actor.organisation_id)
        assert organisation is not None  # noqa: S101 - an actor's club is always there
        assert self.semantics is not None  # noqa: S101 - nothing is planned without it
        brand = await brand_of(self.reader, actor.organisation_id)
        pieces = self.files.pieces(self.semantics, (actor, organisation), found, form, brand)
        # The first piece is written before the answer begins: what goes wrong is told as such.
        first = await anext(pieces, b"")
        day = await context.today()
        name = f"{_NO_NAME.sub('-', str(found.report['title']).lower()).strip('-') or 'report'}"
        return StreamingResponse(
            _whole(first, pieces),
            media_type=form.media_type,
            headers=_disposition(f"{name}-{day}.{form.name}"),
        )


def _asked(request: Request) -> Asked:
    """Read which report is asked for, and with which parameters."""
    named = request.path_params["report"]
    is_id = _IDENTITY.fullmatch(named) is not None
    language = request.query_params.get("language", "en")
    parameters: Any = {}
    text = request.query_params.get("parameters")
    if text:
        try:
            parameters = orjson.loads(text)
        except orjson.JSONDecodeError:
            message = 'parameters must be a JSON object, such as {"season": ["S1"]}'
            refuse(ErrorCode.REPORT_PARAMETER_INVALID, message, "parameters")
    return Asked(named if is_id else None, None if is_id else named, None, parameters, language)


def _disposition(name: str) -> dict[str, str]:
    """Say that a file is to be saved, under its name."""
    return {
        "content-disposition": f"attachment; filename=\"{name}\"; filename*=UTF-8''{quote(name)}"
    }


async def _whole(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Give the first piece and those that follow."""
    yield first
    async for piece in rest:
        yield piece
