"""The pages in a real browser on the demo club: first paint, time to numbers, bundle, 50 viewers.

Every opening begins with an empty cache, over HTTP from the same machine, so that the figures are
those of the pages and not of a network. Times to numbers count from the request for the page to
the first rows on the screen. A viewer is a tab with a report of Drafts; a Draft is made, and each
tab notes when its number changed, from the answer to the mutation on. Server, database and all tabs
share the machine.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from playwright.sync_api import sync_playwright

from app.http.office import BUILT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = "/usr/bin/chromium"
VIEWERS, CHANGES, OPENINGS = 50, 5, 5
VIEWPORT = {"width": 1366, "height": 768}
PATIENCE_MS = 120_000
LIVE_REPORT = "pipeline_of_drafts"
KIB = 1024
_ROOT = Path(__file__).parents[1]
_READY = "Ctrl-C stops everything"
_NUMBERS = ".blocks .tile dd, .blocks .rows td, main .empty"
_CARDS = ".shelf .card"
# Notes in the page itself when its first tile changes, so that 50 tabs need not be asked in turn.
_WATCH = """() => {
  const seen = () => document.querySelector('.tile dd')?.textContent ?? '';
  window.watched = { before: seen(), at: null };
  const look = () => {
    const { before, at } = window.watched;
    if (at === null && seen() !== before) window.watched.at = Date.now();
  };
  new MutationObserver(look).observe(document.body, {
    subtree: true, childList: true, characterData: true });
}"""
_AGAIN = """() => { const told = document.querySelector('.tile dd').textContent;
  window.watched.before = told; window.watched.at = null; }"""
_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
_MADE = """mutation($input: SaleCreateInput!) { saleCreate(input: $input) {
  sale { id } userErrors { message } } }"""
_ADMIT = """mutation($input: AccessTokenCreateInput!) { accessTokenCreate(input: $input) {
  secret userErrors { message } } }"""
_GIVEN = "{ accounts(first: 1) { nodes { id } } seasons(first: 1) { nodes { id } } }"


@dataclass(frozen=True)
class Served:
    """The demo club on a port of this machine."""

    address: str
    token: str

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """Ask the API; return the data."""
        headers = {"authorization": f"Bearer {self.token}"}
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"{self.address}/graphql", json=body, headers=headers, timeout=60)
        found: dict[str, Any] = answer.json()["data"]
        return found

    def open(self, browser: Browser, path: str) -> Page:
        """Open a page in a context of its own, signed in, and wait for nothing."""
        context = browser.new_context(locale="en-GB", viewport=VIEWPORT)  # type: ignore[arg-type]
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{self.address}/office{path}#token={self.token}", wait_until="commit")
        return page


def run_reports() -> None:
    """Measure and print."""
    print("loading the demo club, which takes minutes …")
    with _serving() as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        _bundle()
        keys = [one["key"] for one in served.ask(_REPORTS)["reports"]["nodes"] if one["isStandard"]]
        # What is loaded and compiled once on the server is not a page's: everything is seen once.
        seen = {key: _opening(served, browser, f"/reports/{key}", _NUMBERS)[1] for key in keys}
        heaviest = max(seen, key=lambda key: seen[key])
        _openings(served, browser, "library", "/reports", _CARDS, (1_000, 1_500))
        _openings(served, browser, heaviest, f"/reports/{heaviest}", _NUMBERS, (1_000, 2_500))
        _viewers(served, browser)
        browser.close()


_REPORTS = "{ reports(first: 100) { nodes { key isStandard } } }"


def _bundle() -> None:
    """Print what is sent, compressed: before anything is seen, and all there is."""
    sizes = {
        file.name: (packed if (packed := file.with_name(f"{file.name}.br")).exists() else file)
        .stat()
        .st_size
        for file in (BUILT / "assets").iterdir()
        if file.suffix in {".js", ".css"}
    }
    first = sum(size for name, size in sizes.items() if name.startswith(("index-", "library-")))
    _say("library, code and styles", first / KIB, "KiB", 150)
    _say("everything, charts included", sum(sizes.values()) / KIB, "KiB", 600)


def _opening(served: Served, browser: Browser, path: str, shown: str) -> tuple[float, float]:
    """Open a page once; return first paint and time to numbers, in milliseconds."""
    began = time.perf_counter()
    page = served.open(browser, path)
    page.locator(shown).first.wait_for()
    to_numbers = (time.perf_counter() - began) * 1_000
    painted = page.evaluate(_PAINT)
    page.context.close()
    return painted, to_numbers


def _openings(
    served: Served, browser: Browser, name: str, path: str, shown: str, limits: tuple[int, int]
) -> None:
    found = [_opening(served, browser, path, shown) for _ in range(OPENINGS)]
    for what, values, limit in zip(
        ("first paint", "time to numbers"), zip(*found, strict=True), limits, strict=True
    ):
        _say(f"{name}: {what}", statistics.median(values), "ms", limit)


def _viewers(served: Served, browser: Browser) -> None:
    """Print how soon all viewers of a report see a change."""
    pages = []
    for number in range(VIEWERS):
        # Each is somebody of their own, with a quota of their own.
        wanted = {"idempotencyKey": secrets.token_hex(16), "label": f"viewer {number}"}
        made = served.ask(_ADMIT, input={**wanted, "role": "ANALYST"})["accessTokenCreate"]
        viewer = Served(served.address, made["secret"])
        page = viewer.open(browser, f"/reports/{LIVE_REPORT}")
        page.locator(".live.on").wait_for()
        pages.append(page)
    for page in pages:
        page.locator(".tile dd").first.wait_for()
        page.evaluate(_WATCH)
    given = served.ask(_GIVEN)
    account, season = (given[name]["nodes"][0]["id"] for name in ("accounts", "seasons"))
    delays: list[float] = []
    for _ in range(CHANGES):
        for page in pages:
            page.evaluate(_AGAIN)
        draft = {"accountId": account, "seasonId": season, "type": "TICKET"}
        drafted = served.ask(_MADE, input={"idempotencyKey": secrets.token_hex(16), **draft})
        answered = time.time() * 1_000
        if drafted["saleCreate"]["userErrors"]:
            sys.exit(f"no Draft was made: {drafted['saleCreate']['userErrors']}")
        for page in pages:
            page.wait_for_function("() => window.watched.at !== null")
            delays.append(page.evaluate("() => window.watched.at") - answered)
    delays.sort()
    _say(f"{VIEWERS} viewers: half see it within", statistics.median(delays), "ms", 2_000)
    _say(f"{VIEWERS} viewers: 95 % within", delays[int(len(delays) * 0.95)], "ms", 2_000)
    _say(f"{VIEWERS} viewers: the last within", delays[-1], "ms", 4_000)


def _say(what: str, value: float, unit: str, limit: int) -> None:
    verdict = "ok" if value <= limit else "ABOVE"
    print(f"{what:48} {value:8,.0f} {unit:3}  at most {limit:6,} {unit}  {verdict}", flush=True)


@contextmanager
def _serving() -> Iterator[Served]:
    """Run `loge serve --demo` in a folder of its own."""
    folder = tempfile.mkdtemp(prefix="loge-bench-reports-")
    Path(folder).chmod(0o711)
    api, semantic = _ports(2)
    environment = {
        **os.environ,
        "LOGE_ACCESS_LOG": "off",
        "LOGE_DATA_DIR": folder,
        "LOGE_HTTP_PORT": str(api),
        "LOGE_SEMANTIC_PORT": str(semantic),
        "LOGE_WIRE_PORT": "0",
    }
    environment.pop("LOGE_DATABASE_URL", None)
    command = [sys.executable, "-m", "app", "serve", "--demo"]
    said = Path(folder, "said.txt")
    with said.open("w") as out:
        process = subprocess.Popen(
            command, cwd=_ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield Served(f"http://127.0.0.1:{api}", _token_of(process, said))
    finally:
        process.terminate()
        process.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def _token_of(process: subprocess.Popen[bytes], said: Path) -> str:
    """Wait until everything runs; return the token of root that is printed."""
    while process.poll() is None:
        text = said.read_text()
        found = re.search(r"Root token\s+(loge_\S+)", text)
        if _READY in text and found is not None:
            return found[1]
        time.sleep(0.5)
    sys.exit(f"loge serve ended before it was ready:\n{said.read_text()[-2_000:]}")


def _ports(count: int) -> list[int]:
    """Find free ports."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    found: list[int] = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return found
