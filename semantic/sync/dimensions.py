"""The dimensions: who, what, where and when. Those with `_sk` keep their history.

A surrogate key (`_sk`) is the id of the audit entry that began a version, or for what was there
before the audit, the id of the thing itself; so a rebuild finds the same keys.
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
    wholes,
)

_VERSION = (*instants("valid_from", "valid_to"), *truths("is_current"))
"""From when (inclusive) to when (exclusive) a version holds; open ends are 0001 and 9999."""

ORGANISATION = StarTable(
    "dim_organisation",
    "one row per club",
    (*OWNER, *texts("code", "name", "country", "currency", "time_zone", "language")),
    ("organisation_id",),
    (("organisation", "organisation_id"),),
)
DATE = StarTable(
    "dim_date",
    "one row per day from 2000 to 2099 and club, for seasons and fiscal years of that club",
    (
        *OWNER,
        *days("day"),
        *wholes("year", "quarter", "month", "iso_year", "iso_week", "weekday"),
        *texts("season_code"),
        *optional(ColumnType.WHOLE, "season_week"),
    ),
    ("organisation_id", "day"),
    (("season_days", "organisation_id"), ("organisation", "organisation_id")),
)
SEASON = StarTable(
    "dim_season",
    "one row per season",
    (*OWNER, *ids("season_id"), *texts("code", "name"), *days("starts_on", "ends_on")),
    ("season_id",),
    (("season", "season_id"),),
)
CALENDAR_ITEM = StarTable(
    "dim_calendar_item",
    "one row per match or event",
    (
        *OWNER,
        *ids("calendar_item_id", "season_id", "venue_id"),
        *texts("code", "name", "kind", "status", "venue_code", "venue_name", "venue_country"),
        *instants("starts_at", "original_starts_at"),
    ),
    ("calendar_item_id",),
    (("calendar_item", "calendar_item_id"), ("venue", "venue_id")),
)
LOCATION = StarTable(
    "dim_location",
    "one row per location, with the locations above it by kind",
    (
        *OWNER,
        *ids("location_id", "venue_id", "parent_id"),
        *texts("code", "name", "kind", "type_code", "path", "stand", "block", "venue_name"),
        *optional(ColumnType.WHOLE, "capacity"),
    ),
    ("location_id",),
    (("venue", "venue_id"),),
)
RESOURCE = StarTable(
    "dim_resource",
    "one row per version of a seat or parking place",
    (
        *OWNER,
        *ids("resource_sk", "resource_id", "location_id"),
        *texts("code", "label", "kind", "category"),
        *truths("is_blocked"),
        *_VERSION,
    ),
    ("resource_sk",),
    (("resource", "resource_id"),),
)
PRODUCT = StarTable(
    "dim_product",
    "one row per version of a product or package",
    (
        *OWNER,
        *ids("product_sk", "product_id", "group_id"),
        *texts("code", "name", "kind", "scope", "category", "group_code", "group_name"),
        *texts("supply_type", "revenue_account"),
        *truths("is_active"),
        *_VERSION,
    ),
    ("product_sk",),
    (("product", "product_id"),),
)
PRODUCT_GROUP = StarTable(
    "dim_product_group",
    "one row per group of products",
    (*OWNER, *ids("product_group_id"), *texts("code", "name")),
    ("product_group_id",),
    (("product_group", "product_group_id"),),
)
ACCOUNT = StarTable(
    "dim_account",
    "one row per version of an account",
    (
        *OWNER,
        *ids("account_sk", "account_id"),
        *texts("code", "name", "kind", "segment", "rep_code", "language", "country", "city"),
        *texts("postal_code", "vat_id"),
        *truths("is_active"),
        *_VERSION,
    ),
    ("account_sk",),
    (("account", "account_id"),),
)
CONTACT = StarTable(
    "dim_contact",
    "one row per contact of an account",
    (
        *OWNER,
        *ids("contact_id", "account_id"),
        *texts("first_name", "last_name", "position", "language", "email"),
        *truths("is_default"),
    ),
    ("contact_id",),
    (("contact", "contact_id"),),
)
TICKET_HOLDER = StarTable(
    "dim_ticket_holder",
    "one row per person whose name stands on tickets",
    (*OWNER, *ids("ticket_holder_id", "account_id"), *texts("first_name", "last_name")),
    ("ticket_holder_id",),
    (("ticket_holder", "ticket_holder_id"),),
)
FULFILMENT = StarTable(
    "dim_fulfilment",
    "one row per entitlement of which something is noted for handing it over",
    (
        *OWNER,
        *ids("entitlement_id"),
        *texts("menu", "dietary", "confirmation", "plate"),
        *optional(ColumnType.INSTANT, "delivered_at"),
    ),
    ("entitlement_id",),
    (("fulfilment", "entitlement_id"),),
)
SALES_REP = StarTable(
    "dim_sales_rep",
    "one row per rep whom the club has named",
    (*OWNER, *texts("rep_code", "name", "team")),
    ("rep_code",),
    (("rep", "organisation_id"),),
)
REP = StarTable(
    "dim_rep",
    "one row per code of a representative that a Sale, an account or a target has or had",
    (*OWNER, *texts("rep_code", "name", "team")),
    ("organisation_id", "rep_code"),
    (("rep", "organisation_id"), ("organisation", "organisation_id")),
)
SALE = StarTable(
    "dim_sale",
    "one row per Sale in any status",
    (
        *OWNER,
        *ids("sale_id", "account_id", "contact_id", "season_id", "price_list_id"),
        *ids("parent_sale_id", "renewed_from_sale_id"),
        *texts("code", "type", "status", "channel", "rep_code", "template_code", "reference"),
        *texts("currency", "price_basis", "cancel_reason"),
        *truths("is_barter", "is_partly_cancelled"),
        *instants("created_at"),
        *optional(ColumnType.INSTANT, "finalised_at", "cancelled_at", "expired_at"),
        *optional(ColumnType.INSTANT, "hold_expires_at"),
    ),
    ("sale_id",),
    (("sale", "sale_id"),),
)
INVOICE = StarTable(
    "dim_invoice",
    "one row per invoice or credit note; paid, open and overdue are derived when they are asked",
    (
        *OWNER,
        *ids("invoice_id", "sale_id", "account_id", "season_id"),
        *texts("code", "kind", "document_no", "document_state"),
        *truths("is_claimed"),
        *wholes("gross_minor", "open_minor", "paid_minor", "credited_minor"),
        *days("planned_on"),
        *optional(ColumnType.DAY, "issued_on", "due_on"),
        *texts("cancel_reason", "rep_code"),
        *truths("is_final"),
        *MONEY,
    ),
    ("invoice_id",),
    (("invoice", "invoice_id"), ("sale", "sale_id")),
)
PRICE_LIST = StarTable(
    "dim_price_list",
    "one row per price list",
    (*OWNER, *ids("price_list_id"), *texts("code", "name", "currency", "price_basis")),
    ("price_list_id",),
    (("price_list", "price_list_id"),),
)
CONNECTION = StarTable(
    "dim_connection",
    "one row per system that events are handed to",
    (*OWNER, *ids("connection_id"), *texts("kind", "name"), *truths("is_active")),
    ("connection_id",),
    (("webhook_endpoint", "connection_id"),),
)

DIMENSIONS = (
    ORGANISATION,
    DATE,
    SEASON,
    CALENDAR_ITEM,
    LOCATION,
    RESOURCE,
    PRODUCT,
    PRODUCT_GROUP,
    ACCOUNT,
    CONTACT,
    TICKET_HOLDER,
    FULFILMENT,
    SALES_REP,
    REP,
    SALE,
    INVOICE,
    PRICE_LIST,
    CONNECTION,
)
