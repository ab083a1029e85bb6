"""What must hold of one account's money and inventory after every single thing that happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from app.domain.documents import DocumentState
from app.domain.receivables import Receivable, invoice_status
from app.storage.ledger_facts import contradictions
from app.storage.rows import names_of

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy import Connection

# Each statement lists what is wrong of the account's Sales; the numbers are those of sales.md 8.
RULES = {
    "1: a line is worth its live entitlements": """
        SELECT l.line_no, l.amount_minor, sum(e.value_minor) FROM sold s
        JOIN sale_line l ON l.organisation_id = :club AND l.sale_id = s.id
        LEFT JOIN entitlement e ON e.organisation_id = :club AND e.line_id = l.id
         AND e.status <> 'CANCELLED'
        GROUP BY l.id, l.line_no, l.amount_minor
        HAVING l.amount_minor <> coalesce(sum(e.value_minor), 0)""",
    "2: the cells of a component sum to it": """
        SELECT c.id, c.amount_minor, sum(i.amount_minor) FROM agreed s
        JOIN sale_line_component c ON c.organisation_id = :club AND c.sale_id = s.id
        LEFT JOIN invoice_line i ON i.organisation_id = :club AND i.component_id = c.id
        GROUP BY c.id, c.amount_minor, c.net_minor, c.vat_minor
        HAVING (c.amount_minor, c.net_minor, c.vat_minor) <> (coalesce(sum(i.amount_minor), 0),
            coalesce(sum(i.net_minor), 0), coalesce(sum(i.vat_minor), 0))""",
    "3: the cells of an invoice sum to it": """
        SELECT i.code FROM agreed s
        JOIN invoice i ON i.organisation_id = :club AND i.sale_id = s.id
        LEFT JOIN invoice_line c ON c.organisation_id = :club AND c.invoice_id = i.id
        GROUP BY i.id, i.code, i.amount_minor, i.net_minor, i.vat_minor
        HAVING (i.amount_minor, i.net_minor, i.vat_minor) IS DISTINCT FROM (
            coalesce(sum(c.amount_minor), 0)::bigint, coalesce(sum(c.net_minor), 0)::bigint,
            coalesce(sum(c.vat_minor), 0)::bigint)""",
    "3: cells have the sign of their Sale, those of credit notes the other": """
        SELECT i.code, c.amount_minor FROM sold s
        JOIN invoice i ON i.organisation_id = :club AND i.sale_id = s.id
        JOIN invoice_line c ON c.organisation_id = :club AND c.invoice_id = i.id
        WHERE c.amount_minor * CASE s.type WHEN 'CREDIT' THEN -1 ELSE 1 END
            * CASE i.kind WHEN 'CREDIT_NOTE' THEN -1 ELSE 1 END < 0""",
    "4: invoices and credit notes sum to the Sale": """
        SELECT s.code, s.net_minor, s.gross_minor, sum(i.net_minor), sum(i.gross_minor)
        FROM agreed s
        LEFT JOIN invoice i ON i.organisation_id = :club AND i.sale_id = s.id
        GROUP BY s.id, s.code, s.net_minor, s.gross_minor
        HAVING (s.net_minor, s.gross_minor) <> (
            coalesce(sum(i.net_minor), 0), coalesce(sum(i.gross_minor), 0))""",
    "5: the VAT of a rate is that of the whole Sale while an open invoice carries it": """
        WITH rated AS (
            SELECT s.id, s.price_basis, v.vat_category, v.rate_bp, sum(v.net_minor) AS net,
                sum(v.vat_minor) AS vat, bool_or(i.kind = 'INVOICE' AND i.amount_minor <> 0
                    AND r.claimed_at IS NULL AND r.document_id IS NULL
                    AND i.replaces_invoice_id IS NULL) AS is_open,
                bool_or(i.replaces_invoice_id IS NOT NULL) AS is_replaced
            FROM agreed s
            JOIN invoice i ON i.organisation_id = :club AND i.sale_id = s.id
            JOIN invoice_vat v ON v.organisation_id = :club AND v.invoice_id = i.id
            LEFT JOIN receivable r ON r.organisation_id = :club AND r.invoice_id = i.id
            WHERE s.vat_rounding = 'SALE_EXACT'
            GROUP BY s.id, s.price_basis, v.vat_category, v.rate_bp
        )
        SELECT id, rate_bp, net, vat FROM rated
        WHERE is_open AND NOT is_replaced AND vat <> CASE price_basis
            WHEN 'GROSS' THEN round((net + vat)::numeric * rate_bp / (10000 + rate_bp))
            ELSE round(net::numeric * rate_bp / 10000) END""",
    "7: nothing is credited beyond its cell": """
        SELECT o.code, c.component_id, sum(c.amount_minor) FROM sold s
        JOIN invoice_line c ON c.organisation_id = :club AND c.sale_id = s.id
        JOIN invoice o ON o.organisation_id = :club AND o.id = c.original_invoice_id
        GROUP BY s.type, o.code, c.component_id
        HAVING sum(c.amount_minor) * CASE s.type WHEN 'CREDIT' THEN -1 ELSE 1 END < 0""",
    "7: what is credited whole is credited with its VAT": """
        SELECT o.code, sum(c.vat_minor) FROM sold s
        JOIN invoice_line c ON c.organisation_id = :club AND c.sale_id = s.id
        JOIN invoice o ON o.organisation_id = :club AND o.id = c.original_invoice_id
        GROUP BY o.code HAVING sum(c.amount_minor) = 0 AND sum(c.vat_minor) <> 0""",
    "10: of a cancelled Sale nothing is left": """
        SELECT s.code, s.net_minor, s.vat_minor FROM sold s
        WHERE s.status = 'CANCELLED' AND (
            (s.net_minor, s.vat_minor, s.gross_minor) <> (0, 0, 0)
            OR EXISTS (SELECT FROM reservation r WHERE r.organisation_id = :club
                AND r.sale_id = s.id AND r.state <> 'RELEASED')
            OR EXISTS (SELECT FROM entitlement e WHERE e.organisation_id = :club
                AND e.sale_id = s.id AND e.status = 'LIVE')
            OR EXISTS (SELECT FROM invoice i
                LEFT JOIN receivable r ON r.organisation_id = :club AND r.invoice_id = i.id
                WHERE i.organisation_id = :club AND i.sale_id = s.id AND i.kind = 'INVOICE'
                  AND i.amount_minor <> 0 AND r.claimed_at IS NULL AND r.document_id IS NULL))""",
    "10: the movements of a line sum to what is left of it": """
        SELECT l.id, l.net_minor, sum(m.net_minor), sum(m.quantity) FROM agreed s
        JOIN sale_line l ON l.organisation_id = :club AND l.sale_id = s.id
        LEFT JOIN sale_movement m ON m.organisation_id = :club AND m.line_id = l.id
        GROUP BY l.id, l.net_minor, l.vat_minor, l.gross_minor, l.amount_minor, l.quantity,
            l.quantity_cancelled, s.finalised_at
        HAVING (l.net_minor, l.vat_minor, l.gross_minor, l.amount_minor,
            CASE WHEN s.finalised_at IS NULL THEN 0 ELSE l.quantity - l.quantity_cancelled END)
            <> (coalesce(sum(m.net_minor), 0), coalesce(sum(m.vat_minor), 0),
                coalesce(sum(m.gross_minor), 0), coalesce(sum(m.list_minor - m.discount_minor), 0),
                coalesce(sum(m.quantity), 0))
            OR (l.quantity = l.quantity_cancelled AND sum(m.list_minor) <> 0)""",
    "13: a live entitlement with a seat has its live reservation, and nothing else has one": """
        SELECT s.code, e.id, r.id FROM sold s
        JOIN entitlement e ON e.organisation_id = :club AND e.sale_id = s.id
        LEFT JOIN reservation r ON r.organisation_id = :club AND r.entitlement_id = e.id
         AND r.state IN ('HELD', 'SOLD')
        WHERE e.resource_id IS NOT NULL
          AND (e.status = 'LIVE') IS DISTINCT FROM (r.state = CASE s.status
            WHEN 'DRAFT' THEN 'HELD' WHEN 'FINAL' THEN 'SOLD' END AND r.id IS NOT NULL)""",
    "13: a pool has given what live entitlements have": """
        SELECT p.id, p.taken, count(e.id) FROM pool p
        LEFT JOIN entitlement e
          ON e.organisation_id = :club AND e.pool_id = p.id AND e.status = 'LIVE'
        WHERE p.organisation_id = :club GROUP BY p.id, p.taken HAVING p.taken <> count(e.id)""",
    "14: a document was entered at its own gross, a credit note that waits not at all": """
        SELECT r.document_no, r.entered_minor, d.gross_minor FROM receivable r
        JOIN invoice i ON i.organisation_id = :club AND i.id = r.invoice_id
        LEFT JOIN invoice_document d ON d.organisation_id = :club AND d.id = r.document_id
        WHERE r.organisation_id = :club AND r.account_id = :account AND (
            (i.kind = 'INVOICE' AND r.entered_minor <> CASE d.state WHEN 'ACCEPTED'
                THEN d.gross_minor ELSE 0 END)
            OR (r.is_waiting AND r.entered_minor <> 0))""",
    "14: no more of a payment is refunded than came by it": """
        SELECT p.id FROM payment p
        WHERE p.organisation_id = :club AND p.account_id = :account AND (
            p.refunded_minor > p.amount_minor OR p.left_minor > p.amount_minor)""",
    "14: credits and allocations are never negative": """
        SELECT r.invoice_id FROM receivable r
        WHERE r.organisation_id = :club AND r.account_id = :account
          AND least(r.paid_minor, r.credited_minor, r.used_minor, r.noted_minor) < 0""",
    "16: every change of a Sale is audited under its own version": """
        SELECT s.code, s.version FROM sold s WHERE s.version <> (
            SELECT count(*) FROM audit_entry a WHERE a.organisation_id = :club
              AND a.entity = 'sale' AND a.entity_id = s.id AND (a.after -> 'sale') IS NOT NULL)""",
}
_SOLD = """WITH sold AS (
    SELECT * FROM sale WHERE organisation_id = :club AND account_id = :account
), agreed AS (SELECT * FROM sold WHERE status IN ('FINAL', 'CANCELLED')) """
_DOCUMENTS = """
SELECT d.id, md5(concat_ws('|', d.number, d.issued_on, d.net_minor, d.vat_minor, d.gross_minor)
    || coalesce((SELECT string_agg(c::text, '|' ORDER BY c::text) FROM invoice_line c
        WHERE c.organisation_id = :club AND c.invoice_id = d.invoice_id), '')
    || coalesce((SELECT string_agg(v::text, '|' ORDER BY v::text) FROM invoice_vat v
        WHERE v.organisation_id = :club AND v.invoice_id = d.invoice_id), ''))
FROM invoice_document d
WHERE d.organisation_id = :club AND d.account_id = :account AND d.state = 'ACCEPTED'
"""
_FACTS = f"""
SELECT i.id AS invoice, i.amount_minor, i.planned_on,
    {", ".join(f"r.{name}" for name in names_of(Receivable))}
FROM invoice i
JOIN sale s ON s.organisation_id = :club AND s.id = i.sale_id
LEFT JOIN receivable r ON r.organisation_id = :club AND r.invoice_id = i.id
WHERE i.organisation_id = :club AND s.account_id = :account
"""
_TABLES = ("receivable", "payment", "refund", "payment_allocation", "ledger_entry", "sale")


def _together() -> str:
    """Write all rules as one query: planned once, and one answer for each step."""
    parts = []
    for place, statement in enumerate(RULES.values()):
        parts.append(f"SELECT {place} AS place, to_jsonb(r)::text AS found FROM ({statement}) AS r")
    return _SOLD + " UNION ALL ".join(parts)


_RULES = text(_together())


def broken(connection: Connection, club: UUID, account: UUID) -> dict[str, Any]:
    """Return the rules that do not hold for an account, each with what contradicts it."""
    given = {"club": club, "account": account}
    found: dict[str, Any] = {}
    sentences = list(RULES)
    for place, row in connection.execute(_RULES, given):
        found.setdefault(sentences[place], []).append(row)
    wrong = contradictions(connection, club, account)
    if wrong:
        found["14: the ledger and the facts say the same"] = wrong
    return found


def documents(connection: Connection, club: UUID, account: UUID) -> dict[UUID, str]:
    """Hash every accepted document with the cells and VAT of its invoice."""
    rows = connection.execute(text(_DOCUMENTS), {"club": club, "account": account})
    return {row[0]: row[1] for row in rows}


def statuses(connection: Connection, club: UUID, account: UUID, today: date) -> dict[UUID, str]:
    """Derive the status of every invoice of an account's Sales from its facts."""
    found: dict[UUID, str] = {}
    for row in connection.execute(text(_FACTS), {"club": club, "account": account}).mappings():
        values = {name: row[name] for name in names_of(Receivable)}
        if values["document_state"] is not None:
            values["document_state"] = DocumentState(values["document_state"])
        facts = Receivable(**values) if values["invoice_id"] is not None else None
        status = invoice_status(
            amount_minor=row["amount_minor"], planned_on=row["planned_on"], facts=facts, today=today
        )
        found[row["invoice"]] = status.value
    return found


def footprint(connection: Connection, club: UUID, account: UUID) -> dict[str, str]:
    """Hash everything that an account has, to show that something wrote nothing."""
    query = " UNION ALL ".join(
        f"SELECT '{name}', coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') "
        f"FROM {name} t WHERE organisation_id = :club AND account_id = :account"
        for name in _TABLES
    )
    rows = connection.execute(text(query), {"club": club, "account": account})
    return {row[0]: row[1] for row in rows}
