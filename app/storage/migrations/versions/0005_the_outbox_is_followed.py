"""The outbox is followed in the order of commits: each event names its transaction.

Revision: 0005, after 0004. Events written before get the number of this revision's transaction.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.storage.tables.columns import TransactionId

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.text("pg_current_xact_id()")
    op.add_column("outbox", sa.Column("txid", TransactionId, server_default=number, nullable=False))
    op.create_index("ix_outbox_txid", "outbox", ["txid"])


def downgrade() -> None:
    op.drop_index("ix_outbox_txid", "outbox")
    op.drop_column("outbox", "txid")
