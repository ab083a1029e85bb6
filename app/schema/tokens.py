"""Access tokens in the API: listed, created, changed, rotated and revoked by root."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, Optional

import strawberry

from app.commands.tokens import (
    EditToken,
    NewToken,
    RevokeToken,
    RotateToken,
    create_token,
    edit_token,
    end_token,
    rotate_token,
)
from app.domain.permissions import Quota, Role
from app.domain.scopes import MEANINGS, Scope
from app.domain.validation import Check
from app.resolvers.ids import checked_id
from app.resolvers.inputs import values_of
from app.schema.fields import Node, column, connected, node, to_one
from app.schema.inputs import described, expected_version, given, key, maybe, where
from app.schema.payloads import ShownOnce, action_mutation
from app.storage.conditions import Comparison

described(
    Scope,
    "A part of the API that a token is for. A token without scopes opens everything that its role "
    "may; with scopes it opens these parts of that and no other.",
    {scope.name: meaning for scope, meaning in MEANINGS.items()},
)


@strawberry.type(description="How much the bearer of a token may ask for.")
class TokenQuota:
    """What flows into a bucket and how much it holds."""

    points_per_second: int = strawberry.field(
        description="How many points of cost flow into its bucket each second."
    )
    bucket_points: int = strawberry.field(
        description="How many points the bucket holds: what can be asked for at once after a pause."
    )


@node("access_token", "A bearer token with which a caller opens the club's data.")
class AccessToken(Node):
    """A row of access_token; its hash stays inside."""

    label = column("label", str, "What it is for.")
    role = column("role", Role, "What its bearer may do.")
    account = to_one("account_id", "account", "Account", "The account of a portal user.")
    is_revoked = column("is_revoked", bool, "Whether it was revoked and opens nothing any more.")
    expires_at = column("expires_at", Optional[datetime], "When it ends; null: never.")
    previous_expires_at = column(
        "previous_expires_at",
        Optional[datetime],
        "Until when the secret before the last rotation opens the same; null: there is none.",
    )
    last_used_at = column(
        "last_used_at",
        Optional[datetime],
        "When it was last used, to the minute; null: not yet.",
    )
    rep_code = column(
        "rep_code",
        Optional[str],
        "The sales rep that its bearer is: reports show a sales role the rep's own Sales and "
        "accounts, and without one nothing; null: none.",
    )
    wire_password_at = column(
        "wire_password_at",
        Optional[datetime],
        "Since when it has a password of its own for BI tools; null: they connect with its secret.",
    )
    version = column("version", int, "Rises with every change.")
    created_at = column("created_at", datetime, "When it was created.")

    @strawberry.field(description="What it is for; null: everything that its role may.")
    def scopes(self) -> list[Scope] | None:
        """Return the scopes in their order."""
        held = self.row["scopes"]
        return None if held is None else [scope for scope in Scope if scope in held]

    @strawberry.field(description="Its own quota; null: the one that everybody has.")
    def quota(self) -> TokenQuota | None:
        """Return the quota."""
        points_per_second = self.row["quota_points_per_second"]
        if points_per_second is None:
            return None
        return TokenQuota(
            points_per_second=points_per_second, bucket_points=self.row["quota_bucket_points"]
        )


@strawberry.input(description="Which access tokens.")
class AccessTokenFilter:
    """Conditions on access tokens."""

    search: str | None = where("A part of the label.", "label", how=Comparison.CONTAINS)
    role: list[Role] | None = where("Of any of these roles.", "role")
    account_id: list[strawberry.ID] | None = where(
        "Of any of these accounts.", "account_id", refers="account"
    )
    is_revoked: bool | None = where(
        "Revoked ones only, or the others only.", "is_revoked", how=Comparison.EQUAL
    )


@strawberry.enum(description="Orders of access tokens.")
class AccessTokenSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="How much the bearer of a token may ask for.")
class TokenQuotaInput:
    """What flows into a bucket and how much it holds."""

    points_per_second: int = strawberry.field(
        description="How many points of cost flow into its bucket each second, from 1."
    )
    bucket_points: int = strawberry.field(
        description="How many points the bucket holds, from 1; an operation costs at most 1,000."
    )


@strawberry.input(description="A new access token.")
class AccessTokenCreateInput:
    """Fields of a new token."""

    idempotency_key: str = key()
    label: str = given(
        "What it is for, so that it is known later; also the user name with which BI tools connect."
    )
    role: Role = given("What its bearer may do.")
    account_id: strawberry.ID | None = maybe(
        "The account of a portal user; required for that role, and no other has one.",
        refers="account",
    )
    expires_at: datetime | None = maybe("When it ends; never when omitted.")
    scopes: list[Scope] | None = maybe(
        "What it is for; everything that its role may when omitted. A partner's token has to name "
        "them, and no role takes a scope that opens nothing to it."
    )
    quota: TokenQuotaInput | None = maybe("A quota of its own; the usual one when omitted.")
    rep_code: str | None = maybe(
        "The sales rep that its bearer is, by the code that Sales and accounts have. A sales role "
        "needs one for reports, which show its own rows."
    )


@strawberry.input(description="Changes of an access token; omitted fields stay as they are.")
class AccessTokenUpdateInput:
    """Fields to change; role and account are those of another token."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The access token.")
    expected_version: int = expected_version()
    label: str | None = maybe("What it is for.")
    expires_at: datetime | None = maybe("When it ends; null: never.")
    scopes: list[Scope] | None = maybe("What it is for; null: everything that its role may.")
    quota: TokenQuotaInput | None = maybe("A quota of its own; null: the usual one.")
    rep_code: str | None = maybe("The sales rep that its bearer is; null: none.")


@strawberry.input(description="The access token that gets a new secret.")
class AccessTokenRotateInput:
    """A token, and how long both secrets open the same."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The access token.")
    overlap_seconds: int = strawberry.field(
        description="How long the present secret opens the same beside the new one, in seconds: "
        "0 ends it at once, 2592000 (30 days) is the most. A secret before that ends at once.",
        default=3600,
    )


@strawberry.input(description="The access token to revoke.")
class AccessTokenRevokeInput:
    """A token."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The access token.")


_SECRET = ShownOnce(
    "secret",
    "What the bearer sends. It is shown this once and stored nowhere: sent again with the same "
    "idempotencyKey, the answer has the token and a null secret. When the secret was lost on its "
    "way, rotate the token.",
)


@strawberry.type
class TokensQuery:
    """Reads of access tokens."""

    access_tokens = connected(
        "access_token",
        "AccessToken",
        "The access tokens, without their secrets; for root only.",
        filters=AccessTokenFilter,
        sorts=AccessTokenSort,
    )


def _values(given_input: Any, check: Check) -> dict[str, Any]:  # noqa: ANN401 - any input of a token
    """Turn an input into fields of a token; what is omitted stays out."""
    values = values_of(given_input, check)
    if values.get("scopes") is not None:
        values["scopes"] = frozenset(values["scopes"])
    quota = values.get("quota")
    if quota is not None:
        values["quota"] = Quota(quota.points_per_second, quota.bucket_points)
    return values


def _create(given_input: Any, check: Check) -> NewToken:  # noqa: ANN401 - an input object
    return NewToken(**_values(given_input, check))


def _edit(given_input: Any, check: Check) -> EditToken:  # noqa: ANN401 - an input object
    target = checked_id("access_token", given_input.id, check, "id")
    values = _values(given_input, check)
    return EditToken(target, given_input.expected_version, values)


def _revoke(given_input: Any, check: Check) -> RevokeToken:  # noqa: ANN401 - an input object
    """A version is not asked for, since nothing may keep a token valid."""
    return RevokeToken(checked_id("access_token", given_input.id, check, "id"))


def _rotate(given_input: Any, check: Check) -> RotateToken:  # noqa: ANN401 - an input object
    target = checked_id("access_token", given_input.id, check, "id")
    return RotateToken(target, given_input.overlap_seconds)


@strawberry.type
class TokensMutation:
    """Changes of access tokens."""

    access_token_create = action_mutation(
        "accessTokenCreate",
        "access_token",
        "AccessToken",
        AccessTokenCreateInput,
        _create,
        create_token,
        "Create an access token.",
        once=_SECRET,
    )
    access_token_rotate = action_mutation(
        "accessTokenRotate",
        "access_token",
        "AccessToken",
        AccessTokenRotateInput,
        _rotate,
        rotate_token,
        "Give an access token a new secret; the present one opens the same for a while, so that "
        "its bearer can change over without an interruption.",
        once=_SECRET,
    )
    access_token_update = action_mutation(
        "accessTokenUpdate",
        "access_token",
        "AccessToken",
        AccessTokenUpdateInput,
        _edit,
        edit_token,
        "Change what an access token is for, its quota or its end.",
    )
    access_token_revoke = action_mutation(
        "accessTokenRevoke",
        "access_token",
        "AccessToken",
        AccessTokenRevokeInput,
        _revoke,
        end_token,
        "Revoke an access token for good; its bearer is refused within a second or two.",
    )
