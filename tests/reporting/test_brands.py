"""A club's logo and colour: what is taken as a logo, and where it is shown."""

import base64
import io
from typing import Any

import pypdf
import pytest
from PIL import Image, PngImagePlugin

from app.domain.brands import LOGO_BYTES
from app.domain.permissions import Role
from tests.club import Club
from tests.fingerprint import fingerprint
from tests.reporting.reports import create

pytestmark = pytest.mark.slow
BRAND = "brand { colour logoPath }"


def picture(size: tuple[int, int] = (40, 30), kind: str = "PNG", **more: Any) -> bytes:
    """Draw a red picture as a file."""
    made = io.BytesIO()
    Image.new("RGB", size, "#ff0000").save(made, kind, **more)
    return made.getvalue()


def branded(club: Club, logo: bytes | None = None, **more: Any) -> Any:
    given = {} if logo is None else {"logo": base64.b64encode(logo).decode()}
    return club.make("brandSet", BRAND, {**given, **more})["brand"]


def seen(club: Club, path: str) -> Image.Image:
    """Load a logo as a browser does, without a token."""
    answer = club.http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert "sandbox" in answer.headers["content-security-policy"]
    found = Image.open(io.BytesIO(answer.content), formats=["PNG"])
    found.load()
    return found


def test_a_logo_is_drawn_anew_and_served_to_everybody(fresh: Club) -> None:
    secret = PngImagePlugin.PngInfo()
    secret.add_text("Comment", "<script>alert(1)</script>")
    made = branded(fresh, picture(pnginfo=secret) + b"<script>", colour="#0a1b2c")
    assert made["colour"] == "#0a1b2c"
    logo = seen(fresh, made["logoPath"])
    assert (logo.size, logo.getpixel((5, 5)), logo.info) == ((40, 30), (255, 0, 0, 255), {})
    assert b"script" not in fresh.http.get(made["logoPath"]).content
    other = branded(fresh, picture((1600, 400), "JPEG"))
    assert other["logoPath"] != made["logoPath"], "browsers keep an address for ever"
    assert seen(fresh, other["logoPath"]).size == (800, 200)
    assert other["colour"] == "#0a1b2c", "what is omitted stays"
    assert fresh.http.get(made["logoPath"]).status_code == 404
    assert fresh.http.get("/brand/nobody/logo.png").status_code == 404
    none = branded(fresh, colour=None)
    assert (none["colour"], none["logoPath"]) == (None, other["logoPath"])
    assert fresh.make("brandSet", BRAND, {"logo": None})["brand"]["logoPath"] is None
    assert fresh.http.get(other["logoPath"]).status_code == 404
    assert fresh.query("{ brand { colour logoPath } }", role=Role.ANALYST)["brand"] == {
        "colour": None,
        "logoPath": None,
    }


def test_what_is_no_picture_is_no_logo(fresh: Club) -> None:
    branded(fresh, picture(), colour="#0a1b2c")
    before = fingerprint(fresh)
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
    for content, code in (
        (svg, "FILE_MALFORMED"),
        (picture(kind="GIF"), "FILE_MALFORMED"),
        (picture()[:-30], "FILE_MALFORMED"),
        (picture((8, 8)), "FILE_MALFORMED"),
        (picture((4100, 4100)), "FILE_MALFORMED"),
        (b"0" * (LOGO_BYTES + 1), "FILE_TOO_LARGE"),
    ):
        given = {"logo": base64.b64encode(content).decode()}
        errors = fresh.refused("brandSet", given)
        assert [(one["code"], one["path"]) for one in errors] == [(code, ["logo"])]
    for given, code in (({"logo": "?"}, "FILE_MALFORMED"), ({"colour": "red"}, "INPUT_INVALID")):
        assert [one["code"] for one in fresh.refused("brandSet", given)] == [code]
    denied = fresh.refused("brandSet", {"colour": None}, role=Role.FINANCE)
    assert [one["code"] for one in denied] == ["PERMISSION_DENIED"]
    assert fingerprint(fresh) == before


def test_reports_on_paper_have_the_logo(fresh: Club) -> None:
    report = create(fresh)
    sent = {"authorization": f"Bearer {fresh.token()}"}
    address = f"/loge/v1/reports/{report['key']}/export?format=pdf"

    def pictures() -> int:
        content = fresh.http.get(address, headers=sent, timeout=30).content
        (page,) = pypdf.PdfReader(io.BytesIO(content)).pages
        return len(page.images)

    assert pictures() == 0
    branded(fresh, picture(), colour="#0a1b2c")
    assert pictures() == 1
