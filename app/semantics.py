"""Who asks the semantic layer: contexts that Loge signed, and everybody whom the API admits too."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import CapacityLimiter, to_thread

from app.domain.permissions import Role
from app.domain.tokens import hash_token
from app.domain.wire_passwords import ITERATIONS, wire_salt, wire_verifier
from app.http.failures import UNAVAILABLE_MESSAGE
from app.resolvers.semantic.principals import claims_of
from app.storage.admission import is_provider, token_by_id, tokens_named
from app.storage.failures import is_unavailable
from app.storage.organisations import find_organisation, organisation_by_id
from semantic.rest.authentication import (
    SCOPES,
    Caller,
    InvalidTokenError,
    SignedTokens,
    caller_of_claims,
)
from semantic.rest.failures import RefusedError
from semantic.wire.contracts import Login
from semantic.wire.scram import ScramVerifier

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.domain.organisations import Organisation
    from app.domain.permissions import Actor
    from app.domain.tokens import AccessToken
    from app.http.authentication import Authentication
    from app.storage.engine import Engine

_Found = TypeVar("_Found")
REMEMBERED_SECONDS = 10.0
"""How long the currency and time zone of a club are remembered."""
_STRANGER_THREADS = 2
_SALT_BYTES = 16
_KEY_BYTES = 32


@dataclass(slots=True)
class Credentials:
    """Says whom a token stands for: a context signed with the secret, or a token of the API.

    `tokens` are asked second, because a signed context costs no statement.
    """

    engine: Engine
    tokens: Authentication
    secret: str
    _signed: SignedTokens = field(init=False)
    _clubs: dict[UUID, tuple[float, Organisation]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the secret, which must be long enough."""
        self._signed = SignedTokens((self.secret,), caller_of_claims)

    async def authenticate(self, token: str) -> Caller:
        """Return the caller.

        Raises:
            InvalidTokenError: it stands for nobody.
            RefusedError: nobody knows, because the database cannot be reached.
        """
        try:
            return await self._signed.authenticate(token)
        except InvalidTokenError:
            return await self._admitted(token)

    async def _admitted(self, token: str) -> Caller:
        """Return whom the API admits by a token."""
        try:
            admission = await self.tokens.admit(f"Bearer {token}")
            if admission.actor is not None:
                return await self.caller_of(admission.actor)
        except Exception as error:
            if not is_unavailable(error):
                raise
            raise RefusedError(UNAVAILABLE_MESSAGE, HTTPStatus.SERVICE_UNAVAILABLE) from error
        raise InvalidTokenError(admission.refusal.sentence if admission.refusal else "")

    async def caller_of(self, actor: Actor) -> Caller:
        """Return who an actor of the API is here; only root refreshes and compares."""
        organisation = await self._organisation(actor.organisation_id)
        claims: dict[str, Any] = claims_of(actor, organisation.currency, organisation.time_zone)
        if actor.role is Role.ROOT and actor.scopes is None:
            claims["scopes"] = sorted(SCOPES)
        return caller_of_claims("", claims)

    async def _organisation(self, organisation_id: UUID) -> Organisation:
        kept = self._clubs.get(organisation_id)
        if kept is not None and monotonic() < kept[0]:
            return kept[1]
        found = await to_thread.run_sync(organisation_by_id, self.engine, organisation_id)
        self._clubs[organisation_id] = monotonic() + REMEMBERED_SECONDS, found
        return found


@dataclass(frozen=True, slots=True)
class WireCredentials:
    """Says who may log in to the wire.

    The database is a club's code. The user is the label of a token, whose secret or password of its
    own is the password; or the code of an identity provider, and the password a token that it
    signed. Several tokens may have one label: the password tells which of them it is.
    """

    credentials: Credentials
    _strangers: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(_STRANGER_THREADS))

    async def find(self, user: str, database: str) -> Login:
        """Return how somebody logs in; nobody can, by what is returned for a name without meaning.

        All names of a club have its salt, so that none of them shows whether it has a meaning.
        """
        club = await self._run(find_organisation, self._engine, database)
        if club is None:
            key = self.credentials.secret.encode()
            return _nobody(hmac.digest(key, database.encode(), "sha256"))
        tokens = await self._run(tokens_named, self._engine, club.id, user)
        now = datetime.now(UTC)
        logins = [
            Login(ScramVerifier.parse(one), partial(self._caller, club.id, token.id, one))
            for token in tokens
            for one in token.wire_verifiers(now)
        ]
        if logins:
            return replace(logins[0], alternatives=tuple(logins[1:]))
        is_clear = any(one.is_valid(now) for one in tokens)
        if is_clear or await self._run(is_provider, self._engine, club.id, user):
            return Login(None, _refused)
        return _nobody(wire_salt(club.id))

    async def admit(self, user: str, database: str, password: str) -> Caller | None:
        """Return who sent a password in clear text, None if it is wrong."""
        club = await self._run(find_organisation, self._engine, database)
        if club is None:
            return None
        tokens = await self._run(tokens_named, self._engine, club.id, user)
        verifier = await self._run(wire_verifier, password, club.id)
        now = datetime.now(UTC)
        for token in tokens:
            if _opens(token, password, verifier, now):
                actor = token.actor(club.id)
                self.credentials.tokens.note(actor)
                return await self.credentials.caller_of(actor)
        admission = await self.credentials.tokens.admit(f"Bearer {password}")
        vouched = admission.actor
        if vouched is None or vouched.organisation_id != club.id:
            return None
        is_named = (vouched.subject or "").startswith(f"oidc:{user}:")
        return await self.credentials.caller_of(vouched) if is_named else None

    async def _run(self, work: Callable[..., _Found], *given: object) -> _Found:
        """Do something for whoever is not known yet, a few at a time: sessions come first."""
        return await to_thread.run_sync(work, *given, limiter=self._strangers)

    @property
    def _engine(self) -> Engine:
        return self.credentials.engine

    async def _caller(self, organisation_id: UUID, token_id: UUID, verifier: str) -> Caller:
        """Return whom a token stands for whose password was proved, while it opens the wire."""
        token = await to_thread.run_sync(token_by_id, self._engine, organisation_id, token_id)
        if verifier not in token.wire_verifiers(datetime.now(UTC)):
            raise InvalidTokenError("the token has ended, or its password was changed")
        actor = token.actor(organisation_id)
        self.credentials.tokens.note(actor)
        return await self.credentials.caller_of(actor)


def _opens(token: AccessToken, password: str, verifier: str, now: datetime) -> bool:
    """Tell whether a password in clear text opens the wire for a token."""
    proved = [hmac.compare_digest(one, verifier) for one in token.wire_verifiers(now)]
    is_old = token.wire_verifier is None and token.wire_password_at is None
    secret_hash = hash_token(password)
    is_own = secret_hash in (token.token_hash, token.previous_hash)
    return any(proved) or (is_old and is_own and token.refusal(now, secret_hash) is None)


def _nobody(salt: bytes) -> Login:
    """Return a login whose password nobody knows."""
    drawn = (secrets.token_bytes(_KEY_BYTES) for _ in range(2))
    return Login(ScramVerifier(ITERATIONS, salt[:_SALT_BYTES], *drawn), _refused)


async def _refused() -> Caller:
    """Refuse whoever proved nothing."""
    raise InvalidTokenError("nothing was proved")
