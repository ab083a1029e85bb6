"""What mutations of venues are given, and the requests that it becomes."""

from __future__ import annotations

from uuid import UUID

import strawberry

from app.commands.resource_blocks import BLOCK_LIMIT, BlockResources, UnblockResources
from app.commands.venues import CreateResources
from app.domain.validation import Check
from app.domain.venues import LocationKind, ResourceKind
from app.resolvers.ids import checked_id
from app.schema.inputs import expected_version, given, key, maybe


@strawberry.input(description="A new venue.")
class VenueCreateInput:
    """Fields of a new venue."""

    idempotency_key: str = key()
    code: str = given("The code, unique in the organisation.")
    name: str = given("The name.")
    country: str = given("The country, ISO 3166-1 alpha-2.")


@strawberry.input(description="Changes of a venue; omitted fields stay as they are.")
class VenueUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The venue.")
    expected_version: int = expected_version()
    code: str | None = maybe("The code.")
    name: str | None = maybe("The name.")
    country: str | None = maybe("The country, ISO 3166-1 alpha-2.")


@strawberry.input(description="A new part of a venue.")
class LocationCreateInput:
    """Fields of a new location."""

    idempotency_key: str = key()
    venue_id: strawberry.ID = given("The venue it is a part of.", refers="venue")
    parent_id: strawberry.ID | None = maybe(
        "The location it lies in; omitted at the venue's top.", refers="location"
    )
    code: str = given("The code, unique in the organisation.")
    name: str = given("The name.")
    kind: LocationKind = given("What kind of part it is.")
    type_code: str | None = maybe("What it serves, such as COCKTAIL; hospitality needs one.")
    position: int | None = maybe("Its place among its neighbours; 0 when omitted.")
    capacity: int | None = maybe("How many unnumbered places it has.")


@strawberry.input(description="Changes of a part of a venue; omitted fields stay as they are.")
class LocationUpdateInput:
    """Fields to change; a location stays in its venue."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The location.")
    expected_version: int = expected_version()
    parent_id: strawberry.ID | None = maybe(
        "The location it lies in; null puts it at the venue's top.", refers="location"
    )
    code: str | None = maybe("The code.")
    name: str | None = maybe("The name.")
    kind: LocationKind | None = maybe("What kind of part it is.")
    type_code: str | None = maybe("What it serves, such as COCKTAIL.")
    position: int | None = maybe("Its place among its neighbours.")
    capacity: int | None = maybe("How many unnumbered places new pools get.")


@strawberry.input(description="A new numbered seat or parking place.")
class ResourceCreateInput:
    """Fields of a new resource."""

    idempotency_key: str = key()
    location_id: strawberry.ID = given("The row, box or zone it lies in.", refers="location")
    kind: ResourceKind = given("Whether it is a seat or a parking place.")
    code: str = given("The code, unique in the organisation.")
    label: str = given("What stands on it, such as its number.")
    position: int | None = maybe("Its place in its location, from one end; 0 when omitted.")
    category: str | None = maybe("The category that products ask for.")
    is_blocked: bool | None = maybe("Whether it cannot be sold at all; no when omitted.")


@strawberry.input(description="Changes of a seat or parking place; omitted fields stay as is.")
class ResourceUpdateInput:
    """Fields to change."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The seat or parking place.")
    expected_version: int = expected_version()
    location_id: strawberry.ID | None = maybe("The row, box or zone it lies in.", refers="location")
    kind: ResourceKind | None = maybe("Whether it is a seat or a parking place.")
    code: str | None = maybe("The code.")
    label: str | None = maybe("What stands on it.")
    position: int | None = maybe("Its place in its location, from one end.")
    category: str | None = maybe("The category that products ask for.")
    is_blocked: bool | None = maybe(
        "Whether it cannot be sold at all; refused while somebody has it."
    )


@strawberry.input(description="Seats or parking places to create: a count, or labels.")
class ResourcesCreateInput:
    """One location, and how many or which."""

    idempotency_key: str = key()
    location_id: strawberry.ID = strawberry.field(description="The row, box or zone.")
    kind: ResourceKind = strawberry.field(description="Seats or parking places.")
    count: int | None = strawberry.field(
        description="How many, numbered upwards; 1 to 1,000.", default=None
    )
    first_number: int = strawberry.field(description="With `count`: the first number.", default=1)
    labels: list[str] | None = strawberry.field(
        description="In place of a count: the labels in order, at most 1,000.", default=None
    )
    category: str | None = strawberry.field(description="The category of them all.", default=None)


@strawberry.input(description="What to block, and why.")
class ResourceBlockInput:
    """Every one of the resources at every one of the calendar items."""

    idempotency_key: str = key()
    resource_ids: list[strawberry.ID] = strawberry.field(
        description="The seats or parking places; with the calendar items at most 1,000 pairs."
    )
    calendar_item_ids: list[strawberry.ID] = strawberry.field(
        description="The matches and events at which each of them is blocked."
    )
    reason: str = strawberry.field(description="Why they cannot be sold.")


@strawberry.input(description="What to unblock.")
class ResourceUnblockInput:
    """Every one of the resources at every one of the calendar items."""

    idempotency_key: str = key()
    resource_ids: list[strawberry.ID] = strawberry.field(
        description="The seats or parking places; with the calendar items at most 1,000 pairs."
    )
    calendar_item_ids: list[strawberry.ID] = strawberry.field(
        description="The matches and events at which each of them is freed."
    )


def resources_to_create(input: ResourcesCreateInput, check: Check) -> CreateResources:  # noqa: A002 - the argument's name in the API
    """Read which seats or parking places to create."""
    return CreateResources(
        checked_id("location", input.location_id, check, "locationId"),
        input.kind,
        input.count,
        input.first_number,
        None if input.labels is None else tuple(input.labels),
        input.category,
    )


def resources_to_block(input: ResourceBlockInput, check: Check) -> BlockResources:  # noqa: A002 - same
    """Read what to block."""
    return BlockResources(*_pairs(input, check), input.reason)


def resources_to_unblock(input: ResourceUnblockInput, check: Check) -> UnblockResources:  # noqa: A002 - same
    """Read what to unblock."""
    return UnblockResources(*_pairs(input, check))


def _pairs(
    input: ResourceBlockInput | ResourceUnblockInput,  # noqa: A002 - same
    check: Check,
) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """Read the ids of resources and calendar items."""
    check.size("resourceIds", input.resource_ids, BLOCK_LIMIT)
    check.size("calendarItemIds", input.calendar_item_ids, BLOCK_LIMIT)
    resources = [
        checked_id("resource", one, check, "resourceIds", str(index))
        for index, one in enumerate(input.resource_ids)
    ]
    items = [
        checked_id("calendar_item", one, check, "calendarItemIds", str(index))
        for index, one in enumerate(input.calendar_item_ids)
    ]
    return tuple(resources), tuple(items)
