"""The pages at /office as a browser gets them: files, encodings, headers, and what is not there."""

import asyncio
import gzip
import os
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from app.http.office import Office

PAGE = "<!doctype html><title>Loge</title>"
SCRIPT = "console.info('loge')"


@dataclass
class Pages:
    """The pages of a build, without a server."""

    folder: Path

    def get(self, path: str, *, method: str = "GET", **headers: str) -> httpx.Response:
        """Ask once; names of headers have underscores here."""
        return asyncio.run(self._ask(method, path, headers))

    async def _ask(self, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=Office(self.folder).routes()))
        asked = {name.replace("_", "-"): value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=transport, base_url="http://loge") as client:
            return await client.request(method, path, headers=asked)


def write_build(folder: Path, page: str = PAGE) -> None:
    assets = folder / "assets"
    assets.mkdir(exist_ok=True)
    (folder / "index.html").write_text(page)
    (assets / "index-abc.js").write_text(SCRIPT)
    (assets / "index-abc.js.br").write_bytes(b"made by brotli")
    (assets / "index-abc.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))


@pytest.fixture
def pages(tmp_path: Path) -> Pages:
    write_build(tmp_path)
    return Pages(tmp_path)


@pytest.mark.parametrize("path", ["/office/", "/office/sales", "/office/reports/sales_by_season"])
def test_every_address_of_the_pages_is_the_page(pages: Pages, path: str) -> None:
    answer = pages.get(path)
    assert answer.status_code == 200
    assert answer.text == PAGE
    assert answer.headers["cache-control"] == "no-cache"


def test_nothing_inline_and_nothing_made_of_text_may_run(pages: Pages) -> None:
    policy = pages.get("/office/").headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_an_asset_is_kept_for_ever_and_sent_as_it_was_compressed(pages: Pages) -> None:
    packed = pages.get("/office/assets/index-abc.js", accept_encoding="gzip")
    assert packed.text == SCRIPT
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["content-type"].startswith("text/javascript")
    plain = pages.get("/office/assets/index-abc.js", accept_encoding="identity")
    assert plain.text == SCRIPT
    assert "content-encoding" not in plain.headers


def test_brotli_is_sent_to_whoever_takes_it(pages: Pages) -> None:
    asked = "gzip;q=0, br"
    answer = pages.get("/office/assets/index-abc.js", method="HEAD", accept_encoding=asked)
    assert answer.headers["content-encoding"] == "br"


def test_an_encoding_that_is_refused_is_not_sent(pages: Pages) -> None:
    answer = pages.get("/office/assets/index-abc.js", accept_encoding="gzip; q=0, br;q=0")
    assert "content-encoding" not in answer.headers


def test_what_the_browser_has_is_not_sent_again(pages: Pages) -> None:
    mark = pages.get("/office/").headers["etag"]
    assert pages.get("/office/", if_none_match=mark).status_code == 304


def test_an_asset_of_another_build_is_not_the_page(pages: Pages) -> None:
    assert pages.get("/office/assets/index-old.js").status_code == 404


def test_nothing_outside_of_the_build_is_sent(pages: Pages) -> None:
    assert pages.get("/office/..%2f..%2fetc/passwd").text == PAGE


def test_a_new_build_is_sent_at_once(tmp_path: Path) -> None:
    write_build(tmp_path)
    pages = Pages(tmp_path)
    assert pages.get("/office/").text == PAGE
    write_build(tmp_path, "<!doctype html><title>New</title>")
    os.utime(tmp_path / "index.html", ns=(1, 1))
    assert "New" in pages.get("/office/").text


def test_pages_that_were_not_built_say_how_to_build_them(tmp_path: Path) -> None:
    answer = Pages(tmp_path).get("/office/")
    assert answer.status_code == 503
    assert "make web" in answer.text


def test_a_browser_that_opens_the_server_comes_to_the_pages(pages: Pages) -> None:
    sent = pages.get("/", accept="text/html,*/*")
    assert (sent.status_code, sent.headers["location"]) == (303, "/office/")
    assert pages.get("/office").headers["location"] == "/office/"
    assert pages.get("/").status_code == 404
