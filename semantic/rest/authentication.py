"""Who calls: a token that a secret signed, or any other that an authenticator knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

import jwt

from semantic.access.principal import Principal
from semantic.query.zones import canonical_zone

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCOPES = frozenset({"data", "meta", "sql", "jobs", "graphql"})
DEFAULT_SCOPES = SCOPES - {"jobs"}
"""What a token opens that names no scopes; refreshing pre-aggregations has to be granted."""
SECRET_BYTES = 32
"""The shortest secret: shorter ones can be guessed from a token."""
_OWN_CLAIMS = frozenset(
    {"organisation", "groups", "timezone", "scopes", "u"}
    | {"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}
)


class InvalidTokenError(Exception):
    """A token that stands for nobody."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and which parts of the API the token opens."""

    principal: Principal
    scopes: frozenset[str] = DEFAULT_SCOPES


class Authenticator(Protocol):
    """Says whom a token stands for."""

    async def authenticate(self, token: str) -> Caller:
        """Return the caller.

        Raises:
            InvalidTokenError: it stands for nobody.
        """
        ...


@dataclass(frozen=True, slots=True)
class SignedTokens:
    """Accepts JWTs that one of the secrets signed with HS256, as Cube does.

    Several secrets make it possible to change them without a moment in which tokens are refused.
    `read` turns a token and its claims into the caller.
    """

    secrets: tuple[str, ...]
    read: Callable[[str, Mapping[str, Any]], Caller]

    def __post_init__(self) -> None:
        """Refuse secrets that can be guessed."""
        if any(len(one.encode()) < SECRET_BYTES for one in self.secrets):
            message = f"a secret that signs tokens must have at least {SECRET_BYTES} bytes"
            raise ValueError(message)

    async def authenticate(self, token: str) -> Caller:
        """Return whom a token stands for."""
        return self.read(token, merge_claims(self._verify(token)))

    def _verify(self, token: str) -> dict[str, Any]:
        for secret in self.secrets:
            try:
                # An audience is nothing that Cube checks, so tokens that name one are accepted.
                options: Any = {"verify_aud": False}
                claims: dict[str, Any] = jwt.decode(token, secret, ["HS256"], options)
            except jwt.InvalidSignatureError:
                continue
            except jwt.InvalidTokenError as error:
                raise InvalidTokenError(str(error)) from error
            return claims
        message = "none of the secrets signed the token"
        raise InvalidTokenError(message)


def merge_claims(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Merge what stands under `u`, where tokens of older clients have it, with the rest."""
    inner = payload.get("u")
    merged = {**payload, **inner} if isinstance(inner, dict) else dict(payload)
    merged.pop("u", None)
    return merged


def caller_of_claims(token: str, claims: Mapping[str, Any]) -> Caller:  # noqa: ARG001 - the form
    """Read a caller from claims; the claims that are not Loge's own become the security context.

    Raises:
        InvalidTokenError: no organisation, or claims of a wrong type.
    """
    try:
        organisation_id = UUID(claims["organisation"])
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        message = "the claim `organisation` must be the id of a club"
        raise InvalidTokenError(message) from error
    zone = claims.get("timezone", "UTC")
    timezone = canonical_zone(zone) if isinstance(zone, str) else None
    if timezone is None:
        message = "the claim `timezone` must be an IANA time zone"
        raise InvalidTokenError(message)
    principal = Principal(
        organisation_id,
        _texts(claims, "groups"),
        {key: value for key, value in claims.items() if key not in _OWN_CLAIMS},
        timezone,
        str(claims.get("sub", "")),
    )
    return Caller(principal, _texts(claims, "scopes") if "scopes" in claims else DEFAULT_SCOPES)


def _texts(claims: Mapping[str, Any], name: str) -> frozenset[str]:
    given = claims.get(name, [])
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        message = f"the claim `{name}` must be a list of texts"
        raise InvalidTokenError(message)
    return frozenset(given)


def token_of(headers: Mapping[str, str]) -> str | None:
    """Take the token out of a request's headers: bare, or after `Bearer`."""
    header = headers.get("x-cube-authorization") or headers.get("authorization")
    words = header.split() if header else []
    return words[1] if len(words) > 1 else next(iter(words), None)
