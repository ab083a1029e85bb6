"""Staff sign in at their club's identity provider: the ways there, and a code for a token."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from app.domain.permissions import Role
from tests.http.oidc_issuer import AUDIENCE, Issuer, Issuers, asked_as, running_issuers, trust

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.club import Club

PATH = "/loge/v1/sign-in"
STAFF = {"roleClaim": "groups", "roles": [{"value": "tills", "role": "SALES"}]}
VERIFIER = "a-verifier-that-nobody-guesses-0123456789-0123456789"
BACK = "https://loge.example/office/signed-in"


@pytest.fixture(scope="module")
def issuers() -> Iterator[Issuers]:
    with running_issuers() as running:
        yield running


@pytest.fixture
def issuer(issuers: Issuers) -> Issuer:
    found = issuers.found()
    found.person = {"groups": ["tills"], "sub": "an"}
    return found


def code_of(club: Club) -> str:
    return str(club.query("{ viewer { organisation { code } } }")["viewer"]["organisation"]["code"])


def ways(club: Club) -> list[dict[str, str]]:
    found: list[dict[str, str]] = club.http.get(PATH, params={"club": code_of(club)}).json()[
        "providers"
    ]
    return found


def signed_in(way: dict[str, str], **changed: str) -> str:
    """Sign in as a browser would; return the code that it is sent back with."""
    digest = hashlib.sha256(VERIFIER.encode()).digest()
    asked = {
        "client_id": way["clientId"],
        "redirect_uri": BACK,
        "state": "s",
        "nonce": "n",
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        **changed,
    }
    answer = httpx.get(way["address"], params=asked)
    return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def exchanged(seller: Club, code: str, **changed: Any) -> httpx.Response:
    given = {"provider": "fans", "code": code, "verifier": VERIFIER, "redirectUri": BACK}
    return seller.http.post(PATH, json={"club": code_of(seller), **given, **changed})


def test_a_code_of_the_clubs_provider_becomes_a_token_of_the_persons_role(
    club: Club, issuer: Issuer
) -> None:
    trust(club, issuer, **STAFF)
    (way,) = ways(club)
    assert way == {"code": "fans", "clientId": AUDIENCE, "address": f"{issuer.url}/authorize"}
    answer = exchanged(club, signed_in(way))
    assert answer.headers["cache-control"] == "no-store"
    assert asked_as(club, answer.json()["token"])["data"]["viewer"] == {"role": Role.SALES.name}
    assert ways(club) == [way]
    assert issuer.asked.count("discovery") <= 2, "where it signs in is remembered, and its keys"


def test_a_code_is_good_once_and_for_whoever_began(club: Club, issuer: Issuer) -> None:
    trust(club, issuer, **STAFF)
    (way,) = ways(club)
    code = signed_in(way)
    stolen = exchanged(club, code, verifier="another")
    assert (stolen.status_code, stolen.json()["errors"][0]["extensions"]["code"]) == (
        502,
        "PROVIDER_REFUSED",
    )
    assert exchanged(club, code).status_code == 502
    issuer.failing = "tokenless"
    assert exchanged(club, signed_in(way)).status_code == 502


def test_providers_that_sign_no_staff_in_or_are_silent_are_not_offered(
    club: Club, issuer: Issuer
) -> None:
    made = trust(club, issuer)
    assert ways(club) == []
    given = {"id": made["id"], "expectedVersion": made["version"], **STAFF}
    club.make("identityProviderUpdate", "identityProvider { id }", given)
    for failing in ("down", "wordless", "stranger"):
        issuer.failing = failing
        assert ways(club) == []
        assert exchanged(club, "x").status_code == 404
    issuer.failing = None
    assert len(ways(club)) == 1
    assert exchanged(club, "x", provider="others").status_code == 404
    assert exchanged(club, "x", club="no-such-club").status_code == 404
    assert club.http.get(PATH, params={"club": "no-such-club"}).json() == {"providers": []}


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b'{"provider": "fans"}', b'{"code": 1}', b"x" * 10_000],
)
def test_anything_else_is_told_what_to_send(club: Club, body: bytes) -> None:
    answer = club.http.post(PATH, content=body)
    assert answer.status_code == 400
    assert "redirectUri" in answer.json()["errors"][0]["message"]


def test_a_club_that_is_no_text_is_refused(club: Club) -> None:
    assert exchanged(club, "x", club=7).status_code == 400
