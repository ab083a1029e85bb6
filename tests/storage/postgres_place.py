"""A place on disk for embedded servers of a test, with nothing left of them afterwards."""

import atexit
import contextlib
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg

from app.storage.postgres import EmbeddedPostgres

ROOT = Path(__file__).parents[2]
ENOUGH_BYTES = 4_000_000_000
SCRIPT_HEAD = """
import signal, sys, time
from pathlib import Path
from app.storage.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False, system_location=Path(sys.argv[2]))
"""


@functools.cache
def quick_folder() -> str:
    """Memory where the machine has enough of it, since a thousand files a test are slow on disk."""
    memory = Path("/dev/shm")  # noqa: S108 - each folder made in it has a name of its own
    if memory.is_dir() and os.access(memory, os.W_OK):
        mounted = os.statvfs(memory)
        executable = not mounted.f_flag & os.ST_NOEXEC
        if executable and mounted.f_bavail * mounted.f_frsize > ENOUGH_BYTES:
            return str(memory)
    return "/tmp"  # noqa: S108


@functools.cache
def empty_home() -> Path:
    """A data directory with an empty database, made once in each test process and then stopped."""
    folder = Path(tempfile.mkdtemp(prefix="lg-", dir=quick_folder()))
    folder.chmod(0o711)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = EmbeddedPostgres(folder / "own", durable=False, system_location=folder / "system")
    server.start()
    server.stop()
    shutil.rmtree(folder / "own" / "sockets")
    return folder / "own"


class Place:
    """A short folder that every account can pass through, and the servers made in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.system_location = folder / "system"
        self._servers: list[EmbeddedPostgres] = []

    def server(
        self,
        directory: Path | str = "own",
        *,
        durable: bool = False,
        port: int | None = None,
    ) -> EmbeddedPostgres:
        server = EmbeddedPostgres(
            self.folder / directory,
            durable=durable,
            port=port,
            system_location=self.system_location,
        )
        self._servers.append(server)
        return server

    def started(
        self,
        directory: Path | str = "own",
        *,
        durable: bool = False,
    ) -> EmbeddedPostgres:
        """A running server on a copy of an empty database, which is faster than making one."""
        if not (self.folder / directory).exists():
            shutil.copytree(empty_home(), self.folder / directory)
        server = self.server(directory, durable=durable)
        server.start()
        return server

    def script(
        self,
        body: str,
        directory: Path | str = "own",
        *,
        path: tuple[Path, ...] = (),
    ) -> subprocess.Popen[str]:
        """Run Python in a process and session of its own, with `server` at hand."""
        places = [str(part) for part in (*path, ROOT, *sys.path) if str(part)]
        return subprocess.Popen(
            [
                sys.executable,
                "-c",
                SCRIPT_HEAD + body,
                str(self.folder / directory),
                str(self.system_location),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
        )

    def stop_all(self) -> None:
        for server in self._servers:
            server.leave()
            with contextlib.suppress(Exception):
                server.stop(immediate=True)
        # Whatever a failed test left: servers whose data lies in this place, and nobody else's.
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.name() == "postgres" and self.folder in Path(process.cwd()).parents:
                    process.kill()


@contextmanager
def fresh_place() -> Iterator[Place]:
    folder = Path(tempfile.mkdtemp(prefix="lg-", dir=quick_folder()))
    folder.chmod(0o711)
    place = Place(folder)
    try:
        yield place
    finally:
        place.stop_all()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def seeded_place() -> Iterator[Place]:
    """A place whose server has been started before and finds an empty database."""
    with fresh_place() as place:
        shutil.copytree(empty_home(), place.folder / "own")
        yield place


@contextmanager
def connected(
    server: EmbeddedPostgres,
    database: str = "postgres",
) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    url = server.connection_url(database).replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def run_sql(server: EmbeddedPostgres, *statements: str) -> None:
    with connected(server) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def ask_sql(server: EmbeddedPostgres, query: str) -> object:
    with connected(server) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def data_folder(server: EmbeddedPostgres) -> Path:
    folder = server.status().data_folder
    assert folder is not None
    return folder
