"""Calendar items with their season."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from app.commands.calendar import CALENDAR_ITEM, SEASON
from app.domain.calendar import CalendarItem, CalendarItemKind, CalendarItemStatus, Season
from app.domain.errors import ErrorCode
from app.domain.venues import Venue
from app.transfers.imports.records import Columns, Field, Record, values_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.transfers.imports.intake import Intake

DEFAULT_TIME = time(20, 0)
"""The club's time at which an item without a time begins."""
_SEASON = {
    "season": Field("code"),
    "seasonName": Field("name"),
    "seasonStartsOn": Field("starts_on", Record.day),
    "seasonEndsOn": Field("ends_on", Record.day),
}
_ITEM = {
    "code": Field("code"),
    "name": Field("name"),
    "kind": Field("kind", lambda r, c: r.member(c, CalendarItemKind), kept=True),
    "status": Field("status", lambda r, c: r.member(c, CalendarItemStatus), kept=True),
}
COLUMNS = Columns(
    (*_ITEM, "startsAt", "date", "time", "venue", *_SEASON),
    ("code", "name"),
    {
        "seasonId": "season",
        "venueId": "venue",
        "season.code": "season",
        "season.name": "seasonName",
        "season.startsOn": "seasonStartsOn",
        "season.endsOn": "seasonEndsOn",
    },
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What rows refer to, and the items that exist."""

    seasons: Mapping[str, Season]
    venues: Mapping[str, Venue]
    items: Mapping[str, CalendarItem]
    season: str | None
    venue: str | None


def import_calendar(intake: Intake, records: Sequence[Record]) -> None:
    """Create or change calendar items by code.

    A season that does not exist is created from the columns seasonName, seasonStartsOn and
    seasonEndsOn where a row has them; one that exists is left as it is. Rows that name no venue
    are at the one of the options, or at the only one that the club has.
    """
    season = intake.options.season
    codes = {record.text("season") or season for record in records}
    seasons = intake.by_code(Season, codes)
    seasons |= _new_seasons(intake, records, seasons)
    venues = {venue.code: venue for venue in intake.work.find(Venue)}
    only = next(iter(venues)) if len(venues) == 1 else None
    items = intake.by_code(CalendarItem, (record.text("code") for record in records))
    known = _Known(seasons, venues, items, season, intake.options.venue or only)
    timeless = 0
    rows = []
    for record in records:
        rows.append((record.check, _values(intake, record, known)))
        timeless += record.text("date") is not None and record.text("time") is None
    if timeless:
        intake.notes.append(
            f"{timeless} items without a time begin at {DEFAULT_TIME:%H:%M} ({intake.zone.key})"
        )
    intake.store(CALENDAR_ITEM, rows)


def _new_seasons(
    intake: Intake, records: Sequence[Record], seasons: Mapping[str, Season]
) -> dict[str, Season]:
    """Create the seasons that rows describe and that do not exist."""
    described: dict[str, Record] = {}
    for record in records:
        code = record.text("season") or intake.options.season
        if code is not None and code not in seasons and record.text("seasonName") is not None:
            described.setdefault(code, record)
    rows = [
        (record.check.below("season"), {**values_of(record, _SEASON), "code": code})
        for code, record in described.items()
    ]
    created = intake.store(SEASON, rows)
    return {season.code: season for season in created if season is not None}


def _values(intake: Intake, record: Record, known: _Known) -> dict[str, Any]:
    """Read one item."""
    values = values_of(record, _ITEM)
    stored = known.items.get(record.text("code") or "")
    if stored is None:
        values.setdefault("kind", CalendarItemKind.MATCH)
    season = _reference(record, "season", known.season, known.seasons)
    venue = _reference(record, "venue", known.venue, known.venues)
    if season is not None or stored is None:
        values["season_id"] = season.id if season is not None else None
    if venue is not None or stored is None:
        values["venue_id"] = venue.id if venue is not None else None
    starts_at = _starts_at(intake, record)
    if starts_at is not None:
        values["starts_at"] = starts_at
    elif stored is None and not record.check.violations:
        message = "an item needs startsAt, or a date with or without a time"
        record.check.add(ErrorCode.DATE_INVALID, message, "startsAt")
    return values


def _reference(record: Record, column: str, default: str | None, known: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a Season or a Venue
    """Return what a row or the options name, or collect that it does not exist."""
    code = record.text(column) or default
    if code is None or code in known:
        return None if code is None else known[code]
    message = f"there is no {column} with code {code!r}"
    if column == "season":
        message += "; create it, or give seasonName, seasonStartsOn and seasonEndsOn"
    elif known:
        message += f"; there are {', '.join(sorted(known)[:10])}"
    record.check.add(ErrorCode.NOT_FOUND, message, column)
    return None


def _starts_at(intake: Intake, record: Record) -> datetime | None:
    """Read the start: an instant, or a date and a time of the club's."""
    if record.text("startsAt") is not None:
        return record.instant("startsAt", intake.zone)
    day = record.day("date")
    if day is None:
        return None
    begins = record.clock("time") if record.text("time") is not None else DEFAULT_TIME
    if begins is None:
        return None
    return record.local(datetime.combine(day, begins), intake.zone, "time")
