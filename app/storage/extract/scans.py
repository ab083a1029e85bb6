"""Extracts of what gates read, and of what is noted for handing entitlements over."""

from __future__ import annotations

from app.storage.extract.statement import Extract


def _scans_of(column: str) -> str:
    """Select the scans of entitlements by another column of these."""
    return (
        "SELECT it.organisation_id, it.id FROM {changed} AS thing "
        "JOIN entitlement AS granted ON granted.organisation_id = thing.organisation_id "
        f"AND granted.{column} = thing.id "
        "JOIN scan AS it ON it.organisation_id = granted.organisation_id "
        "AND it.entitlement_id = granted.id"
    )


ATTENDANCE = Extract(
    "scan",
    """
    SELECT scan.organisation_id, scan.id AS scan_id, scan.entitlement_id, granted.sale_id,
        sale.account_id, granted.product_id,
        coalesce(item.season_id, line.season_id, sale.season_id) AS season_id,
        scan.calendar_item_id, granted.resource_id,
        coalesce(resource.location_id, pool.location_id) AS location_id, sale.rep_code,
        scan.source, scan.gate, scan.direction, scan.result, scan.reason, scan.is_let_through,
        scan.result = 'ACCEPTED' AND scan.direction = 'IN' AND NOT EXISTS (
            SELECT FROM scan AS earlier
            WHERE earlier.organisation_id = scan.organisation_id
              AND earlier.entitlement_id = scan.entitlement_id
              AND earlier.calendar_item_id IS NOT DISTINCT FROM scan.calendar_item_id
              AND earlier.result = 'ACCEPTED' AND earlier.direction = 'IN'
              AND (earlier.scanned_at, earlier.id) < (scan.scanned_at, scan.id)
        ) AS is_first,
        floor(extract(epoch FROM item.starts_at - scan.scanned_at) / 60)::bigint
            AS minutes_before,
        scan.scanned_at, coalesce(sale.created_at, scan.scanned_at) AS granted_at
    FROM {rows} AS scan
    LEFT JOIN calendar_item AS item
        ON item.organisation_id = scan.organisation_id AND item.id = scan.calendar_item_id
    LEFT JOIN entitlement AS granted
        ON granted.organisation_id = scan.organisation_id AND granted.id = scan.entitlement_id
    LEFT JOIN sale
        ON sale.organisation_id = granted.organisation_id AND sale.id = granted.sale_id
    LEFT JOIN sale_line AS line
        ON line.organisation_id = granted.organisation_id AND line.id = granted.line_id
    LEFT JOIN resource
        ON resource.organisation_id = granted.organisation_id AND resource.id = granted.resource_id
    LEFT JOIN pool
        ON pool.organisation_id = granted.organisation_id AND pool.id = granted.pool_id
    """,
    {
        "scan": "id",
        "ticket": "entitlement_id",
        "sale": _scans_of("sale_id"),
        "calendar_item": "calendar_item_id",
        "resource": _scans_of("resource_id"),
    },
)
"""Which scan is the first of its ticket depends on the others: all of a ticket are read again."""

FULFILMENT = Extract(
    "fulfilment",
    """
    SELECT noted.organisation_id, noted.entitlement_id, noted.menu, noted.dietary,
        noted.confirmation, noted.plate, noted.delivered_at
    FROM {rows} AS noted
    """,
    {"fulfilment": "entitlement_id"},
    ("entitlement_id",),
)
