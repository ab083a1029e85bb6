"""The money of a Draft in one pass: line values, instalments, allocation cells and VAT.

Every change of a Draft ends here, so there is one place in which its amounts come about.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from app.domain.allocation import NO_PLAN, AllocationStrategy, GroupPlan, allocate
from app.domain.invoices import Invoice, InvoiceKind, InvoiceLine, InvoiceVat, ScheduleMode
from app.domain.money import apportion, require_bounded
from app.domain.organisations import PriceBasis
from app.domain.schedule import Anchor, generate
from app.domain.schedule_json import from_json
from app.domain.valuation import apportion_discount, entitlement_values, line_amount
from app.domain.vat import VatAmount, VatClass, invoice_vat, line_vat, sale_vat, sum_vat

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.invoices import ScheduleGroup
    from app.domain.sales import SaleLine, SaleLineComponent, SaleState


@dataclass(frozen=True, slots=True)
class BillingFacts:
    """What billing needs to know beside the Sale itself.

    Dates are days of the club's time zone. `product_groups` has the group of every product on the
    Sale; `first_items_on` and `season_starts_on` are by season, None standing for the whole Sale.
    """

    now: datetime
    today: date
    sold_on: date
    season_starts_on: Mapping[UUID | None, date]
    first_items_on: Mapping[UUID | None, date]
    product_groups: Mapping[UUID, UUID]
    new_id: Callable[[], UUID]


def revalue(state: SaleState, facts: BillingFacts) -> SaleState:
    """Recompute a Draft's amounts after any change of its lines, discounts or schedule.

    Schedules in mode AUTO follow their recipe again; MANUAL ones keep their amounts, and where
    these do not add up to the lines, their invoices have no cells and no VAT.
    """
    state = value_lines(state)
    state = _plan_invoices(state, facts)
    return bill(state, facts.product_groups)


def value_grid(line: SaleLine, components: Sequence[SaleLineComponent]) -> list[list[int]]:
    """Divide a line's amount over what its components grant.

    Returns one list per component, in the order given: its values by (unit, calendar item, piece),
    or by (unit, piece) for a component that is granted once. Everything sums to the line's amount.
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
    for unit_minor in apportion(line.amount_minor, [1] * line.quantity):
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


def value_lines(state: SaleState) -> SaleState:
    """Recompute the amounts of lines and their components in the Sale's price basis."""
    own = [
        line_amount(line.quantity, line.unit_price_minor, line.discount_minor)
        for line in state.lines
    ]
    shares = apportion_discount(state.sale.discount_minor, own)
    lines, components = [], []
    for line, amount, share in zip(state.lines, own, shares, strict=True):
        valued = replace(line, sale_discount_minor=share, amount_minor=amount - share)
        lines.append(valued)
        parts = state.components_of(line.id)
        components += [
            replace(part, amount_minor=sum(values))
            for part, values in zip(parts, value_grid(valued, parts), strict=True)
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
    allocated = tuple(invoice for invoice in state.invoices if invoice.id in amounts)
    vats = invoice_vat(
        [_by_class(state.components, amounts[invoice.id]) for invoice in allocated],
        basis=state.sale.price_basis,
        rounding=state.sale.vat_rounding,
    )
    cells: list[InvoiceLine] = []
    for invoice, classes in zip(allocated, vats, strict=True):
        cells += _cells_of(state, invoice, amounts[invoice.id], classes)
    by_invoice = {invoice.id: vat for invoice, vat in zip(allocated, vats, strict=True)}
    is_whole = all(difference == 0 for _, difference in group_differences(state))
    totals = sum_vat(vats) if is_whole else _sale_classes(state)
    vat_by_component = _component_vat(state, totals, cells if is_whole else ())
    return _with_totals(
        replace(
            state,
            invoices=tuple(_with_vat(i, by_invoice.get(i.id)) for i in state.invoices),
            cells=tuple(cells),
            vats=tuple(
                InvoiceVat(
                    invoice.id,
                    state.sale.id,
                    vat_class.category,
                    vat_class.rate_bp,
                    part.net_minor,
                    part.vat_minor,
                    state.sale.currency,
                )
                for invoice, classes in zip(allocated, vats, strict=True)
                for vat_class, part in classes.items()
            ),
        ),
        vat_by_component,
    )


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


def class_of(component: SaleLineComponent) -> VatClass:
    """Return the VAT class of a component."""
    return VatClass(component.vat_category, component.rate_bp)


def _by_class(
    components: Iterable[SaleLineComponent], amounts: Mapping[UUID, int]
) -> dict[VatClass, int]:
    """Sum amounts by VAT class, classes in the order of the components; none for nothing."""
    sums: dict[VatClass, int] = {}
    for component in components:
        if amounts.get(component.id):
            vat_class = class_of(component)
            sums[vat_class] = sums.get(vat_class, 0) + amounts[component.id]
    return sums


def _sale_classes(state: SaleState) -> dict[VatClass, VatAmount]:
    """Return the VAT of the lines as they stand, without regard to invoices."""
    whole = {component.id: component.amount_minor for component in state.components}
    return sale_vat(_by_class(state.components, whole), state.sale.price_basis)


def _cells_of(
    state: SaleState,
    invoice: Invoice,
    amounts: Mapping[UUID, int],
    classes: Mapping[VatClass, VatAmount],
) -> list[InvoiceLine]:
    """Build an invoice's cells, dividing its VAT of each class over the cells of that class."""
    parts = [c for c in state.components if amounts.get(c.id)]
    vat_of: dict[UUID, int] = {}
    for vat_class, total in classes.items():
        of_class = [part for part in parts if class_of(part) == vat_class]
        shares = line_vat(total.vat_minor, [amounts[part.id] for part in of_class])
        vat_of.update(zip((part.id for part in of_class), shares, strict=True))
    return [
        InvoiceLine(
            invoice.id,
            part.id,
            part.line_id,
            state.sale.id,
            amounts[part.id],
            *_split(amounts[part.id], vat_of[part.id], state.sale.price_basis),
            state.sale.currency,
        )
        for part in parts
    ]


def _split(amount: int, vat: int, basis: PriceBasis) -> tuple[int, int, int]:
    """Return net, VAT and gross of an amount in its price basis."""
    net = amount - vat if basis is PriceBasis.GROSS else amount
    return net, vat, net + vat


def _component_vat(
    state: SaleState, totals: Mapping[VatClass, VatAmount], cells: Sequence[InvoiceLine]
) -> dict[UUID, int]:
    """Return each component's VAT: the sum of its cells, or its part of the Sale's VAT."""
    vat_of = dict.fromkeys((component.id for component in state.components), 0)
    if cells:
        for cell in cells:
            vat_of[cell.component_id] += cell.vat_minor
        return vat_of
    for vat_class, total in totals.items():
        parts = [c for c in state.components if class_of(c) == vat_class]
        shares = line_vat(total.vat_minor, [part.amount_minor for part in parts])
        vat_of.update(zip((part.id for part in parts), shares, strict=True))
    return vat_of


def _with_vat(invoice: Invoice, classes: Mapping[VatClass, VatAmount] | None) -> Invoice:
    """Return an invoice with its totals, or without any while its group does not add up."""
    if classes is None:
        return replace(invoice, net_minor=None, vat_minor=None, gross_minor=None)
    net = sum(part.net_minor for part in classes.values())
    vat = sum(part.vat_minor for part in classes.values())
    return replace(invoice, net_minor=net, vat_minor=vat, gross_minor=net + vat)


def _with_totals(state: SaleState, vat_of: Mapping[UUID, int]) -> SaleState:
    """Return the state with net, VAT and gross on components, lines and Sale."""
    basis = state.sale.price_basis
    components = []
    sums: dict[UUID, list[int]] = {line.id: [0, 0, 0] for line in state.lines}
    for part in state.components:
        net, vat, gross = _split(part.amount_minor, vat_of[part.id], basis)
        components.append(replace(part, net_minor=net, vat_minor=vat, gross_minor=gross))
        line_sums = sums[part.line_id]
        line_sums[0] += net
        line_sums[1] += vat
        line_sums[2] += gross
    lines = tuple(
        replace(line, net_minor=net, vat_minor=vat, gross_minor=gross)
        for line in state.lines
        for net, vat, gross in [sums[line.id]]
    )
    sale = replace(
        state.sale,
        net_minor=sum(line.net_minor for line in lines),
        vat_minor=sum(line.vat_minor for line in lines),
        gross_minor=sum(line.gross_minor for line in lines),
    )
    require_bounded(sale.gross_minor, "lines")
    return replace(state, sale=sale, lines=lines, components=tuple(components))


def entitlement_amounts(
    line: SaleLine, components: Sequence[SaleLineComponent]
) -> dict[tuple[UUID, int, UUID | None, int], int]:
    """Return what each entitlement of a line is worth, by component, unit, item and piece."""
    worth: dict[tuple[UUID, int, UUID | None, int], int] = {}
    for component, values in zip(components, value_grid(line, components), strict=True):
        amount = iter(values)
        items: tuple[UUID | None, ...] = line.calendar_item_ids or (None,)
        for unit in range(1, line.quantity + 1):
            for item_id in items if component.is_per_item else (None,):
                for piece in range(1, component.quantity + 1):
                    worth[component.id, unit, item_id, piece] = next(amount)
    return worth
