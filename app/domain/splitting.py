"""Splitting an invoice of a Final Sale in two, without touching any other invoice."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from app.domain.cells import class_of
from app.domain.invoices import InvoiceVat
from app.domain.money import apportion, round_half_up_div
from app.domain.organisations import PriceBasis

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from app.domain.invoices import Invoice, InvoiceLine
    from app.domain.sales import SaleState
    from app.domain.vat import VatClass


def split_billed(state: SaleState, invoice: Invoice, added: Invoice) -> SaleState:
    """Move the amount of a new invoice out of one that is billed already.

    Every cell gives its part, and of its VAT the same part; what remains of both invoices sums to
    what they were, cell by cell, so lines, other invoices and the Sale's VAT stay the same.

    Args:
        state: the Sale, with `invoice` as it is now and without `added`.
        invoice: an invoice with net, VAT and gross.
        added: the new invoice; its amount is a part of the other's, with the same sign.
    """
    own = [cell for cell in state.cells if cell.invoice_id == invoice.id]
    shares = apportion(added.amount_minor, [abs(cell.amount_minor) for cell in own])
    classes = {part.id: class_of(part) for part in state.components}
    vat_of: dict[UUID, int] = {}
    for vat_class in dict.fromkeys(classes[cell.component_id] for cell in own):
        of_class = [
            (cell, share)
            for cell, share in zip(own, shares, strict=True)
            if classes[cell.component_id] == vat_class
        ]
        parts = _vat_parts(
            [cell.vat_minor for cell, _ in of_class],
            [cell.amount_minor for cell, _ in of_class],
            [share for _, share in of_class],
        )
        vat_of |= {cell.component_id: vat for (cell, _), vat in zip(of_class, parts, strict=True)}
    basis = state.sale.price_basis
    moved, kept = [], []
    for cell, share in zip(own, shares, strict=True):
        vat = vat_of[cell.component_id]
        moved.append(_cell(cell, added.id, share, vat, basis))
        kept.append(_cell(cell, invoice.id, cell.amount_minor - share, cell.vat_minor - vat, basis))
    moved = [cell for cell in moved if cell.amount_minor]
    kept = [cell for cell in kept if cell.amount_minor]
    remaining = replace(invoice, amount_minor=invoice.amount_minor - added.amount_minor)
    return replace(
        state,
        invoices=(
            *(
                _totalled(remaining, kept) if one.id == invoice.id else one
                for one in state.invoices
            ),
            _totalled(added, moved),
        ),
        cells=(*(c for c in state.cells if c.invoice_id != invoice.id), *kept, *moved),
        vats=(
            *(vat for vat in state.vats if vat.invoice_id != invoice.id),
            *_vat_lines(kept, classes),
            *_vat_lines(moved, classes),
        ),
    )


def _vat_parts(vats: Sequence[int], amounts: Sequence[int], shares: Sequence[int]) -> list[int]:
    """Return the VAT that goes with each share: the rounded part of all, no cell giving too much.

    A share of 0 takes nothing and a whole cell takes all of its VAT.
    """
    if min(vats) < 0:
        return [-vat for vat in _vat_parts([-vat for vat in vats], amounts, shares)]
    exact = [divmod(v * abs(s), abs(a)) for v, a, s in zip(vats, amounts, shares, strict=True)]
    parts = [whole for whole, _ in exact]
    target = round_half_up_div(sum(vats) * abs(sum(shares)), abs(sum(amounts)))
    rests = [Fraction(rest, abs(a)) for (_, rest), a in zip(exact, amounts, strict=True)]
    for index in sorted(range(len(parts)), key=rests.__getitem__, reverse=True):
        if sum(parts) < target and rests[index]:
            parts[index] += 1
    return parts


def _cell(
    cell: InvoiceLine, invoice_id: UUID, amount: int, vat: int, basis: PriceBasis
) -> InvoiceLine:
    """Return a part of a cell on an invoice."""
    net = amount - vat if basis is PriceBasis.GROSS else amount
    return replace(
        cell,
        invoice_id=invoice_id,
        original_invoice_id=invoice_id,
        amount_minor=amount,
        net_minor=net,
        vat_minor=vat,
        gross_minor=net + vat,
    )


def _totalled(invoice: Invoice, cells: Iterable[InvoiceLine]) -> Invoice:
    """Return an invoice with the totals of its cells."""
    listed = list(cells)
    return replace(
        invoice,
        net_minor=sum(cell.net_minor for cell in listed),
        vat_minor=sum(cell.vat_minor for cell in listed),
        gross_minor=sum(cell.gross_minor for cell in listed),
    )


def _vat_lines(cells: Sequence[InvoiceLine], classes: dict[UUID, VatClass]) -> list[InvoiceVat]:
    """Sum the VAT of one invoice's cells by class."""
    found: dict[VatClass, list[InvoiceLine]] = {}
    for cell in cells:
        found.setdefault(classes[cell.component_id], []).append(cell)
    return [
        InvoiceVat(
            of_class[0].invoice_id,
            of_class[0].invoice_id,
            of_class[0].sale_id,
            vat_class.category,
            vat_class.rate_bp,
            sum(cell.net_minor for cell in of_class),
            sum(cell.vat_minor for cell in of_class),
            of_class[0].currency,
        )
        for vat_class, of_class in found.items()
    ]
