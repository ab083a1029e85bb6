"""What a file of Globe says, as neutral records: customers, products, orders, documents."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.domain.money import format_amount
from app.transfers.connectors.exact_globe.amounts import (
    amount_of,
    digits_of,
    minor_of,
    refused,
    written,
)
from app.transfers.connectors.exact_globe.reading import Document, Lax, documents_of, due_on
from app.transfers.contract.connectors import Incoming

if TYPE_CHECKING:
    from collections.abc import Iterator

Record = dict[str, Any]


def customers(root: Lax) -> Iterator[Incoming]:
    """Return the accounts that are customers; suppliers are passed over."""
    for element in (one for group in root.all("accounts") for one in group.all("account")):
        code = element.code("debtor") or element.attribute("code")
        if element.attribute("type") == "S" or code is None:
            continue
        contacts = [one for group in element.all("contacts") for one in group.all("contact")]
        record: Record = {
            "id": code,
            "code": code,
            "external_code": code,
            "name": element.text("name") or code,
            "kind": "COMPANY",
        }
        _put(record, "vat_id", element.text("vatnumber"))
        _put(record, "email", element.text("email"))
        _put(record, "phone", element.text("phone"))
        _put(record, "language", _language(contacts))
        addresses = [*element.deep("address")]
        if addresses:
            record["address"] = _address(addresses[0])
        named = [_contact(one) for one in contacts]
        if any(named):
            record["contacts"] = [one for one in named if one]
        yield _incoming("accounts", code, record)


def _language(contacts: list[Lax]) -> str | None:
    """Return the language of the first contact that has one."""
    for one in contacts:
        if code := one.code("language"):
            return code.lower()
    return None


def _address(element: Lax) -> Record:
    """Read an address."""
    found: Record = {
        "line1": element.text("addressline1") or "",
        "postal_code": element.text("postalcode") or "",
        "city": element.text("city") or "",
        "country": (element.code("country") or "").upper(),
    }
    _put(found, "line2", element.text("addressline2"))
    return found


def _contact(element: Lax) -> Record | None:
    """Read a person, None where it has no name."""
    parts = [element.text(name) for name in ("firstname", "middlename", "lastname")]
    name = " ".join(part for part in parts if part)
    if not name:
        return None
    found: Record = {"name": name}
    _put(found, "email", element.text("email"))
    _put(found, "phone", element.text("phone") or element.text("mobile"))
    return found


def products(root: Lax) -> Iterator[Incoming]:
    """Return the items."""
    for element in (one for group in root.all("items") for one in group.all("item")):
        code = element.attribute("code")
        if code is None:
            raise refused("has no code", element.place)
        price = element.number("sales", "price", "value")
        sales = element.first("sales")
        unit = None if sales is None else sales.first("unit")
        record: Record = {
            "id": code,
            "code": code,
            "name": element.text("description") or code,
            "kind": "GOODS" if element.text("isstockitem") in {"1", "true"} else "CATALOG",
            "unit": (unit.attribute("unit") if unit is not None else None) or "pc",
        }
        if price is not None:
            record["unit_price"] = written(price)
            record["currency"] = element.code("sales", "price", "currency") or "EUR"
            _put(record, "vat_rate", _rate(element.first("sales", "price", "vat")))
        yield _incoming("items", code, record)


def _rate(vat: Lax | None) -> str | None:
    """Return the percentage of a VAT code, where the file says it."""
    percentage = None if vat is None else vat.number("percentage")
    return None if percentage is None else written(percentage)


def orders(root: Lax) -> Iterator[Incoming]:
    """Return the sales orders."""
    for one in documents_of(root, lists=("orders",)):
        if (one.element.attribute("type") or "V") != "V":
            continue
        digits = digits_of(one.currency, one.element.place)
        net = format_amount(one.net_minor, one.currency)
        debtor = one.debtor or ""
        record: Record = {
            "id": one.number or one.code,
            "code": one.code,
            "stage": "CONFIRMED" if one.element.attribute("confirm") == "1" else "OPEN",
            "customer": {
                "id": debtor,
                "code": debtor,
                "external_code": debtor,
                "name": one.element.text("orderedby", "debtor", "name") or debtor,
                "kind": "COMPANY",
            },
            "currency": one.currency,
            "lines": [_line(line, one.currency, digits) for line in one.lines],
            "totals": {"net": net, "by_rate": []},
        }
        _put(record, "reference", one.element.text("yourref"))
        _put(record, "ordered_at", one.day)
        yield _incoming("orders", one.number or one.code, record)


def _line(line: Record, currency: str, digits: int) -> Record:
    """Return a line; Globe's files say nothing of its VAT but a code."""
    code = line["item"] or ""
    return {
        "number": line["number"],
        "product": {
            "id": code,
            "code": code,
            "name": line["description"],
            "kind": "CATALOG",
            "unit": line["unit"],
        },
        "description": line["description"],
        "quantity": written(line["quantity"]),
        "unit_price": written(line["price"]),
        "net": f"{amount_of(line['net_minor'], digits):f}",
        "currency": currency,
    }


def documents(root: Lax) -> Iterator[Incoming]:
    """Return what Globe says of invoices: exported invoices, and entries of the sales journal."""
    for one in documents_of(root, lists=("invoices",)):
        yield _incoming("invoices", one.number or one.code, _invoice(one))
    for group in root.all("finentries", "glentries"):
        for entry in group.all("finentry", "glentry"):
            yield from _entry(entry)


def _invoice(one: Document) -> Record:
    """Return the document of an exported invoice; without a number it is a concept."""
    record: Record = {
        "invoice_code": one.code,
        "number": one.number or "",
        "issued_on": one.day or "",
        "is_draft": one.number is None,
        "net": format_amount(one.net_minor, one.currency),
        "currency": one.currency,
    }
    _put(record, "due_on", due_on(one.element, one.day))
    _put(record, "other_reference", one.element.text("yourref"))
    return record


def _entry(entry: Lax) -> Iterator[Incoming]:
    """Return the document that an entry posts: the line of the debtor has number and amount."""
    for line in entry.all("finentryline"):
        number = line.text("payment", "invoicenumber")
        if line.first("debtor") is None or number is None:
            continue
        currency = line.code("amount", "currency") or "EUR"
        digits = digits_of(currency, line.place)
        debit = line.number("amount", "debit") or Decimal(0)
        credit = line.number("amount", "credit") or Decimal(0)
        gross = minor_of(debit - credit, digits, line.place)
        ours = line.text("finreferences", "yourref") or line.text("payment", "reference")
        day = line.day("date") or entry.day("date")
        record: Record = {
            "invoice_code": ours or number,
            "number": number,
            "issued_on": day or "",
            "is_draft": False,
            "gross": format_amount(gross, currency),
            "currency": currency,
        }
        _put(record, "due_on", due_on(line, day))
        yield _incoming("invoices", number, record)


def _incoming(source: str, external_id: str, record: Record) -> Incoming:
    """Return a data set; its version is that of its content."""
    text = json.dumps(record, sort_keys=True, ensure_ascii=False)
    version = hashlib.sha256(text.encode()).hexdigest()[:32]
    return Incoming(source, external_id, version, record)


def _put(record: Record, name: str, value: str | None) -> None:
    """Set a field that there is."""
    if value:
        record[name] = value
