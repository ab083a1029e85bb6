"""The rows of a club as SQL: Sales with 4 lines, 3 invoices and their payments, by arithmetic.

Every amount is a multiple of what it is divided by, so that lines, cells, VAT and invoices add up
without rounding. `%(count)s` is the number of Sales, `%(club)s` the organisation and `%(no)s` its
number among the clubs of the bench, which is a part of every key.
"""

from __future__ import annotations

LINES, INVOICES = 4, 3
ACCOUNT_SALES = 10
"""Sales of one account."""

KEY = """
CREATE OR REPLACE FUNCTION pg_temp.key(club int, kind int, n bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE AS $$
    SELECT ('01930000' || lpad(to_hex(club), 4, '0') || '7' || lpad(to_hex(kind), 3, '0')
        || '8' || lpad(to_hex(n), 15, '0'))::uuid
$$
"""
"""A UUID of version 7 for each number of each kind of row, rising with the number."""

# One of ten Sales is a Draft; the others are Final and numbered from 0 by `final_no`.
_SOLD = """
CREATE TEMP TABLE sold AS
SELECT n, pg_temp.key(%(no)s, 6, n) AS id, pg_temp.key(%(no)s, 9, n) AS schedule_id,
    'S-2024-' || lpad(n::text, 6, '0') AS code,
    pg_temp.key(%(no)s, 1, 1 + mod(n * 7919, %(accounts)s)) AS account_id,
    pg_temp.key(%(no)s, 2, 1 + mod(n * 7919, %(accounts)s)) AS contact_id,
    pg_temp.key(%(no)s, 3, 1 + (n - 1) * 5 / %(count)s) AS season_id,
    timestamptz '2024-01-01 00:00Z' + n / 2 * interval '10 minutes' AS created_at,
    mod(n, 10) <> 0 AS is_final, n - n / 10 - 1 AS final_no
FROM generate_series(1, %(count)s::bigint) AS n
"""
_SOLD_LINE = """
CREATE TEMP TABLE sold_line AS
SELECT s.n, l, pg_temp.key(%(no)s, 7, (s.n - 1) * 4 + l) AS id,
    pg_temp.key(%(no)s, 8, (s.n - 1) * 4 + l) AS component_id, s.id AS sale_id, s.season_id,
    1 + mod(s.n * 3 + l, 20) AS product_no, 1 + mod(s.n + l, 4) AS quantity,
    300 * (5 + mod(s.n * 7 + l * 13, 97)) AS price_minor,
    300 * (5 + mod(s.n * 7 + l * 13, 97)) * (1 + mod(s.n + l, 4)) AS net_minor,
    300 * (5 + mod(s.n * 7 + l * 13, 97)) * (1 + mod(s.n + l, 4)) * rate_bp / 10000 AS vat_minor,
    rate_bp
FROM sold s CROSS JOIN (VALUES (1, 2100), (2, 2100), (3, 2100), (4, 600)) AS kinds (l, rate_bp)
"""
_SOLD_SUM = """
CREATE TEMP TABLE sold_sum AS
SELECT n, sum(net_minor)::bigint AS net_minor, sum(vat_minor)::bigint AS vat_minor,
    sum(net_minor + vat_minor)::bigint AS gross_minor
FROM sold_line GROUP BY n
"""
_BILLED = """
CREATE TEMP TABLE billed AS
SELECT s.n, i, pg_temp.key(%(no)s, 10, (s.n - 1) * 3 + i) AS id, s.id AS sale_id, s.account_id,
    s.schedule_id, s.code || '-' || i AS code, s.created_at, s.is_final, s.final_no,
    (s.created_at AT TIME ZONE 'UTC')::date + 30 * i AS planned_on,
    t.net_minor / 3 AS net_minor, t.vat_minor / 3 AS vat_minor, t.gross_minor / 3 AS gross_minor
FROM sold s JOIN sold_sum t USING (n) CROSS JOIN generate_series(1, 3) AS i
"""
# Four payments of each Final Sale and a fifth of four in nine. The first invoice is paid in two
# parts, the second too where there is a fifth payment, and one in five third invoices by half.
_PAID = """
CREATE TEMP TABLE paid AS
SELECT b.*, row_number() OVER (ORDER BY b.n, p) AS payment_no, p,
    CASE WHEN p = 1 OR (p = 3 AND mod(final_no, 9) < 4) OR (p = 4 AND mod(final_no, 5) = 0)
        THEN gross_minor / 2
        WHEN p IN (2, 5) THEN gross_minor - gross_minor / 2
        ELSE gross_minor END AS amount_minor
FROM billed b JOIN (VALUES (1, 1), (2, 1), (3, 2), (4, 3), (5, 2)) AS parts (p, i) USING (i)
WHERE b.is_final AND (p < 5 OR mod(final_no, 9) < 4)
"""

_ACCOUNT = """
INSERT INTO account (organisation_id, id, code, name, kind, segment, rep_code, language, street,
    postal_code, city, country, email, payment_term_days, currency, is_active, created_at)
SELECT %(club)s, pg_temp.key(%(no)s, 1, n), 'A' || lpad(n::text, 6, '0'),
    'Company ' || lpad(n::text, 6, '0') || ' – Hospitality', 'BUSINESS', 'S' || mod(n, 4),
    'R' || mod(n, 12), 'nl', 'Walplein ' || mod(n, 200), '8000', 'Brugge', 'BE',
    'company' || n || '@example.org', 30, 'EUR', true, timestamptz '2023-06-01Z' + n * interval '1s'
FROM generate_series(1, %(accounts)s::bigint) AS n
"""
_CONTACT = """
INSERT INTO contact (organisation_id, id, account_id, first_name, last_name, language, email,
    is_default, created_at)
SELECT %(club)s, pg_temp.key(%(no)s, 2, n), pg_temp.key(%(no)s, 1, n), 'An', 'Peeters ' || n, 'nl',
    'an' || n || '@example.org', true, timestamptz '2023-06-01Z' + n * interval '1s'
FROM generate_series(1, %(accounts)s::bigint) AS n
"""
_SEASON = """
INSERT INTO season (organisation_id, id, code, name, starts_on, ends_on, created_at)
SELECT %(club)s, pg_temp.key(%(no)s, 3, n), 'SEASON-' || n, 'Season ' || n,
    date '2023-07-01' + (n::int - 1) * 365, date '2024-06-29' + (n::int - 1) * 365,
    timestamptz '2023-06-01Z'
FROM generate_series(1, 5) AS n
"""
_GROUP = """
INSERT INTO product_group (organisation_id, id, code, name, created_at)
VALUES (%(club)s, pg_temp.key(%(no)s, 4, 1), 'GROUP', 'Group', timestamptz '2023-06-01Z')
"""
_PRODUCT = """
INSERT INTO product (organisation_id, id, code, name, kind, scope, product_group_id, supply_type,
    is_numbered, is_limited, is_standalone, is_active, created_at)
SELECT %(club)s, pg_temp.key(%(no)s, 5, n), 'P' || n, 'Product ' || n, 'CATALOG', 'NONE',
    pg_temp.key(%(no)s, 4, 1), 'SERVICE', false, false, true, true, timestamptz '2023-06-01Z'
FROM generate_series(1, 20) AS n
"""
_SALE = """
INSERT INTO sale (organisation_id, id, code, type, status, channel, account_id, contact_id,
    season_id, rep_code, currency, price_basis, vat_rounding, language, is_barter, discount_minor,
    net_minor, vat_minor, gross_minor, hold_action, version, created_by, created_at, updated_at,
    finalised_at)
SELECT %(club)s, s.id, s.code, 'CATALOG', CASE WHEN is_final THEN 'FINAL' ELSE 'DRAFT' END,
    'BACK_OFFICE', s.account_id, s.contact_id, s.season_id, 'R' || mod(n, 12), 'EUR', 'NET',
    'SALE_EXACT', 'nl', false, 0, t.net_minor, t.vat_minor, t.gross_minor, 'KEEP', 4, 'bench',
    s.created_at, s.created_at, CASE WHEN is_final THEN s.created_at END
FROM sold s JOIN sold_sum t USING (n) ORDER BY n
"""
_SALE_LINE = """
INSERT INTO sale_line (organisation_id, id, sale_id, line_no, product_id, season_id, description,
    quantity, quantity_cancelled, cancelled_count, cancelled_minor, unit_price_minor,
    discount_minor, sale_discount_minor, amount_minor, net_minor, vat_minor, gross_minor, currency,
    calendar_item_ids, calendar_item_weights)
SELECT %(club)s, id, sale_id, l, pg_temp.key(%(no)s, 5, product_no), season_id,
    'Product ' || product_no, quantity, 0, 0, 0, price_minor, 0, 0, net_minor, net_minor,
    vat_minor, net_minor + vat_minor, 'EUR', '{}', '{}'
FROM sold_line ORDER BY n, l
"""
_MOVEMENT = """
INSERT INTO sale_movement (organisation_id, id, sale_id, line_id, kind, quantity, list_minor,
    discount_minor, net_minor, vat_minor, gross_minor, currency, moved_at)
SELECT l.organisation_id, gen_random_uuid(), l.sale_id, l.id, 'FINALISED', l.quantity, l.net_minor,
    0, l.net_minor, l.vat_minor, l.gross_minor, l.currency, s.finalised_at
FROM sale_line l JOIN sale s ON s.organisation_id = l.organisation_id AND s.id = l.sale_id
WHERE s.status = 'FINAL' AND l.organisation_id = %(club)s ORDER BY l.id
"""
_COMPONENT = """
INSERT INTO sale_line_component (organisation_id, id, sale_id, line_id, component_no, product_id,
    quantity, piece_weight, is_per_item, supply_type, vat_category, rate_bp, amount_minor,
    net_minor, vat_minor, gross_minor, currency)
SELECT %(club)s, component_id, sale_id, id, 1, pg_temp.key(%(no)s, 5, product_no), 1, 1, false,
    'SERVICE', 'S', rate_bp, net_minor, net_minor, vat_minor, net_minor + vat_minor, 'EUR'
FROM sold_line ORDER BY n, l
"""
_SCHEDULE = """
INSERT INTO schedule_group (organisation_id, id, sale_id, mode, recipe, past_dates, allocation,
    group_instalments)
SELECT %(club)s, schedule_id, id, 'AUTO', jsonb_build_object('kind', 'EQUAL', 'count', 3,
    'first_on', (created_at AT TIME ZONE 'UTC')::date + 30, 'every', 'MONTH'), 'KEEP',
    'PROPORTIONAL', '{}'
FROM sold ORDER BY n
"""
_INVOICE = """
INSERT INTO invoice (organisation_id, id, code, sale_id, schedule_group_id, account_id, sequence_no,
    kind, planned_on, amount_minor, net_minor, vat_minor, gross_minor, currency, created_at)
SELECT %(club)s, id, code, sale_id, schedule_id, account_id, i, 'INVOICE', planned_on, net_minor,
    net_minor, vat_minor, gross_minor, 'EUR', created_at
FROM billed ORDER BY n, i
"""
_INVOICE_LINE = """
INSERT INTO invoice_line (organisation_id, invoice_id, original_invoice_id, component_id, line_id,
    sale_id, amount_minor, net_minor, vat_minor, gross_minor, currency)
SELECT %(club)s, b.id, b.id, l.component_id, l.id, l.sale_id, l.net_minor / 3, l.net_minor / 3,
    l.vat_minor / 3, (l.net_minor + l.vat_minor) / 3, 'EUR'
FROM billed b JOIN sold_line l USING (n) ORDER BY b.n, b.i, l.l
"""
_INVOICE_VAT = """
INSERT INTO invoice_vat (organisation_id, invoice_id, original_invoice_id, sale_id, vat_category,
    rate_bp, net_minor, vat_minor, currency)
SELECT %(club)s, b.id, b.id, b.sale_id, 'S', l.rate_bp, l.net_minor / 3, l.vat_minor / 3, 'EUR'
FROM billed b JOIN (
    SELECT n, rate_bp, sum(net_minor)::bigint AS net_minor, sum(vat_minor)::bigint AS vat_minor
    FROM sold_line GROUP BY n, rate_bp
) AS l USING (n) ORDER BY b.n, b.i, l.rate_bp
"""
_DOCUMENT = """
INSERT INTO invoice_document (organisation_id, id, invoice_id, sale_id, account_id, source, type,
    state, number, issued_on, due_on, net_minor, vat_minor, gross_minor, rounding_minor, currency,
    created_at)
SELECT %(club)s, pg_temp.key(%(no)s, 11, (n - 1) * 3 + i), id, sale_id, account_id, 'ERP', '380',
    'ACCEPTED', 'D-' || code, planned_on, planned_on + 30, net_minor, vat_minor, gross_minor, 0,
    'EUR', created_at
FROM billed WHERE is_final ORDER BY n, i
"""
_RECEIVABLE = """
INSERT INTO receivable (organisation_id, invoice_id, sale_id, account_id, currency, document_id,
    document_state, document_no, issued_on, due_on, is_waiting, entered_minor, noted_minor,
    paid_minor, credited_minor, used_minor, rounded_minor, written_off_minor)
SELECT %(club)s, b.id, b.sale_id, b.account_id, 'EUR', pg_temp.key(%(no)s, 11, (n - 1) * 3 + i),
    'ACCEPTED', 'D-' || b.code, b.planned_on, b.planned_on + 30, false, b.gross_minor, 0,
    coalesce(p.amount_minor, 0), 0, 0, 0, 0
FROM billed b LEFT JOIN (
    SELECT id, sum(amount_minor)::bigint AS amount_minor FROM paid GROUP BY id
) AS p USING (id) WHERE b.is_final ORDER BY n, i
"""
_PAYMENT = """
INSERT INTO payment (organisation_id, id, account_id, method, received_on, amount_minor, currency,
    source, external_id, reference, left_minor, refunded_minor, created_by, created_at)
SELECT %(club)s, pg_temp.key(%(no)s, 12, payment_no), account_id,
    (ARRAY['BANK_TRANSFER', 'CARD', 'DIRECT_DEBIT', 'ONLINE'])[1 + mod(payment_no, 4)],
    planned_on + p, amount_minor, 'EUR', 'BANK', 'B' || payment_no, 'D-' || code, 0, 0, 'bench',
    created_at + p * interval '1 minute'
FROM paid ORDER BY payment_no
"""
_ALLOCATION = """
INSERT INTO payment_allocation (organisation_id, id, account_id, payment_id, invoice_id,
    amount_minor, currency, posted_on, created_at)
SELECT %(club)s, pg_temp.key(%(no)s, 13, payment_no), account_id,
    pg_temp.key(%(no)s, 12, payment_no), id, amount_minor, 'EUR', planned_on + p,
    created_at + p * interval '1 minute'
FROM paid ORDER BY payment_no
"""
_CLEANUP = "DROP TABLE sold, sold_line, sold_sum, billed, paid"

STATEMENTS = (
    KEY,
    _SOLD,
    _SOLD_LINE,
    _SOLD_SUM,
    _BILLED,
    _PAID,
    _ACCOUNT,
    _CONTACT,
    _SEASON,
    _GROUP,
    _PRODUCT,
    _SALE,
    _SALE_LINE,
    _MOVEMENT,
    _COMPONENT,
    _SCHEDULE,
    _INVOICE,
    _INVOICE_LINE,
    _INVOICE_VAT,
    _DOCUMENT,
    _RECEIVABLE,
    _PAYMENT,
    _ALLOCATION,
    _CLEANUP,
)
"""What writes one club, in order; entitlements and the ledger stay empty, since nobody asks."""
