"""Verification of signed tokens (JWT, RFC 7519 and 8725), and whom they stand for."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import jwt
from anyio import CapacityLimiter, to_thread

from app.domain.admission import Admission, Refusal, Vouched, refused
from app.domain.identity_providers import AccountKey, SigningAlgorithm
from app.domain.permissions import Actor, Role
from app.http.oidc.keys import KeyRefusedError
from app.resolvers.ids import decode_id
from app.storage.admission import active_account_ids, is_trusted, providers_of

if TYPE_CHECKING:
    from app.domain.identity_providers import IdentityProvider
    from app.http.oidc.keys import KeySets
    from app.storage.engine import Engine

TOKEN_LIMIT_BYTES = 8_192
"""The largest signed token that is looked at."""
LIFE_LIMIT = timedelta(hours=24)
"""The longest life of a signed token: nothing else ends a single one that was stolen."""
_TYPES = {"jwt", "at+jwt", "application/at+jwt"}
_AUDIENCES_LIMIT = 10
_TEXT_LIMIT = 200
_THREADS = 2
_ALGORITHMS = frozenset(SigningAlgorithm)
_NEEDED = ["iss", "aud", "exp", "iat", "sub"]
_REASONS: tuple[tuple[type[Exception], Refusal], ...] = (
    (jwt.ExpiredSignatureError, Refusal.EXPIRED),
    (jwt.ImmatureSignatureError, Refusal.NOT_YET_VALID),
    (jwt.InvalidAudienceError, Refusal.AUDIENCE_WRONG),
    (jwt.InvalidIssuerError, Refusal.ISSUER_UNKNOWN),
    (jwt.InvalidSignatureError, Refusal.SIGNATURE_WRONG),
    (jwt.InvalidAlgorithmError, Refusal.ALGORITHM_REFUSED),
)


class _RefusedError(Exception):
    """A token stands for nobody."""

    def __init__(self, refusal: Refusal) -> None:
        """Carry the reason."""
        super().__init__(refusal)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class _Trusted:
    """A provider that vouches for callers of a club."""

    organisation_id: UUID
    provider: IdentityProvider


@dataclass(frozen=True, slots=True)
class SignedTokens:
    """Admits whom identity providers vouch for.

    A signature is verified once; what the token said is kept with its admission. Provider and
    account are read again each time the admission is renewed, so either one ends it at once.
    """

    engine: Engine
    key_sets: KeySets
    _limiter: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_THREADS))

    async def admit(self, token: str, before: Admission | None, now: datetime) -> Admission:
        """Return whom a signed token stands for; `before` is its admission of a moment ago."""
        if before is not None and isinstance(before.voucher, Vouched):
            again = await self.admit_again(before.voucher, now)
            if again.refusal is not Refusal.PROVIDER_INACTIVE:
                return again
        try:
            algorithm, key_id = _read_header(token)
            trusted = await self._trusted(*_read_addressees(token))
            key = await self._key(trusted.provider, key_id, algorithm)
            vouched = _verify(token, key, algorithm, trusted.provider)
            return await self._admission(trusted, vouched)
        except _RefusedError as error:
            return refused(error.refusal)

    async def admit_again(self, vouched: Vouched, now: datetime) -> Admission:
        """Return whom a token stands for whose signature was verified before."""
        if now >= vouched.expires_at:
            return refused(Refusal.EXPIRED)
        try:
            trusted = await self._trusted(vouched.issuer, [vouched.audience])
            if trusted.provider.version != vouched.provider_version:
                return refused(Refusal.PROVIDER_INACTIVE)
            return await self._admission(trusted, vouched)
        except _RefusedError as error:
            return refused(error.refusal)

    async def _trusted(self, issuer: str, audiences: list[str]) -> _Trusted:
        """Find the one provider that an issuer and audiences name."""
        found = await to_thread.run_sync(
            providers_of, self.engine, issuer, audiences, limiter=self._limiter
        )
        if not found:
            is_known = await to_thread.run_sync(
                is_trusted, self.engine, issuer, limiter=self._limiter
            )
            raise _RefusedError(Refusal.AUDIENCE_WRONG if is_known else Refusal.ISSUER_UNKNOWN)
        if len(found) > 1:
            raise _RefusedError(Refusal.AUDIENCE_AMBIGUOUS)
        trusted = _Trusted(*found[0])
        if not trusted.provider.is_active:
            raise _RefusedError(Refusal.PROVIDER_INACTIVE)
        return trusted

    async def _key(
        self, provider: IdentityProvider, key_id: str | None, algorithm: SigningAlgorithm
    ) -> jwt.PyJWK:
        """Return the key that a token must be signed with."""
        if algorithm not in provider.algorithms:
            raise _RefusedError(Refusal.ALGORITHM_REFUSED)
        try:
            return await self.key_sets.key(provider, key_id, algorithm)
        except KeyRefusedError as error:
            raise _RefusedError(error.refusal) from None

    async def _admission(self, trusted: _Trusted, vouched: Vouched) -> Admission:
        """Turn what a token says into an actor: staff by the mapped role, else a portal user."""
        actor = Actor(
            trusted.organisation_id,
            None,
            vouched.role or Role.PORTAL,
            subject=f"oidc:{trusted.provider.code}:{vouched.subject}",
            rep_code=vouched.rep_code,
        )
        if vouched.role is None:
            account_id = await self._account_id(trusted, vouched.account_value)
            actor = replace(actor, account_id=account_id)
        return Admission(actor, None, vouched.expires_at, vouched)

    async def _account_id(self, trusted: _Trusted, value: str | None) -> UUID:
        """Find the active account that a claim names."""
        column, wanted = _account_column(trusted.provider.account_key, value)
        found = []
        if wanted is not None:
            found = await to_thread.run_sync(
                active_account_ids,
                self.engine,
                trusted.organisation_id,
                column,
                wanted,
                limiter=self._limiter,
            )
        if len(found) != 1:
            raise _RefusedError(Refusal.NOBODY_NAMED)
        return found[0]


def _read_header(token: str) -> tuple[SigningAlgorithm, str | None]:
    """Read how a token is signed; keys that it brings or points to are not even looked at."""
    if len(token) > TOKEN_LIMIT_BYTES:
        raise _RefusedError(Refusal.TOO_LARGE)
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise _RefusedError(Refusal.MALFORMED) from None
    algorithm, key_id = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in _ALGORITHMS:
        raise _RefusedError(Refusal.ALGORITHM_REFUSED)
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES or {"crit", "b64"} & header.keys():
        raise _RefusedError(Refusal.TYPE_WRONG)
    if key_id is not None and not (isinstance(key_id, str) and len(key_id) <= _TEXT_LIMIT):
        raise _RefusedError(Refusal.KEY_UNKNOWN)
    return SigningAlgorithm(algorithm), key_id


def _read_addressees(token: str) -> tuple[str, list[str]]:
    """Read who says to have made a token and for whom, which the signature has yet to prove."""
    try:
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise _RefusedError(Refusal.MALFORMED) from None
    issuer, audience = claims.get("iss"), claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    texts = [one for one in (issuer, *audiences) if isinstance(one, str) and "\0" not in one]
    if len(texts) != 1 + len(audiences) or not 1 <= len(audiences) <= _AUDIENCES_LIMIT:
        raise _RefusedError(Refusal.CLAIM_WRONG)
    return texts[0], texts[1:]


def _verify(
    token: str, key: jwt.PyJWK, algorithm: SigningAlgorithm, provider: IdentityProvider
) -> Vouched:
    """Verify a token against a key of its issuer, and return what it says."""
    try:
        claims = jwt.decode(
            token,
            key.key,
            algorithms=[str(algorithm)],
            audience=provider.audience,
            issuer=provider.issuer,
            leeway=provider.clock_skew_seconds,
            options={"require": _NEEDED},
        )
    except jwt.PyJWTError as error:
        reasons = (refusal for kind, refusal in _REASONS if isinstance(error, kind))
        raise _RefusedError(next(reasons, Refusal.CLAIM_WRONG)) from None
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise _RefusedError(Refusal.CLAIM_WRONG) from None
    return _vouched(claims, provider)


def _vouched(claims: dict[str, Any], provider: IdentityProvider) -> Vouched:
    """Return what verified claims say."""
    begins, ends, subject = claims["iat"], claims["exp"], claims["sub"]
    are_numbers = {type(begins), type(ends)} <= {int, float}
    if not are_numbers or not isinstance(subject, str) or not 0 < len(subject) <= _TEXT_LIMIT:
        raise _RefusedError(Refusal.CLAIM_WRONG)
    if ends - begins > LIFE_LIMIT.total_seconds():
        raise _RefusedError(Refusal.LIFE_TOO_LONG)
    try:
        role = provider.role_in(claims)
    except ValueError:
        raise _RefusedError(Refusal.ROLE_AMBIGUOUS) from None
    account_value = provider.account_in(claims)
    if role is None and account_value is None:
        raise _RefusedError(Refusal.NOBODY_NAMED)
    return Vouched(
        issuer=provider.issuer,
        audience=provider.audience,
        provider_version=provider.version,
        subject=hashlib.sha256(f"{provider.issuer}\0{subject}".encode()).hexdigest()[:16],
        role=role,
        account_value=account_value,
        expires_at=datetime.fromtimestamp(int(ends) + provider.clock_skew_seconds, UTC),
        rep_code=None if role is None else provider.rep_in(claims),
    )


def _account_column(key: AccountKey | None, value: str | None) -> tuple[str, object]:
    """Return by which column an account is found, and by what; None when it cannot be."""
    if key is not AccountKey.ID or value is None:
        is_text = value is not None and "\0" not in value
        return ("code" if key is AccountKey.CODE else "external_code"), value if is_text else None
    decoded = decode_id(value)
    if decoded is not None and decoded[0] == "account":
        return "id", decoded[1]
    try:
        return "id", UUID(value)
    except ValueError:
        return "id", None
