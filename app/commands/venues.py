"""Venues, their locations, and numbered seats and parking places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.commands.register import Change, Noun, new_entity, save
from app.domain.errors import ErrorCode
from app.domain.permissions import Permission, require
from app.domain.validation import Check
from app.domain.venues import (
    Location,
    Resource,
    ResourceKind,
    Venue,
    check_location,
    check_location_change,
    check_resource,
    check_resource_change,
    check_venue,
)
from app.storage.pools import insert_missing_pools
from app.storage.venues import ancestors_of, kinds_within, last_position, reserved_to_come

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

BULK_LIMIT = 1_000
"""Seats or parking places created at once."""


@dataclass(frozen=True, slots=True)
class CreateResources:
    """Seats or parking places of one location: `count` numbers from `first_number`, or `labels`.

    Their codes are the location's code, a dash and the label.
    """

    location_id: UUID
    kind: ResourceKind
    count: int | None
    first_number: int
    labels: tuple[str, ...] | None
    category: str | None


def create_resources(work: UnitOfWork, actor: Actor, request: CreateResources) -> Outcome:
    """Create the seats of a row or the places of a zone, after those that it has."""
    require(actor, Permission.VENUE_CHANGE)
    location = work.get(Location, request.location_id, "locationId", lock=True)
    check = Check()
    labels = _labels_of(request, check)
    check.refuse_if_any()
    start = last_position(work, location.id)
    changes = []
    for index, label in enumerate(labels):
        values = {
            "location_id": location.id,
            "kind": request.kind,
            "code": f"{location.code}-{label}",
            "label": label,
            "position": start + index + 1,
            "category": request.category,
        }
        at = Check("labels", str(index)) if request.labels is not None else Check("count")
        changes.append(Change(None, new_entity(work, RESOURCE, values), at))
    save(work, actor, RESOURCE, changes)
    # Fixed width, because stored answers come back in the order of their names.
    return Outcome({f"{index:04}": change.after.id for index, change in enumerate(changes)})


def _labels_of(request: CreateResources, check: Check) -> Sequence[str]:
    """Return the labels asked for, by name or by number."""
    if (request.count is None) is (request.labels is None):
        check.add(ErrorCode.INPUT_INVALID, "give either a count or labels", "count")
        return ()
    if request.labels is not None:
        check.size("labels", request.labels, BULK_LIMIT)
        if not request.labels:
            check.add(ErrorCode.INPUT_INVALID, "labels must name at least one", "labels")
        return request.labels
    check.whole("count", request.count, 1, BULK_LIMIT)
    check.whole("firstNumber", request.first_number, 0, BULK_LIMIT * BULK_LIMIT)
    if check.violations:
        return ()
    last = request.first_number + (request.count or 0)
    return [str(number) for number in range(request.first_number, last)]


def _check_venues(_work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    for change in changes:
        check_venue(change.after, change.check)


def _check_locations(work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    """Collect what is wrong with locations, alone and in their place in the tree."""
    parents = work.by_id(Location, {change.after.parent_id for change in changes})
    for change in changes:
        before, after = change.before, change.after
        check_location(after, parents.get(after.parent_id), change.check)
        if before is None:
            continue
        is_moved = before.parent_id != after.parent_id
        is_changed = before.kind is not after.kind
        check_location_change(
            before,
            after,
            ancestors_of(work, after.parent_id) if is_moved else (),
            work.find(Location, parent_id=after.id) if is_changed else (),
            kinds_within(work, after.id) if is_changed else (),
            change.check,
        )


def _complete_locations(work: UnitOfWork, actor: Actor, changes: Sequence[Change]) -> None:
    """Create the pools of products that point to a location whose capacity was set or given up."""
    _ = actor
    fresh = [
        change.after.id
        for change in changes
        if change.before is None
        or (change.before.capacity, change.before.venue_id)
        != (change.after.capacity, change.after.venue_id)
    ]
    if fresh:
        insert_missing_pools(work, locations=fresh)


def _check_resources(work: UnitOfWork, _actor: Actor, changes: Sequence[Change]) -> None:
    """Collect what is wrong with seats and parking places, and what reserved ones cannot become."""
    wanted = {change.after.location_id for change in changes}
    wanted |= {change.before.location_id for change in changes if change.before is not None}
    locations = work.by_id(Location, wanted)
    changed = [change for change in changes if change.before is not None]
    reserved = reserved_to_come(work, [change.after.id for change in changed]) if changed else ()
    for change in changes:
        before, after = change.before, change.after
        check_resource(after, locations[after.location_id], change.check)
        if before is not None:
            venues = {locations[one.location_id].venue_id for one in (before, after)}
            check_resource_change(
                before,
                after,
                change.check,
                is_moved=len(venues) > 1,
                is_reserved=after.id in reserved,
            )


VENUE = Noun("venue", Venue, Permission.VENUE_CHANGE, check=_check_venues)
LOCATION = Noun(
    "location",
    Location,
    Permission.VENUE_CHANGE,
    defaults={"position": 0},
    references={"venue_id": Venue, "parent_id": Location},
    check=_check_locations,
    saved=_complete_locations,
)
RESOURCE = Noun(
    "resource",
    Resource,
    Permission.VENUE_CHANGE,
    defaults={"position": 0, "is_blocked": False},
    references={"location_id": Location},
    check=_check_resources,
)
