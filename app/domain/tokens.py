"""Access tokens: what is kept of a bearer token is its hash."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.admission import Refusal
from app.domain.permissions import Actor, Quota
from app.domain.scopes import widened

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.permissions import Role
    from app.domain.scopes import Scope

TOKEN_PREFIX = "loge_"  # noqa: S105 - the mark by which leak scanners find a token
"""What every bearer token begins with."""
SECRET_BYTES = 32
"""Random bytes of a token."""
QUOTA_POINTS_LIMIT = 1_000_000
"""The largest quota, in points per second and in points of the bucket."""
OVERLAP_LIMIT_SECONDS = 30 * 24 * 3600
"""How long the old secret may at most open anything after a rotation."""
_SECRET = re.compile(re.escape(TOKEN_PREFIX) + r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token of one organisation with one role; portal tokens belong to one account.

    `scopes` None is everything that the role may. While it rotates, the secret before it opens
    the same until `previous_expires_at`. `rep_code` is the sales rep whose rows it is shown.

    The verifiers prove passwords of the wire: of the secret (None of tokens from before there were
    any), of the one before it, and since `wire_password_at` of a password of its own instead.
    """

    id: UUID
    token_hash: bytes
    label: str
    role: Role
    account_id: UUID | None
    is_revoked: bool
    created_at: datetime
    expires_at: datetime | None
    version: int
    scopes: frozenset[Scope] | None = None
    quota_points_per_second: int | None = None
    quota_bucket_points: int | None = None
    previous_hash: bytes | None = None
    previous_expires_at: datetime | None = None
    rep_code: str | None = None
    wire_verifier: str | None = field(default=None, repr=False)
    previous_wire_verifier: str | None = field(default=None, repr=False)
    wire_password_verifier: str | None = field(default=None, repr=False)
    wire_password_at: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        """Tell whether the token still opens anything."""
        return self.refusal(now, self.token_hash) is None

    def refusal(self, now: datetime, token_hash: bytes) -> Refusal | None:
        """Return why the secret of a hash opens nothing any more, or None when it does."""
        if self.is_revoked:
            return Refusal.REVOKED
        ends_at = self.ends_at(token_hash)
        return Refusal.EXPIRED if ends_at is not None and now >= ends_at else None

    def ends_at(self, token_hash: bytes) -> datetime | None:
        """Return when the secret of a hash ends: the one before a rotation ends earlier."""
        ends = [self.expires_at]
        if token_hash == self.previous_hash:
            ends.append(self.previous_expires_at)
        return min((one for one in ends if one is not None), default=None)

    def wire_verifiers(self, now: datetime) -> tuple[str, ...]:
        """Return what proves the passwords that open the wire at the moment."""
        if not self.is_valid(now):
            return ()
        if self.wire_password_verifier is not None:
            return (self.wire_password_verifier,)
        found = [self.wire_verifier]
        if self.previous_expires_at is not None and now < self.previous_expires_at:
            found.append(self.previous_wire_verifier)
        return tuple(one for one in found if one is not None)

    def actor(self, organisation_id: UUID) -> Actor:
        """Return whom the token stands for."""
        quota = None
        if self.quota_points_per_second is not None and self.quota_bucket_points is not None:
            quota = Quota(self.quota_points_per_second, self.quota_bucket_points)
        scopes = None if self.scopes is None else widened(self.scopes)
        return Actor(
            organisation_id,
            self.id,
            self.role,
            self.account_id,
            scopes=scopes,
            quota=quota,
            rep_code=self.rep_code,
        )


def is_token(secret: str) -> bool:
    """Tell whether a text has the form of our tokens; any other need not be looked up."""
    return _SECRET.fullmatch(secret) is not None


def hash_token(secret: str) -> bytes:
    """Return what is stored of a token; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).digest()
