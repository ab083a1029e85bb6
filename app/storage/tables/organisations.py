"""Clubs and the tokens that open a club's data."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, LargeBinary, PrimaryKeyConstraint, Table, Uuid

from app.domain.organisations import (
    CreditLimitPolicy,
    CreditNotes,
    HoldAction,
    PriceBasis,
    VatRounding,
)
from app.domain.payments import CreditSettlement, PaymentMatching
from app.domain.permissions import Role
from app.storage.tables.columns import (
    choice,
    count,
    instant,
    metadata,
    minor,
    one_of,
    reference,
    rule,
    string,
    tenant_table,
    uuid,
    version,
)

organisation = Table(
    "organisation",
    metadata,
    Column("id", Uuid, nullable=False),
    Column("code", string("code").type, nullable=False, unique=True),
    string("name"),
    string("country"),
    string("currency"),
    string("time_zone"),
    string("language"),
    string("vat_id", optional=True),
    choice("price_basis", PriceBasis),
    choice("vat_rounding", VatRounding),
    choice("credit_limit_policy", CreditLimitPolicy),
    choice("hold_action", HoldAction),
    count("draft_hold_days", optional=True),
    count("proposal_hold_days"),
    count("basket_hold_minutes"),
    count("hold_reminder_days"),
    choice("credit_notes", CreditNotes),
    choice("credit_settlement", CreditSettlement),
    choice("payment_matching", PaymentMatching),
    minor("payment_tolerance_minor"),
    minor("document_tolerance_minor"),
    count("claim_lease_minutes"),
    Column("closed_through_on", Date),
    version(),
    instant("created_at"),
    PrimaryKeyConstraint("id"),
    one_of("price_basis", PriceBasis),
    one_of("vat_rounding", VatRounding),
    one_of("credit_limit_policy", CreditLimitPolicy),
    one_of("hold_action", HoldAction),
    one_of("credit_notes", CreditNotes),
    one_of("credit_settlement", CreditSettlement),
    one_of("payment_matching", PaymentMatching),
)

access_token = tenant_table(
    "access_token",
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    string("label"),
    choice("role", Role),
    uuid("account_id", optional=True),
    Column("is_revoked", Boolean, nullable=False),
    instant("created_at"),
    instant("expires_at", optional=True),
    version(),
    reference("account_id", "account"),
    one_of("role", Role),
    rule("portal_has_account", "(role = 'portal') = (account_id IS NOT NULL)"),
    Index("ix_access_token_created", "organisation_id", "created_at", "id"),
)
