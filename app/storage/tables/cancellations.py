"""Cancellations of Sales, and the jobs that cancel one calendar item across all of them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, UniqueConstraint

from app.domain.cancelling import CreditWhere
from app.domain.event_cancelling import EventCancellationStatus, EventSaleStatus
from app.domain.organisations import CreditNotes
from app.domain.payments import CreditSettlement
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

event_cancellation = tenant_table(
    "event_cancellation",
    uuid("calendar_item_id"),
    string("reason"),
    choice("status", EventCancellationStatus),
    choice("credit_where", CreditWhere),
    choice("credit_notes", CreditNotes),
    choice("settlement", CreditSettlement),
    count("total"),
    count("done"),
    count("failed"),
    version(),
    string("created_by"),
    instant("created_at"),
    instant("ended_at", optional=True),
    reference("calendar_item_id", "calendar_item"),
    one_of("status", EventCancellationStatus),
    one_of("credit_where", CreditWhere),
    one_of("credit_notes", CreditNotes),
    one_of("settlement", CreditSettlement),
    Index("ix_event_cancellation_item", "organisation_id", "calendar_item_id"),
    Index("ix_event_cancellation_created", "organisation_id", "created_at", "id"),
)

event_cancellation_sale = tenant_table(
    "event_cancellation_sale",
    uuid("event_cancellation_id"),
    uuid("sale_id"),
    count("position"),
    choice("status", EventSaleStatus),
    string("message", optional=True),
    uuid("cancellation_id", optional=True),
    instant("ended_at", optional=True),
    reference("event_cancellation_id", "event_cancellation"),
    reference("sale_id", "sale"),
    reference("cancellation_id", "cancellation"),
    one_of("status", EventSaleStatus),
    UniqueConstraint("organisation_id", "event_cancellation_id", "sale_id"),
    Index(
        "ix_event_cancellation_sale_status",
        "organisation_id",
        "event_cancellation_id",
        "status",
        "position",
    ),
    Index("ix_event_cancellation_sale_sale", "organisation_id", "sale_id"),
)

cancellation = tenant_table(
    "cancellation",
    uuid("sale_id"),
    count("sequence_no"),
    string("reason"),
    choice("credit_where", CreditWhere),
    choice("credit_notes", CreditNotes),
    Column("is_whole", Boolean, nullable=False),
    minor("amount_minor"),
    string("currency"),
    string("preview_hash"),
    uuid("event_cancellation_id", optional=True),
    string("created_by"),
    instant("created_at"),
    instant("undone_at", optional=True),
    string("undone_by", optional=True),
    string("undone_reason", optional=True),
    reference("sale_id", "sale"),
    reference("event_cancellation_id", "event_cancellation"),
    one_of("credit_where", CreditWhere),
    one_of("credit_notes", CreditNotes),
    UniqueConstraint("organisation_id", "sale_id", "sequence_no"),
    rule("undone_by_somebody", "num_nonnulls(undone_at, undone_by, undone_reason) IN (0, 3)"),
    Index("ix_cancellation_created", "organisation_id", "created_at", "id"),
)

cancellation_item = tenant_table(
    "cancellation_item",
    uuid("cancellation_id"),
    uuid("entitlement_id"),
    uuid("line_id"),
    minor("value_minor"),
    string("currency"),
    reference("cancellation_id", "cancellation"),
    reference("entitlement_id", "entitlement"),
    reference("line_id", "sale_line"),
    Index("ix_cancellation_item_entitlement", "organisation_id", "entitlement_id"),
    Index("ix_cancellation_item_line", "organisation_id", "line_id"),
    key=("cancellation_id", "entitlement_id"),
)

cancellation_cell = tenant_table(
    "cancellation_cell",
    uuid("cancellation_id"),
    uuid("invoice_id"),
    uuid("component_id"),
    minor("amount_minor"),
    string("currency"),
    reference("cancellation_id", "cancellation"),
    reference("invoice_id", "invoice"),
    reference("component_id", "sale_line_component"),
    Index("ix_cancellation_cell_invoice", "organisation_id", "invoice_id"),
    Index("ix_cancellation_cell_component", "organisation_id", "component_id"),
    key=("cancellation_id", "invoice_id", "component_id"),
)
