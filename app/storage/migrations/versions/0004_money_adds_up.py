"""Money adds up at every commit, documents freeze, and the ledger's seals are those of its entries.

Revision: 0004, after 0003. Written by hand, since Alembic does not see triggers.
"""

from __future__ import annotations

from alembic import op

from app.storage.sums import SUM_TRIGGERS, SUM_TRIGGERS_UNDONE
from app.storage.triggers import FREEZE_TRIGGERS, FREEZE_TRIGGERS_UNDONE

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ENTRY = ["organisation_id", "entry_id"]


def upgrade() -> None:
    for table in ("ledger_pending", "ledger_seal"):
        op.create_foreign_key(
            op.f(f"fk_{table}_organisation_id_entry_id"),
            table,
            "ledger_entry",
            _ENTRY,
            ["organisation_id", "id"],
        )
    op.create_unique_constraint(
        op.f("uq_ledger_seal_organisation_id_entry_id"), "ledger_seal", _ENTRY
    )
    for statement in (*FREEZE_TRIGGERS, *SUM_TRIGGERS):
        op.execute(statement)


def downgrade() -> None:
    for statement in (*SUM_TRIGGERS_UNDONE, *FREEZE_TRIGGERS_UNDONE):
        op.execute(statement)
    op.drop_constraint(op.f("uq_ledger_seal_organisation_id_entry_id"), "ledger_seal")
    for table in ("ledger_seal", "ledger_pending"):
        op.drop_constraint(op.f(f"fk_{table}_organisation_id_entry_id"), table)
