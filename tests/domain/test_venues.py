"""Venues: which location may lie where, and what reserved seats cannot become."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.domain.validation import Check
from app.domain.venues import (
    PARENTS,
    Location,
    LocationKind,
    Resource,
    ResourceKind,
    Venue,
    check_location,
    check_location_change,
    check_resource,
    check_resource_change,
    check_venue,
    may_hold,
)

NOW = datetime(2026, 8, 1, tzinfo=UTC)
VENUE_ID = UUID(int=1)


def location_of(number: int, kind: LocationKind, **changes: object) -> Location:
    type_code = "COCKTAIL" if kind is LocationKind.HOSPITALITY else None
    name = f"{kind.title()} {number}"
    found = Location(
        UUID(int=number), VENUE_ID, None, f"l-{number}", name, kind, type_code, 0, None, 1, NOW
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def seat_of(number: int, **changes: object) -> Resource:
    found = Resource(
        UUID(int=number),
        UUID(int=2),
        ResourceKind.SEAT,
        f"s-{number}",
        str(number),
        0,
        None,
        False,  # noqa: FBT003 - a field by position
        1,
        NOW,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def codes_of(check: Check) -> list[tuple[str, tuple[str, ...]]]:
    return [(violation.code.value, violation.path) for violation in check.violations]


def test_a_venue_needs_a_code_a_name_and_a_country() -> None:
    check = Check()
    check_venue(Venue(VENUE_ID, "", "", "BELGIUM", 1, NOW), check)
    assert codes_of(check) == [
        ("CODE_INVALID", ("code",)),
        ("TEXT_REQUIRED", ("name",)),
        ("COUNTRY_UNKNOWN", ("country",)),
    ]


@pytest.mark.parametrize("kind", LocationKind)
@pytest.mark.parametrize("above", [None, *LocationKind])
def test_a_location_lies_only_where_the_table_says_so(
    kind: LocationKind, above: LocationKind | None
) -> None:
    parent = location_of(1, above) if above else None
    check = Check()
    check_location(location_of(2, kind), parent, check)
    fits = above in PARENTS[kind]
    assert codes_of(check) == ([] if fits else [("INPUT_INVALID", ("parentId",))])


def test_a_location_and_its_parent_are_in_one_venue() -> None:
    parent = location_of(1, LocationKind.STAND, venue_id=UUID(int=9))
    check = Check()
    check_location(location_of(2, LocationKind.ROW), parent, check)
    assert codes_of(check) == [("INPUT_INVALID", ("parentId",))]


def test_a_locations_own_fields_are_checked() -> None:
    check = Check()
    wrong = {"code": "", "name": "", "position": -1, "capacity": 2_000_000, "type_code": None}
    check_location(location_of(2, LocationKind.HOSPITALITY, **wrong), None, check)
    check_location(location_of(3, LocationKind.STAND, type_code="a b"), None, check)
    assert codes_of(check) == [
        ("CODE_INVALID", ("code",)),
        ("TEXT_REQUIRED", ("name",)),
        ("INPUT_INVALID", ("position",)),
        ("INPUT_INVALID", ("capacity",)),
        ("TEXT_REQUIRED", ("typeCode",)),
        ("CODE_INVALID", ("typeCode",)),
    ]


def test_a_location_stays_in_its_venue_and_out_of_itself() -> None:
    before = location_of(1, LocationKind.PARKING_ZONE)
    after = replace(before, venue_id=UUID(int=9), parent_id=UUID(int=2))
    check = Check()
    check_location_change(before, after, [UUID(int=2), before.id], (), (), check)
    assert codes_of(check) == [("IN_USE", ("venueId",)), ("INPUT_INVALID", ("parentId",))]


def test_a_location_keeps_a_kind_that_may_hold_what_lies_in_it() -> None:
    before = location_of(1, LocationKind.STAND)
    check = Check()
    block = location_of(2, LocationKind.BLOCK)
    check_location_change(before, before, (), [block], [ResourceKind.SEAT], check)
    assert not check.violations
    zone = replace(before, kind=LocationKind.PARKING_ZONE)
    check_location_change(before, zone, (), [block], [ResourceKind.SEAT], check)
    assert codes_of(check) == [("IN_USE", ("kind",)), ("IN_USE", ("kind",))]


def test_parking_places_lie_in_parking_zones_and_seats_elsewhere() -> None:
    assert may_hold(LocationKind.PARKING_ZONE, ResourceKind.PARKING)
    assert may_hold(LocationKind.BOX, ResourceKind.SEAT)
    assert not may_hold(LocationKind.PARKING_ZONE, ResourceKind.SEAT)
    assert not may_hold(LocationKind.BOX, ResourceKind.PARKING)


def test_a_resources_own_fields_and_place_are_checked() -> None:
    row = location_of(2, LocationKind.ROW)
    check = Check()
    check_resource(seat_of(1), row, check)
    check_resource(seat_of(1, category="GOLD"), row, check)
    assert not check.violations
    wrong = seat_of(1, code="", label="", position=-1, category="a b", kind=ResourceKind.PARKING)
    check_resource(wrong, row, check)
    assert codes_of(check) == [
        ("CODE_INVALID", ("code",)),
        ("TEXT_REQUIRED", ("label",)),
        ("INPUT_INVALID", ("position",)),
        ("CODE_INVALID", ("category",)),
        ("INPUT_INVALID", ("locationId",)),
    ]


def test_a_reserved_seat_is_not_blocked_for_good_changed_in_kind_or_moved_away() -> None:
    after = seat_of(1, is_blocked=True, kind=ResourceKind.PARKING)
    check = Check()
    check_resource_change(seat_of(1), after, check, is_moved=True, is_reserved=False)
    check_resource_change(after, after, check, is_moved=False, is_reserved=True)
    assert not check.violations
    check_resource_change(seat_of(1), after, check, is_moved=True, is_reserved=True)
    assert codes_of(check) == [
        ("RESOURCE_RESERVED", ("isBlocked",)),
        ("RESOURCE_RESERVED", ("kind",)),
        ("RESOURCE_RESERVED", ("locationId",)),
    ]
