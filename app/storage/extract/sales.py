"""Extracts of Sales: their headers, what was sold and taken back, and what they grant."""

from __future__ import annotations

from app.storage.extract.statement import Extract

SALE = Extract(
    "sale",
    """
    SELECT sale.organisation_id, sale.id AS sale_id, sale.account_id, sale.contact_id,
        sale.season_id, sale.price_list_id, sale.parent_sale_id, sale.renewed_from_sale_id,
        sale.code, sale.type, sale.status, sale.channel, sale.rep_code,
        template.code AS template_code, sale.reference, sale.currency, sale.price_basis,
        sale.cancel_reason, sale.is_barter,
        sale.status <> 'CANCELLED' AND EXISTS (
            SELECT FROM sale_line AS line
            WHERE line.organisation_id = sale.organisation_id AND line.sale_id = sale.id
              AND line.cancelled_count > 0
        ) AS is_partly_cancelled,
        sale.created_at, sale.finalised_at, sale.cancelled_at, sale.expired_at,
        sale.hold_expires_at
    FROM {rows} AS sale
    LEFT JOIN sale_template AS template
        ON template.organisation_id = sale.organisation_id AND template.id = sale.template_id
    """,
    {"sale": "id"},
)
SALE_MOVEMENT = Extract(
    "sale_movement",
    """
    SELECT movement.organisation_id, movement.id AS movement_id, movement.sale_id,
        movement.line_id, sale.account_id, line.product_id,
        coalesce(line.season_id, sale.season_id, item.season_id) AS season_id,
        line.calendar_item_id, sale.price_list_id, movement.cancellation_id, movement.kind,
        sale.rep_code, taken.reason, movement.moved_at, sale.finalised_at AS sold_at,
        movement.quantity,
        movement.list_minor, movement.discount_minor, movement.net_minor, movement.vat_minor,
        movement.gross_minor, sale.is_barter,
        movement.cancellation_id IS NOT NULL AND EXISTS (
            SELECT FROM invoice AS note
            WHERE note.organisation_id = movement.organisation_id
              AND note.cancellation_id = movement.cancellation_id AND note.kind = 'CREDIT_NOTE'
        ) AS is_after_document, movement.currency
    FROM {rows} AS movement
    LEFT JOIN cancellation AS taken
        ON taken.organisation_id = movement.organisation_id
       AND taken.id = movement.cancellation_id
    JOIN sale
        ON sale.organisation_id = movement.organisation_id AND sale.id = movement.sale_id
    JOIN sale_line AS line
        ON line.organisation_id = movement.organisation_id AND line.id = movement.line_id
    LEFT JOIN calendar_item AS item
        ON item.organisation_id = line.organisation_id AND item.id = line.calendar_item_id
    """,
    {"sale_line": "line_id", "sale": "sale_id"},
)
ENTITLEMENT = Extract(
    "entitlement",
    """
    SELECT granted.organisation_id, granted.id AS entitlement_id, granted.sale_id,
        granted.line_id, granted.component_id, sale.account_id, granted.product_id,
        coalesce(item.season_id, line.season_id, sale.season_id) AS season_id,
        granted.calendar_item_id, granted.resource_id,
        coalesce(resource.location_id, pool.location_id) AS location_id, granted.pool_id,
        granted.ticket_holder_id, granted.status, sale.status AS sale_status,
        granted.location_type_code, component.supply_type, sale.rep_code, granted.unit_no,
        granted.piece_no, granted.value_minor,
        granted.status = 'LIVE' AND sale.status = 'DRAFT' AS is_held,
        granted.status = 'LIVE' AND sale.status = 'FINAL' AS is_sold,
        granted.ticket_holder_id IS NOT NULL AS is_assigned,
        sale.created_at AS granted_at, sale.finalised_at AS sold_at,
        CASE granted.status
            WHEN 'CANCELLED' THEN coalesce(taken.created_at, sale.cancelled_at)
            WHEN 'RELEASED' THEN coalesce(sale.expired_at, sale.cancelled_at)
        END AS cancelled_at,
        CASE WHEN granted.status = 'LIVE' AND sale.status = 'FINAL' THEN item.starts_at END
            AS recognised_at,
        granted.currency
    FROM {rows} AS granted
    JOIN sale ON sale.organisation_id = granted.organisation_id AND sale.id = granted.sale_id
    JOIN sale_line AS line
        ON line.organisation_id = granted.organisation_id AND line.id = granted.line_id
    JOIN sale_line_component AS component
        ON component.organisation_id = granted.organisation_id
       AND component.id = granted.component_id
    LEFT JOIN calendar_item AS item
        ON item.organisation_id = granted.organisation_id AND item.id = granted.calendar_item_id
    LEFT JOIN resource
        ON resource.organisation_id = granted.organisation_id AND resource.id = granted.resource_id
    LEFT JOIN pool
        ON pool.organisation_id = granted.organisation_id AND pool.id = granted.pool_id
    LEFT JOIN (
        SELECT part.organisation_id, part.entitlement_id, max(whole.created_at) AS created_at
        FROM cancellation_item AS part
        JOIN cancellation AS whole
            ON whole.organisation_id = part.organisation_id AND whole.id = part.cancellation_id
        WHERE whole.undone_at IS NULL
        GROUP BY part.organisation_id, part.entitlement_id
    ) AS taken
        ON taken.organisation_id = granted.organisation_id AND taken.entitlement_id = granted.id
    """,
    {
        "sale_line": "line_id",
        "sale": "sale_id",
        "calendar_item": "calendar_item_id",
        "resource": "resource_id",
    },
)
