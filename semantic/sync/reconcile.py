"""The proof: totals of the facts equal those of the operational store at the same snapshot."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import duckdb

_CURRENCY = ("organisation_id", "currency")
_CLUB = ("organisation_id",)
_KNOWN = "<> '00000000-0000-0000-0000-000000000000'"


@dataclass(frozen=True, slots=True)
class Total:
    """A total of the facts: an aggregate of a table's rows, for each of the parts."""

    table: str
    aggregate: str
    parts: tuple[str, ...] = _CURRENCY
    where: str = "true"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A total as both stores have it; `measure` names it with its club and currency."""

    measure: str
    postgres: int
    duckdb: int

    @property
    def is_equal(self) -> bool:
        """Tell whether both have the same."""
        return self.postgres == self.duckdb


_MOVED, _GRANTED = "fact_sale_movement", "fact_entitlement"
_SCANNED = "fact_attendance"
_CELL, _DOCUMENT, _PAYMENT = "fact_invoice_cell", "fact_document", "fact_payment"

TOTALS: Mapping[str, Total] = {
    "sold quantity": Total(_MOVED, "sum(quantity)"),
    "sold net": Total(_MOVED, "sum(net_minor)"),
    "sold VAT": Total(_MOVED, "sum(vat_minor)"),
    "sold gross": Total(_MOVED, "sum(gross_minor)"),
    "moved list": Total(_MOVED, "sum(list_minor)"),
    "moved discount": Total(_MOVED, "sum(discount_minor)"),
    "entitlements": Total(_GRANTED, "count(*)"),
    "entitlement value": Total(_GRANTED, "sum(value_minor)"),
    "entitlements held": Total(_GRANTED, "count(*)", where="is_held"),
    "entitlements sold": Total(_GRANTED, "count(*)", where="is_sold"),
    "value sold": Total(_GRANTED, "sum(value_minor)", where="is_sold"),
    "entitlements assigned": Total(_GRANTED, "count(*)", where="is_assigned"),
    "invoiced net": Total(_CELL, "sum(net_minor)"),
    "invoiced VAT": Total(_CELL, "sum(vat_minor)"),
    "invoiced gross": Total(_CELL, "sum(gross_minor)"),
    "documents": Total(_DOCUMENT, "count(DISTINCT document_id)"),
    "documented net": Total(_DOCUMENT, "sum(base_minor)"),
    "documented VAT": Total(_DOCUMENT, "sum(vat_minor)"),
    "documented gross": Total(_DOCUMENT, "sum(gross_minor)"),
    "document rounding": Total(_DOCUMENT, "sum(rounding_minor)"),
    "receivable": Total("fact_ar_entry", "sum(amount_minor)"),
    "open on invoices": Total("dim_invoice", "sum(open_minor)", where=f"invoice_id {_KNOWN}"),
    "paid": Total(_PAYMENT, "sum(amount_minor)"),
    "paid and left": Total(_PAYMENT, "sum(left_minor)"),
    "paid back": Total(_PAYMENT, "sum(refunded_minor)"),
    "allocated": Total("fact_payment_allocation", "sum(amount_minor)"),
    "scans": Total(_SCANNED, "count(*)", _CLUB),
    "scans accepted": Total(_SCANNED, "count(*)", _CLUB, "result = 'ACCEPTED'"),
    "arrivals": Total(_SCANNED, "count(*)", _CLUB, "is_first"),
    "fulfilments": Total("dim_fulfilment", "count(*)", _CLUB),
    "delivered": Total("dim_fulfilment", "count(delivered_at)", _CLUB),
    "targets": Total("fact_target", "sum(amount_minor)"),
    "attempts": Total("fact_transfer", "count(*)", _CLUB),
    "attempts that went well": Total("fact_transfer", "count(*)", _CLUB, "is_ok"),
    "milliseconds of attempts": Total("fact_transfer", "sum(latency_ms)", _CLUB),
    "Sales": Total("dim_sale", "count(*)", where=f"sale_id {_KNOWN}"),
    "accounts": Total("dim_account", "count(DISTINCT account_id)", _CLUB, f"account_id {_KNOWN}"),
    "contacts": Total("dim_contact", "count(*)", _CLUB, f"contact_id {_KNOWN}"),
    "ticket holders": Total("dim_ticket_holder", "count(*)", _CLUB, f"ticket_holder_id {_KNOWN}"),
    "sales reps": Total("dim_sales_rep", "count(*)", _CLUB),
    "product groups": Total("dim_product_group", "count(*)", _CLUB, f"product_group_id {_KNOWN}"),
    "products": Total("dim_product", "count(*)", _CLUB, f"product_id {_KNOWN} AND is_current"),
    "seats and parking places": Total(
        "dim_resource", "count(*)", _CLUB, f"resource_id {_KNOWN} AND is_current"
    ),
    "calendar items": Total("dim_calendar_item", "count(*)", _CLUB, f"calendar_item_id {_KNOWN}"),
}
"""Every additive measure, by the name under which the operational store has the same."""


def compare(connection: duckdb.DuckDBPyConnection, expected: Mapping[str, int]) -> list[Comparison]:
    """Compare what the operational store has with the facts; both must be of one snapshot.

    Args:
        connection: a cursor on the facts.
        expected: totals by name, club and currency, each parted by a blank.

    Returns:
        One comparison per measure, club and currency, in that order; what one of them does not
        have counts as nothing there.
    """
    found: dict[str, int] = defaultdict(int)
    for name, total in TOTALS.items():
        parts = ", ".join(total.parts)
        rows = connection.execute(
            f"SELECT {parts}, CAST({total.aggregate} AS BIGINT) FROM store.{total.table} "
            f"WHERE {total.where} GROUP BY {parts}"
        ).fetchall()
        for *named, value in rows:
            found[" ".join((name, *map(str, named)))] = value
    measures = sorted(found.keys() | expected.keys())
    return [Comparison(one, expected.get(one, 0), found.get(one, 0)) for one in measures]
