"""Orders, concept invoices and credit notes as elements of Globe, with the amount that they make.

Globe computes a line as quantity times price, rounded. What a document's lines make together may
differ from its total by cents; that is a line of its own, so that the file says the same sum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lxml import etree

from app.transfers.connectors.exact_globe import limits
from app.transfers.connectors.exact_globe.amounts import (
    amount_of,
    digits_of,
    exact,
    minor_of,
    refused,
    rounded,
    written,
)
from app.transfers.connectors.exact_globe.limits import fit, plain, shortened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from app.transfers.connectors.exact_globe.administration import Administration

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """A document as Globe gets it."""

    element: etree._Element
    total_minor: int
    """What its lines make, without VAT: the document's own total."""
    difference_minor: int
    """How much of that is the line of cents differences."""
    currency: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes documents for one administration."""

    house: Administration
    debtors: Mapping[str, str]
    """Their codes by `customer:<id>`, from earlier transfers."""

    def order(self, record: Record, path: str) -> Written:
        """Write a Sale, or the order of a shop, as a sales order."""
        element = etree.Element(
            "Order",
            type="V",
            confirm="0",
            partialdelivery="1",
            invoicemethod=self.house.invoice_method,
        )
        day = str(record.get("ordered_at") or "")[:10]
        self._header(element, record, path, day)
        return self._with_lines(element, "OrderLine", record, path, day)

    def invoice(self, record: Record, path: str) -> Written:
        """Write an invoice, or a credit note with what it corrects, as a concept invoice."""
        element = etree.Element("Invoice", type="V")
        if self.house.journal:
            element.set("code", self.house.journal)
        if record.get("kind") == "CREDIT_NOTE":
            corrects = record.get("corrects") or {}
            number = corrects.get("document_no")
            if not number:
                message = "is missing: Globe wants the number of the invoice that is corrected"
                raise refused(message, f"{path}corrects.document_no")
            original = fit(number, limits.REFERENCE, f"{path}corrects.document_no")
            element.set("original", original)
        day = str(record.get("invoice_on") or "")
        self._header(element, record, path, day)
        return self._with_lines(element, "InvoiceLine", record, path, day)

    def _header(self, element: etree._Element, record: Record, path: str, day: str) -> None:
        """Write what stands above the lines, in Globe's order."""
        house, sale = self.house, record.get("sale") or {}
        code = fit(record.get("code"), limits.REFERENCE, f"{path}code")
        reference = record.get("reference") or sale.get("reference")
        described = plain(record.get("description") or code, f"{path}description")
        _text(element, "Description", shortened(described, limits.DESCRIPTION))
        if sale.get("code"):
            _text(element, "Reference1", fit(sale["code"], limits.REFERENCE, f"{path}sale.code"))
        yours = fit(reference, limits.REFERENCE, f"{path}reference") if reference else code
        _text(element, "YourRef", yours)
        _text(element, "OurRef", code)
        if day and element.tag == "Invoice":
            _text(element, "Date", day)
        etree.SubElement(element, "Currency", code=str(record.get("currency")))
        _text(element, "CalcIncludeVAT", "N")
        debtor = self._debtor(record.get("customer") or {}, f"{path}customer.")
        for tag in ("OrderedBy", "DeliverTo", "InvoiceTo"):
            party = etree.SubElement(element, tag)
            etree.SubElement(party, "Debtor", debtor)
            if day and tag != "InvoiceTo":
                _text(party, "Date", day)
        condition = house.condition(record.get("payment_term_days"))
        for tag, value in (
            ("Warehouse", house.warehouse if element.tag == "Order" else None),
            ("PaymentCondition", condition),
            ("Costcenter", house.costcenter),
            ("Selection", house.selection),
        ):
            if value:
                etree.SubElement(element, tag, code=value)
        free_field(element, house, record, path)

    def _debtor(self, customer: Record, path: str) -> dict[str, str]:
        """Return the attributes of a debtor: its code, and its number where that is written."""
        known = self.debtors.get(f"customer:{customer.get('id')}")
        field = "external_code" if customer.get("external_code") else "code"
        return debtor_attributes(self.house, known or customer.get(field), f"{path}{field}")

    def _with_lines(
        self, element: etree._Element, tag: str, record: Record, path: str, day: str
    ) -> Written:
        """Write the lines, and what is missing to the total."""
        currency = str(record.get("currency"))
        digits = digits_of(currency, f"{path}currency")
        lines = record.get("lines") or []
        if not lines:
            raise refused("is empty, and Globe takes no document without lines", f"{path}lines")
        made = wanted = 0
        for number, line in enumerate(lines, 1):
            place = f"{path}lines[{number - 1}]."
            net = minor_of(exact(line.get("net"), f"{place}net"), digits, f"{place}net")
            one = self._line(element, tag, number, line, place, (currency, day))
            one_minor = minor_of(one, digits, f"{place}unit_price")
            self._bounded(amount_of(net - one_minor, digits), f"{place}net")
            made, wanted = made + one_minor, wanted + net
        totals = record.get("totals") or {}
        total = minor_of(exact(totals.get("net"), f"{path}totals.net"), digits, f"{path}totals.net")
        if total != wanted:
            told = f"is {totals['net']}, and the lines make {amount_of(wanted, digits)}"
            raise refused(told, f"{path}totals.net")
        if total != made:
            missing = amount_of(total - made, digits)
            self._bounded(missing, f"{path}totals.net")
            self._rounding_line(element, tag, missing, record, path)
        return Written(element, total, total - made, currency)

    def _line(
        self,
        element: etree._Element,
        tag: str,
        number: int,
        line: Record,
        path: str,
        shared: tuple[str, str],
    ) -> Decimal:
        """Write one line and return what it makes, not rounded yet."""
        currency, day = shared
        product = line.get("product") or {}
        quantity = exact(line.get("quantity"), f"{path}quantity")
        price = exact(line.get("unit_price"), f"{path}unit_price")
        if quantity == 0:
            raise refused("is 0, and a line of Globe needs a quantity", f"{path}quantity")
        if price < 0:
            # Globe takes back by the quantity; its prices are never negative.
            quantity, price = -quantity, -price
        price = rounded(price, self.house.price_decimals)
        field = "external_code" if product.get("external_code") else "code"
        item = fit(product.get(field), limits.ITEM, f"{path}product.{field}")
        unit = fit(product.get("unit") or self.house.unit, limits.UNIT, f"{path}product.unit")
        text = plain(line.get("description") or item, f"{path}description")
        vat = self._vat(line, f"{path}vat_rate")
        made = etree.SubElement(element, tag, lineNo=str(number))
        short = shortened(text, limits.DESCRIPTION)
        _text(made, "Description", short)
        etree.SubElement(made, "Item", code=item)
        _text(made, "Quantity", written(quantity))
        etree.SubElement(made, "Unit", unit=unit)
        priced(made, currency, price, vat)
        if tag == "OrderLine" and day:
            _text(etree.SubElement(made, "Delivery"), "Date", day)
        if self.house.costcenter:
            etree.SubElement(made, "Costcenter", code=self.house.costcenter)
        if short != text:
            _text(made, "Text", text)
        return quantity * price

    def _rounding_line(
        self, element: etree._Element, tag: str, missing: Decimal, record: Record, path: str
    ) -> None:
        """Write the line that makes up for cents, at the rate of the first line."""
        lines = record["lines"]
        item = self.house.rounding_item
        if item is None:
            message = f"differs by {missing} from what the lines make in Globe; set `rounding_item`"
            raise refused(message, f"{path}totals.net")
        vat = self._vat(lines[0], f"{path}lines[0].vat_rate")
        made = etree.SubElement(element, tag, lineNo=str(len(lines) + 1))
        _text(made, "Description", "Cents difference")
        etree.SubElement(made, "Item", code=item)
        _text(made, "Quantity", "1" if missing > 0 else "-1")
        etree.SubElement(made, "Unit", unit=self.house.unit)
        priced(made, str(record["currency"]), abs(missing), vat)

    def _vat(self, line: Record, path: str) -> str | None:
        """Return the VAT code of a line; one without a rate is left to its item in Globe."""
        if line.get("vat_rate") is None:
            return None
        return self.house.vat_code(str(line.get("vat_category", "S")), line["vat_rate"], path)

    def _bounded(self, difference: Decimal, path: str) -> None:
        """Refuse a difference that is more than cents."""
        if abs(difference) > self.house.largest_difference:
            message = (
                f"differs by {difference} from quantity times price, more than the threshold of "
                f"{self.house.largest_difference}"
            )
            raise refused(message, path)


def debtor_attributes(house: Administration, code: object, path: str) -> dict[str, str]:
    """Return the attributes by which Globe knows a debtor."""
    found = {"code": fit(code, limits.DEBTOR, path)}
    if house.has_debtor_numbers:
        found["number"] = fit(code, limits.DEBTOR_NUMBER, path)
    return {**found, "type": "C"}


def priced(parent: etree._Element, currency: str, price: Decimal, vat: str | None) -> None:
    """Write a sales price."""
    element = etree.SubElement(parent, "Price", type="S")
    etree.SubElement(element, "Currency", code=currency)
    _text(element, "Value", written(price))
    if vat:
        etree.SubElement(element, "VAT", code=vat)


def free_field(parent: etree._Element, house: Administration, record: Record, path: str) -> None:
    """Write our own id into a free text field, where the settings name one."""
    if house.key_free_text is None or not record.get("id"):
        return
    texts = etree.SubElement(etree.SubElement(parent, "FreeFields"), "FreeTexts")
    number = str(house.key_free_text)
    element = etree.SubElement(texts, "FreeText", number=number, label="Loge")
    element.text = fit(record["id"], limits.FREE_TEXT, f"{path}id")


def _text(parent: etree._Element, tag: str, text: str) -> None:
    """Write an element that holds text."""
    etree.SubElement(parent, tag).text = text
