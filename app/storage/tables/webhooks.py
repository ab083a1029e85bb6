"""Webhook endpoints, what is delivered to them, and each attempt."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import ARRAY

from app.domain.events import Topic
from app.domain.webhooks import AttemptError, DeliveryStatus, DisabledReason
from app.storage.tables.columns import (
    choice,
    count,
    instant,
    one_of,
    reference,
    rule,
    string,
    tenant_table,
    uuid,
    version,
)

webhook_endpoint = tenant_table(
    "webhook_endpoint",
    string("url"),
    string("description"),
    Column("topics", ARRAY(Text, as_tuple=True), nullable=True),
    Column("is_active", Boolean, nullable=False),
    instant("disabled_at", optional=True),
    choice("disabled_reason", DisabledReason, optional=True),
    instant("failing_since", optional=True),
    # Up to where the outbox was read for it, see app/storage/feed.py; the worker moves it.
    string("position", default=""),
    instant("position_at", optional=True),
    version(),
    instant("created_at"),
    instant("updated_at"),
    one_of("disabled_reason", DisabledReason),
    rule("disabled_for_a_reason", "(disabled_at IS NULL) = (disabled_reason IS NULL)"),
    rule("disabled_is_inactive", "disabled_at IS NULL OR NOT is_active"),
    Index("ix_webhook_endpoint_created", "organisation_id", "created_at", "id"),
)

webhook_secret = tenant_table(
    "webhook_secret",
    uuid("endpoint_id"),
    Column("sealed", LargeBinary, nullable=False),
    instant("created_at"),
    instant("ends_at", optional=True),
    reference("endpoint_id", "webhook_endpoint", ondelete="CASCADE"),
    Index("ix_webhook_secret_endpoint", "organisation_id", "endpoint_id"),
)

webhook_replay = tenant_table(
    "webhook_replay",
    uuid("endpoint_id"),
    instant("since_at"),
    instant("until_at"),
    count("total"),
    count("delivered"),
    count("exhausted"),
    instant("created_at"),
    reference("endpoint_id", "webhook_endpoint", ondelete="CASCADE"),
    Index("ix_webhook_replay_endpoint", "organisation_id", "endpoint_id", "created_at", "id"),
    Index("ix_webhook_replay_created", "organisation_id", "created_at", "id"),
)

webhook_delivery = tenant_table(
    "webhook_delivery",
    uuid("endpoint_id"),
    uuid("event_id"),
    choice("topic", Topic),
    choice("status", DeliveryStatus),
    count("attempt_count"),
    count("failure_count"),
    instant("next_attempt_at", optional=True),
    instant("queued_at"),
    instant("settled_at", optional=True),
    uuid("replay_id", optional=True),
    reference("endpoint_id", "webhook_endpoint", ondelete="CASCADE"),
    reference("event_id", "outbox"),
    reference("replay_id", "webhook_replay"),
    one_of("status", DeliveryStatus),
    rule("pending_is_tried", "(status = 'PENDING') = (next_attempt_at IS NOT NULL)"),
    rule("pending_is_not_settled", "(status = 'PENDING') = (settled_at IS NULL)"),
    UniqueConstraint("organisation_id", "endpoint_id", "event_id"),
    Index("ix_webhook_delivery_queued", "organisation_id", "queued_at", "id"),
    Index("ix_webhook_delivery_event", "organisation_id", "event_id"),
    Index("ix_webhook_delivery_endpoint", "organisation_id", "endpoint_id", "queued_at", "id"),
    Index(
        "ix_webhook_delivery_due",
        "organisation_id",
        "endpoint_id",
        "next_attempt_at",
        "id",
        postgresql_where=sql_text("status = 'PENDING'"),
    ),
    Index(
        "ix_webhook_delivery_replay",
        "organisation_id",
        "replay_id",
        postgresql_where=sql_text("replay_id IS NOT NULL"),
    ),
)

webhook_attempt = tenant_table(
    "webhook_attempt",
    uuid("delivery_id"),
    count("attempt_no"),
    instant("started_at"),
    count("duration_ms"),
    count("status_code", optional=True),
    choice("error", AttemptError, optional=True),
    string("excerpt", optional=True),
    reference("delivery_id", "webhook_delivery", ondelete="CASCADE"),
    one_of("error", AttemptError),
    UniqueConstraint("organisation_id", "delivery_id", "attempt_no"),
    Index("ix_webhook_attempt_started", "organisation_id", "started_at", "id"),
)
