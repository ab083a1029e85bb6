"""Systems, flows, and transfers on their way: every stage of them, and each attempt."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Computed, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.domain.flows import FlowTrigger
from app.domain.systems import PauseCause
from app.domain.transfers import TransferFault, TransferStage, TransferStatus
from app.storage.tables.columns import (
    choice,
    count,
    instant,
    minor,
    one_of,
    reference,
    rule,
    string,
    tenant_table,
    uuid,
    version,
)

connected_system = tenant_table(
    "connected_system",
    string("code"),
    string("name"),
    string("kind"),
    Column("settings", JSONB, nullable=False),
    string("document_source_code", optional=True),
    count("rate_per_minute", optional=True),
    instant("paused_at", optional=True),
    choice("pause_cause", PauseCause, optional=True),
    string("pause_reason", optional=True),
    instant("checked_at", optional=True),
    Column("is_well", Boolean, nullable=True),
    string("health_message", optional=True),
    # When the next call may be made; the worker moves it.
    instant("next_call_at", optional=True),
    version(),
    instant("created_at"),
    instant("updated_at"),
    one_of("pause_cause", PauseCause),
    rule("paused_for_a_reason", "(paused_at IS NULL) = (pause_cause IS NULL)"),
    UniqueConstraint("organisation_id", "code"),
    Index("ix_connected_system_created", "organisation_id", "created_at", "id"),
)

system_secret = tenant_table(
    "system_secret",
    uuid("system_id"),
    Column("sealed", LargeBinary, nullable=False),
    instant("updated_at"),
    reference("system_id", "connected_system", ondelete="CASCADE"),
    key=("system_id",),
)

transfer_flow = tenant_table(
    "transfer_flow",
    string("code"),
    string("name"),
    uuid("system_id"),
    choice("trigger", FlowTrigger),
    string("entity"),
    Column("topics", ARRAY(Text, as_tuple=True), nullable=True),
    string("source", optional=True),
    uuid("after_flow_id", optional=True),
    string("action", optional=True),
    Column("options", JSONB, nullable=False),
    count("every_seconds", optional=True),
    count("days_ahead"),
    uuid("mapping_version_id", optional=True),
    Column("is_active", Boolean, nullable=False),
    # Up to where the outbox, or the other side, was read for it; the worker moves them.
    string("position", default=""),
    string("cursor", optional=True),
    instant("next_run_at", optional=True),
    version(),
    instant("created_at"),
    instant("updated_at"),
    reference("system_id", "connected_system"),
    reference("after_flow_id", "transfer_flow"),
    one_of("trigger", FlowTrigger),
    UniqueConstraint("organisation_id", "code"),
    Index("ix_transfer_flow_created", "organisation_id", "created_at", "id"),
    Index("ix_transfer_flow_system", "organisation_id", "system_id"),
)

mapping_version = tenant_table(
    "mapping_version",
    uuid("flow_id"),
    count("number"),
    Column("definition", JSONB, nullable=False),
    string("created_by"),
    instant("created_at"),
    reference("flow_id", "transfer_flow"),
    UniqueConstraint("organisation_id", "flow_id", "number"),
)

transfer = tenant_table(
    "transfer",
    uuid("flow_id"),
    uuid("system_id"),
    string("entity"),
    string("source_id"),
    string("source_version"),
    string("title"),
    uuid("account_id", optional=True),
    uuid("sale_id", optional=True),
    Column("needs", ARRAY(Text, as_tuple=True), nullable=False),
    choice("status", TransferStatus),
    choice("stage", TransferStage),
    choice("fault", TransferFault, optional=True),
    string("message", optional=True),
    string("path", optional=True),
    count("version_no"),
    count("attempt_count"),
    count("failure_count"),
    instant("next_attempt_at", optional=True),
    Column("is_in_doubt", Boolean, nullable=False),
    uuid("waits_for_id", optional=True),
    string("external_id", optional=True),
    string("external_number", optional=True),
    instant("created_at"),
    instant("updated_at"),
    instant("settled_at", optional=True),
    reference("flow_id", "transfer_flow"),
    reference("system_id", "connected_system"),
    one_of("status", TransferStatus),
    one_of("stage", TransferStage),
    one_of("fault", TransferFault),
    rule(
        "ended_is_dated",
        "(status IN ('DONE', 'SKIPPED', 'CANCELLED')) = (settled_at IS NOT NULL)",
    ),
    UniqueConstraint("organisation_id", "flow_id", "source_id", "source_version"),
    Index("ix_transfer_created", "organisation_id", "created_at", "id"),
    Index("ix_transfer_sale", "organisation_id", "sale_id", "id"),
    Index("ix_transfer_source", "organisation_id", "source_id", "id"),
    Index(
        "ix_transfer_open",
        "organisation_id",
        "system_id",
        "account_id",
        "id",
        postgresql_where=sql_text("settled_at IS NULL"),
    ),
    Index(
        "ix_transfer_due",
        "organisation_id",
        "next_attempt_at",
        postgresql_where=sql_text("next_attempt_at IS NOT NULL"),
    ),
    Index(
        "ix_transfer_waiting",
        "organisation_id",
        "waits_for_id",
        postgresql_where=sql_text("waits_for_id IS NOT NULL"),
    ),
)

transfer_version = tenant_table(
    "transfer_version",
    uuid("transfer_id"),
    count("version_no"),
    uuid("mapping_version_id", optional=True),
    string("hash"),
    Column("received", JSONB, nullable=False),
    Column("mapped", JSONB, nullable=True),
    Column("sent", JSONB, nullable=True),
    Column("answer", JSONB, nullable=True),
    Column("changes", JSONB, nullable=False),
    instant("created_at"),
    reference("transfer_id", "transfer", ondelete="CASCADE"),
    reference("mapping_version_id", "mapping_version"),
    UniqueConstraint("organisation_id", "transfer_id", "version_no"),
)

transfer_step = tenant_table(
    "transfer_step",
    uuid("transfer_id"),
    count("version_no"),
    choice("stage", TransferStage),
    string("note", optional=True),
    instant("ended_at"),
    reference("transfer_id", "transfer", ondelete="CASCADE"),
    one_of("stage", TransferStage),
    UniqueConstraint("organisation_id", "transfer_id", "version_no", "stage"),
)

transfer_attempt = tenant_table(
    "transfer_attempt",
    uuid("transfer_id"),
    count("version_no"),
    count("attempt_no"),
    choice("stage", TransferStage),
    instant("started_at"),
    count("duration_ms"),
    choice("fault", TransferFault, optional=True),
    string("message", optional=True),
    string("path", optional=True),
    count("status_code", optional=True),
    string("answer", optional=True),
    reference("transfer_id", "transfer", ondelete="CASCADE"),
    one_of("stage", TransferStage),
    one_of("fault", TransferFault),
    UniqueConstraint("organisation_id", "transfer_id", "attempt_no"),
)

external_reference = tenant_table(
    "external_reference",
    uuid("system_id"),
    string("entity"),
    string("own_id"),
    string("external_id"),
    string("external_number", optional=True),
    uuid("transfer_id", optional=True),
    instant("updated_at"),
    reference("system_id", "connected_system"),
    UniqueConstraint("organisation_id", "system_id", "entity", "own_id"),
    Index(
        "ix_external_reference_external",
        "organisation_id",
        "system_id",
        "entity",
        "external_id",
    ),
    Index("ix_external_reference_own", "organisation_id", "own_id"),
)

inbox_event = tenant_table(
    "inbox_event",
    uuid("system_id"),
    string("source"),
    string("event_id"),
    Column("raw", JSONB, nullable=True),
    instant("received_at"),
    reference("system_id", "connected_system"),
    UniqueConstraint("organisation_id", "system_id", "event_id"),
    Index("ix_inbox_event_received", "organisation_id", "received_at", "id"),
)

transfer_file = tenant_table(
    "transfer_file",
    uuid("system_id"),
    uuid("transfer_id", optional=True),
    uuid("file_id"),
    Column("is_incoming", Boolean, nullable=False),
    count("object_count"),
    minor("total_minor", optional=True),
    string("currency", optional=True),
    instant("created_at"),
    instant("downloaded_at", optional=True),
    instant("processed_at", optional=True),
    reference("system_id", "connected_system"),
    reference("file_id", "stored_file"),
    Index("ix_transfer_file_created", "organisation_id", "created_at", "id"),
    Index("ix_transfer_file_transfer", "organisation_id", "transfer_id"),
)

value_map = tenant_table(
    "value_map",
    string("code"),
    string("name"),
    string("description"),
    version(),
    instant("created_at"),
    instant("updated_at"),
    UniqueConstraint("organisation_id", "code"),
    Index("ix_value_map_created", "organisation_id", "created_at", "id"),
)

value_map_entry = tenant_table(
    "value_map_entry",
    uuid("map_id"),
    string("key"),
    string("label", optional=True),
    string("value", optional=True),
    Column("is_mapped", Boolean, Computed("value IS NOT NULL", persisted=True), nullable=False),
    Column("details", JSONB, nullable=False),
    count("seen_count"),
    instant("last_seen_at", optional=True),
    version(),
    instant("created_at"),
    instant("updated_at"),
    reference("map_id", "value_map", ondelete="CASCADE"),
    UniqueConstraint("organisation_id", "map_id", "key"),
    Index(
        "ix_value_map_entry_unmapped",
        "organisation_id",
        "map_id",
        "created_at",
        postgresql_where=sql_text("value IS NULL"),
    ),
)
