"""One subscriber: the newest state of each object that waits to be sent, and since when."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

from app.resolvers.live.events import LiveReason

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from app.resolvers.live.cursors import Cursor
    from app.resolvers.live.watches import Touched

Followed = TypeVar("Followed")
QUEUE_LIMIT = 1_000
"""Objects whose newest state waits for a slow subscriber; with more it has to start afresh."""


class Subscriber(Generic[Followed]):
    """A bounded queue that coalesces: a newer state of an object takes the place of an older one.

    Until it `is_live` the hub only notes which objects were touched since `start`; whoever begins
    or resumes reads them itself, after what there was before. `busy_since` says since when an
    event is on its way out.
    """

    __slots__ = (
        "_queue",
        "_ready",
        "busy_since",
        "channel",
        "is_live",
        "lost",
        "on_stall",
        "start",
        "touched",
    )

    def __init__(self, channel: Followed, start: Cursor, on_stall: Callable[[], None]) -> None:
        """Begin at a position; `on_stall` is called once when nothing is taken for too long."""
        self.channel = channel
        self.start = start
        self.on_stall: Callable[[], None] | None = on_stall
        self.is_live = False
        self.touched: Touched = {}
        self.lost: LiveReason | None = None
        self.busy_since = float("inf")
        self._queue: dict[UUID, bytes] = {}
        self._ready: asyncio.Event | None = None

    def note(self, touched: Touched) -> None:
        """Keep what was touched while it is not live."""
        for key, topics in touched.items():
            self.touched[key] = self.touched.get(key, frozenset()) | topics

    def put(self, key: UUID, answer: bytes) -> None:
        """Queue the newest state of an object, behind what is queued already."""
        self._queue.pop(key, None)
        self._queue[key] = answer
        if len(self._queue) > QUEUE_LIMIT:
            self.lose(LiveReason.TOO_MANY_CHANGES)
        elif self._ready is not None:
            self._ready.set()

    def lose(self, reason: LiveReason) -> None:
        """Drop what is queued: the subscriber has to start afresh, and is told why."""
        self._queue.clear()
        self.is_live = False
        self.lost = reason
        if self._ready is not None:
            self._ready.set()

    def restart(self, start: Cursor) -> LiveReason | None:
        """Begin again at a position; return why."""
        reason, self.lost = self.lost, None
        self.start, self.touched = start, {}
        return reason

    async def take(self) -> bytes | None:
        """Return what was queued first, waiting for it; None when it has to start afresh."""
        while self.lost is None and not self._queue:
            self._ready = asyncio.Event()
            await self._ready.wait()
            self._ready = None
        if self.lost is not None:
            return None
        return self._queue.pop(next(iter(self._queue)))
