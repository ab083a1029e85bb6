"""Access tokens: what is kept of a bearer token is its hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from app.domain.permissions import Role

TOKEN_PREFIX = "loge_"  # noqa: S105 - the mark by which leak scanners find a token
"""What every bearer token begins with."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token of one organisation with one role; portal tokens belong to one account."""

    id: UUID
    token_hash: bytes
    label: str
    role: Role
    account_id: UUID | None
    is_revoked: bool
    created_at: datetime
    expires_at: datetime | None
    version: int

    def is_valid(self, now: datetime) -> bool:
        """Tell whether the token still opens anything."""
        return not self.is_revoked and (self.expires_at is None or now < self.expires_at)


def hash_token(secret: str) -> bytes:
    """Return what is stored of a token; 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).digest()
