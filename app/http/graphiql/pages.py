"""The routes of GraphiQL: a page, what it loads, and the example operations."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

GRAPHIQL_PATH = "/graphiql"
_FOLDER = Path(__file__).parent
_VARIABLES = "# Variables:"
FILES = {
    "react.js": ("vendor/react.production.min.js", "text/javascript"),
    "react-dom.js": ("vendor/react-dom.production.min.js", "text/javascript"),
    "graphiql.js": ("vendor/graphiql.min.js", "text/javascript"),
    "graphiql.css": ("vendor/graphiql.min.css", "text/css"),
    "page.js": ("page.js", "text/javascript"),
    "page.css": ("page.css", "text/css"),
}
"""What the page loads, by its name in the address: file and media type."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""What the page may load and run: our own files, nothing inline, nothing from elsewhere."""


@dataclass(frozen=True, slots=True)
class Example:
    """An operation to begin with; `NEW-KEY` in its variables stands for a new idempotency key."""

    name: str
    title: str
    document: str
    variables: str


@dataclass(frozen=True, slots=True)
class _Asset:
    """A file as it is sent: its media type, its mark, and its bytes plain and compressed."""

    media_type: str
    mark: str
    plain: bytes
    packed: bytes


@cache
def examples() -> tuple[Example, ...]:
    """Read the examples in the order of their files' names.

    The first line of a file is its title; a second comment may have variables as JSON.
    """
    found = []
    for file in sorted((_FOLDER / "examples").glob("*.graphql")):
        title, _, rest = file.read_text(encoding="utf-8").partition("\n")
        variables = ""
        if rest.startswith(_VARIABLES):
            line, _, rest = rest.partition("\n")
            parsed = orjson.loads(line.removeprefix(_VARIABLES))
            variables = orjson.dumps(parsed, option=orjson.OPT_INDENT_2).decode()
        document = f"{title}\n{rest}"
        found.append(Example(file.stem, title.removeprefix("# "), document, variables))
    return tuple(found)


def graphiql_routes() -> list[Route]:
    """Return the routes of GraphiQL."""
    return [
        Route(GRAPHIQL_PATH, _page),
        Route(f"{GRAPHIQL_PATH}/examples.json", _examples),
        Route(f"{GRAPHIQL_PATH}/{{name}}", _file),
    ]


@dataclass(frozen=True, slots=True)
class BrowserDoor:
    """Wraps the GraphQL endpoint: somebody who opens its address in a browser gets the page."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Redirect a browser's navigation; pass everything else on."""
        if scope["type"] == "http" and scope["method"] == "GET" and not scope["query_string"]:
            accepted = next((value for name, value in scope["headers"] if name == b"accept"), b"")
            if accepted.startswith(b"text/html"):
                await RedirectResponse(GRAPHIQL_PATH, status_code=303)(scope, receive, send)
                return
        await self.app(scope, receive, send)


async def _page(request: Request) -> Response:
    """Answer the page, which shows nothing of the schema before it has a token."""
    return _sent(_asset("page.html", "text/html"), request)


async def _examples(request: Request) -> Response:
    """Answer the examples."""
    return _sent(_packed(orjson.dumps(examples()), "application/json"), request)


async def _file(request: Request) -> Response:
    """Answer one of the files that the page loads."""
    known = FILES.get(request.path_params["name"])
    if known is None:
        return Response(status_code=404)
    return _sent(_asset(*known), request)


def _sent(asset: _Asset, request: Request) -> Response:
    """Send a file, unless the browser has it already."""
    headers = {
        "cache-control": "no-cache",
        "content-security-policy": POLICY,
        "etag": asset.mark,
        "vary": "accept-encoding",
    }
    if request.headers.get("if-none-match") == asset.mark:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(asset.packed, headers=headers, media_type=asset.media_type)
    return Response(asset.plain, headers=headers, media_type=asset.media_type)


@cache
def _asset(path: str, media_type: str) -> _Asset:
    """Read a file once, when it is first asked for."""
    return _packed((_FOLDER / path).read_bytes(), media_type)


@cache
def _packed(content: bytes, media_type: str) -> _Asset:
    mark = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    return _Asset(media_type, mark, content, gzip.compress(content, 6, mtime=0))
