"""Cancellations, documents, payments and the receivables ledger.

Revision: 0003, after 0002. Rows that were there get what they had in effect: nothing cancelled, and
every cell and VAT its own original.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.storage.triggers import LEDGER_TRIGGERS, LEDGER_TRIGGERS_UNDONE

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SETTINGS: dict[str, tuple[sa.Text | sa.BigInteger | sa.Integer, str]] = {
    "credit_notes": (sa.Text(), "PER_DOCUMENT"),
    "credit_settlement": (sa.Text(), "KEEP"),
    "payment_matching": (sa.Text(), "REFERENCE"),
    "payment_tolerance_minor": (sa.BigInteger(), "5"),
    "document_tolerance_minor": (sa.BigInteger(), "5"),
    "claim_lease_minutes": (sa.Integer(), "60"),
}
COUNTS = {
    "quantity_cancelled": sa.Integer(),
    "cancelled_count": sa.Integer(),
    "cancelled_minor": sa.BigInteger(),
}
KEYS = {
    "invoice_line": ["component_id"],
    "invoice_vat": ["vat_category", "rate_bp"],
}


def upgrade() -> None:
    _create_tables()
    for name, (kind, value) in SETTINGS.items():
        op.add_column("organisation", sa.Column(name, kind, nullable=False, server_default=value))
        op.alter_column("organisation", name, server_default=None)
    op.add_column("organisation", sa.Column("closed_through_on", sa.Date(), nullable=True))
    op.add_column("account", sa.Column("external_code", sa.Text(), nullable=True))
    for name, condition in {
        "credit_notes": "credit_notes IN ('PER_DOCUMENT', 'PER_CANCELLATION')",
        "credit_settlement": "credit_settlement IN ('KEEP', 'OFFSET_OLDEST', 'REFUND')",
        "payment_matching": "payment_matching IN ('REFERENCE', 'FIFO')",
    }.items():
        op.create_check_constraint(op.f(f"ck_organisation_{name}_known"), "organisation", condition)
    for name, count in COUNTS.items():
        op.add_column("sale_line", sa.Column(name, count, nullable=False, server_default="0"))
        op.alter_column("sale_line", name, server_default=None)
    op.create_check_constraint(
        op.f("ck_sale_line_cancelled_is_part"),
        "sale_line",
        "quantity_cancelled BETWEEN 0 AND quantity",
    )
    for name, target in {
        "cancellation_id": "cancellation",
        "replaces_invoice_id": "invoice",
    }.items():
        op.add_column("invoice", sa.Column(name, sa.Uuid(), nullable=True))
        index = f"ix_invoice_{name.split('_')[0]}"
        op.create_index(index, "invoice", ["organisation_id", name], unique=False)
        op.create_foreign_key(
            op.f(f"fk_invoice_organisation_id_{name}"),
            "invoice",
            target,
            ["organisation_id", name],
            ["organisation_id", "id"],
        )
    for table, key in KEYS.items():
        _add_original(table, key)
    for statement in LEDGER_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    for statement in LEDGER_TRIGGERS_UNDONE:
        op.execute(statement)
    for table, key in KEYS.items():
        op.drop_constraint(op.f(f"pk_{table}"), table)
        op.drop_column(table, "original_invoice_id")
        op.create_primary_key(op.f(f"pk_{table}"), table, ["organisation_id", "invoice_id", *key])
    op.drop_column("invoice", "replaces_invoice_id")
    op.drop_column("invoice", "cancellation_id")
    for name in COUNTS:
        op.drop_column("sale_line", name)
    op.drop_column("account", "external_code")
    for name in (*SETTINGS, "closed_through_on"):
        op.drop_column("organisation", name)
    for table in (
        "receivable",
        "cancellation_item",
        "cancellation_cell",
        "ledger_entry",
        "ledger_pending",
        "ledger_seal",
        "invoice_document",
        "payment_allocation",
        "event_cancellation_sale",
        "cancellation",
        "refund",
        "payment",
        "event_cancellation",
        "stored_file",
        "document_source",
    ):
        op.drop_table(table)


def _add_original(table: str, key: list[str]) -> None:
    """Say of cells and VAT which invoice they are about; until now each was about its own."""
    op.add_column(table, sa.Column("original_invoice_id", sa.Uuid(), nullable=True))
    op.execute(f"UPDATE {table} SET original_invoice_id = invoice_id")  # noqa: S608 - of KEYS
    op.alter_column(table, "original_invoice_id", nullable=False)
    op.drop_constraint(op.f(f"pk_{table}"), table)
    op.create_primary_key(
        op.f(f"pk_{table}"), table, ["organisation_id", "invoice_id", "original_invoice_id", *key]
    )
    op.create_index(
        f"ix_{table}_original", table, ["organisation_id", "original_invoice_id"], unique=False
    )
    op.create_foreign_key(
        op.f(f"fk_{table}_organisation_id_original_invoice_id"),
        table,
        "invoice",
        ["organisation_id", "original_invoice_id"],
        ["organisation_id", "id"],
    )


def _create_tables() -> None:
    op.create_table(
        "document_source",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tolerance_minor", sa.BigInteger(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "tolerance_minor >= 0", name=op.f("ck_document_source_tolerance_is_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_document_source_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_document_source")),
        sa.UniqueConstraint(
            "organisation_id", "code", name=op.f("uq_document_source_organisation_id_code")
        ),
    )
    op.create_table(
        "ledger_pending",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ledger_pending_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "entry_id", name=op.f("pk_ledger_pending")),
    )
    op.create_table(
        "ledger_seal",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sequence_no", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ledger_seal_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "sequence_no", name=op.f("pk_ledger_seal")),
    )
    op.create_table(
        "stored_file",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_stored_file_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "event_cancellation",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("calendar_item_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("credit_where", sa.Text(), nullable=False),
        sa.Column("credit_notes", sa.Text(), nullable=False),
        sa.Column("settlement", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "credit_notes IN ('PER_DOCUMENT', 'PER_CANCELLATION')",
            name=op.f("ck_event_cancellation_credit_notes_known"),
        ),
        sa.CheckConstraint(
            "credit_where IN ('PROPORTIONAL', 'OPEN_FIRST', 'LAST_FIRST')",
            name=op.f("ck_event_cancellation_credit_where_known"),
        ),
        sa.CheckConstraint(
            "settlement IN ('KEEP', 'OFFSET_OLDEST', 'REFUND')",
            name=op.f("ck_event_cancellation_settlement_known"),
        ),
        sa.CheckConstraint(
            "status IN ('RUNNING', 'DONE', 'DONE_WITH_FAILURES')",
            name=op.f("ck_event_cancellation_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "calendar_item_id"],
            ["calendar_item.organisation_id", "calendar_item.id"],
            name=op.f("fk_event_cancellation_organisation_id_calendar_item_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_event_cancellation_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_event_cancellation")),
    )
    op.create_index(
        "ix_event_cancellation_created",
        "event_cancellation",
        ["organisation_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_event_cancellation_item",
        "event_cancellation",
        ["organisation_id", "calendar_item_id"],
        unique=False,
    )
    op.create_table(
        "payment",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("left_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reversed_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "method IN ('BANK_TRANSFER', 'CARD', 'DIRECT_DEBIT', 'ONLINE', 'CASH', 'OTHER')",
            name=op.f("ck_payment_method_known"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_amount_is_positive")),
        sa.CheckConstraint(
            "left_minor BETWEEN 0 AND amount_minor", name=op.f("ck_payment_left_is_part")
        ),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND amount_minor", name=op.f("ck_payment_refunded_is_part")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_payment_organisation_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_payment_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_payment")),
    )
    op.create_index(
        "ix_payment_account",
        "payment",
        ["organisation_id", "account_id", "received_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_payment_created", "payment", ["organisation_id", "created_at", "id"], unique=False
    )
    op.create_index(
        "ix_payment_left",
        "payment",
        ["organisation_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("left_minor > 0"),
    )
    op.create_index(
        "ix_payment_received", "payment", ["organisation_id", "received_on", "id"], unique=False
    )
    op.create_index(
        "uq_payment_external_id",
        "payment",
        ["organisation_id", "source", "external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_table(
        "refund",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('REQUESTED', 'SENT', 'DONE', 'FAILED')", name=op.f("ck_refund_status_known")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_amount_is_positive")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_refund_organisation_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "payment_id"],
            ["payment.organisation_id", "payment.id"],
            name=op.f("fk_refund_organisation_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_refund_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_refund")),
    )
    op.create_index(
        "ix_refund_account", "refund", ["organisation_id", "account_id", "id"], unique=False
    )
    op.create_index(
        "ix_refund_created", "refund", ["organisation_id", "created_at", "id"], unique=False
    )
    op.create_index("ix_refund_payment", "refund", ["organisation_id", "payment_id"], unique=False)
    op.create_table(
        "cancellation",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("sequence_no", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("credit_where", sa.Text(), nullable=False),
        sa.Column("credit_notes", sa.Text(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("preview_hash", sa.Text(), nullable=False),
        sa.Column("event_cancellation_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "credit_notes IN ('PER_DOCUMENT', 'PER_CANCELLATION')",
            name=op.f("ck_cancellation_credit_notes_known"),
        ),
        sa.CheckConstraint(
            "credit_where IN ('PROPORTIONAL', 'OPEN_FIRST', 'LAST_FIRST')",
            name=op.f("ck_cancellation_credit_where_known"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(undone_at, undone_by, undone_reason) IN (0, 3)",
            name=op.f("ck_cancellation_undone_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "event_cancellation_id"],
            ["event_cancellation.organisation_id", "event_cancellation.id"],
            name=op.f("fk_cancellation_organisation_id_event_cancellation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "sale_id"],
            ["sale.organisation_id", "sale.id"],
            name=op.f("fk_cancellation_organisation_id_sale_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_cancellation_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_cancellation")),
        sa.UniqueConstraint(
            "organisation_id",
            "sale_id",
            "sequence_no",
            name=op.f("uq_cancellation_organisation_id_sale_id_sequence_no"),
        ),
    )
    op.create_index(
        "ix_cancellation_created",
        "cancellation",
        ["organisation_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "event_cancellation_sale",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("event_cancellation_id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("cancellation_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('WAITING', 'DONE', 'SKIPPED', 'FAILED')",
            name=op.f("ck_event_cancellation_sale_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "cancellation_id"],
            ["cancellation.organisation_id", "cancellation.id"],
            name=op.f("fk_event_cancellation_sale_organisation_id_cancellation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "event_cancellation_id"],
            ["event_cancellation.organisation_id", "event_cancellation.id"],
            name=op.f("fk_event_cancellation_sale_organisation_id_event_cancellation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "sale_id"],
            ["sale.organisation_id", "sale.id"],
            name=op.f("fk_event_cancellation_sale_organisation_id_sale_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_event_cancellation_sale_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_event_cancellation_sale")),
        sa.UniqueConstraint(
            "organisation_id",
            "event_cancellation_id",
            "sale_id",
            name=op.f("uq_event_cancellation_sale_organisation_id_event_cancellation_id_sale_id"),
        ),
    )
    op.create_index(
        "ix_event_cancellation_sale_sale",
        "event_cancellation_sale",
        ["organisation_id", "sale_id"],
        unique=False,
    )
    op.create_index(
        "ix_event_cancellation_sale_status",
        "event_cancellation_sale",
        ["organisation_id", "event_cancellation_id", "status", "position"],
        unique=False,
    )
    op.create_table(
        "payment_allocation",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("credit_id", sa.Uuid(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "amount_minor <> 0", name=op.f("ck_payment_allocation_amount_is_not_zero")
        ),
        sa.CheckConstraint(
            "num_nonnulls(invoice_id, refund_id) = 1", name=op.f("ck_payment_allocation_one_target")
        ),
        sa.CheckConstraint(
            "num_nonnulls(payment_id, credit_id) = 1", name=op.f("ck_payment_allocation_one_source")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_payment_allocation_organisation_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "credit_id"],
            ["invoice.organisation_id", "invoice.id"],
            name=op.f("fk_payment_allocation_organisation_id_credit_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoice.organisation_id", "invoice.id"],
            name=op.f("fk_payment_allocation_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "payment_id"],
            ["payment.organisation_id", "payment.id"],
            name=op.f("fk_payment_allocation_organisation_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "refund_id"],
            ["refund.organisation_id", "refund.id"],
            name=op.f("fk_payment_allocation_organisation_id_refund_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_payment_allocation_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_payment_allocation")),
    )
    op.create_index(
        "ix_payment_allocation_account",
        "payment_allocation",
        ["organisation_id", "account_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_payment_allocation_credit",
        "payment_allocation",
        ["organisation_id", "credit_id"],
        unique=False,
    )
    op.create_index(
        "ix_payment_allocation_invoice",
        "payment_allocation",
        ["organisation_id", "invoice_id"],
        unique=False,
    )
    op.create_index(
        "ix_payment_allocation_payment",
        "payment_allocation",
        ["organisation_id", "payment_id"],
        unique=False,
    )
    op.create_index(
        "ix_payment_allocation_refund",
        "payment_allocation",
        ["organisation_id", "refund_id"],
        unique=False,
    )
    op.create_table(
        "cancellation_cell",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cancellation_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("component_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "cancellation_id"],
            ["cancellation.organisation_id", "cancellation.id"],
            name=op.f("fk_cancellation_cell_organisation_id_cancellation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "component_id"],
            ["sale_line_component.organisation_id", "sale_line_component.id"],
            name=op.f("fk_cancellation_cell_organisation_id_component_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoice.organisation_id", "invoice.id"],
            name=op.f("fk_cancellation_cell_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_cancellation_cell_organisation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "cancellation_id",
            "invoice_id",
            "component_id",
            name=op.f("pk_cancellation_cell"),
        ),
    )
    op.create_index(
        "ix_cancellation_cell_component",
        "cancellation_cell",
        ["organisation_id", "component_id"],
        unique=False,
    )
    op.create_index(
        "ix_cancellation_cell_invoice",
        "cancellation_cell",
        ["organisation_id", "invoice_id"],
        unique=False,
    )
    op.create_table(
        "invoice_document",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reference_key", sa.Text(), nullable=True),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.Column("vat_minor", sa.BigInteger(), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("rounding_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'ACCEPTED', 'MISMATCH', 'REJECTED')",
            name=op.f("ck_invoice_document_state_known"),
        ),
        sa.CheckConstraint(
            "type IN ('380', '381', '386')", name=op.f("ck_invoice_document_type_known")
        ),
        sa.CheckConstraint(
            "gross_minor = net_minor + vat_minor",
            name=op.f("ck_invoice_document_gross_is_net_plus_vat"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_invoice_document_organisation_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "file_id"],
            ["stored_file.organisation_id", "stored_file.id"],
            name=op.f("fk_invoice_document_organisation_id_file_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoice.organisation_id", "invoice.id"],
            name=op.f("fk_invoice_document_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "sale_id"],
            ["sale.organisation_id", "sale.id"],
            name=op.f("fk_invoice_document_organisation_id_sale_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_invoice_document_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_invoice_document")),
    )
    op.create_index(
        "ix_invoice_document_account",
        "invoice_document",
        ["organisation_id", "account_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_invoice_document_created",
        "invoice_document",
        ["organisation_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_invoice_document_invoice",
        "invoice_document",
        ["organisation_id", "invoice_id"],
        unique=False,
    )
    op.create_index(
        "ix_invoice_document_issued",
        "invoice_document",
        ["organisation_id", "issued_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_invoice_document_reference",
        "invoice_document",
        ["organisation_id", "reference_key"],
        unique=False,
    )
    op.create_index(
        "ix_invoice_document_sale", "invoice_document", ["organisation_id", "sale_id"], unique=False
    )
    op.create_index(
        "uq_invoice_document_current",
        "invoice_document",
        ["organisation_id", "invoice_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'REJECTED'"),
    )
    op.create_index(
        "uq_invoice_document_number",
        "invoice_document",
        ["organisation_id", "source", "number"],
        unique=True,
        postgresql_where=sa.text("state IN ('ACCEPTED', 'MISMATCH')"),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("document_on", sa.Date(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("invoice_id", sa.Uuid(), nullable=True),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("refund_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "type IN ('DOCUMENT', 'CREDIT_NOTE', 'PAYMENT', 'REFUND', 'ROUNDING', 'WRITE_OFF', 'REOPEN')",
            name=op.f("ck_ledger_entry_type_known"),
        ),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_ledger_entry_amount_is_not_zero")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_ledger_entry_organisation_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoice.organisation_id", "invoice.id"],
            name=op.f("fk_ledger_entry_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "payment_id"],
            ["payment.organisation_id", "payment.id"],
            name=op.f("fk_ledger_entry_organisation_id_payment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "refund_id"],
            ["refund.organisation_id", "refund.id"],
            name=op.f("fk_ledger_entry_organisation_id_refund_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "sale_id"],
            ["sale.organisation_id", "sale.id"],
            name=op.f("fk_ledger_entry_organisation_id_sale_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ledger_entry_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_ledger_entry")),
    )
    op.create_index(
        "ix_ledger_entry_account",
        "ledger_entry",
        ["organisation_id", "account_id", "posted_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_ledger_entry_created",
        "ledger_entry",
        ["organisation_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_ledger_entry_invoice", "ledger_entry", ["organisation_id", "invoice_id"], unique=False
    )
    op.create_index(
        "ix_ledger_entry_payment", "ledger_entry", ["organisation_id", "payment_id"], unique=False
    )
    op.create_index(
        "ix_ledger_entry_posted",
        "ledger_entry",
        ["organisation_id", "posted_on", "id"],
        unique=False,
    )
    op.create_index(
        "ix_ledger_entry_refund", "ledger_entry", ["organisation_id", "refund_id"], unique=False
    )
    op.create_index(
        "ix_ledger_entry_sale", "ledger_entry", ["organisation_id", "sale_id"], unique=False
    )
    op.create_table(
        "cancellation_item",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("cancellation_id", sa.Uuid(), nullable=False),
        sa.Column("entitlement_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id", "cancellation_id"],
            ["cancellation.organisation_id", "cancellation.id"],
            name=op.f("fk_cancellation_item_organisation_id_cancellation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "entitlement_id"],
            ["entitlement.organisation_id", "entitlement.id"],
            name=op.f("fk_cancellation_item_organisation_id_entitlement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "line_id"],
            ["sale_line.organisation_id", "sale_line.id"],
            name=op.f("fk_cancellation_item_organisation_id_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_cancellation_item_organisation_id"),
        ),
        sa.PrimaryKeyConstraint(
            "organisation_id",
            "cancellation_id",
            "entitlement_id",
            name=op.f("pk_cancellation_item"),
        ),
    )
    op.create_index(
        "ix_cancellation_item_entitlement",
        "cancellation_item",
        ["organisation_id", "entitlement_id"],
        unique=False,
    )
    op.create_index(
        "ix_cancellation_item_line",
        "cancellation_item",
        ["organisation_id", "line_id"],
        unique=False,
    )
    op.create_table(
        "receivable",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claim_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("document_state", sa.Text(), nullable=True),
        sa.Column("document_no", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("is_waiting", sa.Boolean(), nullable=False),
        sa.Column("entered_minor", sa.BigInteger(), nullable=False),
        sa.Column("noted_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("credited_minor", sa.BigInteger(), nullable=False),
        sa.Column("used_minor", sa.BigInteger(), nullable=False),
        sa.Column("rounded_minor", sa.BigInteger(), nullable=False),
        sa.Column("written_off_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "document_state IN ('DRAFT', 'ACCEPTED', 'MISMATCH', 'REJECTED')",
            name=op.f("ck_receivable_document_state_known"),
        ),
        sa.CheckConstraint(
            "paid_minor >= 0 AND credited_minor >= 0 AND used_minor >= 0",
            name=op.f("ck_receivable_allocated_is_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "account_id"],
            ["account.organisation_id", "account.id"],
            name=op.f("fk_receivable_organisation_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "document_id"],
            ["invoice_document.organisation_id", "invoice_document.id"],
            name=op.f("fk_receivable_organisation_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "invoice_id"],
            ["invoice.organisation_id", "invoice.id"],
            name=op.f("fk_receivable_organisation_id_invoice_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id", "sale_id"],
            ["sale.organisation_id", "sale.id"],
            name=op.f("fk_receivable_organisation_id_sale_id"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_receivable_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "invoice_id", name=op.f("pk_receivable")),
    )
    op.create_index(
        "ix_receivable_account",
        "receivable",
        ["organisation_id", "account_id", "invoice_id"],
        unique=False,
    )
    op.create_index(
        "ix_receivable_sale", "receivable", ["organisation_id", "sale_id"], unique=False
    )
    op.create_index(
        "ix_receivable_unsettled",
        "receivable",
        ["organisation_id", "account_id", "due_on"],
        unique=False,
        postgresql_where=sa.text(
            "entered_minor + rounded_minor - written_off_minor - paid_minor - credited_minor + used_minor <> 0"
        ),
    )
