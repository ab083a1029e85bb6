"""Sales, renewals and account positions, as SQL on the operational store."""

from __future__ import annotations

from tests.parity.written import Span, View, Written, count, different, money, over, ratio

_SOLD, _TAKEN = "kind IN ('FINALISED', 'ADJUSTED')", "kind IN ('CANCELLED', 'RESTORED')"
_NET, _LIST = "sum(net_minor) / 100.0", "sum(list_minor)"
_SALES = "count(DISTINCT sale_id) FILTER (WHERE kind = 'FINALISED')"
_NET_BEFORE = over(Span.YEAR_BEFORE, money("net_minor"))

SALES = View(
    """
    SELECT (moved.moved_at AT TIME ZONE 'Europe/Brussels')::date AS day, season.name AS season,
        moved.kind, moved.quantity, moved.list_minor, moved.discount_minor, moved.net_minor,
        moved.vat_minor, moved.gross_minor, moved.sale_id, sale.account_id, sale.is_barter
    FROM sale_movement AS moved
    JOIN sale ON sale.id = moved.sale_id
    JOIN sale_line AS line ON line.id = moved.line_id
    LEFT JOIN calendar_item AS item ON item.id = line.calendar_item_id
    LEFT JOIN season ON season.id = coalesce(line.season_id, sale.season_id, item.season_id)
    WHERE moved.currency = 'EUR'
    """,
    {
        "net_bookings": money("net_minor"),
        "gross_bookings": money("net_minor", _SOLD),
        "cancellations": money("-net_minor", _TAKEN),
        "vat": money("vat_minor"),
        "net_bookings_with_vat": money("gross_minor"),
        "list_value": money("list_minor"),
        "discount": money("discount_minor"),
        "discount_share": ratio("sum(discount_minor)", _LIST),
        "quantity": Written("sum(quantity)"),
        "quantity_sold": Written("sum(quantity) FILTER (WHERE kind = 'FINALISED')"),
        "quantity_cancelled": Written(f"-sum(quantity) FILTER (WHERE {_TAKEN})"),
        "average_price": ratio(_NET, "sum(quantity)"),
        "sale_count": Written(_SALES),
        "cancelled_sale_count": different("sale_id", "kind = 'CANCELLED'"),
        "account_count": different("account_id", "kind = 'FINALISED'"),
        "average_deal": ratio(_NET, _SALES),
        "net_bookings_per_account": ratio(_NET, "count(DISTINCT account_id)"),
        "barter_bookings": money("net_minor", "is_barter"),
        "free_of_charge": money("list_minor", "net_minor = 0"),
        "cancellation_share": ratio(
            f"-sum(net_minor) FILTER (WHERE {_TAKEN})", f"sum(net_minor) FILTER (WHERE {_SOLD})"
        ),
        "movement_count": count("true"),
        "cumulative_net_bookings": over(Span.UP_TO_END, money("net_minor")),
        "net_bookings_fiscal_year_to_date": over(Span.FISCAL_YEAR, money("net_minor")),
        "net_bookings_last_28_days": over(Span.LAST_28_DAYS, money("net_minor")),
        "net_bookings_year_before": _NET_BEFORE,
    },
    month="moved_on",
    season="season_name",
    together={
        "growth": "({net_bookings} - {net_bookings_year_before}) "
        "/ nullif({net_bookings_year_before}, 0)"
    },
)

_BOTH = "prior > 0 AND this > 0"
RENEWALS = View(
    """
    WITH booked AS (
        SELECT sale.account_id,
            coalesce(line.season_id, sale.season_id, item.season_id) AS season_id,
            sum(line.net_minor) AS net_minor
        FROM sale_line AS line JOIN sale ON sale.id = line.sale_id
        LEFT JOIN calendar_item AS item ON item.id = line.calendar_item_id
        WHERE sale.finalised_at IS NOT NULL AND line.currency = 'EUR'
        GROUP BY 1, 2
    ), followed AS (
        SELECT id, name, lag(id) OVER (ORDER BY starts_on) AS prior_id FROM season
    )
    SELECT followed.name AS season, account.id AS account_id,
        greatest(coalesce(this.net_minor, 0), 0) AS this,
        greatest(coalesce(prior.net_minor, 0), 0) AS prior
    FROM followed CROSS JOIN account
    LEFT JOIN booked AS this ON this.account_id = account.id AND this.season_id = followed.id
    LEFT JOIN booked AS prior
        ON prior.account_id = account.id AND prior.season_id = followed.prior_id
    """,
    {
        "previous_value": money("prior", "prior > 0 OR this > 0"),
        "current_value": money("this", "prior > 0 OR this > 0"),
        "renewed_value": money("least(prior, this)", _BOTH),
        "upsell_value": money("this - prior", f"{_BOTH} AND this > prior"),
        "downsell_value": money("prior - this", f"{_BOTH} AND this < prior"),
        "lost_value": money("prior", "prior > 0 AND this = 0"),
        "new_value": money("this", "prior = 0 AND this > 0"),
        "previous_account_count": different("account_id", "prior > 0"),
        "renewed_account_count": different("account_id", _BOTH),
        "renewal_rate": ratio(f"sum(least(prior, this)) FILTER (WHERE {_BOTH})", "sum(prior)"),
        "account_renewal_rate": ratio(
            f"count(DISTINCT account_id) FILTER (WHERE {_BOTH})",
            "count(DISTINCT account_id) FILTER (WHERE prior > 0)",
        ),
    },
    season="season_name",
)

_HAS = "is_booked OR is_owing OR granted > 0"
ACCOUNT_POSITIONS = View(
    """
    SELECT account.id AS account_id, booked.net_minor, booked.gross_minor,
        coalesce(booked.sales, 0) AS sales, booked.sales IS NOT NULL AS is_booked,
        coalesce(owed.open_minor, 0) - coalesce(held.left_minor, 0) AS balance_minor,
        owed.open_minor IS NOT NULL OR held.left_minor IS NOT NULL AS is_owing,
        coalesce(given.granted, 0) AS granted, given.seats, given.expected, given.attended
    FROM account
    LEFT JOIN (
        SELECT sale.account_id, sum(line.net_minor) AS net_minor,
            sum(line.gross_minor) AS gross_minor, count(DISTINCT sale.id) AS sales
        FROM sale_line AS line JOIN sale ON sale.id = line.sale_id
        WHERE sale.finalised_at IS NOT NULL AND line.currency = 'EUR' GROUP BY 1
    ) AS booked ON booked.account_id = account.id
    LEFT JOIN (
        SELECT account_id, sum(entered_minor + rounded_minor - written_off_minor - paid_minor
            - credited_minor + used_minor) AS open_minor
        FROM receivable WHERE currency = 'EUR' GROUP BY 1
    ) AS owed ON owed.account_id = account.id
    LEFT JOIN (
        SELECT account_id, sum(left_minor) AS left_minor FROM payment
        WHERE currency = 'EUR' AND reversed_at IS NULL GROUP BY 1
    ) AS held ON held.account_id = account.id
    LEFT JOIN (
        SELECT sale.account_id, count(*) AS granted,
            count(*) FILTER (WHERE product.kind = 'SEAT') AS seats,
            count(*) FILTER (WHERE product.kind = 'SEAT' AND item.status = 'PLAYED' AND EXISTS (
                SELECT FROM scan WHERE scan.calendar_item_id = item.id
                  AND scan.result = 'ACCEPTED' AND scan.direction = 'IN')) AS expected,
            count(*) FILTER (WHERE product.kind = 'SEAT' AND item.status = 'PLAYED' AND EXISTS (
                SELECT FROM scan WHERE scan.entitlement_id = unit.id
                  AND scan.result = 'ACCEPTED' AND scan.direction = 'IN')) AS attended
        FROM entitlement AS unit JOIN sale ON sale.id = unit.sale_id
        JOIN product ON product.id = unit.product_id
        LEFT JOIN calendar_item AS item ON item.id = unit.calendar_item_id
        WHERE unit.status = 'LIVE' AND sale.status = 'FINAL' AND unit.currency = 'EUR' GROUP BY 1
    ) AS given ON given.account_id = account.id
    """,
    {
        "lifetime_net": money("net_minor"),
        "lifetime_gross": money("gross_minor"),
        "balance": money("balance_minor"),
        "entitlement_count": Written("sum(granted)"),
        "seat_count": Written("sum(seats)"),
        "attended_share": ratio("sum(attended)", "sum(expected)"),
        "sale_count": Written("sum(sales)"),
        "account_count": count(_HAS),
        "average_lifetime_net": ratio(_NET, f"count(*) FILTER (WHERE {_HAS})"),
        "balance_share": ratio("sum(balance_minor)", "sum(gross_minor)"),
    },
)

_GRANTED = "status = 'LIVE' AND sale_status = 'FINAL'"
_GOODS, _SEAT = f"{_GRANTED} AND kind = 'CATALOG'", f"{_GRANTED} AND kind = 'SEAT'"
_PLAYED = f"{_SEAT} AND item_status = 'PLAYED' AND has_scans"
ENTITLEMENTS = View(
    """
    SELECT (sale.finalised_at AT TIME ZONE 'Europe/Brussels')::date AS day, season.name AS season,
        unit.status, sale.status AS sale_status, unit.resource_id, unit.ticket_holder_id,
        unit.value_minor, product.kind, sale.account_id, unit.calendar_item_id,
        item.status AS item_status, noted.confirmation, noted.delivered_at,
        EXISTS (SELECT FROM scan WHERE scan.entitlement_id = unit.id
            AND scan.result = 'ACCEPTED' AND scan.direction = 'IN') AS came,
        EXISTS (SELECT FROM scan WHERE scan.calendar_item_id = item.id
            AND scan.result = 'ACCEPTED' AND scan.direction = 'IN') AS has_scans
    FROM entitlement AS unit
    LEFT JOIN fulfilment AS noted ON noted.entitlement_id = unit.id
    JOIN sale ON sale.id = unit.sale_id
    JOIN sale_line AS line ON line.id = unit.line_id
    JOIN product ON product.id = unit.product_id
    LEFT JOIN calendar_item AS item ON item.id = unit.calendar_item_id
    LEFT JOIN season ON season.id = coalesce(item.season_id, line.season_id, sale.season_id)
    WHERE unit.currency = 'EUR'
    """,
    {
        "sold_count": count(_GRANTED),
        "held_count": count("status = 'LIVE' AND sale_status = 'DRAFT'"),
        "cancelled_count": count("status = 'CANCELLED'"),
        "seat_count": count(f"{_GRANTED} AND resource_id IS NOT NULL"),
        "place_count": different("resource_id", _GRANTED),
        "assigned_count": count(f"{_GRANTED} AND ticket_holder_id IS NOT NULL"),
        "unassigned_count": count(f"{_GRANTED} AND ticket_holder_id IS NULL"),
        "assigned_share": ratio(
            f"count(ticket_holder_id) FILTER (WHERE {_GRANTED})",
            f"count(*) FILTER (WHERE {_GRANTED})",
        ),
        "cover_count": count(f"{_GRANTED} AND kind = 'FORMULA'"),
        "parking_count": count(f"{_GRANTED} AND kind = 'PARKING'"),
        "catalogue_count": count(f"{_GRANTED} AND kind = 'CATALOG'"),
        "delivered_count": count(f"{_GOODS} AND delivered_at IS NOT NULL"),
        "to_deliver_count": count(f"{_GOODS} AND delivered_at IS NULL"),
        "extra_count": count(f"{_GOODS} AND calendar_item_id IS NOT NULL"),
        "chosen_count": count(f"{_GRANTED} AND confirmation = 'CHOSEN'"),
        "autoconfirmed_count": count(f"{_GRANTED} AND confirmation = 'AUTOCONFIRMED'"),
        "scanned_count": count(f"{_GRANTED} AND came"),
        "ticket_count": count(f"{_SEAT} AND calendar_item_id IS NOT NULL"),
        "attended_count": count(f"{_SEAT} AND came"),
        "expected_count": count(_PLAYED),
        "no_show_count": count(f"{_PLAYED} AND NOT came"),
        "no_show_share": ratio(
            f"count(*) FILTER (WHERE {_PLAYED} AND NOT came)", f"count(*) FILTER (WHERE {_PLAYED})"
        ),
        "attended_share": ratio(
            f"count(*) FILTER (WHERE {_PLAYED} AND came)", f"count(*) FILTER (WHERE {_PLAYED})"
        ),
        "account_count": different("account_id", _GRANTED),
        "sold_value": money("value_minor", _GRANTED),
        "cancelled_value": money("value_minor", "status = 'CANCELLED'"),
        "average_value": ratio(
            f"sum(value_minor) FILTER (WHERE {_GRANTED}) / 100.0",
            f"count(*) FILTER (WHERE {_GRANTED})",
        ),
    },
    month="sold_at",
    season="season_name",
)

_TODAY = "(now() AT TIME ZONE 'Europe/Brussels')::date"
_TAKEN_FROM_POOL = """(
        SELECT count(*) FROM entitlement AS unit JOIN sale ON sale.id = unit.sale_id
        WHERE unit.pool_id = pool.id AND unit.status = 'LIVE' AND sale.status = '{}')"""
INVENTORY = View(
    f"""
    WITH upcoming AS (
        SELECT * FROM calendar_item
        WHERE status <> 'CANCELLED'
          AND (starts_at AT TIME ZONE 'Europe/Brussels')::date >= {_TODAY}
    ), reserved AS (
        SELECT calendar_item_id, resource_id, state FROM reservation WHERE state <> 'RELEASED'
    )
    SELECT season.name AS season, 1 AS capacity,
        (resource.is_blocked OR block.id IS NOT NULL)::integer AS blocked,
        (reserved.state IS NOT DISTINCT FROM 'HELD')::integer AS held,
        (reserved.state IS NOT DISTINCT FROM 'SOLD')::integer AS sold
    FROM upcoming AS item
    JOIN season ON season.id = item.season_id
    JOIN location ON location.venue_id = item.venue_id
    JOIN resource ON resource.location_id = location.id
    LEFT JOIN resource_block AS block
        ON block.calendar_item_id = item.id AND block.resource_id = resource.id
    LEFT JOIN reserved
        ON reserved.calendar_item_id = item.id AND reserved.resource_id = resource.id
    UNION ALL
    SELECT season.name, pool.capacity, pool.blocked, {_TAKEN_FROM_POOL.format("DRAFT")},
        {_TAKEN_FROM_POOL.format("FINAL")}
    FROM pool
    LEFT JOIN upcoming AS item ON item.id = pool.calendar_item_id
    LEFT JOIN season ON season.id = coalesce(pool.season_id, item.season_id)
    WHERE item.id IS NOT NULL
       OR pool.calendar_item_id IS NULL AND (pool.season_id IS NULL OR season.ends_on >= {_TODAY})
    """,
    {
        "capacity": Written("sum(capacity)"),
        "blocked": Written("sum(blocked)"),
        "held": Written("sum(held)"),
        "sold": Written("sum(sold)"),
        "free": Written("sum(capacity - blocked - held - sold)"),
        "occupancy": ratio("sum(sold)", "sum(capacity - blocked)"),
        "taken_share": ratio("sum(sold + held)", "sum(capacity - blocked)"),
    },
    season="season_name",
)

PIPELINE = View(
    f"""
    SELECT season.name AS season, sale.net_minor, sale.gross_minor, sale.hold_expires_at,
        {_TODAY} - (sale.created_at AT TIME ZONE 'Europe/Brussels')::date AS days, (
            SELECT count(DISTINCT resource_id) FROM reservation
            WHERE reservation.sale_id = sale.id AND reservation.state = 'HELD'
        ) AS seats, (
            SELECT (sale.net_minor * (count(*) FILTER (WHERE decided.finalised_at IS NOT NULL) + 1)
                / (count(*) + 2))
            FROM (
                SELECT DISTINCT other.id, other.finalised_at
                FROM pipeline_snapshot AS kept JOIN sale AS other ON other.id = kept.sale_id
                WHERE other.status <> 'DRAFT'
                  AND width_bucket(kept.days_in_draft, ARRAY[8, 31, 91]) = width_bucket(
                      (now() AT TIME ZONE 'Europe/Brussels')::date
                      - (sale.created_at AT TIME ZONE 'Europe/Brussels')::date, ARRAY[8, 31, 91])
            ) AS decided
        ) AS weighted_minor
    FROM sale LEFT JOIN season ON season.id = sale.season_id
    WHERE sale.status = 'DRAFT' AND sale.currency = 'EUR'
    """,
    {
        "draft_count": count("true"),
        "value": money("net_minor"),
        "value_with_vat": money("gross_minor"),
        "value_at_risk": money("net_minor", "hold_expires_at IS NOT NULL"),
        "weighted_value": money("weighted_minor"),
        "seats_held": Written("sum(seats)"),
        "average_days_in_draft": ratio("sum(days)", "count(*)"),
    },
    season="season_name",
)
