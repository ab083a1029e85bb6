"""What an operator sees of a request: its id everywhere, one line in the log, measures."""

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.config import LogSettings, SettingError, read_log_settings, read_settings
from app.domain.permissions import Role
from app.http.draining import Draining
from app.http.guard import Guard
from app.http.metrics import Metrics
from app.http.observation import ACCESS_LOG, Observation
from app.processes.logs import configure_logging
from tests.club import Club

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACE_PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
TOKEN = "a-token-for-the-measures"


def fetch(
    app: ASGIApp, path: str = "/", method: str = "GET", client: str = "127.0.0.1", **headers: str
) -> httpx.Response:
    """Ask an application that runs in no server, from an address."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(client, 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://loge") as http:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await http.request(method, path, headers=named)

    return asyncio.run(ask())


async def fail(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise RuntimeError("broken")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[dict[str, Any]]]:
    """What the log of requests has."""
    found: list[dict[str, Any]] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            assert isinstance(record.msg, dict)
            found.append(record.msg)

    keeper, log = Keeper(), logging.getLogger(ACCESS_LOG)
    with caplog.at_level(logging.INFO, ACCESS_LOG):
        log.addHandler(keeper)
        yield found
        log.removeHandler(keeper)


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Standard error of a process that logs; the log is as it was afterwards."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    levels = {name: logging.getLogger(name).level for name in ("", "loge", ACCESS_LOG)}
    yield io.StringIO()
    root.handlers[:] = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = True


@pytest.mark.postgres
def test_one_line_says_who_asked_for_what_and_nothing_that_is_secret(
    club: Club, lines: list[dict[str, Any]]
) -> None:
    token = club.token(Role.SALES)
    lines.clear()
    answer = club.http.post(
        "/graphql",
        json={
            "query": "query Look($code: String!) { sale(code: $code) { id } }",
            "variables": {"code": "jan@example.org"},
        },
        headers={
            "authorization": f"Bearer {token}",
            "x-request-id": "checkout-7f3a",
            "traceparent": TRACE_PARENT,
        },
    )
    assert answer.json()["data"] == {"sale": None}
    assert answer.headers["x-request-id"] == "checkout-7f3a"
    line = lines[-1]
    assert {name: line[name] for name in ("method", "path", "status")} == {
        "method": "POST",
        "path": "/graphql",
        "status": 200,
    }
    assert (line["operation"], line["operation_name"]) == ("query", "Look")
    assert re.fullmatch("[0-9a-f]{16}", line["document"])
    assert line["role"] == "sales"
    assert line["organisation"] == str(club.organisation.id)
    assert (line["request_id"], line["trace_id"]) == ("checkout-7f3a", TRACE)
    assert line["duration_ms"] > 0
    assert line["cost"] > 0
    assert "jan@example.org" not in str(lines)
    assert token not in str(lines)


@pytest.mark.postgres
def test_the_audit_has_the_id_of_the_request(club: Club) -> None:
    answer = club.http.post(
        "/graphql",
        json={
            "query": "mutation($i: SeasonCreateInput!) "
            "{ seasonCreate(input: $i) { userErrors { message } } }",
            "variables": {
                "i": {
                    "idempotencyKey": "season-for-the-audit",
                    "code": "2031",
                    "name": "2031",
                    "startsOn": "2031-01-01",
                    "endsOn": "2031-12-31",
                }
            },
        },
        headers={
            "authorization": f"Bearer {club.token(Role.ROOT)}",
            "x-request-id": "audited-request-1",
        },
    )
    assert answer.json()["data"]["seasonCreate"]["userErrors"] == []
    query = "{ auditEntries(first: 1) { nodes { entity requestId } } }"
    (entry,) = club.query(query, {})["auditEntries"]["nodes"]
    assert entry["requestId"] == "audited-request-1"


@pytest.mark.parametrize("given", ["short", "x" * 129, "two words here", "<script>alert(1)", ""])
def test_an_id_that_is_no_id_is_replaced_by_one(given: str) -> None:
    answer = fetch(Observation(PlainTextResponse("yes")), x_request_id=given)
    assert re.fullmatch("[0-9a-f-]{36}", answer.headers["x-request-id"])


@pytest.mark.parametrize(
    "given",
    ["", "00-1-1-01", f"ff-{TRACE}-00f067aa0ba902b7-01", f"00-{'0' * 32}-00f067aa0ba902b7-01"],
)
def test_a_malformed_trace_is_no_trace(given: str, lines: list[dict[str, Any]]) -> None:
    fetch(Observation(PlainTextResponse("yes")), traceparent=given)
    assert "trace_id" not in lines[-1]


def test_a_failure_is_told_under_the_id_of_the_request(caplog: pytest.LogCaptureFixture) -> None:
    answer = fetch(Observation(Guard(fail)), x_request_id="request-that-fails")
    assert answer.status_code == 500
    (error,) = answer.json()["errors"]
    assert error["extensions"]["correlationId"] == "request-that-fails"
    assert "request-that-fails" in caplog.text
    assert "broken" not in answer.text


def test_health_checks_are_not_worth_a_line(lines: list[dict[str, Any]]) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        fetch(Observation(PlainTextResponse("yes")), path)
    assert lines == []


def test_json_is_one_object_a_line_tracebacks_and_all(written: io.StringIO) -> None:
    configure_logging(LogSettings("json", "INFO", has_requests=True), written)
    logging.getLogger("loge.worker").warning("task %r\nwaits", "paint")
    fetch(Observation(Guard(fail)), x_request_id="request-that-fails")
    told = [json.loads(line) for line in written.getvalue().splitlines()]
    assert [line["level"] for line in told] == ["WARNING", "ERROR", "INFO"]
    assert [line["logger"] for line in told] == ["loge.worker", "loge.api", ACCESS_LOG]
    assert told[0]["message"] == "task 'paint'\nwaits"
    assert "RuntimeError: broken" in told[1]["traceback"]
    assert told[1]["request_id"] == told[2]["request_id"] == "request-that-fails"
    assert all(line["at"].endswith("+00:00") and line["pid"] for line in told)


def test_text_is_for_people(written: io.StringIO) -> None:
    configure_logging(LogSettings("text", "INFO", has_requests=True), written)
    fetch(Observation(Guard(fail)), "/graphql", x_request_id="request-that-fails")
    told = written.getvalue()
    assert "ERROR   loge.api: request failed" in told
    assert "RuntimeError: broken\n" in told
    assert "INFO    loge.access: request method=GET path=/graphql status=500" in told


def test_the_lines_of_requests_can_be_left_out(written: io.StringIO) -> None:
    configure_logging(LogSettings("json", "INFO", has_requests=False), written)
    fetch(Observation(PlainTextResponse("yes")))
    assert written.getvalue() == ""


def test_the_form_follows_the_terminal_unless_it_is_set() -> None:
    assert read_log_settings({}) == LogSettings(None, "INFO", has_requests=True)
    wanted = {"LOGE_LOG_FORMAT": "JSON", "LOGE_LOG_LEVEL": "debug", "LOGE_ACCESS_LOG": "off"}
    assert read_log_settings(wanted) == LogSettings("json", "DEBUG", has_requests=False)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("LOGE_LOG_FORMAT", "xml"),
        ("LOGE_LOG_LEVEL", "loud"),
        ("LOGE_ACCESS_LOG", "yes"),
    ],
)
def test_a_wrong_setting_of_the_log_is_named(name: str, text: str) -> None:
    with pytest.raises(SettingError, match=f"{name} must be .* not '{text}'"):
        read_log_settings({name: text})


def test_settings_of_measures_and_traces_are_checked() -> None:
    with pytest.raises(SettingError, match="LOGE_METRICS_TOKEN must be at least 16"):
        read_settings({"LOGE_METRICS_TOKEN": "short"})
    with pytest.raises(SettingError, match="LOGE_OTLP_ENDPOINT must begin with http://"):
        read_settings({"LOGE_OTLP_ENDPOINT": "collector:4317"})
    settings = read_settings({"LOGE_METRICS_TOKEN": TOKEN})
    assert settings.metrics_token == TOKEN
    assert settings.otlp_endpoint is None


def metrics_with(token: str | None) -> Starlette:
    return Starlette(routes=[Route("/metrics", Metrics(token, {}).answer)])


def test_measures_are_for_this_machine_alone_unless_there_is_a_token() -> None:
    app = metrics_with(None)
    assert fetch(app, "/metrics").status_code == 200
    assert fetch(app, "/metrics", client="::1").status_code == 200
    assert fetch(app, "/metrics", client="192.0.2.7").status_code == 401
    # A proxy on this machine asks for somebody else.
    for name in ("forwarded", "x_forwarded_for", "x_real_ip", "via"):
        assert fetch(app, "/metrics", **{name: "192.0.2.7"}).status_code == 401


def test_with_a_token_it_is_the_token_that_counts() -> None:
    app = metrics_with(TOKEN)
    bearer = f"Bearer {TOKEN}"
    assert fetch(app, "/metrics", client="192.0.2.7", authorization=bearer).status_code == 200
    for wrong in ("", TOKEN, f"{bearer}x", "Bearer "):
        refused = fetch(app, "/metrics", authorization=wrong)
        assert refused.status_code == 401
        assert "loge_" not in refused.text
        assert TOKEN not in refused.text


def test_nothing_that_a_caller_sends_becomes_the_name_of_a_measure() -> None:
    app = Observation(metrics_with(None))
    fetch(app, "/path-of-a-stranger", method="BREW")
    text = fetch(app, "/metrics").text
    assert 'loge_http_requests_total{method="OTHER",route="other",status="404"}' in text
    assert "stranger" not in text
    assert "BREW" not in text


def test_readiness_ends_only_where_nobody_takes_over() -> None:
    ended = []

    async def end() -> None:
        ended.append(1)
        raise RuntimeError("broken")

    for has_successor, reason in ((True, None), (False, "the process is stopping")):
        draining = Draining()
        draining.on_leave(end)
        assert draining.reason is None
        asyncio.run(draining.leave(has_successor=has_successor))
        assert draining.reason == reason
        assert draining.is_leaving
    assert len(ended) == 2, "what fails to end does not keep the process"


@pytest.mark.postgres
def test_whoever_asks_for_a_file_is_noted_too(club: Club, lines: list[dict[str, Any]]) -> None:
    bearer = {"authorization": f"Bearer {club.token(Role.PARTNER)}"}
    lines.clear()
    club.http.get("/files/nothing", headers=bearer)
    assert (lines[-1]["path"], lines[-1]["role"]) == ("/files/nothing", "partner")
    assert lines[-1]["organisation"] == str(club.organisation.id)
    club.http.get("/files/nothing", headers={"authorization": "Bearer loge_nobody"})
    assert (lines[-1]["status"], "role" in lines[-1]) == (401, False)
