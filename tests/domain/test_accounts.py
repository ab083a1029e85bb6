"""Accounts, contacts and ticket holders: what is wrong with them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.domain.accounts import (
    Contact,
    TicketHolder,
    check_account,
    check_account_change,
    check_contact,
    check_default_contact,
    check_ticket_holder,
)
from app.domain.validation import Check
from tests.domain.sale_states import account_of

NOW = datetime(2026, 8, 1, tzinfo=UTC)
ID = UUID(int=1)
ACCOUNT = account_of(id=ID, vat_id="BE0403019261")
CONTACT = Contact(ID, ID, "An", "Peeters", None, None, None, None, True, 1, NOW)  # noqa: FBT003 - the default one
HOLDER = TicketHolder(ID, ID, "An", "Peeters", None, None, 1, NOW)


def faults(check: Check) -> list[tuple[str, ...]]:
    return [(violation.code.value, *violation.path) for violation in check.violations]


def test_a_complete_account_has_no_fault() -> None:
    check = Check()
    check_account(ACCOUNT, check)
    check_account(replace(ACCOUNT, language=None, country=None, vat_id=None), check)
    assert faults(check) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"code": ""}, ("CODE_INVALID", "code")),
        ({"name": "\x00"}, ("INPUT_INVALID", "name")),
        ({"name": "\ud800"}, ("INPUT_INVALID", "name")),
        ({"segment": "x" * 201}, ("TEXT_TOO_LONG", "segment")),
        ({"rep_code": "x" * 201}, ("TEXT_TOO_LONG", "repCode")),
        ({"postal_code": "x" * 201}, ("TEXT_TOO_LONG", "postalCode")),
        ({"language": "nl-BE"}, ("LANGUAGE_UNKNOWN", "language")),
        ({"country": "Belgium", "vat_id": None}, ("COUNTRY_UNKNOWN", "country")),
        ({"vat_id": "BE0403019262"}, ("VAT_ID_INVALID", "vatId")),
        ({"email": "a@b"}, ("EMAIL_INVALID", "email")),
        ({"payment_term_days": 366}, ("INPUT_INVALID", "paymentTermDays")),
        ({"credit_limit_minor": -1}, ("AMOUNT_NEGATIVE", "creditLimit")),
        ({"credit_limit_minor": 2**53}, ("AMOUNT_TOO_LARGE", "creditLimit")),
        ({"currency": "EURO"}, ("CURRENCY_UNKNOWN", "currency")),
    ],
)
def test_each_fault_of_an_account_names_its_field(
    change: dict[str, Any], fault: tuple[str, ...]
) -> None:
    check = Check()
    check_account(replace(ACCOUNT, **change), check)
    assert faults(check) == [fault]


def test_the_currency_of_an_account_stays() -> None:
    check = Check()
    check_account_change(ACCOUNT, replace(ACCOUNT, name="Other"), check)
    assert faults(check) == []
    check_account_change(ACCOUNT, replace(ACCOUNT, currency="USD"), check)
    assert faults(check) == [("CURRENCY_MIXED", "creditLimit", "currency")]


def test_what_a_final_sale_needs_is_listed() -> None:
    assert ACCOUNT.missing_for_final(has_default_contact=True) == ()
    bare = replace(ACCOUNT, street=None, city="", language=None)
    missing = bare.missing_for_final(has_default_contact=False)
    assert missing == ("street", "city", "language", "a default contact")


def test_each_fault_of_a_contact_names_its_field() -> None:
    check = Check()
    check_contact(CONTACT, check)
    check_contact(replace(CONTACT, language="fr"), check)
    assert faults(check) == []
    wrong = replace(
        CONTACT, first_name=" ", last_name="", position="x" * 201, phone="\x01", email="x"
    )
    check_contact(replace(wrong, language="xx"), check)
    assert faults(check) == [
        ("TEXT_REQUIRED", "firstName"),
        ("TEXT_REQUIRED", "lastName"),
        ("TEXT_TOO_LONG", "position"),
        ("INPUT_INVALID", "phone"),
        ("EMAIL_INVALID", "email"),
        ("LANGUAGE_UNKNOWN", "language"),
    ]


def test_the_default_contact_keeps_its_mark_until_another_takes_it() -> None:
    other = replace(CONTACT, is_default=False)
    check = Check()
    check_default_contact(None, other, check)
    check_default_contact(other, CONTACT, check)
    check_default_contact(CONTACT, CONTACT, check)
    check_default_contact(other, other, check)
    assert faults(check) == []
    check_default_contact(CONTACT, other, check)
    assert faults(check) == [("INPUT_INVALID", "isDefault")]


def test_each_fault_of_a_ticket_holder_names_its_field() -> None:
    check = Check()
    check_ticket_holder(HOLDER, check)
    assert faults(check) == []
    wrong = replace(HOLDER, first_name="", last_name="x" * 201, phone="\x7f", email="a b@c.d")
    check_ticket_holder(wrong, check)
    assert faults(check) == [
        ("TEXT_REQUIRED", "firstName"),
        ("TEXT_TOO_LONG", "lastName"),
        ("INPUT_INVALID", "phone"),
        ("EMAIL_INVALID", "email"),
    ]
