"""A browser on the pages of a small club: one server and one browser for all tests."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect, sync_playwright

from app.domain.permissions import Role
from app.http.office import BUILT
from tests.conftest import LiveServer, found_club, serving
from tests.reporting.conftest import api, layered
from tests.stadium import Stadium, build_stadium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ConsoleMessage, Page

    from app.storage.engine import Engine
    from tests.club import Club

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE_SECONDS = 60.0


@dataclass
class Office:
    """The club that the pages show, where they are, and what the browser complained about."""

    stadium: Stadium
    url: str
    sale: dict[str, str]
    complaints: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        """Keep what the console says of faults."""
        if message.type in {"error", "warning"}:
            self.complaints.append(message.text)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}; on Debian: apt-get install chromium")
    if not (BUILT / "index.html").exists():
        pytest.skip("the pages are not built; run: make web")
    expect.set_options(timeout=PATIENCE_SECONDS * 500)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def office(
    browser: Browser,
    engine: Engine,
    database_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Office]:
    """A club with a Final Sale of four seats and a Draft, known to the semantic layer."""
    assert browser.is_connected()
    with (
        layered(database_url, tmp_path_factory.mktemp("facts")) as layer,
        layer.following(),
        serving(api(database_url, layer.address)) as url,
    ):
        club = found_club(engine, LiveServer(url))
        stadium, sale = _sold(club)
        stadium.begin()
        _wait_for_facts(stadium)
        yield Office(stadium, url, sale)
        club.http.close()


def _sold(club: Club) -> tuple[Stadium, dict[str, str]]:
    """Sell four seats for both matches in a Final Sale, in two instalments."""
    stadium = build_stadium(club, matches=2, seats=4)
    line = stadium.line("SEAT", 4, "100.00", seatIds=stadium.seats[:4])
    sale = stadium.equal(stadium.add(stadium.begin(), line), 2)
    return stadium, stadium.act("saleFinalise", sale)


def _wait_for_facts(stadium: Stadium) -> None:
    """Wait until the semantic layer knows of the Final Sale."""
    query = {"query": {"measures": ["sales.sale_count"]}, "queryType": "multi"}
    headers = {"authorization": stadium.club.token()}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        answer = stadium.club.http.post("/cubejs-api/v1/load", json=query, headers=headers).json()
        rows = answer["results"][0]["data"] if "results" in answer else []
        if rows and rows[0]["sales.sale_count"] == "1":
            return
        time.sleep(0.05)
    pytest.fail("the semantic layer did not hear of the Sale")


@pytest.fixture
def own_office(office: Office, engine: Engine) -> Iterator[Office]:
    """A club for one test, which changes what was sold: tests come in any order."""
    club = found_club(engine, LiveServer(office.url))
    stadium, sale = _sold(club)
    yield Office(stadium, office.url, sale)
    club.http.close()


@pytest.fixture
def page(browser: Browser, office: Office) -> Iterator[Page]:
    """A page signed in to the club of all tests, which changes nothing that was sold."""
    with _signed_in(browser, office) as opened:
        yield opened


@pytest.fixture
def own_page(browser: Browser, own_office: Office) -> Iterator[Page]:
    """A page signed in to a club of its own."""
    with _signed_in(browser, own_office) as opened:
        yield opened


@contextmanager
def _signed_in(browser: Browser, office: Office) -> Iterator[Page]:
    """Sign in; the test fails when the page's console said something of a fault."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_SECONDS * 500)
    office.complaints.clear()
    opened.on("console", office.note)
    opened.on("pageerror", lambda error: office.complaints.append(str(error)))
    opened.goto(f"{office.url}/office/#token={office.stadium.club.token(Role.ROOT)}")
    opened.get_by_role("heading", name="Reports", level=1).wait_for()
    yield opened
    context.close()
    assert office.complaints == []
