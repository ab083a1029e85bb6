"""Extracts of sales reps and their targets."""

from __future__ import annotations

from app.storage.extract.statement import Extract

SALES_REP = Extract(
    "sales_rep",
    """
    SELECT rep.organisation_id, rep.code AS rep_code, rep.name, rep.team FROM {rows} AS rep
    """,
    {"rep": "organisation_id"},
)
"""All reps of a club: it has few of them."""

TARGET = Extract(
    "sales_target",
    """
    SELECT target.organisation_id, target.id AS target_id, target.product_group_id,
        target.rep_code, target.amount_minor, target.month, target.currency
    FROM {rows} AS target
    """,
    {"sales_target": "id"},
)
