"""Reports that are sent by e-mail, and to whom a club lets them be sent.

Revision: 0014, after 0013.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_schedules()
    _create_deliveries()
    _table("report_recipient", ("pattern",), _text("pattern"), _instant("created_at"))


def downgrade() -> None:
    for table in ("report_recipient", "report_delivery", "report_schedule"):
        op.drop_table(table)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _uuid(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid, nullable=False)


def _count(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, target: str, ondelete: str | None = None) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{target}.organisation_id", f"{target}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
        ondelete=ondelete,
    )


def _table(name: str, key: tuple[str, ...], *items: sa.schema.SchemaItem) -> None:
    """Create a table of one club's rows."""
    op.create_table(
        name,
        _uuid("organisation_id"),
        *items,
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{name}_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", *key, name=op.f(f"pk_{name}")),
    )


def _rule(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _create_schedules() -> None:
    table = "report_schedule"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _text("report_key"),
        _text("title"),
        sa.Column("parameters", JSONB, nullable=False),
        _text("language"),
        _text("format"),
        _text("cadence"),
        _count("weekday", nullable=True),
        _count("day_of_month", nullable=True),
        _count("minute_of_day"),
        _text("time_zone"),
        sa.Column("recipients", ARRAY(sa.Text), nullable=False),
        _text("owner"),
        _uuid("owner_token_id"),
        sa.Column("is_active", sa.Boolean, nullable=False),
        _instant("next_due_at"),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        _instant("created_at"),
        _instant("updated_at"),
        _refers(table, "owner_token_id", "access_token"),
        _rule(table, "cadence_known", "cadence IN ('DAILY', 'WEEKLY', 'MONTHLY')"),
        _rule(table, "weekly_has_a_day", "(cadence = 'WEEKLY') = (weekday IS NOT NULL)"),
        _rule(table, "monthly_has_a_day", "(cadence = 'MONTHLY') = (day_of_month IS NOT NULL)"),
    )
    op.create_index("ix_report_schedule_created", table, ["organisation_id", "created_at", "id"])
    op.create_index(
        "ix_report_schedule_due",
        table,
        ["organisation_id", "next_due_at"],
        postgresql_where=sa.text("is_active"),
    )


def _create_deliveries() -> None:
    table = "report_delivery"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _uuid("schedule_id"),
        _instant("due_at"),
        _text("status"),
        _count("attempt_count"),
        _instant("next_attempt_at", nullable=True),
        _text("error", nullable=True),
        sa.Column("recipients", ARRAY(sa.Text), nullable=False),
        _instant("created_at"),
        _instant("settled_at", nullable=True),
        _refers(table, "schedule_id", "report_schedule", "CASCADE"),
        _rule(
            table,
            "status_known",
            "status IN ('PENDING', 'SENDING', 'SENT', 'FAILED', 'UNKNOWN')",
        ),
        _rule(
            table,
            "open_is_tried",
            "(status IN ('PENDING', 'SENDING')) = (next_attempt_at IS NOT NULL)",
        ),
        _rule(table, "settled_is_dated", "(next_attempt_at IS NULL) = (settled_at IS NOT NULL)"),
        sa.UniqueConstraint(
            "organisation_id",
            "schedule_id",
            "due_at",
            name=op.f("uq_report_delivery_organisation_id_schedule_id_due_at"),
        ),
    )
    op.create_index("ix_report_delivery_created", table, ["organisation_id", "created_at", "id"])
    op.create_index(
        "ix_report_delivery_open",
        table,
        ["organisation_id", "next_attempt_at"],
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
