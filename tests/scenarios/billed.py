"""Reads the numbers of a billed Sale the way the worked examples list them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.stadium import amount

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.stadium import Stadium


def amounts(sale: dict[str, Any], name: str = "amount") -> list[str]:
    """One amount of every invoice."""
    return [invoice[name]["amount"] for invoice in sale["invoices"]]


def cells(sale: dict[str, Any], line_no: int, name: str = "amount") -> list[str]:
    """What every invoice carries of one line."""
    return [
        cell[name]["amount"]
        for invoice in sale["invoices"]
        for cell in invoice["lines"]
        if cell["line"]["lineNo"] == line_no
    ]


def vat(sale: dict[str, Any], rate_bp: int) -> list[str]:
    """The VAT of one rate on every invoice."""
    return [
        part["vat"]["amount"]
        for invoice in sale["invoices"]
        for part in invoice["vatLines"]
        if part["rateBp"] == rate_bp
    ]


def totals(sale: dict[str, Any]) -> tuple[str, str, str]:
    """Net, VAT and gross."""
    return sale["net"]["amount"], sale["vat"]["amount"], sale["gross"]["amount"]


def dates(year: int, count: int) -> list[str]:
    """Days of consecutive months."""
    return [f"{year + month // 12}-{month % 12 + 1:02d}-15" for month in range(count)]


def percents(year: int, *parts: str) -> dict[str, Any]:
    """A recipe of percentages on consecutive months."""
    on = dates(year, len(parts))
    rows = [{"on": day, "percent": part} for day, part in zip(on, parts, strict=True)]
    return {"percent": rows}


def sell(
    stadium: Stadium, price: str, recipe: dict[str, Any] | None, currency: str = "EUR"
) -> dict[str, Any]:
    """Sell one scarf at a price and bill it."""
    sale = stadium.begin(type="CATALOG", currency=currency)
    line = stadium.line("SCARF", 1, None, bundleId=None, unitPrice=amount(price, currency))
    sale = stadium.add(sale, line)
    return sale if recipe is None else stadium.act("invoiceScheduleSet", sale, recipe=recipe)


def entitlement_values(
    stadium: Stadium, sale: dict[str, Any], product: str, items: Sequence[str] = ()
) -> list[str]:
    """The values of a product's entitlements, most valuable first."""
    document = """query($filter: EntitlementFilter) {
      entitlements(first: 100, filter: $filter, sort: VALUE_DESC) {
        nodes { value { amount } } } }"""
    wanted: dict[str, Any] = {"saleId": [sale["id"]], "productId": [stadium.ids[product]]}
    if items:
        wanted["calendarItemId"] = list(items)
    nodes = stadium.club.query(document, {"filter": wanted})["entitlements"]["nodes"]
    return [node["value"]["amount"] for node in nodes]
