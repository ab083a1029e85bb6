"""What must hold of a club's inventory and money at any instant, asked of the database itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from tests.scenarios.noted import NOTED

if TYPE_CHECKING:
    from uuid import UUID

    from app.storage.engine import Engine

# Each statement lists what is wrong, so an empty answer is the proof.
RULES = {
    "a seat has at most one live reservation at a calendar item": """
        SELECT calendar_item_id, resource_id, count(*) FROM reservation
        WHERE organisation_id = :club AND state IN ('HELD', 'SOLD')
        GROUP BY 1, 2 HAVING count(*) > 1""",
    "a live entitlement with a seat in a Draft or Final Sale has its live reservation": """
        SELECT e.id, s.code FROM entitlement e
        JOIN sale s ON s.organisation_id = :club AND s.id = e.sale_id
        WHERE e.organisation_id = :club AND e.status = 'LIVE' AND e.resource_id IS NOT NULL
          AND (s.status NOT IN ('DRAFT', 'FINAL') OR 1 <> (
            SELECT count(*) FROM reservation r
            WHERE r.organisation_id = :club AND r.entitlement_id = e.id AND r.sale_id = s.id
              AND r.resource_id = e.resource_id AND r.calendar_item_id = e.calendar_item_id
              AND r.state = CASE s.status WHEN 'FINAL' THEN 'SOLD' ELSE 'HELD' END))""",
    "a live reservation has its live entitlement in a Draft or Final Sale": """
        SELECT r.id FROM reservation r
        WHERE r.organisation_id = :club AND r.state IN ('HELD', 'SOLD') AND NOT EXISTS (
            SELECT FROM entitlement e
            JOIN sale s ON s.organisation_id = :club AND s.id = e.sale_id
            WHERE e.organisation_id = :club AND e.id = r.entitlement_id AND e.status = 'LIVE'
              AND e.resource_id = r.resource_id AND s.status IN ('DRAFT', 'FINAL'))""",
    "a pool has given exactly what live entitlements have": """
        SELECT p.id, p.taken, count(e.id) FROM pool p
        LEFT JOIN entitlement e
          ON e.organisation_id = :club AND e.pool_id = p.id AND e.status = 'LIVE'
        WHERE p.organisation_id = :club GROUP BY p.id, p.taken HAVING p.taken <> count(e.id)""",
    "a pool has given no more than it has, unless that was forced": """
        SELECT p.id, p.taken, p.capacity FROM pool p
        WHERE p.organisation_id = :club AND p.taken > p.capacity - p.blocked AND NOT EXISTS (
            SELECT FROM overbooking o WHERE o.organisation_id = :club AND o.pool_id = p.id)""",
    "a blocked seat is reserved by nobody": """
        SELECT r.id FROM reservation r
        JOIN resource_block b ON b.organisation_id = :club AND b.resource_id = r.resource_id
         AND b.calendar_item_id = r.calendar_item_id
        WHERE r.organisation_id = :club AND r.state IN ('HELD', 'SOLD')""",
    "a line is worth what its entitlements are worth that were not cancelled": """
        SELECT l.id, l.amount_minor, sum(e.value_minor) FROM sale_line l
        LEFT JOIN entitlement e ON e.organisation_id = :club AND e.line_id = l.id
         AND e.status <> 'CANCELLED'
        WHERE l.organisation_id = :club
        GROUP BY l.id, l.amount_minor HAVING l.amount_minor <> coalesce(sum(e.value_minor), 0)""",
    "every unit of a line is entitled at every one of its calendar items": """
        SELECT l.id FROM sale_line l
        WHERE l.organisation_id = :club AND (
            SELECT count(*) FROM entitlement e
            WHERE e.organisation_id = :club AND e.line_id = l.id
        ) <> (
            SELECT sum(l.quantity * c.quantity * CASE WHEN c.is_per_item
                THEN cardinality(l.calendar_item_ids) ELSE 1 END)
            FROM sale_line_component c
            WHERE c.organisation_id = :club AND c.line_id = l.id)""",
    "the invoices of a Final Sale sum up to it": """
        SELECT s.code, s.gross_minor, sum(i.gross_minor) FROM sale s
        LEFT JOIN invoice i ON i.organisation_id = :club AND i.sale_id = s.id
        WHERE s.organisation_id = :club AND s.status = 'FINAL'
        GROUP BY s.id, s.code, s.net_minor, s.vat_minor, s.gross_minor
        HAVING (s.net_minor, s.vat_minor, s.gross_minor) <> (coalesce(sum(i.net_minor), 0),
            coalesce(sum(i.vat_minor), 0), coalesce(sum(i.gross_minor), 0))""",
    "the cells of an invoice of a Final Sale sum up to it": """
        SELECT i.code FROM invoice i
        JOIN sale s ON s.organisation_id = :club AND s.id = i.sale_id AND s.status = 'FINAL'
        LEFT JOIN invoice_line c ON c.organisation_id = :club AND c.invoice_id = i.id
        WHERE i.organisation_id = :club
        GROUP BY i.id, i.code, i.amount_minor
        HAVING i.amount_minor <> coalesce(sum(c.amount_minor), 0)""",
    "the movements of a line sum to what is left of it": """
        SELECT l.id, l.net_minor, sum(m.net_minor), sum(m.quantity) FROM sale s
        JOIN sale_line l ON l.organisation_id = :club AND l.sale_id = s.id
        LEFT JOIN sale_movement m ON m.organisation_id = :club AND m.line_id = l.id
        WHERE s.organisation_id = :club AND s.status IN ('FINAL', 'CANCELLED')
        GROUP BY l.id, l.net_minor, l.vat_minor, l.gross_minor, l.amount_minor, l.quantity,
            l.quantity_cancelled, s.finalised_at
        HAVING (l.net_minor, l.vat_minor, l.gross_minor, l.amount_minor,
            CASE WHEN s.finalised_at IS NULL THEN 0 ELSE l.quantity - l.quantity_cancelled END)
            <> (coalesce(sum(m.net_minor), 0), coalesce(sum(m.vat_minor), 0),
                coalesce(sum(m.gross_minor), 0), coalesce(sum(m.list_minor - m.discount_minor), 0),
                coalesce(sum(m.quantity), 0))
            OR (l.quantity = l.quantity_cancelled AND sum(m.list_minor) <> 0)""",
    "every change of a Sale is audited under its own version": """
        SELECT s.code, s.version FROM sale s
        WHERE s.organisation_id = :club AND s.version <> (
            SELECT count(*) FROM audit_entry a
            WHERE a.organisation_id = :club AND a.entity_id = s.id
              AND (a.after -> 'sale') IS NOT NULL)""",
}


def broken_rules(engine: Engine, organisation_id: UUID) -> dict[str, list[tuple[object, ...]]]:
    """Return the rules that do not hold, each with what contradicts it."""
    found: dict[str, list[tuple[object, ...]]] = {}
    with engine.connect() as connection:
        for sentence, statement in (RULES | NOTED).items():
            rows = connection.execute(text(statement), {"club": organisation_id}).all()
            if rows:
                found[sentence] = [tuple(row) for row in rows[:5]]
    return found
