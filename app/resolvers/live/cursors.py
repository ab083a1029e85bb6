"""Where a subscriber is: what it has received of what was committed, opaque to clients."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson

from app.domain.errors import ErrorCode, refuse
from app.storage.feed import is_position

RESUMABLE_FOR = timedelta(hours=24)
"""How long after an event its cursor can be resumed from; storage keeps changes for longer."""
CURSOR_LIMIT = 4_000
"""Characters of the longest cursor: positions name the transactions that were under way."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything up to `since` was received, and up to `until` the objects up to `key`.

    With `key` None everything up to `until` was received. `at` is when `until` was read.
    """

    since: str
    until: str
    key: UUID | None
    at: datetime

    @classmethod
    def none(cls, at: datetime) -> Cursor:
        """Return the cursor of whoever has not received everything that there was."""
        return cls("", "", None, at)

    @property
    def is_none(self) -> bool:
        """Tell whether to begin anew from it."""
        return not self.until

    @classmethod
    def after(cls, position: str, at: datetime) -> Cursor:
        """Return the cursor of whoever has everything up to a position."""
        return cls(position, position, None, at)

    def write(self) -> str:
        """Encode it for clients."""
        key = self.key.hex if self.key is not None else ""
        at_ms = int(self.at.timestamp() * 1000)
        packed = orjson.dumps([self.since, self.until, key, at_ms])
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: str, *path: str) -> Cursor:
    """Decode a cursor, or refuse with INPUT_INVALID what is none."""
    try:
        padded = text[:CURSOR_LIMIT] + "=" * (-len(text) % 4)
        since, until, key, at_ms = orjson.loads(base64.urlsafe_b64decode(padded))
        if since == until == "" or (is_position(since) and is_position(until)):
            at = datetime.fromtimestamp(at_ms / 1000, UTC)
            return Cursor(since, until, UUID(hex=key) if key else None, at)
    except (ValueError, TypeError, AttributeError, OverflowError, OSError):
        pass
    message = "not a cursor of a subscription; take one from an event, or leave it out"
    refuse(ErrorCode.INPUT_INVALID, message, *path)
