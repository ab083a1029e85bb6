"""A stadium in a database of its own, copies of it, and an API process on a copy."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psycopg

from app.commands.execution import Runner
from app.commands.organisations import NewOrganisation, add_organisation
from app.storage.engine import command_engine
from app.storage.identity import new_id
from app.storage.migrations.revisions import migrate
from app.storage.postgres import EmbeddedPostgres
from tests.club import Club
from tests.scenarios.rivals import build_arena

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stadium import Stadium

MATCHES = 17
SEATS_OF_A_SALE = 4
_ROOT = Path(__file__).parents[1]


@dataclass
class Arena:
    """The embedded server, and the stadium whose ids are the same in every copy."""

    server: EmbeddedPostgres
    stadium: Stadium

    def copy(self, name: str) -> str:
        """Copy the database of the stadium and return the address of the copy."""
        with psycopg.connect(
            plain(self.server.connection_url("postgres")), autocommit=True
        ) as admin:
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE base')
        return self.server.connection_url(name)


def plain(url: str) -> str:
    """Return an address as psycopg takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


@contextmanager
def open_arena(sales: int) -> Iterator[Arena]:
    """Set up a stadium with seats for so many Sales on a durable PostgreSQL of its own."""
    folder = Path(tempfile.mkdtemp(prefix="loge-bench-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder, system_location=folder / "system")
    server.start()
    try:
        server.ensure_database("base")
        url = server.connection_url("base")
        engine = command_engine(url)
        migrate(engine)
        runner = Runner(engine)
        wanted = NewOrganisation("bench", "Bench", "BE", "EUR", "Europe/Brussels", "nl")
        club = runner.transact(new_id(), "bench", lambda work: add_organisation(work, wanted))
        with open_api(url) as api:
            http = httpx.Client(base_url=api.address, timeout=60)
            seats = sales * SEATS_OF_A_SALE
            stadium = build_arena(
                Club(club, runner, http), matches=MATCHES, seats=seats, places=seats
            )
            http.close()
        engine.dispose()
        yield Arena(server, stadium)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Api:
    """A running API process."""

    address: str
    pid: int


@contextmanager
def open_api(url: str, **settings: str) -> Iterator[Api]:
    """Run one API process on a database, as `loge api` does, with other settings if given."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        # Nobody reads a log of the requests of a measurement.
        "LOGE_ACCESS_LOG": "off",
        "LOGE_DATABASE_URL": plain(url),
        "LOGE_HTTP_PORT": str(port),
        "LOGE_DATA_DIR": tempfile.mkdtemp(prefix=f"loge-bench-{uuid.uuid4().hex[:8]}-"),
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "api"], cwd=_ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(address, process)
        yield Api(address, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(environment["LOGE_DATA_DIR"], ignore_errors=True)


def _wait_until_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the API answers that it can serve."""
    while process.poll() is None:
        try:
            if httpx.get(f"{address}/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    sys.exit("the API process ended before it was ready")
