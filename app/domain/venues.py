"""Venues: a tree of locations with numbered seats and parking places."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from app.domain.errors import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.validation import Check

CAPACITY_LIMIT = 1_000_000
"""Places of one location, product or pool."""


class LocationKind(StrEnum):
    """The parts of a venue."""

    STAND = "STAND"
    BLOCK = "BLOCK"
    BOX = "BOX"
    ROW = "ROW"
    PARKING_ZONE = "PARKING_ZONE"
    HOSPITALITY = "HOSPITALITY"


class ResourceKind(StrEnum):
    """What can be numbered and reserved alone."""

    SEAT = "SEAT"
    PARKING = "PARKING"


PARENTS: dict[LocationKind, frozenset[LocationKind | None]] = {
    LocationKind.STAND: frozenset({None}),
    LocationKind.BLOCK: frozenset({None, LocationKind.STAND}),
    LocationKind.BOX: frozenset({None, LocationKind.STAND, LocationKind.BLOCK}),
    LocationKind.ROW: frozenset({LocationKind.STAND, LocationKind.BLOCK, LocationKind.BOX}),
    LocationKind.PARKING_ZONE: frozenset({None, LocationKind.PARKING_ZONE}),
    LocationKind.HOSPITALITY: frozenset({None, LocationKind.STAND, LocationKind.BLOCK}),
}
"""For each kind of location the kinds that may contain it; None is the venue itself."""


@dataclass(frozen=True, slots=True)
class Venue:
    """A stadium, arena or hall; its country is the place of supply of what is consumed there."""

    id: UUID
    code: str
    name: str
    country: str
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Location:
    """A part of a venue; `type_code` says what a hospitality location serves, such as COCKTAIL."""

    id: UUID
    venue_id: UUID
    parent_id: UUID | None
    code: str
    name: str
    kind: LocationKind
    type_code: str | None
    position: int
    capacity: int | None
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Resource:
    """One numbered seat or parking place; `position` orders it within its location."""

    id: UUID
    location_id: UUID
    kind: ResourceKind
    code: str
    label: str
    position: int
    category: str | None
    is_blocked: bool
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ResourceBlock:
    """A seat or parking place that cannot be sold for one calendar item."""

    id: UUID
    calendar_item_id: UUID
    resource_id: UUID
    reason: str
    created_at: datetime


def check_venue(venue: Venue, check: Check) -> None:
    """Collect what is wrong with a venue."""
    check.code("code", venue.code)
    check.text("name", venue.name)
    check.country("country", venue.country)


def check_location(location: Location, parent: Location | None, check: Check) -> None:
    """Collect what is wrong with a location below its parent."""
    check.code("code", location.code)
    check.text("name", location.name)
    check.whole("position", location.position, 0, CAPACITY_LIMIT)
    check.whole("capacity", location.capacity, 0, CAPACITY_LIMIT)
    if location.type_code is not None:
        check.code("typeCode", location.type_code)
    elif location.kind is LocationKind.HOSPITALITY:
        message = "a hospitality location needs a typeCode, such as COCKTAIL"
        check.add(ErrorCode.TEXT_REQUIRED, message, "typeCode")
    if (parent.kind if parent else None) not in PARENTS[location.kind]:
        above = parent.kind if parent else "the venue"
        message = f"a {location.kind} cannot stand directly below {above}"
        check.add(ErrorCode.INPUT_INVALID, message, "parentId")
    if parent is not None and parent.venue_id != location.venue_id:
        check.add(ErrorCode.INPUT_INVALID, "the parent belongs to another venue", "parentId")


def check_location_change(
    before: Location,
    after: Location,
    ancestors: Collection[UUID],
    children: Sequence[Location],
    contained: Collection[ResourceKind],
    check: Check,
) -> None:
    """Collect what a location cannot become, given the parents above it and what lies in it.

    `ancestors` has its new parent, the parent's parent and so on; `contained` the kinds of
    resource that lie in it.
    """
    if after.venue_id != before.venue_id:
        message = f"{before.name} is a part of its venue; create a location in the other one"
        check.add(ErrorCode.IN_USE, message, "venueId")
    if after.id in ancestors:
        check.add(ErrorCode.INPUT_INVALID, f"{after.name} cannot lie in itself", "parentId")
    for child in children:
        if after.kind not in PARENTS[child.kind]:
            message = f"{child.name}, a {child.kind}, lies in it and cannot lie in a {after.kind}"
            check.add(ErrorCode.IN_USE, message, "kind")
    for kind in contained:
        if not may_hold(after.kind, kind):
            message = f"a {kind} lies in it and cannot lie in a {after.kind}"
            check.add(ErrorCode.IN_USE, message, "kind")


def may_hold(location: LocationKind, resource: ResourceKind) -> bool:
    """Tell whether a kind of resource may lie in a kind of location."""
    return (location is LocationKind.PARKING_ZONE) is (resource is ResourceKind.PARKING)


def check_resource(resource: Resource, location: Location, check: Check) -> None:
    """Collect what is wrong with a seat or parking place."""
    check.code("code", resource.code)
    check.text("label", resource.label)
    check.whole("position", resource.position, 0, CAPACITY_LIMIT)
    if resource.category is not None:
        check.code("category", resource.category)
    if not may_hold(location.kind, resource.kind):
        message = f"a {resource.kind} cannot lie in a {location.kind}"
        check.add(ErrorCode.INPUT_INVALID, message, "locationId")


def check_resource_change(
    before: Resource, after: Resource, check: Check, *, is_moved: bool, is_reserved: bool
) -> None:
    """Collect what a reserved seat or parking place cannot become.

    `is_moved` says that it changes its venue, `is_reserved` that somebody has it at a calendar
    item still to come.
    """
    if not is_reserved:
        return
    if after.is_blocked and not before.is_blocked:
        message = f"{before.label} ({before.code}) is reserved; swap it before blocking it for good"
        check.add(ErrorCode.RESOURCE_RESERVED, message, "isBlocked")
    if after.kind is not before.kind:
        message = f"{before.label} ({before.code}) is reserved as a {before.kind}"
        check.add(ErrorCode.RESOURCE_RESERVED, message, "kind")
    if is_moved:
        message = f"{before.label} ({before.code}) is reserved and cannot move to another venue"
        check.add(ErrorCode.RESOURCE_RESERVED, message, "locationId")
