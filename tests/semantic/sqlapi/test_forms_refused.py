"""Forms of SQL that would multiply measures or are not understood: refused with what to write."""
# ruff: noqa: E501 - a statement is one text

import pytest

from semantic.query.query import QueryError
from semantic.sqlapi.statements import sqlstate_of
from tests.semantic.sqlapi.asked import SqlClub

BY_KIND = "(SELECT kind, SUM(net) AS s FROM sales GROUP BY 1)"
BY_BUYER = "sales s JOIN accounts v ON s.buyer = v.name"
FANNED = f"FROM {BY_KIND} a JOIN (SELECT kind, id FROM sales) b ON a.kind = b.kind"
REFUSED = [
    # Casts that would round each row, and measures inside of sums.
    ("SELECT SUM(CAST(net AS integer)) FROM sales", "0A000", "CAST(MEASURE(net) AS INT)"),
    ("SELECT SUM(CAST(net AS numeric(10, 1))) FROM sales", "0A000", "MEASURE(net)"),
    ("SELECT SUM(CAST(net AS numeric(10))) FROM sales", "0A000", "MEASURE(net)"),
    ("SELECT MEASURE(CAST(per_sale AS numeric(10, 1))) FROM sales", "0A000", "MEASURE(per_sale)"),
    ("SELECT SUM(CAST(net AS text)) FROM sales", "0A000", "MEASURE(net)"),
    ("SELECT SUM(CASE WHEN net > 5 THEN net END) FROM sales", "42803", "HAVING"),
    ("SELECT SUM(ROUND(net, 1)) FROM sales", "42803", "MEASURE(net) outside"),
    ("SELECT SUM(COALESCE(score, 0)) FROM accounts", "42803", "a measure"),
    ("SELECT SUM(CASE WHEN kind = 'new' THEN net ELSE 1 END) FROM sales", "42803", "outside"),
    # Sub-queries.
    ("SELECT net FROM sales s WHERE EXISTS (SELECT kind FROM sales i WHERE i.kind = s.kind)", "0A000", "join it"),
    ("SELECT SUM(net) FROM sales WHERE id = (SELECT COUNT(*) FROM accounts WHERE kind = 'x')", "0A000", "join it"),
    ("SELECT SUM(net) FROM sales WHERE id IN (SELECT id, kind FROM sales)", "42601", ""),
    ("SELECT SUM(net) FROM sales WHERE id IN (SELECT kind FROM sales)", "42804", ""),
    ("SELECT SUM(net) FROM sales WHERE id = ANY (ARRAY(SELECT id FROM sales))", "0A000", "IN (SELECT)"),
    ("SELECT SUM(net) FROM sales WHERE id IN (SELECT id FROM nothing)", "0A000", "join it"),
    ("SELECT SUM(net) FROM sales WHERE id IN (SELECT MAX(net) FROM sales)", "0A000", "MEASURE(net)"),
    ("SELECT COUNT(*) FROM sales WHERE EXISTS (SELECT 1 FROM gated)", "0A000", "MEASURE(x)"),
    ("SELECT SUM(net) FROM sales WHERE kind LIKE ANY (SELECT 'x')", "0A000", ""),
    ("SELECT SUM(net) FROM sales WHERE id IN ()", "0A000", "values"),
    ("SELECT SUM(net) FROM sales WHERE EXISTS (SELECT kind FROM sales UNION SELECT nothing FROM sales)", "0A000", "join it"),
    # Sets of groups.
    ("SELECT GROUPING(id) FROM sales GROUP BY ROLLUP (kind)", "42803", ""),
    ("SELECT s, GROUPING(s + 2) FROM (SELECT SUM(net) AS s FROM sales) t GROUP BY ROLLUP (1), s + 1", "42803", ""),
    ("SELECT kind FROM sales GROUP BY ROLLUP (kind, 'x')", "0A000", "columns"),
    ("SELECT COUNT(*) FROM sales GROUP BY CUBE (id, kind, day, at, buyer, month, upper(kind))", "54001", ""),
    ("SELECT COUNT(*) FROM sales GROUP BY CUBE (id, kind, day), CUBE (at, buyer, month, upper(kind))", "54001", ""),
    ("SELECT DISTINCT ON (kind) kind, id FROM sales ORDER BY id, kind", "42P10", ""),
    # Rows of the statement itself.
    (f"SELECT * FROM (VALUES (1, 2), (3)) v, {BY_KIND} t", "42601", ""),
    (f"SELECT * FROM (VALUES (1), ('x')) v, {BY_KIND} t", "22P02", ""),
    (f"SELECT * FROM (VALUES (1), (TRUE)) v, {BY_KIND} t", "42804", ""),
    (f"SELECT * FROM generate_series(1, 100000) g, {BY_KIND} t", "54001", "step"),
    (f"SELECT * FROM generate_series('2024-01-01'::timestamp, '2034-01-01', '1 hour') g, {BY_KIND} t", "54001", "step"),
    (f"SELECT * FROM generate_series(1, 5, 0) g, {BY_KIND} t", "22023", ""),
    (f"SELECT * FROM generate_series(now(), now(), '0 days') g, {BY_KIND} t", "22023", ""),
    (f"SELECT * FROM generate_series(1, (SELECT MAX(id) FROM sales)) g, {BY_KIND} t", "0A000", ""),
    (f"SELECT * FROM generate_series(1, abs(3)::int) g, {BY_KIND} t", "0A000", "CURRENT_DATE"),
    (f"SELECT * FROM generate_series(greatest(now(), now()), now(), '1 day') g, {BY_KIND} t", "0A000", "CURRENT_DATE"),
    (f"SELECT * FROM generate_series(1.5, 2) g, {BY_KIND} t", "0A000", ""),
    (f"SELECT generate_series(1, 2), kind FROM {BY_KIND} t", "42883", ""),
    # Joins that would count measures several times.
    (f"SELECT SUM(a.s) {FANNED}", "0A000", "before the join"),
    (f"SELECT AVG(a.s), COUNT(*) {FANNED} GROUP BY b.id", "0A000", "before the join"),
    (f"SELECT SUM(s) FROM (SELECT a.s, b.id {FANNED}) t", "0A000", "before the join"),
    (f"SELECT SUM(a.s) OVER () {FANNED}", "0A000", "before the join"),
    (f"SELECT SUM(t) FROM {BY_KIND} a CROSS JOIN (SELECT SUM(net) AS t FROM sales) b", "0A000", "before the join"),
    (f"SELECT SUM(s) FROM {BY_KIND} a JOIN (VALUES ('new'), ('new')) v(k) ON kind = k", "0A000", "before the join"),
    (f"SELECT SUM(s) FROM {BY_KIND} a JOIN (VALUES (1 + 1)) v(k) ON TRUE JOIN (VALUES (1 + 1), (2)) w(k) ON TRUE", "0A000", ""),
    (f"SELECT SUM(s) FROM {BY_KIND} a JOIN (SELECT kind FROM sales GROUP BY ROLLUP (kind)) b USING (kind)", "0A000", ""),
    (f"SELECT SUM(s) FROM (SELECT a.s {FANNED} UNION ALL SELECT SUM(net) FROM sales) t", "0A000", "before the join"),
    (f"SELECT * FROM {BY_KIND} a JOIN {BY_KIND} b USING (nothing)", "42703", ""),
    (f"SELECT * FROM {BY_KIND} a JOIN (SELECT kind, kind FROM sales GROUP BY 1) b USING (kind)", "42702", ""),
    (f"SELECT * FROM {BY_KIND} a NATURAL JOIN {BY_KIND} b", "0A000", "USING"),
    ("SELECT * FROM (SELECT MEASURE(net) FROM sales) a, LATERAL (SELECT 1) b", "0A000", "JOIN it"),
    (f"SELECT SUM(a.s) FROM {BY_KIND} a JOIN (SELECT kind, 1 AS n FROM sales) b ON a.kind || '' = b.kind", "0A000", ""),
    (f"SELECT SUM(a.s) FROM {BY_KIND} a JOIN {BY_KIND} b ON a.kind = b.kind OR TRUE", "0A000", ""),
    (f"SELECT SUM(a.s) FROM {BY_KIND} a JOIN {BY_KIND} b ON b.s = b.s AND a.kind <> b.kind", "0A000", ""),
    # Views that are joined before they are grouped.
    (f"SELECT s.kind, SUM(s.net), MEASURE(v.best) FROM {BY_BUYER} GROUP BY s.kind", "0A000", "GROUP BY"),
    (f"SELECT s.buyer, s.kind, SUM(s.net), MEASURE(v.best) FROM {BY_BUYER} GROUP BY 1, 2", "0A000", "sub-query"),
    (f"SELECT SUM(s.net) FROM {BY_BUYER}", "0A000", "GROUP BY"),
    (f"SELECT COUNT(*) FROM {BY_BUYER} GROUP BY s.buyer", "0A000", "sub-query"),
    (f"SELECT * FROM {BY_BUYER}", "0A000", "sub-query"),
    (f"SELECT upper(s.buyer), SUM(s.net) FROM {BY_BUYER} GROUP BY upper(s.buyer)", "0A000", "GROUP BY"),
    (f"SELECT SUM(s.net) FROM {BY_BUYER} GROUP BY s.buyer || v.name", "0A000", "one of them"),
    ("SELECT SUM(s.net) FROM sales s, accounts v", "0A000", "select a dimension or a measure"),
    (f"SELECT s.buyer FROM {BY_BUYER} GROUP BY ALL", "0A000", ""),
    (f"SELECT s.buyer, s.net FROM {BY_BUYER} GROUP BY 7", "42P10", ""),
    (f"SELECT s.buyer, s.net FROM {BY_BUYER} WHERE s.kind = v.rep", "0A000", "sub-query"),
    ("SELECT s.buyer, s.net FROM sales s LEFT JOIN accounts v ON s.buyer = v.name WHERE v.rep = 'A'", "0A000", "into ON"),
    ("SELECT v.name, s.net FROM sales s RIGHT JOIN accounts v ON s.buyer = v.name WHERE s.kind = 'new'", "0A000", "into ON"),
    ("SELECT s.buyer, s.net FROM sales s LEFT JOIN accounts v ON s.buyer = v.name AND s.kind = 'new'", "0A000", "sub-query"),
    ("SELECT s.buyer, s.net FROM sales s LEFT JOIN accounts v ON s.buyer = v.name OR s.kind = v.rep", "0A000", "sub-query"),
    ("SELECT s.buyer, s.net FROM sales s JOIN accounts v ON upper(s.buyer) = v.name", "0A000", "sub-query"),
    ("SELECT s.net FROM sales s JOIN accounts v ON s.net = v.name", "0A000", "measure"),
    ("SELECT s.buyer, nothing FROM sales s JOIN accounts v ON s.buyer = v.name", "42703", ""),
    ("SELECT id FROM sales s JOIN accounts v ON s.buyer = v.name", "42702", ""),
    ("SELECT s.net FROM sales s JOIN sales s ON TRUE", "42712", ""),
    ("SELECT v.k, SUM(v.k) FROM sales s JOIN (VALUES (1)) v(k) ON s.id = v.k GROUP BY v.k", "0A000", "sub-query"),
    ("SELECT s.id, SUM(s.net) FROM sales s JOIN (VALUES (1), (1)) v(k) ON s.id = v.k GROUP BY s.id", "0A000", "sub-query"),
    ("SELECT date_trunc('month', s.day), s.kind, SUM(s.net) FROM sales s JOIN (SELECT kind, id FROM sales GROUP BY 1, 2) f ON s.kind = f.kind GROUP BY 1, 2", "0A000", "sub-query"),
    ("SELECT s.kind, date_trunc('day', s.day), SUM(s.net), f.n FROM sales s JOIN (SELECT kind, SUM(net) AS n FROM sales GROUP BY 1) f ON s.kind = f.kind GROUP BY 1, 2, f.n", "0A000", "sub-query"),
    ("SELECT s.id + v.k, SUM(s.net) FROM sales s JOIN (VALUES (1)) v(k) ON s.id = v.k GROUP BY s.id + v.k", "0A000", "sub-query"),
    ("SELECT v.k + 1, SUM(s.net) FROM sales s JOIN (VALUES (1)) v(k) ON s.id = v.k GROUP BY v.k + 1", "0A000", "sub-query"),
    ("SELECT s.kind FROM sales s JOIN (VALUES ('new'), ('new')) v(k) ON s.kind = v.k GROUP BY s.kind", "0A000", "sub-query"),
    ("SELECT s.kind, v.k FROM sales s JOIN (VALUES (1)) v(k) ON TRUE WHERE v.k = 1", "0A000", "sub-query"),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "sqlstate", "hint"), REFUSED)
def test_a_form_that_could_be_a_wrong_number_is_refused(
    club: SqlClub, sql: str, sqlstate: str, hint: str
) -> None:
    with pytest.raises(QueryError) as refused:
        club.compiled(sql)
    said = getattr(refused.value, "hint", "") + refused.value.message
    assert (sqlstate_of(refused.value), hint in said) == (sqlstate, True), said
