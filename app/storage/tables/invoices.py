"""Invoices, the allocation cells of sale lines on them, and their VAT."""

from __future__ import annotations

from sqlalchemy import Column, Date, Index, UniqueConstraint

from app.domain.invoices import InvoiceKind
from app.domain.vat import VatCategory
from app.storage.tables.columns import (
    choice,
    count,
    instant,
    minor,
    one_of,
    reference,
    rule,
    string,
    tenant_table,
    uuid,
)

invoice = tenant_table(
    "invoice",
    string("code"),
    uuid("sale_id"),
    uuid("schedule_group_id"),
    uuid("account_id"),
    count("sequence_no"),
    choice("kind", InvoiceKind),
    Column("planned_on", Date, nullable=False),
    minor("amount_minor"),
    minor("net_minor", optional=True),
    minor("vat_minor", optional=True),
    minor("gross_minor", optional=True),
    string("currency"),
    string("reference", optional=True),
    instant("created_at"),
    uuid("cancellation_id", optional=True),
    uuid("replaces_invoice_id", optional=True),
    UniqueConstraint("organisation_id", "code", deferrable=True, initially="DEFERRED"),
    UniqueConstraint(
        "organisation_id", "sale_id", "sequence_no", deferrable=True, initially="DEFERRED"
    ),
    reference("sale_id", "sale"),
    reference("schedule_group_id", "schedule_group"),
    reference("account_id", "account"),
    reference("cancellation_id", "cancellation"),
    reference("replaces_invoice_id", "invoice"),
    one_of("kind", InvoiceKind),
    rule("gross_is_net_plus_vat", "gross_minor = net_minor + vat_minor"),
    rule("totals_together", "num_nonnulls(net_minor, vat_minor, gross_minor) IN (0, 3)"),
    Index("ix_invoice_planned_on", "organisation_id", "planned_on", "id"),
    Index("ix_invoice_created", "organisation_id", "created_at", "id"),
    Index("ix_invoice_group", "organisation_id", "schedule_group_id", "sequence_no", "id"),
    Index("ix_invoice_cancellation", "organisation_id", "cancellation_id", "sequence_no", "id"),
    Index("ix_invoice_replaces", "organisation_id", "replaces_invoice_id"),
    Index("ix_invoice_account", "organisation_id", "account_id", "planned_on", "id"),
)

invoice_line = tenant_table(
    "invoice_line",
    uuid("invoice_id"),
    uuid("original_invoice_id"),
    uuid("component_id"),
    uuid("line_id"),
    uuid("sale_id"),
    minor("amount_minor"),
    minor("net_minor"),
    minor("vat_minor"),
    minor("gross_minor"),
    string("currency"),
    reference("invoice_id", "invoice"),
    reference("original_invoice_id", "invoice"),
    reference("component_id", "sale_line_component"),
    reference("line_id", "sale_line"),
    reference("sale_id", "sale"),
    rule("gross_is_net_plus_vat", "gross_minor = net_minor + vat_minor"),
    Index("ix_invoice_line_component", "organisation_id", "component_id"),
    Index("ix_invoice_line_line", "organisation_id", "line_id"),
    Index("ix_invoice_line_sale", "organisation_id", "sale_id"),
    Index("ix_invoice_line_original", "organisation_id", "original_invoice_id"),
    key=("invoice_id", "original_invoice_id", "component_id"),
)

invoice_vat = tenant_table(
    "invoice_vat",
    uuid("invoice_id"),
    uuid("original_invoice_id"),
    uuid("sale_id"),
    choice("vat_category", VatCategory),
    count("rate_bp"),
    minor("net_minor"),
    minor("vat_minor"),
    string("currency"),
    reference("invoice_id", "invoice"),
    reference("original_invoice_id", "invoice"),
    reference("sale_id", "sale"),
    Index("ix_invoice_vat_sale", "organisation_id", "sale_id"),
    Index("ix_invoice_vat_original", "organisation_id", "original_invoice_id"),
    key=("invoice_id", "original_invoice_id", "vat_category", "rate_bp"),
)
