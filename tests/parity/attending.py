"""Attendance, resale and targets, as SQL on the operational store."""

from __future__ import annotations

from tests.parity.written import View, Written, count, money, ratio

_IN = "result = 'ACCEPTED' AND direction = 'IN'"
_TICKET = "is_sold AND kind = 'SEAT' AND calendar_item_id IS NOT NULL"
_PLAYED = f"{_TICKET} AND item_status = 'PLAYED' AND has_scans"
ATTENDANCE = View(
    f"""
    WITH arrived AS (
        SELECT DISTINCT ON (entitlement_id, calendar_item_id) id, entitlement_id, calendar_item_id
        FROM scan WHERE {_IN} ORDER BY entitlement_id, calendar_item_id, scanned_at, id
    )
    SELECT season.name AS season, unit.calendar_item_id, product.kind, item.status AS item_status,
        unit.status = 'LIVE' AND sale.status = 'FINAL' AS is_sold,
        EXISTS (SELECT FROM arrived WHERE arrived.entitlement_id = unit.id) AS came,
        EXISTS (SELECT FROM arrived WHERE arrived.calendar_item_id = item.id) AS has_scans,
        false AS is_scan, NULL AS result, false AS is_first, NULL AS minutes
    FROM entitlement AS unit
    JOIN sale ON sale.id = unit.sale_id
    JOIN sale_line AS line ON line.id = unit.line_id
    JOIN product ON product.id = unit.product_id
    LEFT JOIN calendar_item AS item ON item.id = unit.calendar_item_id
    LEFT JOIN season ON season.id = coalesce(item.season_id, line.season_id, sale.season_id)
    UNION ALL
    SELECT season.name, scan.calendar_item_id, NULL, NULL, false, false, false, true, scan.result,
        scan.id IN (SELECT id FROM arrived),
        floor(extract(epoch FROM item.starts_at - scan.scanned_at) / 60)
    FROM scan
    LEFT JOIN calendar_item AS item ON item.id = scan.calendar_item_id
    LEFT JOIN season ON season.id = item.season_id
    """,
    {
        "tickets": count(_TICKET),
        "attended": count("is_sold AND kind = 'SEAT' AND came"),
        "tickets_of_played": count(_PLAYED),
        "no_show_count": count(f"{_PLAYED} AND NOT came"),
        "no_show_share": ratio(
            f"count(*) FILTER (WHERE {_PLAYED} AND NOT came)", f"count(*) FILTER (WHERE {_PLAYED})"
        ),
        "attended_share": ratio(
            f"count(*) FILTER (WHERE {_PLAYED} AND came)", f"count(*) FILTER (WHERE {_PLAYED})"
        ),
        "scan_count": count("is_scan"),
        "accepted_count": count("is_scan AND result = 'ACCEPTED'"),
        "refused_count": count("is_scan AND result = 'REFUSED'"),
        "arrival_count": count("is_first"),
        "earliest_arrival": Written("max(minutes) FILTER (WHERE is_first)"),
    },
    season="season_name",
)

_RESOLD = "resold_minor IS NOT NULL"
RESALE = View(
    """
    SELECT (taken.created_at AT TIME ZONE 'Europe/Brussels')::date AS day, season.name AS season,
        given.value_minor AS released_minor, again.value_minor AS resold_minor
    FROM entitlement AS given
    JOIN sale ON sale.id = given.sale_id AND sale.type = 'SEASON'
    JOIN calendar_item AS item ON item.id = given.calendar_item_id
    JOIN season ON season.id = item.season_id
    JOIN cancellation_item AS part ON part.entitlement_id = given.id
    JOIN cancellation AS taken ON taken.id = part.cancellation_id AND taken.undone_at IS NULL
    LEFT JOIN (
        SELECT unit.calendar_item_id, unit.resource_id, unit.value_minor
        FROM entitlement AS unit
        JOIN sale ON sale.id = unit.sale_id AND sale.status = 'FINAL'
        WHERE unit.status = 'LIVE'
    ) AS again ON again.calendar_item_id = given.calendar_item_id
        AND again.resource_id = given.resource_id
    WHERE given.status = 'CANCELLED' AND given.resource_id IS NOT NULL AND given.currency = 'EUR'
      AND taken.created_at >= sale.finalised_at
      AND EXISTS (
          SELECT FROM entitlement AS other
          WHERE other.line_id = given.line_id AND other.unit_no = given.unit_no
            AND other.status = 'LIVE' AND sale.status = 'FINAL'
      )
    """,
    {
        "released_count": count("true"),
        "resold_count": count(_RESOLD),
        "resold_share": ratio(f"count(*) FILTER (WHERE {_RESOLD})", "count(*)"),
        "released_value": money("released_minor"),
        "resold_value": money("coalesce(resold_minor, 0)"),
    },
    month="released_at",
    season="season_name",
)

_NET, _TARGET = "sum(net_minor)", "sum(target_minor)"
TARGETS = View(
    """
    SELECT target.month AS day, target.amount_minor AS target_minor, 1 AS targets,
        NULL::bigint AS net_minor, NULL::uuid AS sale_id, NULL::uuid AS account_id, NULL AS kind
    FROM sales_target AS target WHERE target.currency = 'EUR'
    UNION ALL
    SELECT (moved.moved_at AT TIME ZONE 'Europe/Brussels')::date, NULL, 0, moved.net_minor,
        moved.sale_id, sale.account_id, moved.kind
    FROM sale_movement AS moved JOIN sale ON sale.id = moved.sale_id WHERE moved.currency = 'EUR'
    """,
    {
        "target": money("target_minor"),
        "target_count": Written("sum(targets)"),
        "net_bookings": money("net_minor"),
        "sale_count": Written("count(DISTINCT sale_id) FILTER (WHERE kind = 'FINALISED')"),
        "account_count": Written("count(DISTINCT account_id) FILTER (WHERE kind = 'FINALISED')"),
        "achieved_share": ratio(_NET, _TARGET),
        "gap": Written(f"(coalesce({_TARGET}, 0) - coalesce({_NET}, 0)) / 100.0"),
    },
    month="day",
)
