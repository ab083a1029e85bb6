"""Venues with their tree of locations, seats, parking places and hospitality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.commands.venues import LOCATION, RESOURCE, VENUE
from app.domain.errors import ErrorCode
from app.domain.venues import Location, LocationKind, Resource, ResourceKind, Venue
from app.transfers.imports.records import Columns, Record
from app.transfers.imports.slugs import slug

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.validation import Check
    from app.transfers.imports.intake import Intake

_LEVELS = {
    "stand": LocationKind.STAND,
    "block": LocationKind.BLOCK,
    "box": LocationKind.BOX,
    "row": LocationKind.ROW,
    "parkingZone": LocationKind.PARKING_ZONE,
    "hospitality": LocationKind.HOSPITALITY,
}
"""Columns that name locations, each inside those before it."""
_PLACE = ("code", "category", "isBlocked")
_OWN = ("hospitalityType", "capacity", "seat", "place", *_PLACE)
COLUMNS = Columns(
    ("venue", "venueName", "venueCountry", *_LEVELS, *_OWN),
    ("venue",),
    {
        **{f"{level}.typeCode": "hospitalityType" for level in _LEVELS},
        **{f"{level}.capacity": "capacity" for level in _LEVELS},
        **{f"{place}.{own}": own for place in ("seat", "place") for own in _PLACE},
        "venue.code": "venue",
        "venue.name": "venueName",
        "venue.country": "venueCountry",
    },
)


@dataclass(frozen=True, slots=True)
class _Step:
    """One location on the way to a row's own: where it lies, and the column that names it."""

    venue: str
    names: tuple[tuple[str, str], ...]

    @property
    def above(self) -> _Step | None:
        """Return the step before this one."""
        return _Step(self.venue, self.names[:-1]) if len(self.names) > 1 else None


def import_seating(intake: Intake, records: Sequence[Record]) -> None:
    """Create or change venues, locations, seats and parking places.

    A location is found by its name inside the one above it, or else by its code, which is made of
    the venue and the names: `JBS-North-N1-7`. A seat's code is that of its row and its label,
    unless the row gives one.
    """
    venues = _import_venues(intake, records)
    paths = {record.row_no: _path_of(record) for record in records}
    tree = _Tree(intake, venues)
    for depth in range(1, 1 + max((len(path.names) for path in paths.values() if path), default=0)):
        tree.grow(depth, [(r, path) for r in records if (path := paths[r.row_no]) is not None])
    _import_places(intake, records, paths, tree)


def _import_venues(intake: Intake, records: Sequence[Record]) -> dict[str, Venue]:
    """Create the venues that do not exist, and change the names and countries that rows give."""
    first: dict[str, Record] = {}
    for record in records:
        code = record.needed("venue")
        if code is not None:
            first.setdefault(code, record)
    known = intake.by_code(Venue, first)
    rows = []
    for code, record in first.items():
        stored = known.get(code)
        name, country = record.text("venueName"), record.text("venueCountry")
        values = {
            "code": code,
            "name": name or (stored.name if stored else code),
            "country": country or (stored.country if stored else intake.organisation.country),
        }
        rows.append((record.check.below("venue"), values))
    return {venue.code: venue for venue in intake.store(VENUE, rows) if venue is not None}


def _path_of(record: Record) -> _Step | None:
    """Return the way to a row's own location, or collect that it has none."""
    names = tuple((c, name) for c in _LEVELS if (name := record.text(c)) is not None)
    if not names:
        message = f"the row needs one of {', '.join(_LEVELS)}"
        record.check.add(ErrorCode.TEXT_REQUIRED, message, "block")
        return None
    if record.text("seat") is not None and record.text("place") is not None:
        message = "a row is a seat or a parking place, not both"
        record.check.add(ErrorCode.INPUT_INVALID, message, "place")
    return _Step(record.text("venue") or "", names)


class _Tree:
    """The locations of the venues, as far as the import has come."""

    def __init__(self, intake: Intake, venues: dict[str, Venue]) -> None:
        self._intake = intake
        self._venues = venues
        ids = [venue.id for venue in venues.values()]
        stored = intake.work.find(Location, venue_id=ids) if ids else []
        self._by_place = {(one.venue_id, one.parent_id, one.kind, one.name): one for one in stored}
        self._by_code = {one.code: one for one in stored}
        self._made: dict[_Step, Location] = {}

    def location(self, step: _Step) -> Location | None:
        """Return the location of a step, None while it does not exist."""
        return self._made.get(step)

    def grow(self, depth: int, paths: Sequence[tuple[Record, _Step]]) -> None:
        """Create or change the locations that lie so deep."""
        steps: dict[_Step, tuple[Record, dict[str, Any]]] = {}
        for record, path in paths:
            if len(path.names) < depth or record.check.violations:
                continue
            step = _Step(path.venue, path.names[:depth])
            own_values = steps.setdefault(step, (record, {}))[1]
            if len(path.names) == depth:
                own_values |= _own_values(record, own_values)
        rows: list[tuple[Check, dict[str, Any]]] = []
        wanted = []
        for position, (step, (record, own)) in enumerate(steps.items(), 1):
            values = self._values(step, record, position)
            if values is not None:
                rows.append((record.check.below(step.names[-1][0]), values | own))
                wanted.append(step)
        made = self._intake.store(LOCATION, rows)
        self._made |= {s: one for s, one in zip(wanted, made, strict=True) if one is not None}

    def _values(self, step: _Step, record: Record, position: int) -> dict[str, Any] | None:
        """Return what a location is stored with, None where what lies above it is wrong."""
        column, name = step.names[-1]
        kind = _LEVELS[column]
        venue = self._venues.get(step.venue)
        above = self._made.get(step.above) if step.above is not None else None
        if venue is None or (step.above is not None and above is None):
            return None
        parent_id = above.id if above is not None else None
        code = f"{above.code if above is not None else venue.code}-{slug(name)}"
        stored = self._by_place.get((venue.id, parent_id, kind, name))
        if stored is None and code in self._by_code:
            other = self._by_code[code]
            message = f"{other.kind} {other.name} has the code {code} already; rename one of them"
            record.check.add(ErrorCode.CODE_TAKEN, message, column)
            return None
        values = {"venue_id": venue.id, "parent_id": parent_id, "name": name, "kind": kind}
        if stored is not None:
            return {**values, "code": stored.code}
        return {**values, "code": code, "position": position}


def _own_values(record: Record, known: dict[str, Any]) -> dict[str, Any]:
    """Read what a row says about its own location, if it is not about a seat or place in it."""
    values: dict[str, Any] = {}
    if record.text("hospitalityType") is not None:
        values["type_code"] = record.text("hospitalityType")
    if record.text("seat") is None and record.text("place") is None:
        capacity = record.whole("capacity")
        if capacity is not None:
            values["capacity"] = capacity
    for name, value in values.items():
        if known.get(name, value) != value:
            column = "capacity" if name == "capacity" else "hospitalityType"
            message = f"an earlier row gives this location another {column}: {known[name]}"
            record.check.add(ErrorCode.INPUT_INVALID, message, column)
    return values


def _import_places(
    intake: Intake,
    records: Sequence[Record],
    paths: dict[int, _Step | None],
    tree: _Tree,
) -> None:
    """Create or change seats and parking places."""
    found: list[tuple[Record, Location, str]] = []
    for record in records:
        path = paths[record.row_no]
        location = tree.location(path) if path is not None else None
        label = record.text("seat") or record.text("place")
        if location is not None and label is not None:
            found.append((record, location, label))
    codes = [r.text("code") or f"{location.code}-{slug(label)}" for r, location, label in found]
    known = intake.by_code(Resource, codes)
    counts: dict[UUID, int] = {}
    rows = []
    for (record, location, label), code in zip(found, codes, strict=True):
        is_seat = record.text("seat") is not None
        counts[location.id] = counts.get(location.id, 0) + 1
        values: dict[str, Any] = {
            "location_id": location.id,
            "kind": ResourceKind.SEAT if is_seat else ResourceKind.PARKING,
            "code": code,
            "label": label,
        }
        if code not in known:
            values["position"] = _position(label, counts[location.id])
        if record.has("category"):
            values["category"] = record.text("category")
        if record.text("isBlocked") is not None:
            values["is_blocked"] = record.boolean("isBlocked")
        rows.append((record.check.below("seat" if is_seat else "place"), values))
    intake.store(RESOURCE, rows)


def _position(label: str, count: int) -> int:
    """Order places by their number, or as they come where labels are no numbers."""
    return int(label) if label.isascii() and label.isdecimal() and len(label) <= 4 else count  # noqa: PLR2004 - row and place numbers are short
