"""Identity providers: who may vouch for a club's portal users and staff by signed tokens (JWT)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.domain.errors import ErrorCode
from app.domain.permissions import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from app.domain.validation import Check


class SigningAlgorithm(StrEnum):
    """How a provider signs. Only signatures with a public key: nothing shared, and never none."""

    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"
    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"
    EDDSA = "EdDSA"


class AccountKey(StrEnum):
    """What the claim that names an account holds."""

    ID = "ID"
    CODE = "CODE"
    EXTERNAL_CODE = "EXTERNAL_CODE"


MAPPED_ROLES = frozenset({Role.SALES, Role.FINANCE, Role.OPERATIONS, Role.ANALYST})
"""The roles that a claim can give: never root, so that whoever configures access holds a token."""
SKEW_LIMIT_SECONDS = 300
"""How far the clocks of a provider may at most be apart from ours."""
ADDRESS_LIMIT = 500
"""Characters of an issuer or of the address of its keys."""
ROLES_LIMIT = 50
"""Values of a claim that give roles."""
VALUE_LIMIT = 200
"""Characters of a claim that names an account or a sales rep."""


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """An issuer of signed tokens, and what its claims mean; `jwks_uri` None: by discovery.

    `role_of_value` has the role of each value of the role claim. The account claim makes a portal
    user; the role claim is looked at first. The rep claim says which sales rep somebody is.
    """

    id: UUID
    code: str
    issuer: str
    audience: str
    jwks_uri: str | None
    algorithms: frozenset[SigningAlgorithm]
    account_claim: str | None
    account_key: AccountKey | None
    role_claim: str | None
    role_of_value: dict[str, str]
    clock_skew_seconds: int
    is_active: bool
    created_at: datetime
    version: int
    rep_claim: str | None = None

    def role_in(self, claims: Mapping[str, Any]) -> Role | None:
        """Return the role that claims give, or None.

        Raises:
            ValueError: they give several.
        """
        if self.role_claim is None:
            return None
        values = _values_at(claims, self.role_claim)
        found = {self.role_of_value[one] for one in values if one in self.role_of_value}
        if len(found) > 1:
            raise ValueError(", ".join(sorted(found)))
        return Role(found.pop()) if found else None

    def account_in(self, claims: Mapping[str, Any]) -> str | None:
        """Return what claims name the account by, or None."""
        return None if self.account_claim is None else _value_at(claims, self.account_claim)

    def rep_in(self, claims: Mapping[str, Any]) -> str | None:
        """Return the code of the sales rep that claims name, or None."""
        found = None if self.rep_claim is None else _value_at(claims, self.rep_claim)
        return found if found is not None and found.isprintable() else None


def _value_at(claims: Mapping[str, Any], name: str) -> str | None:
    """Return the text of a claim that has exactly one, of a length that a code can have."""
    values = _values_at(claims, name)
    is_one = len(values) == 1 and 0 < len(values[0]) <= VALUE_LIMIT
    return values[0] if is_one else None


def _values_at(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """Return the texts of a claim: of this very name, or below claims that its dots part.

    Numbers count as their digits; anything else is left out.
    """
    value: Any = claims.get(name)
    if value is None and "." in name:
        value = claims
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
    listed = value if isinstance(value, list) else [value]
    return tuple(str(one) for one in listed if type(one) in {str, int})


def check_provider(provider: IdentityProvider, check: Check) -> None:
    """Collect what is wrong with a provider's own fields."""
    check.code("code", provider.code)
    _check_address("issuer", provider.issuer, check)
    check.text("audience", provider.audience)
    if provider.jwks_uri is not None:
        _check_address("jwksUri", provider.jwks_uri, check)
    if not provider.algorithms:
        check.add(ErrorCode.INPUT_INVALID, "name at least one, such as RS256", "algorithms")
    check.whole("clockSkewSeconds", provider.clock_skew_seconds, 0, SKEW_LIMIT_SECONDS)
    _check_claims(provider, check)


def _check_claims(provider: IdentityProvider, check: Check) -> None:
    """Collect what is wrong with what the claims mean."""
    for field, value in (
        ("accountClaim", provider.account_claim),
        ("roleClaim", provider.role_claim),
        ("repClaim", provider.rep_claim),
    ):
        if value is not None:
            check.text(field, value)
    if provider.account_claim is None and provider.role_claim is None:
        message = "name the claim with the account, the claim with the role, or both"
        check.add(ErrorCode.INPUT_INVALID, message, "accountClaim")
    if (provider.account_claim is None) is not (provider.account_key is None):
        message = "accountClaim and accountKey go together: which claim, and what it holds"
        check.add(ErrorCode.INPUT_INVALID, message, "accountKey")
    if (provider.role_claim is None) is not (not provider.role_of_value):
        message = "roleClaim and roles go together: which claim, and which role each value gives"
        check.add(ErrorCode.INPUT_INVALID, message, "roles")
    if provider.rep_claim is not None and provider.role_claim is None:
        message = "repClaim goes with roleClaim: it says which sales rep a member of staff is"
        check.add(ErrorCode.INPUT_INVALID, message, "repClaim")
    check.size("roles", provider.role_of_value, ROLES_LIMIT)
    for value, role in provider.role_of_value.items():
        check.text("roles", value)
        if role not in MAPPED_ROLES:
            allowed = ", ".join(sorted(MAPPED_ROLES))
            message = f"a claim can give the roles {allowed}, not {role}"
            check.add(ErrorCode.INPUT_INVALID, message, "roles")


def _check_address(field: str, value: str, check: Check) -> None:
    """Require an https address; http only on this very machine, for trying things out."""
    try:
        parts = urlsplit(value)
        is_sound = parts.port != 0 and bool(parts.hostname)
    except ValueError:
        is_sound = False
    is_plain = value.isascii() and value.isprintable() and not set(" \\?#@") & set(value)
    if not is_sound or not is_plain or len(value) > ADDRESS_LIMIT:
        message = f"{field} must be an address such as https://login.example.com, without ? and #"
        check.add(ErrorCode.INPUT_INVALID, message, field)
    elif parts.scheme != "https" and not (
        parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    ):
        check.add(ErrorCode.INPUT_INVALID, f"{field} must begin with https://", field)
