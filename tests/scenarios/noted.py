"""Whatever a command changed last was noted for live data, asked of the rows themselves.

A row says which transaction wrote it (`xmin`). Those that have an audit entry were commands; each
must have a note that names the row, or the Sale or calendar item that it belongs to.
"""

from __future__ import annotations


def _unnoted(table: str, key: str, noted: str, where: str = "true") -> str:
    """List the rows of a table that a command wrote without noting the key of each."""
    return f"""
        WITH commanded AS (
            SELECT DISTINCT xmin::text AS x FROM audit_entry WHERE organisation_id = :club
        ), noted AS (
            SELECT n.txid::xid::text AS x, {noted}
            WHERE n.organisation_id = :club
        )
        SELECT '{table}', row.* FROM {table} AS row
        JOIN commanded ON commanded.x = row.xmin::text
        LEFT JOIN noted ON noted.x = row.xmin::text AND noted.key = replace({key}::text, '-', '')
        WHERE row.organisation_id = :club AND noted.key IS NULL AND {where}"""


_SALES = "k AS key FROM change_note n, jsonb_object_keys(n.changes->'sales') k"
_INVOICES = """i AS key FROM change_note n, jsonb_each(n.changes->'sales') s(id, about),
    jsonb_object_keys(about->'invoices') i"""
_PLACES = """p AS key FROM change_note n, jsonb_array_elements_text(
    (n.changes->'items') || (n.changes->'pools')) p"""
_POOLS = """p.key FROM change_note n, LATERAL (
    SELECT replace(pool.id::text, '-', '') AS key FROM pool
    WHERE pool.organisation_id = :club AND (
        jsonb_exists(n.changes->'pools', replace(pool.id::text, '-', ''))
        OR jsonb_exists(n.changes->'items', replace(pool.calendar_item_id::text, '-', ''))
        OR jsonb_exists(n.changes->'seasons', replace(pool.season_id::text, '-', ''))
        OR (n.changes->>'is_everywhere')::boolean)) p"""

NOTED = {
    "a change of a Sale is noted": _unnoted("sale", "row.id", _SALES),
    "a change of a line is noted with its Sale": _unnoted("sale_line", "row.sale_id", _SALES),
    "a change of an entitlement is noted with its Sale": _unnoted(
        "entitlement", "row.sale_id", _SALES
    ),
    "a change of a reservation is noted with its Sale": _unnoted(
        "reservation", "row.sale_id", _SALES
    ),
    "a cancellation is noted with its Sale": _unnoted("cancellation", "row.sale_id", _SALES),
    "a change of an invoice is noted": _unnoted("invoice", "row.id", _INVOICES),
    "a change of what became of an invoice is noted": _unnoted(
        "receivable", "row.invoice_id", _INVOICES
    ),
    "a change of a document is noted with its invoice": _unnoted(
        "invoice_document", "row.invoice_id", _INVOICES
    ),
    "a seat taken or given back is noted with its calendar item": _unnoted(
        "reservation", "row.calendar_item_id", _PLACES, "row.state IN ('HELD', 'RELEASED')"
    ),
    "a blocked seat is noted with its calendar item": _unnoted(
        "resource_block", "row.calendar_item_id", _PLACES
    ),
    "a change of a pool is noted": _unnoted("pool", "row.id", _POOLS),
}
