"""The pages at /office: files that `make web` built, sent as they lie there, already compressed."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request

OFFICE_PATH = "/office"
BUILT = Path(__file__).parents[2] / "reports" / "web" / "dist"
"""Where `make web` puts the pages."""
_HASHED = "assets/"
_KEPT_FILES = 256
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
"""What the pages may load and run: our own files, nothing inline, nothing made of text at run time.

The token lies in the tab's storage, so this is what keeps it.
"""
HEADERS = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "vary": "accept-encoding",
    "x-content-type-options": "nosniff",
}
_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Loge</title>
<h1>The pages are not built</h1>
<p>Run <code>make web</code> where Loge lies, and load this page again; <code>make serve</code> does
it by itself when it can reach the registry of npm.
The API is at <a href="/graphiql">/graphiql</a>.</p>
</html>
"""


@dataclass(frozen=True, slots=True)
class Office:
    """The routes of the pages, and where the built files lie."""

    folder: Path = BUILT

    def routes(self) -> list[Route]:
        """Return the routes: the pages, and `/` for those who open it in a browser."""
        return [
            Route("/", self.enter),
            Route(OFFICE_PATH, self.enter),
            Route(f"{OFFICE_PATH}/{{path:path}}", self.send),
        ]

    async def enter(self, request: Request) -> Response:
        """Send a browser to the pages; tell everybody else that nothing is here.

        Raises:
            HTTPException: it is not a browser that asks for `/`.

        """
        is_browser = request.headers.get("accept", "").startswith("text/html")
        if request.url.path == "/" and not is_browser:
            raise HTTPException(404)
        return RedirectResponse(f"{OFFICE_PATH}/", status_code=303)

    async def send(self, request: Request) -> Response:
        """Answer a built file, or for any other address the page, which knows what is there.

        Raises:
            HTTPException: an asset that this build does not have.

        """
        path = request.path_params["path"]
        known = _listed(self.folder, _changed_at(self.folder))
        if path not in known:
            if known and path.startswith(_HASHED):
                raise HTTPException(404)
            return self.page(request)
        return _sent(self.folder, path, known, request)

    def page(self, request: Request) -> Response:
        """Answer the page, whatever the address is."""
        known = _listed(self.folder, _changed_at(self.folder))
        if not known:
            return HTMLResponse(_NOT_BUILT, status_code=503, headers=HEADERS)
        return _sent(self.folder, "index.html", known, request)


def _sent(folder: Path, path: str, known: frozenset[str], request: Request) -> Response:
    """Send a file in the best encoding that the browser takes, unless it has it already."""
    accepted = request.headers.get("accept-encoding", "")
    chosen = next(
        (
            (encoding, path + ending)
            for encoding, ending in _ENCODINGS
            if path + ending in known and takes_encoding(accepted, encoding)
        ),
        None,
    )
    name = path if chosen is None else chosen[1]
    content, mark = _read(folder / name, _changed_at(folder))
    keeps = "public, max-age=31536000, immutable" if path.startswith(_HASHED) else "no-cache"
    headers = {**HEADERS, "cache-control": keeps, "etag": mark}
    if request.headers.get("if-none-match") == mark:
        return Response(status_code=304, headers=headers)
    if chosen is not None:
        headers["content-encoding"] = chosen[0]
    media_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return Response(content, headers=headers, media_type=media_type)


def takes_encoding(accepted: str, encoding: str) -> bool:
    """Say whether a header Accept-Encoding names an encoding, and not to refuse it."""
    for one in accepted.split(","):
        name, _, quality = one.replace(" ", "").partition(";")
        if name == encoding:
            return quality not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _changed_at(folder: Path) -> int:
    """Say which build lies there, by when its page was written; 0: none."""
    try:
        return (folder / "index.html").stat().st_mtime_ns
    except FileNotFoundError:
        return 0


@lru_cache(maxsize=2)
def _listed(folder: Path, build: int) -> frozenset[str]:
    """List the files of a build, once."""
    if not build:
        return frozenset()
    found = (one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file())
    return frozenset(found)


@lru_cache(maxsize=_KEPT_FILES)
def _read(path: Path, build: int) -> tuple[bytes, str]:
    """Read a file of a build once; return its content and its mark."""
    del build  # part of what is remembered: another build's file is read again
    content = path.read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'
