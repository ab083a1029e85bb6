"""The order and kind of what we write to Globe: a check of our own, smaller than Exact's schema.

It knows the elements that Loge writes and no others. Exact's importer takes more; whoever has
Exact's own schema can check a file against that as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER = (
    *("Description", "Reference1", "Reference2", "Reference3", "YourRef", "OurRef", "Date"),
    *("Currency", "CalcIncludeVAT", "Resource", "OrderedBy", "DeliverTo", "InvoiceTo"),
    *("Warehouse", "PaymentCondition", "Costcenter", "Selection", "FreeFields"),
)
_LINE = (
    *("Description", "Item", "Quantity", "Unit", "Price", "Discount", "Delivery", "Warehouse"),
    *("Costcenter", "Text", "Reference"),
)
CHILDREN: dict[str, tuple[str, ...]] = {
    "eExact": ("Accounts", "Items", "Invoices", "Orders"),
    "Accounts": ("Account",),
    "Account": (
        *("Name", "Phone", "Email", "Contacts", "Debtor", "VAT", "VATNumber"),
        *("PaymentCondition", "FreeFields"),
    ),
    "Contacts": ("Contact",),
    "Contact": ("LastName", "Addresses", "Language", "Phone", "Email"),
    "Addresses": ("Address",),
    "Address": ("AddressLine1", "AddressLine2", "PostalCode", "City", "Country"),
    "Items": ("Item",),
    "Item": ("Description", "IsSalesItem", "IsStockItem", "GLRevenue", "Sales", "FreeFields"),
    "Sales": ("Price", "Unit"),
    "Price": ("Currency", "Value", "VAT"),
    "Discount": ("Percentage",),
    "Delivery": ("Date",),
    "Invoices": ("Invoice",),
    "Invoice": (*_HEADER, "InvoiceLine"),
    "Orders": ("Order",),
    "Order": (*_HEADER, "OrderLine"),
    "InvoiceLine": _LINE,
    "OrderLine": _LINE,
    "OrderedBy": ("Debtor", "Date"),
    "DeliverTo": ("Debtor", "Date"),
    "InvoiceTo": ("Debtor",),
    "Debtor": ("Name", "Currency"),
    "FreeFields": ("FreeTexts",),
    "FreeTexts": ("FreeText",),
}
"""What may stand in an element, in this order; an element that is not here holds no other."""
_MANY = frozenset(
    {"Account", "Contact", "Address", "Item", "Invoice", "Order"}
    | {"InvoiceLine", "OrderLine", "FreeText"}
)
_NEEDED = {
    "Invoice": ("OrderedBy", "InvoiceLine"),
    "Order": ("OrderedBy", "OrderLine"),
    "InvoiceLine": ("Item", "Quantity"),
    "OrderLine": ("Item", "Quantity"),
    "OrderedBy": ("Debtor",),
    "Price": ("Currency", "Value"),
    "Address": ("Country",),
    "Sales": ("Price",),
}
_ATTRIBUTES = {
    "Account": ("code",),
    "Contact": ("default",),
    "Item": ("code",),
    "Debtor": ("code",),
    "Currency": ("code",),
    "Country": ("code",),
    "Language": ("code",),
    "Warehouse": ("code",),
    "PaymentCondition": ("code",),
    "Selection": ("code",),
    "Unit": ("unit",),
    "Resource": ("number",),
    "FreeText": ("number",),
    "Invoice": ("type",),
    "Order": ("type",),
}
_KINDS = {"Invoice": "VIB", "Order": "VIBQ", "Item": "SBCLMPR", "Price": "SP"}
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_VALUES = {
    "Quantity": (_NUMBER, "a number with a dot"),
    "Value": (_NUMBER, "a number with a dot"),
    "Percentage": (_NUMBER, "a number with a dot"),
    "Date": (_DAY, "a day such as 2026-11-30"),
    "IsSalesItem": (re.compile("[01]"), "0 or 1"),
    "IsStockItem": (re.compile("[01]"), "0 or 1"),
}


def problems(content: bytes) -> tuple[str, ...]:
    """Return everything that is not as Globe wants it, each with its place in the file."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        return (f"this is no XML: {error}",)
    if root.tag != "eExact":
        return (f"the file begins with {root.tag}, and eExact is wanted",)
    return tuple(_in_element(root, "eExact"))


def _in_element(element: etree._Element, place: str) -> Iterator[str]:
    """Check one element, and all within it."""
    tag = element.tag
    for name in _ATTRIBUTES.get(tag, ()):
        if not element.get(name):
            yield f"{place} needs the attribute {name}"
    kind = element.get("type")
    if tag in _KINDS and kind is not None and kind not in _KINDS[tag]:
        yield f"{place} has the type {kind!r}; {', '.join(_KINDS[tag])} exist"
    if tag in _VALUES:
        pattern, wanted = _VALUES[tag]
        if not pattern.fullmatch(element.text or ""):
            yield f"{place} is {element.text!r}; {wanted} is wanted"
    yield from _in_order(element, place)
    counts: dict[str, int] = {}
    for child in element:
        counts[child.tag] = counts.get(child.tag, 0) + 1
        yield from _in_element(child, f"{place}/{child.tag}[{counts[child.tag]}]")


def _in_order(element: etree._Element, place: str) -> Iterator[str]:
    """Check what stands in an element: known, once unless it is a list, in order, and complete."""
    allowed = () if element.tag == "Item" and _is_named(element) else CHILDREN.get(element.tag, ())
    found = [child.tag for child in element]
    at = 0
    for index, tag in enumerate(found):
        if tag not in allowed:
            wanted = f"; {', '.join(allowed)} are" if allowed else ""
            yield f"{place}: {tag} is not expected{wanted}"
            continue
        position = allowed.index(tag)
        if position < at:
            yield f"{place}: {tag} must stand before {allowed[at]}"
        elif index and found[index - 1] == tag and tag not in _MANY:
            yield f"{place}: {tag} stands twice"
        at = max(at, position)
    for tag in _NEEDED.get(element.tag, ()):
        if tag not in found:
            yield f"{place} needs {tag}"


def _is_named(element: etree._Element) -> bool:
    """Tell whether an item is only named, in a line, not described."""
    parent = element.getparent()
    return parent is not None and parent.tag in {"InvoiceLine", "OrderLine"}
