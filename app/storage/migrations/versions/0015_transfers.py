"""Systems, flows and transfers; the queue that drives them has a schema of its own.

Revision: 0015, after 0014.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_QUEUE = Path(__file__).parents[1] / "procrastinate_3_10.sql"
"""The schema of the library as it was at this revision; its later changes are revisions too."""
_TABLES = (
    "value_map_entry",
    "value_map",
    "transfer_file",
    "inbox_event",
    "external_reference",
    "transfer_attempt",
    "transfer_step",
    "transfer_version",
    "transfer",
    "mapping_version",
    "transfer_flow",
    "system_secret",
    "connected_system",
)


def upgrade() -> None:
    _create_connected_system()
    _create_system_secret()
    _create_transfer_flow()
    _create_mapping_version()
    _create_transfer()
    _create_transfer_version()
    _create_transfer_step()
    _create_transfer_attempt()
    _create_external_reference()
    _create_inbox_event()
    _create_transfer_file()
    _create_value_map()
    _create_value_map_entry()
    _create_queue()


def downgrade() -> None:
    op.execute("DROP SCHEMA procrastinate CASCADE")
    for table in _TABLES:
        op.drop_table(table)


def _create_queue() -> None:
    """Create the library's tables and functions, which name each other without a schema."""
    cursor = op.get_bind().connection.cursor()
    cursor.execute("CREATE SCHEMA procrastinate")
    cursor.execute("SET LOCAL search_path TO procrastinate")
    cursor.execute(_QUEUE.read_text(encoding="utf-8"))
    cursor.execute("SET LOCAL search_path TO DEFAULT")
    cursor.close()


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _uuid(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid, nullable=nullable)


def _json(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, JSONB, nullable=nullable)


def _count(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _flag(name: str, *, nullable: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _refers(table: str, column: str, target: str, ondelete: str | None = None) -> sa.Constraint:
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{target}.organisation_id", f"{target}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
        ondelete=ondelete,
    )


def _once(table: str, *columns: str) -> sa.Constraint:
    name = op.f(f"uq_{table}_organisation_id_{'_'.join(columns)}")
    return sa.UniqueConstraint("organisation_id", *columns, name=name)


def _rule(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


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


def _create_connected_system() -> None:
    table = "connected_system"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _text("code"),
        _text("name"),
        _text("kind"),
        _json("settings"),
        _text("document_source_code", nullable=True),
        _count("rate_per_minute", nullable=True),
        _instant("paused_at", nullable=True),
        _text("pause_cause", nullable=True),
        _text("pause_reason", nullable=True),
        _instant("checked_at", nullable=True),
        _flag("is_well", nullable=True),
        _text("health_message", nullable=True),
        _instant("next_call_at", nullable=True),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        _instant("created_at"),
        _instant("updated_at"),
        _rule(table, "pause_cause_known", "pause_cause IN ('PERSON', 'ACCESS')"),
        _rule(table, "paused_for_a_reason", "(paused_at IS NULL) = (pause_cause IS NULL)"),
        _once(table, "code"),
    )
    op.create_index("ix_connected_system_created", table, ["organisation_id", "created_at", "id"])


def _create_system_secret() -> None:
    table = "system_secret"
    _table(
        table,
        ("system_id",),
        _uuid("system_id"),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        _instant("updated_at"),
        _refers(table, "system_id", "connected_system", "CASCADE"),
    )


def _create_transfer_flow() -> None:
    table = "transfer_flow"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _text("code"),
        _text("name"),
        _uuid("system_id"),
        _text("trigger"),
        _text("entity"),
        sa.Column("topics", ARRAY(sa.Text), nullable=True),
        _text("source", nullable=True),
        _uuid("after_flow_id", nullable=True),
        _text("action", nullable=True),
        _json("options"),
        _count("every_seconds", nullable=True),
        _count("days_ahead"),
        _uuid("mapping_version_id", nullable=True),
        _flag("is_active"),
        sa.Column("position", sa.Text, nullable=False, server_default=sa.text("''")),
        _text("cursor", nullable=True),
        _instant("next_run_at", nullable=True),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        _instant("created_at"),
        _instant("updated_at"),
        _rule(
            table,
            "trigger_known",
            "trigger IN ('EVENT', 'DUE', 'SOURCE', 'FILE', 'AFTER_FLOW', 'MANUAL')",
        ),
        _refers(table, "after_flow_id", "transfer_flow"),
        _refers(table, "system_id", "connected_system"),
        _once(table, "code"),
    )
    op.create_index("ix_transfer_flow_created", table, ["organisation_id", "created_at", "id"])
    op.create_index("ix_transfer_flow_system", table, ["organisation_id", "system_id"])


def _create_mapping_version() -> None:
    table = "mapping_version"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _uuid("flow_id"),
        _count("number"),
        _json("definition"),
        _text("created_by"),
        _instant("created_at"),
        _refers(table, "flow_id", "transfer_flow"),
        _once(table, "flow_id", "number"),
    )


def _create_transfer() -> None:
    table = "transfer"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _uuid("flow_id"),
        _uuid("system_id"),
        _text("entity"),
        _text("source_id"),
        _text("source_version"),
        _text("title"),
        _uuid("account_id", nullable=True),
        _uuid("sale_id", nullable=True),
        sa.Column("needs", ARRAY(sa.Text), nullable=False),
        _text("status"),
        _text("stage"),
        _text("fault", nullable=True),
        _text("message", nullable=True),
        _text("path", nullable=True),
        _count("version_no"),
        _count("attempt_count"),
        _count("failure_count"),
        _instant("next_attempt_at", nullable=True),
        _flag("is_in_doubt"),
        _uuid("waits_for_id", nullable=True),
        _text("external_id", nullable=True),
        _text("external_number", nullable=True),
        _instant("created_at"),
        _instant("updated_at"),
        _instant("settled_at", nullable=True),
        _rule(
            table,
            "ended_is_dated",
            "(status IN ('DONE', 'SKIPPED', 'CANCELLED')) = (settled_at IS NOT NULL)",
        ),
        _rule(
            table,
            "fault_known",
            "fault IN ('TRANSIENT', 'UNKNOWN', 'RECORD', 'ACCESS', 'CONFLICT', 'DEFECT')",
        ),
        _rule(
            table, "stage_known", "stage IN ('RECEIVED', 'FILTERED', 'MAPPED', 'SENT', 'CONFIRMED')"
        ),
        _rule(
            table,
            "status_known",
            "status IN ('QUEUED', 'MAPPED', 'SENT', 'DONE', 'SKIPPED', 'WAITING', 'RETRY', 'UNKNOWN', 'PARKED', 'CANCELLED')",
        ),
        _refers(table, "flow_id", "transfer_flow"),
        _refers(table, "system_id", "connected_system"),
        _once(table, "flow_id", "source_id", "source_version"),
    )
    op.create_index("ix_transfer_created", table, ["organisation_id", "created_at", "id"])
    op.create_index(
        "ix_transfer_due",
        table,
        ["organisation_id", "next_attempt_at"],
        postgresql_where=sa.text("next_attempt_at IS NOT NULL"),
    )
    op.create_index(
        "ix_transfer_open",
        table,
        ["organisation_id", "system_id", "account_id", "id"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index("ix_transfer_sale", table, ["organisation_id", "sale_id", "id"])
    op.create_index("ix_transfer_source", table, ["organisation_id", "source_id", "id"])
    op.create_index(
        "ix_transfer_waiting",
        table,
        ["organisation_id", "waits_for_id"],
        postgresql_where=sa.text("waits_for_id IS NOT NULL"),
    )


def _create_transfer_version() -> None:
    table = "transfer_version"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _uuid("transfer_id"),
        _count("version_no"),
        _uuid("mapping_version_id", nullable=True),
        _text("hash"),
        _json("received"),
        _json("mapped", nullable=True),
        _json("sent", nullable=True),
        _json("answer", nullable=True),
        _json("changes"),
        _instant("created_at"),
        _refers(table, "mapping_version_id", "mapping_version"),
        _refers(table, "transfer_id", "transfer", "CASCADE"),
        _once(table, "transfer_id", "version_no"),
    )


def _create_transfer_step() -> None:
    table = "transfer_step"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _uuid("transfer_id"),
        _count("version_no"),
        _text("stage"),
        _text("note", nullable=True),
        _instant("ended_at"),
        _rule(
            table, "stage_known", "stage IN ('RECEIVED', 'FILTERED', 'MAPPED', 'SENT', 'CONFIRMED')"
        ),
        _refers(table, "transfer_id", "transfer", "CASCADE"),
        _once(table, "transfer_id", "version_no", "stage"),
    )


def _create_transfer_attempt() -> None:
    table = "transfer_attempt"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _uuid("transfer_id"),
        _count("version_no"),
        _count("attempt_no"),
        _text("stage"),
        _instant("started_at"),
        _count("duration_ms"),
        _text("fault", nullable=True),
        _text("message", nullable=True),
        _text("path", nullable=True),
        _count("status_code", nullable=True),
        _text("answer", nullable=True),
        _rule(
            table,
            "fault_known",
            "fault IN ('TRANSIENT', 'UNKNOWN', 'RECORD', 'ACCESS', 'CONFLICT', 'DEFECT')",
        ),
        _rule(
            table, "stage_known", "stage IN ('RECEIVED', 'FILTERED', 'MAPPED', 'SENT', 'CONFIRMED')"
        ),
        _refers(table, "transfer_id", "transfer", "CASCADE"),
        _once(table, "transfer_id", "attempt_no"),
    )


def _create_external_reference() -> None:
    table = "external_reference"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _uuid("system_id"),
        _text("entity"),
        _text("own_id"),
        _text("external_id"),
        _text("external_number", nullable=True),
        _uuid("transfer_id", nullable=True),
        _instant("updated_at"),
        _refers(table, "system_id", "connected_system"),
        _once(table, "system_id", "entity", "own_id"),
    )
    op.create_index(
        "ix_external_reference_external",
        table,
        ["organisation_id", "system_id", "entity", "external_id"],
    )
    op.create_index("ix_external_reference_own", table, ["organisation_id", "own_id"])


def _create_inbox_event() -> None:
    table = "inbox_event"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _uuid("system_id"),
        _text("source"),
        _text("event_id"),
        _json("raw", nullable=True),
        _instant("received_at"),
        _refers(table, "system_id", "connected_system"),
        _once(table, "system_id", "event_id"),
    )
    op.create_index("ix_inbox_event_received", table, ["organisation_id", "received_at", "id"])


def _create_transfer_file() -> None:
    table = "transfer_file"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _uuid("system_id"),
        _uuid("transfer_id", nullable=True),
        _uuid("file_id"),
        _flag("is_incoming"),
        _count("object_count"),
        sa.Column("total_minor", sa.BigInteger, nullable=True),
        _text("currency", nullable=True),
        _instant("created_at"),
        _instant("downloaded_at", nullable=True),
        _instant("processed_at", nullable=True),
        _refers(table, "file_id", "stored_file"),
        _refers(table, "system_id", "connected_system"),
    )
    op.create_index("ix_transfer_file_created", table, ["organisation_id", "created_at", "id"])
    op.create_index("ix_transfer_file_transfer", table, ["organisation_id", "transfer_id"])


def _create_value_map() -> None:
    table = "value_map"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _text("code"),
        _text("name"),
        _text("description"),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        _instant("created_at"),
        _instant("updated_at"),
        _once(table, "code"),
    )
    op.create_index("ix_value_map_created", table, ["organisation_id", "created_at", "id"])


def _create_value_map_entry() -> None:
    table = "value_map_entry"
    _table(
        table,
        ("id",),
        _uuid("id"),
        _uuid("map_id"),
        _text("key"),
        _text("label", nullable=True),
        _text("value", nullable=True),
        sa.Column(
            "is_mapped",
            sa.Boolean,
            sa.Computed("value IS NOT NULL", persisted=True),
            nullable=False,
        ),
        _json("details"),
        _count("seen_count"),
        _instant("last_seen_at", nullable=True),
        sa.Column("version", sa.Integer, nullable=False, server_default=sa.text("1")),
        _instant("created_at"),
        _instant("updated_at"),
        _refers(table, "map_id", "value_map", "CASCADE"),
        _once(table, "map_id", "key"),
    )
    op.create_index(
        "ix_value_map_entry_unmapped",
        table,
        ["organisation_id", "map_id", "created_at"],
        postgresql_where=sa.text("value IS NULL"),
    )
