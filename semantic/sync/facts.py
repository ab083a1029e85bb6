"""The facts: one table for each thing that happens, at its grain, with additive measures.

Source: `reports.md`, section 2. Amounts are integer minor units of `currency`.
"""

from __future__ import annotations

from semantic.sync.tables import (
    MONEY,
    OWNER,
    ColumnType,
    StarTable,
    days,
    ids,
    instants,
    optional,
    texts,
    truths,
    versions_at,
    wholes,
)

SALE_MOVEMENT = StarTable(
    "fact_sale_movement",
    "one row per change of a line of a Final Sale: FINALISED, CANCELLED (negative), RESTORED, "
    "ADJUSTED (a minor unit of VAT that moved with its invoices)",
    (
        *OWNER,
        *ids("movement_id", "sale_id", "line_id", "account_id", "account_sk", "product_id"),
        *ids("product_sk", "season_id", "calendar_item_id", "price_list_id", "cancellation_id"),
        *texts("kind", "rep_code", "reason"),
        *instants("moved_at", "sold_at"),
        *days("moved_on", "sold_on"),
        *wholes("quantity", "list_minor", "discount_minor", "net_minor", "vat_minor"),
        *wholes("gross_minor"),
        *truths("is_barter", "is_after_document"),
        *MONEY,
    ),
    ("movement_id",),
    (("sale_line", "line_id"), ("sale", "sale_id")),
    versions_at("moved_at", "account", "product"),
)
ENTITLEMENT = StarTable(
    "fact_entitlement",
    "one row per unit x calendar item x component of a Sale, Drafts included",
    (
        *OWNER,
        *ids("entitlement_id", "sale_id", "line_id", "component_id", "account_id", "account_sk"),
        *ids("product_id", "product_sk", "season_id", "calendar_item_id", "resource_id"),
        *ids("location_id", "pool_id", "ticket_holder_id"),
        *texts("status", "sale_status", "location_type_code", "supply_type", "rep_code"),
        *wholes("unit_no", "piece_no", "value_minor"),
        *truths("is_held", "is_sold", "is_assigned"),
        *instants("granted_at"),
        *optional(ColumnType.INSTANT, "sold_at", "cancelled_at", "recognised_at"),
        *MONEY,
    ),
    ("entitlement_id",),
    (
        ("sale_line", "line_id"),
        ("sale", "sale_id"),
        ("calendar_item", "calendar_item_id"),
        ("resource", "resource_id"),
    ),
    versions_at("granted_at", "account", "product"),
)
INVENTORY_DAILY = StarTable(
    "fact_inventory_daily",
    "one row per day x calendar item x location or pool: a snapshot, today's follows every change",
    (
        *OWNER,
        *days("day"),
        *ids("calendar_item_id", "season_id", "location_id", "product_id", "pool_id"),
        *texts("kind", "category"),
        *wholes("capacity", "blocked", "held", "sold"),
        # Days that are over never change: they follow their snapshot, today's the item or pool.
        *ids("live_id", "snapshot_id"),
    ),
    ("day", "calendar_item_id", "season_id", "location_id", "product_id", "kind", "category"),
    (
        ("inventory", "live_id"),
        ("calendar_item", "live_id"),
        ("inventory_snapshot", "snapshot_id"),
    ),
)
"""`live_id` is the calendar item of today's rows, or of a pool without one the pool; of other days
it is unknown. `snapshot_id` is the stored row of a day that is over.
"""
INVOICE_CELL = StarTable(
    "fact_invoice_cell",
    "one row per invoice (or credit note) x original invoice x component of a sales line",
    (
        *OWNER,
        *ids("invoice_id", "original_invoice_id", "component_id", "line_id", "sale_id"),
        *ids("account_id", "account_sk", "product_id", "product_sk", "season_id"),
        *texts("kind", "vat_category", "supply_type", "rep_code"),
        *wholes("rate_bp", "net_minor", "vat_minor", "gross_minor"),
        *truths("is_documented", "is_final"),
        *days("planned_on"),
        *optional(ColumnType.DAY, "issued_on", "due_on"),
        *MONEY,
    ),
    ("invoice_id", "original_invoice_id", "component_id"),
    (("invoice", "invoice_id"), ("sale_line", "line_id"), ("sale", "sale_id")),
    versions_at("planned_on", "account", "product"),
)
DOCUMENT = StarTable(
    "fact_document",
    "one row per accepted document x VAT category and rate; rounding on the first row of each",
    (
        *OWNER,
        *ids("document_id", "invoice_id", "sale_id", "account_id", "account_sk", "season_id"),
        *texts("type", "number", "source", "country", "vat_category"),
        *wholes("rate_bp", "base_minor", "vat_minor", "gross_minor", "rounding_minor"),
        *days("issued_on"),
        *optional(ColumnType.DAY, "due_on"),
        *MONEY,
    ),
    ("document_id", "vat_category", "rate_bp"),
    (("invoice", "invoice_id"), ("sale", "sale_id"), ("account", "account_id")),
    versions_at("issued_on", "account"),
)
AR_ENTRY = StarTable(
    "fact_ar_entry",
    "one row per posting of the receivables ledger; a balance is the sum up to a day",
    (
        *OWNER,
        *ids("entry_id", "account_id", "account_sk", "sale_id", "invoice_id", "payment_id"),
        *texts("type"),
        *wholes("amount_minor"),
        *days("posted_on", "document_on"),
        *instants("posted_at"),
        *MONEY,
    ),
    ("entry_id",),
    (("ledger_entry", "entry_id"),),
    versions_at("posted_at", "account"),
)
PAYMENT = StarTable(
    "fact_payment",
    "one row per payment, with what is left of it",
    (
        *OWNER,
        *ids("payment_id", "account_id", "account_sk"),
        *texts("method", "source"),
        *wholes("amount_minor", "left_minor", "refunded_minor"),
        *truths("is_reversed"),
        *days("received_on"),
        *MONEY,
    ),
    ("payment_id",),
    (("payment", "payment_id"),),
    versions_at("received_on", "account"),
)
PAYMENT_ALLOCATION = StarTable(
    "fact_payment_allocation",
    "one row per payment or credit x invoice or refund: what settled what; reversals are negative",
    (
        *OWNER,
        *ids("allocation_id", "account_id", "account_sk", "payment_id", "credit_id"),
        *ids("invoice_id", "refund_id"),
        *texts("method"),
        *wholes("amount_minor"),
        *days("posted_on"),
        *optional(ColumnType.DAY, "due_on"),
        *optional(ColumnType.WHOLE, "days_late"),
        *MONEY,
    ),
    ("allocation_id",),
    (("payment_allocation", "allocation_id"), ("invoice", "invoice_id")),
    versions_at("posted_on", "account"),
)
PIPELINE_SNAPSHOT = StarTable(
    "fact_pipeline_snapshot",
    "one row per day x Draft: its value, age and seats held; today's follows every change",
    (
        *OWNER,
        *days("day"),
        *ids("sale_id", "account_id", "account_sk", "season_id"),
        *texts("rep_code", "channel"),
        *wholes("net_minor", "gross_minor", "seats_held", "days_in_draft"),
        *optional(ColumnType.INSTANT, "hold_expires_at"),
        *MONEY,
    ),
    ("day", "sale_id"),
    (("sale", "sale_id"), ("draft", "sale_id")),
    versions_at("day", "account"),
)
ATTENDANCE = StarTable(
    "fact_attendance",
    "one row per scan of a ticket at a gate, refused ones included",
    (
        *OWNER,
        *ids("scan_id", "entitlement_id", "sale_id", "account_id", "account_sk", "product_id"),
        *ids("product_sk", "season_id", "calendar_item_id", "resource_id", "location_id"),
        *texts("rep_code", "source", "gate", "direction", "result", "reason"),
        *truths("is_let_through", "is_first"),
        *instants("scanned_at", "granted_at"),
        *optional(ColumnType.WHOLE, "minutes_before"),
    ),
    ("scan_id",),
    (
        ("scan", "scan_id"),
        ("ticket", "entitlement_id"),
        ("sale", "sale_id"),
        ("calendar_item", "calendar_item_id"),
        ("resource", "resource_id"),
    ),
    # The versions that the entitlement has, so that tickets and scans stand in the same rows.
    versions_at("granted_at", "account", "product"),
)
TARGET = StarTable(
    "fact_target",
    "one row per rep x month x product group x currency: what is to be sold",
    (
        *OWNER,
        *ids("target_id", "product_group_id"),
        *texts("rep_code"),
        *wholes("amount_minor"),
        *days("month"),
        *MONEY,
    ),
    ("target_id",),
    (("sales_target", "target_id"),),
)
TRANSFER = StarTable(
    "fact_transfer",
    "one row per attempt to hand an event to another system",
    (
        *OWNER,
        *ids("attempt_id", "delivery_id", "connection_id"),
        *texts("topic", "outcome"),
        *truths("is_ok", "is_retry"),
        *wholes("latency_ms"),
        *instants("attempted_at"),
    ),
    ("attempt_id",),
    (("webhook_delivery", "delivery_id"),),
)

FACTS = (
    SALE_MOVEMENT,
    ENTITLEMENT,
    INVENTORY_DAILY,
    INVOICE_CELL,
    DOCUMENT,
    AR_ENTRY,
    PAYMENT,
    PAYMENT_ALLOCATION,
    PIPELINE_SNAPSHOT,
    ATTENDANCE,
    TARGET,
    TRANSFER,
)
