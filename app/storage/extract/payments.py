"""Extracts of money: the receivables ledger, payments and what they settled."""

from __future__ import annotations

from app.storage.extract.statement import Extract

AR_ENTRY = Extract(
    "ledger_entry",
    """
    SELECT entry.organisation_id, entry.id AS entry_id, entry.account_id, entry.sale_id,
        entry.invoice_id, entry.payment_id, entry.type, entry.amount_minor, entry.posted_on,
        entry.document_on, entry.created_at AS posted_at, entry.currency
    FROM {rows} AS entry
    """,
    {"ledger_entry": "id"},
)
PAYMENT = Extract(
    "payment",
    """
    SELECT payment.organisation_id, payment.id AS payment_id, payment.account_id,
        payment.method, payment.source, payment.amount_minor, payment.left_minor,
        payment.refunded_minor, payment.reversed_at IS NOT NULL AS is_reversed,
        payment.received_on, payment.currency
    FROM {rows} AS payment
    """,
    {"payment": "id"},
)
PAYMENT_ALLOCATION = Extract(
    "payment_allocation",
    """
    SELECT part.organisation_id, part.id AS allocation_id, part.account_id, part.payment_id,
        part.credit_id, part.invoice_id, part.refund_id,
        coalesce(payment.method, 'CREDIT') AS method, part.amount_minor, part.posted_on,
        fact.due_on, (part.posted_on - fact.due_on)::bigint AS days_late, part.currency
    FROM {rows} AS part
    LEFT JOIN payment
        ON payment.organisation_id = part.organisation_id AND payment.id = part.payment_id
    LEFT JOIN receivable AS fact
        ON fact.organisation_id = part.organisation_id AND fact.invoice_id = part.invoice_id
    """,
    {"payment_allocation": "id", "invoice": "invoice_id"},
)
