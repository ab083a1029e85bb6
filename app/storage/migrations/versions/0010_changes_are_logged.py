"""Changes are logged for the reports, Sales keep their movements, days their closing state.

Revision: 0010, after 0009. The movements of Sales that are there already follow from what their
cancellations took; the VAT of these is that of their rates, and the rest is what was finalised.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.storage.change_triggers import change_triggers, change_triggers_undone
from app.storage.tables.columns import TransactionId
from app.storage.triggers import HISTORY_TRIGGERS, HISTORY_TRIGGERS_UNDONE

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_NOTED = (
    "account",
    "calendar_item",
    "cancellation",
    "cancellation_item",
    "contact",
    "entitlement",
    "inventory_snapshot",
    "invoice",
    "invoice_document",
    "invoice_line",
    "invoice_vat",
    "ledger_entry",
    "location",
    "organisation",
    "payment",
    "payment_allocation",
    "pipeline_snapshot",
    "pool",
    "price_list",
    "product",
    "product_group",
    "receivable",
    "reservation",
    "resource",
    "resource_block",
    "sale",
    "sale_line",
    "sale_line_component",
    "sale_movement",
    "sale_template",
    "season",
    "venue",
    "webhook_attempt",
    "webhook_endpoint",
)
"""The tables that note their changes as of this revision; later ones bring their own triggers."""

# What each standing cancellation took of a line that had been finalised, and how many units of
# which nothing was left. Then, line by line, what was left after each of them, and the differences
# of that. The list value is apportioned as `domain.movements.left_of` does: by the largest
# remainder of two shares, ties to the larger weight, then to what is left.
_MOVEMENTS = """
WITH taken_of_part AS (
    SELECT item.organisation_id, item.cancellation_id, item.line_id, c.created_at, c.sequence_no,
        s.price_basis, part.rate_bp, sum(item.value_minor) AS amount
    FROM cancellation_item item
    JOIN cancellation c ON c.organisation_id = item.organisation_id
        AND c.id = item.cancellation_id AND c.undone_at IS NULL
    JOIN sale s ON s.organisation_id = c.organisation_id AND s.id = c.sale_id
        AND s.finalised_at IS NOT NULL AND c.created_at >= s.finalised_at
    JOIN entitlement e ON e.organisation_id = item.organisation_id AND e.id = item.entitlement_id
    JOIN sale_line_component part ON part.organisation_id = e.organisation_id
        AND part.id = e.component_id
    GROUP BY 1, 2, 3, 4, 5, 6, 7
), taken AS (
    SELECT organisation_id, cancellation_id, line_id, created_at, sequence_no,
        sum(amount) AS amount,
        sum(round(amount * rate_bp / CASE price_basis WHEN 'NET' THEN 10000
            ELSE 10000 + rate_bp END)) AS vat
    FROM taken_of_part
    GROUP BY 1, 2, 3, 4, 5
), gone AS (
    SELECT organisation_id, line_id, sequence_no, count(*) AS units
    FROM (
        SELECT e.organisation_id, e.line_id, e.unit_no, max(c.sequence_no) AS sequence_no
        FROM entitlement e
        JOIN taken ON taken.organisation_id = e.organisation_id AND taken.line_id = e.line_id
        LEFT JOIN cancellation_item item ON item.organisation_id = e.organisation_id
            AND item.entitlement_id = e.id AND item.cancellation_id = taken.cancellation_id
        LEFT JOIN cancellation c ON c.organisation_id = item.organisation_id
            AND c.id = item.cancellation_id
        GROUP BY 1, 2, 3
        HAVING NOT bool_or(e.status = 'LIVE')
    ) AS unit
    WHERE sequence_no IS NOT NULL
    GROUP BY 1, 2, 3
), booked AS (
    SELECT line.*, s.finalised_at, line.amount_minor + line.cancelled_minor AS sold_minor,
        coalesce(line.list_price_minor, line.unit_price_minor)::numeric * line.quantity AS listed
    FROM sale_line line
    JOIN sale s ON s.organisation_id = line.organisation_id AND s.id = line.sale_id
    WHERE s.status IN ('FINAL', 'CANCELLED') AND s.finalised_at IS NOT NULL
), steps AS (
    SELECT booked.organisation_id, booked.id, 0 AS sequence_no, NULL::uuid AS cancellation_id,
        booked.finalised_at AS moved_at, 0::numeric AS amount, 0::numeric AS vat, 0 AS units
    FROM booked
    UNION ALL
    SELECT taken.organisation_id, taken.line_id, taken.sequence_no, taken.cancellation_id,
        taken.created_at, taken.amount, taken.vat, coalesce(gone.units, 0)
    FROM taken LEFT JOIN gone USING (organisation_id, line_id, sequence_no)
), later AS (
    SELECT steps.*,
        coalesce(sum(amount) OVER after_it, 0) AS amount_later,
        coalesce(sum(vat) OVER after_it, 0) AS vat_later,
        coalesce(sum(units) OVER after_it, 0) AS units_later
    FROM steps
    WINDOW after_it AS (PARTITION BY organisation_id, id ORDER BY sequence_no
        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
), stands AS (
    SELECT later.*, booked.sale_id, booked.currency, booked.listed, s.price_basis,
        booked.amount_minor + amount_later AS left_minor,
        booked.quantity - booked.quantity_cancelled + units_later AS units_left,
        booked.vat_minor + vat_later AS vat_left,
        CASE WHEN booked.amount_minor = 0 AND booked.cancelled_minor = 0
             THEN booked.quantity - booked.quantity_cancelled + units_later
             ELSE abs(booked.amount_minor + amount_later) END::numeric AS weight,
        CASE WHEN booked.amount_minor = 0 AND booked.cancelled_minor = 0 THEN booked.quantity
             ELSE abs(booked.amount_minor + amount_later)
                + abs(booked.cancelled_minor - amount_later) END::numeric AS weights
    FROM later
    JOIN booked USING (organisation_id, id)
    JOIN sale s ON s.organisation_id = booked.organisation_id AND s.id = booked.sale_id
), shared AS (
    SELECT stands.*,
        CASE WHEN weights = 0 THEN 0 ELSE sign(listed) * (
            div(abs(listed) * weight, weights) + CASE
                WHEN 2 * mod(abs(listed) * weight, weights) > weights
                  OR (2 * mod(abs(listed) * weight, weights) = weights
                      AND 2 * weight >= weights) THEN 1 ELSE 0 END) END AS list_left,
        CASE WHEN price_basis = 'NET' THEN left_minor ELSE left_minor - vat_left END AS net_left
    FROM stands
), moved AS (
    SELECT shared.*,
        units_left - coalesce(lag(units_left) OVER line, 0) AS quantity,
        list_left - coalesce(lag(list_left) OVER line, 0) AS list_minor,
        (list_left - left_minor) - coalesce(lag(list_left - left_minor) OVER line, 0)
            AS discount_minor,
        net_left - coalesce(lag(net_left) OVER line, 0) AS net_minor,
        vat_left - coalesce(lag(vat_left) OVER line, 0) AS vat_minor
    FROM shared
    WINDOW line AS (PARTITION BY organisation_id, id ORDER BY sequence_no)
)
INSERT INTO sale_movement (organisation_id, id, sale_id, line_id, kind, cancellation_id, quantity,
    list_minor, discount_minor, net_minor, vat_minor, gross_minor, currency, moved_at)
SELECT organisation_id, gen_random_uuid(), sale_id, id,
    CASE WHEN cancellation_id IS NULL THEN 'FINALISED' ELSE 'CANCELLED' END, cancellation_id,
    quantity, list_minor, discount_minor, net_minor, vat_minor, net_minor + vat_minor, currency,
    moved_at
FROM moved
WHERE cancellation_id IS NULL
   OR (quantity, list_minor, discount_minor, net_minor, vat_minor) <> (0, 0, 0, 0, 0)
"""


def upgrade() -> None:
    _create_log()
    _create_movements()
    _create_snapshots()
    op.execute(_MOVEMENTS)
    for statement in (*HISTORY_TRIGGERS, *change_triggers(_NOTED)):
        op.execute(statement)


def downgrade() -> None:
    for statement in (*change_triggers_undone(_NOTED), *HISTORY_TRIGGERS_UNDONE):
        op.execute(statement)
    for table in (
        "pipeline_snapshot",
        "inventory_snapshot",
        "daily_snapshot",
        "sale_movement",
        "change_log_trim",
        "change_log",
    ):
        op.drop_table(table)


def _club(table: str) -> sa.ForeignKeyConstraint:
    """Build the reference to the club."""
    name = op.f(f"fk_{table}_organisation_id")
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=name)


def _create_log() -> None:
    op.create_table(
        "change_log",
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("pos", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("entity", sa.Text, nullable=False),
        sa.Column("entity_id", sa.Uuid, nullable=False),
        sa.Column(
            "txid", TransactionId, server_default=sa.text("pg_current_xact_id()"), nullable=False
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("txid", "pos", name=op.f("pk_change_log")),
    )
    op.create_table(
        "change_log_trim",
        sa.Column("id", sa.SmallInteger, autoincrement=False, nullable=False),
        sa.Column("trimmed_through", TransactionId, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_log_trim_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_log_trim")),
    )


def _create_movements() -> None:
    op.create_table(
        "sale_movement",
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("sale_id", sa.Uuid, nullable=False),
        sa.Column("line_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("cancellation_id", sa.Uuid, nullable=True),
        sa.Column("quantity", sa.Integer, nullable=False),
        *(
            sa.Column(f"{name}_minor", sa.BigInteger, nullable=False)
            for name in ("list", "discount", "net", "vat", "gross")
        ),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('FINALISED', 'CANCELLED', 'RESTORED', 'ADJUSTED')",
            name=op.f("ck_sale_movement_kind_known"),
        ),
        sa.CheckConstraint(
            "gross_minor = net_minor + vat_minor",
            name=op.f("ck_sale_movement_gross_is_net_plus_vat"),
        ),
        _club("sale_movement"),
        *(
            sa.ForeignKeyConstraint(
                ["organisation_id", column],
                [f"{target}.organisation_id", f"{target}.id"],
                name=op.f(f"fk_sale_movement_organisation_id_{column}"),
            )
            for column, target in (("line_id", "sale_line"), ("cancellation_id", "cancellation"))
        ),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_sale_movement")),
    )
    op.create_index("ix_sale_movement_sale", "sale_movement", ["organisation_id", "sale_id", "id"])
    op.create_index("ix_sale_movement_line", "sale_movement", ["organisation_id", "line_id"])
    op.create_index(
        "ix_sale_movement_moved", "sale_movement", ["organisation_id", "moved_at", "id"]
    )


def _create_snapshots() -> None:
    op.create_table(
        "daily_snapshot",
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        _club("daily_snapshot"),
        sa.PrimaryKeyConstraint("organisation_id", "day", name=op.f("pk_daily_snapshot")),
    )
    op.create_table(
        "inventory_snapshot",
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        *(
            sa.Column(f"{name}_id", sa.Uuid, nullable=True)
            for name in ("calendar_item", "season", "location", "product", "pool")
        ),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=True),
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("capacity", "blocked", "held", "sold")
        ),
        _club("inventory_snapshot"),
        sa.PrimaryKeyConstraint("organisation_id", "id", name=op.f("pk_inventory_snapshot")),
    )
    op.create_index(
        "ix_inventory_snapshot_day",
        "inventory_snapshot",
        ["organisation_id", "day", "calendar_item_id"],
    )
    op.create_table(
        "pipeline_snapshot",
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("sale_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("season_id", sa.Uuid, nullable=True),
        sa.Column("rep_code", sa.Text, nullable=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("net_minor", sa.BigInteger, nullable=False),
        sa.Column("gross_minor", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("seats_held", sa.Integer, nullable=False),
        sa.Column("days_in_draft", sa.Integer, nullable=False),
        sa.Column("hold_expires_at", sa.DateTime(timezone=True), nullable=True),
        _club("pipeline_snapshot"),
        sa.PrimaryKeyConstraint(
            "organisation_id", "day", "sale_id", name=op.f("pk_pipeline_snapshot")
        ),
    )
    op.create_index(
        "ix_pipeline_snapshot_sale", "pipeline_snapshot", ["organisation_id", "sale_id"]
    )
