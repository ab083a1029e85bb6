"""What invoices carry: cells of components, their VAT, and the totals that follow from them.

A Sale's amounts come about twice: while it is a Draft, and when part of it is cancelled. Both end
here, so net, VAT and gross of cells, invoices, lines and Sale always sum up the same way.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.invoices import InvoiceLine, InvoiceVat
from app.domain.money import require_bounded
from app.domain.organisations import PriceBasis
from app.domain.vat import VatAmount, VatClass, invoice_vat, line_vat, sale_vat, sum_vat

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from app.domain.invoices import Invoice
    from app.domain.sales import SaleLineComponent, SaleState


def fill(
    state: SaleState,
    amounts: Mapping[UUID, Mapping[UUID, int]],
    kept_cells: Sequence[InvoiceLine] = (),
    kept_vats: Sequence[InvoiceVat] = (),
) -> SaleState:
    """Write cells and VAT of invoices, and the totals of lines and Sale that follow.

    Args:
        state: a Sale whose invoices and components have their amounts.
        amounts: by invoice, then component, what the invoice carries, in the price basis. Invoices
            that are not named keep what `kept_cells` and `kept_vats` say.
        kept_cells: the cells of documents and credit notes, which no longer change.
        kept_vats: the VAT of those, which the VAT of the others takes into account.
    """
    filled = _filled(state, amounts, kept_vats)
    filled = replace(filled, cells=(*kept_cells, *filled.cells), vats=(*kept_vats, *filled.vats))
    by_component: dict[UUID, int] = defaultdict(int)
    for cell in filled.cells:
        by_component[cell.component_id] += cell.vat_minor
    return _with_totals(filled, by_component)


def fill_in_part(state: SaleState, amounts: Mapping[UUID, Mapping[UUID, int]]) -> SaleState:
    """Write cells and VAT where some schedules do not add up to their lines.

    Only the invoices named in `amounts` have cells; the Sale's VAT is that of its lines.
    """
    filled = _filled(state, amounts, ())
    filled = replace(
        filled,
        invoices=tuple(
            one if one.id in amounts else with_vat(one, None) for one in filled.invoices
        ),
    )
    whole = {component.id: component.amount_minor for component in state.components}
    totals = sale_vat(_by_class(state.components, whole), state.sale.price_basis)
    by_component: dict[UUID, int] = defaultdict(int)
    for vat_class, total in totals.items():
        parts = [c for c in state.components if class_of(c) == vat_class]
        shares = line_vat(total.vat_minor, [part.amount_minor for part in parts])
        by_component.update(zip((part.id for part in parts), shares, strict=True))
    return _with_totals(filled, by_component)


def class_of(component: SaleLineComponent) -> VatClass:
    """Return the VAT class of a component."""
    return VatClass(component.vat_category, component.rate_bp)


def in_basis(amount: VatAmount, basis: PriceBasis) -> int:
    """Return a taxable amount as people type it: with VAT where prices are GROSS."""
    return amount.gross_minor if basis is PriceBasis.GROSS else amount.net_minor


def sum_classes(vats: Iterable[InvoiceVat]) -> dict[VatClass, VatAmount]:
    """Add up net and VAT by class."""
    return sum_vat(
        {VatClass(vat.vat_category, vat.rate_bp): VatAmount(vat.net_minor, vat.vat_minor)}
        for vat in vats
    )


def cell(
    state: SaleState,
    invoice_id: UUID,
    original_invoice_id: UUID,
    component: SaleLineComponent,
    amount_minor: int,
    vat_minor: int,
) -> InvoiceLine:
    """Build a cell from its amount in the Sale's price basis and its VAT."""
    return InvoiceLine(
        invoice_id,
        original_invoice_id,
        component.id,
        component.line_id,
        state.sale.id,
        amount_minor,
        *_split(amount_minor, vat_minor, state.sale.price_basis),
        state.sale.currency,
    )


def vat_row(
    state: SaleState,
    invoice_id: UUID,
    original_invoice_id: UUID,
    vat_class: VatClass,
    part: VatAmount,
) -> InvoiceVat:
    """Build the VAT of one class on an invoice."""
    return InvoiceVat(
        invoice_id,
        original_invoice_id,
        state.sale.id,
        vat_class.category,
        vat_class.rate_bp,
        part.net_minor,
        part.vat_minor,
        state.sale.currency,
    )


def with_vat(invoice: Invoice, parts: Iterable[VatAmount] | None) -> Invoice:
    """Return an invoice with its totals, or without any while its schedule does not add up."""
    if parts is None:
        return replace(invoice, net_minor=None, vat_minor=None, gross_minor=None)
    listed = list(parts)
    net = sum(part.net_minor for part in listed)
    vat = sum(part.vat_minor for part in listed)
    return replace(invoice, net_minor=net, vat_minor=vat, gross_minor=net + vat)


def _filled(
    state: SaleState,
    amounts: Mapping[UUID, Mapping[UUID, int]],
    kept_vats: Sequence[InvoiceVat],
) -> SaleState:
    """Return the state with the cells and VAT of the named invoices alone."""
    named = [invoice for invoice in state.invoices if invoice.id in amounts]
    named.sort(key=lambda invoice: (invoice.planned_on, invoice.sequence_no))
    already = sum_classes(kept_vats)
    vats = invoice_vat(
        [_by_class(state.components, amounts[invoice.id]) for invoice in named],
        basis=state.sale.price_basis,
        rounding=state.sale.vat_rounding,
        already_net={vat_class: part.net_minor for vat_class, part in already.items()},
        already_vat={vat_class: part.vat_minor for vat_class, part in already.items()},
    )
    by_invoice = {invoice.id: classes for invoice, classes in zip(named, vats, strict=True)}
    cells: list[InvoiceLine] = []
    for invoice in named:
        cells += _cells_of(state, invoice, amounts[invoice.id], by_invoice[invoice.id])
    invoices = tuple(
        with_vat(invoice, by_invoice[invoice.id].values()) if invoice.id in amounts else invoice
        for invoice in state.invoices
    )
    rows = tuple(
        vat_row(state, invoice.id, invoice.id, vat_class, part)
        for invoice in named
        for vat_class, part in by_invoice[invoice.id].items()
    )
    return replace(state, invoices=invoices, cells=tuple(cells), vats=rows)


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
        cell(state, invoice.id, invoice.id, part, amounts[part.id], vat_of[part.id])
        for part in parts
    ]


def _split(amount: int, vat: int, basis: PriceBasis) -> tuple[int, int, int]:
    """Return net, VAT and gross of an amount in its price basis."""
    net = amount - vat if basis is PriceBasis.GROSS else amount
    return net, vat, net + vat


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
