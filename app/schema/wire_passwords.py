"""Passwords of access tokens for the wire, to which BI tools connect."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Optional

import strawberry

from app.commands.wire_passwords import (
    GiveWirePassword,
    TakeWirePassword,
    give_wire_password,
    take_wire_password,
)
from app.domain.validation import Check
from app.resolvers.ids import checked_id
from app.resolvers.mutations import perform
from app.schema.errors import UserError, user_errors
from app.schema.fields import Info, lazy, wrap
from app.schema.inputs import key
from app.schema.payloads import action_mutation


@strawberry.input(description="The access token that gets a password of its own for the wire.")
class AccessTokenGiveWirePasswordInput:
    """A token."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The access token.")


@strawberry.input(description="The access token whose secret is to open the wire again.")
class AccessTokenTakeWirePasswordInput:
    """A token."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The access token.")


@strawberry.type(description="What accessTokenGiveWirePassword answers.")
class AccessTokenGiveWirePasswordPayload:
    """The token, and its password this one time."""

    access_token: Any = strawberry.field(
        graphql_type=Optional[lazy("AccessToken")],
        description="The token; null when nothing was changed.",
        default=None,
    )
    password: str | None = strawberry.field(
        description="The password. It is shown this once and stored nowhere: sent again with the "
        "same idempotencyKey, the answer has the token and a null password.",
        default=None,
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was changed; empty when all went well.", default_factory=list
    )


def _give(given_input: Any, check: Check) -> GiveWirePassword:  # noqa: ANN401 - an input object
    return GiveWirePassword(checked_id("access_token", given_input.id, check, "id"))


def _take(given_input: Any, check: Check) -> TakeWirePassword:  # noqa: ANN401 - an input object
    return TakeWirePassword(checked_id("access_token", given_input.id, check, "id"))


@strawberry.type
class WirePasswordsMutation:
    """Changes of passwords for the wire."""

    @strawberry.mutation(
        graphql_type=Optional[AccessTokenGiveWirePasswordPayload],
        description="Give an access token a password with which BI tools connect, in place of its "
        "secret: whoever finds it in a workbook reads what the token may see there, and cannot use "
        "this API. A password from before ends.",
    )
    async def access_token_give_wire_password(
        self,
        info: Info,
        input: Annotated[  # noqa: A002 - the argument's name in the API
            AccessTokenGiveWirePasswordInput, strawberry.argument(description="What to do.")
        ],
    ) -> Any:  # noqa: ANN401 - the payload
        """Give a password and show it once."""
        passwords: list[str] = []
        done = await perform(
            info.context,
            "accessTokenGiveWirePassword",
            input.idempotency_key,
            partial(_give, input),
            partial(give_wire_password, shown=passwords.append),
        )
        if done.outcome is None:
            errors = user_errors(done.violations)
            return AccessTokenGiveWirePasswordPayload(user_errors=errors)
        row = await info.context.row("access_token", done.outcome.ids["access_token"])
        # The command may have been tried more than once; only the last try was committed.
        password = passwords[-1] if passwords else None
        token = wrap("access_token", row)
        return AccessTokenGiveWirePasswordPayload(access_token=token, password=password)

    access_token_take_wire_password = action_mutation(
        "accessTokenTakeWirePassword",
        "access_token",
        "AccessToken",
        AccessTokenTakeWirePasswordInput,
        _take,
        take_wire_password,
        "Take the password for the wire back; the token's secret opens it again.",
    )
