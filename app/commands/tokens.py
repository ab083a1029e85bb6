"""Access tokens: issued once in plain text, kept as a hash, revocable."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.domain.accounts import Account
from app.domain.errors import ErrorCode
from app.domain.permissions import Permission, Role, require
from app.domain.tokens import TOKEN_PREFIX, AccessToken, hash_token
from app.domain.validation import Check

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

SECRET_BYTES = 32
"""Random bytes of a token."""


@dataclass(frozen=True, slots=True)
class NewToken:
    """A role, and for portal users the account; `expires_at` None never expires."""

    label: str
    role: Role
    account_id: UUID | None = None
    expires_at: datetime | None = None


def issue_token(work: UnitOfWork, request: NewToken) -> str:
    """Create a token and return its secret, which is shown once and stored nowhere.

    Refuses a portal token without an account, an account on any other role, and an end that has
    passed.
    """
    return _issue(work, request)[0]


def _issue(work: UnitOfWork, request: NewToken) -> tuple[str, AccessToken]:
    """Create a token, and return its secret beside it."""
    check = Check()
    check.text("label", request.label)
    check.instant("expiresAt", request.expires_at)
    if (request.role is Role.PORTAL) is (request.account_id is None):
        message = "a portal token needs the account it belongs to, any other role must have none"
        check.add(ErrorCode.INPUT_INVALID, message, "accountId")
    check.refuse_if_any()
    if request.expires_at is not None and request.expires_at <= work.now:
        message = f"expiresAt {request.expires_at} has passed"
        check.add(ErrorCode.DATE_INVALID, message, "expiresAt")
    if request.account_id is not None and not work.find(Account, id=request.account_id):
        check.add(ErrorCode.NOT_FOUND, "accountId refers to nothing that exists", "accountId")
    check.refuse_if_any()
    secret = TOKEN_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = AccessToken(
        id=work.new_id(),
        token_hash=hash_token(secret),
        label=request.label,
        role=request.role,
        account_id=request.account_id,
        is_revoked=False,
        created_at=work.now,
        expires_at=request.expires_at,
        version=1,
    )
    work.insert([token])
    shown = {"label": token.label, "role": token.role, "account_id": token.account_id}
    work.record_values("access_token", token.id, "access_token.created", None, shown)
    return secret, token


def create_token(
    work: UnitOfWork, actor: Actor, request: NewToken, shown: Callable[[str], None]
) -> Outcome:
    """Create a token for whoever may; its secret goes to `shown` and into no outcome.

    An outcome is stored with its idempotency key, so a replay knows the token and not the secret.
    """
    require(actor, Permission.TOKEN_CHANGE)
    secret, token = _issue(work, request)
    shown(secret)
    return Outcome({"access_token": token.id})


@dataclass(frozen=True, slots=True)
class RevokeToken:
    """The token that must open nothing any more."""

    token_id: UUID


def end_token(work: UnitOfWork, actor: Actor, request: RevokeToken) -> Outcome:
    """Revoke a token for whoever may."""
    require(actor, Permission.TOKEN_CHANGE)
    revoke_token(work, request.token_id)
    return Outcome({"access_token": request.token_id})


def revoke_token(work: UnitOfWork, token_id: UUID) -> None:
    """Revoke a token for good; revoking it twice changes nothing."""
    token = work.get(AccessToken, token_id, "id", lock=True)
    if not token.is_revoked:
        work.update([replace(token, is_revoked=True, version=token.version + 1)])
        shown = {"is_revoked": True}
        work.record_values("access_token", token.id, "access_token.revoked", None, shown)
