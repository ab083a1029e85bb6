"""Reports that are sent by e-mail: when, to whom, and what came of each."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Text, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.domain.report_schedules import Cadence, ReportDeliveryStatus
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

report_schedule = tenant_table(
    "report_schedule",
    string("report_key"),
    string("title"),
    Column("parameters", JSONB, nullable=False),
    string("language"),
    string("format"),
    choice("cadence", Cadence),
    count("weekday", optional=True),
    count("day_of_month", optional=True),
    count("minute_of_day"),
    string("time_zone"),
    Column("recipients", ARRAY(Text, as_tuple=True), nullable=False),
    string("owner"),
    uuid("owner_token_id"),
    Column("is_active", Boolean, nullable=False),
    instant("next_due_at"),
    version(),
    instant("created_at"),
    instant("updated_at"),
    reference("owner_token_id", "access_token"),
    one_of("cadence", Cadence),
    rule("weekly_has_a_day", "(cadence = 'WEEKLY') = (weekday IS NOT NULL)"),
    rule("monthly_has_a_day", "(cadence = 'MONTHLY') = (day_of_month IS NOT NULL)"),
    Index("ix_report_schedule_created", "organisation_id", "created_at", "id"),
    Index(
        "ix_report_schedule_due",
        "organisation_id",
        "next_due_at",
        postgresql_where=sql_text("is_active"),
    ),
)

report_delivery = tenant_table(
    "report_delivery",
    uuid("schedule_id"),
    instant("due_at"),
    choice("status", ReportDeliveryStatus),
    count("attempt_count"),
    instant("next_attempt_at", optional=True),
    string("error", optional=True),
    Column("recipients", ARRAY(Text, as_tuple=True), nullable=False),
    instant("created_at"),
    instant("settled_at", optional=True),
    reference("schedule_id", "report_schedule", ondelete="CASCADE"),
    one_of("status", ReportDeliveryStatus),
    rule("open_is_tried", "(status IN ('PENDING', 'SENDING')) = (next_attempt_at IS NOT NULL)"),
    rule("settled_is_dated", "(next_attempt_at IS NULL) = (settled_at IS NOT NULL)"),
    UniqueConstraint("organisation_id", "schedule_id", "due_at"),
    Index("ix_report_delivery_created", "organisation_id", "created_at", "id"),
    Index(
        "ix_report_delivery_open",
        "organisation_id",
        "next_attempt_at",
        postgresql_where=sql_text("next_attempt_at IS NOT NULL"),
    ),
)

report_recipient = tenant_table(
    "report_recipient", string("pattern"), instant("created_at"), key=("pattern",)
)
