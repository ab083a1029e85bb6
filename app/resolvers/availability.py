"""Availability: which calendar items are meant, and what they have left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.domain.calendar import SELLABLE
from app.domain.errors import ErrorCode, refuse
from app.domain.permissions import require_scope
from app.domain.scopes import Scope
from app.resolvers.ids import parse_id
from app.storage.availability import PlaceCount, SeatCount, place_counts, seat_counts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from app.resolvers.context import Context


@dataclass(frozen=True, slots=True)
class Availability:
    """The calendar items that were asked about, and the counts over all of them."""

    items: tuple[Mapping[str, Any], ...]
    seats: tuple[SeatCount, ...]
    places: tuple[PlaceCount, ...]


async def read_availability(
    context: Context,
    calendar_item_id: str | None,
    bundle_id: str | None,
    season_id: str | None,
) -> Availability:
    """Count what is free at one calendar item, or at every one of a bundle or season still to come.

    Refuses with PERMISSION_DENIED a token without the scope for it, with INPUT_INVALID unless
    exactly one is given, with ID_INVALID and NOT_FOUND.
    """
    require_scope(context.caller, Scope.READ_INVENTORY)
    items = await _items(context, calendar_item_id, bundle_id, season_id)
    ids = [row["id"] for row in items]
    seasons = list({row["season_id"] for row in items})
    seats = await seat_counts(context.reader, context.caller, ids)
    places = await place_counts(context.reader, context.caller, ids, seasons)
    return Availability(tuple(items), tuple(seats), tuple(places))


async def _items(
    context: Context,
    calendar_item_id: str | None,
    bundle_id: str | None,
    season_id: str | None,
) -> list[Mapping[str, Any]]:
    """Read the calendar items of the one scope that is given."""
    given = [one for one in (calendar_item_id, bundle_id, season_id) if one is not None]
    if len(given) != 1:
        message = "give exactly one of calendarItemId, bundleId and seasonId"
        refuse(ErrorCode.INPUT_INVALID, message, "calendarItemId")
    if calendar_item_id is not None:
        item_id = parse_id("calendar_item", calendar_item_id, "calendarItemId")
        row = await context.row("calendar_item", item_id)
        if row is None:
            refuse(ErrorCode.NOT_FOUND, "no such calendar item", "calendarItemId")
        return [row]
    if bundle_id is not None:
        wanted = parse_id("calendar_bundle", bundle_id, "bundleId")
        if await context.row("calendar_bundle", wanted) is None:
            refuse(ErrorCode.NOT_FOUND, "no such bundle", "bundleId")
        return _to_come(context, await _members(context, wanted))
    wanted = parse_id("season", season_id or "", "seasonId")
    if await context.row("season", wanted) is None:
        refuse(ErrorCode.NOT_FOUND, "no such season", "seasonId")
    rows = await context.children("calendar_item", "season_id", wanted, ("starts_at",))
    return _to_come(context, rows)


async def _members(context: Context, bundle_id: UUID) -> list[Mapping[str, Any]]:
    """Read the calendar items of a bundle, through the bundles inside a pack."""
    found = []
    for member in await context.children("bundle_item", "bundle_id", bundle_id, ("position",)):
        if member["member_bundle_id"] is not None:
            found += await _members(context, member["member_bundle_id"])
        row = await context.row("calendar_item", member["calendar_item_id"])
        if row is not None:
            found.append(row)
    return found


def _to_come(context: Context, rows: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Keep what can still be sold."""
    now = context.clock()
    return [row for row in rows if row["status"] in SELLABLE and row["starts_at"] > now]
