"""Invoices and credit notes as Tryton's customer invoices, known by our code as their reference."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from app.domain.money import currency_digits
from app.transfers.connectors.tryton.books import (
    account_id,
    currency_id,
    journal_id,
    tax_id,
    term_of,
)
from app.transfers.connectors.tryton.customers import find_party, make_party, rules_of
from app.transfers.connectors.tryton.lines import Origin, line_values, origins_of
from app.transfers.connectors.tryton.products import find_product, make_product
from app.transfers.connectors.tryton.values import day_of, decimal_of
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.transfers.connectors.tryton.office import Office
    from app.transfers.contract.connectors import Connected, Task

MODEL = "account.invoice"
FIELDS = [
    "number",
    "state",
    "reference",
    "invoice_date",
    "untaxed_amount",
    "tax_amount",
    "total_amount",
    "amount_to_pay",
    "customer_payment_reference",
    "currency.code",
    "lines_to_pay.maturity_date",
    "write_date",
]
_POSTED = ("posted", "paid")
_EXPECTED_WARNINGS = frozenset({"invoice_taxes", "invoice_payment_term"})
"""Taxes other than the product's own, and a due day that is past: the invoice says both."""


@dataclass(frozen=True)
class Order:
    """What of a task the steps of an invoice need."""

    invoice: Mapping[str, Any]
    settings: Mapping[str, Any]
    options: Mapping[str, Any]
    references: Mapping[str, str]

    @classmethod
    def of(cls, connected: Connected, task: Task) -> Order:
        """Take a task apart."""
        return cls(task.record, connected.settings, task.options, task.references)


def found_invoice(office: Office, code: str) -> dict[str, Any] | None:
    """Return the customer invoice with a reference that is not cancelled.

    Raises:
        TransferFaultError: `CONFLICT` where there are several.
    """
    domain = [
        ["type", "=", "out"],
        ["reference", "=", code],
        ["state", "!=", "cancelled"],
        ["company", "=", office.company_id],
    ]
    found = office.search(MODEL, domain, FIELDS, limit=3)
    if len(found) > 1:
        numbers = ", ".join(str(one["number"] or f"draft {one['id']}") for one in found)
        message = f"Several invoices in Tryton have the reference {code!r}: {numbers}. Keep one."
        raise TransferFaultError(FaultClass.CONFLICT, message, path="code")
    return found[0] if found else None


def draft(office: Office, order: Order) -> tuple[dict[str, Any], bool]:
    """Return the invoice of a code with the amounts of the record, and whether it was there."""
    code = str(order.invoice["code"])
    found = found_invoice(office, code)
    if found is not None and not differs(found, order.invoice):
        return found, True
    if found is not None and found["state"] != "draft":
        message = (
            f"{found['number']} in Tryton has the reference {code!r} and other amounts: "
            f"{_told(found, order.invoice)}. What is posted is corrected by a credit note."
        )
        raise TransferFaultError(FaultClass.CONFLICT, message, path="totals.gross")
    if found is None:
        ident = int(office.changes(f"model.{MODEL}.create", [_values(office, order)])[0])
    else:
        ident = int(found["id"])
        _rewrite(office, ident, order)
    return _settled(office, ident, order, is_new=found is None), False


def post(office: Office, ident: int, options: Mapping[str, Any]) -> dict[str, Any]:
    """Post a draft: Tryton gives it its number and books it."""
    accepts = _EXPECTED_WARNINGS | frozenset(str(options.get("accepts_warnings") or "").split())
    office.changes(f"model.{MODEL}.post", [ident], accepts=accepts)
    return office.only(MODEL, ident, FIELDS)


def differs(found: Mapping[str, Any], invoice: Mapping[str, Any]) -> bool:
    """Whether Tryton's amounts are others than the record's."""
    return any(_differences(found, invoice))


def is_posted(invoice: Mapping[str, Any]) -> bool:
    """Whether an invoice is a legal document there."""
    return invoice["state"] in _POSTED


def document_of(invoice: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record `document` of an invoice as Tryton has it."""
    days = [one["maturity_date"] for one in invoice.get("lines_to_pay.") or ()]
    total = invoice["total_amount"]
    document: dict[str, Any] = {
        "invoice_code": invoice["reference"],
        "number": invoice["number"] or "",
        "issued_on": invoice["invoice_date"].isoformat() if invoice["invoice_date"] else "",
        "is_draft": not is_posted(invoice),
        "net": str(invoice["untaxed_amount"]),
        "vat": str(invoice["tax_amount"]),
        "gross": str(total),
        "currency": invoice["currency."]["code"],
    }
    if any(days):
        document["due_on"] = max(filter(None, days)).isoformat()
    if invoice["customer_payment_reference"]:
        document["other_reference"] = invoice["customer_payment_reference"]
    if is_posted(invoice):
        document["paid"] = str(total - invoice["amount_to_pay"])
    return document


def party_of(office: Office, order: Order) -> int:
    """Return the party of the invoice's customer: by reference, by the rules, or a new one."""
    customer = order.invoice["customer"]
    collective = str(order.options.get("collective_customer") or "")
    if collective:
        found = office.search("party.party", [["code", "=", collective]], ["code"], limit=1)
        if not found:
            message = f"There is no party with the code {collective!r} in Tryton."
            path = "options.collective_customer"
            raise TransferFaultError(FaultClass.RECORD, message, path=path)
        return int(found[0]["id"])
    known = order.references.get(f"customer:{customer['id']}")
    if known is not None:
        return int(known)
    rules = rules_of(str(order.options.get("match") or ""))
    party = find_party(office, customer, rules)
    return party if party is not None else make_party(office, customer)


def _values(office: Office, order: Order) -> dict[str, Any]:
    """Return a new invoice as Tryton takes it; its API computes no defaults from the party."""
    invoice = order.invoice
    party = party_of(office, order)
    found = office.only("party.party", party, ["addresses", "name"])
    if not found["addresses"]:
        message = f"The party {found['name']!r} in Tryton has no address; an invoice needs one."
        raise TransferFaultError(FaultClass.RECORD, message, path="customer.address")
    invoice_on = day_of(str(invoice["invoice_on"]), "invoice_on")
    days = invoice.get("payment_term_days")
    due_on = day_of(str(invoice["due_on"]), "due_on") if invoice.get("due_on") else None
    if due_on is not None:
        days = (due_on - invoice_on).days
    term, counts_from_due = term_of(office, days, order.options.get("payment_term") or None)
    begins_on = due_on if counts_from_due else None
    if term is None:
        begins_on = invoice_on  # Tryton would count from the day of posting
    return {
        "type": "out",
        "company": office.company_id,
        "party": party,
        "invoice_address": found["addresses"][0],
        "account": account_id(office, order.settings, "receivable_account"),
        "journal": journal_id(office, order.settings),
        "currency": currency_id(office, str(invoice["currency"])),
        "reference": str(invoice["code"]),
        "description": str(invoice["sale"].get("reference") or invoice["sale"]["code"]),
        "invoice_date": invoice_on,
        "payment_term": term,
        "payment_term_date": begins_on,
        "lines": [["create", _lines(office, order)]],
    }


def _lines(office: Office, order: Order) -> list[dict[str, Any]]:
    """Return all lines, each with its account, tax, product and, of a credit note, its origin."""
    invoice = order.invoice
    origins: list[Origin] = []
    if invoice.get("corrects"):
        origins = origins_of(office, _original(office, invoice["corrects"]))
    revenue = account_id(office, order.settings, "revenue_account")
    lines = []
    for index, line in enumerate(invoice["lines"]):
        path = f"lines[{index}]"
        values = line_values(line, path, invoice["kind"] == "CREDIT_NOTE")
        values["account"] = revenue
        values["currency"] = currency_id(office, str(invoice["currency"]))
        values["taxes"] = [["add", [tax_id(office, line, order.settings, path)]]]
        product = _product(office, order, line["product"], path)
        if product is not None:
            values |= {"product": product["id"], "unit": product["default_uom"]}
        if origins:
            values["origin"] = _origin(origins, line)
        lines.append(values)
    return lines


def _original(office: Office, corrects: Mapping[str, Any]) -> int:
    """Return the posted invoice that a credit note corrects."""
    found = found_invoice(office, str(corrects["code"]))
    if found is None or not is_posted(found):
        told = "still a draft" if found else "not there"
        message = (
            f"The invoice {corrects['code']!r} that this credit note corrects is {told} in "
            "Tryton; it has to be posted first."
        )
        raise TransferFaultError(FaultClass.RECORD, message, path="corrects.code")
    return int(found["id"])


def _origin(origins: list[Origin], line: Mapping[str, Any]) -> str:
    """Return the original's line of the same product, or its first."""
    code = line["product"]["code"]
    same = next((one for one in origins if one.product_code == code), origins[0])
    return f"account.invoice.line,{same.ident}"


def _product(
    office: Office, order: Order, product: Mapping[str, Any], path: str
) -> dict[str, Any] | None:
    """Return the product of a line as the option `products` says."""
    choice = str(order.options.get("products") or "CREATE")
    if choice == "NONE":
        return None
    found = find_product(office, str(product["code"]))
    if found is None and choice == "CREATE":
        return make_product(office, product, order.settings)
    if found is None:
        message = f"There is no product with the code {product['code']!r} in Tryton."
        raise TransferFaultError(FaultClass.RECORD, message, path=f"{path}.product.code")
    return found


def _rewrite(office: Office, ident: int, order: Order) -> None:
    """Give a draft the lines and days of the record."""
    values = _values(office, order)
    former = office.only(MODEL, ident, ["lines"])["lines"]
    values["lines"] = [["delete", former], *values["lines"]]
    for name in ("type", "company", "currency"):
        del values[name]
    office.changes(f"model.{MODEL}.write", [ident], values)


def _settled(office: Office, ident: int, order: Order, *, is_new: bool) -> dict[str, Any]:
    """Compare what Tryton computed with the record; a few cents become a rounding line.

    Raises:
        TransferFaultError: `RECORD` where more differs; a new draft is deleted again.
    """
    found = office.only(MODEL, ident, FIELDS)
    gross, net, vat = _differences(found, order.invoice)
    if not any((gross, net, vat)):
        return found
    limit = Decimal(int(order.options.get("rounding_limit_minor") or 0))
    threshold = limit.scaleb(-currency_digits(str(order.invoice["currency"])))
    if max(abs(gross), abs(net), abs(vat)) <= threshold:
        if gross:
            line = _rounding_line(office, order, gross)
            office.changes(f"model.{MODEL}.write", [ident], {"lines": [["create", [line]]]})
        return office.only(MODEL, ident, FIELDS)
    told = _told(found, order.invoice)
    if is_new:
        office.changes(f"model.{MODEL}.delete", [ident])
    message = (
        f"Tryton computes other amounts for {order.invoice['code']}: {told}. The draft was "
        f"{'deleted' if is_new else 'left'}. Allow a rounding line of so many cents, or look at "
        "its taxes and at how they are rounded there."
    )
    raise TransferFaultError(FaultClass.RECORD, message, path="totals.gross")


def _rounding_line(office: Office, order: Order, gross: Decimal) -> dict[str, Any]:
    """Return the line that makes up for a few cents, without tax."""
    account = order.options.get("rounding_account")
    settings = {"revenue_account": account or order.settings.get("revenue_account")}
    return {
        "type": "line",
        "description": "Rounding",
        "quantity": 1,
        "unit_price": gross,
        "account": account_id(office, settings, "revenue_account"),
        "currency": currency_id(office, str(order.invoice["currency"])),
    }


def _differences(
    found: Mapping[str, Any], invoice: Mapping[str, Any]
) -> tuple[Decimal, Decimal, Decimal]:
    """Return by how much the record's gross, net and VAT are above Tryton's.

    With the rounding line of an earlier try the gross is equal, and only that counts.
    """
    totals = invoice["totals"]
    gross = decimal_of(totals["gross"], "totals.gross") - found["total_amount"]
    if gross == 0 and found["state"] != "draft":
        return Decimal(0), Decimal(0), Decimal(0)
    net = decimal_of(totals["net"], "totals.net") - found["untaxed_amount"]
    vat = decimal_of(totals["vat"], "totals.vat") - found["tax_amount"]
    return gross, net, vat


def _told(found: Mapping[str, Any], invoice: Mapping[str, Any]) -> str:
    """Name both sides' amounts."""
    totals = invoice["totals"]
    return (
        f"there {found['untaxed_amount']} + {found['tax_amount']} = {found['total_amount']}, "
        f"here {totals['net']} + {totals['vat']} = {totals['gross']}"
    )
