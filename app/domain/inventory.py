"""What a line takes from the inventory: entitlements, seats, pool places, and conflicts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn

from app.domain.errors import ErrorCode, refuse
from app.domain.products import ProductKind, ProductScope
from app.domain.sales import Entitlement, EntitlementStatus
from app.domain.venues import ResourceKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from app.domain.products import Product
    from app.domain.sales import SaleLine, SaleLineComponent, SaleStatus


class ReservationState(StrEnum):
    """A Draft holds, a Final Sale has sold; a released reservation is history."""

    HELD = "HELD"
    SOLD = "SOLD"
    RELEASED = "RELEASED"


@dataclass(frozen=True, slots=True)
class Pool:
    """Unnumbered places of a product or location at a calendar item, in a season, or for good."""

    id: UUID
    calendar_item_id: UUID | None
    season_id: UUID | None
    product_id: UUID | None
    location_id: UUID | None
    capacity: int
    blocked: int
    taken: int
    version: int
    created_at: datetime

    @property
    def free(self) -> int:
        """Count the places that can still be sold; negative when overbooked."""
        return self.capacity - self.blocked - self.taken


@dataclass(frozen=True, slots=True)
class Overbooking:
    """The record of a capacity that was forced below what is taken."""

    id: UUID
    pool_id: UUID
    capacity: int
    taken: int
    reason: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Reservation:
    """A live hold on one numbered resource at one calendar item, or the history of one."""

    id: UUID
    sale_id: UUID
    entitlement_id: UUID
    calendar_item_id: UUID
    resource_id: UUID
    state: ReservationState
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a seat or places that somebody else wanted."""

    sale_id: UUID
    sale_code: str
    sale_status: SaleStatus
    account_name: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """One thing that is not free.

    Either `resource_id`, held by `holder` (None: blocked), or `pool_id` with `free` places of the
    `wanted` ones.
    """

    calendar_item_id: UUID | None
    resource_id: UUID | None
    pool_id: UUID | None
    wanted: int
    free: int
    holder: Holder | None
    alternative_ids: tuple[UUID, ...] = ()


PoolKey = tuple["UUID | None", "UUID | None", "UUID | None", "UUID | None"]
"""(calendar item, season, product, location)"""


def pool_for(
    product: Product,
    calendar_item_id: UUID | None,
    season_id: UUID | None,
    pools: Mapping[PoolKey, UUID],
) -> UUID | None:
    """Return the pool that a limited product takes places of: its own, else its location's."""
    if not product.needs_pool:
        return None
    in_season = season_id if product.scope is ProductScope.SEASON else None
    own = pools.get((calendar_item_id, in_season, product.id, None))
    if own is not None or product.location_id is None:
        return own
    return pools.get((calendar_item_id, in_season, None, product.location_id))


def seats_per_unit(leaves: Sequence[tuple[Product, int]]) -> dict[ResourceKind, int]:
    """Count the numbered resources that one unit takes, by kind."""
    wanted = dict.fromkeys(ResourceKind, 0)
    for product, quantity in leaves:
        if product.is_numbered:
            wanted[ResourceKind(product.kind)] += quantity
    return wanted


@dataclass(frozen=True, slots=True)
class Choice:
    """The numbered resources chosen for a line, in the order in which units take them."""

    seats: tuple[UUID, ...] = ()
    parkings: tuple[UUID, ...] = ()

    def of(self, kind: ResourceKind) -> tuple[UUID, ...]:
        """Return the chosen resources of one kind."""
        return self.seats if kind is ResourceKind.SEAT else self.parkings


def grant(
    line: SaleLine,
    components: Sequence[SaleLineComponent],
    products: Mapping[UUID, Product],
    choice: Choice,
    pools: Mapping[PoolKey, UUID],
    values: Sequence[Sequence[int]],
    new_id: Callable[[], UUID],
) -> tuple[Entitlement, ...]:
    """Build a line's entitlements, by unit, then calendar item, then component and piece.

    `values` has for each component its amounts in that order. Numbered pieces take the chosen
    resources unit by unit, the same ones at every calendar item. Refuses with POOL_MISSING when
    a limited product has no capacity at a calendar item.
    """
    amounts = [iter(of_component) for of_component in values]
    found: list[Entitlement] = []
    for unit in range(1, line.quantity + 1):
        for item_id in line.calendar_item_ids or (None,):
            chosen = {
                kind: _units_share(choice.of(kind), unit, line.quantity) for kind in ResourceKind
            }
            for component, amount in zip(components, amounts, strict=True):
                if component.is_per_item:
                    place = _Place(unit, item_id, chosen)
                    found += _pieces(line, component, products, place, pools, amount, new_id)
        for component, amount in zip(components, amounts, strict=True):
            if not component.is_per_item:
                place = _Place(unit, None, {})
                found += _pieces(line, component, products, place, pools, amount, new_id)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where pieces are granted: a unit at a calendar item, with the resources left for it."""

    unit_no: int
    calendar_item_id: UUID | None
    chosen: Mapping[ResourceKind, Iterator[UUID]]


def _pieces(
    line: SaleLine,
    component: SaleLineComponent,
    products: Mapping[UUID, Product],
    place: _Place,
    pools: Mapping[PoolKey, UUID],
    amount: Iterator[int],
    new_id: Callable[[], UUID],
) -> Iterator[Entitlement]:
    """Grant the pieces of one component in one unit at one calendar item."""
    product = products[component.product_id]
    pool_id = pool_for(product, place.calendar_item_id, line.season_id, pools)
    if product.needs_pool and pool_id is None:
        message = f"no capacity is set for {product.name} ({product.code}); create its pool first"
        refuse(ErrorCode.POOL_MISSING, message, "productId")
    for piece in range(1, component.quantity + 1):
        numbered = product.is_numbered
        yield Entitlement(
            id=new_id(),
            sale_id=line.sale_id,
            line_id=line.id,
            component_id=component.id,
            unit_no=place.unit_no,
            piece_no=piece,
            calendar_item_id=place.calendar_item_id,
            product_id=product.id,
            resource_id=next(place.chosen[ResourceKind(product.kind)]) if numbered else None,
            pool_id=pool_id,
            seat_entitlement_id=None,
            location_type_code=product.location_type_code,
            ticket_holder_id=None,
            value_minor=next(amount),
            currency=line.currency,
            status=EntitlementStatus.LIVE,
        )


def _units_share(chosen: Sequence[UUID], unit: int, units: int) -> Iterator[UUID]:
    """Iterate over the resources that belong to one unit."""
    each = len(chosen) // units
    return iter(chosen[(unit - 1) * each : unit * each])


@dataclass(frozen=True, slots=True)
class SeatTicket:
    """A live seat entitlement to which formulas attach, with the location types it has."""

    entitlement_id: UUID
    calendar_item_id: UUID | None
    location_types: frozenset[str]


def attach_formulas(
    entitlements: Sequence[Entitlement],
    products: Mapping[UUID, Product],
    tickets: Sequence[SeatTicket],
) -> tuple[Entitlement, ...]:
    """Attach each hospitality formula to a seat ticket of its calendar item.

    Seats of the same unit come first, then other seats of the Sale without this location type;
    no formula takes a seat that another one of the seat's own unit needs.
    Refuses with FORMULA_NEEDS_SEAT when there are too few seats and with FORMULA_TYPE_CONFLICT
    when there are seats but each has a formula of this location type already.
    """
    types: dict[UUID, set[str]] = {t.entitlement_id: set(t.location_types) for t in tickets}
    by_unit: dict[tuple[UUID, int, UUID | None], list[UUID]] = {}
    by_item: dict[UUID | None, list[UUID]] = {}
    for ticket in tickets:
        by_item.setdefault(ticket.calendar_item_id, []).append(ticket.entitlement_id)
    formulas: list[Entitlement] = []
    for one in entitlements:
        product = products[one.product_id]
        if product.kind is ProductKind.SEAT:
            types[one.id] = set()
            by_item.setdefault(one.calendar_item_id, []).append(one.id)
            by_unit.setdefault(_unit_of(one), []).append(one.id)
        elif product.kind is ProductKind.FORMULA and not product.is_standalone:
            formulas.append(one)
    seats = {one.id: _take_seat(one, by_unit.get(_unit_of(one), ()), types) for one in formulas}
    for one in formulas:
        if seats[one.id] is None:
            others = by_item.get(one.calendar_item_id, ())
            seats[one.id] = _take_seat(one, others, types) or _refuse_formula(one, others)
    return tuple(
        replace(one, seat_entitlement_id=seats[one.id]) if one.id in seats else one
        for one in entitlements
    )


def _unit_of(one: Entitlement) -> tuple[UUID, int, UUID | None]:
    """Return what the pieces of one unit at one calendar item have in common."""
    return one.line_id, one.unit_no, one.calendar_item_id


def _take_seat(
    formula: Entitlement, seats: Sequence[UUID], types: Mapping[UUID, set[str]]
) -> UUID | None:
    """Give a formula the first of some seats that lacks its location type, or none."""
    code = formula.location_type_code or ""
    for seat_id in seats:
        if code not in types[seat_id]:
            types[seat_id].add(code)
            return seat_id
    return None


def _refuse_formula(formula: Entitlement, others: Sequence[UUID]) -> NoReturn:
    """Refuse a formula for which there is no seat."""
    if others:
        code = formula.location_type_code
        message = f"every ticket of this Sale has a formula of type {code} already"
        refuse(ErrorCode.FORMULA_TYPE_CONFLICT, message, "quantity")
    message = "add the seats first, or a package with seats; this formula is not standalone"
    refuse(ErrorCode.FORMULA_NEEDS_SEAT, message, "productId")
