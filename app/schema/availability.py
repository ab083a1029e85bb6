"""Availability in the API: what is free at a calendar item, or over a whole season."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Optional

import strawberry

from app.domain.permissions import Role
from app.domain.venues import ResourceKind
from app.resolvers.availability import Availability as Found
from app.resolvers.availability import read_availability
from app.resolvers.connections import Window, read_page
from app.resolvers.context import Context
from app.resolvers.filters import conditions_of
from app.schema.connections import Connection, connection_of
from app.schema.fields import AFTER, FIRST, Info, argument, lazy, wrap
from app.schema.venues_filters import ResourceFilter
from app.storage.availability import PlaceCount, SeatCount
from app.storage.conditions import Comparison, Condition
from app.storage.reads import Sort


@strawberry.type(description="Numbered seats or parking places of one category in one location.")
class SeatAvailability:
    """Counts; over several calendar items, `free` is free at every one of them."""

    found: strawberry.Private[SeatCount]
    kind: ResourceKind = strawberry.field(description="Seats or parking places.")
    category: str | None = strawberry.field(description="Their category.")
    total: int = strawberry.field(description="How many there are.")
    blocked: int = strawberry.field(description="How many cannot be sold.")
    taken: int = strawberry.field(description="How many are held or sold at any of the items.")
    free: int = strawberry.field(description="How many are free at all of the items.")

    @strawberry.field(
        description="Where: the row or parking zone.", graphql_type=Optional[lazy("Location")]
    )
    async def location(self, info: Info) -> Any:  # noqa: ANN401 - a location or None
        """Load it."""
        return wrap("location", await info.context.row("location", self.found.location_id))


@strawberry.type(description="Places of a product or location: those of the scarcest item.")
class PlaceAvailability:
    """Counts at the calendar item that has the fewest left."""

    found: strawberry.Private[PlaceCount]
    capacity: int | None = strawberry.field(
        description="The capacity there; hidden from portal users."
    )
    free: int = strawberry.field(description="How many places are left there.")

    @strawberry.field(
        description="Of which product; null: of a location.",
        graphql_type=Optional[lazy("Product")],
    )
    async def product(self, info: Info) -> Any:  # noqa: ANN401 - a product or None
        """Load it."""
        return wrap("product", await info.context.row("product", self.found.product_id))

    @strawberry.field(
        description="Of which location; null: of a product.",
        graphql_type=Optional[lazy("Location")],
    )
    async def location(self, info: Info) -> Any:  # noqa: ANN401 - a location or None
        """Load it."""
        return wrap("location", await info.context.row("location", self.found.location_id))

    @strawberry.field(
        description="The scarcest calendar item; null for places of a season or for good.",
        graphql_type=Optional[lazy("CalendarItem")],
    )
    async def calendar_item(self, info: Info) -> Any:  # noqa: ANN401 - a calendar item or None
        """Load it."""
        row = await info.context.row("calendar_item", self.found.calendar_item_id)
        return wrap("calendar_item", row)


@strawberry.type(description="What is left at a calendar item, or over a bundle or season.")
class Availability:
    """Seats, places, and the free seats themselves."""

    found: strawberry.Private[Found]
    seats: list[SeatAvailability] = strawberry.field(
        description="Numbered seats and parking places by location and category."
    )
    places: list[PlaceAvailability] = strawberry.field(
        description="Unnumbered places: hospitality, general admission, limited products."
    )

    @strawberry.field(
        description="The calendar items that were counted.",
        graphql_type=list[lazy("CalendarItem")],  # type: ignore[misc]  # a reference by name
    )
    def calendar_items(self) -> Any:  # noqa: ANN401 - a list of calendar items
        """Show them."""
        return [wrap("calendar_item", row) for row in self.found.items]

    @strawberry.field(
        description="The seats and parking places that are free at all of the calendar items.",
        graphql_type=Connection[lazy("Resource")],  # type: ignore[misc]  # same
    )
    async def free_resources(
        self,
        info: Info,
        first: argument(*FIRST) = None,  # type: ignore[valid-type]
        after: argument(*AFTER) = None,  # type: ignore[valid-type]
        filter: argument(Optional[ResourceFilter], "Only what meets all of these.") = None,  # type: ignore[valid-type]  # noqa: A002 - the argument's name in the API
    ) -> Any:  # noqa: ANN401 - a connection
        """Read one page."""
        items = [row["id"] for row in self.found.items]
        free = Condition(("id",), Comparison.FREE_AT, items)
        conditions = [free, *conditions_of(filter)]
        window = Window(first, after)
        result = await read_page(info.context, "resource", conditions, Sort("code"), window)

        def show(row: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a resource
            return wrap("resource", row)

        return connection_of(result, show)


def show_availability(context: Context, found: Found) -> Availability:
    """Show what was counted; portal users do not see capacities."""
    hides = context.caller.role is Role.PORTAL
    return Availability(
        found=found,
        seats=[
            SeatAvailability(
                found=one,
                kind=ResourceKind(one.kind),
                category=one.category,
                total=one.total_count,
                blocked=one.blocked_count,
                taken=one.taken_count,
                free=one.free_count,
            )
            for one in found.seats
        ],
        places=[
            PlaceAvailability(
                found=one, capacity=None if hides else one.capacity_count, free=one.free_count
            )
            for one in found.places
        ],
    )


@strawberry.type
class AvailabilityQuery:
    """Reads of what is free."""

    @strawberry.field(
        description="What is free at a calendar item, or at every one still to come of a bundle "
        "or season: a seat counts as free only if it is so at all of them."
    )
    async def availability(
        self,
        info: Info,
        calendar_item_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="At one calendar item.")
        ] = None,
        bundle_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Over a bundle.")
        ] = None,
        season_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Over a season.")
        ] = None,
    ) -> Availability | None:
        """Count."""
        found = await read_availability(info.context, calendar_item_id, bundle_id, season_id)
        return show_availability(info.context, found)
