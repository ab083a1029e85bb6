"""`loge serve`: started, looked at, disturbed and stopped as an operator does."""

import os
import signal
import socket
import time
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from tests.processes.command import Loge, answers_with, await_true, free_port

pytestmark = pytest.mark.slow


def children_of(pid: int, verb: str) -> list[psutil.Process]:
    """The processes of Loge below another that run a verb."""
    return [one for one in psutil.Process(pid).children() if verb in one.cmdline()]


def test_it_serves_and_stops_in_order_when_asked_to(loge: Loge) -> None:
    with loge.serving() as served:
        assert served.get("/healthz").json() == {"status": "ok"}
        assert served.get("/readyz").json() == {"status": "ready"}
        token = loge.run("token", "--role", "root").strip()
        assert served.ask(token, "{ __typename }").json()["data"] == {"__typename": "Query"}
        assert served.stop() == 0
        assert served.printed.rstrip().endswith("Stopped")
    assert served.complaints == ""
    assert not loge.database().status().running
    assert token not in served.printed


def test_ctrl_c_stops_it_as_well(loge: Loge) -> None:
    with loge.serving() as served:
        assert served.stop(signal.SIGINT) == 0
    assert not loge.database().status().running


def test_a_request_under_way_is_answered_before_it_stops(loge: Loge) -> None:
    with loge.serving() as served:
        host, _, port = served.address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as connection:
            body = b'{"query": "{ __typename }"}'
            connection.sendall(
                b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n" % len(body)
            )
            connection.sendall(body[:5])
            await_true(lambda: served.get("/healthz").status_code == 200)
            served.process.send_signal(signal.SIGTERM)
            await_true(lambda: "Stopping the API" in served.printed)
            connection.sendall(body[5:])
            assert connection.recv(10_000).startswith(b"HTTP/1.1 200 OK")
        assert served.stop() == 0


def test_a_port_in_use_is_refused_before_anything_starts(fresh: Loge) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        line = fresh.refusal("serve", LOGE_HTTP_PORT=port)
    assert line.startswith(f"loge: port {port} on 127.0.0.1 is taken")
    assert "LOGE_HTTP_PORT" in line
    assert not fresh.folder.exists()


def test_a_second_serve_on_the_same_data_is_refused_and_the_first_goes_on(loge: Loge) -> None:
    with loge.serving() as served:
        done = loge.end("serve")
        assert done.returncode == 1
        assert done.stderr.startswith("loge: another 'loge serve' runs on ")
        assert served.get("/readyz").status_code == 200


def test_an_api_alone_serves_beside_it_on_another_port(loge: Loge) -> None:
    port = free_port()
    with loge.serving(), loge.alone("api", LOGE_HTTP_PORT=str(port)) as alone:
        assert alone.stderr is not None
        address = f"http://127.0.0.1:{port}"
        assert alone.stderr.readline() == f"The API listens on {address}/graphql\n"
        assert httpx.get(f"{address}/readyz", timeout=300).status_code == 200
        alone.terminate()
        assert alone.communicate(timeout=300)[1] == ""
        assert alone.returncode == 0


def test_an_api_that_is_stopped_while_it_starts_ends_in_order(loge: Loge) -> None:
    loge.run("db", "start")
    # The moment between its last words and its first connection, met a little sooner or later.
    for pause_seconds in (0.0, 0.0, 0.001, 0.003, 0.01):
        with loge.alone("api") as alone:
            assert alone.stderr is not None
            assert alone.stderr.readline().startswith("The API listens on ")
            time.sleep(pause_seconds)
            alone.terminate()
            assert alone.communicate(timeout=300)[1] == ""
            assert alone.returncode == 0
    loge.run("db", "stop")


def test_a_worker_alone_stops_when_asked_to(loge: Loge) -> None:
    with loge.alone("worker") as alone:
        assert alone.stderr is not None
        assert alone.stderr.readline().startswith("The worker runs ")
        alone.terminate()
        assert alone.communicate(timeout=300)[1] == ""
        assert alone.returncode == 0
    assert not loge.database().status().running


def test_killed_processes_are_started_again(loge: Loge) -> None:
    with loge.serving(LOGE_API_PROCESSES="2") as served:
        before = children_of(served.process.pid, "api") + children_of(served.process.pid, "worker")
        assert len(before) == 3
        for one in before:
            one.kill()
        await_true(lambda: served.printed.count("ended by signal 9") == 3)
        await_true(lambda: answers_with(lambda: served.get("/readyz"), 200))
        await_true(lambda: len(children_of(served.process.pid, "worker")) == 1)


def test_its_processes_end_when_it_is_killed_itself(loge: Loge) -> None:
    with loge.serving() as served:
        below = children_of(served.process.pid, "api") + children_of(served.process.pid, "worker")
        served.process.kill()
        served.process.wait(300)
        await_true(lambda: not any(one.is_running() for one in below))
    assert loge.database().status().running, "nobody is left to stop it"
    loge.run("db", "stop")


def test_a_database_that_was_stopped_is_503_until_it_is_back(loge: Loge) -> None:
    with loge.serving() as served:
        token = loge.run("token", "--role", "root").strip()
        query = "{ organisation { code } }"
        assert served.ask(token, query).json()["data"]["organisation"]["code"] == "one"

        assert "loge db stop --force" in loge.refusal("db", "stop")
        loge.run("db", "stop", "--force")
        answer = served.ask(token, query)
        assert answer.status_code == 503
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
        assert served.get("/readyz").status_code == 503
        assert served.get("/healthz").status_code == 200
        await_true(lambda: "the database was stopped" in served.printed)

        loge.run("db", "start")
        assert served.get("/readyz").status_code == 200
        assert served.ask(token, query).status_code == 200
        await_true(lambda: "the database is back" in served.printed)
    assert "Traceback" not in served.complaints


def test_a_database_that_was_killed_is_started_again(loge: Loge) -> None:
    with loge.serving() as served:
        pid = loge.database().status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await_true(lambda: "the database ended unexpectedly" in served.printed)
        await_true(lambda: answers_with(lambda: served.get("/readyz"), 200))
        assert served.process.poll() is None
    assert not loge.database().status().running


def test_a_backup_of_the_running_database_is_restored_elsewhere(loge: Loge, fresh: Loge) -> None:
    target = fresh.folder.parent / "backup"
    with loge.serving():
        assert str(target) in loge.run("db", "backup", str(target))
        assert "is running" in loge.refusal("db", "restore", str(target), "--move-old-aside")
    assert "as of" in fresh.run("db", "restore", str(target))
    assert fresh.run("organisation", "list").startswith("one ")
    assert "--move-old-aside" in fresh.refusal("db", "restore", str(target))
    fresh.run("db", "restore", str(target), "--move-old-aside")
    kept = [path for path in fresh.folder.iterdir() if ".before-" in path.name]
    assert len(kept) == 1
    assert fresh.run("organisation", "list").startswith("one ")


def test_the_status_of_the_database_says_what_an_operator_asks(fresh: Loge) -> None:
    assert "none yet" in fresh.run("db", "status")
    fresh.run("db", "start")
    lines = [line.partition("  ") for line in fresh.run("db", "status").splitlines()]
    status = {name: value.strip() for name, _, value in lines}
    assert status["state"] == "running"
    assert Path(status["data folder"]).parent == fresh.folder
    assert fresh.run("db", "stop") == "stopped\n"
