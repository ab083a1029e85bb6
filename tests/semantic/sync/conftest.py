"""A database of its own, whose every row the facts show; an API that sells on it; the facts."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from app.http.application import build_application
from app.storage.engine import Engine, command_engine, read_engine
from app.storage.extract.catalogue import EXTRACTS
from app.storage.extract.source import PostgresSource
from app.storage.extract.totals import TOTALS
from app.storage.postgres import EmbeddedPostgres
from semantic.sync.store import Facts
from semantic.sync.worker import Follower
from tests.club import Club
from tests.conftest import UNHURRIED, WEBHOOKS, LiveServer, found_club, migrated_database, serving
from tests.semantic.sync.sources import CLUB, Canned, club_frame


@pytest.fixture(scope="session")
def facts_url(postgres: EmbeddedPostgres) -> str:
    return migrated_database(postgres, "facts")


@pytest.fixture(scope="session")
def facts_engine(facts_url: str) -> Iterator[Engine]:
    found = command_engine(facts_url)
    yield found
    found.dispose()


@pytest.fixture(scope="session")
def facts_server(facts_url: str) -> Iterator[LiveServer]:
    application = build_application(
        command_engine(facts_url),
        read_engine(facts_url),
        allows_private_issuers=True,
        door=UNHURRIED,
        webhooks=WEBHOOKS,
    )
    with serving(application) as url:
        yield LiveServer(url)


@pytest.fixture
def seller(facts_engine: Engine, facts_server: LiveServer) -> Iterator[Club]:
    """A club in the database that the facts follow."""
    found = found_club(facts_engine, facts_server)
    yield found
    found.http.close()


@pytest.fixture
def source(facts_url: str) -> Iterator[PostgresSource]:
    found = PostgresSource(facts_url, EXTRACTS, TOTALS)
    yield found
    found.close()


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[Facts]:
    found = Facts(tmp_path / "semantic", threads=1, memory_limit="1GB")
    yield found
    found.close()


@pytest.fixture
def follower(source: PostgresSource, facts: Facts) -> Follower:
    return Follower(source, facts)


@pytest.fixture(scope="session")
def blank_frames(facts_url: str) -> dict[str, pl.DataFrame]:
    """Every extract without a row, in the types in which it comes."""
    source = PostgresSource(facts_url, EXTRACTS, TOTALS)
    with source.read() as reading:
        found = {name: pl.from_arrow(reading.rows(name, {})) for name in EXTRACTS}
    source.close()
    return {name: one.clear() for name, one in found.items() if isinstance(one, pl.DataFrame)}


@pytest.fixture
def canned(blank_frames: dict[str, pl.DataFrame]) -> Canned:
    """A source without a database, with one club and nothing else."""
    return Canned({**blank_frames, "dim_organisation": club_frame(CLUB)})
