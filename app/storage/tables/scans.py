"""What gates read of tickets, and what is noted for handing entitlements over."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index

from app.domain.fulfilment import Confirmation
from app.domain.scans import RefusalReason, ScanDirection, ScanResult
from app.storage.tables.columns import (
    choice,
    instant,
    one_of,
    reference,
    rule,
    string,
    tenant_table,
    uuid,
)

scan = tenant_table(
    "scan",
    string("source"),
    string("external_id"),
    string("ticket"),
    uuid("entitlement_id", optional=True),
    uuid("calendar_item_id", optional=True),
    string("gate", optional=True),
    choice("direction", ScanDirection),
    choice("result", ScanResult),
    choice("reason", RefusalReason, optional=True),
    Column("is_let_through", Boolean, nullable=False),
    instant("scanned_at"),
    string("created_by"),
    instant("created_at"),
    reference("entitlement_id", "entitlement"),
    reference("calendar_item_id", "calendar_item"),
    one_of("direction", ScanDirection),
    one_of("result", ScanResult),
    one_of("reason", RefusalReason),
    rule("refused_for_a_reason", "(result = 'REFUSED') = (reason IS NOT NULL)"),
    rule("accepted_is_known", "result = 'REFUSED' OR entitlement_id IS NOT NULL"),
    rule("accepted_is_let_through", "result = 'REFUSED' OR is_let_through"),
    Index("uq_scan_external_id", "organisation_id", "source", "external_id", unique=True),
    Index("ix_scan_entitlement", "organisation_id", "entitlement_id", "id"),
    Index("ix_scan_calendar_item", "organisation_id", "calendar_item_id", "scanned_at", "id"),
    Index("ix_scan_scanned", "organisation_id", "scanned_at", "id"),
)
"""Never updated; `triggers` refuses it."""

fulfilment = tenant_table(
    "fulfilment",
    uuid("entitlement_id"),
    string("menu", optional=True),
    string("dietary", optional=True),
    choice("confirmation", Confirmation, optional=True),
    string("plate", optional=True),
    instant("delivered_at", optional=True),
    string("updated_by"),
    instant("updated_at"),
    reference("entitlement_id", "entitlement"),
    one_of("confirmation", Confirmation),
    key=("entitlement_id",),
)
