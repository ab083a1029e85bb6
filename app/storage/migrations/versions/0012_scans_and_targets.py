"""Scans at the gates, what is noted for handing entitlements over, sales reps and their targets.

Revision: 0012, after 0011. Nothing of it is known of what is there already, so the tables are empty.
Ticket holders note their changes from now on; who is there already is read when facts are rebuilt.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.storage.change_triggers import change_triggers, change_triggers_undone
from app.storage.triggers import SCAN_TRIGGERS, SCAN_TRIGGERS_UNDONE

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_NOTED = ("fulfilment", "sales_rep", "sales_target", "scan", "ticket_holder")


def upgrade() -> None:
    _create_scans()
    _create_fulfilments()
    _create_reps()
    for statement in (*SCAN_TRIGGERS, *change_triggers(_NOTED)):
        op.execute(statement)


def downgrade() -> None:
    for statement in (*change_triggers_undone(_NOTED), *SCAN_TRIGGERS_UNDONE):
        op.execute(statement)
    for table in ("sales_target", "sales_rep", "fulfilment", "scan"):
        op.drop_table(table)


def _uuid(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, server_default=sa.text("1"), nullable=False)


def _club(table: str) -> sa.ForeignKeyConstraint:
    """Build the reference to the club."""
    name = op.f(f"fk_{table}_organisation_id")
    return sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=name)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Build the reference to a row of the same club."""
    return sa.ForeignKeyConstraint(
        ["organisation_id", column],
        [f"{target}.organisation_id", f"{target}.id"],
        name=op.f(f"fk_{table}_organisation_id_{column}"),
    )


def _rule(table: str, name: str, condition: str) -> sa.CheckConstraint:
    """Build a named rule."""
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _key(table: str, column: str = "id") -> sa.PrimaryKeyConstraint:
    """Build the primary key (organisation, column)."""
    return sa.PrimaryKeyConstraint("organisation_id", column, name=op.f(f"pk_{table}"))


def _create_scans() -> None:
    op.create_table(
        "scan",
        _uuid("organisation_id"),
        _uuid("id"),
        _text("source"),
        _text("external_id"),
        _text("ticket"),
        _uuid("entitlement_id", nullable=True),
        _uuid("calendar_item_id", nullable=True),
        _text("gate", nullable=True),
        _text("direction"),
        _text("result"),
        _text("reason", nullable=True),
        sa.Column("is_let_through", sa.Boolean, nullable=False),
        _instant("scanned_at"),
        _text("created_by"),
        _instant("created_at"),
        _club("scan"),
        _refers("scan", "entitlement_id", "entitlement"),
        _refers("scan", "calendar_item_id", "calendar_item"),
        _rule("scan", "direction_known", "direction IN ('IN', 'OUT')"),
        _rule("scan", "result_known", "result IN ('ACCEPTED', 'REFUSED')"),
        _rule(
            "scan",
            "reason_known",
            "reason IN ('UNKNOWN_TICKET', 'NOT_SOLD', 'CANCELLED', 'OTHER_EVENT', 'ALREADY_USED', "
            "'WRONG_GATE', 'NOT_PAID', 'BLOCKED', 'OTHER')",
        ),
        _rule("scan", "refused_for_a_reason", "(result = 'REFUSED') = (reason IS NOT NULL)"),
        _rule("scan", "accepted_is_known", "result = 'REFUSED' OR entitlement_id IS NOT NULL"),
        _rule("scan", "accepted_is_let_through", "result = 'REFUSED' OR is_let_through"),
        _key("scan"),
    )
    op.create_index(
        "uq_scan_external_id", "scan", ["organisation_id", "source", "external_id"], unique=True
    )
    op.create_index("ix_scan_entitlement", "scan", ["organisation_id", "entitlement_id", "id"])
    op.create_index(
        "ix_scan_calendar_item", "scan", ["organisation_id", "calendar_item_id", "scanned_at", "id"]
    )
    op.create_index("ix_scan_scanned", "scan", ["organisation_id", "scanned_at", "id"])


def _create_fulfilments() -> None:
    op.create_table(
        "fulfilment",
        _uuid("organisation_id"),
        _uuid("entitlement_id"),
        _text("menu", nullable=True),
        _text("dietary", nullable=True),
        _text("confirmation", nullable=True),
        _text("plate", nullable=True),
        _instant("delivered_at", nullable=True),
        _text("updated_by"),
        _instant("updated_at"),
        _club("fulfilment"),
        _refers("fulfilment", "entitlement_id", "entitlement"),
        _rule("fulfilment", "confirmation_known", "confirmation IN ('CHOSEN', 'AUTOCONFIRMED')"),
        _key("fulfilment", "entitlement_id"),
    )


def _create_reps() -> None:
    op.create_table(
        "sales_rep",
        _uuid("organisation_id"),
        _uuid("id"),
        _text("code"),
        _text("name"),
        _text("team", nullable=True),
        _version(),
        _instant("created_at"),
        _club("sales_rep"),
        sa.UniqueConstraint(
            "organisation_id", "code", name=op.f("uq_sales_rep_organisation_id_code")
        ),
        _key("sales_rep"),
    )
    op.create_index("ix_sales_rep_created", "sales_rep", ["organisation_id", "created_at", "id"])
    op.create_table(
        "sales_target",
        _uuid("organisation_id"),
        _uuid("id"),
        _text("rep_code"),
        sa.Column("month", sa.Date, nullable=False),
        _uuid("product_group_id", nullable=True),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        _text("currency"),
        _text("updated_by"),
        _instant("updated_at"),
        _club("sales_target"),
        _refers("sales_target", "product_group_id", "product_group"),
        _rule("sales_target", "month_begins", "extract(day FROM month) = 1"),
        _rule("sales_target", "amount_is_positive", "amount_minor > 0"),
        sa.UniqueConstraint(
            "organisation_id",
            "rep_code",
            "month",
            "product_group_id",
            "currency",
            name=op.f("uq_sales_target_key"),
            postgresql_nulls_not_distinct=True,
        ),
        _key("sales_target"),
    )
    op.create_index(
        "ix_sales_target_month", "sales_target", ["organisation_id", "month", "rep_code", "id"]
    )
