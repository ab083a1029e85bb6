"""Passwords of tokens for the wire: made once in plain text, kept as a verifier, taken back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.commands.tokens import locked_token, standing_token
from app.domain.tokens import SECRET_BYTES
from app.domain.wire_passwords import WIRE_PASSWORD_PREFIX, wire_verifier

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.domain.tokens import AccessToken
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GiveWirePassword:
    """The token that gets a password of its own for the wire."""

    token_id: UUID


@dataclass(frozen=True, slots=True)
class TakeWirePassword:
    """The token whose secret is to open the wire again."""

    token_id: UUID


def give_wire_password(
    work: UnitOfWork, actor: Actor, request: GiveWirePassword, shown: Callable[[str], None]
) -> Outcome:
    """Give a token a new password for the wire; its secret, and a password before, open it no more.

    The password goes to `shown` and into no outcome.

    Raises:
        DomainError: PERMISSION_DENIED, NOT_FOUND, IN_USE for a token that was revoked.
    """
    token = standing_token(work, actor, request.token_id)
    password = WIRE_PASSWORD_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    verifier = wire_verifier(password, work.organisation_id)
    _replace(work, token, "access_token.wire_password_given", verifier, work.now)
    shown(password)
    return Outcome({"access_token": token.id})


def take_wire_password(work: UnitOfWork, actor: Actor, request: TakeWirePassword) -> Outcome:
    """Take a token's password for the wire back; its secret opens it again.

    Raises:
        DomainError: PERMISSION_DENIED, NOT_FOUND.
    """
    token = locked_token(work, actor, request.token_id)
    if token.wire_password_at is not None:
        _replace(work, token, "access_token.wire_password_taken", None, None)
    return Outcome({"access_token": token.id})


def _replace(
    work: UnitOfWork, token: AccessToken, action: str, verifier: str | None, at: datetime | None
) -> None:
    """Write what proves the password from now on, and that it changed."""
    changed = replace(
        token,
        wire_password_verifier=verifier,
        wire_password_at=at,
        version=token.version + 1,
    )
    work.update([changed])
    old, new = ({"wire_password_at": one.wire_password_at} for one in (token, changed))
    work.record_values("access_token", token.id, action, old, new)
