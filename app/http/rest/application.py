"""The routes of the façade below `/api`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from app.http.failures import REST_PATH
from app.http.rest import customers, offering, reporting
from app.http.rest.openapi import describe
from app.http.rest.page import PAGE_POLICY, write_page

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from app.http.rest.operations import Operation, Service

OPERATIONS: tuple[Operation, ...] = (
    *offering.OPERATIONS,
    *reporting.OPERATIONS,
    *customers.OPERATIONS,
)
"""Everything the façade can do."""
DESCRIPTION_PATH = f"{REST_PATH}/openapi.json"
PAGE_PATH = f"{REST_PATH}/docs"


def mount_rest(service: Service) -> Mount:
    """Build the routes of all operations, and of their description."""
    document = describe(OPERATIONS)
    described, page = orjson.dumps(document), write_page(document)

    async def description(_request: Request) -> Response:
        """Answer the OpenAPI document."""
        return Response(described, media_type="application/json")

    async def human_page(_request: Request) -> Response:
        """Answer the same as a page that loads nothing."""
        headers = {"content-security-policy": PAGE_POLICY}
        return Response(page, media_type="text/html", headers=headers)

    by_path: dict[str, dict[str, Operation]] = {}
    for one in OPERATIONS:
        by_path.setdefault(one.path, {})[one.method] = one
    return Mount(
        REST_PATH,
        routes=[
            Route("/", _start_page),
            Route("/openapi.json", description),
            Route("/docs", human_page),
            *(_route(path, some, service) for path, some in by_path.items()),
        ],
    )


async def _start_page(_request: Request) -> JSONResponse:
    """Say where the description is."""
    return JSONResponse({"openapi": DESCRIPTION_PATH, "docs": PAGE_PATH})


def _route(path: str, operations: dict[str, Operation], service: Service) -> Route:
    """Build the route of one path.

    It takes every method and refuses itself: Starlette would answer HEAD like GET, and a GET of
    instalments claims them.
    """
    route = Route(path, _endpoint(operations, service))
    route.methods = None
    return route


def _endpoint(
    operations: dict[str, Operation], service: Service
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        operation = operations.get(request.method)
        if operation is None:
            raise HTTPException(405, headers={"allow": ", ".join(sorted(operations))})
        return await service.respond(operation, request)

    return answer
