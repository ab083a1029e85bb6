"""Signed tokens that somebody forged, bent or found: none opens anything, each is told why."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm

from app.domain.admission import Refusal
from app.storage.engine import Engine
from tests.club import Club
from tests.conftest import LiveServer, found_club
from tests.http.oidc_issuer import (
    Issuer,
    Issuers,
    asked_as,
    private_key,
    published,
    refused_as,
    running_issuers,
    trust,
)


@pytest.fixture(scope="module")
def issuers() -> Iterator[Issuers]:
    with running_issuers() as running:
        yield running


@pytest.fixture(scope="module")
def club(engine: Engine, server: LiveServer) -> Iterator[Club]:
    """One club for all of them, since nothing gets in."""
    found = found_club(engine, server)
    with found.http:
        yield found


@pytest.fixture(scope="module")
def issuer(issuers: Issuers, club: Club) -> Issuer:
    """An issuer that the club trusts, for an account that it has."""
    found = issuers.found()
    club.make("accountCreate", "account { id }", {"code": "A1", "name": "A1"})
    trust(club, found)
    return found


def text(content: Any) -> str:
    """Write a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def forged(issuer: Issuer, header: dict[str, Any], signature: str = "") -> str:
    return f"{text(header)}.{text(issuer.claims())}.{signature}"


def test_an_unsigned_token_opens_nothing(club: Club, issuer: Issuer) -> None:
    for algorithm in ("none", "None", "NONE", "nOnE", "", None, 1, ["RS256"]):
        token = forged(issuer, {"alg": algorithm, "kid": "rsa", "typ": "JWT"})
        assert refused_as(club, token) in {
            Refusal.ALGORITHM_REFUSED.sentence,
            Refusal.MALFORMED.sentence,
        }
    assert refused_as(club, forged(issuer, {"alg": "RS256", "kid": "rsa"})) == (
        Refusal.SIGNATURE_WRONG.sentence
    )


def test_the_public_key_is_no_shared_secret(club: Club, issuer: Issuer) -> None:
    pem = private_key("rsa").public_key()
    secret = pem.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for algorithm in ("HS256", "HS384", "HS512"):
        head = f"{text({'alg': algorithm, 'kid': 'rsa'})}.{text(issuer.claims())}"
        digest = hmac.new(secret, head.encode(), hashlib.sha256).digest()
        signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        assert refused_as(club, f"{head}.{signature}") == Refusal.ALGORITHM_REFUSED.sentence


@pytest.mark.parametrize(
    "headers",
    [
        {"jku": "https://evil.example/keys"},
        {"x5u": "https://evil.example/cert"},
        {"jwk": published("rsa-9")},
        {"x5c": ["MIIB"]},
    ],
)
def test_a_token_brings_no_key_of_its_own(
    club: Club, issuer: Issuer, headers: dict[str, Any]
) -> None:
    token = issuer.sign("rsa-9", headers={**headers, "kid": "rsa"})
    assert refused_as(club, token) == Refusal.SIGNATURE_WRONG.sentence
    assert len(issuer.asked) <= 2


@pytest.mark.parametrize(
    "key_id",
    ["../../etc/passwd", "keys?x=1", "rsa' OR '1'='1", "\0", "", "RSA", "k" * 201],
)
def test_a_key_id_is_compared_and_nothing_else(club: Club, issuer: Issuer, key_id: str) -> None:
    token = issuer.sign("rsa", headers={"kid": key_id})
    assert refused_as(club, token) == Refusal.KEY_UNKNOWN.sentence


def test_a_key_of_another_kind_or_id_does_not_serve(club: Club, issuer: Issuer) -> None:
    assert refused_as(club, issuer.sign("rsa", headers={"kid": "ec"})) == (
        Refusal.KEY_UNKNOWN.sentence
    )
    assert refused_as(club, issuer.sign("rsa-9", headers={"kid": "rsa"})) == (
        Refusal.SIGNATURE_WRONG.sentence
    )
    claims = issuer.claims()
    other = jwt.encode(claims, private_key("rsa"), algorithm="RS512", headers={"kid": "rsa"})
    assert refused_as(club, other) == Refusal.ALGORITHM_REFUSED.sentence


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"exp": 1_000_000_000, "iat": 999_999_000}, Refusal.EXPIRED),
        ({"nbf": int(time.time()) + 3_600}, Refusal.NOT_YET_VALID),
        ({"iat": int(time.time()) + 3_600, "exp": int(time.time()) + 7_200}, Refusal.NOT_YET_VALID),
        ({"exp": int(time.time()) + 100_000}, Refusal.LIFE_TOO_LONG),
        ({"exp": 10**18}, Refusal.LIFE_TOO_LONG),
        ({"exp": "tomorrow"}, Refusal.CLAIM_WRONG),
        ({"exp": str(int(time.time()) + 86_400)}, Refusal.CLAIM_WRONG),
        ({"exp": None}, Refusal.CLAIM_WRONG),
        ({"iat": None}, Refusal.CLAIM_WRONG),
        ({"iat": str(int(time.time()))}, Refusal.CLAIM_WRONG),
        ({"sub": None}, Refusal.CLAIM_WRONG),
        ({"sub": ""}, Refusal.CLAIM_WRONG),
        ({"sub": "s" * 201}, Refusal.CLAIM_WRONG),
        ({"aud": None}, Refusal.CLAIM_WRONG),
        ({"aud": []}, Refusal.CLAIM_WRONG),
        ({"aud": ["loge-fans", 1]}, Refusal.CLAIM_WRONG),
        ({"aud": [str(one) for one in range(11)]}, Refusal.CLAIM_WRONG),
        ({"aud": "another"}, Refusal.AUDIENCE_WRONG),
        ({"aud": "loge-fans\0"}, Refusal.CLAIM_WRONG),
        ({"iss": "https://evil.example"}, Refusal.ISSUER_UNKNOWN),
        ({"iss": None}, Refusal.CLAIM_WRONG),
        ({"loge_account": None}, Refusal.NOBODY_NAMED),
        ({"loge_account": "A2"}, Refusal.NOBODY_NAMED),
        ({"loge_account": ["A1", "A2"]}, Refusal.NOBODY_NAMED),
    ],
)
def test_claims_that_are_not_right_open_nothing(
    club: Club, issuer: Issuer, changed: dict[str, Any], reason: Refusal
) -> None:
    claims = issuer.claims(**changed)
    # By hand, since the library that signs refuses some of these itself.
    head = f"{text({'alg': 'ES256', 'kid': 'ec', 'typ': 'JWT'})}.{text(claims)}"
    raw = ECAlgorithm(ECAlgorithm.SHA256).sign(head.encode(), private_key("ec"))
    signature = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    assert refused_as(club, f"{head}.{signature}") == reason.sentence


@pytest.mark.parametrize(
    "headers",
    [{"typ": "logout+jwt"}, {"typ": "secevent+jwt"}, {"crit": ["b64"]}, {"b64": False}, {"typ": 1}],
)
def test_a_token_of_another_type_opens_nothing(
    club: Club, issuer: Issuer, headers: dict[str, Any]
) -> None:
    assert "errors" not in asked_as(club, issuer.sign(headers={"typ": "at+jwt"}))
    signed = issuer.sign().split(".")
    token = ".".join([text({"alg": "RS256", "kid": "rsa", **headers}), *signed[1:]])
    assert refused_as(club, token) in {Refusal.TYPE_WRONG.sentence, Refusal.MALFORMED.sentence}


def test_a_changed_token_opens_nothing(club: Club, issuer: Issuer) -> None:
    head, body, signature = issuer.sign().split(".")
    other = text(issuer.claims(loge_account="A2"))
    assert refused_as(club, f"{head}.{other}.{signature}") == Refusal.SIGNATURE_WRONG.sentence
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    assert refused_as(club, f"{head}.{body}.{flipped}") == Refusal.SIGNATURE_WRONG.sentence


@pytest.mark.parametrize(
    "token",
    [
        "a.b.c",
        "..",
        "eyJ.eyJ.eyJ",
        "a.b.c.d.e",
        "loge_x.y.z",
        "x" * 100,
        f"{text('JWT')}.{text({})}.",
        f"{text([])}.{text([])}.",
        f"{text({'alg': 'RS256'})}.{text([1])}.",
    ],
)
def test_what_is_no_token_is_told_so(club: Club, token: str) -> None:
    assert refused_as(club, token) == Refusal.MALFORMED.sentence


def test_a_token_that_is_too_large_is_not_even_read(club: Club, issuer: Issuer) -> None:
    token = issuer.sign(padding="x" * 9_000)
    assert refused_as(club, token) == Refusal.TOO_LARGE.sentence


def test_an_issuer_that_nobody_trusts_is_never_asked(club: Club, issuers: Issuers) -> None:
    stranger = issuers.found()
    assert refused_as(club, stranger.sign()) == Refusal.ISSUER_UNKNOWN.sentence
    assert stranger.asked == []
