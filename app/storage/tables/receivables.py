"""What became of invoices: their facts, their documents, and the files that came with these."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Date, Index, LargeBinary, UniqueConstraint, text

from app.domain.documents import DocumentState, DocumentType
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

receivable = tenant_table(
    "receivable",
    uuid("invoice_id"),
    uuid("sale_id"),
    uuid("account_id"),
    string("currency"),
    string("claimed_by", optional=True),
    instant("claimed_at", optional=True),
    instant("claim_expires_at", optional=True),
    uuid("document_id", optional=True),
    choice("document_state", DocumentState, optional=True),
    string("document_no", optional=True),
    Column("issued_on", Date),
    Column("due_on", Date),
    Column("is_waiting", Boolean, nullable=False),
    minor("entered_minor"),
    minor("noted_minor"),
    minor("paid_minor"),
    minor("credited_minor"),
    minor("used_minor"),
    minor("rounded_minor"),
    minor("written_off_minor"),
    reference("invoice_id", "invoice"),
    reference("sale_id", "sale"),
    reference("account_id", "account"),
    reference("document_id", "invoice_document"),
    one_of("document_state", DocumentState),
    rule(
        "allocated_is_not_negative", "paid_minor >= 0 AND credited_minor >= 0 AND used_minor >= 0"
    ),
    Index("ix_receivable_sale", "organisation_id", "sale_id"),
    Index("ix_receivable_account", "organisation_id", "account_id", "invoice_id"),
    Index(
        "ix_receivable_unsettled",
        "organisation_id",
        "account_id",
        "due_on",
        postgresql_where=text(
            "entered_minor + rounded_minor - written_off_minor - paid_minor - credited_minor"
            " + used_minor <> 0"
        ),
    ),
    key=("invoice_id",),
)

stored_file = tenant_table(
    "stored_file",
    string("name"),
    string("media_type"),
    Column("size_bytes", BigInteger, nullable=False),
    string("sha256"),
    Column("content", LargeBinary, nullable=False, info={"read_apart": True}),
    instant("created_at"),
)

document_source = tenant_table(
    "document_source",
    string("code"),
    string("name"),
    minor("tolerance_minor"),
    Column("is_active", Boolean, nullable=False),
    version(),
    instant("created_at"),
    UniqueConstraint("organisation_id", "code"),
    rule("tolerance_is_not_negative", "tolerance_minor >= 0"),
)

invoice_document = tenant_table(
    "invoice_document",
    uuid("invoice_id"),
    uuid("sale_id"),
    uuid("account_id"),
    string("source"),
    choice("type", DocumentType),
    choice("state", DocumentState),
    string("number"),
    Column("issued_on", Date, nullable=False),
    Column("due_on", Date),
    string("reference", optional=True),
    string("reference_key", optional=True),
    minor("net_minor"),
    minor("vat_minor"),
    minor("gross_minor"),
    minor("rounding_minor"),
    string("currency"),
    uuid("file_id", optional=True),
    instant("created_at"),
    string("decided_by", optional=True),
    instant("decided_at", optional=True),
    string("decided_reason", optional=True),
    reference("invoice_id", "invoice"),
    reference("sale_id", "sale"),
    reference("account_id", "account"),
    reference("file_id", "stored_file"),
    one_of("type", DocumentType),
    one_of("state", DocumentState),
    rule("gross_is_net_plus_vat", "gross_minor = net_minor + vat_minor"),
    Index(
        "uq_invoice_document_number",
        "organisation_id",
        "source",
        "number",
        unique=True,
        postgresql_where=text("state IN ('ACCEPTED', 'MISMATCH')"),
    ),
    Index(
        "uq_invoice_document_current",
        "organisation_id",
        "invoice_id",
        unique=True,
        postgresql_where=text("state <> 'REJECTED'"),
    ),
    Index("ix_invoice_document_invoice", "organisation_id", "invoice_id", "created_at", "id"),
    Index("ix_invoice_document_sale", "organisation_id", "sale_id"),
    Index("ix_invoice_document_account", "organisation_id", "account_id", "id"),
    Index("ix_invoice_document_reference", "organisation_id", "reference_key"),
    Index("ix_invoice_document_created", "organisation_id", "created_at", "id"),
    Index("ix_invoice_document_issued", "organisation_id", "issued_on", "id"),
)
