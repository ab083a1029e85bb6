"""Seller and buyer of a document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from app.transfers.connectors.ubl.names import (
    BELGIAN_ENTERPRISE,
    CAC,
    CBC,
    EMAIL,
    VAT_SCHEMES,
)
from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ENTERPRISE_DIGITS = 10


def add(parent: Any, name: str, text: str | None = None, **attributes: str) -> Any:  # noqa: ANN401 - lxml has no types
    """Append an element: with a text a basic one, without an aggregate."""
    space = CAC if text is None else CBC
    element = etree.SubElement(parent, f"{{{space}}}{name}", attributes)
    element.text = text
    return element


def seller_of(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the club as a party; the settings of the system say who it is."""
    names = ("name", "street", "postal_code", "city", "country", "vat_id")
    missing = [name for name in names if not settings.get(name)]
    if missing:
        message = f"The settings do not say the seller's {', '.join(missing)}."
        raise TransferFaultError(FaultClass.RECORD, message, path=f"settings.{missing[0]}")
    address = {
        "line1": settings["street"],
        "postal_code": settings["postal_code"],
        "city": settings["city"],
        "country": settings["country"],
    }
    seller = {"name": settings["name"], "vat_id": settings["vat_id"], "address": address}
    return {**seller, **({"email": settings["email"]} if settings.get("email") else {})}


def add_party(parent: Any, party: Mapping[str, Any], scheme: str) -> None:  # noqa: ANN401 - lxml has no types
    """Append a party with its electronic address, address, VAT number and legal name."""
    element = add(parent, "Party")
    number = _compact(party.get("vat_id"))
    endpoint = _endpoint(number, party.get("email"), scheme)
    if endpoint is not None:
        add(element, "EndpointID", endpoint[1], schemeID=endpoint[0])
    add(add(element, "PartyName"), "Name", party["name"])
    _add_address(element, party)
    if number:
        tax = add(element, "PartyTaxScheme")
        add(tax, "CompanyID", number)
        add(add(tax, "TaxScheme"), "ID", "VAT")
    legal = add(element, "PartyLegalEntity")
    add(legal, "RegistrationName", party["name"])
    if _is_belgian(number):
        add(legal, "CompanyID", number[2:], schemeID=BELGIAN_ENTERPRISE)
    person = next(iter(party.get("contacts") or ()), None)
    if person or party.get("email"):
        contact = add(element, "Contact")
        if person:
            add(contact, "Name", person["name"])
        email = (person or {}).get("email") or party.get("email")
        if email:
            add(contact, "ElectronicMail", email)


def _add_address(element: Any, party: Mapping[str, Any]) -> None:  # noqa: ANN401 - lxml has no types
    """Append the postal address; a country is all that EN 16931 asks for."""
    address = party.get("address")
    if not address:
        message = f"{party['name']} has no address; an invoice says at least the country."
        raise TransferFaultError(FaultClass.RECORD, message, path="customer.address")
    found = add(element, "PostalAddress")
    lines = {"StreetName": address.get("line1"), "AdditionalStreetName": address.get("line2")}
    lines |= {"CityName": address.get("city"), "PostalZone": address.get("postal_code")}
    for name, text in lines.items():
        if text:
            add(found, name, text)
    add(add(found, "Country"), "IdentificationCode", address["country"])


def _endpoint(number: str, email: str | None, scheme: str) -> tuple[str, str] | None:
    """Return scheme and number of an electronic address; of Belgians as the settings say."""
    if _is_belgian(number) and scheme == BELGIAN_ENTERPRISE:
        return BELGIAN_ENTERPRISE, number[2:]
    country = number[:2]
    if country in VAT_SCHEMES:
        return VAT_SCHEMES[country], number
    return (EMAIL, email) if email else None


def _is_belgian(number: str) -> bool:
    """Whether a VAT number is a Belgian one; its digits are the enterprise number."""
    return number.startswith("BE") and len(number) == 2 + _ENTERPRISE_DIGITS


def _compact(number: str | None) -> str:
    """Return a VAT number without blanks and dots."""
    return "".join(one for one in (number or "").upper() if one.isalnum())
