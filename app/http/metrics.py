"""`/metrics`: what Prometheus collects, for this machine alone or for whoever has the token."""

from __future__ import annotations

import asyncio
import hmac
import os
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.responses import JSONResponse, Response

from app.http.failures import error_body
from app.http.observation import requests_under_way
from app.telemetry.measures import (
    FOLDER_VARIABLE,
    REGISTRY,
    REQUESTS_UNDER_WAY,
    SOCKETS,
    SUBSCRIPTIONS,
)
from app.telemetry.sampling import EVERY_SECONDS, Pool, sample_pools, sample_process

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

METRICS_PATH = "/metrics"
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""Headers by which a proxy says that somebody else asks."""


@dataclass(frozen=True, slots=True)
class Metrics:
    """The route; `token` None means that only this machine may ask."""

    token: str | None
    pools: Mapping[str, Pool]
    subscriptions: Callable[[], int] = lambda: 0
    """Counts the subscriptions that are open in this process."""

    async def answer(self, request: Request) -> Response:
        """Answer the measures of all processes that share a folder, or of this one."""
        if not self._may_ask(request):
            message = (
                "send LOGE_METRICS_TOKEN as a bearer token"
                if self.token
                else "only this machine may ask; the operator can set LOGE_METRICS_TOKEN"
            )
            return JSONResponse(error_body(message, "UNAUTHENTICATED"), status_code=401)
        self.sample()
        text = await to_thread.run_sync(collected)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    async def sample_for_ever(self) -> None:
        """Measure this process now and then, so that another one can tell of it."""
        while True:
            self.sample()
            await asyncio.sleep(EVERY_SECONDS)

    def sample(self) -> None:
        """Measure this process."""
        sample_process()
        sample_pools(self.pools)
        REQUESTS_UNDER_WAY.set(requests_under_way("http"))
        SOCKETS.set(requests_under_way("websocket"))
        SUBSCRIPTIONS.set(self.subscriptions())

    def _may_ask(self, request: Request) -> bool:
        """Tell whether the caller has the token; without one, whether it is on this machine."""
        if self.token is not None:
            given = request.headers.get("authorization", "").encode()
            return hmac.compare_digest(given, f"Bearer {self.token}".encode())
        if any(name in request.headers for name in _FORWARDED) or request.client is None:
            return False
        try:
            return ip_address(request.client.host).is_loopback
        except ValueError:
            return False


def collected() -> bytes:
    """Return the measures in the form of Prometheus."""
    registry = REGISTRY
    if FOLDER_VARIABLE in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry, os.environ[FOLDER_VARIABLE])  # type: ignore[no-untyped-call]
    return generate_latest(registry)
