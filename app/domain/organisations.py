"""An organisation is one club: its settings decide the defaults of everything it sells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from app.domain.payments import CreditSettlement, PaymentMatching
    from app.domain.validation import Check


class PriceBasis(StrEnum):
    """Whether the amounts that people type are before or after VAT."""

    NET = "NET"
    GROSS = "GROSS"


class VatRounding(StrEnum):
    """How the VAT of several documents relates to the VAT of their Sale.

    SALE_EXACT corrects documents by single minor units until they sum to the Sale's VAT;
    PER_DOCUMENT rounds each document alone and lets the Sale's VAT be their sum.
    """

    SALE_EXACT = "SALE_EXACT"
    PER_DOCUMENT = "PER_DOCUMENT"


class CreditNotes(StrEnum):
    """How many credit notes a cancellation makes; their amounts together are the same."""

    PER_DOCUMENT = "PER_DOCUMENT"
    PER_CANCELLATION = "PER_CANCELLATION"


class CreditLimitPolicy(StrEnum):
    """What exceeding an account's credit limit does to finalising."""

    WARN = "WARN"
    BLOCK = "BLOCK"


class HoldAction(StrEnum):
    """What happens when the hold of a Draft ends: free its inventory, or keep it."""

    RELEASE = "RELEASE"
    KEEP = "KEEP"


@dataclass(frozen=True, slots=True)
class Organisation:
    """A club with its defaults; `draft_hold_days` None means that Drafts hold without end.

    The tolerances are the amounts up to which a payment or a document may miss its invoice. Nothing
    is posted on or before `closed_through_on`, which only closing a period changes.
    """

    id: UUID
    code: str
    name: str
    country: str
    currency: str
    time_zone: str
    language: str
    vat_id: str | None
    price_basis: PriceBasis
    vat_rounding: VatRounding
    credit_limit_policy: CreditLimitPolicy
    hold_action: HoldAction
    draft_hold_days: int | None
    proposal_hold_days: int
    basket_hold_minutes: int
    hold_reminder_days: int
    credit_notes: CreditNotes
    credit_settlement: CreditSettlement
    payment_matching: PaymentMatching
    payment_tolerance_minor: int
    document_tolerance_minor: int
    claim_lease_minutes: int
    closed_through_on: date | None
    version: int
    created_at: datetime


def check_organisation(organisation: Organisation, check: Check) -> None:
    """Collect what is wrong with an organisation's settings."""
    check.code("code", organisation.code)
    check.text("name", organisation.name)
    check.country("country", organisation.country)
    check.currency("currency", organisation.currency)
    check.language("language", organisation.language)
    check.time_zone("timeZone", organisation.time_zone)
    check.vat_id("vatId", organisation.vat_id, organisation.country)
    check.whole("draftHoldDays", organisation.draft_hold_days, 1, 730)
    check.whole("proposalHoldDays", organisation.proposal_hold_days, 1, 730)
    check.whole("basketHoldMinutes", organisation.basket_hold_minutes, 1, 1440)
    check.whole("holdReminderDays", organisation.hold_reminder_days, 0, 60)
    check.whole("claimLeaseMinutes", organisation.claim_lease_minutes, 1, 10_080)
    check.whole("paymentToleranceMinor", organisation.payment_tolerance_minor, 0, 10_000)
    check.whole("documentToleranceMinor", organisation.document_tolerance_minor, 0, 10_000)
