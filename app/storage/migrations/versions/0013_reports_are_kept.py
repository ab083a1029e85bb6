"""A club's own reports with all their versions, and favourites.

Revision: 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_reports()
    _create_versions()
    _create_favourites()


def downgrade() -> None:
    for table in ("report_favourite", "report_version", "report"):
        op.drop_table(table)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


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


def _create_reports() -> None:
    _table(
        "report",
        ("id",),
        sa.Column("id", sa.Uuid, nullable=False),
        _text("owner"),
        _text("owner_name"),
        _text("title"),
        _text("category"),
        sa.Column("definition", JSONB, nullable=False),
        _text("sharing"),
        sa.Column("groups", ARRAY(sa.Text), nullable=False),
        _text("copied_from", nullable=True),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        _instant("created_at"),
        _instant("updated_at"),
        _instant("deleted_at", nullable=True),
        sa.CheckConstraint(
            "sharing IN ('PRIVATE', 'GROUPS', 'EVERYONE')", name=op.f("ck_report_sharing_known")
        ),
        sa.CheckConstraint(
            "(sharing = 'GROUPS') = (cardinality(groups) > 0)",
            name=op.f("ck_report_groups_are_named"),
        ),
    )
    op.create_index(
        "ix_report_present",
        "report",
        ["organisation_id", "title", "id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def _create_versions() -> None:
    _table(
        "report_version",
        ("id",),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _text("title"),
        sa.Column("definition", JSONB, nullable=False),
        _text("author"),
        _instant("created_at"),
        sa.ForeignKeyConstraint(
            ["organisation_id", "report_id"],
            ["report.organisation_id", "report.id"],
            name=op.f("fk_report_version_organisation_id_report_id"),
        ),
        sa.UniqueConstraint(
            "organisation_id",
            "report_id",
            "version",
            name=op.f("uq_report_version_organisation_id_report_id_version"),
        ),
    )
    op.create_index(
        "ix_report_version_created", "report_version", ["organisation_id", "created_at", "id"]
    )


def _create_favourites() -> None:
    _table(
        "report_favourite",
        ("person", "report_key"),
        _text("person"),
        _text("report_key"),
        _instant("created_at"),
    )
