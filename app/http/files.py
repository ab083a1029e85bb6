"""Files over HTTP: stored by POST, read by GET, with the same tokens and rights as the API."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from anyio import to_thread
from starlette.responses import JSONResponse, Response

from app.commands.files import NewFile, store_file
from app.domain.admission import Refusal
from app.domain.errors import DomainError, ErrorCode
from app.domain.permissions import Permission, can_read, require
from app.http.authentication import challenge
from app.http.failures import error_body
from app.http.patience import admit_patiently
from app.resolvers.ids import decode_id, encode_id
from app.storage.files import read_content
from app.storage.identity import new_id

if TYPE_CHECKING:
    from starlette.requests import Request

    from app.commands.execution import Runner
    from app.domain.admission import Admission
    from app.http.authentication import Authentication
    from app.http.throttle import Throttle
    from app.storage.reads import Reader

FILES_PATH = "/files"
_STATUS = {
    ErrorCode.PERMISSION_DENIED: 403,
    ErrorCode.IDEMPOTENCY_KEY_REUSED: 409,
    ErrorCode.FILE_TOO_LARGE: 413,
}
_UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class Files:
    """The routes of files."""

    authentication: Authentication
    reader: Reader
    runner: Runner
    throttle: Throttle

    async def store(self, request: Request) -> Response:
        """Store the body as a file and answer its id; `?name=` is its name.

        The header `Idempotency-Key` makes a repetition answer the same file.
        """
        admission = await self._admission(request)
        actor = admission.actor
        if actor is None:
            return _unauthenticated(admission)
        key = request.headers.get("idempotency-key") or f"file-{new_id()}"
        try:
            # Before the body is read: who may not store anything need not send it.
            require(actor, Permission.DOCUMENT_RECORD)
            content = base64.b64encode(await request.body()).decode()
            wanted = NewFile(request.query_params.get("name", "document"), content)
            run = partial(self.runner.run, actor, "fileStore", key, wanted, store_file)
            outcome = await to_thread.run_sync(run)
        except DomainError as error:
            first = error.violations[0]
            status = _STATUS.get(first.code, _UNPROCESSABLE)
            return JSONResponse(error_body(first.message, first.code), status_code=status)
        file_id = outcome.ids["stored_file"]
        body = {"id": encode_id("stored_file", file_id)}
        return JSONResponse(body, status_code=201)

    async def read(self, request: Request) -> Response:
        """Answer a file's content to whoever may see its document."""
        admission = await self._admission(request)
        actor = admission.actor
        if actor is None:
            return _unauthenticated(admission)
        decoded = decode_id(request.path_params["id"])
        if decoded is None or decoded[0] != "stored_file" or not can_read(actor, "stored_file"):
            return _missing()
        found = await self.reader.by_ids(actor, "stored_file", [decoded[1]])
        if decoded[1] not in found:
            return _missing()
        row = found[decoded[1]]
        content = await read_content(self.reader, actor, decoded[1])
        if content is None:
            return _missing()
        return Response(content, media_type=row["media_type"], headers=_headers(row["name"]))

    async def _admission(self, request: Request) -> Admission:
        """Find out who calls."""
        authorization = request.headers.get("authorization")
        address = request.client.host if request.client else ""
        return await admit_patiently(self.authentication, self.throttle, authorization, address)


def _headers(name: str) -> dict[str, str]:
    """Say that a file is to be saved, under its name, and not to be shown in the page."""
    plain = "".join(one if one.isascii() else "_" for one in name)
    return {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    }


def _unauthenticated(admission: Admission) -> JSONResponse:
    reason = admission.refusal or Refusal.ABSENT
    headers = {"www-authenticate": challenge(reason)}
    return JSONResponse(error_body(reason.sentence, "UNAUTHENTICATED"), 401, headers)


def _missing() -> JSONResponse:
    return JSONResponse(error_body("no such file", "NOT_FOUND"), status_code=404)
