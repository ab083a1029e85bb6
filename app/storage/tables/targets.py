"""Sales reps and their targets."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, UniqueConstraint

from app.storage.tables.columns import (
    instant,
    minor,
    reference,
    rule,
    string,
    tenant_table,
    uuid,
    version,
)

sales_rep = tenant_table(
    "sales_rep",
    string("code"),
    string("name"),
    string("team", optional=True),
    version(),
    instant("created_at"),
    UniqueConstraint("organisation_id", "code"),
    Index("ix_sales_rep_created", "organisation_id", "created_at", "id"),
)

sales_target = tenant_table(
    "sales_target",
    string("rep_code"),
    Column("month", Date, nullable=False),
    uuid("product_group_id", optional=True),
    minor("amount_minor"),
    string("currency"),
    string("updated_by"),
    instant("updated_at"),
    reference("product_group_id", "product_group"),
    rule("month_begins", "extract(day FROM month) = 1"),
    rule("amount_is_positive", "amount_minor > 0"),
    UniqueConstraint(
        "organisation_id",
        "rep_code",
        "month",
        "product_group_id",
        "currency",
        name="uq_sales_target_key",
        postgresql_nulls_not_distinct=True,
    ),
    Index("ix_sales_target_month", "organisation_id", "month", "rep_code", "id"),
)
