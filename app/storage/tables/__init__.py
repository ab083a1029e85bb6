"""The operational schema: one module for each noun, one `metadata` for all."""

from __future__ import annotations

from app.storage.tables.accounts import account, contact, ticket_holder
from app.storage.tables.audit import audit_entry, audit_pending, audit_seal, idempotency, outbox
from app.storage.tables.calendar import bundle_item, calendar_bundle, calendar_item, season
from app.storage.tables.cancellations import (
    cancellation,
    cancellation_cell,
    cancellation_item,
    event_cancellation,
    event_cancellation_sale,
)
from app.storage.tables.change_log import change_log, change_log_trim
from app.storage.tables.changes import change_note
from app.storage.tables.columns import metadata
from app.storage.tables.inventory import overbooking, pool, reservation
from app.storage.tables.invoices import invoice, invoice_line, invoice_vat
from app.storage.tables.movements import (
    daily_snapshot,
    inventory_snapshot,
    pipeline_snapshot,
    sale_movement,
)
from app.storage.tables.organisations import (
    access_token,
    brand,
    identity_provider,
    organisation,
)
from app.storage.tables.payments import (
    ledger_entry,
    ledger_pending,
    ledger_seal,
    payment,
    payment_allocation,
    refund,
)
from app.storage.tables.products import (
    package_component,
    price,
    price_list,
    product,
    product_group,
    vat_rule,
)
from app.storage.tables.receivables import (
    document_source,
    invoice_document,
    receivable,
    stored_file,
)
from app.storage.tables.report_links import report_frame, report_link
from app.storage.tables.report_schedules import (
    report_delivery,
    report_recipient,
    report_schedule,
)
from app.storage.tables.reports import report, report_favourite, report_version
from app.storage.tables.sales import (
    entitlement,
    sale,
    sale_line,
    sale_line_component,
    sale_template,
    sale_template_line,
    sale_tombstone,
    schedule_group,
)
from app.storage.tables.scans import fulfilment, scan
from app.storage.tables.statements import payment_proposal, statement_entry
from app.storage.tables.targets import sales_rep, sales_target
from app.storage.tables.transfers import (
    connected_system,
    external_reference,
    inbox_event,
    mapping_version,
    system_secret,
    transfer,
    transfer_attempt,
    transfer_file,
    transfer_flow,
    transfer_step,
    transfer_version,
    value_map,
    value_map_entry,
)
from app.storage.tables.venues import location, resource, resource_block, venue
from app.storage.tables.webhooks import (
    webhook_attempt,
    webhook_delivery,
    webhook_endpoint,
    webhook_replay,
    webhook_secret,
)

__all__ = [
    "access_token",
    "account",
    "audit_entry",
    "audit_pending",
    "audit_seal",
    "brand",
    "bundle_item",
    "calendar_bundle",
    "calendar_item",
    "cancellation",
    "cancellation_cell",
    "cancellation_item",
    "change_log",
    "change_log_trim",
    "change_note",
    "connected_system",
    "contact",
    "daily_snapshot",
    "document_source",
    "entitlement",
    "event_cancellation",
    "event_cancellation_sale",
    "external_reference",
    "fulfilment",
    "idempotency",
    "identity_provider",
    "inbox_event",
    "inventory_snapshot",
    "invoice",
    "invoice_document",
    "invoice_line",
    "invoice_vat",
    "ledger_entry",
    "ledger_pending",
    "ledger_seal",
    "location",
    "mapping_version",
    "metadata",
    "organisation",
    "outbox",
    "overbooking",
    "package_component",
    "payment",
    "payment_allocation",
    "payment_proposal",
    "pipeline_snapshot",
    "pool",
    "price",
    "price_list",
    "product",
    "product_group",
    "receivable",
    "refund",
    "report",
    "report_delivery",
    "report_favourite",
    "report_frame",
    "report_link",
    "report_recipient",
    "report_schedule",
    "report_version",
    "reservation",
    "resource",
    "resource_block",
    "sale",
    "sale_line",
    "sale_line_component",
    "sale_movement",
    "sale_template",
    "sale_template_line",
    "sale_tombstone",
    "sales_rep",
    "sales_target",
    "scan",
    "schedule_group",
    "season",
    "statement_entry",
    "stored_file",
    "system_secret",
    "ticket_holder",
    "transfer",
    "transfer_attempt",
    "transfer_file",
    "transfer_flow",
    "transfer_step",
    "transfer_version",
    "value_map",
    "value_map_entry",
    "vat_rule",
    "venue",
    "webhook_attempt",
    "webhook_delivery",
    "webhook_endpoint",
    "webhook_replay",
    "webhook_secret",
]
