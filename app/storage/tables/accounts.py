"""Accounts, their contacts and the holders of their tickets."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, UniqueConstraint, text

from app.domain.accounts import AccountKind
from app.storage.tables.columns import (
    choice,
    count,
    instant,
    minor,
    one_of,
    reference,
    rule,
    sort_key,
    string,
    tenant_table,
    uuid,
    version,
)

account = tenant_table(
    "account",
    string("code"),
    string("name"),
    sort_key("name"),
    choice("kind", AccountKind),
    string("segment", optional=True),
    string("rep_code", optional=True),
    string("language", optional=True),
    string("vat_id", optional=True),
    string("street", optional=True),
    string("postal_code", optional=True),
    string("city", optional=True),
    string("country", optional=True),
    string("email", optional=True),
    string("phone", optional=True),
    count("payment_term_days"),
    uuid("price_list_id", optional=True),
    minor("credit_limit_minor", optional=True),
    string("currency"),
    Column("is_active", Boolean, nullable=False),
    version(),
    instant("created_at"),
    string("external_code", optional=True),
    UniqueConstraint("organisation_id", "code"),
    reference("price_list_id", "price_list"),
    one_of("kind", AccountKind),
    rule("payment_term_within_bounds", "payment_term_days BETWEEN 0 AND 365"),
    Index("ix_account_name", "organisation_id", "name_key", "id"),
    Index("ix_account_created", "organisation_id", "created_at", "id"),
)

contact = tenant_table(
    "contact",
    uuid("account_id"),
    string("first_name"),
    string("last_name"),
    sort_key("last_name"),
    string("position", optional=True),
    string("language", optional=True),
    string("email", optional=True),
    string("phone", optional=True),
    Column("is_default", Boolean, nullable=False),
    version(),
    instant("created_at"),
    reference("account_id", "account"),
    Index(
        "uq_contact_default",
        "organisation_id",
        "account_id",
        unique=True,
        postgresql_where=text("is_default"),
    ),
    Index("ix_contact_account", "organisation_id", "account_id", "created_at", "id"),
    Index("ix_contact_last_name", "organisation_id", "last_name_key", "id"),
    Index("ix_contact_created", "organisation_id", "created_at", "id"),
)

ticket_holder = tenant_table(
    "ticket_holder",
    uuid("account_id"),
    string("first_name"),
    string("last_name"),
    sort_key("last_name"),
    string("email", optional=True),
    string("phone", optional=True),
    version(),
    instant("created_at"),
    reference("account_id", "account"),
    Index("ix_ticket_holder_account", "organisation_id", "account_id", "created_at", "id"),
    Index("ix_ticket_holder_last_name", "organisation_id", "last_name_key", "id"),
    Index("ix_ticket_holder_created", "organisation_id", "created_at", "id"),
)
