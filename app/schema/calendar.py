"""Seasons, calendar items and bundles in the API."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from app.commands.calendar import CALENDAR_ITEM, SEASON, cancel, mark_played, postpone
from app.commands.calendar_bundles import create_bundle, edit_bundle
from app.domain.calendar import BundleKind, CalendarItemKind, CalendarItemStatus
from app.schema.calendar_filters import (
    CalendarBundleFilter,
    CalendarBundleSort,
    CalendarItemFilter,
    CalendarItemSort,
    SeasonFilter,
    SeasonSort,
)
from app.schema.calendar_inputs import (
    CalendarBundleCreateInput,
    CalendarBundleUpdateInput,
    CalendarItemCancelInput,
    CalendarItemCreateInput,
    CalendarItemMarkPlayedInput,
    CalendarItemPostponeInput,
    CalendarItemUpdateInput,
    SeasonCreateInput,
    SeasonUpdateInput,
    bundle_to_create,
    bundle_to_edit,
    status_to_change,
)
from app.schema.fields import (
    Node,
    column,
    connected,
    created_column,
    node,
    to_many,
    to_one,
    version_column,
)
from app.schema.inventory_filters import PoolFilter, PoolSort, ReservationFilter, ReservationSort
from app.schema.payloads import action_mutation, create_mutation, update_mutation
from app.schema.scalars import BigInt
from app.schema.venues_filters import ResourceBlockFilter, ResourceBlockSort


@node("season", "A sporting year: the frame of calendar items, prices and season sales.")
class Season(Node):
    """A row of season."""

    code = column("code", str, "The code, unique in the organisation, such as `2026-27`.")
    name = column("name", str, "The name that people read.")
    starts_on = column("starts_on", date, "The first day.")
    ends_on = column("ends_on", date, "The last day.")
    version = version_column()
    created_at = created_column()
    calendar_items = connected(
        "calendar_item",
        "CalendarItem",
        "Its matches and events.",
        filters=CalendarItemFilter,
        sorts=CalendarItemSort,
        via="season_id",
    )
    bundles = connected(
        "calendar_bundle",
        "CalendarBundle",
        "Its bundles.",
        filters=CalendarBundleFilter,
        sorts=CalendarBundleSort,
        via="season_id",
    )
    pools = connected(
        "pool",
        "Pool",
        "The places of products that are granted per season.",
        filters=PoolFilter,
        sorts=PoolSort,
        via="season_id",
    )


@node("calendar_item", "A match or an event.")
class CalendarItem(Node):
    """A row of calendar_item."""

    code = column("code", str, "The code, unique in the organisation.")
    name = column("name", str, "The name, such as the two teams.")
    season = to_one("season_id", "season", "Season", "The season it belongs to.")
    venue = to_one("venue_id", "venue", "Venue", "Where it takes place.")
    kind = column("kind", CalendarItemKind, "Whether it is a match or an event.")
    status = column("status", CalendarItemStatus, "Whether it is still to come.")
    starts_at = column("starts_at", datetime, "When it starts.")
    original_starts_at = column(
        "original_starts_at", datetime, "When it was to start before it was postponed."
    )
    version = version_column()
    created_at = created_column()
    bundle_members = to_many(
        "bundle_item",
        "calendar_item_id",
        "BundleMember",
        "Its places in bundles.",
        order=("bundle_id",),
    )
    pools = connected(
        "pool",
        "Pool",
        "The unnumbered places that can be sold for it.",
        filters=PoolFilter,
        sorts=PoolSort,
        via="calendar_item_id",
    )
    resource_blocks = connected(
        "resource_block",
        "ResourceBlock",
        "The seats and parking places that cannot be sold for it.",
        filters=ResourceBlockFilter,
        sorts=ResourceBlockSort,
        via="calendar_item_id",
    )
    reservations = connected(
        "reservation",
        "Reservation",
        "The seats and parking places that somebody has.",
        filters=ReservationFilter,
        sorts=ReservationSort,
        via="calendar_item_id",
    )


@node("calendar_bundle", "Several calendar items of a season that are sold as one.")
class CalendarBundle(Node):
    """A row of calendar_bundle."""

    code = column("code", str, "The code, unique in the organisation.")
    name = column("name", str, "The name that people read.")
    season = to_one("season_id", "season", "Season", "The season it belongs to.")
    kind = column("kind", BundleKind, "What it groups.")
    version = version_column()
    created_at = created_column()
    members = to_many(
        "bundle_item", "bundle_id", "BundleMember", "Its members in order.", order=("position",)
    )
    bundle_members = to_many(
        "bundle_item",
        "member_bundle_id",
        "BundleMember",
        "Its places in packs.",
        order=("bundle_id",),
    )


@node("bundle_item", "One member of a bundle: a calendar item, or in a pack another bundle.")
class BundleMember(Node):
    """A row of bundle_item."""

    bundle = to_one("bundle_id", "calendar_bundle", "CalendarBundle", "The bundle it is in.")
    position = column("position", int, "Its place among the members, from 0.")
    calendar_item = to_one(
        "calendar_item_id", "calendar_item", "CalendarItem", "The calendar item, if it is one."
    )
    member_bundle = to_one(
        "member_bundle_id", "calendar_bundle", "CalendarBundle", "The inner bundle, if it is one."
    )
    weight = column("weight", BigInt, "Its share of the bundle's value, relative to the others.")


@strawberry.type
class CalendarQuery:
    """Reads of the calendar."""

    seasons = connected("season", "Season", "The seasons.", filters=SeasonFilter, sorts=SeasonSort)
    calendar_items = connected(
        "calendar_item",
        "CalendarItem",
        "The matches and events.",
        filters=CalendarItemFilter,
        sorts=CalendarItemSort,
    )
    calendar_bundles = connected(
        "calendar_bundle",
        "CalendarBundle",
        "The bundles.",
        filters=CalendarBundleFilter,
        sorts=CalendarBundleSort,
    )


@strawberry.type
class CalendarMutation:
    """Changes of the calendar."""

    season_create = create_mutation(SEASON, "Season", SeasonCreateInput, "Create a season.")
    season_update = update_mutation(SEASON, "Season", SeasonUpdateInput, "Change a season.")
    calendar_item_create = create_mutation(
        CALENDAR_ITEM,
        "CalendarItem",
        CalendarItemCreateInput,
        "Create a match or event, also one of the past. The pools of all products that are sold "
        "at its venue are created with it.",
    )
    calendar_item_update = update_mutation(
        CALENDAR_ITEM,
        "CalendarItem",
        CalendarItemUpdateInput,
        "Change a match or event. One that is sold keeps its season and venue.",
    )
    calendar_item_postpone = action_mutation(
        "calendarItemPostpone",
        "calendar_item",
        "CalendarItem",
        CalendarItemPostponeInput,
        status_to_change,
        postpone,
        "Postpone a match or event. What was sold stays sold.",
    )
    calendar_item_mark_played = action_mutation(
        "calendarItemMarkPlayed",
        "calendar_item",
        "CalendarItem",
        CalendarItemMarkPlayedInput,
        status_to_change,
        mark_played,
        "Close a match or event that has begun. It cannot be opened again.",
    )
    calendar_item_cancel = action_mutation(
        "calendarItemCancel",
        "calendar_item",
        "CalendarItem",
        CalendarItemCancelInput,
        status_to_change,
        cancel,
        "Cancel a match or event that nothing is sold or reserved for. It cannot be undone.",
    )
    calendar_bundle_create = action_mutation(
        "calendarBundleCreate",
        "calendar_bundle",
        "CalendarBundle",
        CalendarBundleCreateInput,
        bundle_to_create,
        create_bundle,
        "Create a bundle with its members.",
    )
    calendar_bundle_update = action_mutation(
        "calendarBundleUpdate",
        "calendar_bundle",
        "CalendarBundle",
        CalendarBundleUpdateInput,
        bundle_to_edit,
        edit_bundle,
        "Change a bundle or replace its members. What was sold keeps what it was sold with.",
    )
