"""Opening a Sale for a change and closing it again: what all changes of a Draft have in common."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from app.commands.execution import InventoryTaken
from app.commands.line_facts import gather_billing_facts, gather_line_facts
from app.commands.register import check_version
from app.domain.billing import entitlement_amounts, revalue, value_grid
from app.domain.errors import DomainError, ErrorCode, Violation, refuse
from app.domain.events import Topic
from app.domain.inventory import (
    Reservation,
    ReservationState,
    SeatTicket,
    attach_formulas,
    grant,
)
from app.domain.lifecycle import NEEDS, status_after
from app.domain.lines import plan_line
from app.domain.permissions import require
from app.domain.products import ProductKind
from app.domain.sales import LINE_LIMIT, EntitlementStatus, Sale
from app.domain.validation import Check
from app.domain.venues import ResourceKind
from app.storage.inventory import (
    count_attached,
    delete_entitlements,
    end_entitlements,
    pools_at,
    reserve,
    seat_tickets,
    set_values,
)
from app.storage.organisations import read_organisation
from app.storage.sales import entitlements_of, load_sale, save_sale

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from uuid import UUID

    from app.domain.lines import LineFacts, NewLine, PlannedLine
    from app.domain.permissions import Actor
    from app.domain.sales import Entitlement, Place, SaleAction, SaleState
    from app.storage.unit_of_work import UnitOfWork


SCHEDULE_REFUSALS = frozenset(
    {
        ErrorCode.INVOICE_SUM_MISMATCH,
        ErrorCode.INVOICE_DATE_MISSING,
        ErrorCode.ALLOCATION_INVALID,
        ErrorCode.SCHEDULE_INVALID,
    }
)
"""What a schedule answers that cannot bill the lines."""


def open_sale(
    work: UnitOfWork, actor: Actor, sale_id: UUID, expected_version: int, action: SaleAction
) -> SaleState:
    """Lock a Sale for an action, after checking role, owner, version and status.

    A portal user finds only Sales of their own account. Refuses with PERMISSION_DENIED,
    NOT_FOUND, VERSION_STALE, or what the table of transitions says.
    """
    require(actor, NEEDS[action])
    state = load_sale(work, sale_id, "saleId", account_id=actor.account_id)
    status_after(state.sale, action)
    check_version(state.sale.version, expected_version)
    return state


def plan_lines(
    work: UnitOfWork,
    actor: Actor,
    state: SaleState,
    wanted: Sequence[NewLine],
    *path: str,
    line_no: int | None = None,
    today: date | None = None,
) -> tuple[SaleState, list[PlannedLine], LineFacts]:
    """Plan new lines of a Draft and return it with them, or refuse with everything wrong.

    `path` leads to the list of lines in the input; with `line_no` there is one line, which takes
    that number, and the path leads to it. Prices and VAT are those of `today`, if it is given.
    """
    facts = gather_line_facts(work, read_organisation(work), state.sale, wanted)
    facts = replace(facts, today=today or facts.today)
    first = line_no or max((line.line_no for line in state.lines), default=0) + 1
    check = Check()
    planned: list[PlannedLine] = []
    for index, one in enumerate(wanted):
        at = check.below(*path) if line_no else check.below(*path, str(index))
        found = plan_line(state.sale, one, first + index, facts, actor, at)
        if found:
            _check_shared(found, planned, facts, at)
            planned.append(found)
    if len(state.lines) + len(wanted) > LINE_LIMIT:
        message = f"a Sale has at most {LINE_LIMIT} lines"
        check.add(ErrorCode.LINE_LIMIT, message, *path)
    check.refuse_if_any()
    lines = [*state.lines, *(one.line for one in planned)]
    lines.sort(key=lambda line: line.line_no)
    components = [*state.components, *(part for one in planned for part in one.components)]
    return replace(state, lines=tuple(lines), components=tuple(components)), planned, facts


def _check_shared(
    line: PlannedLine, others: Sequence[PlannedLine], facts: LineFacts, check: Check
) -> None:
    """Collect resources that lines of the same request want at the same calendar item."""
    items = set(line.line.calendar_item_ids)
    meeting = [one.choice for one in others if items & set(one.line.calendar_item_ids)]
    for kind, field in ((ResourceKind.SEAT, "seatIds"), (ResourceKind.PARKING, "parkingIds")):
        wanted = {resource_id for choice in meeting for resource_id in choice.of(kind)}
        for index, resource_id in enumerate(line.choice.of(kind)):
            if resource_id in wanted:
                label = facts.resources[resource_id].resource.label
                message = f"{label} is chosen by another line of this request"
                check.add(ErrorCode.SEAT_DUPLICATE, message, field, str(index))


def finish_draft(work: UnitOfWork, action: str, before: SaleState, after: SaleState) -> SaleState:
    """Revalue a changed Draft and write it, with the values of the entitlements that it has."""
    after = revalued(work, action, after)
    known = {line.id: line.sold_minor for line in before.lines}
    changed = [
        line for line in after.lines if known.get(line.id, line.sold_minor) != line.sold_minor
    ]
    stored = save_sale(work, action, before, after)
    if changed:
        worth: dict[Place, int] = {}
        for line in changed:
            worth |= entitlement_amounts(line, after.components_of(line.id))
        found = entitlements_of(work, [line.id for line in changed])
        set_values(work, [replace(one, value_minor=worth[one.place]) for one in found])
    work.emit(Topic.SALE_CHANGED, "sale", stored.sale.id, version=stored.sale.version)
    return stored


def revalued(
    work: UnitOfWork,
    action: str,
    state: SaleState,
    ended: Sequence[Entitlement] = (),
    revived: Collection[UUID] = (),
) -> SaleState:
    """Return a changed Draft with its amounts.

    `ended` are entitlements that are about to be cancelled, `revived` those that will be live
    again, although what is stored does not say so yet.
    """
    facts = gather_billing_facts(work, read_organisation(work), state, ended, revived)
    try:
        return revalue(state, facts)
    except DomainError as error:
        raise DomainError(*(_of_schedule(one, action) for one in error.violations)) from error


def _of_schedule(violation: Violation, action: str) -> Violation:
    """Say of a schedule that does not fit the lines where it was given, or what would help."""
    if violation.code not in SCHEDULE_REFUSALS:
        return violation
    if action == "sale.schedule_set":
        return replace(violation, path=("recipe",))
    hint = "the invoice schedule does not fit any more, set another one first"
    return Violation(violation.code, f"{violation.message}; {hint}", ("invoices",))


def take_inventory(
    work: UnitOfWork, stored: SaleState, planned: Sequence[PlannedLine], facts: LineFacts
) -> None:
    """Grant what new lines of a stored Draft entitle to, and reserve it.

    Raises `InventoryTaken` with every numbered resource that is not free; pools answer when the
    transaction ends.
    """
    entitlements = _granted(work, stored, planned, facts)
    tickets = _tickets(work, stored, entitlements, facts)
    entitlements = list(attach_formulas(entitlements, facts.products, tickets))
    # Each takes a share of its resource's row, in the order in which `lock_resources` locks them.
    entitlements.sort(key=lambda one: one.resource_id.int if one.resource_id else 0)
    # Formulas refer to seats, so seats are written first.
    work.insert([one for one in entitlements if one.seat_entitlement_id is None])
    work.insert([one for one in entitlements if one.seat_entitlement_id is not None])
    hold_inventory(work, entitlements)


def hold_inventory(work: UnitOfWork, entitlements: Sequence[Entitlement]) -> None:
    """Reserve the resources and pool places of entitlements, held for a Draft."""
    places = Counter(one.pool_id for one in entitlements if one.pool_id is not None)
    try:
        reserve_seats(work, entitlements, ReservationState.HELD)
    except InventoryTaken as taken:
        raise InventoryTaken(taken.seats, wanted=taken.wanted, places=dict(places)) from taken
    for pool_id, count in places.items():
        work.take_places(pool_id, count)


def reserve_seats(
    work: UnitOfWork, entitlements: Sequence[Entitlement], state: ReservationState
) -> None:
    """Reserve the numbered resources of entitlements, or raise `InventoryTaken`."""
    wanted = [
        Reservation(
            id=work.new_id(),
            sale_id=one.sale_id,
            entitlement_id=one.id,
            calendar_item_id=one.calendar_item_id,
            resource_id=one.resource_id,
            state=state,
            created_at=work.now,
        )
        for one in entitlements
        if one.resource_id is not None and one.calendar_item_id is not None
    ]
    taken = reserve(work, wanted)
    if taken:
        pairs = tuple((one.calendar_item_id, one.resource_id) for one in wanted)
        raise InventoryTaken(seats=tuple(taken), wanted=pairs)


def take_out(
    work: UnitOfWork, state: SaleState, line_ids: Collection[UUID], *path: str
) -> SaleState:
    """Free and delete what lines of a Draft granted, and return the Draft without them."""
    if count_attached(work, state.sale.id, line_ids):
        message = "hospitality of other lines is attached to these seats; remove it first"
        refuse(ErrorCode.FORMULA_NEEDS_SEAT, message, *path)
    end_entitlements(work, state.sale.id, EntitlementStatus.CANCELLED, line_ids)
    delete_entitlements(work, state.sale.id, line_ids)
    return replace(
        state,
        lines=tuple(line for line in state.lines if line.id not in line_ids),
        components=tuple(part for part in state.components if part.line_id not in line_ids),
    )


def _granted(
    work: UnitOfWork, stored: SaleState, planned: Sequence[PlannedLine], facts: LineFacts
) -> list[Entitlement]:
    """Build the entitlements of new lines at the values that the Draft now has."""
    products = facts.products.values()
    pooled = [product for product in products if product.needs_pool]
    pools = (
        pools_at(
            work,
            {item for one in planned for item in one.line.calendar_item_ids},
            {one.line.season_id for one in planned if one.line.season_id is not None},
            [product.id for product in pooled],
            [product.location_id for product in pooled if product.location_id is not None],
        )
        if pooled
        else {}
    )
    granted: list[Entitlement] = []
    for one in planned:
        line = stored.line(one.line.id)
        parts = stored.components_of(line.id)
        values = value_grid(line, parts)
        granted += grant(line, parts, facts.products, one.choice, pools, values, work.new_id)
    return granted


def _tickets(
    work: UnitOfWork, stored: SaleState, granted: Sequence[Entitlement], facts: LineFacts
) -> list[SeatTicket]:
    """Read the seats that formulas of new lines may attach to: the Sale's, and its parent's."""
    items = {
        one.calendar_item_id
        for one in granted
        if facts.products[one.product_id].kind is ProductKind.FORMULA
        and one.calendar_item_id is not None
    }
    if not items:
        return []
    sales = [stored.sale.id]
    if stored.sale.parent_sale_id is not None:
        # Whoever cancels seats of the parent has it locked, so that no formula attaches to them.
        work.find(Sale, share=True, id=stored.sale.parent_sale_id)
        sales.append(stored.sale.parent_sale_id)
    return [
        SeatTicket(entitlement_id, item_id, frozenset(types))
        for entitlement_id, item_id, types in seat_tickets(work, sales, items)
    ]
