"""Products as Tryton's product variants, found by their code or made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.transfers.connectors.tryton.books import account_id
from app.transfers.connectors.tryton.values import decimal_of
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.transfers.connectors.tryton.office import Office

UNIT = "u"
"""Tryton's symbol of one piece; the units of a club's products are pieces to it."""


def find_product(office: Office, code: str) -> dict[str, Any] | None:
    """Return the active variant with a code, and its unit."""
    fields = ["code", "default_uom"]
    found = office.search("product.product", [["code", "=", code]], fields, limit=2)
    if len(found) > 1:
        message = f"Two products in Tryton have the code {code!r}; keep one of them active."
        raise TransferFaultError(FaultClass.RECORD, message, path="product.code")
    return found[0] if found else None


def make_product(
    office: Office, product: Mapping[str, Any], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Make a product; goods are goods, everything else is a service."""
    unit = office.known("product.uom", [["symbol", "=", UNIT]], ["symbol"])
    price = decimal_of(str(product.get("unit_price") or "0"), "product.unit_price")
    values = {
        "name": product["name"],
        "type": "goods" if product["kind"] == "GOODS" else "service",
        "default_uom": unit[0]["id"],
        "sale_uom": unit[0]["id"],
        "salable": True,
        "list_price": price,
        "account_category": _category(office, settings),
        "products": [["create", [{"suffix_code": product["code"]}]]],
    }
    office.changes("model.product.template.create", [values])
    made = find_product(office, str(product["code"]))
    if made is None:
        message = f"Tryton did not keep the product {product['code']!r}."
        raise TransferFaultError(FaultClass.UNKNOWN, message, path="product.code")
    return made


def _category(office: Office, settings: Mapping[str, Any]) -> int:
    """Return the accounting category of products, made at the first one."""
    name = str(settings.get("product_category") or "Loge")
    domain = [["name", "=", name], ["accounting", "=", True]]
    found = office.known("product.category", domain, ["name"])
    if found:
        return int(found[0]["id"])
    revenue = account_id(office, settings, "revenue_account")
    values = {"name": name, "accounting": True, "account_revenue": revenue}
    return int(office.changes("model.product.category.create", [values])[0])
