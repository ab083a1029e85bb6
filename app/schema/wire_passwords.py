"""Passwords of access tokens for the wire, to which BI tools connect."""

from __future__ import annotations

from typing import Any

import strawberry

from app.commands.wire_passwords import (
    GiveWirePassword,
    TakeWirePassword,
    give_wire_password,
    take_wire_password,
)
from app.domain.validation import Check
from app.resolvers.ids import checked_id
from app.schema.inputs import key
from app.schema.payloads import ShownOnce, action_mutation


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


_PASSWORD = ShownOnce(
    "password",
    "The password. It is shown this once and stored nowhere: sent again with the same "
    "idempotencyKey, the answer has the token and a null password.",
)


def _give(given_input: Any, check: Check) -> GiveWirePassword:  # noqa: ANN401 - an input object
    return GiveWirePassword(checked_id("access_token", given_input.id, check, "id"))


def _take(given_input: Any, check: Check) -> TakeWirePassword:  # noqa: ANN401 - an input object
    return TakeWirePassword(checked_id("access_token", given_input.id, check, "id"))


@strawberry.type
class WirePasswordsMutation:
    """Changes of passwords for the wire."""

    access_token_give_wire_password = action_mutation(
        "accessTokenGiveWirePassword",
        "access_token",
        "AccessToken",
        AccessTokenGiveWirePasswordInput,
        _give,
        give_wire_password,
        "Give an access token a password with which BI tools connect, in place of its secret: "
        "whoever finds it in a workbook reads what the token may see there, and cannot use this "
        "API. A password from before ends.",
        once=_PASSWORD,
    )
    access_token_take_wire_password = action_mutation(
        "accessTokenTakeWirePassword",
        "access_token",
        "AccessToken",
        AccessTokenTakeWirePasswordInput,
        _take,
        take_wire_password,
        "Take the password for the wire back; the token's secret opens it again.",
    )
