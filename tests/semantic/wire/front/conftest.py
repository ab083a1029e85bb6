"""One door for all tests of the front; what they leave in it, they take away."""

import asyncio
import shutil
import ssl
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from app.storage.postgres.throwaway import ThrowawayClusters
from semantic.run.engine import Engine
from semantic.wire.contracts import Shells
from semantic.wire.limits import Limits
from semantic.wire.shell import template
from semantic.wire.shell.shells import ShellKeeper
from semantic.wire.tls import own_context
from tests.semantic.oracle.clubs import MemoryFacts
from tests.semantic.wire.club import compiler_of, filled
from tests.semantic.wire.front.door import Door, Raw, looping, opened
from tests.semantic.wire.front.spelled import TABLE

LIMITS = Limits(concurrency=2, open_answers=8, statement_seconds=30.0)
Opening = Callable[[ssl.SSLContext | None, Limits], AbstractContextManager[Door]]


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    return own_context(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    with looping() as running:
        yield running


@pytest.fixture(scope="session")
def clusters() -> Iterator[ThrowawayClusters]:
    """Clusters that no other test clears."""
    folder = Path(tempfile.mkdtemp(prefix="loge-front-"))
    folder.chmod(0o755)
    made = ThrowawayClusters(
        folder, template.SETTINGS, template.STATEMENTS, system_location=folder / "system"
    )
    yield made
    made.clear()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def shells(clusters: ThrowawayClusters, loop: asyncio.AbstractEventLoop) -> Iterator[Shells]:
    """Shells with the views of the small club, whose rows are others."""
    facts = filled()
    engine = Engine(facts)
    compiler = compiler_of(engine)
    keeper = ShellKeeper(clusters, lambda _principal: compiler, engine.types_of)
    yield keeper
    asyncio.run_coroutine_threadsafe(keeper.close(), loop).result(60)
    facts.connection.close()


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    facts = MemoryFacts({})
    facts.connection.execute(TABLE)
    yield Engine(facts)
    facts.connection.close()


@pytest.fixture(scope="session")
def opening(loop: asyncio.AbstractEventLoop, shells: Shells, engine: Engine) -> Opening:
    """Opens more doors, each with limits of its own."""
    return lambda tls, limits: opened(loop, shells, engine, tls, limits)


@pytest.fixture(scope="session")
def running(opening: Opening, tls: ssl.SSLContext) -> Iterator[Door]:
    with opening(tls, LIMITS) as door:
        yield door


@pytest.fixture
def door(running: Door) -> Iterator[Door]:
    """The door, which every session has left again after a test."""
    yield running
    while running.raws:
        running.raws.pop().close()
    running.settle()
    assert running.server.session_count == 0


@pytest.fixture
def raw(door: Door) -> Raw:
    """Ann, logged in, speaking by hand."""
    return door.wire()
