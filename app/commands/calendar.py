"""Seasons and calendar items: what changes them, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.register import Change, Edit, Noun, edit
from app.domain.calendar import (
    BundleItem,
    CalendarItem,
    CalendarItemStatus,
    Season,
    check_calendar_item,
    check_calendar_item_change,
    check_season,
    first_date,
)
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.permissions import Permission, require
from app.domain.venues import Venue
from app.storage.calendar import sold_calendar_items
from app.storage.pools import delete_pools_elsewhere, insert_missing_pools

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from app.commands.execution import Outcome
    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChangeStatus:
    """A calendar item at the version it was read; a new date only when it is postponed to one."""

    id: UUID
    expected_version: int
    starts_at: datetime | None = None


def postpone(work: UnitOfWork, actor: Actor, request: ChangeStatus) -> Outcome:
    """Postpone a calendar item, to a new date or to one that is not known yet.

    Its reservations stay, and it keeps the date it first had.
    """
    values: dict[str, object] = {"status": CalendarItemStatus.POSTPONED}
    if request.starts_at is not None:
        values["starts_at"] = request.starts_at
    return edit(CALENDAR_ITEM)(work, actor, Edit(request.id, request.expected_version, values))


def mark_played(work: UnitOfWork, actor: Actor, request: ChangeStatus) -> Outcome:
    """Close a calendar item that has begun: nothing can be sold for it any more."""
    require(actor, Permission.CALENDAR_CHANGE)
    item = work.get(CalendarItem, request.id, "id", lock=True)
    if item.starts_at > work.now:
        message = f"{item.name} has not begun; it starts at {item.starts_at.isoformat()}"
        refuse(ErrorCode.CALENDAR_STATUS_INVALID, message)
    values = {"status": CalendarItemStatus.PLAYED}
    return edit(CALENDAR_ITEM)(work, actor, Edit(request.id, request.expected_version, values))


def cancel(work: UnitOfWork, actor: Actor, request: ChangeStatus) -> Outcome:
    """Cancel a calendar item of which nothing is sold or reserved."""
    values = {"status": CalendarItemStatus.CANCELLED}
    return edit(CALENDAR_ITEM)(work, actor, Edit(request.id, request.expected_version, values))


def _check_seasons(_work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    for change in changes:
        check_season(change.after, change.check)


def _with_season_pools(work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    """Create the pools of products that are granted per season."""
    fresh = [change.after.id for change in changes if change.before is None]
    if fresh:
        insert_missing_pools(work, seasons=fresh)


def _with_first_dates(_work: UnitOfWork, changes: Sequence[Change]) -> list[Change]:
    """Let the first date follow the date until an item is postponed."""
    return [replace(change, after=_with_first_date(change)) for change in changes]


def _with_first_date(change: Change) -> object:
    before, after = change.before, change.after
    if before is None:
        return replace(after, original_starts_at=after.original_starts_at or after.starts_at)
    if after.starts_at is None or after.original_starts_at != before.original_starts_at:
        return after
    return replace(after, original_starts_at=first_date(before, after))


def _check_calendar_items(work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    """Collect what is wrong with calendar items, and what sold or bundled ones cannot become."""
    ids = [change.after.id for change in changes if change.before is not None]
    sold = sold_calendar_items(work, ids) if ids else ()
    members = work.find(BundleItem, calendar_item_id=ids) if ids else ()
    bundled = {member.calendar_item_id for member in members}
    for change in changes:
        check_calendar_item(change.after, change.check)
        if change.before is not None:
            check_calendar_item_change(
                change.before,
                change.after,
                change.check,
                is_sold=change.after.id in sold,
                is_bundled=change.after.id in bundled,
            )


def _with_pools(work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    """Create the pools of new calendar items, move those of a changed venue, announce changes."""
    moved = [
        change.after.id
        for change in changes
        if change.before is not None and change.before.venue_id != change.after.venue_id
    ]
    fresh = [change.after.id for change in changes if change.before is None]
    if moved:
        delete_pools_elsewhere(work, moved)
    if fresh or moved:
        insert_missing_pools(work, calendar_items=fresh + moved)
    for before, after in ((change.before, change.after) for change in changes):
        if before is None or (before.starts_at, before.status) == (after.starts_at, after.status):
            continue
        work.emit(
            Topic.CALENDAR_ITEM_CHANGED,
            "calendar_item",
            after.id,
            status=after.status,
            starts_at=after.starts_at,
        )


SEASON = Noun(
    "season", Season, Permission.CALENDAR_CHANGE, check=_check_seasons, saved=_with_season_pools
)
CALENDAR_ITEM = Noun(
    "calendar_item",
    CalendarItem,
    Permission.CALENDAR_CHANGE,
    defaults={"status": CalendarItemStatus.PLANNED},
    references={"season_id": Season, "venue_id": Venue},
    complete=_with_first_dates,
    check=_check_calendar_items,
    saved=_with_pools,
)
