"""Whether the ledger, the allocations and the facts of invoices and payments say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection

_LISTED = 1_000

_ACCOUNTS = """
SELECT 'account', account_id, 'balance', sum(kept)::bigint, sum(booked)::bigint
FROM (
    SELECT account_id, currency, entered_minor + rounded_minor - written_off_minor - paid_minor
        - credited_minor + used_minor AS kept, 0 AS booked
    FROM receivable WHERE organisation_id = :club
    UNION ALL
    SELECT account_id, currency, -left_minor, 0 FROM payment WHERE organisation_id = :club
    UNION ALL
    SELECT account_id, currency, 0, amount_minor FROM ledger_entry WHERE organisation_id = :club
) AS both_sides
WHERE CAST(:account AS uuid) IS NULL OR account_id = :account
GROUP BY account_id, currency HAVING sum(kept) <> sum(booked)
"""
"""An account owes what is open on its invoices less what is left of its payments."""

_INVOICES = """
WITH booked AS (
    SELECT invoice_id,
        sum(amount_minor) FILTER (WHERE type IN ('DOCUMENT', 'CREDIT_NOTE')) AS entered_minor,
        sum(amount_minor) FILTER (WHERE type = 'ROUNDING') AS rounded_minor,
        -sum(amount_minor) FILTER (WHERE type = 'WRITE_OFF') AS written_off_minor
    FROM ledger_entry WHERE organisation_id = :club AND invoice_id IS NOT NULL
      AND (CAST(:account AS uuid) IS NULL OR account_id = :account)
    GROUP BY invoice_id
), allocated AS (
    SELECT invoice_id,
        sum(amount_minor) FILTER (WHERE payment_id IS NOT NULL) AS paid_minor,
        sum(amount_minor) FILTER (WHERE credit_id IS NOT NULL) AS credited_minor
    FROM payment_allocation
    WHERE organisation_id = :club AND invoice_id IS NOT NULL
      AND (CAST(:account AS uuid) IS NULL OR account_id = :account)
    GROUP BY invoice_id
), used AS (
    SELECT credit_id AS invoice_id, sum(amount_minor) AS used_minor
    FROM payment_allocation
    WHERE organisation_id = :club AND credit_id IS NOT NULL
      AND (CAST(:account AS uuid) IS NULL OR account_id = :account)
    GROUP BY credit_id
), kept AS (
    SELECT * FROM receivable WHERE organisation_id = :club
      AND (CAST(:account AS uuid) IS NULL OR account_id = :account)
)
SELECT 'invoice', invoice_id, fact.name, coalesce(fact.kept, 0), coalesce(fact.booked, 0)::bigint
FROM kept
FULL JOIN booked USING (invoice_id)
FULL JOIN allocated USING (invoice_id)
FULL JOIN used USING (invoice_id)
CROSS JOIN LATERAL (VALUES
    ('entered', kept.entered_minor, booked.entered_minor),
    ('rounded', kept.rounded_minor, booked.rounded_minor),
    ('written off', kept.written_off_minor, booked.written_off_minor),
    ('paid', kept.paid_minor, allocated.paid_minor),
    ('credited', kept.credited_minor, allocated.credited_minor),
    ('used', kept.used_minor, used.used_minor)
) AS fact (name, kept, booked)
WHERE coalesce(fact.kept, 0) <> coalesce(fact.booked, 0)
"""
"""What an invoice's facts say was booked on it, or allocated to and from it."""

_PAYMENTS = """
WITH allocated AS (
    SELECT payment_id, sum(amount_minor) AS amount_minor FROM payment_allocation
    WHERE organisation_id = :club AND payment_id IS NOT NULL
      AND (CAST(:account AS uuid) IS NULL OR account_id = :account)
    GROUP BY payment_id
), booked AS (
    SELECT payment_id,
        -sum(amount_minor) FILTER (WHERE type = 'PAYMENT') AS amount_minor,
        sum(amount_minor) FILTER (WHERE type = 'REFUND') AS refunded_minor
    FROM ledger_entry WHERE organisation_id = :club AND payment_id IS NOT NULL
      AND (CAST(:account AS uuid) IS NULL OR account_id = :account)
    GROUP BY payment_id
)
SELECT 'payment', p.id, fact.name, fact.kept, coalesce(fact.booked, 0)::bigint
FROM payment p
LEFT JOIN allocated ON allocated.payment_id = p.id
LEFT JOIN booked ON booked.payment_id = p.id
CROSS JOIN LATERAL (VALUES
    ('amount', p.amount_minor, booked.amount_minor),
    ('refunded', p.refunded_minor, booked.refunded_minor),
    ('left', p.left_minor, CASE WHEN p.reversed_at IS NULL
        THEN p.amount_minor - coalesce(allocated.amount_minor, 0) ELSE 0 END)
) AS fact (name, kept, booked)
WHERE p.organisation_id = :club
  AND (CAST(:account AS uuid) IS NULL OR p.account_id = :account)
  AND fact.kept <> coalesce(fact.booked, 0)
"""
"""A payment was booked, refunded and allocated as it says."""

_REFUNDS = """
WITH allocated AS (
    SELECT refund_id, sum(amount_minor) AS amount_minor FROM payment_allocation
    WHERE organisation_id = :club AND refund_id IS NOT NULL GROUP BY refund_id
), booked AS (
    SELECT refund_id, sum(amount_minor) AS amount_minor FROM ledger_entry
    WHERE organisation_id = :club AND refund_id IS NOT NULL GROUP BY refund_id
)
SELECT 'refund', f.id, fact.name, wanted.amount_minor, coalesce(fact.booked, 0)::bigint
FROM refund f
LEFT JOIN allocated ON allocated.refund_id = f.id
LEFT JOIN booked ON booked.refund_id = f.id
CROSS JOIN LATERAL (
    SELECT CASE f.status WHEN 'FAILED' THEN 0 ELSE f.amount_minor END AS amount_minor
) AS wanted
CROSS JOIN LATERAL (VALUES
    ('sources', allocated.amount_minor), ('amount', booked.amount_minor)
) AS fact (name, booked)
WHERE f.organisation_id = :club
  AND (CAST(:account AS uuid) IS NULL OR f.account_id = :account)
  AND wanted.amount_minor <> coalesce(fact.booked, 0)
"""
"""A refund was booked and taken from payments and credits, unless it failed."""


def contradictions(
    connection: Connection, organisation_id: UUID, account_id: UUID | None = None
) -> list[str]:
    """List what the ledger and the facts disagree about, in sentences; none is as it must be.

    With `account_id` only that account is looked at.
    """
    wanted = {"club": organisation_id, "account": account_id}
    found = []
    for query in (_ACCOUNTS, _INVOICES, _PAYMENTS, _REFUNDS):
        rows = connection.execute(text(query), wanted).fetchmany(_LISTED)
        found += [
            f"{kind} {key}: {name} is kept as {kept}, but {booked} was booked"
            for kind, key, name, kept, booked in rows
        ]
    return found
