"""Pools, reservations and the exceptions of overbooking: what can still be sold."""

from __future__ import annotations

from sqlalchemy import Index, UniqueConstraint, text

from app.domain.inventory import ReservationState
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

pool = tenant_table(
    "pool",
    uuid("calendar_item_id", optional=True),
    uuid("season_id", optional=True),
    uuid("product_id", optional=True),
    uuid("location_id", optional=True),
    count("capacity"),
    count("blocked"),
    count("taken"),
    version(),
    instant("created_at"),
    reference("calendar_item_id", "calendar_item"),
    reference("season_id", "season"),
    reference("product_id", "product"),
    reference("location_id", "location"),
    UniqueConstraint(
        "organisation_id",
        "calendar_item_id",
        "season_id",
        "product_id",
        "location_id",
        postgresql_nulls_not_distinct=True,
        name="uq_pool_scope",
    ),
    rule("taken_not_negative", "taken >= 0"),
    rule("capacity_not_negative", "capacity >= 0"),
    rule("blocked_within_capacity", "blocked BETWEEN 0 AND capacity"),
    rule("one_owner", "num_nonnulls(product_id, location_id) = 1"),
    rule("one_time", "num_nonnulls(calendar_item_id, season_id) <= 1"),
    Index("ix_pool_product", "organisation_id", "product_id"),
    Index("ix_pool_location", "organisation_id", "location_id"),
    Index("ix_pool_season", "organisation_id", "season_id"),
    Index("ix_pool_created", "organisation_id", "created_at", "id"),
)

overbooking = tenant_table(
    "overbooking",
    uuid("pool_id"),
    count("capacity"),
    count("taken"),
    string("reason"),
    string("created_by"),
    instant("created_at"),
    reference("pool_id", "pool"),
    Index("ix_overbooking_pool", "organisation_id", "pool_id", "created_at", "id"),
    Index("ix_overbooking_created", "organisation_id", "created_at", "id"),
)

reservation = tenant_table(
    "reservation",
    uuid("sale_id"),
    uuid("entitlement_id"),
    uuid("calendar_item_id"),
    uuid("resource_id"),
    choice("state", ReservationState),
    instant("created_at"),
    # The entitlement leads to the Sale; `sale_id` is here to release a whole Sale at once.
    reference("entitlement_id", "entitlement"),
    reference("calendar_item_id", "calendar_item"),
    reference("resource_id", "resource"),
    one_of("state", ReservationState),
    Index(
        "uq_reservation_live",
        "organisation_id",
        "calendar_item_id",
        "resource_id",
        unique=True,
        postgresql_where=text("state IN ('HELD', 'SOLD')"),
    ),
    Index(
        "uq_reservation_entitlement_live",
        "organisation_id",
        "entitlement_id",
        unique=True,
        postgresql_where=text("state IN ('HELD', 'SOLD')"),
    ),
    Index("ix_reservation_sale", "organisation_id", "sale_id"),
    Index("ix_reservation_resource", "organisation_id", "resource_id"),
)
