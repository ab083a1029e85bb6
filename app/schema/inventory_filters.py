"""Which pools, overbookings and reservations, and in which order."""

from __future__ import annotations

from enum import Enum

import strawberry

from app.domain.inventory import ReservationState
from app.schema.inputs import described, where
from app.storage.conditions import Comparison

described(
    ReservationState,
    "What a reservation stands for.",
    {
        "HELD": "A Draft holds the place.",
        "SOLD": "A Final Sale has the place.",
        "RELEASED": "The place was given back; the reservation is history.",
    },
)


@strawberry.input(description="Which pools.")
class PoolFilter:
    """Conditions on pools."""

    calendar_item_id: list[strawberry.ID] | None = where(
        "At any of these calendar items.", "calendar_item_id", refers="calendar_item"
    )
    season_id: list[strawberry.ID] | None = where(
        "In any of these seasons.", "season_id", refers="season"
    )
    product_id: list[strawberry.ID] | None = where(
        "Of any of these products.", "product_id", refers="product"
    )
    location_id: list[strawberry.ID] | None = where(
        "Of any of these locations.", "location_id", refers="location"
    )
    taken_from: int | None = where(
        "With this many places taken or more.", "taken", how=Comparison.AT_LEAST
    )


@strawberry.enum(description="Orders of pools.")
class PoolSort(Enum):
    """Column and direction."""

    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")
    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")


@strawberry.input(description="Which overbookings.")
class OverbookingFilter:
    """Conditions on overbookings."""

    pool_id: list[strawberry.ID] | None = where("Of any of these pools.", "pool_id", refers="pool")
    search: str | None = where("A part of the reason.", "reason", how=Comparison.CONTAINS)


@strawberry.enum(description="Orders of overbookings.")
class OverbookingSort(Enum):
    """Column and direction."""

    CREATED_AT_DESC = strawberry.enum_value("created_at desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("created_at asc", description="Oldest first.")


@strawberry.input(description="Which reservations.")
class ReservationFilter:
    """Conditions on reservations."""

    calendar_item_id: list[strawberry.ID] | None = where(
        "At any of these calendar items.", "calendar_item_id", refers="calendar_item"
    )
    resource_id: list[strawberry.ID] | None = where(
        "Of any of these seats or parking places.", "resource_id", refers="resource"
    )
    sale_id: list[strawberry.ID] | None = where("Of any of these Sales.", "sale_id", refers="sale")
    state: list[ReservationState] | None = where("In any of these states.", "state")


@strawberry.enum(description="Orders of reservations.")
class ReservationSort(Enum):
    """Column and direction; ids rise with time, so no other index is needed."""

    CREATED_AT_DESC = strawberry.enum_value("id desc", description="Newest first.")
    CREATED_AT_ASC = strawberry.enum_value("id asc", description="Oldest first.")
