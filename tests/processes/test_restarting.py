"""`loge restart`: every process is replaced while clients go on asking, and none notices."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpx
import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import text
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from app.storage.engine import command_engine
from tests.processes.command import Loge, Served, await_true

pytestmark = pytest.mark.slow

AHEAD = 8
"""Requests that a pipelining client sends before it reads an answer."""


def pids_of(served: Served) -> set[int]:
    """The processes of Loge below a supervisor."""
    return {
        one.pid for one in psutil.Process(served.process.pid).children() if "app" in one.cmdline()
    }


def series_of(served: Served, name: str) -> dict[str, float]:
    """What /metrics tells of one measure, by its labels."""
    lines = served.get("/metrics").text.splitlines()
    found = [line.removeprefix(name + "{") for line in lines if line.startswith(name + "{")]
    return {line.split("}")[0]: float(line.rsplit(" ", 1)[1]) for line in found}


class Line:
    """One connection that is never opened anew, over which requests are sent as bytes."""

    def __init__(self, served: Served) -> None:
        host, _, port = served.address.removeprefix("http://").partition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        self.received = self.socket.makefile("rb")

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def status(self) -> int:
        """Read one answer whole and return its status."""
        status, length = int(self.received.readline().split(b" ")[1]), 0
        while (line := self.received.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        self.received.read(length)
        return status

    def ask(self, content: bytes) -> int:
        self.send(content)
        return self.status()

    def close(self) -> None:
        self.received.close()
        self.socket.close()


def request(served: Served, token: str) -> bytes:
    body = b'{"query": "query Club { organisation { code } }"}'
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: {served.address.removeprefix('http://')}\r\n"
        f"Authorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def followed(served: Served, token: str) -> Iterator[ClientConnection]:
    """Open a WebSocket that is admitted and waits."""
    address = served.address.replace("http://", "ws://") + "/graphql"
    with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as follower:
        bearer = {"Authorization": f"Bearer {token}"}
        follower.send(json.dumps({"type": "connection_init", "payload": bearer}))
        assert json.loads(follower.recv(timeout=60))["type"] == "connection_ack"
        yield follower


def until(is_over: threading.Event, act: Callable[[], None], failures: list[str]) -> None:
    """Do something again and again; what it raises is a client's failure."""
    try:
        while not is_over.is_set():
            act()
    except Exception as error:  # noqa: BLE001 - whatever a client met is what the test is about
        failures.append(repr(error))


def test_no_client_notices_a_restart(loge: Loge) -> None:
    with loge.serving() as served, ExitStack() as opened:
        token = loge.run("token", "--role", "root").strip()
        before, asked = pids_of(served), request(served, token)
        statuses, failures, is_over = list[int](), list[str](), threading.Event()
        # One sends ahead all the time, one in the middle of a request, some mostly wait.
        pipelining, halfway, *idle = (Line(served) for _ in range(12))
        client = httpx.Client(headers={"authorization": f"Bearer {token}"}, timeout=60)

        def send_ahead() -> None:
            pipelining.send(asked * AHEAD)
            statuses.extend(pipelining.status() for _ in range(AHEAD))
            time.sleep(0.02)

        def ask() -> None:
            query = {"query": "{ organisation { code } }"}
            statuses.append(client.post(f"{served.address}/graphql", json=query).status_code)
            time.sleep(0.02)

        acting = [
            threading.Thread(target=until, args=(is_over, act, failures))
            for act in (send_ahead, ask)
        ]
        statuses.extend(line.ask(asked) for line in idle)
        for thread in acting:
            thread.start()
        follower = opened.enter_context(followed(served, token))
        halfway.send(asked[:200])
        threading.Timer(1.0, halfway.send, [asked[200:]]).start()
        assert loge.run("restart") == "restarted\n"
        is_over.set()
        for thread in acting:
            thread.join(60)
        statuses.append(halfway.status())
        statuses.extend(line.ask(asked) for line in idle)
        for one in (pipelining, halfway, *idle):
            one.close()
        client.close()

        # What has a state of its own is closed, with the code that says: come back at once.
        with pytest.raises(ConnectionClosedError) as closed:
            follower.recv(timeout=60)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
        assert closed.value.rcvd.reason.startswith("Service restart")

        assert failures == []
        assert set(statuses) == {200}
        assert not before & pids_of(served)
        assert len(pids_of(served)) == 2
        # What was counted before goes on being counted, and by all processes together.
        counted = series_of(served, "loge_http_requests_total")
        assert sum(value for name, value in counted.items() if "POST" in name) == len(statuses)
        memory = "loge_process_resident_memory_bytes"
        await_true(lambda: len(series_of(served, memory)) == 2)
        assert set(series_of(served, memory)) == {'process="api-2"', 'process="worker"'}
        assert served.complaints == ""
        assert token not in served.printed + str(served.told)


def test_a_restart_that_could_not_serve_is_given_up_and_the_old_go_on(loge: Loge) -> None:
    with loge.serving() as served:
        before = pids_of(served)
        engine = command_engine(loge.database().connection_url())
        with engine.begin() as connection:
            kept = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
        try:
            line = loge.refusal("restart")
        finally:
            with engine.begin() as connection:
                connection.execute(
                    text("UPDATE alembic_version SET version_num = :kept"), {"kept": kept}
                )
            engine.dispose()
        assert "did not get ready to serve; those that run go on" in line
        assert "is at revision 0000" in served.complaints
        assert served.get("/readyz").status_code == 200
        assert pids_of(served) == before


def test_there_is_nothing_to_restart_where_nothing_runs(fresh: Loge) -> None:
    assert fresh.refusal("restart").startswith("loge: no 'loge serve' runs on ")
    assert not fresh.folder.exists()
