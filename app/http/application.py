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
from app.http.failures import REST_PATH, failure_answer
from app.http.files import FILES_PATH, Files
from app.http.graphql import LIMITS, MEMORY, Endpoint
from app.http.guard import Guard
from app.http.rest.application import DESCRIPTION_PATH, mount_rest
from app.http.rest.operations import Service
from app.http.rest.rate import RateLimit
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
    "invoicing": DESCRIPTION_PATH,
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
    path, status = request.url.path, error.status_code
    if status == _NOT_FOUND:
        place = DESCRIPTION_PATH if path.startswith(REST_PATH) else "/graphql"
        message = f"nothing is at {path}; the API is at {place}"
        return failure_answer(path, status, "NOT_FOUND", message)
    return failure_answer(path, status, "REQUEST_INVALID", error.detail, error.headers)


def build_application(commands: Engine, reads: AsyncEngine) -> Starlette:
    """Build the application over two open engines; it closes them when it ends."""
    authentication, reader = Authentication(commands, _now), Reader(reads)
    runner = Runner(commands)
    schema = build_schema([*LIMITS, *MEMORY])
    endpoint = Endpoint(schema, authentication, reader, runner, _now)
    files = Files(authentication, reader, runner)
    rest = mount_rest(Service(authentication, reader, runner, _now, RateLimit()))

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
            rest,
            Route(FILES_PATH, files.store, methods=["POST"]),
            Route(f"{FILES_PATH}/{{id}}", files.read, methods=["GET"]),
        ],
        middleware=[Middleware(Guard)],
        exception_handlers={HTTPException: _refused},
        lifespan=lifespan,
    )
