import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from app.storage.postgres import EmbeddedPostgres
from app.storage.postgres.locks import is_held
from app.storage.postgres.processes import is_alive, live_server
from tests.storage.postgres_place import (
    Place,
    ask_sql,
    connected,
    data_folder,
    run_sql,
    seeded_place,
)


@pytest.fixture
def place() -> Iterator[Place]:
    with seeded_place() as place:
        yield place


@pytest.fixture
def stopped(place: Place) -> EmbeddedPostgres:
    """A server with one row, stopped properly."""
    server = place.started()
    run_sql(server, "CREATE TABLE seen (n int)", "INSERT INTO seen VALUES (7)")
    server.stop()
    return server


def write_pid_file(folder: Path, pid: int, started_seconds: int) -> None:
    lines = [pid, folder, started_seconds, 5432, "/nowhere", "", "1 1", "ready   "]
    (folder / "postmaster.pid").write_text("".join(f"{line}\n" for line in lines))
    # The socket has a note of its own with the same process id.
    socket_lock = folder.with_name("sockets") / ".s.PGSQL.5432.lock"
    socket_lock.write_text("".join(f"{line}\n" for line in lines[:4]))


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        return process.pid


def test_a_stale_pid_file_of_a_dead_server_does_not_block_the_start(
    stopped: EmbeddedPostgres,
) -> None:
    write_pid_file(data_folder(stopped), dead_pid(), 1_700_000_000)
    assert not stopped.status().running
    assert stopped.start().started_here
    assert ask_sql(stopped, "SELECT n FROM seen") == 7


def test_a_pid_that_passed_to_an_unrelated_process_does_not_block_the_start(
    stopped: EmbeddedPostgres,
) -> None:
    folder = data_folder(stopped)
    # As the server's own account, so that PostgreSQL's check of the process id would be deceived.
    user = folder.stat().st_uid if os.geteuid() == 0 else None
    with subprocess.Popen(["/bin/sleep", "600"], user=user) as stranger:
        try:
            write_pid_file(folder, stranger.pid, int(psutil.Process(stranger.pid).create_time()))
            assert not stopped.status().running
            assert not stopped.stop()
            assert stopped.start().started_here
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_pid_that_passed_to_a_server_of_other_data_does_not_count_as_this_one(
    place: Place,
    stopped: EmbeddedPostgres,
) -> None:
    other = place.server("other").start()
    created_at = int(psutil.Process(other.pid).create_time())
    write_pid_file(data_folder(stopped), other.pid, created_at)
    assert not stopped.status().running
    started = stopped.start()
    assert started.started_here
    assert started.pid != other.pid
    assert is_alive(other.pid)


def test_a_pid_file_that_was_cut_off_does_not_block_the_start(stopped: EmbeddedPostgres) -> None:
    (data_folder(stopped) / "postmaster.pid").write_text("12")
    assert stopped.start().started_here


def test_a_server_whose_clock_was_set_back_is_still_known_to_live(
    stopped: EmbeddedPostgres,
) -> None:
    started = stopped.start()
    folder = data_folder(stopped)
    lines = (folder / "postmaster.pid").read_text().splitlines()
    lines[2] = str(int(lines[2]) - 86_400)
    (folder / "postmaster.pid").write_text("\n".join(lines) + "\n")
    found = live_server(folder)
    assert found is not None
    assert found.pid == started.pid


def test_a_killed_server_recovers_with_every_committed_row(place: Place) -> None:
    server = place.server(durable=True)
    pid = server.start().pid
    run_sql(server, "CREATE TABLE seen (n int)")
    with connected(server) as connection:
        for n in range(500):
            connection.execute("INSERT INTO seen VALUES (%s)", (n,))
    os.kill(pid, signal.SIGKILL)
    started = server.start()
    assert started.started_here
    assert started.pid != pid
    assert ask_sql(server, "SELECT count(*) || ' ' || sum(n) FROM seen") == "500 124750"


def test_a_killed_server_leaves_no_backend_working_beside_the_next_one(place: Place) -> None:
    server = place.server()
    pid = server.start().pid
    client = place.script(
        "import psycopg; server.start()\n"
        "with psycopg.connect(server.connection_url('postgres').replace('+psycopg', '')) as c:\n"
        "    print(c.info.backend_pid, flush=True)\n"
        "    c.execute('SELECT count(*) FROM generate_series(1, 1000000000000)')\n",
    )
    assert client.stdout is not None
    backend = int(client.stdout.readline())
    while psutil.Process(backend).cpu_times().user < 0.1:
        os.sched_yield()
    os.kill(pid, signal.SIGKILL)
    try:
        # The backend is busy and does not notice that its postmaster is gone.
        assert is_alive(backend)
        said: list[str] = []
        assert server.start(said.append).started_here
        assert not is_alive(backend)
        assert "Ending what an earlier server left behind …" in said
    finally:
        client.kill()
        client.communicate()


def test_a_zombie_of_a_server_is_not_taken_for_a_live_one(place: Place) -> None:
    server = place.server()
    # This owner never collects the exit status of its child.
    owner = place.script("print(server.start().pid, flush=True); sys.stdin.read()")
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    os.kill(pid, signal.SIGKILL)
    try:
        started = server.start()
        assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        assert started.started_here
    finally:
        owner.kill()
        owner.communicate()


def test_a_crash_during_recovery_is_recovered_too(place: Place) -> None:
    server = place.started(durable=True)
    run_sql(server, "CREATE TABLE seen AS SELECT generate_series(1, 300000) AS n")
    for _ in range(3):
        pid = server.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        server.start()
    assert ask_sql(server, "SELECT count(*) FROM seen") == 300_000


def test_an_immediate_stop_loses_no_committed_row(place: Place) -> None:
    server = place.started(durable=True)
    run_sql(server, "CREATE TABLE seen AS SELECT generate_series(1, 1000) AS n")
    assert server.stop(immediate=True)
    server.start()
    assert ask_sql(server, "SELECT count(*) FROM seen") == 1000


def test_a_stop_ends_clients_and_leaves_no_process(place: Place) -> None:
    server = place.server()
    pid = server.start().pid
    lock = data_folder(server).with_name("postgres-18.alive.lock")
    assert is_held(lock)
    with connected(server) as connection:
        assert server.stop()
        with pytest.raises(psycopg.errors.AdminShutdown):
            connection.execute("SELECT 1")
    assert not is_alive(pid)
    assert not is_held(lock)
    assert server.status().pid is None


def test_a_restore_that_was_interrupted_between_its_renames_is_finished(
    stopped: EmbeddedPostgres,
) -> None:
    folder = data_folder(stopped)
    folder.rename(folder.with_name("postgres-18.restored"))
    assert stopped.start().data_folder == folder
    assert ask_sql(stopped, "SELECT n FROM seen") == 7


def test_a_lost_password_file_is_made_anew_at_the_next_start(stopped: EmbeddedPostgres) -> None:
    file = data_folder(stopped).with_name("postgres-18.password")
    old_password = file.read_text()
    file.unlink()
    stopped.start()
    assert file.read_text() != old_password
    assert ask_sql(stopped, "SELECT n FROM seen") == 7
