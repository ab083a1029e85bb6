"""Lines of an invoice as Tryton computes them: quantity times price has to give our net."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from app.transfers.connectors.tryton.values import decimal_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.transfers.connectors.tryton.office import Office

PRICE_STEP = Decimal("0.0001")
"""Tryton keeps prices with four decimals, unless its configuration says otherwise."""


@dataclass(frozen=True)
class Origin:
    """A line of the invoice that a credit note corrects."""

    ident: int
    product_code: str | None


def origins_of(office: Office, invoice: int) -> list[Origin]:
    """Return the lines of an invoice that may be credited."""
    domain = [["invoice", "=", invoice], ["type", "=", "line"]]
    found = office.search("account.invoice.line", domain, ["product.code"])
    return [Origin(one["id"], (one.get("product.") or {}).get("code")) for one in found]


def line_values(line: Mapping[str, Any], path: str, is_credit: bool) -> dict[str, Any]:  # noqa: FBT001 - read at its one call
    """Return quantity, price and description of a line.

    Of a credit note the quantity is negative and the price positive, as Tryton itself credits.
    Tryton counts pieces whole. A part of one, or a net that no price of four decimals times the
    quantity gives, is one piece at the net, and the description says the quantity.
    """
    quantity = decimal_of(str(line["quantity"]), f"{path}.quantity")
    net = decimal_of(str(line["net"]), f"{path}.net")
    price = decimal_of(str(line["unit_price"]), f"{path}.unit_price")
    if is_credit and net <= 0:
        quantity, price = -abs(quantity), abs(price)
    description = str(line["description"])
    step = Decimal(1).scaleb(max(_exponent(net), -4))
    prices = [price.quantize(PRICE_STEP, ROUND_HALF_UP)]
    if quantity:
        prices.append((net / quantity).quantize(PRICE_STEP, ROUND_HALF_UP))
    is_whole = quantity == quantity.to_integral_value()
    fitting = [
        one for one in prices if is_whole and (one * quantity).quantize(step, ROUND_HALF_UP) == net
    ]
    if not fitting:
        description = f"{quantity.normalize():f} × {description}"
        quantity, fitting = (Decimal(-1), [-net]) if net < 0 else (Decimal(1), [net])
    return {
        "type": "line",
        "description": description,
        "quantity": int(quantity),
        "unit_price": fitting[0],
    }


def _exponent(amount: Decimal) -> int:
    """Return the exponent of the last decimal that an amount is written with."""
    exponent = amount.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
