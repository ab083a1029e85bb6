"""How inventory and Drafts stand: counted as they are now, and kept as they were each evening.

The same SELECTs count today's state for the reports and write what is kept of a day that is over,
so that the last figure of a day and the one that was shown in it agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from sqlalchemy import Engine

    from app.storage.unit_of_work import UnitOfWork

TODAY = "(now() AT TIME ZONE club.time_zone)::date"
"""The day it is at the club, inside the SELECTs below."""
INVENTORY_COLUMNS = (
    "calendar_item_id, season_id, location_id, product_id, pool_id, kind, category, capacity, "
    "blocked, held, sold"
)
PIPELINE_COLUMNS = (
    "sale_id, account_id, season_id, rep_code, channel, net_minor, gross_minor, currency, "
    "seats_held, days_in_draft, hold_expires_at"
)


def count_inventory(day: str = TODAY, items: str = "true", pools: str = "true") -> str:
    """Write the SELECT of what can be sold on a day: organisation, day, `INVENTORY_COLUMNS`.

    Numbered resources are counted by calendar item, location, kind and category, everything else
    by its pool. A calendar item counts up to the day on which it takes place, unless it is
    cancelled; a season's pool up to the end of the season.

    Args:
        day: an expression of SQL, in which `club` is the organisation.
        items: which calendar items are counted, in which each is `item`.
        pools: which pools are counted, in which each is `pool`.
    """
    plays_on = "(item.starts_at AT TIME ZONE club.time_zone)::date"
    is_open = f"item.status <> 'CANCELLED' AND {plays_on} >= {day}"
    return f"""
    SELECT item.organisation_id, {day} AS day, item.id AS calendar_item_id, item.season_id,
        place.location_id, NULL::uuid AS product_id, NULL::uuid AS pool_id, place.kind,
        place.category, count(*)::integer AS capacity,
        (count(*) FILTER (WHERE place.is_blocked OR block.id IS NOT NULL))::integer AS blocked,
        (count(*) FILTER (WHERE reservation.state = 'HELD'))::integer AS held,
        (count(*) FILTER (WHERE reservation.state = 'SOLD'))::integer AS sold
    FROM calendar_item AS item
    JOIN organisation AS club ON club.id = item.organisation_id
    JOIN location ON location.organisation_id = item.organisation_id
        AND location.venue_id = item.venue_id
    JOIN resource AS place ON place.organisation_id = item.organisation_id
        AND place.location_id = location.id
    LEFT JOIN resource_block AS block ON block.organisation_id = item.organisation_id
        AND block.calendar_item_id = item.id AND block.resource_id = place.id
    LEFT JOIN reservation ON reservation.organisation_id = item.organisation_id
        AND reservation.calendar_item_id = item.id AND reservation.resource_id = place.id
        AND reservation.state IN ('HELD', 'SOLD')
    WHERE {is_open} AND ({items})
    GROUP BY item.organisation_id, club.time_zone, item.id, item.season_id, place.location_id,
        place.kind, place.category
    UNION ALL
    SELECT pool.organisation_id, {day}, pool.calendar_item_id,
        coalesce(pool.season_id, item.season_id), pool.location_id, pool.product_id, pool.id,
        'POOL', NULL, pool.capacity, pool.blocked, draft.held, pool.taken - draft.held
    FROM pool
    JOIN organisation AS club ON club.id = pool.organisation_id
    LEFT JOIN calendar_item AS item ON item.organisation_id = pool.organisation_id
        AND item.id = pool.calendar_item_id
    LEFT JOIN season ON season.organisation_id = pool.organisation_id
        AND season.id = pool.season_id
    CROSS JOIN LATERAL (
        SELECT count(*)::integer AS held
        FROM entitlement
        JOIN sale ON sale.organisation_id = entitlement.organisation_id
            AND sale.id = entitlement.sale_id AND sale.status = 'DRAFT'
        WHERE entitlement.organisation_id = pool.organisation_id
          AND entitlement.pool_id = pool.id AND entitlement.status = 'LIVE'
    ) AS draft
    WHERE CASE WHEN pool.calendar_item_id IS NOT NULL THEN {is_open}
        WHEN pool.season_id IS NOT NULL THEN season.ends_on >= {day} ELSE true END AND ({pools})
    """  # noqa: S608 - put together from constants


def count_pipeline(day: str = TODAY, drafts: str = "true") -> str:
    """Write the SELECT of what is in Draft on a day: organisation, day, `PIPELINE_COLUMNS`.

    `seats_held` are the different seats and parking places that a Draft holds, at however many
    calendar items. Drafts that were begun after the day are left out.

    Args:
        day: an expression of SQL, in which `club` is the organisation.
        drafts: which Drafts are counted, in which each is `draft`.
    """
    begun_on = "(draft.created_at AT TIME ZONE club.time_zone)::date"
    return f"""
    SELECT draft.organisation_id, {day} AS day, draft.id AS sale_id, draft.account_id,
        draft.season_id, draft.rep_code, draft.channel, draft.net_minor, draft.gross_minor,
        draft.currency, seats.held AS seats_held, {day} - {begun_on} AS days_in_draft,
        draft.hold_expires_at
    FROM sale AS draft
    JOIN organisation AS club ON club.id = draft.organisation_id
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT reservation.resource_id)::integer AS held
        FROM reservation
        WHERE reservation.organisation_id = draft.organisation_id
          AND reservation.sale_id = draft.id AND reservation.state = 'HELD'
    ) AS seats
    WHERE draft.status = 'DRAFT' AND {begun_on} <= {day} AND ({drafts})
    """  # noqa: S608 - put together from constants


_DAY = "CAST(:day AS date)"
_BEGIN = text(
    """
    INSERT INTO daily_snapshot (organisation_id, day, taken_at)
    VALUES (:organisation_id, :day, :taken_at) ON CONFLICT DO NOTHING
    """
)
_OF_POOLS = "pool.organisation_id = :organisation_id"
_OF_ITEMS = "item.organisation_id = :organisation_id"
_OF_DRAFTS = "draft.organisation_id = :organisation_id"
_KEEP_INVENTORY = text(
    f"""
    INSERT INTO inventory_snapshot (organisation_id, id, day, {INVENTORY_COLUMNS})
    SELECT organisation_id, gen_random_uuid(), day, {INVENTORY_COLUMNS}
    FROM ({count_inventory(_DAY, _OF_ITEMS, _OF_POOLS)}) AS counted
    """  # noqa: S608 - put together from constants
)
_KEEP_PIPELINE = text(
    f"""
    INSERT INTO pipeline_snapshot (organisation_id, day, {PIPELINE_COLUMNS})
    SELECT organisation_id, day, {PIPELINE_COLUMNS}
    FROM ({count_pipeline(_DAY, _OF_DRAFTS)}) AS counted
    """  # noqa: S608 - same
)
_MISSING = text(
    """
    SELECT club.id, club.yesterday
    FROM (
        SELECT id, (CAST(:now AS timestamptz) AT TIME ZONE time_zone)::date - 1 AS yesterday,
            (created_at AT TIME ZONE time_zone)::date AS founded_on
        FROM organisation
    ) AS club
    WHERE club.founded_on <= club.yesterday AND NOT EXISTS (
        SELECT FROM daily_snapshot
        WHERE daily_snapshot.organisation_id = club.id AND daily_snapshot.day >= club.yesterday)
    ORDER BY club.id
    """
)


def missing_days(engine: Engine, now: datetime) -> list[tuple[UUID, date]]:
    """List (organisation, day) of clubs whose last day is over and was not kept yet."""
    with engine.connect() as connection:
        return [(row.id, row.yesterday) for row in connection.execute(_MISSING, {"now": now})]


def keep_day(work: UnitOfWork, day: date) -> bool:
    """Keep how inventory and Drafts stand now as the end of a day; false when that was done."""
    given = {"organisation_id": work.organisation_id, "day": day}
    begun = work.connection.execute(_BEGIN, {**given, "taken_at": work.now}).rowcount
    if begun:
        work.connection.execute(_KEEP_INVENTORY, given)
        work.connection.execute(_KEEP_PIPELINE, given)
    return bool(begun)
