"""Traces by OpenTelemetry, as a collector receives them."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from app.domain.permissions import Role
from app.http.application import build_application
from app.storage.engine import command_engine, read_engine
from app.storage.observation import observe_engine
from app.telemetry.tracing import begin_tracing, end_tracing
from tests.architecture.source import ROOT
from tests.club import Club

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Collector(ThreadingHTTPServer):
    """Takes what is exported, without compression."""

    def __init__(self) -> None:
        self.received: dict[str, list[bytes]] = {}
        super().__init__(("127.0.0.1", 0), Taking)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def spans(self) -> list[Span]:
        return [
            span
            for body in self.received.get("/v1/traces", [])
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    @property
    def measures(self) -> set[str]:
        return {
            metric.name
            for body in self.received.get("/v1/metrics", [])
            for resource in ExportMetricsServiceRequest.FromString(body).resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
        }


class Taking(BaseHTTPRequestHandler):
    """Takes one export."""

    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.received.setdefault(self.path, []).append(body)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_parts: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(url: str, token: str, query: str, variables: dict[str, object]) -> httpx.Response:
    """Ask an application of its own, which was built while traces are on."""

    async def run() -> httpx.Response:
        commands, reads = command_engine(url), read_engine(url)
        observe_engine(commands, "commands")
        observe_engine(reads, "reads")
        application = build_application(commands, reads)
        headers = {
            "authorization": f"Bearer {token}",
            "traceparent": f"00-{TRACE}-{PARENT}-01",
        }
        async with (
            application.router.lifespan_context(application),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(application), base_url="http://loge", headers=headers
            ) as client,
        ):
            return await client.post("/graphql", json={"query": query, "variables": variables})

    return asyncio.run(run())


@pytest.mark.postgres
def test_a_request_its_command_and_its_statements_are_one_trace_without_values(
    club: Club, database_url: str, collector: Collector
) -> None:
    given = {
        "idempotencyKey": "key-of-a-traced-season",
        "code": "TRACED-2031",
        "name": "Geheim",
        "startsOn": "2031-01-01",
        "endsOn": "2031-12-31",
    }
    mutation = """mutation Make($input: SeasonCreateInput!) {
        seasonCreate(input: $input) { season { code } userErrors { message } } }"""
    token = club.token(Role.ROOT)
    begin_tracing(collector.address, "api-1", "1")
    try:
        answer = ask(database_url, token, mutation, {"input": given})
    finally:
        end_tracing()
    assert answer.json()["data"]["seasonCreate"]["season"] == {"code": "TRACED-2031"}

    spans = [span for span in collector.spans if span.trace_id.hex() == TRACE]
    (server,) = [span for span in spans if span.kind == Span.SPAN_KIND_SERVER]
    assert (server.name, server.parent_span_id.hex()) == ("mutation Make", PARENT)
    (command,) = [span for span in spans if span.name == "command"]
    assert command.parent_span_id == server.span_id
    below = {span.name for span in spans if span.parent_span_id == command.span_id}
    assert {"INSERT", "SELECT"} <= below
    sent = b"".join(body for bodies in collector.received.values() for body in bodies)
    for value in ("Geheim", "TRACED-2031", "key-of-a-traced-season", token):
        assert value.encode() not in sent
    assert {"loge_http_requests_total", "loge_database_statements_total"} <= collector.measures


def test_nothing_of_it_is_loaded_while_it_is_off() -> None:
    script = (
        "import sys, app.main, app.http.observation, app.http.metrics\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
