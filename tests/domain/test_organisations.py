"""The settings of a club: what is wrong with them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.domain.organisations import (
    CreditLimitPolicy,
    CreditNotes,
    HoldAction,
    Organisation,
    PriceBasis,
    VatRounding,
    check_organisation,
)
from app.domain.payments import CreditSettlement, PaymentMatching
from app.domain.validation import Check

CLUB = Organisation(
    id=UUID(int=1),
    code="club",
    name="Club",
    country="GR",
    currency="EUR",
    time_zone="Europe/Athens",
    language="el",
    vat_id=None,
    price_basis=PriceBasis.NET,
    vat_rounding=VatRounding.SALE_EXACT,
    credit_limit_policy=CreditLimitPolicy.WARN,
    hold_action=HoldAction.RELEASE,
    draft_hold_days=30,
    proposal_hold_days=14,
    basket_hold_minutes=15,
    hold_reminder_days=3,
    credit_notes=CreditNotes.PER_DOCUMENT,
    credit_settlement=CreditSettlement.KEEP,
    payment_matching=PaymentMatching.REFERENCE,
    payment_tolerance_minor=5,
    document_tolerance_minor=5,
    claim_lease_minutes=60,
    closed_through_on=None,
    version=1,
    created_at=datetime(2026, 8, 1, tzinfo=UTC),
)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"draft_hold_days": None},
        {"vat_id": "EL094259216"},
        {"country": "CH", "vat_id": "CHE-123.456.788"},
        {"draft_hold_days": 730, "basket_hold_minutes": 1440, "hold_reminder_days": 0},
    ],
)
def test_settings_that_make_sense_have_no_fault(change: dict[str, Any]) -> None:
    check = Check()
    check_organisation(replace(CLUB, **change), check)
    assert check.violations == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"code": "a b"}, ("CODE_INVALID", "code")),
        ({"name": ""}, ("TEXT_REQUIRED", "name")),
        ({"country": "EL"}, ("COUNTRY_UNKNOWN", "country")),
        ({"currency": "XXX"}, ("CURRENCY_UNKNOWN", "currency")),
        ({"language": "gr"}, ("LANGUAGE_UNKNOWN", "language")),
        ({"time_zone": "Athens"}, ("TIME_ZONE_UNKNOWN", "timeZone")),
        ({"vat_id": "EL094259217"}, ("VAT_ID_INVALID", "vatId")),
        ({"draft_hold_days": 0}, ("INPUT_INVALID", "draftHoldDays")),
        ({"proposal_hold_days": 731}, ("INPUT_INVALID", "proposalHoldDays")),
        ({"basket_hold_minutes": 1441}, ("INPUT_INVALID", "basketHoldMinutes")),
        ({"hold_reminder_days": 61}, ("INPUT_INVALID", "holdReminderDays")),
    ],
)
def test_each_fault_of_the_settings_names_its_field(
    change: dict[str, Any], fault: tuple[str, str]
) -> None:
    check = Check()
    check_organisation(replace(CLUB, **change), check)
    assert [(v.code.value, *v.path) for v in check.violations] == [fault]
