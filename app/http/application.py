"""The ASGI application and its routes."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.commands.execution import Runner
from app.http.authentication import Authentication
from app.http.failures import error_body
from app.http.graphql import LIMITS, MEMORY, Endpoint
from app.http.guard import Guard
from app.schema.build import build_schema
from app.storage.readiness import is_ready
from app.storage.reads import Reader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from app.storage.engine import AsyncEngine, Engine

START_PAGE = {
    "name": "Loge",
    "graphql": "/graphql",
    "health": "/healthz",
    "readiness": "/readyz",
    "hint": "POST GraphQL documents to /graphql with the header 'Authorization: Bearer TOKEN'",
}
_NOT_FOUND = 404


def _now() -> datetime:
    return datetime.now(UTC)


async def _start_page(_request: Request) -> JSONResponse:
    """Say what is where."""
    return JSONResponse(START_PAGE)


async def _healthz(_request: Request) -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "ok"})


async def _refused(request: Request, error: Exception) -> JSONResponse:
    """Answer a path or method that is not there as JSON."""
    assert isinstance(error, HTTPException)  # noqa: S101 - the type this handler is registered for
    if error.status_code == _NOT_FOUND:
        message, code = f"nothing is at {request.url.path}; the API is at /graphql", "NOT_FOUND"
    else:
        message, code = error.detail, "REQUEST_INVALID"
    body = error_body(message, code)
    return JSONResponse(body, status_code=error.status_code, headers=error.headers)


def build_application(commands: Engine, reads: AsyncEngine) -> Starlette:
    """Build the application over two open engines; it closes them when it ends."""
    endpoint = Endpoint(
        build_schema([*LIMITS, *MEMORY]),
        Authentication(commands, _now),
        Reader(reads),
        Runner(commands),
        _now,
    )

    async def readyz(_request: Request) -> JSONResponse:
        """The database answers and has this version's schema."""
        reason = await to_thread.run_sync(is_ready, commands)
        if reason is None:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready", "reason": reason}, status_code=503)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await reads.dispose()
        commands.dispose()

    return Starlette(
        routes=[
            Route("/", _start_page),
            Route("/healthz", _healthz),
            Route("/readyz", readyz),
            Route("/graphql", endpoint, methods=["GET", "POST"]),
        ],
        middleware=[Middleware(Guard)],
        exception_handlers={HTTPException: _refused},
        lifespan=lifespan,
    )
