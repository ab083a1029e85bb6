"""Dimensions that models compute split numbers as SQL on the operational store does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from semantic.query.query import Query
from tests.parity.comparing import is_same

if TYPE_CHECKING:
    from tests.parity.conftest import BothStores

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
_MOVED = """
    SELECT {} AS part, sum(moved.net_minor) / 100.0
    FROM sale_movement AS moved
    JOIN sale ON sale.id = moved.sale_id JOIN sale_line AS line ON line.id = moved.line_id
    LEFT JOIN season ON season.id = coalesce(line.season_id, sale.season_id)
    WHERE moved.currency = 'EUR' GROUP BY 1
"""
_DAY = "(moved.moved_at AT TIME ZONE 'Europe/Brussels')::date"
WRITTEN = {
    ("sales.net_bookings", "sales.weeks_to_season_start"): _MOVED.format(
        f"ceil((season.starts_on - {_DAY}) / 7.0)::integer"
    ),
    ("sales.net_bookings", "sales.season_clock_on"): _MOVED.format(
        f"DATE '2001-01-01' + ({_DAY} - season.starts_on)"
    ),
    ("sales.net_bookings", "sales.calendar_day_season_week"): """
        SELECT (SELECT (date_trunc('week', day)::date - date_trunc('week', starts_on)::date) / 7 + 1
                FROM season WHERE day BETWEEN starts_on AND ends_on) AS part, sum(net)
        FROM (
            SELECT (moved_at AT TIME ZONE 'Europe/Brussels')::date AS day, net_minor / 100.0 AS net
            FROM sale_movement WHERE currency = 'EUR'
        ) AS moved GROUP BY 1
    """,
    ("sales.net_bookings", "sales.sale_is_renewal"): _MOVED.format(
        "sale.renewed_from_sale_id IS NOT NULL"
    ),
    ("settlements.settled", "settlements.punctuality"): """
        SELECT CASE WHEN fact.due_on IS NULL THEN 'no due date'
            WHEN part.posted_on <= fact.due_on THEN 'on time'
            WHEN part.posted_on <= fact.due_on + 30 THEN '1-30 days late'
            ELSE 'over 30 days late' END, sum(part.amount_minor) / 100.0
        FROM payment_allocation AS part
        LEFT JOIN receivable AS fact ON fact.invoice_id = part.invoice_id
        WHERE part.currency = 'EUR' GROUP BY 1
    """,
    ("invoicing.gross", "invoicing.invoice_stage"): """
        SELECT CASE WHEN fact.document_state = 'ACCEPTED' THEN 'DOCUMENTED'
            WHEN fact.document_state IS NOT NULL OR fact.claimed_by IS NOT NULL THEN 'PENDING'
            ELSE 'PLANNED' END, sum(cell.gross_minor) / 100.0
        FROM invoice_line AS cell JOIN sale ON sale.id = cell.sale_id
        LEFT JOIN receivable AS fact ON fact.invoice_id = cell.invoice_id
        WHERE cell.currency = 'EUR' AND sale.finalised_at IS NOT NULL GROUP BY 1
    """,
    ("ageing.open", "ageing.bucket"): """
        SELECT CASE WHEN late IS NULL THEN 'CREDIT' WHEN late <= 0 THEN 'NOT_DUE'
            WHEN late <= 30 THEN '1-30' WHEN late <= 60 THEN '31-60' WHEN late <= 90 THEN '61-90'
            ELSE 'OVER_90' END, sum(open_minor) / 100.0
        FROM (
            SELECT (now() AT TIME ZONE 'Europe/Brussels')::date
                - CASE WHEN invoice.kind = 'INVOICE' THEN fact.due_on END AS late,
                entered_minor + rounded_minor - written_off_minor - paid_minor - credited_minor
                + used_minor AS open_minor
            FROM receivable AS fact JOIN invoice ON invoice.id = fact.invoice_id
            WHERE fact.currency = 'EUR'
            UNION ALL
            SELECT NULL, -left_minor FROM payment WHERE currency = 'EUR' AND reversed_at IS NULL
        ) AS item GROUP BY 1
    """,
}


@pytest.mark.parametrize(("measure", "dimension"), WRITTEN)
def test_a_computed_dimension_splits_as_sql_does(
    both: BothStores, measure: str, dimension: str
) -> None:
    query = Query(measures=(measure,), dimensions=(dimension,), timezone="Europe/Brussels")
    asked = {_part(part): number for part, number in both.asked(query) if number}
    written = {
        _part(part): number for part, number in both.written(WRITTEN[measure, dimension]) if number
    }
    assert asked.keys() == written.keys()
    for part, number in asked.items():
        assert is_same(number, written[part]), part


def _part(value: object) -> str:
    """Write a group the same whichever store it comes from."""
    return str(value).removesuffix(" 00:00:00")
