"""Venues, their locations, and numbered seats and parking places in the API."""

from __future__ import annotations

from typing import Optional

import strawberry

from app.commands.resource_blocks import block_resources, unblock_resources
from app.commands.venues import LOCATION, RESOURCE, VENUE, create_resources
from app.domain.venues import LocationKind, ResourceKind
from app.schema.calendar_filters import CalendarItemFilter, CalendarItemSort
from app.schema.fields import (
    Node,
    column,
    connected,
    created_column,
    node,
    to_many,
    to_one,
    version_column,
)
from app.schema.inventory_filters import PoolFilter, PoolSort, ReservationFilter, ReservationSort
from app.schema.payloads import bulk_mutation, create_mutation, update_mutation
from app.schema.products_filters import ProductFilter, ProductSort
from app.schema.venues_filters import (
    LocationFilter,
    LocationSort,
    ResourceBlockFilter,
    ResourceBlockSort,
    ResourceFilter,
    ResourceSort,
    VenueFilter,
    VenueSort,
)
from app.schema.venues_inputs import (
    LocationCreateInput,
    LocationUpdateInput,
    ResourceBlockInput,
    ResourceCreateInput,
    ResourcesCreateInput,
    ResourceUnblockInput,
    ResourceUpdateInput,
    VenueCreateInput,
    VenueUpdateInput,
    resources_to_block,
    resources_to_create,
    resources_to_unblock,
)


@node("venue", "A stadium, arena or hall.")
class Venue(Node):
    """A row of venue."""

    code = column("code", str, "The code, unique in the organisation.")
    name = column("name", str, "The name that people read.")
    country = column("country", str, "The country, which decides the VAT of what is served here.")
    version = version_column()
    created_at = created_column()
    locations = connected(
        "location",
        "Location",
        "All its parts, at every level.",
        filters=LocationFilter,
        sorts=LocationSort,
        via="venue_id",
    )
    calendar_items = connected(
        "calendar_item",
        "CalendarItem",
        "What takes place here.",
        filters=CalendarItemFilter,
        sorts=CalendarItemSort,
        via="venue_id",
    )


@node("location", "A part of a venue: a stand, block, box, row, parking zone or lounge.")
class Location(Node):
    """A row of location."""

    venue = to_one("venue_id", "venue", "Venue", "The venue it is a part of.")
    parent = to_one(
        "parent_id", "location", "Location", "The location it lies in; null at the venue's top."
    )
    code = column("code", str, "The code, unique in the organisation.")
    name = column("name", str, "The name that people read.")
    kind = column("kind", LocationKind, "What kind of part it is.")
    type_code = column("type_code", Optional[str], "What it serves, such as COCKTAIL.")
    position = column("position", int, "Its place among its neighbours.")
    capacity = column("capacity", Optional[int], "How many unnumbered places it has.")
    version = version_column()
    created_at = created_column()
    children = to_many(
        "location", "parent_id", "Location", "What lies directly in it.", order=("position",)
    )
    resources = connected(
        "resource",
        "Resource",
        "The seats or parking places directly in it.",
        filters=ResourceFilter,
        sorts=ResourceSort,
        via="location_id",
    )
    products = connected(
        "product",
        "Product",
        "What is sold here.",
        filters=ProductFilter,
        sorts=ProductSort,
        via="location_id",
    )
    pools = connected(
        "pool",
        "Pool",
        "Its unnumbered places by calendar item or season.",
        filters=PoolFilter,
        sorts=PoolSort,
        via="location_id",
    )


@node("resource", "A numbered seat or parking place.")
class Resource(Node):
    """A row of resource."""

    location = to_one("location_id", "location", "Location", "The row, box or zone it lies in.")
    kind = column("kind", ResourceKind, "Whether it is a seat or a parking place.")
    code = column("code", str, "The code, unique in the organisation.")
    label = column("label", str, "What stands on it, such as its number.")
    position = column("position", int, "Its place in its location, from one end.")
    category = column("category", Optional[str], "The category that products ask for.")
    is_blocked = column("is_blocked", bool, "Whether it cannot be sold at all.")
    version = version_column()
    created_at = created_column()
    blocks = connected(
        "resource_block",
        "ResourceBlock",
        "The calendar items for which it cannot be sold.",
        filters=ResourceBlockFilter,
        sorts=ResourceBlockSort,
        via="resource_id",
    )
    reservations = connected(
        "reservation",
        "Reservation",
        "Who has or had it at which calendar item.",
        filters=ReservationFilter,
        sorts=ReservationSort,
        via="resource_id",
    )


@node("resource_block", "A seat or parking place that cannot be sold for one calendar item.")
class ResourceBlock(Node):
    """A row of resource_block."""

    calendar_item = to_one(
        "calendar_item_id", "calendar_item", "CalendarItem", "The match or event."
    )
    resource = to_one("resource_id", "resource", "Resource", "The seat or parking place.")
    reason = column("reason", str, "Why it cannot be sold.")
    created_at = created_column()


@strawberry.type
class VenuesQuery:
    """Reads of venues."""

    venues = connected("venue", "Venue", "The venues.", filters=VenueFilter, sorts=VenueSort)
    locations = connected(
        "location",
        "Location",
        "The parts of all venues.",
        filters=LocationFilter,
        sorts=LocationSort,
    )
    resources = connected(
        "resource",
        "Resource",
        "The numbered seats and parking places.",
        filters=ResourceFilter,
        sorts=ResourceSort,
    )
    resource_blocks = connected(
        "resource_block",
        "ResourceBlock",
        "The seats and parking places that cannot be sold for single calendar items.",
        filters=ResourceBlockFilter,
        sorts=ResourceBlockSort,
    )


@strawberry.type
class VenuesMutation:
    """Changes of venues."""

    venue_create = create_mutation(VENUE, "Venue", VenueCreateInput, "Create a venue.")
    venue_update = update_mutation(VENUE, "Venue", VenueUpdateInput, "Change a venue.")
    location_create = create_mutation(
        LOCATION, "Location", LocationCreateInput, "Create a part of a venue."
    )
    location_update = update_mutation(
        LOCATION,
        "Location",
        LocationUpdateInput,
        "Change a part of a venue. Pools that exist keep their capacity.",
    )
    resource_create = create_mutation(
        RESOURCE, "Resource", ResourceCreateInput, "Create a numbered seat or parking place."
    )
    resource_update = update_mutation(
        RESOURCE, "Resource", ResourceUpdateInput, "Change a numbered seat or parking place."
    )
    resources_create = bulk_mutation(
        "resourcesCreate",
        "resources",
        "resource",
        "Resource",
        ResourcesCreateInput,
        resources_to_create,
        create_resources,
        "Create the seats of a row or the places of a zone, up to 1,000 at once. Each code is the "
        "location's code, a dash and the label.",
    )
    resource_block = bulk_mutation(
        "resourceBlock",
        "resource_blocks",
        "resource_block",
        "ResourceBlock",
        ResourceBlockInput,
        resources_to_block,
        block_resources,
        "Keep seats or parking places from being sold for calendar items. Those that somebody has "
        "are named, and nothing is blocked then; those that are blocked stay as they are.",
    )
    resource_unblock = bulk_mutation(
        "resourceUnblock",
        "resources",
        "resource",
        "Resource",
        ResourceUnblockInput,
        resources_to_unblock,
        unblock_resources,
        "Let seats or parking places be sold for calendar items again.",
    )
