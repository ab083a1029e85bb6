"""Tokens and identity providers say which sales rep somebody is; tokens open the wire of BI tools.

Revision: 0011, after 0010. Tokens that are there already have no verifier, since only a hash of
them is kept: they open the wire in clear text under TLS, or once they are rotated.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TEXTS = ("rep_code", "wire_verifier", "previous_wire_verifier", "wire_password_verifier")
_RULES = {
    "previous_wire_ends": "previous_wire_verifier IS NULL OR previous_hash IS NOT NULL",
    "wire_password_dated": "(wire_password_verifier IS NULL) = (wire_password_at IS NULL)",
}
_REP_RULE = "ck_identity_provider_rep_claim_has_role"


def upgrade() -> None:
    for name in _TEXTS:
        op.add_column("access_token", sa.Column(name, sa.Text, nullable=True))
    instant = sa.Column("wire_password_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("access_token", instant)
    for name, condition in _RULES.items():
        op.create_check_constraint(op.f(f"ck_access_token_{name}"), "access_token", condition)
    op.create_index("ix_access_token_label", "access_token", ["organisation_id", "label"])
    op.add_column("identity_provider", sa.Column("rep_claim", sa.Text, nullable=True))
    condition = "rep_claim IS NULL OR role_claim IS NOT NULL"
    op.create_check_constraint(op.f(_REP_RULE), "identity_provider", condition)


def downgrade() -> None:
    op.drop_constraint(op.f(_REP_RULE), "identity_provider")
    op.drop_column("identity_provider", "rep_claim")
    op.drop_index("ix_access_token_label", "access_token")
    for name in _RULES:
        op.drop_constraint(op.f(f"ck_access_token_{name}"), "access_token")
    for name in (*_TEXTS, "wire_password_at"):
        op.drop_column("access_token", name)
