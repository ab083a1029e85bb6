"""Tokens have scopes, quotas and a second secret while they rotate; clubs have identity providers.

Revision: 0006, after 0005. Tokens of partners keep what they could do, but it is written down:
all scopes of the role. Every other token keeps null, which is everything its role may.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PARTNER_SCOPES = (
    "read:accounts read:catalogue read:inventory read:invoices read:payments read:sales "
    "write:accounts write:documents write:holders write:payments write:sales"
)
_TOKEN_RULES = {
    "partner_has_scopes": "role <> 'partner' OR scopes IS NOT NULL",
    "quota_is_whole": "num_nonnulls(quota_points_per_second, quota_bucket_points) <> 1",
    "previous_hash_ends": "(previous_hash IS NULL) = (previous_expires_at IS NULL)",
}
_PROVIDER_RULES = {
    "account_key_known": "account_key IN ('ID', 'CODE', 'EXTERNAL_CODE')",
    "account_claim_has_key": "(account_claim IS NULL) = (account_key IS NULL)",
    "names_somebody": "num_nonnulls(account_claim, role_claim) > 0",
    "clock_skew_within_bounds": "clock_skew_seconds BETWEEN 0 AND 300",
}


def upgrade() -> None:
    _widen_tokens()
    _create_providers()


def _widen_tokens() -> None:
    op.add_column("access_token", sa.Column("scopes", sa.Text, nullable=True))
    op.add_column("access_token", sa.Column("quota_points_per_second", sa.Integer, nullable=True))
    op.add_column("access_token", sa.Column("quota_bucket_points", sa.Integer, nullable=True))
    op.add_column("access_token", sa.Column("previous_hash", sa.LargeBinary, nullable=True))
    for name in ("previous_expires_at", "last_used_at"):
        op.add_column("access_token", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    partners = sa.text("UPDATE access_token SET scopes = :scopes WHERE role = 'partner'")
    op.execute(partners.bindparams(scopes=_PARTNER_SCOPES))
    unique = op.f("uq_access_token_previous_hash")
    op.create_unique_constraint(unique, "access_token", ["previous_hash"])
    for name, condition in _TOKEN_RULES.items():
        op.create_check_constraint(op.f(f"ck_access_token_{name}"), "access_token", condition)


def _create_providers() -> None:
    op.create_table(
        "identity_provider",
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("jwks_uri", sa.Text, nullable=True),
        sa.Column("algorithms", sa.Text, nullable=False),
        sa.Column("account_claim", sa.Text, nullable=True),
        sa.Column("account_key", sa.Text, nullable=True),
        sa.Column("role_claim", sa.Text, nullable=True),
        sa.Column("role_of_value", JSONB, nullable=False),
        sa.Column("clock_skew_seconds", sa.Integer, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_identity_provider_organisation_id"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_identity_provider")),
        sa.UniqueConstraint(
            "organisation_id", "code", name=op.f("uq_identity_provider_organisation_id_code")
        ),
        sa.UniqueConstraint(
            "issuer", "audience", name=op.f("uq_identity_provider_issuer_audience")
        ),
        *(
            sa.CheckConstraint(condition, name=op.f(f"ck_identity_provider_{name}"))
            for name, condition in _PROVIDER_RULES.items()
        ),
    )
    op.create_index(
        "ix_identity_provider_created", "identity_provider", ["organisation_id", "created_at", "id"]
    )


def downgrade() -> None:
    op.drop_table("identity_provider")
    for name in _TOKEN_RULES:
        op.drop_constraint(op.f(f"ck_access_token_{name}"), "access_token")
    op.drop_constraint(op.f("uq_access_token_previous_hash"), "access_token")
    for name in (
        "last_used_at",
        "previous_expires_at",
        "previous_hash",
        "quota_bucket_points",
        "quota_points_per_second",
        "scopes",
    ):
        op.drop_column("access_token", name)
