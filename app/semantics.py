"""Who asks the semantic layer: contexts that Loge signed, and everybody whom the API admits too."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from anyio import to_thread

from app.domain.permissions import Role
from app.resolvers.semantic.principals import claims_of
from app.storage.organisations import organisation_by_id
from semantic.rest.authentication import (
    SCOPES,
    Caller,
    InvalidTokenError,
    SignedTokens,
    caller_of_claims,
)

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.organisations import Organisation
    from app.domain.permissions import Actor
    from app.http.authentication import Authentication
    from app.storage.engine import Engine

REMEMBERED_SECONDS = 10.0
"""How long the currency and time zone of a club are remembered."""


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
        """
        try:
            return await self._signed.authenticate(token)
        except InvalidTokenError:
            admission = await self.tokens.admit(f"Bearer {token}")
        if admission.actor is None:
            raise InvalidTokenError(admission.refusal.sentence if admission.refusal else "")
        return await self._caller(token, admission.actor)

    async def _caller(self, token: str, actor: Actor) -> Caller:
        """Return who an actor of the API is here; only root refreshes and compares."""
        organisation = await self._organisation(actor.organisation_id)
        claims: dict[str, Any] = claims_of(actor, organisation.currency, organisation.time_zone)
        if actor.role is Role.ROOT and actor.scopes is None:
            claims["scopes"] = sorted(SCOPES)
        return caller_of_claims(token, claims)

    async def _organisation(self, organisation_id: UUID) -> Organisation:
        kept = self._clubs.get(organisation_id)
        if kept is not None and monotonic() < kept[0]:
            return kept[1]
        found = await to_thread.run_sync(organisation_by_id, self.engine, organisation_id)
        self._clubs[organisation_id] = monotonic() + REMEMBERED_SECONDS, found
        return found
