"""The audit is append-only: triggers refuse to change or remove its rows.

Revision: 0002, after 0001. Written by hand, since Alembic does not see triggers.
"""

from __future__ import annotations

from alembic import op

from app.storage.triggers import AUDIT_TRIGGERS, AUDIT_TRIGGERS_UNDONE

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in AUDIT_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    for statement in AUDIT_TRIGGERS_UNDONE:
        op.execute(statement)
