"""What says how Loge is: where everything is, whether it lives, whether it can serve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.responses import JSONResponse
from starlette.routing import Route

from app import __version__
from app.http.asyncapi import ASYNCAPI_PATH
from app.http.graphiql.pages import GRAPHIQL_PATH
from app.http.metrics import METRICS_PATH
from app.http.rest.application import DESCRIPTION_PATH
from app.storage.readiness import is_ready

if TYPE_CHECKING:
    from starlette.requests import Request

    from app.http.draining import Draining
    from app.http.metrics import Metrics
    from app.storage.engine import Engine

START_PAGE = {
    "name": "Loge",
    "version": __version__,
    "graphql": "/graphql",
    "graphiql": GRAPHIQL_PATH,
    "invoicing": DESCRIPTION_PATH,
    "events": ASYNCAPI_PATH,
    "health": "/healthz",
    "readiness": "/readyz",
    "metrics": METRICS_PATH,
    "hint": "POST GraphQL documents to /graphql with the header 'Authorization: Bearer TOKEN'",
}


def operating_routes(commands: Engine, metrics: Metrics, draining: Draining) -> list[Route]:
    """Return the routes for operators and their machines."""

    async def readyz(_request: Request) -> JSONResponse:
        """The database answers and has this version's schema, and the process stays."""
        reason = draining.reason or await to_thread.run_sync(is_ready, commands)
        if reason is None:
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready", "reason": reason}, status_code=503)

    return [
        Route("/", _start_page),
        Route("/healthz", _healthz),
        Route("/readyz", readyz),
        Route(METRICS_PATH, metrics.answer),
    ]


async def _start_page(_request: Request) -> JSONResponse:
    """Say what is where."""
    return JSONResponse(START_PAGE)


async def _healthz(_request: Request) -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "ok"})
