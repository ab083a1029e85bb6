"""A club whose facts a real semantic layer has, on an API that knows the way to it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette

from app.domain.reports import AUDIENCE
from app.http.application import build_application
from app.http.authentication import Authentication
from app.resolvers.semantic.door import SemanticDoor
from app.semantics import Credentials
from app.storage.engine import Engine, command_engine, read_engine
from app.storage.extract.catalogue import EXTRACTS
from app.storage.extract.source import PostgresSource
from app.storage.extract.totals import TOTALS
from semantic.serving.layer import Layer
from tests.club import Club
from tests.conftest import UNHURRIED, LiveServer, found_club, serving
from tests.stadium import Stadium, build_stadium

SECRET = "a secret that signs contexts of these tests"


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Layered:
    """A semantic layer that is served, and follows its database while it is told to."""

    made: Layer
    address: str

    @contextmanager
    def following(self) -> Iterator[None]:
        """Follow for a block: it works on whatever any test commits."""
        stop = threading.Event()
        thread = threading.Thread(target=self.made.follow, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


@contextmanager
def layered(database_url: str, folder: Path) -> Iterator[Layered]:
    """Serve the semantic layer over a database."""
    engine, source = command_engine(database_url), PostgresSource(database_url, EXTRACTS, TOTALS)
    made = Layer(folder, source, Credentials(engine, Authentication(engine, now), SECRET))
    with serving(made.application()) as address:
        yield Layered(made, address)
    made.close()
    source.close()
    engine.dispose()


def api(database_url: str, address: str) -> Starlette:
    """Build the API with a way to a semantic layer."""
    return build_application(
        command_engine(database_url),
        read_engine(database_url),
        door=UNHURRIED,
        semantics=SemanticDoor(address, SECRET, now),
    )


@pytest.fixture(scope="session")
def still_layer(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layered]:
    """A semantic layer over the database of all tests, which nobody follows yet."""
    with layered(database_url, tmp_path_factory.mktemp("facts")) as found:
        yield found


@pytest.fixture(scope="session")
def layer(still_layer: Layered) -> str:
    """The address of the layer."""
    return still_layer.address


@pytest.fixture(scope="module", autouse=True)
def _following(still_layer: Layered) -> Iterator[None]:
    """Follow for the tests of a file: in all later ones, it would double what a commit costs."""
    with still_layer.following():
        yield


@pytest.fixture(scope="session")
def reporting(database_url: str, layer: str) -> Iterator[str]:
    """The address of an API that knows the semantic layer."""
    with serving(api(database_url, layer)) as url:
        yield url


@pytest.fixture(scope="session")
def stadium(engine: Engine, reporting: str, still_layer: Layered) -> Iterator[Stadium]:
    """A club with two Drafts, one of them a rep's, which the semantic layer knows of."""
    club = found_club(engine, LiveServer(reporting))
    stadium = build_stadium(club, matches=1)
    stadium.account("A2", repCode="R1")
    stadium.begin()
    stadium.begin(account="A2")
    deadline = time.monotonic() + 120
    with still_layer.following():
        while drafts_of(club) != "2":
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.05)
    yield stadium
    club.http.close()


@pytest.fixture
def asked(stadium: Stadium) -> Club:
    """The club, to ask questions about."""
    return stadium.club


def drafts_of(club: Club) -> str | None:
    """Ask how many Drafts there are."""
    answer = club.http.post(
        "/cubejs-api/v1/load",
        json={"query": {"measures": ["pipeline.draft_count"]}, "queryType": "multi"},
        headers={"authorization": club.token()},
    ).json()
    rows = answer["results"][0]["data"] if "results" in answer else []
    return rows[0]["pipeline.draft_count"] if rows else None


@pytest.fixture
def fresh(engine: Engine, reporting: str, stadium: Stadium) -> Iterator[Club]:
    """A club without anything, on the API that knows the semantic layer."""
    found = found_club(engine, LiveServer(reporting))
    for role in sorted(AUDIENCE):
        found.token(role)
    yield found
    found.http.close()
