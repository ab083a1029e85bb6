"""Which venues, locations, seats, parking places and blocks, and in which order."""

from __future__ import annotations

from enum import Enum

import strawberry

from app.domain.venues import LocationKind, ResourceKind
from app.schema.inputs import described, where
from app.storage.conditions import Comparison

described(
    LocationKind,
    "The parts of a venue.",
    {
        "STAND": "A side of the ground.",
        "BLOCK": "A section of a stand, or of the venue.",
        "BOX": "A box or lodge.",
        "ROW": "A row of seats.",
        "PARKING_ZONE": "A car park or a part of one.",
        "HOSPITALITY": "A place where guests are received, such as a lounge.",
    },
)
described(
    ResourceKind,
    "What can be numbered and reserved alone.",
    {"SEAT": "A seat.", "PARKING": "A parking place."},
)


@strawberry.input(description="Which venues.")
class VenueFilter:
    """Conditions on venues."""

    code: list[str] | None = where("Any of these codes.", "code")
    search: str | None = where("A part of code or name.", "code", "name", how=Comparison.CONTAINS)
    country: list[str] | None = where("In any of these countries.", "country")


@strawberry.enum(description="Orders of venues.")
class VenueSort(Enum):
    """Column and direction."""

    CODE_ASC = strawberry.enum_value("code asc", description="By code.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="Which locations.")
class LocationFilter:
    """Conditions on locations."""

    code: list[str] | None = where("Any of these codes.", "code")
    search: str | None = where("A part of code or name.", "code", "name", how=Comparison.CONTAINS)
    venue_id: list[strawberry.ID] | None = where(
        "Of any of these venues.", "venue_id", refers="venue"
    )
    parent_id: list[strawberry.ID] | None = where(
        "Directly in any of these locations.", "parent_id", refers="location"
    )
    is_nested: bool | None = where(
        "True: inside another location only; false: at the top of their venue only.",
        "parent_id",
        how=Comparison.IS_SET,
    )
    kind: list[LocationKind] | None = where("Of any of these kinds.", "kind")
    type_code: list[str] | None = where("Serving any of these, such as COCKTAIL.", "type_code")


@strawberry.enum(description="Orders of locations.")
class LocationSort(Enum):
    """Column and direction."""

    POSITION_ASC = strawberry.enum_value("position asc", description="As they lie.")
    CODE_ASC = strawberry.enum_value("code asc", description="By code.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="Which seats and parking places.")
class ResourceFilter:
    """Conditions on resources."""

    code: list[str] | None = where("Any of these codes.", "code")
    search: str | None = where("A part of code or label.", "code", "label", how=Comparison.CONTAINS)
    location_id: list[strawberry.ID] | None = where(
        "Directly in any of these locations.", "location_id", refers="location"
    )
    kind: list[ResourceKind] | None = where("Of any of these kinds.", "kind")
    category: list[str] | None = where("Of any of these categories.", "category")
    is_blocked: bool | None = where(
        "Blocked for good only, or the others only.", "is_blocked", how=Comparison.EQUAL
    )
    free_at: list[strawberry.ID] | None = where(
        "Neither blocked nor reserved at all of these calendar items.",
        "id",
        how=Comparison.FREE_AT,
        refers="calendar_item",
    )


@strawberry.enum(description="Orders of seats and parking places.")
class ResourceSort(Enum):
    """Column and direction."""

    POSITION_ASC = strawberry.enum_value("position asc", description="As they lie in their row.")
    CODE_ASC = strawberry.enum_value("code asc", description="By code.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="Which blocks.")
class ResourceBlockFilter:
    """Conditions on blocks."""

    calendar_item_id: list[strawberry.ID] | None = where(
        "At any of these calendar items.", "calendar_item_id", refers="calendar_item"
    )
    resource_id: list[strawberry.ID] | None = where(
        "Of any of these seats or parking places.", "resource_id", refers="resource"
    )
    search: str | None = where("A part of the reason.", "reason", how=Comparison.CONTAINS)


@strawberry.enum(description="Orders of blocks.")
class ResourceBlockSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")
