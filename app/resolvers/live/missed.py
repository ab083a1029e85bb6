"""What a subscriber missed since its cursor, or why nobody can say."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from app.resolvers.live.cursors import RESUMABLE_FOR
from app.resolvers.live.events import LiveReason
from app.storage.changes import Changes
from app.storage.feed import changes_between, is_before, was_undone

if TYPE_CHECKING:
    from uuid import UUID

    from app.resolvers.live.cursors import Cursor
    from app.resolvers.live.hub import Hub

NOTES_LIMIT = 5_000
"""Transactions that are looked through for one who resumes."""
CLOCKS_DIFFER = timedelta(seconds=2)
"""How far the clocks of the database and of the processes may be apart."""


async def read_missed(
    hub: Hub, organisation_id: UUID, after: Cursor, until: Cursor
) -> tuple[Changes, Changes] | LiveReason:
    """Read the changes of the cursor's own span, and those from its end until another cursor.

    Of the first, the objects up to the cursor's key were received.
    """
    if until.at - after.at > RESUMABLE_FOR:
        return LiveReason.CURSOR_TOO_OLD
    if not is_before(after.until, until.until):
        return LiveReason.CURSOR_UNKNOWN
    undone = was_undone(after.until, after.at + CLOCKS_DIFFER, organisation_id)
    if (await hub.reader.run(undone))[0]["was_undone"]:
        return LiveReason.CURSOR_UNKNOWN
    own = Changes()
    if after.key is not None:
        found = await _between(hub, organisation_id, after.since, after.until)
        if found is None:
            return LiveReason.TOO_MANY_CHANGES
        own = found
    later = await _between(hub, organisation_id, after.until, until.until)
    return LiveReason.TOO_MANY_CHANGES if later is None else (own, later)


async def _between(hub: Hub, organisation_id: UUID, since: str, until: str) -> Changes | None:
    """Merge the changes between two positions; None when there are too many to look through."""
    if since == until:
        return Changes()
    query = changes_between(since, until, organisation_id, NOTES_LIMIT + 1)
    notes = await hub.reader.run(query)
    if len(notes) > NOTES_LIMIT:
        return None
    changes = Changes()
    for note in notes:
        changes.add(Changes.from_json(note["changes"]))
    await hub.complete(organisation_id, changes)
    return changes
