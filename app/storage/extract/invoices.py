"""Extracts of invoices, of the cells of lines on them, and of their documents."""

from __future__ import annotations

from app.storage.extract.statement import Extract

INVOICE = Extract(
    "invoice",
    """
    SELECT invoice.organisation_id, invoice.id AS invoice_id, invoice.sale_id,
        invoice.account_id, coalesce(part.season_id, sale.season_id) AS season_id, invoice.code,
        invoice.kind, fact.document_no, fact.document_state,
        fact.claimed_by IS NOT NULL AS is_claimed,
        coalesce(invoice.gross_minor, 0) AS gross_minor,
        coalesce(fact.entered_minor + fact.rounded_minor - fact.written_off_minor
            - fact.paid_minor - fact.credited_minor + fact.used_minor, 0) AS open_minor,
        coalesce(fact.paid_minor, 0) AS paid_minor,
        coalesce(fact.credited_minor, 0) AS credited_minor,
        invoice.planned_on, fact.issued_on, fact.due_on, cancellation.reason AS cancel_reason,
        sale.rep_code, sale.finalised_at IS NOT NULL AS is_final, invoice.currency
    FROM {rows} AS invoice
    JOIN sale ON sale.organisation_id = invoice.organisation_id AND sale.id = invoice.sale_id
    JOIN schedule_group AS part
        ON part.organisation_id = invoice.organisation_id AND part.id = invoice.schedule_group_id
    LEFT JOIN cancellation
        ON cancellation.organisation_id = invoice.organisation_id
        AND cancellation.id = invoice.cancellation_id
    LEFT JOIN receivable AS fact
        ON fact.organisation_id = invoice.organisation_id AND fact.invoice_id = invoice.id
    """,
    {"invoice": "id", "sale": "sale_id"},
)
INVOICE_CELL = Extract(
    "invoice_line",
    """
    SELECT cell.organisation_id, cell.invoice_id, cell.original_invoice_id, cell.component_id,
        cell.line_id, cell.sale_id, invoice.account_id, component.product_id,
        coalesce(line.season_id, sale.season_id) AS season_id, invoice.kind,
        component.vat_category, component.supply_type, sale.rep_code, component.rate_bp,
        cell.net_minor, cell.vat_minor, cell.gross_minor,
        coalesce(fact.document_state = 'ACCEPTED', false) AS is_documented,
        sale.finalised_at IS NOT NULL AS is_final, invoice.planned_on,
        fact.issued_on, fact.due_on, cell.currency
    FROM {rows} AS cell
    JOIN invoice
        ON invoice.organisation_id = cell.organisation_id AND invoice.id = cell.invoice_id
    JOIN sale_line_component AS component
        ON component.organisation_id = cell.organisation_id AND component.id = cell.component_id
    JOIN sale_line AS line
        ON line.organisation_id = cell.organisation_id AND line.id = cell.line_id
    JOIN sale ON sale.organisation_id = cell.organisation_id AND sale.id = cell.sale_id
    LEFT JOIN receivable AS fact
        ON fact.organisation_id = cell.organisation_id AND fact.invoice_id = cell.invoice_id
    """,
    {"invoice": "invoice_id", "sale_line": "line_id", "sale": "sale_id"},
    ("invoice_id", "original_invoice_id", "component_id"),
)
DOCUMENT = Extract(
    "invoice_document",
    """
    SELECT document.organisation_id, document.id AS document_id, document.invoice_id,
        document.sale_id, document.account_id,
        coalesce(part.season_id, sale.season_id) AS season_id,
        document.type, document.number, document.source, account.country, vat.vat_category,
        coalesce(vat.rate_bp, 0) AS rate_bp, coalesce(vat.net_minor, 0) AS net_minor,
        coalesce(vat.vat_minor, 0) AS vat_minor, document.net_minor AS document_net_minor,
        document.vat_minor AS document_vat_minor, document.rounding_minor, document.issued_on,
        document.due_on, document.currency
    FROM {rows} AS document
    JOIN invoice
        ON invoice.organisation_id = document.organisation_id AND invoice.id = document.invoice_id
    JOIN schedule_group AS part
        ON part.organisation_id = invoice.organisation_id AND part.id = invoice.schedule_group_id
    JOIN sale ON sale.organisation_id = document.organisation_id AND sale.id = document.sale_id
    JOIN account
        ON account.organisation_id = document.organisation_id AND account.id = document.account_id
    LEFT JOIN LATERAL (
        SELECT own.vat_category, own.rate_bp, sum(own.net_minor)::bigint AS net_minor,
            sum(own.vat_minor)::bigint AS vat_minor
        FROM invoice_vat AS own
        WHERE own.organisation_id = document.organisation_id
          AND own.invoice_id = document.invoice_id
        GROUP BY own.vat_category, own.rate_bp
    ) AS vat ON true
    WHERE document.state = 'ACCEPTED'
    """,
    {"invoice": "invoice_id", "sale": "sale_id", "account": "account_id"},
)
