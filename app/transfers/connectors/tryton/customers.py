"""Customers as Tryton's parties: found by rules in a given order, or made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.transfers.connectors.tryton.office import Office

RULES = ("external_code", "code", "vat_id", "email_domain_name", "email")
"""In the order in which they are tried, unless the action says otherwise."""
_SHARED_DOMAINS = frozenset(
    "gmail.com googlemail.com hotmail.com outlook.com live.com yahoo.com icloud.com telenet.be "
    "skynet.be proximus.be".split()
)
"""Where anybody has a mailbox: sharing one says nothing about a company."""


def rules_of(text: str) -> tuple[str, ...]:
    """Read the rules of an action's option, or refuse a name that is none."""
    rules = tuple(text.split()) or RULES
    for rule in rules:
        if rule not in RULES:
            message = f"{rule!r} is no rule to match customers by; there are {', '.join(RULES)}."
            raise TransferFaultError(FaultClass.RECORD, message, path="options.match")
    return rules


def find_party(office: Office, customer: Mapping[str, Any], rules: Sequence[str]) -> int | None:
    """Return the party that the first rule with exactly one answer finds.

    Raises:
        TransferFaultError: `RECORD` where a rule finds several: which one, a person has to say.
    """
    company = office.known("company.company", [["id", "=", office.company_id]], ["party"])
    others = ["id", "!=", company[0]["party"]]
    for rule in rules:
        domain = _domain(rule, customer)
        if domain is None:
            continue
        found = office.search("party.party", [*domain, others], ["code", "name"], limit=3)
        if len(found) > 1:
            names = ", ".join(f"{one['code']} {one['name']}" for one in found)
            message = (
                f"Several parties in Tryton have the same {rule}: {names}. Merge them there, "
                f"or give the Account the external code of the right one."
            )
            raise TransferFaultError(FaultClass.RECORD, message, path=f"customer.{rule}")
        if found:
            return int(found[0]["id"])
    return None


def _domain(rule: str, customer: Mapping[str, Any]) -> list[Any] | None:
    """Return what to search by a rule; None where the customer does not say it."""
    value = str(customer.get(rule) or "")
    email = str(customer.get("email") or "").lower()
    match rule:
        case "external_code" | "code" if value:
            return [["code", "=", value]]
        case "vat_id" if value:
            return [["identifiers.code", "=", compact(value)]]
        case "email" if email:
            return [_mailbox("=", email)]
        case "email_domain_name" if "@" in email:
            domain = email.rpartition("@")[2]
            if domain not in _SHARED_DOMAINS:
                return [_mailbox("ilike", f"%@{domain}"), ["name", "ilike", customer["name"]]]
    return None


def _mailbox(operator: str, value: str) -> list[Any]:
    """Search the contact mechanisms of a party."""
    mechanism = [["type", "=", "email"], ["value", operator, value]]
    return ["contact_mechanisms", "where", mechanism]


def compact(vat_id: str) -> str:
    """Return a VAT number as Tryton stores it: no blanks, no dots."""
    return "".join(one for one in vat_id.upper() if one.isalnum())


def make_party(office: Office, customer: Mapping[str, Any]) -> int:
    """Make a party with its address, VAT number and mailbox."""
    values: dict[str, Any] = {
        "name": customer["name"],
        "code": customer.get("external_code") or customer["code"],
        "addresses": [["create", [_address(office, customer)]]],
    }
    if customer.get("vat_id"):
        identifier = {"type": "eu_vat", "code": compact(str(customer["vat_id"]))}
        values["identifiers"] = [["create", [identifier]]]
    if reached := _mechanisms(customer):
        values["contact_mechanisms"] = [["create", reached]]
    return int(office.changes("model.party.party.create", [values])[0])


def change_party(office: Office, ident: int, customer: Mapping[str, Any]) -> None:
    """Give a party the name and the address of the customer; what Tryton adds to it stays."""
    found = office.only("party.party", ident, ["name", "addresses"])
    values: dict[str, Any] = {}
    if found["name"] != customer["name"]:
        values["name"] = customer["name"]
    if "address" in customer:
        address = _address(office, customer)
        if found["addresses"]:
            values["addresses"] = [["write", [found["addresses"][0]], address]]
        else:
            values["addresses"] = [["create", [address]]]
    if values:
        office.changes("model.party.party.write", [ident], values)


def _address(office: Office, customer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an address; an empty one where nothing is known: an invoice needs it."""
    given = customer.get("address")
    if not given:
        return {}
    countries = office.known("country.country", [["code", "=", given["country"]]], ["code"])
    return {
        "street": "\n".join(filter(None, [given["line1"], given.get("line2")])),
        "postal_code": given["postal_code"],
        "city": given["city"],
        "country": countries[0]["id"] if countries else None,
    }


def _mechanisms(customer: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return how a customer is reached."""
    return [
        {"type": kind, "value": str(customer[kind])}
        for kind in ("email", "phone")
        if customer.get(kind)
    ]
