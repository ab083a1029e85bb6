"""The pools that must exist: one statement lists them, one inserts those that are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from app.storage.identity import new_id

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from app.storage.unit_of_work import UnitOfWork

_WANTED = text(
    """
    WITH offered AS (
        SELECT product.scope, location.venue_id,
            CASE WHEN product.capacity IS NULL THEN NULL ELSE product.id END AS product_id,
            CASE WHEN product.capacity IS NULL THEN location.id END AS location_id,
            coalesce(product.capacity, location.capacity) AS capacity
        FROM product
        LEFT JOIN location
            ON location.organisation_id = product.organisation_id
            AND location.id = product.location_id
        WHERE product.organisation_id = :organisation_id
            AND product.is_limited AND NOT product.is_numbered AND product.is_active
            AND product.kind <> 'PACKAGE'
            AND coalesce(product.capacity, location.capacity) IS NOT NULL
            AND (CAST(:product_ids AS uuid[]) IS NULL OR product.id = ANY(:product_ids))
            AND (CAST(:location_ids AS uuid[]) IS NULL OR location.id = ANY(:location_ids))
    ), time AS (
        SELECT 'CALENDAR_ITEM' AS scope, id AS calendar_item_id, CAST(NULL AS uuid) AS season_id,
            venue_id
        FROM calendar_item
        WHERE organisation_id = :organisation_id AND status <> 'CANCELLED'
            AND (CAST(:item_ids AS uuid[]) IS NULL OR id = ANY(:item_ids))
        UNION ALL
        SELECT 'SEASON', NULL, id, NULL
        FROM season
        WHERE organisation_id = :organisation_id
            AND (CAST(:season_ids AS uuid[]) IS NULL OR id = ANY(:season_ids))
        UNION ALL
        SELECT 'NONE', NULL, NULL, NULL WHERE :once
    )
    SELECT DISTINCT time.calendar_item_id, time.season_id, offered.product_id,
        offered.location_id, offered.capacity
    FROM offered
    JOIN time ON time.scope = offered.scope
        AND (time.venue_id IS NULL OR offered.venue_id IS NULL
            OR time.venue_id = offered.venue_id)
    """
)
_INSERT = text(
    """
    INSERT INTO pool (organisation_id, id, calendar_item_id, season_id, product_id, location_id,
        capacity, blocked, taken, version, created_at)
    SELECT :organisation_id, given.id, given.calendar_item_id, given.season_id, given.product_id,
        given.location_id, given.capacity, 0, 0, 1, :now
    FROM unnest(CAST(:ids AS uuid[]), CAST(:items AS uuid[]), CAST(:seasons AS uuid[]),
        CAST(:products AS uuid[]), CAST(:locations AS uuid[]), CAST(:capacities AS integer[]))
        AS given(id, calendar_item_id, season_id, product_id, location_id, capacity)
    ON CONFLICT ON CONSTRAINT uq_pool_scope DO NOTHING
    """
)
_DELETE_ELSEWHERE = text(
    """
    DELETE FROM pool USING calendar_item, location
    WHERE pool.organisation_id = :organisation_id
        AND pool.calendar_item_id = ANY(:item_ids)
        AND calendar_item.organisation_id = :organisation_id
        AND calendar_item.id = pool.calendar_item_id
        AND location.organisation_id = :organisation_id
        AND location.id = coalesce(pool.location_id, (
            SELECT product.location_id FROM product
            WHERE product.organisation_id = :organisation_id AND product.id = pool.product_id))
        AND location.venue_id <> calendar_item.venue_id
        AND NOT EXISTS (
            SELECT FROM overbooking
            WHERE overbooking.organisation_id = :organisation_id AND overbooking.pool_id = pool.id)
        AND NOT EXISTS (
            SELECT FROM entitlement
            WHERE entitlement.organisation_id = :organisation_id
                AND entitlement.calendar_item_id = pool.calendar_item_id
                AND entitlement.pool_id = pool.id)
    """
)


def insert_missing_pools(
    work: UnitOfWork,
    *,
    calendar_items: Collection[UUID] | None = None,
    seasons: Collection[UUID] | None = None,
    products: Collection[UUID] | None = None,
    locations: Collection[UUID] | None = None,
) -> None:
    """Insert the pools that do not exist yet, looking only at what changed.

    Changed `products` or `locations` get their pools at every time; changed `calendar_items` or
    `seasons` get the pools of every product, so either kind of argument is given alone.
    """
    any_time = calendar_items is None and seasons is None
    parameters = {
        "organisation_id": work.organisation_id,
        "product_ids": _listed(products),
        "location_ids": _listed(locations),
        "item_ids": None if any_time else list(calendar_items or ()),
        "season_ids": None if any_time else list(seasons or ()),
        "once": any_time,
    }
    found = work.connection.execute(_WANTED, parameters).all()
    if not found:
        return
    items, of_seasons, of_products, of_locations, capacities = zip(*found, strict=True)
    work.changes.note_pools_at(set(zip(items, of_seasons, strict=True)))
    work.connection.execute(
        _INSERT,
        {
            "organisation_id": work.organisation_id,
            "now": work.now,
            "ids": [new_id() for _ in found],
            "items": list(items),
            "seasons": list(of_seasons),
            "products": list(of_products),
            "locations": list(of_locations),
            "capacities": list(capacities),
        },
    )


def _listed(ids: Collection[UUID] | None) -> list[UUID] | None:
    """Return a list for the driver, None standing for all."""
    return None if ids is None else list(ids)


def delete_pools_elsewhere(work: UnitOfWork, calendar_item_ids: Collection[UUID]) -> None:
    """Delete the unused pools that calendar items have at another venue than their own."""
    parameters = {"organisation_id": work.organisation_id, "item_ids": list(calendar_item_ids)}
    work.connection.execute(_DELETE_ELSEWHERE, parameters)
    work.changes.items.update(calendar_item_ids)
