"""Payments, refunds, what they settle, and the ledger that books them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, UniqueConstraint, text

from app.domain.ledger import EntryType
from app.domain.payments import PaymentMethod, RefundStatus
from app.storage.tables.columns import (
    choice,
    instant,
    minor,
    one_of,
    reference,
    rule,
    string,
    tenant_table,
    uuid,
    version,
)

payment = tenant_table(
    "payment",
    uuid("account_id"),
    choice("method", PaymentMethod),
    Column("received_on", Date, nullable=False),
    minor("amount_minor"),
    string("currency"),
    string("source"),
    string("external_id", optional=True),
    string("reference", optional=True),
    minor("left_minor"),
    minor("refunded_minor"),
    string("created_by"),
    instant("created_at"),
    instant("reversed_at", optional=True),
    string("reversed_reason", optional=True),
    reference("account_id", "account"),
    one_of("method", PaymentMethod),
    rule("amount_is_positive", "amount_minor > 0"),
    rule("left_is_part", "left_minor BETWEEN 0 AND amount_minor"),
    rule("refunded_is_part", "refunded_minor BETWEEN 0 AND amount_minor"),
    Index(
        "uq_payment_external_id",
        "organisation_id",
        "source",
        "external_id",
        unique=True,
        postgresql_where=text("external_id IS NOT NULL"),
    ),
    Index("ix_payment_account", "organisation_id", "account_id", "received_on", "id"),
    Index("ix_payment_created", "organisation_id", "created_at", "id"),
    Index("ix_payment_received", "organisation_id", "received_on", "id"),
    Index(
        "ix_payment_left",
        "organisation_id",
        "account_id",
        postgresql_where=text("left_minor > 0"),
    ),
)

refund = tenant_table(
    "refund",
    uuid("account_id"),
    uuid("payment_id", optional=True),
    choice("status", RefundStatus),
    minor("amount_minor"),
    string("currency"),
    string("reason"),
    string("external_id", optional=True),
    string("failure", optional=True),
    version(),
    string("created_by"),
    instant("created_at"),
    instant("updated_at"),
    reference("account_id", "account"),
    reference("payment_id", "payment"),
    one_of("status", RefundStatus),
    rule("amount_is_positive", "amount_minor > 0"),
    Index("ix_refund_account", "organisation_id", "account_id", "id"),
    Index("ix_refund_payment", "organisation_id", "payment_id", "created_at", "id"),
    Index("ix_refund_created", "organisation_id", "created_at", "id"),
)

payment_allocation = tenant_table(
    "payment_allocation",
    uuid("account_id"),
    uuid("payment_id", optional=True),
    uuid("credit_id", optional=True),
    uuid("invoice_id", optional=True),
    uuid("refund_id", optional=True),
    minor("amount_minor"),
    string("currency"),
    Column("posted_on", Date, nullable=False),
    instant("created_at"),
    reference("account_id", "account"),
    reference("payment_id", "payment"),
    reference("credit_id", "invoice"),
    reference("invoice_id", "invoice"),
    reference("refund_id", "refund"),
    rule("amount_is_not_zero", "amount_minor <> 0"),
    rule("one_source", "num_nonnulls(payment_id, credit_id) = 1"),
    rule("one_target", "num_nonnulls(invoice_id, refund_id) = 1"),
    Index("ix_payment_allocation_payment", "organisation_id", "payment_id", "id"),
    Index("ix_payment_allocation_credit", "organisation_id", "credit_id", "id"),
    Index("ix_payment_allocation_invoice", "organisation_id", "invoice_id", "id"),
    Index("ix_payment_allocation_refund", "organisation_id", "refund_id", "id"),
    Index("ix_payment_allocation_account", "organisation_id", "account_id", "id"),
)

ledger_entry = tenant_table(
    "ledger_entry",
    uuid("account_id"),
    choice("type", EntryType),
    minor("amount_minor"),
    string("currency"),
    Column("posted_on", Date, nullable=False),
    Column("document_on", Date, nullable=False),
    uuid("sale_id", optional=True),
    uuid("invoice_id", optional=True),
    uuid("payment_id", optional=True),
    uuid("refund_id", optional=True),
    string("note", optional=True),
    string("created_by"),
    instant("created_at"),
    reference("account_id", "account"),
    reference("sale_id", "sale"),
    reference("invoice_id", "invoice"),
    reference("payment_id", "payment"),
    reference("refund_id", "refund"),
    one_of("type", EntryType),
    rule("amount_is_not_zero", "amount_minor <> 0"),
    Index("ix_ledger_entry_account", "organisation_id", "account_id", "posted_on", "id"),
    Index("ix_ledger_entry_posted", "organisation_id", "posted_on", "id"),
    Index("ix_ledger_entry_created", "organisation_id", "created_at", "id"),
    Index("ix_ledger_entry_invoice", "organisation_id", "invoice_id"),
    Index("ix_ledger_entry_sale", "organisation_id", "sale_id"),
    Index("ix_ledger_entry_payment", "organisation_id", "payment_id"),
    Index("ix_ledger_entry_refund", "organisation_id", "refund_id"),
)
"""Never updated; `triggers` refuses it."""

ledger_pending = tenant_table(
    "ledger_pending",
    uuid("entry_id"),
    reference("entry_id", "ledger_entry"),
    key=("entry_id",),
)
"""Entries that wait to be sealed."""

ledger_seal = tenant_table(
    "ledger_seal",
    Column("sequence_no", BigInteger, nullable=False),
    uuid("entry_id"),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    instant("sealed_at"),
    reference("entry_id", "ledger_entry"),
    UniqueConstraint("organisation_id", "entry_id"),
    key=("sequence_no",),
)
"""The chain of entries, as `audit_seal` is that of the audit."""
