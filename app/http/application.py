"""The ASGI application and its routes."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import anyio
from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute

from app.commands.execution import Runner
from app.http.asyncapi import event_routes
from app.http.authentication import Authentication
from app.http.brands import Brands
from app.http.documents import Documents
from app.http.door import DoorRules
from app.http.draining import Draining
from app.http.failures import REST_PATH, failure_answer
from app.http.files import FILES_PATH, Files
from app.http.graphiql.pages import BrowserDoor, graphiql_routes
from app.http.graphql import Endpoint
from app.http.guard import Guard
from app.http.live.serving import build_live
from app.http.metrics import Metrics
from app.http.observation import Observation
from app.http.office import Office
from app.http.oidc.fetching import Fetcher
from app.http.oidc.keys import KeySets
from app.http.oidc.verification import SignedTokens
from app.http.operating import operating_routes
from app.http.origins import cross_origin
from app.http.report_embeds import ReportEmbeds
from app.http.report_exports import ReportExports
from app.http.rest.application import DESCRIPTION_PATH, mount_rest
from app.http.rest.operations import Service
from app.http.semantic_relay import SemanticRelay
from app.http.sign_in import SignIn
from app.http.throttle import Throttle
from app.resolvers.live.hub import Hub
from app.resolvers.plans.planner import Plans
from app.schema.build import build_schema, tables_by_type
from app.storage.lanes import Lanes
from app.storage.observation import pools_of
from app.storage.reads import Reader
from app.storage.wakes import Notifier
from app.transfers.engine.registry import connectors
from app.transfers.engine.rules import rules_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import BaseRoute
    from starlette.types import Lifespan

    from app.commands.webhook_rules import WebhookRules
    from app.resolvers.semantic.door import SemanticDoor
    from app.storage.engine import AsyncEngine, Engine

KEPT_BYTES = 64_000_000
"""What answers may take that are given again while nothing has changed."""
_NOT_FOUND = 404


def _now() -> datetime:
    return datetime.now(UTC)


async def _refused(request: Request, error: Exception) -> JSONResponse:
    """Answer a path or method that is not there as JSON."""
    assert isinstance(error, HTTPException)  # noqa: S101 - the type this handler is registered for
    path, status = request.url.path, error.status_code
    if status == _NOT_FOUND:
        place = DESCRIPTION_PATH if path.startswith(REST_PATH) else "/graphql"
        message = f"nothing is at {path}; the API is at {place}"
        return failure_answer(path, status, "NOT_FOUND", message)
    return failure_answer(path, status, "REQUEST_INVALID", error.detail, error.headers)


def build_application(
    commands: Engine,
    reads: AsyncEngine,
    *,
    allows_private_issuers: bool = False,
    door: DoorRules | None = None,
    kept_bytes: int = KEPT_BYTES,
    metrics_token: str | None = None,
    semantics: SemanticDoor | None = None,
    webhooks: WebhookRules | None = None,
) -> Starlette:
    """Build the application over two open engines; it closes them when it ends."""
    signed = SignedTokens(commands, KeySets(Fetcher(allows_private_issuers)))
    authentication, reader = Authentication(commands, _now, signed), Reader(reads)
    lanes, notifier = Lanes(reads), Notifier(commands)
    transfers = None if webhooks is None else rules_of(webhooks.vault, connectors())
    runner = Runner(commands, notifier.notify, webhooks=webhooks, transfers=transfers)
    rules, documents = door or DoorRules(), Documents()
    throttle = Throttle(rules.quota, rules.stranger_quota)
    schema = build_schema([documents.extension])
    endpoint = Endpoint(
        schema,
        authentication,
        reader,
        runner,
        _now,
        documents=documents,
        rules=rules,
        throttle=throttle,
        plans=Plans(schema, tables_by_type(), lanes, kept_bytes),
        semantics=semantics,
    )
    live = build_live(endpoint, authentication, hub := Hub(reader, runner, _now, semantics))
    metrics = Metrics(metrics_token, pools_of(commands, reads), lambda: hub.subscriber_count)
    draining = Draining()
    draining.on_leave(live.close)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as noting:
            noting.start_soon(authentication.note_uses, runner)
            noting.start_soon(metrics.sample_for_ever)
            yield
            noting.cancel_scope.cancel()
        await live.close()
        await to_thread.run_sync(notifier.close)
        await _close_ways_out(lanes, semantics)
        await reads.dispose()
        commands.dispose()

    routes = [
        *operating_routes(commands, metrics, draining),
        Route("/graphql", BrowserDoor(endpoint)),
        WebSocketRoute("/graphql", live.serve_socket),
        *graphiql_routes(),
        mount_rest(Service(authentication, reader, runner, _now, throttle)),
        *event_routes(webhooks.public_url if webhooks is not None else ""),
        *_page_routes(Files(authentication, reader, runner, throttle), semantics, signed),
    ]
    return _assembled(routes, lifespan, draining, rules.allowed_origins)


async def _close_ways_out(lanes: Lanes, semantics: SemanticDoor | None) -> None:
    """Close the connections to the database and to the semantic layer that requests share."""
    await lanes.close()
    if semantics is not None:
        await semantics.close()


def _file_routes(files: Files) -> list[Route]:
    return [
        Route(FILES_PATH, files.store, methods=["POST"]),
        Route(f"{FILES_PATH}/{{id}}", files.read, methods=["GET"]),
    ]


def _page_routes(files: Files, semantics: SemanticDoor | None, signed: SignedTokens) -> list[Route]:
    """Return the pages, and what they ask beside GraphQL; callers are admitted as for files."""
    admitting, reader, throttle = files.authentication, files.reader, files.throttle
    return [
        *_file_routes(files),
        *SignIn(signed.engine, signed.key_sets.fetcher, throttle).routes(),
        *ReportEmbeds(reader, files.runner, throttle, _now, semantics).routes(),
        *Brands(reader).routes(),
        *Office().routes(),
        *SemanticRelay(admitting, reader, throttle, semantics).routes(),
        *ReportExports(admitting, reader, files.runner, throttle, _now, semantics).routes(),
    ]


def _assembled(
    routes: list[BaseRoute],
    lifespan: Lifespan[Starlette],
    draining: Draining,
    allowed_origins: Sequence[str],
) -> Starlette:
    """Put an application together, what wraps every request outermost first."""
    application = Starlette(
        routes=routes,
        middleware=[
            Middleware(Observation),
            Middleware(Guard),
            cross_origin(allowed_origins),
        ],
        exception_handlers={HTTPException: _refused},
        lifespan=lifespan,
    )
    application.state.draining = draining
    return application
