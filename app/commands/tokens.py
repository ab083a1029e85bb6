"""Access tokens: issued once in plain text, kept as a hash, rotated, revocable."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from app.commands.execution import Outcome
from app.commands.register import check_version
from app.domain.accounts import Account
from app.domain.errors import ErrorCode, refuse
from app.domain.permissions import Permission, Quota, Role, require, useful_scopes
from app.domain.scopes import widened
from app.domain.tokens import (
    OVERLAP_LIMIT_SECONDS,
    QUOTA_POINTS_LIMIT,
    SECRET_BYTES,
    TOKEN_PREFIX,
    AccessToken,
    hash_token,
)
from app.domain.validation import Check
from app.domain.wire_passwords import wire_verifier
from app.storage.admission import note_uses

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from app.commands.execution import Runner
    from app.domain.permissions import Actor
    from app.domain.scopes import Scope
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewToken:
    """A role, and for portal users the account; `expires_at` None never expires.

    `scopes` None is everything that the role may, and `quota` None what everybody gets. `rep_code`
    is the sales rep that the bearer is.
    """

    label: str
    role: Role
    account_id: UUID | None = None
    expires_at: datetime | None = None
    scopes: frozenset[Scope] | None = None
    quota: Quota | None = None
    rep_code: str | None = None


@dataclass(frozen=True, slots=True)
class EditToken:
    """Fields of a token that is still at `expected_version`; those not in `values` stay."""

    id: UUID
    expected_version: int
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RotateToken:
    """The token that gets a new secret, and how long the present one opens the same."""

    token_id: UUID
    overlap_seconds: int


@dataclass(frozen=True, slots=True)
class RevokeToken:
    """The token that must open nothing any more."""

    token_id: UUID


def issue_token(work: UnitOfWork, request: NewToken) -> str:
    """Create a token and return its secret, which is shown once and stored nowhere.

    Refuses a portal token without an account, an account on any other role, an end that has
    passed, a partner's token without scopes, and scopes of which the role may use nothing.
    """
    return _issue(work, request)[0]


def _issue(work: UnitOfWork, request: NewToken) -> tuple[str, AccessToken]:
    """Create a token, and return its secret beside it."""
    check = Check()
    if (request.role is Role.PORTAL) is (request.account_id is None):
        message = "a portal token needs the account it belongs to, any other role must have none"
        check.add(ErrorCode.INPUT_INVALID, message, "accountId")
    secret = _new_secret()
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
        scopes=request.scopes,
        rep_code=request.rep_code,
        wire_verifier=wire_verifier(secret, work.organisation_id),
    )
    token = replace(token, **_quota_values(request.quota))
    _check_token(token, check)
    _check_end(work, token, check)
    check.refuse_if_any()
    if request.account_id is not None and not work.find(Account, id=request.account_id):
        check.add(ErrorCode.NOT_FOUND, "accountId refers to nothing that exists", "accountId")
    check.refuse_if_any()
    work.insert([token])
    work.record_values("access_token", token.id, "access_token.created", None, _shown(token))
    return secret, token


def create_token(
    work: UnitOfWork, actor: Actor, request: NewToken, shown: Callable[[str], None]
) -> Outcome:
    """Create a token for whoever may; its secret goes to `shown` and into no outcome.

    An outcome is stored with its idempotency key, so a replay knows the token and not the secret.
    """
    require(actor, Permission.TOKEN_CHANGE)
    require_own_scopes(actor, request.scopes)
    secret, token = _issue(work, request)
    shown(secret)
    return Outcome({"access_token": token.id})


def edit_token(work: UnitOfWork, actor: Actor, request: EditToken) -> Outcome:
    """Change a token for whoever may.

    Raises:
        DomainError: PERMISSION_DENIED, NOT_FOUND, VERSION_STALE, or what `issue_token` refuses.
    """
    require(actor, Permission.TOKEN_CHANGE)
    before = work.get(AccessToken, request.id, "id", lock=True)
    check_version(before.version, request.expected_version)
    values = dict(request.values)
    if "quota" in values:
        values |= _quota_values(values.pop("quota"))
    after = replace(before, **values)
    if after == before:
        return Outcome({"access_token": before.id})
    require_own_scopes(actor, before.scopes)
    require_own_scopes(actor, after.scopes)
    check = Check()
    _check_token(after, check)
    if after.expires_at != before.expires_at:
        _check_end(work, after, check)
    check.refuse_if_any()
    work.update([replace(after, version=before.version + 1)])
    old, new = _shown(before), _shown(after)
    changed = [name for name in new if old[name] != new[name]]
    work.record_values(
        "access_token",
        before.id,
        "access_token.changed",
        {name: old[name] for name in changed},
        {name: new[name] for name in changed},
    )
    return Outcome({"access_token": before.id})


def rotate_token(
    work: UnitOfWork, actor: Actor, request: RotateToken, shown: Callable[[str], None]
) -> Outcome:
    """Give a token a new secret; the present one opens the same for a while, older ones nothing.

    The new secret goes to `shown` and into no outcome.

    Raises:
        DomainError: PERMISSION_DENIED, NOT_FOUND, INPUT_INVALID for an overlap out of bounds,
            IN_USE for a token that was revoked.
    """
    require(actor, Permission.TOKEN_CHANGE)
    check = Check()
    check.whole("overlapSeconds", request.overlap_seconds, 0, OVERLAP_LIMIT_SECONDS)
    check.refuse_if_any()
    token = standing_token(work, actor, request.token_id)
    secret, until = _new_secret(), None
    if request.overlap_seconds:
        until = work.now + timedelta(seconds=request.overlap_seconds)
    rotated = replace(
        token,
        token_hash=hash_token(secret),
        previous_hash=token.token_hash if until else None,
        previous_expires_at=until,
        wire_verifier=wire_verifier(secret, work.organisation_id),
        previous_wire_verifier=token.wire_verifier if until else None,
        version=token.version + 1,
    )
    work.update([rotated])
    values = {"previous_expires_at": until}
    work.record_values("access_token", token.id, "access_token.rotated", None, values)
    shown(secret)
    return Outcome({"access_token": token.id})


def end_token(work: UnitOfWork, actor: Actor, request: RevokeToken) -> Outcome:
    """Revoke a token for whoever may."""
    require(actor, Permission.TOKEN_CHANGE)
    revoke_token(work, request.token_id)
    return Outcome({"access_token": request.token_id})


def revoke_token(work: UnitOfWork, token_id: UUID) -> None:
    """Revoke a token for good, both secrets of it; revoking it twice changes nothing."""
    token = work.get(AccessToken, token_id, "id", lock=True)
    if not token.is_revoked:
        work.update([replace(token, is_revoked=True, version=token.version + 1)])
        shown = {"is_revoked": True}
        work.record_values("access_token", token.id, "access_token.revoked", None, shown)


def note_tokens(runner: Runner, uses: Mapping[UUID, tuple[UUID, datetime]]) -> None:
    """Write when tokens were last used: for each token its organisation and the instant."""
    clubs: dict[UUID, dict[UUID, datetime]] = {}
    for token_id, (organisation_id, used_at) in uses.items():
        clubs.setdefault(organisation_id, {})[token_id] = used_at
    for organisation_id, of_club in clubs.items():
        runner.transact(organisation_id, "authentication", partial(note_uses, uses=of_club))


def _quota_values(quota: Quota | None) -> dict[str, Any]:
    """Return a quota as the fields of a token."""
    return {
        "quota_points_per_second": None if quota is None else quota.points_per_second,
        "quota_bucket_points": None if quota is None else quota.bucket_points,
    }


def _new_secret() -> str:
    """Return a new secret."""
    return TOKEN_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def locked_token(work: UnitOfWork, actor: Actor, token_id: UUID) -> AccessToken:
    """Return a token that the actor may change, locked.

    Raises:
        DomainError: PERMISSION_DENIED, NOT_FOUND.
    """
    require(actor, Permission.TOKEN_CHANGE)
    token = work.get(AccessToken, token_id, "id", lock=True)
    require_own_scopes(actor, token.scopes)
    return token


def standing_token(work: UnitOfWork, actor: Actor, token_id: UUID) -> AccessToken:
    """Return a token as `locked_token` does, if it was not revoked; IN_USE otherwise."""
    token = locked_token(work, actor, token_id)
    if token.is_revoked:
        refuse(ErrorCode.IN_USE, "the token was revoked for good; create another one", "id")
    return token


def require_own_scopes(actor: Actor, scopes: frozenset[Scope] | None) -> None:
    """Refuse with PERMISSION_DENIED to hand out or touch more than the actor's own scopes."""
    if actor.scopes is None:
        return
    lacking = set() if scopes is None else widened(scopes) - actor.scopes
    if scopes is None or lacking:
        names = ", ".join(sorted(lacking)) or "everything the role may, since it has no scopes"
        message = f"a token with scopes hands out no more than those; this one lacks: {names}"
        refuse(ErrorCode.PERMISSION_DENIED, message, "scopes")


def _check_token(token: AccessToken, check: Check) -> None:
    """Collect what is wrong with a token's own fields."""
    check.text("label", token.label)
    check.instant("expiresAt", token.expires_at)
    if token.rep_code is not None:
        check.text("repCode", token.rep_code)
    for value, name in (
        (token.quota_points_per_second, "pointsPerSecond"),
        (token.quota_bucket_points, "bucketPoints"),
    ):
        check.below("quota").whole(name, value, 1, QUOTA_POINTS_LIMIT)
    useful = useful_scopes(token.role)
    if token.scopes is None:
        if token.role is Role.PARTNER:
            named = ", ".join(sorted(useful))
            message = f"a partner's token names its scopes; there are: {named}"
            check.add(ErrorCode.SCOPE_INVALID, message, "scopes")
        return
    if not token.scopes:
        message = "name at least one scope; leave them out for everything the role may"
        check.add(ErrorCode.SCOPE_INVALID, message, "scopes")
    useless = token.scopes - useful
    if useless:
        names, others = ", ".join(sorted(useless)), ", ".join(sorted(useful))
        message = f"{names} opens nothing to role {token.role}; these do: {others}"
        check.add(ErrorCode.SCOPE_INVALID, message, "scopes")


def _check_end(work: UnitOfWork, token: AccessToken, check: Check) -> None:
    """Collect an end that has passed; a malformed one was collected before."""
    is_sound = not any(one.path[-1:] == ("expiresAt",) for one in check.violations)
    if token.expires_at is not None and is_sound and token.expires_at <= work.now:
        message = f"expiresAt {token.expires_at} has passed"
        check.add(ErrorCode.DATE_INVALID, message, "expiresAt")


def _shown(token: AccessToken) -> dict[str, Any]:
    """Return what the audit keeps of a token: nothing that opens anything."""
    return {
        "label": token.label,
        "role": token.role,
        "account_id": token.account_id,
        "expires_at": token.expires_at,
        "scopes": None if token.scopes is None else sorted(token.scopes),
        "quota_points_per_second": token.quota_points_per_second,
        "quota_bucket_points": token.quota_bucket_points,
        "rep_code": token.rep_code,
    }
