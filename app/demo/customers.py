"""The demo club's accounts with their contacts and ticket holders, drawn by lot."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from app.demo.names import (
    CITIES,
    FIRST_NAMES,
    LANGUAGES,
    LAST_NAMES,
    LEGAL_FORMS,
    POSITIONS,
    STREETS,
    companies,
    valid_vat_id,
)
from app.domain.accounts import AccountKind

COMPANIES = 112
PERSONS = 18
_COUNTRIES = ("BE",) * 16 + ("NL", "NL", "DE", "FR")
_SEGMENTS = ("PARTNER", "SME", "SME", "CORPORATE", "PUBLIC")
_TERMS_DAYS = (30, 30, 30, 14, 60)
REPS = ("HV", "SD", "MK")
"""The sales reps who look after the accounts."""
_LIMIT_MINOR = 40_000_00
HOLDERS_EVERY = 4
"""Every so many accounts have ticket holders."""


@dataclass(frozen=True, slots=True)
class Customer:
    """An account with its people, as values of their fields."""

    account: dict[str, object]
    contacts: tuple[dict[str, object], ...]
    holders: tuple[dict[str, object], ...]

    @property
    def code(self) -> str:
        """Return the account's code."""
        return str(self.account["code"])

    @property
    def is_business(self) -> bool:
        """Tell a company from a private person."""
        return self.account["kind"] is AccountKind.BUSINESS


def customers() -> list[Customer]:
    """Draw all accounts: companies first, then private persons."""
    lot = Random("customers of the demo club")
    names = companies(lot)
    drawn = [_company(number, next(names), lot) for number in range(1, COMPANIES + 1)]
    for number in range(COMPANIES + 1, COMPANIES + PERSONS + 1):
        person = _person(number, lot)
        while any(one.account["name"] == person.account["name"] for one in drawn):
            person = _person(number, lot)
        drawn.append(person)
    return drawn


def _company(number: int, name: str, lot: Random) -> Customer:
    """Draw a company."""
    country = lot.choice(_COUNTRIES)
    domain = name.lower().replace(" ", "-") + ".example"
    account = {
        **_address(number, country, lot),
        "name": f"{name} {lot.choice(LEGAL_FORMS[country])}",
        "kind": AccountKind.BUSINESS,
        "segment": lot.choice(_SEGMENTS),
        "vat_id": valid_vat_id(country, number),
        "email": f"info@{domain}",
        "payment_term_days": lot.choice(_TERMS_DAYS),
        "price_list": "B2B",
        "credit_limit_minor": _LIMIT_MINOR if lot.random() < 0.1 else None,  # noqa: PLR2004 - one in ten
    }
    people = [_named(lot, domain) for _ in range(lot.choice((1, 1, 2, 3)))]
    contacts = tuple(
        person | {"position": lot.choice(POSITIONS), "language": account["language"]}
        for person in people
    )
    holders = tuple(_named(lot, domain) for _ in range(4 if number % HOLDERS_EVERY == 0 else 0))
    return Customer(account, contacts, holders)


def _person(number: int, lot: Random) -> Customer:
    """Draw a private person, who is their own contact."""
    person = _named(lot, "post.example")
    account = {
        **_address(number, "BE", lot),
        "name": f"{person['first_name']} {person['last_name']}",
        "kind": AccountKind.PERSON,
        "segment": "PRIVATE",
        "email": person["email"],
        "payment_term_days": 14,
        "price_list": "PUBLIC",
    }
    return Customer(account, (person,), (person,) if number % HOLDERS_EVERY == 0 else ())


def _address(number: int, country: str, lot: Random) -> dict[str, object]:
    """Draw what all accounts have."""
    postal_code, city = lot.choice(CITIES[country])
    return {
        "code": f"A-{number:04d}",
        "language": LANGUAGES[country],
        "street": f"{lot.choice(STREETS)} {lot.randint(1, 180)}",
        "postal_code": postal_code,
        "city": city,
        "country": country,
        "rep_code": lot.choice(REPS),
        "currency": "EUR",
        "is_active": True,
    }


def _named(lot: Random, domain: str) -> dict[str, object]:
    """Draw a person with an address that no mail server has."""
    first, last = lot.choice(FIRST_NAMES), lot.choice(LAST_NAMES)
    local = f"{first}.{last}".lower().replace("é", "e")
    return {"first_name": first, "last_name": last, "email": f"{local}@{domain}"}
