"""Identity providers in the API: who else vouches for portal users and staff; for root only."""

from __future__ import annotations

from enum import Enum
from typing import Any, Optional

import strawberry

from app.commands.identity_providers import IDENTITY_PROVIDER
from app.commands.register import Create, Edit, create, edit
from app.domain.errors import ErrorCode
from app.domain.identity_providers import AccountKey, SigningAlgorithm
from app.domain.permissions import Role
from app.domain.validation import Check
from app.resolvers.ids import checked_id
from app.resolvers.inputs import values_of
from app.schema.fields import Node, column, connected, created_column, node, version_column
from app.schema.inputs import described, expected_version, given, key, maybe, where
from app.schema.payloads import action_mutation
from app.storage.conditions import Comparison

_BITS = {"256": "SHA-256", "384": "SHA-384", "512": "SHA-512"}
described(
    SigningAlgorithm,
    "How a provider signs its tokens. Secrets that are shared (HS256) and unsigned tokens are "
    "never accepted.",
    {
        **{f"RS{bits}": f"RSA, PKCS #1, with {name}." for bits, name in _BITS.items()},
        **{f"PS{bits}": f"RSA, PSS, with {name}." for bits, name in _BITS.items()},
        "ES256": "ECDSA on the curve P-256.",
        "ES384": "ECDSA on the curve P-384.",
        "ES512": "ECDSA on the curve P-521.",
        "EDDSA": "Ed25519 or Ed448.",
    },
)
described(
    AccountKey,
    "What the claim that names an account holds.",
    {
        "ID": "The account's id in this API.",
        "CODE": "The account's code.",
        "EXTERNAL_CODE": "The account's code in another system, `externalCode`.",
    },
)


@strawberry.type(description="Which role one value of the role claim gives.")
class RoleMapping:
    """A value and a role."""

    value: str = strawberry.field(description="The value of the claim, such as a group's name.")
    role: Role = strawberry.field(description="What a caller with this value may do.")


@node("identity_provider", "Who vouches for callers by signed tokens (JWT) of its own.")
class IdentityProvider(Node):
    """A row of identity_provider."""

    code = column("code", str, "The code, part of the name under which its callers are audited.")
    issuer = column("issuer", str, "What its tokens have as `iss`.")
    audience = column("audience", str, "What its tokens for this club have in `aud`.")
    jwks_uri = column(
        "jwks_uri",
        Optional[str],
        "Where its public keys are; null: its discovery document says it.",
    )
    account_claim = column(
        "account_claim",
        Optional[str],
        "The claim that names the account of a portal user; null: it vouches for no portal user.",
    )
    account_key = column("account_key", Optional[AccountKey], "What that claim holds.")
    role_claim = column(
        "role_claim",
        Optional[str],
        "The claim that gives staff their role; null: it vouches for no staff.",
    )
    rep_claim = column(
        "rep_claim",
        Optional[str],
        "The claim that says which sales rep a member of staff is; null: they are none.",
    )
    clock_skew_seconds = column(
        "clock_skew_seconds", int, "By how much its clock may differ from ours."
    )
    is_active = column("is_active", bool, "Whether its tokens are accepted.")
    version = version_column()
    created_at = created_column()

    @strawberry.field(description="How its tokens may be signed.")
    def algorithms(self) -> list[SigningAlgorithm]:
        """Return the algorithms in their order."""
        return [one for one in SigningAlgorithm if one in self.row["algorithms"]]

    @strawberry.field(description="Which role each value of the role claim gives.")
    def roles(self) -> list[RoleMapping]:
        """Return the mapping, by value."""
        found = sorted(self.row["role_of_value"].items())
        return [RoleMapping(value=value, role=Role(role)) for value, role in found]


@strawberry.input(description="Which identity providers.")
class IdentityProviderFilter:
    """Conditions on identity providers."""

    search: str | None = where(
        "A part of the code, issuer or audience.",
        "code",
        "issuer",
        "audience",
        how=Comparison.CONTAINS,
    )
    is_active: bool | None = where(
        "Active ones only, or the others only.", "is_active", how=Comparison.EQUAL
    )


@strawberry.enum(description="Orders of identity providers.")
class IdentityProviderSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="Which role one value of the role claim gives.")
class RoleMappingInput:
    """A value and a role."""

    value: str = strawberry.field(description="The value of the claim, such as a group's name.")
    role: Role = strawberry.field(
        description="SALES, FINANCE, OPERATIONS or ANALYST; root needs a token of ours."
    )


@strawberry.input(description="A new identity provider.")
class IdentityProviderCreateInput:
    """Fields of a new identity provider."""

    idempotency_key: str = key()
    code: str = given("The code, part of the name under which its callers are audited.")
    issuer: str = given("What its tokens have as `iss`, such as https://login.example.com.")
    audience: str = given(
        "What its tokens for this club have in `aud`. No other club may have the same of this "
        "issuer: it says which club a token opens."
    )
    jwks_uri: str | None = maybe(
        "Where its public keys are; asked of `<issuer>/.well-known/openid-configuration` when "
        "omitted."
    )
    algorithms: list[SigningAlgorithm] | None = maybe(
        "How its tokens may be signed; RS256 and ES256 when omitted."
    )
    account_claim: str | None = maybe(
        "The claim that names the account of a portal user, such as `loge_account`; dots lead into "
        "claims within claims."
    )
    account_key: AccountKey | None = maybe("What that claim holds.")
    role_claim: str | None = maybe(
        "The claim that gives staff their role, such as `groups`; one text or a list of texts."
    )
    roles: list[RoleMappingInput] | None = maybe("Which role each value of that claim gives.")
    rep_claim: str | None = maybe(
        "The claim with the code of the sales rep that a member of staff is, such as `rep`."
    )
    clock_skew_seconds: int | None = maybe(
        "By how much its clock may differ from ours, 0 to 300 seconds; 60 when omitted."
    )
    is_active: bool | None = maybe("Whether its tokens are accepted; true when omitted.")


@strawberry.input(description="Changes of an identity provider; omitted fields stay as they are.")
class IdentityProviderUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The identity provider.")
    expected_version: int = expected_version()
    issuer: str | None = maybe("What its tokens have as `iss`.")
    audience: str | None = maybe("What its tokens for this club have in `aud`.")
    jwks_uri: str | None = maybe("Where its public keys are; null: its discovery document says it.")
    algorithms: list[SigningAlgorithm] | None = maybe("How its tokens may be signed.")
    account_claim: str | None = maybe("The claim that names an account; null: no portal users.")
    account_key: AccountKey | None = maybe("What that claim holds.")
    role_claim: str | None = maybe("The claim that gives staff their role; null: no staff.")
    roles: list[RoleMappingInput] | None = maybe("Which role each value of that claim gives.")
    rep_claim: str | None = maybe("The claim that names the sales rep; null: nobody is one.")
    clock_skew_seconds: int | None = maybe("By how much its clock may differ from ours.")
    is_active: bool | None = maybe(
        "Whether its tokens are accepted; false ends those in use within a second or two."
    )


def _values(given_input: Any, check: Check) -> dict[str, Any]:  # noqa: ANN401 - an input object
    """Turn an input into fields of a provider; what is omitted stays out."""
    values = values_of(given_input, check)
    if values.get("algorithms") is not None:
        values["algorithms"] = frozenset(values["algorithms"])
    if "roles" in values:
        mappings = values.pop("roles") or []
        values["role_of_value"] = {one.value: str(one.role) for one in mappings}
        if len(values["role_of_value"]) != len(mappings):
            check.add(ErrorCode.INPUT_INVALID, "a value of the claim is named twice", "roles")
    return values


def _create(given_input: Any, check: Check) -> Create:  # noqa: ANN401 - an input object
    return Create(_values(given_input, check))


def _edit(given_input: Any, check: Check) -> Edit:  # noqa: ANN401 - an input object
    target = checked_id("identity_provider", given_input.id, check, "id")
    return Edit(target, given_input.expected_version, _values(given_input, check))


@strawberry.type
class IdentityProvidersQuery:
    """Reads of identity providers."""

    identity_providers = connected(
        "identity_provider",
        "IdentityProvider",
        "The identity providers; for root only.",
        filters=IdentityProviderFilter,
        sorts=IdentityProviderSort,
    )


@strawberry.type
class IdentityProvidersMutation:
    """Changes of identity providers."""

    identity_provider_create = action_mutation(
        "identityProviderCreate",
        "identity_provider",
        "IdentityProvider",
        IdentityProviderCreateInput,
        _create,
        create(IDENTITY_PROVIDER),
        "Trust an identity provider to vouch for portal users, staff or both.",
    )
    identity_provider_update = action_mutation(
        "identityProviderUpdate",
        "identity_provider",
        "IdentityProvider",
        IdentityProviderUpdateInput,
        _edit,
        edit(IDENTITY_PROVIDER),
        "Change an identity provider, or stop trusting it.",
    )
