"""Access tokens in the API: listed, created and revoked by root."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from functools import partial
from typing import Annotated, Any, Optional

import strawberry

from app.commands.tokens import NewToken, RevokeToken, create_token, end_token
from app.domain.permissions import Role
from app.domain.validation import Check
from app.resolvers.ids import check_id
from app.resolvers.inputs import values_of
from app.resolvers.mutations import perform
from app.schema.errors import UserError, user_errors
from app.schema.fields import Info, Node, column, connected, lazy, node, to_one, wrap
from app.schema.inputs import given, key, maybe, where
from app.schema.payloads import payload
from app.storage.reads import Comparison


@node("access_token", "A bearer token with which a caller opens the club's data.")
class AccessToken(Node):
    """A row of access_token; its hash stays inside."""

    label = column("label", str, "What it is for.")
    role = column("role", Role, "What its bearer may do.")
    account = to_one("account_id", "account", "Account", "The account of a portal user.")
    is_revoked = column("is_revoked", bool, "Whether it was revoked and opens nothing any more.")
    expires_at = column("expires_at", Optional[datetime], "When it ends; null: never.")
    version = column("version", int, "Rises with every change.")
    created_at = column("created_at", datetime, "When it was created.")


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


@strawberry.input(description="A new access token.")
class AccessTokenCreateInput:
    """Fields of a new token."""

    idempotency_key: str = key()
    label: str = given("What it is for, so that it is known later.")
    role: Role = given("What its bearer may do.")
    account_id: strawberry.ID | None = maybe(
        "The account of a portal user; required for that role, and no other has one.",
        refers="account",
    )
    expires_at: datetime | None = maybe("When it ends; never when omitted.")


@strawberry.input(description="The access token to revoke.")
class AccessTokenRevokeInput:
    """A token."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The access token.")


@strawberry.type(description="What accessTokenCreate answers.")
class AccessTokenCreatePayload:
    """The token, and its secret this one time."""

    access_token: Any = strawberry.field(
        graphql_type=Optional[lazy("AccessToken")],
        description="The token; null when nothing was created.",
        default=None,
    )
    secret: str | None = strawberry.field(
        description="What the bearer sends. It is shown this once and stored nowhere: sent again "
        "with the same idempotencyKey, the answer has the token and a null secret. When the "
        "secret was lost on its way, revoke the token and create another one.",
        default=None,
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was changed; empty when all went well.", default_factory=list
    )


AccessTokenRevokePayload = payload(
    "AccessTokenRevokePayload", "access_token", "AccessToken", "What accessTokenRevoke answers."
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


@strawberry.type
class TokensMutation:
    """Changes of access tokens."""

    @strawberry.mutation(
        graphql_type=Optional[AccessTokenCreatePayload], description="Create an access token."
    )
    async def access_token_create(
        self,
        info: Info,
        input: Annotated[AccessTokenCreateInput, strawberry.argument(description="What to do.")],  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Create a token and show its secret once."""
        secrets: list[str] = []
        done = await perform(
            info.context,
            "accessTokenCreate",
            input.idempotency_key,
            lambda check: NewToken(**values_of(input, check)),
            partial(create_token, shown=secrets.append),
        )
        if done.outcome is None:
            return AccessTokenCreatePayload(user_errors=user_errors(done.violations))
        row = await info.context.row("access_token", done.outcome.ids["access_token"])
        # The command may have been tried more than once; only the last try was committed.
        secret = secrets[-1] if secrets else None
        return AccessTokenCreatePayload(access_token=wrap("access_token", row), secret=secret)

    @strawberry.mutation(
        graphql_type=Optional[AccessTokenRevokePayload],
        description="Revoke an access token for good; its bearer is refused within seconds.",
    )
    async def access_token_revoke(
        self,
        info: Info,
        input: Annotated[AccessTokenRevokeInput, strawberry.argument(description="What to do.")],  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - the payload
        """Revoke a token; a version is not asked for, since nothing may keep it valid."""

        def build(check: Check) -> RevokeToken:
            token_id = check_id("access_token", input.id, check, "id")
            check.refuse_if_any()
            assert token_id is not None  # noqa: S101 - otherwise the check has refused
            return RevokeToken(token_id)

        done = await perform(
            info.context, "accessTokenRevoke", input.idempotency_key, build, end_token
        )
        if done.outcome is None:
            return AccessTokenRevokePayload(user_errors=user_errors(done.violations))
        row = await info.context.row("access_token", done.outcome.ids["access_token"])
        return AccessTokenRevokePayload(access_token=wrap("access_token", row))
