"""The database's own proof that a Sale's money adds up, repeated whenever a transaction commits.

It compares sums that the domain has made already, so it answers only to bugs and to changes by
hand. The triggers are deferred: in between, a command may write in any order.
"""

from __future__ import annotations

from app.storage.triggers import differs

# A line's schedule group, as `domain.billing.group_of` finds it: that of the whole Sale, else that
# of the line's season or of the Sale's, else the first for a line without a season.
SALE_SUMS = """
CREATE OR REPLACE FUNCTION require_sale_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    club uuid := NEW.organisation_id;
    sold sale;
    billed record;
    wrong text;
BEGIN
    SELECT * INTO sold FROM sale WHERE organisation_id = club AND id = NEW.id;
    IF NOT FOUND OR sold.status NOT IN ('FINAL', 'CANCELLED') THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(sum(net_minor), 0) AS net, coalesce(sum(gross_minor), 0) AS gross,
        count(*) - count(net_minor) AS without
    INTO billed FROM invoice WHERE organisation_id = club AND sale_id = sold.id;
    IF billed.without > 0 OR billed.net <> sold.net_minor OR billed.gross <> sold.gross_minor THEN
        wrong := format('invoices come to %s net and %s gross, the Sale to %s and %s',
            billed.net, billed.gross, sold.net_minor, sold.gross_minor);
    END IF;
    IF wrong IS NULL THEN
        SELECT format('lines come to %s net and %s gross, the Sale to %s and %s',
            sum(net_minor), sum(gross_minor), sold.net_minor, sold.gross_minor)
        INTO wrong FROM sale_line WHERE organisation_id = club AND sale_id = sold.id
        HAVING coalesce(sum(net_minor), 0) <> sold.net_minor
            OR coalesce(sum(gross_minor), 0) <> sold.gross_minor;
    END IF;
    IF wrong IS NULL THEN
        SELECT format('invoices of schedule group %s come to %s, its lines to %s',
            coalesce(groups.id::text, 'none'), sum(both_sides.billed), sum(both_sides.sold))
        INTO wrong
        FROM (
            SELECT schedule_group_id AS id, amount_minor AS billed, 0 AS sold
            FROM invoice WHERE organisation_id = club AND sale_id = sold.id
            UNION ALL
            SELECT (
                SELECT g.id FROM schedule_group g
                WHERE g.organisation_id = club AND g.sale_id = sold.id
                  AND (g.season_id IS NULL OR l.season_id IS NULL OR g.season_id = l.season_id)
                ORDER BY g.season_id IS NULL DESC,
                    g.season_id = coalesce(l.season_id, sold.season_id) DESC NULLS LAST, g.id
                LIMIT 1
            ), 0, l.amount_minor
            FROM sale_line l WHERE l.organisation_id = club AND l.sale_id = sold.id
        ) AS both_sides
        LEFT JOIN schedule_group groups
            ON groups.organisation_id = club AND groups.id = both_sides.id
        GROUP BY groups.id HAVING sum(both_sides.billed) <> sum(both_sides.sold)
        LIMIT 1;
    END IF;
    IF wrong IS NULL THEN
        SELECT format('cells of component %s come to %s, the component to %s',
            c.id, coalesce(sum(i.amount_minor), 0), c.amount_minor)
        INTO wrong FROM sale_line_component c
        LEFT JOIN invoice_line i ON i.organisation_id = club AND i.sale_id = sold.id
            AND i.component_id = c.id
        WHERE c.organisation_id = club AND c.sale_id = sold.id
        GROUP BY c.id, c.amount_minor, c.net_minor, c.gross_minor
        HAVING (coalesce(sum(i.amount_minor), 0), coalesce(sum(i.net_minor), 0),
            coalesce(sum(i.gross_minor), 0)) <> (c.amount_minor, c.net_minor, c.gross_minor)
        LIMIT 1;
    END IF;
    IF wrong IS NULL THEN
        wrong := invoice_sums_wrong(club, sold.id, NULL);
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'Sale % does not add up: %', sold.code, wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sale_adds_up', TABLE = 'sale';
    END IF;
    RETURN NULL;
END
$$
"""

# An invoice is its cells and its VAT. All of a Sale's invoices are read at once, or one of them.
INVOICE_SUMS_WRONG = """
CREATE OR REPLACE FUNCTION invoice_sums_wrong(club uuid, of_sale uuid, wanted uuid) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT format('invoice %s is %s (%s net, %s gross), its cells come to %s (%s, %s), its VAT to '
        '%s net and %s', i.code, i.amount_minor, i.net_minor, i.gross_minor, coalesce(c.amount, 0),
        coalesce(c.net, 0), coalesce(c.gross, 0), coalesce(v.net, 0), coalesce(v.vat, 0))
    FROM invoice i
    LEFT JOIN (
        SELECT invoice_id, sum(amount_minor) AS amount, sum(net_minor) AS net,
            sum(vat_minor) AS vat, sum(gross_minor) AS gross
        FROM invoice_line WHERE organisation_id = club AND sale_id = of_sale
          AND (wanted IS NULL OR invoice_id = wanted)
        GROUP BY invoice_id
    ) AS c ON c.invoice_id = i.id
    LEFT JOIN (
        SELECT invoice_id, sum(net_minor) AS net, sum(vat_minor) AS vat
        FROM invoice_vat WHERE organisation_id = club AND sale_id = of_sale
          AND (wanted IS NULL OR invoice_id = wanted)
        GROUP BY invoice_id
    ) AS v ON v.invoice_id = i.id
    WHERE i.organisation_id = club AND i.sale_id = of_sale AND (wanted IS NULL OR i.id = wanted)
      AND ((i.amount_minor, i.net_minor, i.vat_minor, i.gross_minor) IS DISTINCT FROM (
            coalesce(c.amount, 0)::bigint, coalesce(c.net, 0)::bigint, coalesce(c.vat, 0)::bigint,
            coalesce(c.gross, 0)::bigint)
        OR (i.net_minor, i.vat_minor) IS DISTINCT FROM (
            coalesce(v.net, 0)::bigint, coalesce(v.vat, 0)::bigint))
    LIMIT 1
$$
"""

INVOICE_SUMS = """
CREATE OR REPLACE FUNCTION require_invoice_sums() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed invoice := coalesce(NEW, OLD);
    club uuid := changed.organisation_id;
    sold sale;
    wrong text;
BEGIN
    SELECT * INTO sold FROM sale WHERE organisation_id = club AND id = changed.sale_id;
    IF NOT FOUND OR sold.status NOT IN ('FINAL', 'CANCELLED') THEN
        RETURN NULL;
    END IF;
    SELECT format('invoices come to %s net and %s gross, the Sale to %s and %s',
        sum(net_minor), sum(gross_minor), sold.net_minor, sold.gross_minor)
    INTO wrong FROM invoice WHERE organisation_id = club AND sale_id = sold.id
    HAVING coalesce(sum(net_minor), 0) <> sold.net_minor
        OR coalesce(sum(gross_minor), 0) <> sold.gross_minor;
    wrong := coalesce(wrong, invoice_sums_wrong(club, sold.id, changed.id));
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'Sale % does not add up: %', sold.code, wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'sale_adds_up', TABLE = 'invoice';
    END IF;
    RETURN NULL;
END
$$
"""

_MONEY = ("status", "version", "net_minor", "vat_minor", "gross_minor")
_AMOUNTS = (
    "sale_id",
    "schedule_group_id",
    "amount_minor",
    "net_minor",
    "vat_minor",
    "gross_minor",
)


def _deferred(name: str, event: str, table: str, when: str, function: str) -> str:
    """Let a function judge each changed row when the transaction commits."""
    return (
        f"CREATE CONSTRAINT TRIGGER {name} AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED "
        f"FOR EACH ROW {when} EXECUTE FUNCTION {function}()"
    )


_CLOSED = "NEW.status IN ('FINAL', 'CANCELLED')"
SUM_TRIGGERS = (
    INVOICE_SUMS_WRONG,
    SALE_SUMS,
    INVOICE_SUMS,
    _deferred("sale_born_adds_up", "INSERT", "sale", f"WHEN ({_CLOSED})", "require_sale_sums"),
    _deferred(
        "sale_adds_up",
        "UPDATE",
        "sale",
        f"WHEN ({_CLOSED} AND {differs(_MONEY)})",
        "require_sale_sums",
    ),
    _deferred("invoice_born_adds_up", "INSERT OR DELETE", "invoice", "", "require_invoice_sums"),
    _deferred(
        "invoice_adds_up",
        "UPDATE",
        "invoice",
        f"WHEN ({differs(_AMOUNTS)})",
        "require_invoice_sums",
    ),
)
"""A Sale that is Final or Cancelled is never committed unless its money adds up.

Every command that changes a Sale raises its version, and with that the whole of it is summed up
once; an invoice that changes beside its Sale is compared with both.
"""

SUM_TRIGGERS_UNDONE = (
    "DROP TRIGGER sale_born_adds_up ON sale",
    "DROP TRIGGER sale_adds_up ON sale",
    "DROP TRIGGER invoice_born_adds_up ON invoice",
    "DROP TRIGGER invoice_adds_up ON invoice",
    "DROP FUNCTION require_sale_sums()",
    "DROP FUNCTION require_invoice_sums()",
    "DROP FUNCTION invoice_sums_wrong(uuid, uuid, uuid)",
)
"""Takes `SUM_TRIGGERS` away again."""
