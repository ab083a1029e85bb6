"""Totals of the operational store that the facts must agree with, written without the extracts.

Each statement returns, for a club and a currency (or the club alone), one total. What was sold is
summed from the lines of Sales, not from their movements, so that it proves these as well.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_BOOKED_LINES = """
sale_line AS line
JOIN sale ON sale.organisation_id = line.organisation_id AND sale.id = line.sale_id
WHERE sale.status IN ('FINAL', 'CANCELLED') AND sale.finalised_at IS NOT NULL"""
_GRANTED = """
entitlement AS line
JOIN sale ON sale.organisation_id = line.organisation_id AND sale.id = line.sale_id
"""
_HELD = f"{_GRANTED} WHERE line.status = 'LIVE' AND sale.status = 'DRAFT'"
_SOLD = f"{_GRANTED} WHERE line.status = 'LIVE' AND sale.status = 'FINAL'"
_ACCEPTED = "invoice_document AS line WHERE line.state = 'ACCEPTED'"
_OPEN = """line.entered_minor + line.rounded_minor - line.written_off_minor - line.paid_minor
    - line.credited_minor + line.used_minor"""


def _by_currency(expression: str, source: str) -> str:
    """Write a total for each club and currency."""
    return (
        f"SELECT line.organisation_id::text, line.currency, ({expression})::bigint AS total "
        f"FROM {source} GROUP BY line.organisation_id, line.currency"
    )


def _by_club(expression: str, source: str) -> str:
    """Write a total for each club."""
    return (
        f"SELECT line.organisation_id::text, ({expression})::bigint AS total "
        f"FROM {source} GROUP BY line.organisation_id"
    )


TOTALS: Mapping[str, str] = MappingProxyType(
    {
        "sold quantity": _by_currency(
            "sum(line.quantity - line.quantity_cancelled)", _BOOKED_LINES
        ),
        "sold net": _by_currency("sum(line.net_minor)", _BOOKED_LINES),
        "sold VAT": _by_currency("sum(line.vat_minor)", _BOOKED_LINES),
        "sold gross": _by_currency("sum(line.gross_minor)", _BOOKED_LINES),
        "moved list": _by_currency("sum(line.list_minor)", "sale_movement AS line"),
        "moved discount": _by_currency("sum(line.discount_minor)", "sale_movement AS line"),
        "entitlements": _by_currency("count(*)", "entitlement AS line"),
        "entitlement value": _by_currency("sum(line.value_minor)", "entitlement AS line"),
        "entitlements held": _by_currency("count(*)", _HELD),
        "entitlements sold": _by_currency("count(*)", _SOLD),
        "value sold": _by_currency("sum(line.value_minor)", _SOLD),
        "entitlements assigned": _by_currency(
            "count(line.ticket_holder_id)", "entitlement AS line"
        ),
        "invoiced net": _by_currency("sum(line.net_minor)", "invoice_line AS line"),
        "invoiced VAT": _by_currency("sum(line.vat_minor)", "invoice_line AS line"),
        "invoiced gross": _by_currency("sum(line.gross_minor)", "invoice_line AS line"),
        "documents": _by_currency("count(*)", _ACCEPTED),
        "documented net": _by_currency("sum(line.net_minor)", _ACCEPTED),
        "documented VAT": _by_currency("sum(line.vat_minor)", _ACCEPTED),
        "documented gross": _by_currency("sum(line.gross_minor)", _ACCEPTED),
        "document rounding": _by_currency("sum(line.rounding_minor)", _ACCEPTED),
        "receivable": _by_currency("sum(line.amount_minor)", "ledger_entry AS line"),
        "open on invoices": _by_currency(f"sum({_OPEN})", "receivable AS line"),
        "paid": _by_currency("sum(line.amount_minor)", "payment AS line"),
        "paid and left": _by_currency("sum(line.left_minor)", "payment AS line"),
        "paid back": _by_currency("sum(line.refunded_minor)", "payment AS line"),
        "allocated": _by_currency("sum(line.amount_minor)", "payment_allocation AS line"),
        "scans": _by_club("count(*)", "scan AS line"),
        "scans accepted": _by_club("count(*)", "scan AS line WHERE line.result = 'ACCEPTED'"),
        "arrivals": _by_club(
            "count(DISTINCT (line.entitlement_id, line.calendar_item_id))",
            "scan AS line WHERE line.result = 'ACCEPTED' AND line.direction = 'IN'",
        ),
        "fulfilments": _by_club("count(*)", "fulfilment AS line"),
        "delivered": _by_club("count(line.delivered_at)", "fulfilment AS line"),
        "targets": _by_currency("sum(line.amount_minor)", "sales_target AS line"),
        "attempts": _by_club("count(*)", "webhook_attempt AS line"),
        "attempts that went well": _by_club(
            "count(*) FILTER (WHERE line.error IS NULL)", "webhook_attempt AS line"
        ),
        "milliseconds of attempts": _by_club("sum(line.duration_ms)", "webhook_attempt AS line"),
        "Sales": _by_currency("count(*)", "sale AS line"),
        "accounts": _by_club("count(*)", "account AS line"),
        "contacts": _by_club("count(*)", "contact AS line"),
        "ticket holders": _by_club("count(*)", "ticket_holder AS line"),
        "sales reps": _by_club("count(*)", "sales_rep AS line"),
        "product groups": _by_club("count(*)", "product_group AS line"),
        "products": _by_club("count(*)", "product AS line"),
        "seats and parking places": _by_club("count(*)", "resource AS line"),
        "calendar items": _by_club("count(*)", "calendar_item AS line"),
    }
)
"""By the name under which `semantic.sync.reconcile` has the same total of the facts."""
