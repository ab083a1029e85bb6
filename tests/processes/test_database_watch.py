"""The watch over the embedded PostgreSQL: what died is started again, what was stopped is not."""

import os
import signal
from collections.abc import Iterator

import pytest

from app.processes.database_watch import DatabaseWatch
from app.storage.postgres import EmbeddedPostgres
from tests.processes.command import await_true
from tests.storage.postgres_place import Place, ask_sql, data_folder, run_sql, seeded_place


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """A server with one row."""
    with seeded_place() as place:
        yield _filled(place)


def _filled(place: Place) -> EmbeddedPostgres:
    server = place.started(durable=True)
    run_sql(server, "CREATE TABLE seen (n int)", "INSERT INTO seen VALUES (7)")
    return server


def watching(server: EmbeddedPostgres) -> tuple[DatabaseWatch, list[str]]:
    said: list[str] = []
    return DatabaseWatch(server, data_folder(server), said.append), said


def kill(server: EmbeddedPostgres) -> None:
    pid = server.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await_true(lambda: not server.status().running)


def test_a_server_that_could_not_recover_is_started_again_though_it_left_no_note(
    server: EmbeddedPostgres,
) -> None:
    watch, said = watching(server)
    kill(server)
    # As PostgreSQL does when its own recovery is killed: it shuts down by itself.
    (data_folder(server) / "postmaster.pid").unlink()
    watch.watch()
    assert said[0] == "the database ended unexpectedly; starting it again"
    assert ask_sql(server, "SELECT n FROM seen") == 7


def test_a_server_that_was_stopped_in_order_is_left_alone(server: EmbeddedPostgres) -> None:
    watch, said = watching(server)
    server.stop()
    watch.watch()
    assert not server.status().running
    assert [line.partition(";")[0] for line in said] == ["the database was stopped"]


def test_a_folder_that_was_taken_away_is_nothing_to_start(server: EmbeddedPostgres) -> None:
    watch, said = watching(server)
    kill(server)
    folder = data_folder(server)
    folder.rename(folder.with_name("elsewhere"))
    watch.watch()
    assert not server.status().running
    assert not [line for line in said if "starting" in line]
