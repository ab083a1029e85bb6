"""Invoices, documents, receivables and payments, as SQL on the operational store."""

from __future__ import annotations

from tests.parity.written import Span, View, Written, count, different, money, over, ratio

_OPEN = """(fact.entered_minor + fact.rounded_minor - fact.written_off_minor - fact.paid_minor
    - fact.credited_minor + fact.used_minor)"""

INVOICING = View(
    """
    SELECT invoice.planned_on AS day, season.name AS season, invoice.id AS invoice_id,
        invoice.kind, cell.net_minor, cell.vat_minor, cell.gross_minor,
        coalesce(fact.document_state = 'ACCEPTED', false) AS is_documented
    FROM invoice_line AS cell
    JOIN invoice ON invoice.id = cell.invoice_id
    JOIN sale ON sale.id = cell.sale_id
    JOIN sale_line AS line ON line.id = cell.line_id
    LEFT JOIN season ON season.id = coalesce(line.season_id, sale.season_id)
    LEFT JOIN receivable AS fact ON fact.invoice_id = cell.invoice_id
    WHERE cell.currency = 'EUR' AND sale.finalised_at IS NOT NULL
    """,
    {
        "net": money("net_minor"),
        "vat": money("vat_minor"),
        "gross": money("gross_minor"),
        "documented_gross": money("gross_minor", "is_documented"),
        "undocumented_gross": money("gross_minor", "NOT is_documented"),
        "documented_share": ratio(
            "sum(gross_minor) FILTER (WHERE is_documented)", "sum(gross_minor)"
        ),
        "credited_net": money("-net_minor", "kind = 'CREDIT_NOTE'"),
        "invoice_count": different("invoice_id", "kind = 'INVOICE'"),
        "credit_note_count": different("invoice_id", "kind = 'CREDIT_NOTE'"),
    },
    month="planned_on",
    season="season_name",
)

DOCUMENTS = View(
    """
    SELECT paper.issued_on AS day, season.name AS season, paper.id, paper.type, paper.net_minor,
        paper.vat_minor, paper.gross_minor, paper.rounding_minor
    FROM invoice_document AS paper
    JOIN invoice ON invoice.id = paper.invoice_id
    JOIN schedule_group AS part ON part.id = invoice.schedule_group_id
    JOIN sale ON sale.id = paper.sale_id
    LEFT JOIN season ON season.id = coalesce(part.season_id, sale.season_id)
    WHERE paper.currency = 'EUR' AND paper.state = 'ACCEPTED'
    """,
    {
        "net": money("net_minor"),
        "vat": money("vat_minor"),
        "gross": money("gross_minor"),
        "rounding": money("rounding_minor"),
        "invoiced_net": money("net_minor", "type <> '381'"),
        "credited_net": money("-net_minor", "type = '381'"),
        "credited_share": ratio(
            "-sum(net_minor) FILTER (WHERE type = '381')",
            "sum(net_minor) FILTER (WHERE type <> '381')",
        ),
        "document_count": count("true"),
        "credit_note_count": count("type = '381'"),
    },
    month="issued_on",
    season="season_name",
)

RECEIVABLES = View(
    "SELECT posted_on AS day, type, amount_minor FROM ledger_entry WHERE currency = 'EUR'",
    {
        "balance": over(Span.UP_TO_END, money("amount_minor")),
        "opening_balance": over(Span.UP_TO_START, money("amount_minor")),
        "movement": money("amount_minor"),
        "invoiced": money("amount_minor", "type = 'DOCUMENT'"),
        "credited": money("-amount_minor", "type = 'CREDIT_NOTE'"),
        "paid": money("-amount_minor", "type IN ('PAYMENT', 'REOPEN')"),
        "refunded": money("amount_minor", "type = 'REFUND'"),
        "rounded": money("amount_minor", "type = 'ROUNDING'"),
        "written_off": money("-amount_minor", "type = 'WRITE_OFF'"),
        "entry_count": count("true"),
        "invoiced_in_90_days": over(Span.LAST_90_DAYS, money("amount_minor", "type = 'DOCUMENT'")),
    },
    month="posted_on",
    together={"days_sales_outstanding": "90 * {balance} / nullif({invoiced_in_90_days}, 0)"},
)

_LATE = "due_on IS NOT NULL AND due_on < {day}"
_DUE = "due_on IS NOT NULL AND due_on >= {day}"
AGEING = View(
    f"""
    SELECT CASE WHEN invoice.kind = 'INVOICE' THEN fact.due_on END AS due_on,
        {_OPEN} AS open_minor
    FROM receivable AS fact JOIN invoice ON invoice.id = fact.invoice_id
    WHERE fact.currency = 'EUR'
    UNION ALL
    SELECT NULL, -left_minor FROM payment WHERE currency = 'EUR' AND reversed_at IS NULL
    """,
    {
        "open": money("open_minor"),
        "not_due": money("open_minor", _DUE),
        "overdue": money("open_minor", _LATE),
        "overdue_share": ratio(
            f"sum(open_minor) FILTER (WHERE {_LATE})",
            "sum(open_minor) FILTER (WHERE due_on IS NOT NULL)",
        ),
        "credit": money("-open_minor", "due_on IS NULL"),
    },
    month="as_of",
    as_of="""
    SELECT CASE WHEN invoice.kind = 'INVOICE' THEN fact.due_on END AS due_on,
        coalesce((
            SELECT sum(amount_minor) FROM ledger_entry AS entry
            WHERE entry.invoice_id = invoice.id AND entry.posted_on <= {day}
        ), 0) - coalesce((
            SELECT sum(amount_minor) FROM payment_allocation AS part
            WHERE part.invoice_id = invoice.id AND part.posted_on <= {day}
        ), 0) + coalesce((
            SELECT sum(amount_minor) FROM payment_allocation AS part
            WHERE part.credit_id = invoice.id AND part.posted_on <= {day}
        ), 0) AS open_minor
    FROM receivable AS fact JOIN invoice ON invoice.id = fact.invoice_id
    WHERE fact.currency = 'EUR'
    UNION ALL
    SELECT NULL, amount_minor FROM ledger_entry
    WHERE currency = 'EUR' AND type IN ('PAYMENT', 'REOPEN') AND posted_on <= {day}
    UNION ALL
    SELECT NULL, amount_minor FROM payment_allocation
    WHERE currency = 'EUR' AND payment_id IS NOT NULL AND posted_on <= {day}
    """,
)

_KEPT = "reversed_at IS NULL"
PAYMENTS = View(
    """
    SELECT received_on AS day, amount_minor, refunded_minor, left_minor, reversed_at
    FROM payment WHERE currency = 'EUR'
    """,
    {
        "received": money("amount_minor", _KEPT),
        "charged_back": money("amount_minor", "reversed_at IS NOT NULL"),
        "refunded": money("refunded_minor"),
        "unallocated": money("left_minor"),
        "unallocated_share": ratio("sum(left_minor)", f"sum(amount_minor) FILTER (WHERE {_KEPT})"),
        "payment_count": count("true"),
        "average_payment": ratio(
            f"sum(amount_minor) FILTER (WHERE {_KEPT}) / 100.0",
            f"count(*) FILTER (WHERE {_KEPT})",
        ),
    },
    month="received_on",
)

_TIMELY = "sum(amount_minor) FILTER (WHERE days_late <= 0)"
_DATED = "sum(amount_minor) FILTER (WHERE days_late IS NOT NULL)"
SETTLEMENTS = View(
    """
    SELECT part.posted_on AS day, part.amount_minor, part.payment_id, part.credit_id,
        part.posted_on - fact.due_on AS days_late
    FROM payment_allocation AS part
    LEFT JOIN receivable AS fact ON fact.invoice_id = part.invoice_id
    WHERE part.currency = 'EUR'
    """,
    {
        "settled": money("amount_minor"),
        "settled_by_payments": money("amount_minor", "payment_id IS NOT NULL"),
        "settled_by_credits": money("amount_minor", "credit_id IS NOT NULL"),
        "settled_on_time": money("amount_minor", "days_late <= 0"),
        "on_time_share": ratio(_TIMELY, _DATED),
        "average_days_late": ratio("sum(days_late * amount_minor)", _DATED),
        "settlement_count": count("true"),
    },
    month="posted_on",
)

_DELAY = """round(percentile_cont(0.5) WITHIN GROUP (
    ORDER BY (part.posted_on - fact.due_on))::numeric)::integer AS days"""
CASH_FLOW = View(
    f"""
    WITH late AS (
        SELECT part.account_id, {_DELAY}
        FROM payment_allocation AS part JOIN receivable AS fact ON fact.invoice_id = part.invoice_id
        WHERE fact.due_on IS NOT NULL AND part.amount_minor > 0 GROUP BY 1
    ), alike AS (
        SELECT coalesce(account.segment, '') AS segment, {_DELAY}
        FROM payment_allocation AS part JOIN receivable AS fact ON fact.invoice_id = part.invoice_id
        JOIN account ON account.id = part.account_id
        WHERE fact.due_on IS NOT NULL AND part.amount_minor > 0 GROUP BY 1
    )
    SELECT coalesce(fact.due_on, invoice.planned_on) + coalesce(late.days, alike.days, 0) AS day,
        coalesce(fact.document_state = 'ACCEPTED', false) AS is_documented,
        CASE WHEN fact.document_state = 'ACCEPTED' THEN {_OPEN}
            ELSE coalesce(invoice.gross_minor, 0) END AS expected_minor
    FROM invoice
    JOIN sale ON sale.id = invoice.sale_id
    JOIN account ON account.id = invoice.account_id
    LEFT JOIN receivable AS fact ON fact.invoice_id = invoice.id
    LEFT JOIN late ON late.account_id = invoice.account_id
    LEFT JOIN alike ON alike.segment = coalesce(account.segment, '')
    WHERE invoice.currency = 'EUR' AND sale.finalised_at IS NOT NULL
    """,
    {
        "expected": money("expected_minor"),
        "expected_of_documents": money("expected_minor", "is_documented"),
        "expected_of_plans": money("expected_minor", "NOT is_documented"),
        "invoice_count": count("expected_minor <> 0"),
    },
    month="expected_on",
)

_UNITS = """
    FROM entitlement AS unit
    JOIN sale ON sale.id = unit.sale_id
    JOIN sale_line AS line ON line.id = unit.line_id
    LEFT JOIN calendar_item AS item ON item.id = unit.calendar_item_id
    LEFT JOIN season ON season.id = coalesce(item.season_id, line.season_id, sale.season_id)
    WHERE unit.currency = 'EUR' AND sale.finalised_at IS NOT NULL"""
REVENUE = View(
    f"""
    SELECT (sale.finalised_at AT TIME ZONE 'Europe/Brussels')::date AS day, season.name AS season,
        unit.value_minor AS sold, 0 AS recognised, 0 AS cancelled {_UNITS}
    UNION ALL
    SELECT (greatest(sale.finalised_at, item.starts_at) AT TIME ZONE 'Europe/Brussels')::date,
        season.name, 0, unit.value_minor, 0 {_UNITS}
      AND unit.status = 'LIVE' AND sale.status = 'FINAL' AND item.status = 'PLAYED'
    UNION ALL
    SELECT * FROM (
        SELECT greatest((sale.finalised_at AT TIME ZONE 'Europe/Brussels')::date, span.last) AS day,
            season.name AS season, 0 AS sold, unit.value_minor * (span.last - season.starts_on + 1)
            / (season.ends_on - season.starts_on + 1)
            - unit.value_minor * (span.first - season.starts_on)
            / (season.ends_on - season.starts_on + 1) AS recognised, 0 AS cancelled
        FROM entitlement AS unit
        JOIN sale ON sale.id = unit.sale_id
        JOIN sale_line AS line ON line.id = unit.line_id
        JOIN season ON season.id = coalesce(line.season_id, sale.season_id)
        CROSS JOIN LATERAL (
            SELECT greatest(month::date, season.starts_on) AS first,
                least((month + interval '1 month')::date - 1, season.ends_on) AS last
            FROM generate_series(date_trunc('month', season.starts_on), season.ends_on,
                interval '1 month') AS month
        ) AS span
        WHERE unit.currency = 'EUR' AND unit.calendar_item_id IS NULL
          AND unit.status = 'LIVE' AND sale.status = 'FINAL'
    ) AS part
    WHERE day <= (now() AT TIME ZONE 'Europe/Brussels')::date
    UNION ALL
    SELECT (coalesce((
            SELECT max(whole.created_at) FROM cancellation_item AS part
            JOIN cancellation AS whole ON whole.id = part.cancellation_id
            WHERE part.entitlement_id = unit.id AND whole.undone_at IS NULL
        ), sale.cancelled_at) AT TIME ZONE 'Europe/Brussels')::date,
        season.name, 0, 0, unit.value_minor {_UNITS} AND unit.status = 'CANCELLED'
    """,
    {
        "sold": money("sold", "sold <> 0"),
        "recognised": money("recognised"),
        "cancelled": money("cancelled"),
        "deferred_opening": over(Span.UP_TO_START, money("sold - recognised - cancelled")),
        "deferred_closing": over(Span.UP_TO_END, money("sold - recognised - cancelled")),
    },
    month="happened_at",
    season="season_name",
)

TRANSFERS = View(
    """
    SELECT (attempt.started_at AT TIME ZONE 'Europe/Brussels')::date AS day, attempt.delivery_id,
        attempt.error, attempt.attempt_no, attempt.duration_ms
    FROM webhook_attempt AS attempt
    """,
    {
        "attempt_count": count("true"),
        "delivery_count": different("delivery_id"),
        "failure_count": count("error IS NOT NULL"),
        "retry_count": count("attempt_no > 1"),
        "success_share": ratio("count(*) FILTER (WHERE error IS NULL)", "count(*)"),
        "average_latency": Written("avg(duration_ms)"),
        "longest_latency": Written("max(duration_ms)"),
    },
    month="attempted_at",
)
