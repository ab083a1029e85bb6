"""Indexes of children end in the order in which they are shown; filters that read tables have one.

Revision: 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_LENGTHENED = (
    ("ix_invoice_cancellation", "invoice", ("cancellation_id",), ("sequence_no", "id")),
    ("ix_invoice_document_invoice", "invoice_document", ("invoice_id",), ("created_at", "id")),
    ("ix_invoice_group", "invoice", ("schedule_group_id",), ("sequence_no", "id")),
    ("ix_payment_allocation_credit", "payment_allocation", ("credit_id",), ("id",)),
    ("ix_payment_allocation_invoice", "payment_allocation", ("invoice_id",), ("id",)),
    ("ix_payment_allocation_payment", "payment_allocation", ("payment_id",), ("id",)),
    ("ix_payment_allocation_refund", "payment_allocation", ("refund_id",), ("id",)),
    ("ix_refund_payment", "refund", ("payment_id",), ("created_at", "id")),
    ("ix_sale_parent", "sale", ("parent_sale_id",), ("created_at", "id")),
)
_NEW = (
    ("ix_calendar_item_venue", "calendar_item", ("venue_id", "starts_at", "id"), None),
    ("ix_overbooking_pool", "overbooking", ("pool_id", "created_at", "id"), None),
    ("ix_sale_finalised", "sale", ("finalised_at", "id"), "finalised_at"),
    (
        "ix_sale_renewed_from",
        "sale",
        ("renewed_from_sale_id", "created_at", "id"),
        "renewed_from_sale_id",
    ),
    ("ix_sale_rep", "sale", ("rep_code", "created_at", "id"), "rep_code"),
    ("ix_sale_template", "sale", ("template_id", "created_at", "id"), "template_id"),
)


def upgrade() -> None:
    for name, table, columns, order in _LENGTHENED:
        op.drop_index(name, table)
        op.create_index(name, table, ["organisation_id", *columns, *order])
    for name, table, wanted, given in _NEW:
        where = None if given is None else sa.text(f"{given} IS NOT NULL")
        op.create_index(name, table, ["organisation_id", *wanted], postgresql_where=where)


def downgrade() -> None:
    for name, table, _wanted, _given in _NEW:
        op.drop_index(name, table)
    for name, table, columns, _order in _LENGTHENED:
        op.drop_index(name, table)
        op.create_index(name, table, ["organisation_id", *columns])
