"""Neutral records as the engine gives them to the connector."""

import random
from typing import Any
from uuid import uuid4

CHANCE = random.Random(20261122)


def vat_id() -> str:
    """A Belgian VAT number that nobody in the tests has."""
    digits = CHANCE.randrange(4_000_000, 9_999_999)
    return f"BE0{digits:07}{97 - digits % 97:02}"


def customer(**given: Any) -> dict[str, Any]:
    code = f"A-{uuid4().hex[:10]}"
    found = {
        "id": f"id-{code}",
        "code": code,
        "name": f"Brouwerij {code} NV",
        "kind": "COMPANY",
        "vat_id": vat_id(),
        "email": f"an@{code.lower()}.example",
        "phone": "+32 50 12 34 56",
        "address": {
            "line1": "Kerkstraat 12",
            "line2": "bus 3",
            "postal_code": "9000",
            "city": "Gent",
            "country": "BE",
        },
    }
    return {name: one for name, one in {**found, **given}.items() if one is not None}


def product(code: str = "SEAT-A", kind: str = "SEAT") -> dict[str, Any]:
    name = f"Product {code}"
    return {"id": f"id-{code}", "code": code, "name": name, "kind": kind, "unit": "pc"}


def line(quantity: str, price: str, net: str, vat: str, **given: Any) -> dict[str, Any]:
    """A line; by default of services at 21 %."""
    found = {
        "number": 1,
        "product": product(),
        "description": "Business seats",
        "quantity": quantity,
        "unit_price": price,
        "net": net,
        "vat": vat,
        "gross": net,
        "vat_rate": "21",
        "vat_category": "S",
    }
    return {**found, **given}


def invoice(lines: list[dict[str, Any]], totals: str, **given: Any) -> dict[str, Any]:
    """An invoice whose totals are `net vat gross`."""
    net, vat, gross = totals.split()
    code = f"26-{uuid4().hex[:10]}"
    found = {
        "id": f"id-{code}",
        "code": code,
        "kind": "INVOICE",
        "sale": {"id": "id-sale", "code": "S-100", "status": "FINAL", "reference": "PO-7"},
        "customer": customer(vat_id=None),
        "invoice_on": "2026-11-22",
        "due_on": "2026-12-29",
        "currency": "EUR",
        "lines": lines,
        "totals": {"net": net, "vat": vat, "gross": gross, "by_rate": []},
    }
    return {name: one for name, one in {**found, **given}.items() if one is not None}


def two_rates(**given: Any) -> dict[str, Any]:
    """Three seats at a third of a thousand at 21 %, and two books at 6 %."""
    lines = [
        line("3", "333.33", "1000.00", "210.00"),
        line("2", "50", "100.00", "6.00", number=2, vat_rate="6", product=product("BOOK", "GOODS")),
    ]
    return invoice(lines, "1100.00 216.00 1316.00", **given)


def credit(original: dict[str, Any], number: str = "") -> dict[str, Any]:
    """One of the three seats is cancelled."""
    corrects = {"id": original["id"], "code": original["code"], "document_no": number}
    lines = [line("-1", "333.33", "-333.33", "-70.00")]
    totals = "-333.33 -70.00 -403.33"
    return invoice(
        lines, totals, kind="CREDIT_NOTE", corrects=corrects, customer=original["customer"]
    )


def payment(paid: dict[str, Any], amount: str, **given: Any) -> dict[str, Any]:
    found = {
        "id": f"pay-{uuid4().hex[:10]}",
        "method": "TRANSFER",
        "received_on": "2026-11-22",
        "amount": amount,
        "currency": "EUR",
        "invoices": [{"invoice_code": paid["code"], "amount": amount}],
    }
    return {**found, **given}
