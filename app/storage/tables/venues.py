"""Venues: the tree of locations, numbered resources and what blocks them."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, UniqueConstraint

from app.domain.venues import LocationKind, ResourceKind
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

venue = tenant_table(
    "venue",
    string("code"),
    string("name"),
    string("country"),
    version(),
    instant("created_at"),
    UniqueConstraint("organisation_id", "code"),
    Index("ix_venue_created", "organisation_id", "created_at", "id"),
)

location = tenant_table(
    "location",
    uuid("venue_id"),
    uuid("parent_id", optional=True),
    string("code"),
    string("name"),
    choice("kind", LocationKind),
    string("type_code", optional=True),
    count("position"),
    count("capacity", optional=True),
    version(),
    instant("created_at"),
    UniqueConstraint("organisation_id", "code"),
    reference("venue_id", "venue"),
    reference("parent_id", "location"),
    one_of("kind", LocationKind),
    rule("capacity_not_negative", "capacity >= 0"),
    Index("ix_location_venue", "organisation_id", "venue_id", "position", "id"),
    Index("ix_location_parent", "organisation_id", "parent_id", "position", "id"),
    Index("ix_location_created", "organisation_id", "created_at", "id"),
    Index("ix_location_position", "organisation_id", "position", "id"),
)

resource = tenant_table(
    "resource",
    uuid("location_id"),
    choice("kind", ResourceKind),
    string("code"),
    string("label"),
    count("position"),
    string("category", optional=True),
    Column("is_blocked", Boolean, nullable=False),
    version(),
    instant("created_at"),
    UniqueConstraint("organisation_id", "code"),
    reference("location_id", "location"),
    one_of("kind", ResourceKind),
    Index("ix_resource_location", "organisation_id", "location_id", "position", "id"),
    Index("ix_resource_created", "organisation_id", "created_at", "id"),
    Index("ix_resource_position", "organisation_id", "position", "id"),
)

resource_block = tenant_table(
    "resource_block",
    uuid("calendar_item_id"),
    uuid("resource_id"),
    string("reason"),
    instant("created_at"),
    reference("calendar_item_id", "calendar_item"),
    reference("resource_id", "resource"),
    UniqueConstraint("organisation_id", "calendar_item_id", "resource_id"),
    Index("ix_resource_block_resource", "organisation_id", "resource_id"),
    Index("ix_resource_block_created", "organisation_id", "created_at", "id"),
)
