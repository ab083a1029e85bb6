"""A partner's server that receives webhooks, and behaves as its path says."""

import asyncio
import socket
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from app.commands.webhook_deliveries import follow_events
from app.domain.events import Topic
from app.storage.unit_of_work import UnitOfWork
from app.transfers.webhooks.courier import Courier
from app.transfers.webhooks.sending import Sender, trusted_certificates
from tests.club import Club
from tests.conftest import WEBHOOKS

TRUSTED = trusted_certificates()


@dataclass
class Received:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A real HTTP server on a port of its own."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """What /scripted answers, one after the other; then 204."""

    def url(self, path: str = "/ok") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def take(self, path: str | None = None) -> list[Received]:
        """Return and forget what came, at one path or at all."""
        found = [one for one in self.received if path in {None, one.path}]
        self.received = [one for one in self.received if one not in found]
        return found

    async def answer(self, request: Request) -> Response:
        path = request.url.path
        body = await request.body()
        self.received.append(Received(path, dict(request.headers), body))
        if path.startswith("/slow"):
            await asyncio.sleep(2)
        if path == "/scripted" and self.statuses:
            status = self.statuses.pop(0)
            headers = {"retry-after": "7200"} if status == 503 else {}
            return PlainTextResponse(f"status {status}", status, headers)
        if path == "/redirect":
            return Response(status_code=307, headers={"location": self.url("/ok")})
        if path == "/huge":
            return StreamingResponse(endless(), 200)
        if path == "/gone":
            return PlainTextResponse("gone", 410)
        return Response(status_code=204)


async def endless() -> Any:
    for _ in range(100_000):
        yield b"x" * 4096


class ReceiverThread:
    """Runs a receiver until it is closed."""

    def __init__(self, **options: Any) -> None:
        self.receiver = Receiver()
        routes = [Route("/{path:path}", self.receiver.answer, methods=["GET", "POST"])]
        config = uvicorn.Config(
            Starlette(routes=routes), port=0, log_level="critical", lifespan="off", **options
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.01)
        self.receiver.port = self.server.servers[0].sockets[0].getsockname()[1]

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def add_endpoint(club: Club, url: str, **more: Any) -> dict[str, Any]:
    """Create an endpoint; return it with its secret."""
    given = {"url": url, "description": "partner", **more}
    made = club.make("webhookEndpointCreate", "webhookEndpoint { id version } secret", given)
    return {**made["webhookEndpoint"], "secret": made["secret"]}


def courier_of(
    club: Club, *, allows_private: bool = True, seconds: float = 5, tls: Any = None
) -> Courier:
    """A courier that delivers this club's events only."""
    sender = Sender(allows_private, tls or TRUSTED, seconds)
    return Courier(sender, WEBHOOKS.vault, WEBHOOKS.public_url, club.organisation.id)


def deliver(
    club: Club,
    after: timedelta = timedelta(0),
    courier: Courier | None = None,
    begun: datetime | None = None,
) -> None:
    """Queue what is new and send what is due, so much later than now or than it was begun."""
    now = (begun or datetime.now(UTC)) + timedelta(seconds=1) + after
    carrier = courier or courier_of(club)
    follow_events(club.runner, now)
    carrier.run(club.runner, now)
    carrier.wait()


def ping(club: Club, endpoint: dict[str, Any]) -> None:
    """Let an event happen that only this endpoint gets."""
    club.make("webhookEndpointTest", "", {"id": endpoint["id"]})


def log_of(club: Club, endpoint: dict[str, Any]) -> list[dict[str, Any]]:
    """The deliveries of an endpoint with their attempts, the oldest first."""
    document = """query($e: [ID!]) {
      webhookDeliveries(first: 100, sort: QUEUED_AT_ASC, filter: {endpointId: $e}) { nodes {
        id eventId topic status attemptCount nextAttemptAt queuedAt settledAt
        attempts { attemptNo startedAt durationMs statusCode error excerpt } } } }"""
    found: list[dict[str, Any]] = club.query(document, {"e": [endpoint["id"]]})[
        "webhookDeliveries"
    ]["nodes"]
    return found


def state_of(club: Club, endpoint: dict[str, Any]) -> dict[str, Any]:
    """An endpoint as it is now."""
    document = """query($id: ID!) { node(id: $id) { ... on WebhookEndpoint {
        url topics isActive disabledAt disabledReason failingSince version } } }"""
    found: dict[str, Any] = club.query(document, {"id": endpoint["id"]})["node"]
    return found


def happen(club: Club, count: int) -> None:
    """Let something happen in a club, several events in one transaction."""

    def action(work: UnitOfWork) -> None:
        for _ in range(count):
            work.emit(Topic.WEBHOOK_DISABLED, "webhook_endpoint", work.new_id(), reason="GONE")

    club.runner.transact(club.organisation.id, "test", action)
