"""Seasons, calendar items and the bundles that are sold over them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, Index, UniqueConstraint

from app.domain.calendar import BundleKind, CalendarItemKind, CalendarItemStatus
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

season = tenant_table(
    "season",
    string("code"),
    string("name"),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    version(),
    instant("created_at"),
    UniqueConstraint("organisation_id", "code"),
    rule("ends_after_start", "ends_on >= starts_on"),
    Index("ix_season_starts_on", "organisation_id", "starts_on", "id"),
    Index("ix_season_created", "organisation_id", "created_at", "id"),
)

calendar_item = tenant_table(
    "calendar_item",
    string("code"),
    string("name"),
    uuid("season_id"),
    uuid("venue_id"),
    choice("kind", CalendarItemKind),
    choice("status", CalendarItemStatus),
    instant("starts_at"),
    instant("original_starts_at"),
    version(),
    instant("created_at"),
    UniqueConstraint("organisation_id", "code"),
    reference("season_id", "season"),
    reference("venue_id", "venue"),
    one_of("kind", CalendarItemKind),
    one_of("status", CalendarItemStatus),
    Index("ix_calendar_item_starts_at", "organisation_id", "starts_at", "id"),
    Index("ix_calendar_item_venue", "organisation_id", "venue_id", "starts_at", "id"),
    Index("ix_calendar_item_season", "organisation_id", "season_id", "starts_at", "id"),
    Index("ix_calendar_item_created", "organisation_id", "created_at", "id"),
)

calendar_bundle = tenant_table(
    "calendar_bundle",
    string("code"),
    string("name"),
    uuid("season_id"),
    choice("kind", BundleKind),
    version(),
    instant("created_at"),
    UniqueConstraint("organisation_id", "code"),
    reference("season_id", "season"),
    one_of("kind", BundleKind),
    Index("ix_calendar_bundle_season", "organisation_id", "season_id", "id"),
    Index("ix_calendar_bundle_created", "organisation_id", "created_at", "id"),
)

bundle_item = tenant_table(
    "bundle_item",
    uuid("bundle_id"),
    count("position"),
    uuid("calendar_item_id", optional=True),
    uuid("member_bundle_id", optional=True),
    Column("weight", BigInteger, nullable=False),
    reference("bundle_id", "calendar_bundle", ondelete="CASCADE"),
    reference("calendar_item_id", "calendar_item"),
    reference("member_bundle_id", "calendar_bundle"),
    UniqueConstraint("organisation_id", "bundle_id", "position"),
    rule("weight_not_negative", "weight >= 0"),
    rule("one_member", "(calendar_item_id IS NULL) <> (member_bundle_id IS NULL)"),
    Index("ix_bundle_item_calendar_item", "organisation_id", "calendar_item_id"),
    Index("ix_bundle_item_member", "organisation_id", "member_bundle_id"),
)
