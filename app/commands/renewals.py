"""Duplicating a Sale to another season: the same products and seats, with new prices and dates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from app.commands.drafts import finish_draft, plan_lines, take_inventory
from app.commands.execution import Outcome
from app.commands.invoice_schedules import new_group, with_schedule
from app.commands.line_facts import today_of
from app.commands.sale_terms import NewSale
from app.commands.sales import begin_sale
from app.domain.calendar import CalendarBundle, Season
from app.domain.errors import ErrorCode, refuse
from app.domain.events import Topic
from app.domain.lifecycle import NEEDS, status_after
from app.domain.lines import NewLine
from app.domain.money import apportion
from app.domain.permissions import require
from app.domain.products import PriceList, Product
from app.domain.sales import (
    Entitlement,
    EntitlementStatus,
    SaleAction,
    SaleLineComponent,
    SaleState,
)
from app.domain.schedule import PastDates, Recipe
from app.domain.validation import Check
from app.domain.venues import ResourceKind
from app.storage.organisations import read_organisation
from app.storage.sales import insert_sale, load_sale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.permissions import Actor
    from app.domain.sales import SaleLine
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class DuplicateSale:
    """A Sale to repeat in another season.

    `bundle_ids` says which bundle of the new season stands for which of the old; a bundle of the
    same kind that is the only one in the new season needs no mention. `line_ids` empty copies all
    lines that belong to a season. Without `keeps_prices` the price list of today decides.
    """

    sale_id: UUID
    season_id: UUID
    bundle_ids: Mapping[str, str] | None = None
    line_ids: tuple[UUID, ...] = ()
    keeps_prices: bool = False
    recipe: Recipe | None = None
    recipe_currency: str | None = None
    past_dates: PastDates = PastDates.MOVE_TO_TODAY


def duplicate_sale(work: UnitOfWork, actor: Actor, request: DuplicateSale) -> Outcome:
    """Renew a Sale: a new Draft in another season, linked to the old one, on the same seats.

    Raises:
        DomainError: LINE_SCOPE_INVALID for lines that have no counterpart in the new season, and
            everything that stands against adding its lines.
        InventoryTaken: a seat is not free in the new season; nothing was created.
    """
    require(actor, NEEDS[SaleAction.DUPLICATE])
    old = load_sale(work, request.sale_id, "saleId", account_id=actor.account_id, lock=False)
    status_after(old.sale, SaleAction.DUPLICATE)
    if not work.find(Season, id=request.season_id):
        refuse(ErrorCode.NOT_FOUND, "no such season", "seasonId")
    if request.recipe_currency not in {None, old.sale.currency}:
        message = f"the Sale is in {old.sale.currency}, not in {request.recipe_currency}"
        refuse(ErrorCode.CURRENCY_MIXED, message, "recipe")
    chosen = _chosen_lines(old, request)
    wanted = _lines_for(work, chosen, request)
    header = NewSale(
        type=old.sale.type,
        account_id=old.sale.account_id,
        contact_id=old.sale.contact_id,
        season_id=request.season_id,
        price_list_id=_valid_list(work, old.sale.price_list_id),
        currency=old.sale.currency,
        price_basis=old.sale.price_basis if request.keeps_prices else None,
        language=old.sale.language,
        rep_code=old.sale.rep_code,
        is_barter=old.sale.is_barter,
        name_on_tickets=old.sale.name_on_tickets,
    )
    discount = (
        sum(_live_part(line, line.sale_discount_minor) for line in chosen)
        if request.keeps_prices
        else 0
    )
    sale = replace(
        begin_sale(work, actor, header),
        renewed_from_sale_id=old.sale.id,
        discount_minor=discount,
    )
    empty = SaleState(sale)
    insert_sale(work, empty)
    after, planned, facts = plan_lines(work, actor, empty, wanted, "lines")
    if request.recipe is not None:
        group = new_group(work, sale.id, None, request.recipe, request.past_dates)
        after = with_schedule(work, after, group, request.recipe)
    stored = finish_draft(work, "sale.duplicated", empty, after)
    take_inventory(work, stored, planned, facts)
    work.emit(Topic.SALE_CREATED, "sale", sale.id, code=sale.code, renewed_from=old.sale.id)
    return Outcome({"sale": sale.id})


def _chosen_lines(old: SaleState, request: DuplicateSale) -> list[SaleLine]:
    """Return the lines to copy, or refuse with NOT_FOUND one that the Sale does not have.

    Of a Sale that is partly cancelled only what is left is copied; of one that is cancelled as a
    whole everything, as it was sold.
    """
    lines = old.lines
    if all(line.quantity_cancelled == line.quantity for line in lines):
        lines = tuple(replace(line, quantity_cancelled=0) for line in lines)
    known = {line.id: line for line in lines}
    check = Check()
    for index, line_id in enumerate(request.line_ids):
        if line_id not in known:
            check.add(ErrorCode.NOT_FOUND, "no such line in this Sale", "lineIds", str(index))
        elif known[line_id].quantity_cancelled == known[line_id].quantity:
            message = f"line {known[line_id].line_no} is cancelled"
            check.add(ErrorCode.CANCEL_NOTHING, message, "lineIds", str(index))
    check.refuse_if_any()
    chosen = [line for line in lines if not request.line_ids or line.id in request.line_ids]
    return [line for line in chosen if line.quantity_cancelled < line.quantity]


def _live_part(line: SaleLine, discount_minor: int) -> int:
    """Return the part of a line's discount that belongs to the units that are left."""
    left = line.quantity - line.quantity_cancelled
    return apportion(discount_minor, [left, line.quantity_cancelled])[0]


def _valid_list(work: UnitOfWork, price_list_id: UUID | None) -> UUID | None:
    """Return the old price list as long as it is valid; after it the account's or club's counts."""
    today = today_of(work, read_organisation(work))
    found = work.by_id(PriceList, {price_list_id}).values()
    return next((one.id for one in found if one.is_valid(today)), None)


def _lines_for(work: UnitOfWork, chosen: list[SaleLine], request: DuplicateSale) -> list[NewLine]:
    """Translate the old lines to the new season, or refuse those without a counterpart."""
    check = Check()
    bundles = _counterparts(work, chosen, request, check)
    products = work.by_id(Product, {line.product_id for line in chosen})
    wanted = []
    for index, line in enumerate(chosen):
        if line.calendar_item_id is not None:
            message = f"line {line.line_no} is for a single calendar item; leave it out by lineIds"
            check.add(ErrorCode.LINE_SCOPE_INVALID, message, "lines", str(index))
            continue
        if line.bundle_id is not None and line.bundle_id not in bundles:
            message = f"say by bundleIds which bundle replaces that of line {line.line_no}"
            check.add(ErrorCode.LINE_SCOPE_INVALID, message, "lines", str(index))
            continue
        seats = _resources_of(work, line)
        name = products[line.product_id].name
        wanted.append(
            NewLine(
                product_id=line.product_id,
                quantity=line.quantity - line.quantity_cancelled,
                season_id=request.season_id
                if line.bundle_id is None and line.season_id is not None
                else None,
                bundle_id=bundles[line.bundle_id] if line.bundle_id is not None else None,
                unit_price_minor=line.unit_price_minor if request.keeps_prices else None,
                discount_minor=_live_part(line, line.discount_minor) if request.keeps_prices else 0,
                description=line.description if line.description != name else None,
                seat_ids=seats[ResourceKind.SEAT],
                parking_ids=seats[ResourceKind.PARKING],
            )
        )
    check.refuse_if_any()
    return wanted


def _counterparts(
    work: UnitOfWork, lines: list[SaleLine], request: DuplicateSale, check: Check
) -> dict[UUID, UUID]:
    """Find for each bundle of the old lines the one that replaces it in the new season.

    Collects replacements that do not exist or belong to another season.
    """
    given = {UUID(old): UUID(new) for old, new in (request.bundle_ids or {}).items()}
    known = work.by_id(CalendarBundle, (line.bundle_id for line in lines))
    there = work.find(CalendarBundle, season_id=request.season_id)
    for new_id in set(given.values()) - {one.id for one in there}:
        if work.by_id(CalendarBundle, {new_id}):
            message = "a bundle replaces another only in the season that is sold"
            check.add(ErrorCode.LINE_SCOPE_INVALID, message, "bundles")
        else:
            check.add(ErrorCode.NOT_FOUND, "no such bundle", "bundles")
    found: dict[UUID, UUID] = {}
    for line in lines:
        if line.bundle_id is None:
            continue
        if line.bundle_id in given:
            found[line.bundle_id] = given[line.bundle_id]
            continue
        same_kind = [one for one in there if one.kind is known[line.bundle_id].kind]
        if len(same_kind) == 1:
            found[line.bundle_id] = same_kind[0].id
    return found


def _resources_of(work: UnitOfWork, line: SaleLine) -> dict[ResourceKind, tuple[UUID, ...]]:
    """List the numbered resources of a line by kind, in the order in which its units took them.

    A unit stands for the seat of the first calendar item that it has left; of a line that is
    cancelled as a whole every unit counts.
    """
    found: dict[ResourceKind, tuple[UUID, ...]] = dict.fromkeys(ResourceKind, ())
    if not line.calendar_item_ids:
        return found
    listed = _first_of_units(work, line)
    products = work.by_id(Product, {one.product_id for one in listed})
    components = work.find(SaleLineComponent, line_id=line.id)
    order = {component.id: component.component_no for component in components}
    listed.sort(key=lambda one: (one.unit_no, order[one.component_id], one.piece_no))
    for one in listed:
        if one.resource_id is not None:
            kind = ResourceKind(products[one.product_id].kind)
            found[kind] = (*found[kind], one.resource_id)
    return found


def _first_of_units(work: UnitOfWork, line: SaleLine) -> list[Entitlement]:
    """Return what each unit of a line has at the first calendar item at which it is live."""
    if not line.cancelled_count:
        return work.find(Entitlement, line_id=line.id, calendar_item_id=line.calendar_item_ids[0])
    found = work.find(Entitlement, line_id=line.id)
    live = [one for one in found if one.status is not EntitlementStatus.CANCELLED] or found
    position = {item: number for number, item in enumerate(line.calendar_item_ids)}
    first: dict[int, int] = {}
    # What is live comes last, so that it decides wherever a unit has anything live.
    for group in (found, live):
        at = {one.unit_no: len(position) for one in group}
        for one in group:
            if one.calendar_item_id is not None:
                at[one.unit_no] = min(at[one.unit_no], position[one.calendar_item_id])
        first |= {unit: number for unit, number in at.items() if number < len(position)}
    units = {one.unit_no for one in live}
    return [
        one
        for one in found
        if one.unit_no in units
        and one.calendar_item_id is not None
        and position[one.calendar_item_id] == first[one.unit_no]
    ]
