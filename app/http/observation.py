"""What is told of every request: its id in the answer, a line in the log, measures and a span."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING

from app.storage.identity import new_id
from app.telemetry import tracing
from app.telemetry.exchange import (
    Exchange,
    close_exchange,
    current_exchange,
    is_request_id,
    open_exchange,
    trace_of,
)
from app.telemetry.measures import (
    COST_SPENT,
    OPERATIONS,
    REQUEST_SECONDS,
    REQUESTS,
    THROTTLED,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prometheus_client import Counter, Histogram
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.domain.permissions import Actor

ACCESS_LOG = "loge.access"
"""The log that has one line for each request."""
REQUEST_ID_HEADER = "x-request-id"
ROUTES = {
    "graphql": "graphql",
    "graphiql": "graphiql",
    "api": "rest",
    "files": "files",
    "cubejs-api": "semantic",
    "loge": "reports",
    "healthz": "health",
    "readyz": "health",
    "metrics": "metrics",
    "": "start",
}
"""First part of a path → what the measures call it; everything else is `other`."""
QUIET = frozenset({"health", "metrics"})
"""Asked every few seconds by machines: in the log only at the level of debugging."""
_METHODS = frozenset({"GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})
_THROTTLED_STATUS = 429
_GONE_STATUS = 499
"""What the log says where the caller was gone before there was an answer."""
_under_way = {"http": 0, "websocket": 0}
_log = logging.getLogger(ACCESS_LOG)


def requests_under_way(kind: str) -> int:
    """Return how many requests (`http`) or WebSockets (`websocket`) this process serves now."""
    return _under_way[kind]


def request_id() -> str:
    """Return the id of the request that is being served, or a new one outside of any."""
    exchange = current_exchange()
    return str(new_id()) if exchange is None else exchange.request_id


def note_caller(actor: Actor) -> None:
    """Note for the log who asks: ids alone, and not whom a provider of identities names."""
    exchange = current_exchange()
    if exchange is not None:
        token_id = "" if actor.token_id is None else str(actor.token_id)
        exchange.note_caller(actor.role, token_id, str(actor.organisation_id))


@dataclass(frozen=True, slots=True)
class Observation:
    """Wraps an application, outermost; itself an ASGI application."""

    app: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request or talk over a WebSocket, and tell of it when that is over."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        began, status = perf_counter(), _GONE_STATUS
        exchange = _exchange_of(scope)
        named = (REQUEST_ID_HEADER.encode(), exchange.request_id.encode())

        async def send_observed(message: Message) -> None:
            nonlocal status
            kind = message["type"]
            if kind in {"http.response.start", "websocket.accept"}:
                status = message.get("status", 101)
                message["headers"] = [*message.get("headers", ()), named]
            elif kind == "websocket.close" and status == _GONE_STATUS:
                status = 403
            await send(message)

        opened = open_exchange(exchange)
        _under_way[scope["type"]] += 1
        try:
            if tracing.is_tracing():
                await self._traced(exchange, scope, receive, send_observed)
            else:
                await self.app(scope, receive, send_observed)
        finally:
            close_exchange(opened)
            _under_way[scope["type"]] -= 1
            _tell(scope, exchange, status, perf_counter() - began)

    async def _traced(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        """Do it within a span that is named after the operation once that is known."""
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        facts = {"http.request.method": _method_of(scope), "url.path": scope["path"]}
        route = _route_of(scope["path"])
        with tracing.server_span(f"{facts['http.request.method']} {route}", headers, facts):
            await self.app(scope, receive, send)
            tracing.note(_attributes(exchange.noted()), _span_name(exchange))


def _exchange_of(scope: Scope) -> Exchange:
    """Take over the caller's id of the request and of the trace, where they are well formed."""
    given = trace = ""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given = value.decode("latin-1")
        elif name == b"traceparent":
            trace = trace_of(value.decode("latin-1"))
    return Exchange(given if is_request_id(given) else str(new_id()), trace)


def _tell(scope: Scope, exchange: Exchange, status: int, seconds: float) -> None:
    """Count a request and write its line."""
    route, method = _route_of(scope["path"]), _method_of(scope)
    _requests(route, method, status).inc()
    if scope["type"] == "http":
        _seconds(route).observe(seconds)
    if exchange.cost:
        COST_SPENT.inc(exchange.cost)
    if status == _THROTTLED_STATUS:
        THROTTLED.inc()
    if exchange.operation_kind:
        _operations(exchange.operation_kind, exchange.outcome or "ok").inc()
    level = logging.DEBUG if route in QUIET else logging.INFO
    if not _log.isEnabledFor(level):
        return
    fields = {
        "method": method,
        "path": scope["path"],
        "status": status,
        "duration_ms": round(seconds * 1000, 2),
        **exchange.noted(),
    }
    # Made by hand, because looking for the line of code that logs costs as much as all the rest.
    _log.handle(logging.LogRecord(ACCESS_LOG, level, "", 0, fields, (), None))


@lru_cache(maxsize=1_000)
def _requests(route: str, method: str, status: int) -> Counter:
    return REQUESTS.labels(route, method, str(status))


@lru_cache(maxsize=100)
def _seconds(route: str) -> Histogram:
    return REQUEST_SECONDS.labels(route)


@lru_cache(maxsize=100)
def _operations(kind: str, outcome: str) -> Counter:
    return OPERATIONS.labels(kind, outcome)


def _route_of(path: str) -> str:
    return ROUTES.get(path.split("/", 2)[1] if path.startswith("/") else path, "other")


def _method_of(scope: Scope) -> str:
    """Return the method; one that is not of HTTP may not become the name of a measure."""
    if scope["type"] == "websocket":
        return "WEBSOCKET"
    method: str = scope["method"]
    return method if method in _METHODS else "OTHER"


def _span_name(exchange: Exchange) -> str | None:
    if not exchange.operation_kind:
        return None
    return f"{exchange.operation_kind} {exchange.operation_name}".strip()


def _attributes(noted: Mapping[str, object]) -> dict[str, str | int]:
    """Name what was noted as spans have it."""
    return {f"loge.{name}": value for name, value in noted.items() if isinstance(value, (str, int))}
