"""Pools, overbookings and reservations in the API."""

from __future__ import annotations

import strawberry

from app.commands.pools import POOL, SetCapacity, set_capacity
from app.domain.inventory import ReservationState
from app.domain.validation import Check
from app.resolvers.ids import checked_id
from app.schema.fields import (
    Node,
    column,
    connected,
    created_column,
    node,
    to_one,
    version_column,
)
from app.schema.inputs import expected_version, given, key, maybe
from app.schema.inventory_filters import (
    OverbookingFilter,
    OverbookingSort,
    PoolFilter,
    PoolSort,
    ReservationFilter,
    ReservationSort,
)
from app.schema.payloads import action_mutation, create_mutation


@node("pool", "Unnumbered places of a product or location, for an item, a season, or for good.")
class Pool(Node):
    """A row of pool."""

    calendar_item = to_one(
        "calendar_item_id", "calendar_item", "CalendarItem", "The match or event, if for one."
    )
    season = to_one("season_id", "season", "Season", "The season, if for one.")
    product = to_one("product_id", "product", "Product", "The product that has it for itself.")
    location = to_one(
        "location_id", "location", "Location", "The location whose products share it."
    )
    capacity = column("capacity", int, "How many places there are.")
    blocked = column("blocked", int, "How many of them are kept from sale.")
    taken = column("taken", int, "How many are sold or held.")
    version = version_column()
    created_at = created_column()
    overbookings = connected(
        "overbooking",
        "Overbooking",
        "When its capacity was forced below what was taken.",
        filters=OverbookingFilter,
        sorts=OverbookingSort,
        via="pool_id",
    )

    @strawberry.field(
        description="How many can still be sold; negative when it is overbooked.",
        metadata={"derived": "pool.free"},
    )
    def free(self) -> int:
        """Subtract what is blocked and taken."""
        return int(self.row["capacity"] - self.row["blocked"] - self.row["taken"])


@node("overbooking", "The record of a capacity that was forced below what was taken.")
class Overbooking(Node):
    """A row of overbooking."""

    pool = to_one("pool_id", "pool", "Pool", "The pool.")
    capacity = column("capacity", int, "How many places were left, without blocked ones.")
    taken = column("taken", int, "How many were taken.")
    reason = column("reason", str, "Why it was forced.")
    created_by = column("created_by", str, "Who forced it, as role and token.")
    created_at = created_column()


@node("reservation", "A numbered seat or parking place at a calendar item that somebody has.")
class Reservation(Node):
    """A row of reservation."""

    sale = to_one("sale_id", "sale", "Sale", "The Sale.")
    entitlement = to_one("entitlement_id", "entitlement", "Entitlement", "What it is held for.")
    calendar_item = to_one(
        "calendar_item_id", "calendar_item", "CalendarItem", "The match or event."
    )
    resource = to_one("resource_id", "resource", "Resource", "The seat or parking place.")
    state = column("state", ReservationState, "Held, sold or released.")
    created_at = created_column()


@strawberry.input(description="A pool to create where none came about by itself.")
class PoolCreateInput:
    """Fields of a new pool."""

    idempotency_key: str = key()
    calendar_item_id: strawberry.ID | None = maybe(
        "The match or event, if for one.", refers="calendar_item"
    )
    season_id: strawberry.ID | None = maybe("The season, if for one.", refers="season")
    product_id: strawberry.ID | None = maybe(
        "The product that has it for itself.", refers="product"
    )
    location_id: strawberry.ID | None = maybe(
        "In place of a product: the location whose products share it.", refers="location"
    )
    capacity: int = given("How many places there are, 0 to 1,000,000.")
    blocked: int | None = maybe("How many of them are kept from sale; 0 when omitted.")


@strawberry.input(description="How many places a pool has.")
class PoolCapacitySetInput:
    """A pool, its places, and whether they may fall below what is taken."""

    idempotency_key: str = key()
    id: strawberry.ID = strawberry.field(description="The pool.")
    expected_version: int = expected_version()
    capacity: int = strawberry.field(description="How many places there are, 0 to 1,000,000.")
    blocked: int | None = strawberry.field(
        description="How many of them are kept from sale; as before when omitted.", default=None
    )
    force: bool = strawberry.field(
        description="Whether fewer may be left than are taken, which records an overbooking.",
        default=False,
    )
    reason: str | None = strawberry.field(
        description="Why; needed when it falls below what is taken.", default=None
    )


def capacity_to_set(input: PoolCapacitySetInput, check: Check) -> SetCapacity:  # noqa: A002 - the argument's name in the API
    """Read how many places a pool gets."""
    return SetCapacity(
        checked_id("pool", input.id, check, "id"),
        input.expected_version,
        input.capacity,
        input.blocked,
        input.force,
        input.reason,
    )


@strawberry.type
class InventoryQuery:
    """Reads of the inventory."""

    pools = connected("pool", "Pool", "The unnumbered places.", filters=PoolFilter, sorts=PoolSort)
    overbookings = connected(
        "overbooking",
        "Overbooking",
        "The capacities that were forced below what was taken.",
        filters=OverbookingFilter,
        sorts=OverbookingSort,
    )
    reservations = connected(
        "reservation",
        "Reservation",
        "The numbered places that somebody has or had.",
        filters=ReservationFilter,
        sorts=ReservationSort,
    )


@strawberry.type
class InventoryMutation:
    """Changes of the inventory by its owner."""

    pool_create = create_mutation(
        POOL,
        "Pool",
        PoolCreateInput,
        "Create a pool. Most come about with their calendar item, product or location.",
    )
    pool_capacity_set = action_mutation(
        "poolCapacitySet",
        "pool",
        "Pool",
        PoolCapacitySetInput,
        capacity_to_set,
        set_capacity,
        "Change how many places a pool has. Fewer than are taken only by force and with a reason; "
        "selling stays closed then until places are free again.",
    )
