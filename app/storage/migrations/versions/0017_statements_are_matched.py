"""Entries of bank statements and PSPs, and proposals of what they pay.

Revision: 0017, after 0016.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_RULES = (
    "rule IN ('STRUCTURED_REFERENCE', 'PAYOUT', 'NUMBER_IN_TEXT', 'AMOUNT_AND_ACCOUNT', "
    "'AMOUNT_AND_NAME', 'PROVIDER_ID', 'REVERSAL', 'BY_HAND')"
)


def upgrade() -> None:
    _create_entries()
    _index_entries()
    _create_proposals()


def downgrade() -> None:
    for table in ("payment_proposal", "statement_entry"):
        op.drop_table(table)


def _uuid(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _club(table: str) -> sa.ForeignKeyConstraint:
    """Build the reference to the club."""
    name = op.f(f"fk_{table}_organisation_id")
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=name)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Build the reference to a row of the same club."""
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{target}.organisation_id", f"{target}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
    )


def _rule(table: str, name: str, condition: str) -> sa.CheckConstraint:
    """Build a named rule."""
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _key(table: str) -> sa.PrimaryKeyConstraint:
    """Build the primary key (organisation, id)."""
    return sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f(f"pk_{table}"))


def _create_entries() -> None:
    table = "statement_entry"
    op.create_table(
        table,
        _uuid("organisation_id"),
        _uuid("id"),
        _text("key"),
        _text("system"),
        _text("account"),
        _text("statement_id"),
        _text("entry_ref"),
        sa.Column("entry_index", sa.Integer, nullable=False),
        _text("kind"),
        sa.Column("booked_on", sa.Date, nullable=False),
        sa.Column("valued_on", sa.Date, nullable=True),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        sa.Column("fee_minor", sa.BigInteger, nullable=False),
        _text("currency"),
        _text("counterparty_name", nullable=True),
        _text("counterparty_iban", nullable=True),
        _text("structured_reference", nullable=True),
        _text("text", nullable=True),
        _text("end_to_end_id", nullable=True),
        _text("payout_id", nullable=True),
        _text("provider_payment_id", nullable=True),
        sa.Column("is_reversal", sa.Boolean, nullable=False),
        _text("status"),
        _text("rule", nullable=True),
        _text("reason", nullable=True),
        _uuid("payment_id", nullable=True),
        _uuid("refund_id", nullable=True),
        _uuid("payout_entry_id", nullable=True),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
        _instant("created_at"),
        _instant("updated_at"),
        _club(table),
        _refers(table, "payment_id", "payment"),
        _refers(table, "refund_id", "refund"),
        _refers(table, "payout_entry_id", table),
        _rule(
            table,
            "kind_known",
            "kind IN ('BANK', 'PAYMENT', 'REFUND', 'CHARGEBACK', 'FEE', 'PAYOUT')",
        ),
        _rule(table, "status_known", "status IN ('OPEN', 'PROPOSED', 'MATCHED', 'SET_ASIDE')"),
        _rule(table, "rule_known", _RULES),
        _rule(table, "matched_by_a_rule", "(status = 'MATCHED') = (rule IS NOT NULL)"),
        _rule(table, "unmatched_for_a_reason", "status = 'MATCHED' OR reason IS NOT NULL"),
        sa.UniqueConstraint(
            "organisation_id", "key", name=op.f("uq_statement_entry_organisation_id_key")
        ),
        _key(table),
    )


def _index_entries() -> None:
    table = "statement_entry"
    indexes = {
        "created": ["created_at", "id"],
        "payment": ["payment_id"],
        "refund": ["refund_id"],
        "payouts": ["system", "payout_id"],
        "iban": ["counterparty_iban"],
    }
    for name, columns in indexes.items():
        op.create_index(f"ix_statement_entry_{name}", table, ["organisation_id", *columns])
    op.create_index(
        "ix_statement_entry_work",
        table,
        ["organisation_id", "status", "id"],
        postgresql_where=sa.text("status IN ('OPEN', 'PROPOSED')"),
    )
    op.create_index(
        "uq_statement_entry_payout",
        table,
        ["organisation_id", "payout_entry_id"],
        unique=True,
        postgresql_where=sa.text("payout_entry_id IS NOT NULL"),
    )


def _create_proposals() -> None:
    table = "payment_proposal"
    op.create_table(
        table,
        _uuid("organisation_id"),
        _uuid("id"),
        _uuid("entry_id"),
        _text("rule"),
        _text("status"),
        _uuid("account_id"),
        sa.Column("invoice_ids", ARRAY(sa.Uuid), nullable=False),
        _uuid("payment_id", nullable=True),
        _text("reason"),
        _text("decided_by", nullable=True),
        _instant("decided_at", nullable=True),
        _instant("created_at"),
        _club(table),
        _refers(table, "entry_id", "statement_entry"),
        _refers(table, "account_id", "account"),
        _refers(table, "payment_id", "payment"),
        _rule(table, "rule_known", _RULES),
        _rule(table, "status_known", "status IN ('OPEN', 'ACCEPTED', 'REJECTED')"),
        _rule(table, "decided_by_somebody", "(status = 'OPEN') = (decided_at IS NULL)"),
        _key(table),
    )
    for name, columns in {
        "entry": ["entry_id", "id"],
        "account": ["account_id"],
        "payment": ["payment_id"],
    }.items():
        op.create_index(f"ix_payment_proposal_{name}", table, ["organisation_id", *columns])
