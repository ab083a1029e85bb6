"""The keys of issuers: fetched seldom, kept while an issuer is away, never from a wrong place."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import anyio
import pytest

from app.domain.admission import Refusal
from app.domain.identity_providers import AccountKey, IdentityProvider, SigningAlgorithm
from app.http.oidc import fetching
from app.http.oidc.fetching import Fetcher, FetchError
from app.http.oidc.keys import (
    ASK_AGAIN_SECONDS,
    ASK_AGAIN_WITHOUT_KEYS_SECONDS,
    FRESH_SECONDS,
    STALE_SECONDS,
    KeyRefusedError,
    KeySets,
)
from tests.http.oidc_issuer import Issuer, Issuers, published, running_issuers

RS256 = SigningAlgorithm.RS256


@pytest.fixture(scope="module")
def issuers() -> Iterator[Issuers]:
    with running_issuers() as running:
        yield running


@pytest.fixture
def issuer(issuers: Issuers) -> Issuer:
    return issuers.found("rsa")


def provider_of(issuer: Issuer, jwks_uri: str | None = None) -> IdentityProvider:
    return IdentityProvider(
        id=UUID(int=1),
        code="fans",
        issuer=issuer.url,
        audience="loge",
        jwks_uri=jwks_uri,
        algorithms=frozenset(SigningAlgorithm),
        account_claim="account",
        account_key=AccountKey.CODE,
        role_claim=None,
        role_of_value={},
        clock_skew_seconds=0,
        is_active=True,
        created_at=datetime(2026, 8, 1, tzinfo=UTC),
        version=1,
    )


@dataclass
class Asking:
    """Key sets with a clock that a test sets."""

    issuer: Issuer
    now: float = 1_000.0
    key_sets: KeySets = field(init=False)

    def __post_init__(self) -> None:
        self.key_sets = KeySets(Fetcher(allows_private=True), lambda: self.now)

    async def found(
        self, key_id: str | None = "rsa", algorithm: SigningAlgorithm = RS256
    ) -> str | Refusal:
        """The id of the key that was found, or why there is none."""
        try:
            key = await self.key_sets.key(provider_of(self.issuer), key_id, algorithm)
        except KeyRefusedError as error:
            return error.refusal
        assert key.key_id is not None
        return key.key_id


def test_keys_are_fetched_once_and_serve_until_they_are_old(issuer: Issuer) -> None:
    async def ask() -> None:
        asking = Asking(issuer)
        for passed in (0.0, 1.0, FRESH_SECONDS - 1):
            asking.now = 1_000.0 + passed
            assert await asking.found() == "rsa"
        assert issuer.asked == ["discovery", "keys"]
        asking.now = 1_000.0 + FRESH_SECONDS + 1
        assert await asking.found() == "rsa"
        assert len(issuer.asked) == 4

    anyio.run(ask)


def test_many_who_ask_at_once_make_one_fetch(issuer: Issuer) -> None:
    async def ask() -> None:
        asking = Asking(issuer)
        found: list[str | Refusal] = []

        async def once() -> None:
            found.append(await asking.found())

        async with anyio.create_task_group() as crowd:
            for _ in range(20):
                crowd.start_soon(once)
        assert found == ["rsa"] * 20
        assert issuer.asked == ["discovery", "keys"]

    anyio.run(ask)


def test_a_new_key_is_found_and_unknown_ones_are_asked_for_once_a_minute(issuer: Issuer) -> None:
    async def ask() -> None:
        asking = Asking(issuer)
        assert await asking.found() == "rsa"
        issuer.keys.append(published("rsa-2"))
        assert await asking.found("rsa-2") is Refusal.KEY_UNKNOWN
        asking.now += ASK_AGAIN_SECONDS
        assert await asking.found("rsa-2") == "rsa-2"
        asked = len(issuer.asked)
        for number in range(50):
            assert await asking.found(f"guess-{number}") is Refusal.KEY_UNKNOWN
        assert len(issuer.asked) == asked
        issuer.keys.pop(0)
        asking.now += FRESH_SECONDS + 1
        assert await asking.found("rsa-2") == "rsa-2"
        assert await asking.found("rsa") is Refusal.KEY_UNKNOWN

    anyio.run(ask)


@pytest.mark.parametrize("failing", ["down", "huge", "redirect", "list", "stranger"])
def test_an_issuer_that_fails_keeps_its_keys_for_a_day(issuer: Issuer, failing: str) -> None:
    async def ask() -> None:
        asking = Asking(issuer)
        assert await asking.found() == "rsa"
        issuer.failing = failing
        for passed in (FRESH_SECONDS + 1, STALE_SECONDS - 1):
            asking.now = 1_000.0 + passed
            assert await asking.found() == "rsa"
        asking.now = 1_000.0 + STALE_SECONDS + 1
        assert await asking.found() is Refusal.KEYS_UNAVAILABLE
        issuer.failing = None
        asking.now += ASK_AGAIN_WITHOUT_KEYS_SECONDS
        assert await asking.found() == "rsa"

    anyio.run(ask)


def test_an_issuer_that_never_answered_is_asked_again_after_a_pause(issuer: Issuer) -> None:
    async def ask() -> None:
        issuer.failing = "down"
        asking = Asking(issuer)
        for _ in range(5):
            assert await asking.found() is Refusal.KEYS_UNAVAILABLE
        assert issuer.asked == ["discovery"]
        issuer.failing = None
        asking.now += ASK_AGAIN_WITHOUT_KEYS_SECONDS
        assert await asking.found() == "rsa"

    anyio.run(ask)


def test_a_slow_issuer_is_not_waited_for(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "TOTAL_SECONDS", 0.2)
    issuer.failing = "slow"

    async def ask() -> None:
        assert await Asking(issuer).found() is Refusal.KEYS_UNAVAILABLE

    anyio.run(ask)


def test_a_key_serves_its_own_algorithms_only(issuer: Issuer) -> None:
    issuer.keys = [published("rsa"), published("ec"), published("ed", alg="EdDSA")]

    async def ask() -> None:
        asking = Asking(issuer)
        fitting = {"rsa": ("RS256", "RS512", "PS256"), "ec": ("ES256",), "ed": ("EdDSA",)}
        for name, served in fitting.items():
            for algorithm in SigningAlgorithm:
                expected: str | Refusal = name if algorithm in served else Refusal.KEY_UNKNOWN
                if algorithm.startswith(("RS", "PS")) and name == "rsa":
                    expected = name
                assert await asking.found(name, algorithm) == expected, (name, algorithm)
        assert await asking.found(None, SigningAlgorithm.ES256) == "ec"

    anyio.run(ask)


@pytest.mark.parametrize(
    "changed",
    [
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"d": "AQAB"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": ["RSA"]},
        {"n": "!"},
        {"n": None},
        {"alg": "RS512"},
    ],
)
def test_a_key_that_is_not_for_this_is_not_used(issuer: Issuer, changed: dict[str, Any]) -> None:
    issuer.keys = [{**published("rsa"), **changed}, published("ec")]

    async def ask() -> None:
        assert await Asking(issuer).found() is Refusal.KEY_UNKNOWN

    anyio.run(ask)


def test_a_short_key_and_two_keys_of_one_id_are_not_used(issuer: Issuer) -> None:
    async def ask() -> None:
        issuer.keys = [published("rsa1024")]
        assert await Asking(issuer).found("rsa1024") is Refusal.KEY_UNKNOWN
        issuer.keys = [published("rsa"), {**published("rsa-2"), "kid": "rsa"}]
        assert await Asking(issuer).found() is Refusal.KEY_UNKNOWN
        assert await Asking(issuer).found(None) is Refusal.KEY_UNKNOWN

    anyio.run(ask)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:1/keys",
        "https://127.0.0.1/keys",
        "https://localhost/keys",
        "https://[::1]/keys",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/keys",
        "https://0/keys",
        "ftp://example.com/keys",
        "file:///etc/passwd",
    ],
)
def test_private_and_unencrypted_places_are_not_asked(address: str) -> None:
    async def ask() -> None:
        with pytest.raises(FetchError):
            await Fetcher().document(address)

    anyio.run(ask)


def test_a_private_issuer_is_not_asked_unless_the_operator_allows_it(issuer: Issuer) -> None:
    async def ask() -> None:
        key_sets = KeySets(Fetcher())
        provider = replace(provider_of(issuer), jwks_uri=f"{issuer.url}/keys")
        with pytest.raises(KeyRefusedError):
            await key_sets.key(provider, "rsa", RS256)

    anyio.run(ask)
    assert issuer.asked == []
