"""The money of a Draft in one pass: line values, instalments, allocation cells and VAT.

Every change of a Draft ends here, so there is one place in which its amounts come about.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from app.domain.allocation import NO_PLAN, AllocationStrategy, GroupPlan, allocate
from app.domain.cells import fill, fill_in_part
from app.domain.invoices import Invoice, InvoiceKind, ScheduleMode
from app.domain.money import apportion, require_bounded
from app.domain.schedule import Anchor, generate
from app.domain.schedule_json import from_json
from app.domain.valuation import apportion_discount, entitlement_values, line_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.invoices import ScheduleGroup
    from app.domain.sales import Place, SaleLine, SaleLineComponent, SaleState


@dataclass(frozen=True, slots=True)
class BillingFacts:
    """What billing needs to know beside the Sale itself.

    Dates are days of the club's time zone. `product_groups` has the group of every product on the
    Sale; `first_items_on` and `season_starts_on` are by season, None standing for the whole Sale;
    `cancelled` has the cancelled places of lines that have any.
    """

    now: datetime
    today: date
    sold_on: date
    season_starts_on: Mapping[UUID | None, date]
    first_items_on: Mapping[UUID | None, date]
    product_groups: Mapping[UUID, UUID]
    cancelled: Mapping[UUID, Collection[Place]]
    new_id: Callable[[], UUID]


def revalue(state: SaleState, facts: BillingFacts) -> SaleState:
    """Recompute a Draft's amounts after any change of its lines, discounts or schedule.

    Schedules in mode AUTO follow their recipe again; MANUAL ones keep their amounts, and where
    these do not add up to the lines, their invoices have no cells and no VAT.
    """
    state = value_lines(state, facts.cancelled)
    state = _plan_invoices(state, facts)
    return bill(state, facts.product_groups)


def value_grid(line: SaleLine, components: Sequence[SaleLineComponent]) -> list[list[int]]:
    """Divide what a line was sold for over what its components grant, cancelled or not.

    Returns one list per component, in the order given: its values by (unit, calendar item, piece),
    or by (unit, piece) for a component that is granted once. Everything sums to the line's amount
    and what of it was cancelled.
    A unit's value goes to calendar items before it goes to components, as the weights of a bundle
    say; what is granted once takes its part of the unit beforehand.
    """
    often = [c for c in components if c.is_per_item]
    once = [c for c in components if not c.is_per_item]
    often_pieces = [c.piece_weight for c in often for _ in range(c.quantity)]
    once_pieces = [c.piece_weight for c in once for _ in range(c.quantity)]
    items = list(line.calendar_item_weights) or [1]
    if not any(items):
        # A bundle of which only weightless items are left still carries the line's value.
        items = [1] * len(items)
    found: dict[UUID, list[int]] = {c.id: [] for c in components}
    for unit_minor in apportion(line.sold_minor, [1] * line.quantity):
        parts = apportion(unit_minor, [sum(often_pieces), *once_pieces])
        if often:
            values = iter(entitlement_values(parts[0], 1, items, often_pieces))
            for _ in items:
                for component in often:
                    found[component.id] += islice(values, component.quantity)
        rest = iter(parts[1:])
        for component in once:
            found[component.id] += islice(rest, component.quantity)
    return [found[c.id] for c in components]


def value_lines(state: SaleState, cancelled: Mapping[UUID, Collection[Place]]) -> SaleState:
    """Recompute the amounts of lines and their components in the Sale's price basis.

    `cancelled` has, by line, the places of its grid that were cancelled; they count for nothing.
    """
    own = [
        line_amount(line.quantity, line.unit_price_minor, line.discount_minor)
        for line in state.lines
    ]
    shares = apportion_discount(state.sale.discount_minor, own)
    lines, components = [], []
    for line, amount, share in zip(state.lines, own, shares, strict=True):
        parts = state.components_of(line.id)
        sold = replace(line, sale_discount_minor=share, amount_minor=amount - share)
        sold = replace(sold, cancelled_minor=0)
        amounts = [sum(values) for values in value_grid(sold, parts)]
        if line.id in cancelled:
            worth = entitlement_amounts(sold, parts)
            for place in cancelled[line.id]:
                position = next(n for n, part in enumerate(parts) if part.id == place[0])
                amounts[position] -= worth[place]
        gone = sold.amount_minor - sum(amounts)
        lines.append(replace(sold, amount_minor=sum(amounts), cancelled_minor=gone))
        components += [
            replace(part, amount_minor=left) for part, left in zip(parts, amounts, strict=True)
        ]
    require_bounded(sum(line.amount_minor for line in lines), "lines")
    return replace(state, lines=tuple(lines), components=tuple(components))


def group_of(state: SaleState, line: SaleLine) -> ScheduleGroup | None:
    """Return the schedule group that bills a line.

    A schedule of the whole Sale takes every line. Otherwise a line belongs to its season's group;
    a line without a season to the group of the Sale's season, else to the first group.
    """
    by_season = {group.season_id: group for group in state.groups}
    if None in by_season:
        return by_season[None]
    found = by_season.get(line.season_id or state.sale.season_id)
    if found is None and line.season_id is None and state.groups:
        return state.groups[0]
    return found


def group_lines(state: SaleState) -> dict[UUID | None, list[SaleLine]]:
    """Gather the lines by the id of their schedule group; None has the lines without one."""
    gathered: dict[UUID | None, list[SaleLine]] = {group.id: [] for group in state.groups}
    for line in state.lines:
        group = group_of(state, line)
        gathered.setdefault(group.id if group else None, []).append(line)
    return gathered


def group_differences(state: SaleState) -> list[tuple[UUID | None, int]]:
    """List each schedule group's id and how far its lines exceed its invoices; 0 is equal.

    Lines that no group bills stand under None with their full amount.
    """
    gathered = group_lines(state)
    billed: dict[UUID | None, int] = defaultdict(int)
    for invoice in state.invoices:
        billed[invoice.schedule_group_id] += invoice.amount_minor
    return [
        (group_id, sum(line.amount_minor for line in lines) - billed[group_id])
        for group_id, lines in gathered.items()
    ]


def _plan_invoices(state: SaleState, facts: BillingFacts) -> SaleState:
    """Apply the recipes of AUTO groups, keep MANUAL ones, and number all invoices afresh."""
    gathered = group_lines(state)
    planned: list[Invoice] = []
    for group in state.groups:
        existing = sorted(
            (i for i in state.invoices if i.schedule_group_id == group.id),
            key=lambda invoice: invoice.sequence_no,
        )
        if group.mode is ScheduleMode.AUTO:
            total = sum(line.amount_minor for line in gathered[group.id])
            planned += _follow_recipe(state, group, total, existing, facts)
        else:
            planned += existing
    order = {group.id: position for position, group in enumerate(state.groups)}
    planned.sort(key=lambda i: (i.planned_on, order[i.schedule_group_id], i.sequence_no))
    numbered = tuple(
        replace(invoice, sequence_no=number, code=f"{state.sale.code}-{number:02d}")
        for number, invoice in enumerate(planned, start=1)
    )
    return replace(state, invoices=numbered)


def _follow_recipe(
    state: SaleState,
    group: ScheduleGroup,
    total: int,
    existing: Sequence[Invoice],
    facts: BillingFacts,
) -> list[Invoice]:
    """Turn a group's recipe into invoices, keeping the ids of those that were there before."""
    anchors = {Anchor.SALE_DATE: facts.sold_on}
    if group.season_id in facts.season_starts_on:
        anchors[Anchor.SEASON_START] = facts.season_starts_on[group.season_id]
    if group.season_id in facts.first_items_on:
        anchors[Anchor.CALENDAR_ITEM] = facts.first_items_on[group.season_id]
    recipe = from_json(dict(group.recipe))
    instalments = generate(recipe, total, anchors, facts.today, group.past_dates)
    invoices = []
    for number, instalment in enumerate(instalments):
        known = existing[number] if number < len(existing) else None
        invoices.append(
            Invoice(
                id=known.id if known else facts.new_id(),
                code="",
                sale_id=state.sale.id,
                schedule_group_id=group.id,
                account_id=state.sale.account_id,
                sequence_no=number + 1,
                kind=InvoiceKind.INVOICE,
                planned_on=instalment.on,
                amount_minor=instalment.amount_minor,
                net_minor=None,
                vat_minor=None,
                gross_minor=None,
                currency=state.sale.currency,
                reference=known.reference if known else None,
                created_at=known.created_at if known else facts.now,
            )
        )
    return invoices


def bill(state: SaleState, product_groups: Mapping[UUID, UUID]) -> SaleState:
    """Allocate components to invoices and compute the VAT of invoices, cells, lines and Sale."""
    amounts = _allocate(state, product_groups)
    if all(difference == 0 for _, difference in group_differences(state)):
        return fill(state, amounts)
    return fill_in_part(state, amounts)


def _allocate(state: SaleState, product_groups: Mapping[UUID, UUID]) -> dict[UUID, dict[UUID, int]]:
    """Return the cells by invoice and component; groups that do not add up have none."""
    differences = dict(group_differences(state))
    gathered = group_lines(state)
    amounts: dict[UUID, dict[UUID, int]] = {}
    for group in state.groups:
        columns = [i for i in state.invoices if i.schedule_group_id == group.id]
        if differences[group.id] or not columns:
            continue
        rows = [part for line in gathered[group.id] for part in state.components_of(line.id)]
        plan = NO_PLAN
        if group.allocation is AllocationStrategy.GROUP_TO_INSTALMENT:
            plan = GroupPlan(
                tuple(str(product_groups[row.product_id]) for row in rows),
                dict(group.group_instalments),
            )
        matrix = allocate(
            [row.amount_minor for row in rows],
            [column.amount_minor for column in columns],
            group.allocation,
            plan,
        )
        for position, column in enumerate(columns):
            amounts[column.id] = {
                row.id: cells[position] for row, cells in zip(rows, matrix, strict=True)
            }
    return amounts


def entitlement_amounts(
    line: SaleLine, components: Sequence[SaleLineComponent]
) -> dict[Place, int]:
    """Return what each entitlement of a line was sold for, by its place in the line's grid."""
    worth: dict[Place, int] = {}
    for component, values in zip(components, value_grid(line, components), strict=True):
        amount = iter(values)
        items: tuple[UUID | None, ...] = line.calendar_item_ids or (None,)
        for unit in range(1, line.quantity + 1):
            for item_id in items if component.is_per_item else (None,):
                for piece in range(1, component.quantity + 1):
                    worth[component.id, unit, item_id, piece] = next(amount)
    return worth
