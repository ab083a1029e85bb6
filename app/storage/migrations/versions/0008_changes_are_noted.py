"""Every transaction notes what it changed, for live data.

Revision: 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from app.storage.tables.columns import TransactionId

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.text("pg_current_xact_id()")
    op.create_table(
        "change_note",
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("txid", TransactionId, server_default=number, nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_change_note_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_change_note")),
    )
    op.create_index(
        "ix_change_note_created", "change_note", ["organisation_id", "created_at", "id"]
    )
    op.create_index("ix_change_note_txid", "change_note", ["txid"])


def downgrade() -> None:
    op.drop_table("change_note")
