"""The ASGI application and its routes."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.commands.execution import Runner
from app.http.authentication import Authentication
from app.http.graphql import LIMITS, Endpoint
from app.schema.build import build_schema
from app.storage.readiness import is_ready
from app.storage.reads import Reader

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from app.storage.engine import AsyncEngine, Engine


def _now() -> datetime:
    return datetime.now(UTC)


def build_application(commands: Engine, reads: AsyncEngine) -> Starlette:
    """Build the application over two open engines; it closes them when it ends."""
    endpoint = Endpoint(
        build_schema(list(LIMITS)),
        Authentication(commands, _now),
        Reader(reads),
        Runner(commands),
        _now,
    )

    async def healthz(_request: Request) -> JSONResponse:
        """The process answers."""
        return JSONResponse({"status": "ok"})

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
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/graphql", endpoint, methods=["GET", "POST"]),
        ],
        lifespan=lifespan,
    )
