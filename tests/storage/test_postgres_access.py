import asyncio
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

from app.storage.postgres import EmbeddedPostgres
from app.storage.postgres.locks import FileLock, is_held
from tests.storage.postgres_place import Place, data_folder, fresh_place, run_sql


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with fresh_place() as place:
        yield place


@pytest.fixture(scope="module")
def server(place: Place) -> EmbeddedPostgres:
    server = place.server()
    server.start()
    return server


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_socket_folder_is_closed_to_everybody_else(server: EmbeddedPostgres) -> None:
    folder = server.status().socket_folder
    assert folder is not None
    assert mode(folder) == 0o700
    assert folder.stat().st_uid == data_folder(server).stat().st_uid
    assert mode(folder / ".s.PGSQL.5432") == 0o700


def test_the_data_the_password_and_the_log_are_closed_to_everybody_else(
    server: EmbeddedPostgres,
) -> None:
    folder = data_folder(server)
    assert mode(folder) == 0o700
    for name in ("postgres-18.password", "postgres-18.log"):
        file = folder.with_name(name)
        assert mode(file) == 0o600
        assert file.stat().st_uid == os.geteuid()


def test_nobody_is_let_in_without_the_right_password(server: EmbeddedPostgres) -> None:
    url = server.connection_url("postgres").replace("+psycopg", "")
    password = data_folder(server).with_name("postgres-18.password").read_text().strip()
    assert password in url
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(password, "wrong"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(url.replace(f":{password}", ""), passfile=os.devnull)


def test_no_rule_of_the_server_trusts_anybody(server: EmbeddedPostgres) -> None:
    rules = (data_folder(server) / "pg_hba.conf").read_text().splitlines()
    methods = {rule.split()[-1] for rule in rules if rule and not rule.startswith("#")}
    assert methods == {"scram-sha-256"}


def test_the_password_stands_in_no_log_and_no_process_list(server: EmbeddedPostgres) -> None:
    password = data_folder(server).with_name("postgres-18.password").read_text().strip()
    log = server.status().log_file
    assert log is not None
    assert password not in log.read_text()
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            assert password.encode() not in command.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue


def test_a_failed_statement_leaves_no_row_in_the_log(server: EmbeddedPostgres) -> None:
    run_sql(server, "CREATE TABLE guest (email text UNIQUE)", "INSERT INTO guest VALUES ('a@b.c')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        run_sql(server, "INSERT INTO guest VALUES ('a@b.c')")
    log = server.status().log_file
    assert log is not None
    assert "duplicate key" in log.read_text()
    assert "a@b.c" not in log.read_text()


def test_the_address_works_for_both_drivers(server: EmbeddedPostgres) -> None:
    server.ensure_database("loge")
    question = sqlalchemy.text("SELECT current_database()")
    engine = sqlalchemy.create_engine(server.connection_url())
    with engine.connect() as connection:
        assert connection.execute(question).scalar_one() == "loge"
    engine.dispose()

    async def ask_asyncpg() -> object:
        engine = create_async_engine(server.connection_url(driver="asyncpg"))
        async with engine.connect() as connection:
            answer = (await connection.execute(question)).scalar_one()
        await engine.dispose()
        return answer

    assert asyncio.run(ask_asyncpg()) == "loge"


def test_variables_of_the_caller_do_not_redirect_the_server(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("PGDATA", "/nowhere"), ("PGPORT", "1"), ("PGHOST", "nowhere")):
        monkeypatch.setenv(name, value)
    other = place.server("other")
    assert other.start().started_here
    assert other.status().port is None


@pytest.mark.skipif(sys.platform != "linux", reason="reads the process list under /proc")
def test_the_server_holds_none_of_the_callers_files(server: EmbeddedPostgres) -> None:
    pid = server.status().pid
    opened = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    home = str(data_folder(server).parent)
    own = {path for path in opened if path.startswith(home)}
    assert f"{home}/postgres-18.alive.lock" in own
    assert f"{home}/postgres-18.change.lock" not in own
    assert f"{home}/postgres-18.use.lock" not in own


def test_a_lock_is_shared_by_readers_and_free_once_its_holder_is_gone(place: Place) -> None:
    path = place.folder / "lock"
    assert not is_held(path)
    first, second, writer = FileLock(path), FileLock(path), FileLock(path)
    assert first.try_acquire(shared=True)
    assert second.try_acquire(shared=True)
    assert not writer.try_acquire()
    assert not is_held(path)
    first.release()
    assert second.try_acquire()
    assert is_held(path)
    second.release()
    assert writer.try_acquire()
    writer.release()
    assert not is_held(path)
