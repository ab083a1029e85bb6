"""Moving a Sale's guests to other seats, and writing names on its tickets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.drafts import open_sale, reserve_seats
from app.commands.execution import Outcome
from app.domain.accounts import TicketHolder
from app.domain.calendar import SELLABLE, CalendarItem
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.inventory import ReservationState
from app.domain.sales import Entitlement, EntitlementStatus, SaleAction, SaleStatus
from app.domain.validation import Check
from app.domain.venues import Location, Resource
from app.storage.inventory import lock_resources, release_reservations
from app.storage.sales import save_sale

if TYPE_CHECKING:
    from uuid import UUID

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork

MOVES_LIMIT = 500
"""Moves or names of one request."""


@dataclass(frozen=True, slots=True)
class SeatMove:
    """From one numbered resource of the Sale to another of the same kind and category."""

    from_resource_id: UUID
    to_resource_id: UUID


@dataclass(frozen=True, slots=True)
class SwapSeats:
    """Moves that happen together, at some calendar items or at all that are still to come."""

    sale_id: UUID
    expected_version: int
    moves: tuple[SeatMove, ...]
    calendar_item_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class HolderName:
    """Whose name stands on an entitlement; None takes the name away."""

    entitlement_id: UUID
    ticket_holder_id: UUID | None


@dataclass(frozen=True, slots=True)
class AssignHolders:
    """Names for entitlements of one Sale."""

    sale_id: UUID
    expected_version: int
    names: tuple[HolderName, ...]


def swap_seats(work: UnitOfWork, actor: Actor, request: SwapSeats) -> Outcome:
    """Move entitlements to other seats in one transaction; no amount changes.

    Possible on Draft and Final Sales. Two seats of the Sale may change places. Refuses with
    SEATS_MISMATCH another kind or category, with SEAT_DUPLICATE the same seat twice, and raises
    `InventoryTaken` for seats of others.
    """
    state = open_sale(work, actor, request.sale_id, request.expected_version, SaleAction.SWAP_SEATS)
    target_of = _checked_moves(work, request)
    held = work.find(
        Entitlement,
        sale_id=state.sale.id,
        status=EntitlementStatus.LIVE.value,
        resource_id=list(target_of),
    )
    items = set(request.calendar_item_ids) or _to_come(work, held)
    found = [one for one in held if one.calendar_item_id in items]
    missing = target_of.keys() - {one.resource_id for one in found}
    if missing:
        message = "the Sale has no such seat at these calendar items"
        refuse(ErrorCode.NOT_FOUND, message, "moves")
    moved = [
        replace(one, resource_id=target_of[one.resource_id])
        for one in found
        if one.resource_id is not None
    ]
    is_final = state.sale.status is SaleStatus.FINAL
    release_reservations(work, [one.id for one in found])
    work.update(moved)
    reserve_seats(work, moved, ReservationState.SOLD if is_final else ReservationState.HELD)
    stored = save_sale(work, "sale.seats_swapped", state, state)
    before = {str(one.id): one.resource_id for one in found}
    after = {str(one.id): one.resource_id for one in moved}
    work.record_values("sale", stored.sale.id, "sale.seats_moved", before, after)
    work.emit(Topic.SEATS_SWAPPED, "sale", stored.sale.id, entitlements=[one.id for one in found])
    return Outcome({"sale": stored.sale.id})


def _to_come(work: UnitOfWork, held: list[Entitlement]) -> set[UUID]:
    """Return the calendar items of entitlements that are neither played nor cancelled."""
    items = work.by_id(CalendarItem, {one.calendar_item_id for one in held})
    return {item.id for item in items.values() if item.status in SELLABLE}


def _checked_moves(work: UnitOfWork, request: SwapSeats) -> dict[UUID, UUID]:
    """Return the target of each seat, or refuse moves that make no sense."""
    check = Check()
    check.size("moves", request.moves, MOVES_LIMIT)
    if not request.moves:
        check.add(ErrorCode.INPUT_INVALID, "give at least one move", "moves")
    wanted = {one for move in request.moves for one in (move.from_resource_id, move.to_resource_id)}
    lock_resources(work, wanted)
    resources = work.by_id(Resource, wanted)
    locations = work.by_id(Location, {one.location_id for one in resources.values()})
    target_of: dict[UUID, UUID] = {}
    for index, move in enumerate(request.moves):
        at = check.below("moves", str(index))
        old, new = resources.get(move.from_resource_id), resources.get(move.to_resource_id)
        if old is None or new is None:
            at.add(ErrorCode.NOT_FOUND, "no such seat", "fromId" if old is None else "toId")
        elif (old.kind, old.category) != (new.kind, new.category):
            message = f"{new.label} is of another kind or category than {old.label}"
            at.add(ErrorCode.SEATS_MISMATCH, message, "toId")
        elif locations[old.location_id].venue_id != locations[new.location_id].venue_id:
            message = f"{new.label} is at another venue than {old.label}"
            at.add(ErrorCode.SEATS_MISMATCH, message, "toId")
        elif move.from_resource_id in target_of or move.to_resource_id in target_of.values():
            at.add(ErrorCode.SEAT_DUPLICATE, "the same seat stands in two moves")
        target_of[move.from_resource_id] = move.to_resource_id
    check.refuse_if_any()
    return target_of


def assign_holders(work: UnitOfWork, actor: Actor, request: AssignHolders) -> Outcome:
    """Write names of ticket holders on entitlements; possible on Draft and Final Sales."""
    state = open_sale(
        work, actor, request.sale_id, request.expected_version, SaleAction.ASSIGN_HOLDERS
    )
    check = Check()
    check.size("names", request.names, MOVES_LIMIT)
    if not request.names:
        check.add(ErrorCode.INPUT_INVALID, "give at least one name", "names")
    wanted = {one.entitlement_id: one.ticket_holder_id for one in request.names}
    if len(wanted) < len(request.names):
        check.add(ErrorCode.INPUT_INVALID, "an entitlement stands in two names", "names")
    found = work.find(
        Entitlement,
        sale_id=state.sale.id,
        status=EntitlementStatus.LIVE.value,
        id=list(wanted),
    )
    known = {one.id for one in found}
    holders = work.by_id(TicketHolder, {one.ticket_holder_id for one in request.names})
    for index, name in enumerate(request.names):
        at = check.below("names", str(index))
        if name.entitlement_id not in known:
            at.add(ErrorCode.NOT_FOUND, "the Sale has no such entitlement", "entitlementId")
        holder = holders.get(name.ticket_holder_id) if name.ticket_holder_id else None
        stranger = holder is None or holder.account_id != state.sale.account_id
        if name.ticket_holder_id is not None and stranger:
            at.add(ErrorCode.NOT_FOUND, "the account has no such ticket holder", "ticketHolderId")
    check.refuse_if_any()
    work.update([replace(one, ticket_holder_id=wanted[one.id]) for one in found])
    stored = save_sale(work, "sale.holders_assigned", state, state)
    before = {str(one.id): one.ticket_holder_id for one in found}
    after = {str(one.id): wanted[one.id] for one in found}
    work.record_values("sale", stored.sale.id, "sale.names_written", before, after)
    work.emit(
        Topic.HOLDERS_ASSIGNED, "sale", stored.sale.id, entitlements=[one.id for one in found]
    )
    return Outcome({"sale": stored.sale.id})
