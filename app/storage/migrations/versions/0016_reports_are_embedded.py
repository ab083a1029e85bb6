"""Links that show one report in pages of other sites, which sites a club allows, and its logo.

Revision: 0016, after 0015.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_links()
    _create_frames()
    _create_brands()


def downgrade() -> None:
    for table in ("brand", "report_frame", "report_link"):
        op.drop_table(table)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _table(name: str, key: tuple[str, ...], *items: sa.schema.SchemaItem) -> None:
    """Create a table of one club's rows."""
    op.create_table(
        name,
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        *items,
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{name}_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", *key, name=op.f(f"pk_{name}")),
    )


def _create_links() -> None:
    _table(
        "report_link",
        ("id",),
        sa.Column("id", sa.Uuid, nullable=False),
        _text("report_key"),
        _text("title"),
        sa.Column("parameters", JSONB, nullable=False),
        _text("language"),
        sa.Column("origins", ARRAY(sa.Text), nullable=False),
        _text("owner"),
        sa.Column("owner_token_id", sa.Uuid, nullable=False),
        _instant("expires_at"),
        sa.Column("is_revoked", sa.Boolean, nullable=False),
        _instant("created_at"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "owner_token_id"],
            ["access_token.organisation_id", "access_token.id"],
            name=op.f("fk_report_link_organisation_id_owner_token_id"),
        ),
    )
    op.create_index(
        "ix_report_link_created", "report_link", ["organisation_id", "created_at", "id"]
    )
    op.create_index("ix_report_link_id", "report_link", ["id"], unique=True)


def _create_frames() -> None:
    _table("report_frame", ("origin",), _text("origin"), _instant("created_at"))


def _create_brands() -> None:
    _table(
        "brand",
        (),
        _text("colour", nullable=True),
        sa.Column("logo", sa.LargeBinary, nullable=True),
        _text("logo_sha256", nullable=True),
        _instant("updated_at"),
        sa.CheckConstraint(
            "(logo IS NULL) = (logo_sha256 IS NULL)", name=op.f("ck_brand_logo_has_its_sum")
        ),
    )
