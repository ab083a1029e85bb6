"""Organisations: creating a club with its VAT rules, and changing its settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.commands.execution import Outcome
from app.commands.register import check_version
from app.commands.vat_rules import seed_vat_rules
from app.domain.errors import ErrorCode
from app.domain.names import camel
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
from app.domain.permissions import Permission, require
from app.domain.validation import Check, compact_vat_id
from app.storage.organisations import (
    REQUIRED,
    insert_organisation,
    read_organisation,
    update_organisation,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.domain.permissions import Actor
    from app.storage.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewOrganisation:
    """What a club is created with; everything else takes defaults that it can change later."""

    code: str
    name: str
    country: str
    currency: str
    time_zone: str
    language: str
    vat_id: str | None = None


@dataclass(frozen=True, slots=True)
class EditOrganisation:
    """Settings to change, at the version they were read."""

    expected_version: int
    values: Mapping[str, object]


def add_organisation(work: UnitOfWork, request: NewOrganisation) -> Organisation:
    """Create the club that the unit of work was opened for, with VAT rules to begin with.

    Refuses everything that is wrong with it at once.
    """
    organisation = Organisation(
        id=work.organisation_id,
        code=request.code,
        name=request.name,
        country=request.country,
        currency=request.currency,
        time_zone=request.time_zone,
        language=request.language,
        vat_id=request.vat_id,
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
        created_at=work.now,
    )
    organisation = _completed(organisation)
    check = Check()
    check_organisation(organisation, check)
    check.refuse_if_any()
    insert_organisation(work.connection, organisation)
    work.record("organisation", organisation.id, "organisation.created", None, organisation)
    seed_vat_rules(work)
    return organisation


def edit_organisation(work: UnitOfWork, actor: Actor, request: EditOrganisation) -> Outcome:
    """Change a club's settings; Sales that exist keep what they were made with."""
    require(actor, Permission.ORGANISATION_CHANGE)
    before = read_organisation(work, lock=True)
    check_version(before.version, request.expected_version)
    check = Check()
    for name in REQUIRED & request.values.keys():
        if request.values[name] is None:
            check.add(ErrorCode.INPUT_INVALID, f"{camel(name)} must not be empty", camel(name))
    check.refuse_if_any()
    after = _completed(replace(before, **request.values))  # type: ignore[arg-type]
    check_organisation(after, check)
    check.refuse_if_any()
    if after != before:
        after = replace(after, version=before.version + 1)
        update_organisation(work, after)
        work.record("organisation", after.id, "organisation.changed", before, after)
    return Outcome({"organisation": before.id})


def _completed(organisation: Organisation) -> Organisation:
    """Bring the VAT id into the form in which it is kept."""
    vat_id = compact_vat_id(organisation.vat_id, organisation.country)
    return replace(organisation, vat_id=vat_id)
