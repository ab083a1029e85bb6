"""Webhooks: endpoints with their secrets, deliveries with their attempts, replays.

Revision: 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_PENDING = sa.text("status = 'PENDING'")
_REPLAYED = sa.text("replay_id IS NOT NULL")
_ERRORS = (
    "ADDRESS_REFUSED",
    "NAME_UNKNOWN",
    "CONNECTION_FAILED",
    "TLS_FAILED",
    "TIMED_OUT",
    "ANSWER_MALFORMED",
    "REDIRECTED",
    "STATUS_REFUSED",
    "GONE",
    "SECRET_UNREADABLE",
    "INTERNAL",
)


def upgrade() -> None:
    _create_endpoints()
    _create_replays()
    _create_deliveries()
    _create_attempts()


def _table(name: str, *items: sa.schema.SchemaItem) -> None:
    """Create a table of one club's rows with the key (organisation, id)."""
    op.create_table(
        name,
        _uuid("organisation_id"),
        _uuid("id"),
        *items,
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f(f"fk_{name}_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f(f"pk_{name}")),
    )


def _uuid(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _count(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(
    table: str, column: str, target: str, ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{target}.organisation_id", f"{target}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
        ondelete=ondelete,
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def _create_endpoints() -> None:
    table = "webhook_endpoint"
    _table(
        table,
        _text("url"),
        _text("description"),
        sa.Column("topics", ARRAY(sa.Text), nullable=True),
        sa.Column("is_active", sa.Boolean, nullable=False),
        _instant("disabled_at", nullable=True),
        _text("disabled_reason", nullable=True),
        _instant("failing_since", nullable=True),
        sa.Column("position", sa.Text, server_default=sa.text("''"), nullable=False),
        _instant("position_at", nullable=True),
        sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False),
        _instant("created_at"),
        _instant("updated_at"),
        _check(table, "disabled_reason_known", "disabled_reason IN ('GONE', 'FAILING')"),
        _check(table, "disabled_for_a_reason", "(disabled_at IS NULL) = (disabled_reason IS NULL)"),
        _check(table, "disabled_is_inactive", "disabled_at IS NULL OR NOT is_active"),
    )
    op.create_index("ix_webhook_endpoint_created", table, ["organisation_id", "created_at", "id"])
    table = "webhook_secret"
    _table(
        table,
        _uuid("endpoint_id"),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        _instant("created_at"),
        _instant("ends_at", nullable=True),
        _refers(table, "endpoint_id", "webhook_endpoint", "CASCADE"),
    )
    op.create_index("ix_webhook_secret_endpoint", table, ["organisation_id", "endpoint_id"])


def _create_replays() -> None:
    table = "webhook_replay"
    _table(
        table,
        _uuid("endpoint_id"),
        _instant("since_at"),
        _instant("until_at"),
        _count("total"),
        _count("delivered"),
        _count("exhausted"),
        _instant("created_at"),
        _refers(table, "endpoint_id", "webhook_endpoint", "CASCADE"),
    )
    op.create_index(
        "ix_webhook_replay_endpoint", table, ["organisation_id", "endpoint_id", "created_at", "id"]
    )
    op.create_index("ix_webhook_replay_created", table, ["organisation_id", "created_at", "id"])


def _create_deliveries() -> None:
    table = "webhook_delivery"
    _table(
        table,
        _uuid("endpoint_id"),
        _uuid("event_id"),
        _text("topic"),
        _text("status"),
        _count("attempt_count"),
        _count("failure_count"),
        _instant("next_attempt_at", nullable=True),
        _instant("queued_at"),
        _instant("settled_at", nullable=True),
        _uuid("replay_id", nullable=True),
        _refers(table, "endpoint_id", "webhook_endpoint", "CASCADE"),
        _refers(table, "event_id", "outbox"),
        _refers(table, "replay_id", "webhook_replay"),
        _check(table, "status_known", "status IN ('PENDING', 'DELIVERED', 'EXHAUSTED')"),
        _check(table, "pending_is_tried", "(status = 'PENDING') = (next_attempt_at IS NOT NULL)"),
        _check(table, "pending_is_not_settled", "(status = 'PENDING') = (settled_at IS NULL)"),
        _unique(table, "organisation_id", "endpoint_id", "event_id"),
    )
    op.create_index("ix_webhook_delivery_queued", table, ["organisation_id", "queued_at", "id"])
    op.create_index("ix_webhook_delivery_event", table, ["organisation_id", "event_id"])
    op.create_index(
        "ix_webhook_delivery_endpoint", table, ["organisation_id", "endpoint_id", "queued_at", "id"]
    )
    due = ["organisation_id", "endpoint_id", "next_attempt_at", "id"]
    op.create_index("ix_webhook_delivery_due", table, due, postgresql_where=_PENDING)
    op.create_index(
        "ix_webhook_delivery_replay",
        table,
        ["organisation_id", "replay_id"],
        postgresql_where=_REPLAYED,
    )


def _create_attempts() -> None:
    table = "webhook_attempt"
    known = ", ".join(f"'{one}'" for one in _ERRORS)
    _table(
        table,
        _uuid("delivery_id"),
        _count("attempt_no"),
        _instant("started_at"),
        _count("duration_ms"),
        _count("status_code", nullable=True),
        _text("error", nullable=True),
        _text("excerpt", nullable=True),
        _refers(table, "delivery_id", "webhook_delivery", "CASCADE"),
        _check(table, "error_known", f"error IN ({known})"),
        _unique(table, "organisation_id", "delivery_id", "attempt_no"),
    )
    op.create_index("ix_webhook_attempt_started", table, ["organisation_id", "started_at", "id"])


def downgrade() -> None:
    for table in ("attempt", "delivery", "replay", "secret", "endpoint"):
        op.drop_table(f"webhook_{table}")
