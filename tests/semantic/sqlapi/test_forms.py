"""Forms of SQL that tools and analysts write: the same over views as over tables of PostgreSQL."""
# ruff: noqa: E501 - a statement is one text

import pytest

from tests.semantic.sqlapi.asked import SqlClub
from tests.semantic.sqlapi.beside import Cursor, same

STATEMENTS = """
SELECT SUM(("sales"."net")), COUNT(DISTINCT "kind"), SUM(1) AS "Number of Records" FROM "public"."sales"
SELECT "sales"."kind" FROM "sqlapi"."public"."sales" GROUP BY "sales"."kind"
SELECT CAST(TRUNC(EXTRACT(YEAR FROM "sales"."at")) AS INTEGER) AS "yr:at:ok", SUM("sales"."net") AS "sum:net:ok" FROM "public"."sales" "sales" GROUP BY 1
SELECT DATE_TRUNC('QUARTER', CAST("sales"."at" AS TIMESTAMP)) AS "tqr:at:ok", SUM(net) FROM sales GROUP BY 1
SELECT (((DATE_PART('year', at)))), SUM(net) FROM sales GROUP BY 1
SELECT SUM(net) AS x FROM sales HAVING (COUNT(1) > 0)
SELECT * FROM (SELECT kind, id, day FROM sales) t WHERE 0=1
SELECT kind, id FROM (SELECT * FROM sales) t LIMIT 0
SELECT kind, COUNT(*), COUNT(DISTINCT day), MAX(day) FROM sales WHERE 1 <> 1.0 GROUP BY kind
SELECT kind, COUNT(*) FROM sales GROUP BY kind FETCH FIRST 0 ROWS ONLY
SELECT SUM(net), COUNT(*) FROM sales WHERE FALSE
SELECT kind FROM (SELECT kind FROM sales WHERE 1 = 2) t
SELECT kind, SUM(net) FROM sales WHERE 1 = 1 AND 'a' = 'a' GROUP BY kind
SELECT kind, SUM(CAST(net AS double precision)), SUM(CAST("sales"."net" AS DECIMAL(20,4))) FROM sales GROUP BY kind
SELECT kind, SUM(COALESCE(net, 0)) FROM sales GROUP BY kind
SELECT SUM(net) FROM sales WHERE kind IN (SELECT kind FROM sales GROUP BY kind HAVING SUM(net) > 18)
SELECT kind, SUM(net) FROM sales WHERE id NOT IN (SELECT id FROM sales WHERE kind = 'old') GROUP BY 1
SELECT COUNT(*) FROM sales WHERE kind NOT IN (SELECT kind FROM sales WHERE id > 4)
SELECT COUNT(*) FROM sales WHERE kind = ANY (SELECT DISTINCT kind FROM sales WHERE id < 3) AND id > ALL (SELECT id FROM accounts WHERE country = 'NL')
SELECT COUNT(*) FROM sales WHERE id <= ANY (SELECT 2) OR kind <> ALL (SELECT 'old')
SELECT kind, SUM(net) / (SELECT SUM(net) FROM sales) AS share FROM sales GROUP BY 1
SELECT kind, SUM(net) FROM sales GROUP BY kind HAVING SUM(net) > (SELECT AVG(s) FROM (SELECT SUM(net) AS s FROM sales GROUP BY kind) t)
SELECT SUM(net) FROM sales WHERE EXISTS (SELECT 1 FROM sales WHERE kind = 'nothing')
SELECT SUM(net) FROM sales WHERE EXISTS (SELECT * FROM sales WHERE kind = 'new') AND NOT EXISTS (SELECT kind FROM sales WHERE kind = 'x')
SELECT SUM(net) FROM sales WHERE EXISTS (SELECT 1) AND EXISTS (SELECT s FROM (SELECT SUM(net) AS s FROM sales) t WHERE s > 5)
SELECT SUM(net) FROM sales WHERE EXISTS (SELECT 1 FROM (SELECT SUM(net) AS s FROM sales) t WHERE s > 500)
SELECT COUNT(*) FROM sales WHERE day = (SELECT MAX(day) FROM sales)
SELECT COUNT(*) FROM sales WHERE at > (SELECT MIN(at) FROM sales) AND at < (SELECT MAX(seen_at) FROM accounts)
SELECT kind IN (SELECT 'new') AS is_new, COUNT(*) FROM sales GROUP BY kind IN (SELECT 'new')
SELECT COUNT(*) FILTER (WHERE kind IN (SELECT kind FROM sales WHERE id = 1)), COUNT(*) FROM sales
WITH big AS (SELECT kind, SUM(net) AS s FROM sales GROUP BY kind), top AS (SELECT MAX(s) AS m FROM big) SELECT kind, COUNT(*) FROM sales WHERE kind IN (SELECT kind FROM big WHERE s = (SELECT m FROM top)) GROUP BY kind
SELECT k, s FROM (SELECT kind AS k, SUM(net) AS s FROM sales GROUP BY 1) t WHERE s >= (SELECT MAX(s) FROM (SELECT SUM(net) AS s FROM sales GROUP BY kind) u)
SELECT kind, SUM(net), GROUPING(kind) FROM sales GROUP BY ROLLUP (kind) ORDER BY 3, 1
SELECT kind, date_trunc('month', day) AS m, SUM(net), COUNT(DISTINCT kind), MIN(day), GROUPING(kind, date_trunc('month', day)) AS g FROM sales GROUP BY CUBE (kind, date_trunc('month', day)) ORDER BY g, 1, 2
SELECT kind, SUM(net) FROM sales GROUP BY GROUPING SETS ((kind), (), (kind))
SELECT kind, day, SUM(net) FROM sales GROUP BY kind, ROLLUP (day)
SELECT upper(kind), id, COUNT(*) FROM sales GROUP BY GROUPING SETS (ROLLUP (upper(kind)), (kind, id))
SELECT kind, id, day, COUNT(*), GROUPING(day, kind) FROM sales GROUP BY ROLLUP ((kind, id), day)
SELECT kind, SUM(net) FROM sales WHERE FALSE GROUP BY ROLLUP (kind)
SELECT kind FROM sales GROUP BY ROLLUP (kind)
SELECT kind, COUNT(*) FROM sales GROUP BY ROLLUP (kind) HAVING GROUPING(kind) = 1 OR COUNT(*) > 1
SELECT GROUPING(kind), SUM(net) FILTER (WHERE day < '2024-02-01') FROM sales GROUP BY kind
SELECT kind, SUM(net) FILTER (WHERE day < '2024-02-01') FROM sales GROUP BY CUBE (kind)
SELECT k, SUM(s), GROUPING(k), COUNT(*) FROM (SELECT kind AS k, SUM(net) AS s FROM sales GROUP BY 1) t GROUP BY ROLLUP (k)
SELECT k || 'x' AS kx, s > 5, COUNT(*), GROUPING(k || 'x', s > 5) FROM (SELECT kind AS k, SUM(net) AS s FROM sales GROUP BY 1) t GROUP BY CUBE ((k || 'x'), (s > 5))
SELECT SUM(s), GROUPING(k) FROM (SELECT kind AS k, SUM(net) AS s FROM sales GROUP BY 1) t GROUP BY k
SELECT COUNT(*) FROM (SELECT kind AS k, SUM(net) AS s FROM sales GROUP BY 1) t GROUP BY GROUPING SETS (())
SELECT DISTINCT ON (kind) kind, id FROM sales ORDER BY kind, id DESC
SELECT DISTINCT ON (upper(kind), 2) kind, id % 2 AS odd, id FROM sales ORDER BY 2, upper(kind), day LIMIT 2
SELECT DISTINCT ON ((s > 5)) k, s FROM (SELECT kind AS k, SUM(net) AS s FROM sales GROUP BY 1) t ORDER BY s > 5, s DESC
SELECT date_trunc('month', day) AS day, kind, SUM(net) AS "n" FROM sales JOIN (SELECT kind AS kind__, SUM(net) AS best FROM sales GROUP BY kind ORDER BY SUM(net) DESC LIMIT 1) AS few ON kind = kind__ GROUP BY date_trunc('month', day), kind ORDER BY "n" DESC, day
SELECT s.kind, extract(year from s.day) AS y, extract(year from s.day) + 1 AS z, SUM(s.net) FROM sales s JOIN (SELECT kind FROM sales WHERE id > 2 GROUP BY 1) f ON s.kind = f.kind WHERE s.day > '2024-01-02' GROUP BY s.kind, extract(year from s.day) HAVING SUM(s.net) > 0 ORDER BY s.kind
SELECT a.kind, b.s, n FROM (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) a JOIN (SELECT kind, COUNT(*) AS n, SUM(net) AS s FROM sales GROUP BY 1) b USING (kind)
SELECT * FROM (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) a FULL JOIN (SELECT kind, COUNT(*) AS n FROM sales WHERE kind = 'new' GROUP BY 1) b USING (kind)
SELECT kind, a.kind, b.kind FROM (SELECT kind FROM sales WHERE id < 3 GROUP BY 1) a RIGHT JOIN (SELECT kind, COUNT(*) AS n FROM sales GROUP BY 1) b USING (kind)
SELECT a.*, b.n, c.n FROM (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) a LEFT JOIN (SELECT kind, COUNT(*) AS n FROM sales WHERE id > 2 GROUP BY 1) b USING (kind) LEFT JOIN (SELECT kind, MAX(id) AS n FROM sales GROUP BY 1) c USING (kind)
SELECT kind, SUM(s), SUM(n) FROM (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) a JOIN (SELECT kind, COUNT(*) AS n FROM sales GROUP BY 1) b USING (kind) GROUP BY ROLLUP (kind)
SELECT SUM(s / total) FROM (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) a CROSS JOIN (SELECT SUM(net) AS total FROM sales) b
SELECT a.kind, MAX(total), SUM(s) FROM (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) a, (SELECT SUM(net) AS total FROM sales) b GROUP BY a.kind
SELECT label, SUM(s) FROM (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) a JOIN (VALUES ('new', 'X'), ('old', 'X')) AS v(kind, label) ON a.kind = v.kind GROUP BY 1
SELECT kind, label, SUM(s) OVER (ORDER BY kind) FROM (VALUES ('new', 1.5), ('old', 2), ('none', NULL)) AS v(kind, label) LEFT JOIN (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) a USING (kind)
WITH v(kind, n) AS (VALUES ('new', 1), ('old', 2)) SELECT kind, n, s FROM v JOIN (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) a USING (kind)
SELECT column1, column2, n FROM (VALUES (DATE '2024-01-01', -1), ('2024-02-01', 2)) v, (SELECT COUNT(*) AS n FROM sales) t
SELECT * FROM (SELECT 'new' AS k, COUNT(*) AS n FROM sales) a JOIN (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) b ON a.k = b.kind
SELECT DISTINCT 'x' AS x, NULL AS y, kind FROM sales
SELECT DISTINCT ON (kind) 'x' AS x, kind FROM sales ORDER BY kind
SELECT DISTINCT ON (kind) kind FROM sales
SELECT SUM(CAST((net) AS double precision)) FROM sales
SELECT kind, a.n, c.n FROM (SELECT kind, COUNT(*) AS n FROM sales WHERE id < 4 GROUP BY 1) a FULL JOIN (SELECT kind FROM sales WHERE id > 2 GROUP BY 1) b USING (kind) LEFT JOIN (SELECT kind, COUNT(*) AS n FROM sales GROUP BY 1) c USING (kind)
(SELECT 'x' AS x, kind FROM sales GROUP BY kind) ORDER BY 2 LIMIT 2
SELECT k FROM (SELECT 'new' AS k, kind FROM sales GROUP BY kind) t WHERE k = kind
SELECT 'a' AS a, kind FROM sales GROUP BY kind UNION SELECT 'b', 'c' ORDER BY 1, 2
SELECT COUNT(*) FROM sales WHERE kind IN (SELECT 'new') OR kind = (SELECT k FROM (SELECT 'old' AS k) t)
SELECT m, SUM(s), COUNT(s) FROM generate_series('2024-01-01'::timestamp, '2024-04-01', '1 month') AS g(m) LEFT JOIN (SELECT date_trunc('month', day) AS d, SUM(net) AS s FROM sales GROUP BY 1) t ON t.d = g.m GROUP BY 1
WITH dates AS (SELECT generate_series(date '2024-01-30', date '2024-02-02', interval '1 day')::date AS d) SELECT d, COALESCE(s, 0) FROM dates LEFT JOIN (SELECT day::date AS dd, SUM(net) AS s FROM sales GROUP BY 1) t ON d = dd
SELECT x, n FROM (SELECT generate_series(3, -1, -2)) AS g(x), (SELECT COUNT(*) AS n FROM sales) t
SELECT g, n FROM generate_series('2024-03-30'::timestamptz, '2024-04-01', '1 day') g, (SELECT COUNT(*) AS n FROM sales) t
SELECT g, n FROM generate_series('2024-03-31'::timestamp, '2024-01-01', '-1 month') g, (SELECT COUNT(*) AS n FROM sales) t
SELECT g, n FROM generate_series(5, 1) g, (SELECT COUNT(*) AS n FROM sales) t
SELECT id, SUM(id) FILTER (WHERE kind = 'new') OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM sales
SELECT day, SUM(n) OVER (ORDER BY day RANGE BETWEEN INTERVAL '1 month' PRECEDING AND CURRENT ROW) FROM (SELECT day, COUNT(*) AS n FROM sales GROUP BY 1) t
SELECT id, SUM(id) OVER (ORDER BY id ROWS 2 PRECEDING), COUNT(*) FILTER (WHERE id > 2) OVER () FROM sales
"""


@pytest.mark.parametrize("sql", STATEMENTS.strip().splitlines())
def test_a_form_of_sql_means_over_a_view_what_it_means_over_its_rows(
    club: SqlClub, cursor: Cursor, sql: str
) -> None:
    same(club, cursor, sql)
