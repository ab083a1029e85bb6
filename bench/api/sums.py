"""The proof that a loaded club is one that Loge itself would have let in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import sql

from app.storage.tables import metadata

if TYPE_CHECKING:
    import psycopg
    from sqlalchemy import ForeignKeyConstraint

# What the deferred triggers of `app.storage.sums` ask of each Sale, asked of all at once.
_SUMS = {
    "lines of a Sale": """
        SELECT count(*) FROM sale s LEFT JOIN (
            SELECT organisation_id, sale_id, sum(net_minor) AS net, sum(gross_minor) AS gross
            FROM sale_line GROUP BY organisation_id, sale_id
        ) AS l ON l.organisation_id = s.organisation_id AND l.sale_id = s.id
        WHERE (s.net_minor, s.gross_minor) IS DISTINCT FROM (l.net::bigint, l.gross::bigint)""",
    "invoices of a Sale": """
        SELECT count(*) FROM sale s LEFT JOIN (
            SELECT organisation_id, sale_id, sum(net_minor) AS net, sum(gross_minor) AS gross
            FROM invoice GROUP BY organisation_id, sale_id
        ) AS i ON i.organisation_id = s.organisation_id AND i.sale_id = s.id
        WHERE (s.net_minor, s.gross_minor) IS DISTINCT FROM (i.net::bigint, i.gross::bigint)""",
    "invoices of a schedule": """
        SELECT count(*) FROM schedule_group g JOIN sale s
            ON s.organisation_id = g.organisation_id AND s.id = g.sale_id
        LEFT JOIN (
            SELECT organisation_id, schedule_group_id, sum(amount_minor) AS amount
            FROM invoice GROUP BY organisation_id, schedule_group_id
        ) AS i ON i.organisation_id = g.organisation_id AND i.schedule_group_id = g.id
        WHERE s.net_minor IS DISTINCT FROM i.amount::bigint""",
    "cells of a component": """
        SELECT count(*) FROM sale_line_component c LEFT JOIN (
            SELECT organisation_id, component_id, sum(amount_minor) AS amount,
                sum(net_minor) AS net, sum(gross_minor) AS gross
            FROM invoice_line GROUP BY organisation_id, component_id
        ) AS i ON i.organisation_id = c.organisation_id AND i.component_id = c.id
        WHERE (c.amount_minor, c.net_minor, c.gross_minor)
            IS DISTINCT FROM (i.amount::bigint, i.net::bigint, i.gross::bigint)""",
    "cells of an invoice": """
        SELECT count(*) FROM invoice i LEFT JOIN (
            SELECT organisation_id, invoice_id, sum(amount_minor) AS amount, sum(net_minor) AS net,
                sum(vat_minor) AS vat
            FROM invoice_line GROUP BY organisation_id, invoice_id
        ) AS c ON c.organisation_id = i.organisation_id AND c.invoice_id = i.id
        WHERE (i.amount_minor, i.net_minor, i.vat_minor)
            IS DISTINCT FROM (c.amount::bigint, c.net::bigint, c.vat::bigint)""",
    "VAT of an invoice": """
        SELECT count(*) FROM invoice i LEFT JOIN (
            SELECT organisation_id, invoice_id, sum(net_minor) AS net, sum(vat_minor) AS vat
            FROM invoice_vat GROUP BY organisation_id, invoice_id
        ) AS v ON v.organisation_id = i.organisation_id AND v.invoice_id = i.id
        WHERE (i.net_minor, i.vat_minor) IS DISTINCT FROM (v.net::bigint, v.vat::bigint)""",
    "allocations of a payment": """
        SELECT count(*) FROM payment p LEFT JOIN (
            SELECT organisation_id, payment_id, sum(amount_minor) AS amount
            FROM payment_allocation GROUP BY organisation_id, payment_id
        ) AS a ON a.organisation_id = p.organisation_id AND a.payment_id = p.id
        WHERE p.amount_minor - p.left_minor IS DISTINCT FROM a.amount::bigint""",
    "allocations of an invoice": """
        SELECT count(*) FROM receivable r LEFT JOIN (
            SELECT organisation_id, invoice_id, sum(amount_minor) AS amount
            FROM payment_allocation GROUP BY organisation_id, invoice_id
        ) AS a ON a.organisation_id = r.organisation_id AND a.invoice_id = r.invoice_id
        WHERE r.paid_minor <> coalesce(a.amount, 0)""",
}


class UnsoundError(Exception):
    """The loaded rows break a rule; the message says which and how often."""


def prove(connection: psycopg.Connection, loaded: set[str]) -> None:
    """Check every sum and every reference of the loaded tables.

    They were loaded with triggers off, which switches off foreign keys too; checks and unique keys
    held all the time.
    """
    for name, query in _SUMS.items():
        _require_none(connection, sql.SQL(query), name)
    for name in sorted(loaded):
        for key in metadata.tables[name].foreign_key_constraints:
            _require_none(connection, _orphans(key), f"{name}: {', '.join(key.column_keys)}")


def _orphans(key: ForeignKeyConstraint) -> sql.Composed:
    """Count the rows whose reference leads nowhere."""
    pairs = [(one.parent.name, one.column.name) for one in key.elements]
    own = sql.SQL(" AND ").join(
        sql.SQL("p.{} = c.{}").format(sql.Identifier(there), sql.Identifier(here))
        for here, there in pairs
    )
    given = sql.SQL(" AND ").join(
        sql.SQL("c.{} IS NOT NULL").format(sql.Identifier(here)) for here, _ in pairs
    )
    return sql.SQL(
        "SELECT count(*) FROM {} c WHERE {} AND NOT EXISTS (SELECT FROM {} p WHERE {})"
    ).format(sql.Identifier(key.table.name), given, sql.Identifier(key.referred_table.name), own)


def _require_none(connection: psycopg.Connection, query: sql.SQL | sql.Composed, name: str) -> None:
    """Run a count that must be 0."""
    row = connection.execute(query).fetchone()
    if row is None or row[0] != 0:
        raise UnsoundError(f"{name}: {row[0] if row else 'no'} rows are wrong")
