"""Amounts of an order whose unit prices a mapping has set: they follow the prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.transfers.connectors.exact_globe.amounts import (
    amount_of,
    digits_of,
    exact,
    minor_of,
    rounded,
)

if TYPE_CHECKING:
    from decimal import Decimal

Record = dict[str, Any]


def repriced(record: Record, price_decimals: int) -> Record:
    """Return an order with the amounts that its prices make.

    A line that is sold at its `unit_cost` keeps its amount, which the source has billed: a cent
    between that and quantity × price is normal there.
    """
    digits = digits_of(record.get("currency"), "currency")
    lines = []
    total_minor = 0
    for index, line in enumerate(record.get("lines") or []):
        path = f"lines[{index}]."
        price = exact(line.get("unit_price"), f"{path}unit_price")
        cost = line.get("unit_cost")
        is_at_cost = cost is not None and rounded(
            exact(cost, f"{path}unit_cost"), price_decimals
        ) == rounded(price, price_decimals)
        if is_at_cost:
            made = exact(line.get("net"), f"{path}net")
        else:
            made = price * exact(line.get("quantity"), f"{path}quantity")
        net_minor = minor_of(made, digits, f"{path}unit_price")
        total_minor += net_minor
        lines.append({**line, "net": _text(net_minor, digits)})
    totals = {**(record.get("totals") or {}), "net": _text(total_minor, digits)}
    return {**record, "lines": lines, "totals": totals}


def _text(minor: int, digits: int) -> str:
    """Write an amount."""
    found: Decimal = amount_of(minor, digits)
    return f"{found:f}"
