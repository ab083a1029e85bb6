"""Movements of Sales, and how inventory and Drafts stood at the end of each day: history."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index

from app.domain.movements import MovementKind
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
)

sale_movement = tenant_table(
    "sale_movement",
    uuid("sale_id"),
    uuid("line_id"),
    choice("kind", MovementKind),
    uuid("cancellation_id", optional=True),
    count("quantity"),
    minor("list_minor"),
    minor("discount_minor"),
    minor("net_minor"),
    minor("vat_minor"),
    minor("gross_minor"),
    string("currency"),
    instant("moved_at"),
    # The line leads to the Sale.
    reference("line_id", "sale_line"),
    reference("cancellation_id", "cancellation"),
    one_of("kind", MovementKind),
    rule("gross_is_net_plus_vat", "gross_minor = net_minor + vat_minor"),
    Index("ix_sale_movement_sale", "organisation_id", "sale_id", "id"),
    Index("ix_sale_movement_line", "organisation_id", "line_id"),
    Index("ix_sale_movement_moved", "organisation_id", "moved_at", "id"),
)
"""Never updated; `triggers` refuses it."""

daily_snapshot = tenant_table(
    "daily_snapshot",
    Column("day", Date, nullable=False),
    instant("taken_at"),
    key=("day",),
)
"""The days of the club of which the closing state was kept; of others it is not known."""

inventory_snapshot = tenant_table(
    "inventory_snapshot",
    Column("day", Date, nullable=False),
    # History refers to nothing: it stays when a place, a product or a pool is taken away.
    uuid("calendar_item_id", optional=True),
    uuid("season_id", optional=True),
    uuid("location_id", optional=True),
    uuid("product_id", optional=True),
    uuid("pool_id", optional=True),
    string("kind"),
    string("category", optional=True),
    count("capacity"),
    count("blocked"),
    count("held"),
    count("sold"),
    Index("ix_inventory_snapshot_day", "organisation_id", "day", "calendar_item_id"),
)

pipeline_snapshot = tenant_table(
    "pipeline_snapshot",
    Column("day", Date, nullable=False),
    uuid("sale_id"),
    uuid("account_id"),
    uuid("season_id", optional=True),
    string("rep_code", optional=True),
    string("channel"),
    minor("net_minor"),
    minor("gross_minor"),
    string("currency"),
    count("seats_held"),
    count("days_in_draft"),
    instant("hold_expires_at", optional=True),
    Index("ix_pipeline_snapshot_sale", "organisation_id", "sale_id"),
    key=("day", "sale_id"),
)
