"""Customers and products as accounts and items of Globe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from app.transfers.connectors.exact_globe import limits
from app.transfers.connectors.exact_globe.amounts import exact, refused
from app.transfers.connectors.exact_globe.documents import debtor_attributes, free_field, priced
from app.transfers.connectors.exact_globe.limits import fit, plain, shortened

if TYPE_CHECKING:
    from app.transfers.connectors.exact_globe.administration import Administration

Record = dict[str, Any]


def account(house: Administration, record: Record, path: str) -> etree._Element:
    """Write a customer as an account that is a debtor, with its addresses at its contacts."""
    field = "external_code" if record.get("external_code") else "code"
    debtor = debtor_attributes(house, record.get(field), f"{path}{field}")
    element = etree.Element("Account", code=debtor["code"], type="C", status="A")
    name = fit(record.get("name"), limits.NAME, f"{path}name")
    _text(element, "Name", name)
    _optional(element, "Phone", record, f"{path}phone")
    _optional(element, "Email", record, f"{path}email")
    contacts = etree.SubElement(element, "Contacts")
    for index, one in enumerate(record.get("contacts") or [{**record, "name": name}]):
        place = f"{path}contacts[{index}]."
        contact = etree.SubElement(contacts, "Contact", default="1" if index == 0 else "0")
        _text(contact, "LastName", fit(one.get("name"), limits.NAME, f"{place}name"))
        if index == 0 and record.get("address"):
            _address(contact, record["address"], f"{path}address.")
        if record.get("language"):
            code = fit(str(record["language"]).upper(), limits.LANGUAGE, f"{path}language")
            etree.SubElement(contact, "Language", code=code)
        _optional(contact, "Phone", one, f"{place}phone")
        _optional(contact, "Email", one, f"{place}email")
    etree.SubElement(element, "Debtor", debtor)
    if record.get("vat_id"):
        _text(element, "VATNumber", _vat_number(record["vat_id"], f"{path}vat_id"))
    if house.payment_condition:
        etree.SubElement(element, "PaymentCondition", code=house.payment_condition)
    free_field(element, house, record, path)
    return element


def _address(contact: etree._Element, address: Record, path: str) -> None:
    """Write an address for invoices."""
    outer = etree.SubElement(contact, "Addresses")
    element = etree.SubElement(outer, "Address", type="I", desc="")
    for tag, name in (
        ("AddressLine1", "line1"),
        ("AddressLine2", "line2"),
        ("PostalCode", "postal_code"),
        ("City", "city"),
    ):
        if address.get(name):
            _text(element, tag, fit(address[name], limits.LINE, f"{path}{name}"))
    country = fit(address.get("country"), limits.COUNTRY, f"{path}country")
    etree.SubElement(element, "Country", code=country)


def item(house: Administration, record: Record, path: str) -> etree._Element:
    """Write a product as an item that is sold and not kept in stock, unless it is goods."""
    field = "external_code" if record.get("external_code") else "code"
    code = fit(record.get(field), limits.ITEM, f"{path}{field}")
    element = etree.Element("Item", code=code, type="S", searchcode=code)
    name = plain(record.get("name") or code, f"{path}name")
    _text(element, "Description", shortened(name, limits.DESCRIPTION))
    _text(element, "IsSalesItem", "1")
    _text(element, "IsStockItem", "1" if record.get("kind") == "GOODS" else "0")
    if house.revenue_account:
        etree.SubElement(element, "GLRevenue", code=house.revenue_account)
    if record.get("unit_price") is not None:
        price = exact(record["unit_price"], f"{path}unit_price")
        if price < 0:
            raise refused("is negative, and a price of Globe is not", f"{path}unit_price")
        vat = None
        if record.get("vat_rate") is not None:
            vat = house.vat_code("S", str(record["vat_rate"]), f"{path}vat_rate")
        sales = etree.SubElement(element, "Sales")
        priced(sales, str(record.get("currency") or "EUR"), price, vat)
        unit = fit(record.get("unit") or house.unit, limits.UNIT, f"{path}unit")
        etree.SubElement(sales, "Unit", unit=unit)
    free_field(element, house, record, path)
    return element


def _vat_number(value: object, path: str) -> str:
    """Return a VAT number as Globe stores it; it checks the digits at the import, so we do."""
    text = plain(value, path)
    compact = "".join(one for one in text if one.isalnum()).upper()
    if compact[:2].lower() in eu_vat.MEMBER_STATES | {"el"}:
        try:
            eu_vat.validate(compact)
        except ValidationError as error:
            message = f"{text!r} is no VAT number of {compact[:2]}: {error}"
            raise refused(message, path) from error
    return compact


def _optional(parent: etree._Element, tag: str, record: Record, path: str) -> None:
    """Write a text of one line where there is one."""
    value = record.get(path.rpartition(".")[2])
    if value:
        _text(parent, tag, fit(value, limits.LINE, path))


def _text(parent: etree._Element, tag: str, text: str) -> None:
    """Write an element that holds text."""
    etree.SubElement(parent, tag).text = text
