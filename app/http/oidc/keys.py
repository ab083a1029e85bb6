"""The public keys of issuers: fetched when needed, kept while they serve, never asked for often."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from app.domain.admission import Refusal
from app.http.oidc.fetching import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.identity_providers import IdentityProvider, SigningAlgorithm
    from app.http.oidc.fetching import Fetcher

FRESH_SECONDS = 600.0
"""How old keys may be before they are fetched again."""
STALE_SECONDS = 24 * 3600.0
"""How long keys serve while their issuer cannot be reached."""
ASK_AGAIN_SECONDS = 60.0
"""How long after one fetch the next may follow, whatever tokens name as their key."""
ASK_AGAIN_WITHOUT_KEYS_SECONDS = 10.0
"""The same while there are no keys at all."""
_SETS_LIMIT = 1_000
_KEYS_LIMIT = 100
_RSA_BITS = range(2_048, 8_193)
_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
_ED_CURVES = ("Ed25519", "Ed448")
_log = logging.getLogger("loge.oidc")


class KeyRefusedError(Exception):
    """There is no key to verify a token with."""

    def __init__(self, refusal: Refusal) -> None:
        """Carry the reason."""
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(slots=True)
class _Kept:
    """What is kept of one issuer; instants are those of a clock that never goes back."""

    keys: tuple[dict[str, Any], ...] | None = None
    fetched_at: float = 0.0
    attempted_at: float | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def may_ask(self, now: float) -> bool:
        """Tell whether enough time has passed since the last attempt."""
        pause = ASK_AGAIN_WITHOUT_KEYS_SECONDS if self.keys is None else ASK_AGAIN_SECONDS
        return self.attempted_at is None or now - self.attempted_at >= pause


@dataclass(slots=True)
class KeySets:
    """The keys of all issuers that are in use."""

    fetcher: Fetcher
    clock: Callable[[], float] = time.monotonic
    _sets: OrderedDict[tuple[str, str | None], _Kept] = field(default_factory=OrderedDict)

    async def key(
        self, provider: IdentityProvider, key_id: str | None, algorithm: SigningAlgorithm
    ) -> jwt.PyJWK:
        """Return the key of an id for an algorithm; one that is not known yet may be a new one.

        Raises:
            KeyRefusedError: KEY_UNKNOWN or KEYS_UNAVAILABLE.
        """
        kept = self._kept(provider)
        now = self.clock()
        if kept.keys is not None and now - kept.fetched_at > STALE_SECONDS:
            kept.keys = None
        is_due = kept.keys is None or now - kept.fetched_at > FRESH_SECONDS
        # While somebody fetches already, keys that are merely old serve everybody else.
        if is_due and kept.may_ask(now) and not (kept.keys and kept.lock.locked()):
            await self._fetch(kept, provider)
        found = _find(kept.keys or (), key_id, algorithm)
        if found is None and (kept.may_ask(self.clock()) or kept.lock.locked()):
            await self._fetch(kept, provider)
            found = _find(kept.keys or (), key_id, algorithm)
        if found is None:
            missing = Refusal.KEYS_UNAVAILABLE if kept.keys is None else Refusal.KEY_UNKNOWN
            raise KeyRefusedError(missing)
        return found

    def _kept(self, provider: IdentityProvider) -> _Kept:
        """Return what is kept of a provider's issuer."""
        name = provider.issuer, provider.jwks_uri
        kept = self._sets.setdefault(name, _Kept())
        self._sets.move_to_end(name)
        if len(self._sets) > _SETS_LIMIT:
            self._sets.popitem(last=False)
        return kept

    async def _fetch(self, kept: _Kept, provider: IdentityProvider) -> None:
        """Fetch the keys, unless somebody else just did; what cannot be fetched stays as it is."""
        async with kept.lock:
            if not kept.may_ask(self.clock()):
                return
            kept.attempted_at = self.clock()
            try:
                address = provider.jwks_uri or await self._keys_address(provider.issuer)
                kept.keys = _usable(await self.fetcher.document(address))
                kept.fetched_at = self.clock()
            except FetchError as error:
                _log.warning("keys of identity provider %s: %s", provider.code, error)

    async def _keys_address(self, issuer: str) -> str:
        """Ask an issuer where its keys are.

        Raises:
            FetchError: it does not say so.
        """
        found = (await discovered(self.fetcher, issuer)).get("jwks_uri")
        if not isinstance(found, str):
            raise FetchError("the discovery document has no jwks_uri")
        return found


async def discovered(fetcher: Fetcher, issuer: str) -> dict[str, Any]:
    """Fetch what an issuer says of itself (OpenID Connect Discovery 1.0, section 4).

    Raises:
        FetchError: there is nothing, or it is about somebody else.
    """
    described = await fetcher.document(issuer.rstrip("/") + "/.well-known/openid-configuration")
    if described.get("issuer") != issuer:
        raise FetchError("the discovery document is of another issuer")
    return described


def _usable(document: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return the keys of a key set that can verify signatures at all."""
    keys = document.get("keys")
    if not isinstance(keys, list):
        raise FetchError("the answer is no key set")
    found = [one for one in keys[:_KEYS_LIMIT] if isinstance(one, dict) and _is_for_signing(one)]
    if not found:
        raise FetchError("the key set has no key for signatures")
    return tuple(found)


def _is_for_signing(key: dict[str, Any]) -> bool:
    """Tell whether a key is a public one for signatures; a published private one is nobody's."""
    operations = key.get("key_ops", ["verify"])
    return (
        key.get("kty") in ("RSA", "EC", "OKP")
        and key.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and "d" not in key
    )


def _find(
    keys: tuple[dict[str, Any], ...], key_id: str | None, algorithm: SigningAlgorithm
) -> jwt.PyJWK | None:
    """Return the key of an id that fits an algorithm; without an id only when one alone fits."""
    fitting = [one for one in keys if _fits(one, algorithm)]
    named = [one for one in fitting if key_id is None or one.get("kid") == key_id]
    if len(named) != 1:
        return None
    try:
        found = jwt.PyJWK(named[0], algorithm=str(algorithm))
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    is_rsa = isinstance(found.key, RSAPublicKey)
    return None if is_rsa and found.key.key_size not in _RSA_BITS else found


def _fits(key: dict[str, Any], algorithm: SigningAlgorithm) -> bool:
    """Tell whether a key's kind, and what it says of itself, fit an algorithm."""
    if key.get("alg", algorithm) != algorithm:
        return False
    if algorithm in _CURVES:
        return key["kty"] == "EC" and key.get("crv") == _CURVES[algorithm]
    if algorithm == "EdDSA":
        return key["kty"] == "OKP" and key.get("crv") in _ED_CURVES
    return bool(key["kty"] == "RSA")
