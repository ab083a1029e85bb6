"""The ASGI application and its routes."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from semantic.rest.endpoints import Endpoints, gone
from semantic.rest.failures import answer_json
from semantic.rest.guard import Guard
from semantic.rest.jobs import Jobs
from semantic.rest.loading import Loading
from semantic.rest.sql_api import SqlEndpoints

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from semantic.rest.services import Services

BOTH = ["GET", "POST"]
_REMEMBERED_SECONDS = 7_200
_DOWN = 500


def build_application(services: Services) -> Starlette:
    """Build the application; what it is built over stays open when it ends."""
    loading = Loading(services)
    endpoints = Endpoints(loading)
    jobs = Jobs(endpoints)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await jobs.close()
        await loading.close()

    settings = services.settings
    return Starlette(
        routes=[*_health_routes(services), *_api_routes(settings.base_path, endpoints, jobs)],
        middleware=[
            Middleware(Guard, body_limit_bytes=settings.body_limit_bytes),
            _cross_origin(settings.allowed_origins),
        ],
        exception_handlers={HTTPException: _not_there},
        lifespan=lifespan,
    )


def _api_routes(base: str, endpoints: Endpoints, jobs: Jobs) -> list[Route]:
    """Name the endpoints of Cube's REST API."""
    sql = SqlEndpoints(endpoints, gone)
    named = (
        ("/v1/load", endpoints.load, BOTH),
        ("/v1/subscribe", endpoints.load, BOTH),
        ("/v1/sql", endpoints.sql, BOTH),
        ("/v1/dry-run", endpoints.dry_run, BOTH),
        ("/v1/meta", endpoints.meta, ["GET"]),
        ("/v1/running-query/{request_id}", endpoints.cancel, ["DELETE"]),
        ("/v1/pre-aggregations/jobs", jobs.answer, ["POST"]),
        ("/v1/pre-aggregations/can-use", endpoints.can_use, ["POST"]),
        ("/v1/cubesql", sql.cubesql, ["POST"]),
        ("/v1/convert-query", sql.convert_query, ["POST"]),
        ("/v1/graphql-to-json", endpoints.graphql, ["POST"]),
        ("/graphql", endpoints.graphql, BOTH),
    )
    return [
        Route(f"{base}{path}", endpoints.guarded(answer), methods=methods)
        for path, answer, methods in named
    ]


def _health_routes(services: Services) -> list[Route]:
    """Say whether the process lives, and whether it has facts to answer from."""

    async def live(_request: Request) -> Response:
        return answer_json({"health": "HEALTH"})

    async def ready(_request: Request) -> Response:
        is_ready = services.engine.facts.refreshed_at() is not None
        return answer_json({"health": "HEALTH" if is_ready else "DOWN"}, 200 if is_ready else _DOWN)

    return [Route("/readyz", ready), Route("/livez", live)]


def _cross_origin(allowed: tuple[str, ...]) -> Middleware:
    """Answer the browsers' questions whether pages of other origins may call."""
    return Middleware(
        CORSMiddleware,
        allow_origins=list(allowed),
        allow_methods=["GET", "POST", "DELETE"],
        allow_headers=["authorization", "x-cube-authorization", "content-type", "x-request-id"],
        expose_headers=["retry-after", "x-request-id"],
        max_age=_REMEMBERED_SECONDS,
    )


async def _not_there(request: Request, error: Exception) -> Response:
    """Answer a path or method that is not there as JSON."""
    assert isinstance(error, HTTPException)  # noqa: S101 - the type this handler is registered for
    message = f"Cannot {request.method} {request.url.path}"
    return answer_json({"error": message}, error.status_code, error.headers)
