"""The rows that queries of reports choose, as conditions on those of their views."""

from __future__ import annotations

from tests.parity.money import INVOICING
from tests.parity.selling import INVENTORY
from tests.parity.written import View

_GRANTED = "status = 'LIVE' AND sale_status = 'FINAL'"
_TODAY = "(now() AT TIME ZONE 'Europe/Brussels')::date"

INVOICING_WITH_STAGES = View(
    INVOICING.rows.replace(
        "SELECT invoice.planned_on",
        """SELECT sale.is_barter, fact.document_state, CASE
            WHEN fact.document_state = 'ACCEPTED' THEN 'DOCUMENTED'
            WHEN fact.document_state <> '' OR fact.claimed_by IS NOT NULL THEN 'PENDING'
            ELSE 'PLANNED' END AS stage, invoice.planned_on""",
    ),
    INVOICING.measures,
)
HOSPITALITY = View(
    INVENTORY.rows.replace(
        "SELECT season.name AS season, 1",
        "SELECT false AS is_hospitality, resource.kind = 'SEAT' AS is_seated, "
        "season.name AS season, 1",
    ).replace(
        "SELECT season.name, pool.capacity",
        """SELECT coalesce((SELECT kind FROM location WHERE id = pool.location_id), '')
            = 'HOSPITALITY', false, season.name, pool.capacity""",
    ),
    INVENTORY.measures,
)
ROWS = {"invoicing": INVOICING_WITH_STAGES, "inventory": HOSPITALITY}
"""Rows with more columns than those of the views, for what reports choose by."""

CHOSEN = {
    ("sales_pace", "seasons"): "season IS NOT NULL",
    ("sales_pace", "weeks"): "season IS NOT NULL",
    ("sales_pace", "pace"): "season IS NOT NULL",
    ("draft_hold_expiry", "totals"): "hold_expires_at IS NOT NULL",
    ("draft_hold_expiry", "main"): "hold_expires_at IS NOT NULL",
    ("draft_hold_expiry", "reps"): "hold_expires_at IS NOT NULL",
    ("cancellations", "months"): "kind IN ('CANCELLED', 'RESTORED')",
    ("cancellations", "main"): "kind IN ('CANCELLED', 'RESTORED')",
    ("cancellations", "credit_notes"): "kind = 'CREDIT_NOTE'",
    ("occupancy", "stands"): "is_seated",
    ("seat_map_list", "totals"): "kind = 'SEAT' AND resource_id IS NOT NULL",
    ("seat_map_list", "stands"): "kind = 'SEAT' AND resource_id IS NOT NULL",
    ("seat_map_list", "main"): "kind = 'SEAT' AND resource_id IS NOT NULL",
    ("guest_list", "totals"): _GRANTED,
    ("guest_list", "main"): _GRANTED,
    ("guest_list", "accounts"): _GRANTED,
    ("attendance", "arrivals"): "is_scan",
    ("parking_list", "totals"): f"{_GRANTED} AND kind = 'PARKING'",
    ("parking_list", "zones"): f"{_GRANTED} AND kind = 'PARKING'",
    ("parking_list", "main"): f"{_GRANTED} AND kind = 'PARKING'",
    ("catering_pick_list", "totals"): _GRANTED,
    ("catering_pick_list", "formulas"): f"{_GRANTED} AND kind = 'FORMULA'",
    ("catering_pick_list", "main"): f"{_GRANTED} AND kind IN ('FORMULA', 'CATALOG')",
    ("catalogue_delivery_list", "totals"): "kind = 'CATALOG'",
    ("catalogue_delivery_list", "products"): "kind = 'CATALOG'",
    ("catalogue_delivery_list", "main"): f"{_GRANTED} AND kind = 'CATALOG'",
    ("hospitality_capacity", "totals"): "is_hospitality",
    ("hospitality_capacity", "places"): "is_hospitality",
    ("hospitality_capacity", "main"): "is_hospitality",
    ("invoicing_to_do", "to_do"): f"stage = 'PLANNED' AND day <= {_TODAY}",
    ("invoicing_to_do", "pending"): "stage = 'PENDING'",
    ("invoicing_to_do", "future"): f"stage = 'PLANNED' AND day > {_TODAY}",
    ("invoicing_to_do", "list"): "stage IN ('PLANNED', 'PENDING')",
    ("credit_notes", "reasons"): "type = '381'",
    ("credit_notes", "main"): "type = '381'",
    ("payments_by_method", "rest"): "left_minor > 0",
    ("reconciliation", "mismatches"): "document_state = 'MISMATCH'",
    ("reconciliation", "different"): "document_state = 'MISMATCH'",
    ("barter_and_free_of_charge", "invoices"): "is_barter",
}
"""Which rows of its view a query of a report is about, where those are not all."""
