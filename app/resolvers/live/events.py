"""What a subscriber is told: the state of an object, that it is gone, or to start afresh."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uuid import UUID

    from app.resolvers.live.cursors import Cursor


class LiveKind(StrEnum):
    """The kinds of event of a subscription."""

    PRESENT = "PRESENT"
    CHANGED = "CHANGED"
    GONE = "GONE"
    CAUGHT_UP = "CAUGHT_UP"
    RESYNC = "RESYNC"


class LiveReason(StrEnum):
    """Why an object is gone, or why a subscriber must start afresh."""

    REMOVED = "REMOVED"
    NOT_MATCHING = "NOT_MATCHING"
    CURSOR_TOO_OLD = "CURSOR_TOO_OLD"
    CURSOR_UNKNOWN = "CURSOR_UNKNOWN"
    TOO_MANY_CHANGES = "TOO_MANY_CHANGES"
    TOO_MANY_OBJECTS = "TOO_MANY_OBJECTS"
    INTERRUPTED = "INTERRUPTED"


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One event; `state` is a row, or the availability that was counted."""

    kind: LiveKind
    cursor: str
    key: UUID | None = None
    state: Any = None
    topics: tuple[str, ...] = ()
    reason: LiveReason | None = None

    def at(self, cursor: Cursor) -> LiveEvent:
        """Return the event with its cursor."""
        return replace(self, cursor=cursor.write())
