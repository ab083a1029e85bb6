"""Lines and totals of records: every amount as it is in Loge, and sums that are checked."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.domain.money import format_amount
from app.domain.products import Product

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from app.domain.invoices import Invoice, InvoiceLine, InvoiceVat
    from app.domain.sales import SaleLineComponent, SaleState
    from app.storage.unit_of_work import UnitOfWork


class TotalsDifferError(Exception):
    """The lines of a record do not add up to what Loge has; nothing of it is sent."""


def rate_text(rate_bp: int) -> str:
    """Write a rate in hundredths of a percent as a percentage: 2100 is "21", 550 is "5.5"."""
    return f"{(Decimal(rate_bp) / 100).normalize():f}"


def product_record(product: Product, **more: str) -> dict[str, Any]:
    """Build the record of a product."""
    return {
        "id": str(product.id),
        "code": product.code,
        "name": product.name,
        "kind": str(product.kind),
        "unit": "pc",
        **more,
    }


def products_of(work: UnitOfWork, state: SaleState) -> dict[UUID, Product]:
    """Read the products of a Sale's lines and components."""
    of_lines = {one.product_id for one in state.lines}
    return work.by_id(Product, of_lines | {one.product_id for one in state.components})


def sale_lines(state: SaleState, products: Mapping[UUID, Product]) -> list[dict[str, Any]]:
    """Build the lines of a whole Sale, one for each component that has a value."""
    wanted = [one for one in _ordered(state) if one.amount_minor or one.net_minor]
    return [
        _line(number, one, products, state, (one.net_minor, one.vat_minor, one.gross_minor))
        for number, one in enumerate(wanted, 1)
    ]


def invoice_lines(
    invoice: Invoice, state: SaleState, products: Mapping[UUID, Product]
) -> list[dict[str, Any]]:
    """Build the lines of an invoice: what it has of each component, whomever a note credits."""
    sums: dict[UUID, tuple[int, int, int]] = {}
    for cell in state.cells:
        if cell.invoice_id == invoice.id:
            sums[cell.component_id] = _added(sums.get(cell.component_id, (0, 0, 0)), cell)
    wanted = [one for one in _ordered(state) if any(sums.get(one.id, ()))]
    return [
        _line(number, one, products, state, sums[one.id]) for number, one in enumerate(wanted, 1)
    ]


def _ordered(state: SaleState) -> list[SaleLineComponent]:
    """Return a Sale's components in the order of its lines."""
    return [one for line in state.lines for one in state.components_of(line.id)]


def _added(before: tuple[int, int, int], cell: InvoiceLine) -> tuple[int, int, int]:
    net, vat, gross = before
    return net + cell.net_minor, vat + cell.vat_minor, gross + cell.gross_minor


def _line(
    number: int,
    component: SaleLineComponent,
    products: Mapping[UUID, Product],
    state: SaleState,
    amounts: tuple[int, int, int],
) -> dict[str, Any]:
    """Build one line; quantity times unit price is its net exactly, and no price is negative."""
    net, vat, gross = amounts
    currency = component.currency
    line = next(one for one in state.lines if one.id == component.line_id)
    product = products[component.product_id]
    quantity, price = _priced(net, line.quantity - line.quantity_cancelled)
    rate = rate_text(component.rate_bp)
    is_part = component.product_id != line.product_id
    return {
        "number": number,
        "product": product_record(product, vat_rate=rate),
        "description": f"{line.description} – {product.name}" if is_part else line.description,
        "quantity": str(quantity),
        "unit_price": format_amount(price, currency),
        "net": format_amount(net, currency),
        "vat": format_amount(vat, currency),
        "gross": format_amount(gross, currency),
        "vat_rate": rate,
        "vat_category": str(component.vat_category),
    }


def _priced(net_minor: int, units: int) -> tuple[int, int]:
    """Return quantity and unit price: the units where they divide the net, else one of all."""
    sign = -1 if net_minor < 0 else 1
    if units > 0 and net_minor and net_minor % units == 0:
        return sign * units, abs(net_minor) // units
    return sign, abs(net_minor)


def invoice_totals(
    invoice: Invoice, vats: Iterable[InvoiceVat], lines: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Build the totals of an invoice from its own VAT, which its lines must add up to."""
    rates: dict[tuple[str, int], tuple[int, int]] = {}
    for one in vats:
        if one.invoice_id == invoice.id:
            net, vat = rates.get((str(one.vat_category), one.rate_bp), (0, 0))
            rates[str(one.vat_category), one.rate_bp] = net + one.net_minor, vat + one.vat_minor
    sums = (invoice.net_minor or 0, invoice.vat_minor or 0, invoice.gross_minor or 0)
    return _totals(invoice.currency, rates, sums, lines)


def sale_totals(state: SaleState, lines: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Build the totals of a Sale from its components, which its headline must agree with."""
    rates: dict[tuple[str, int], tuple[int, int]] = {}
    for one in state.components:
        net, vat = rates.get((str(one.vat_category), one.rate_bp), (0, 0))
        rates[str(one.vat_category), one.rate_bp] = net + one.net_minor, vat + one.vat_minor
    sale = state.sale
    return _totals(sale.currency, rates, (sale.net_minor, sale.vat_minor, sale.gross_minor), lines)


def _totals(
    currency: str,
    rates: Mapping[tuple[str, int], tuple[int, int]],
    sums: tuple[int, int, int],
    lines: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Build totals.

    Raises:
        TotalsDifferError: the lines or the rates add up to something else.
    """
    net, vat, gross = (format_amount(one, currency) for one in sums)
    by_rate = [
        {
            "vat_category": category,
            "vat_rate": rate_text(rate_bp),
            "net": format_amount(part[0], currency),
            "vat": format_amount(part[1], currency),
        }
        for (category, rate_bp), part in sorted(rates.items())
        if any(part)
    ]
    for name, total in (("net", net), ("vat", vat), ("gross", gross)):
        _require_sum(name, total, lines)
    _require_sum("net", net, by_rate)
    _require_sum("vat", vat, by_rate)
    return {"net": net, "vat": vat, "gross": gross, "by_rate": by_rate}


def _require_sum(name: str, total: str, parts: Sequence[Mapping[str, Any]]) -> None:
    """Refuse parts that do not add up to a total."""
    found = sum((Decimal(one[name]) for one in parts), Decimal(0))
    if found != Decimal(total):
        raise TotalsDifferError(f"{name} is {total}, and its parts add up to {found}")
