"""What every test shares: how hard property tests search, and a server with a club of its own.

Profiles, chosen by LOGE_TEST_PROFILE:

dev      200 random cases; failing examples are remembered. What a bare `pytest` runs.
ci       500 cases, the same ones at every run of the same code: a red run means that the change
         is wrong, not that the dice fell badly. What `make test` runs; the random profiles search.
cover    60 of those same cases: enough to count coverage, which makes each case slow.
explore  20,000 random cases. For a night, or after a change to a money rule.

A test whose cases are expensive (a state machine, a database) sets `max_examples` itself.
"""

import gc
import os
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from hypothesis import settings
from starlette.applications import Starlette
from xdist.remote import Producer
from xdist.scheduler.loadfile import LoadFileScheduling

from app.commands.execution import Runner
from app.commands.organisations import NewOrganisation, add_organisation
from app.commands.webhook_rules import WebhookRules
from app.domain.permissions import Quota
from app.http.application import build_application
from app.http.door import DoorRules
from app.http.live.limits import SERVER_OPTIONS
from app.storage.engine import Engine, command_engine, read_engine
from app.storage.identity import new_id
from app.storage.migrations.revisions import migrate
from app.storage.postgres import EmbeddedPostgres
from app.storage.vault import Vault, new_key
from tests.club import Club

settings.register_profile("dev", max_examples=200, deadline=None, print_blob=True)
settings.register_profile("ci", max_examples=500, deadline=None, derandomize=True)
settings.register_profile("cover", max_examples=60, deadline=None, derandomize=True)
settings.register_profile("explore", max_examples=20_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("LOGE_TEST_PROFILE", "dev"))

# What is loaded and collected stays until the end: looking for garbage in it, again and again,
# takes a fifth of the time.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, and only in what the tests themselves make."""
    gc.freeze()
    gc.enable()


TOGETHER = ("tests/parity/", "tests/reporting/")
"""Folders whose tests share a fixture that takes long; of others the tests of a file do."""
FIRST = ("tests/scenarios/test_money_machine", "tests/scenarios/test_real_season", *TOGETHER)
"""What takes minutes, the longest first."""
LAST = ("tests/domain/", "tests/semantic/")
"""Folders of many files that take a moment each: they fill what is left of a run evenly."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that nothing of it ends a run alone."""
    long = {item.path for item in items if item.get_closest_marker("slow")}

    def place(item: pytest.Item) -> int:
        for at, one in enumerate(FIRST):
            if item.nodeid.startswith(one):
                return at
        after = 0 if item.path in long else 2 if item.nodeid.startswith(LAST) else 1
        return len(FIRST) + after

    items.sort(key=place)


class _Spread(LoadFileScheduling):
    """Gives each worker whole files, and of some folders all files."""

    def _split_scope(self, nodeid: str) -> str:
        folder = next((one for one in TOGETHER if nodeid.startswith(one)), None)
        return folder or super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> _Spread:
    """Say how tests are spread over workers."""
    return _Spread(config, log)


WEBHOOK_KEY = new_key()
WEBHOOKS = WebhookRules(Vault.of([WEBHOOK_KEY]), "https://loge.example", allows_private=True)
"""What the server of the tests knows about webhooks."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this test process, gone with it; it may lose data in a crash, and is fast."""
    folder = Path(tempfile.mkdtemp(prefix="loge-test-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder, durable=False, system_location=folder / "system")
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database_url(postgres: EmbeddedPostgres) -> str:
    """A migrated database that all tests of the process share, each with clubs of its own."""
    return migrated_database(postgres, "loge")


def migrated_database(postgres: EmbeddedPostgres, name: str) -> str:
    """Make a database with this version's tables; return its address."""
    postgres.ensure_database(name)
    url = postgres.connection_url(name)
    engine = command_engine(url)
    migrate(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def engine(database_url: str) -> Iterator[Engine]:
    """The engine of commands."""
    found = command_engine(database_url)
    yield found
    found.dispose()


UNHURRIED = DoorRules(quota=Quota(10**7, 10**7), stranger_quota=Quota(10**5, 10**5))
"""Nobody is throttled: tests ask for more in a second than anybody else."""


@dataclass
class LiveServer:
    """A running API."""

    url: str


@pytest.fixture(scope="session")
def server(database_url: str) -> Iterator[LiveServer]:
    """The API on a port of its own, served by uvicorn in a thread."""
    application = build_application(
        command_engine(database_url),
        read_engine(database_url),
        allows_private_issuers=True,
        door=UNHURRIED,
        webhooks=WEBHOOKS,
    )
    with serving(application) as url:
        yield LiveServer(url)


@contextmanager
def serving(application: Starlette) -> Iterator[str]:
    """Serve an application from a thread of its own; what is yielded is its address."""
    config = uvicorn.Config(
        application, port=0, log_level="warning", lifespan="on", **SERVER_OPTIONS
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    port = running.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.should_exit = True
        thread.join(timeout=10)


def found_club(
    engine: Engine, server: LiveServer, currency: str = "EUR", country: str = "BE"
) -> Club:
    """Create a club on the running server, a Belgian one unless said otherwise."""
    runner = Runner(engine)
    code = f"club-{uuid.uuid4().hex[:12]}"
    wanted = NewOrganisation(code, "Test club", country, currency, "Europe/Brussels", "nl")
    organisation = runner.transact(new_id(), "test", lambda work: add_organisation(work, wanted))
    # A client that could check certificates reads those of all authorities first, 25 ms a test.
    http = httpx.Client(base_url=server.url, timeout=60, verify=False)  # noqa: S501 - there is no TLS
    return Club(organisation, runner, http)


@pytest.fixture
def club(engine: Engine, server: LiveServer) -> Iterator[Club]:
    """A club that no other test sees."""
    found = found_club(engine, server)
    yield found
    found.http.close()


@pytest.fixture
def other_club(engine: Engine, server: LiveServer) -> Iterator[Club]:
    """Another club on the same server."""
    found = found_club(engine, server)
    yield found
    found.http.close()
