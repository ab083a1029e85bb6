"""The same SQL over a view and over a table of PostgreSQL with its rows gives the same answer."""
# ruff: noqa: E501 - a statement is one text

import pytest

from tests.semantic.sqlapi.asked import SqlClub
from tests.semantic.sqlapi.beside import Cursor, same

TEXTS = """
name = rep is null | upper(name) | lower(name) | length(name) | char_length(country) | reverse(name) | left(name, 2)
right(name, 2) | substring(name from 2 for 2) | substring(name, 3) | lpad(name, 9, '*')
rpad(name, 2) | trim(both 'A' from name) | ltrim(name, 'A') | rtrim(name) | btrim(name)
replace(name, 'n', 'NN') | split_part(name, '_', 2) | position('n' in name) | strpos(name, 'B')
concat(name, '-', rep, id) | concat_ws('/', rep, country, name) | name || ' ' || id
coalesce(rep, 'none') | nullif(rep, 'A') | greatest(rep, country) | least(rep, country, 'C')
case when is_active then name else rep end | case rep when 'A' then 1 when 'B' then 2 end
name::varchar(3) | id::text | score::text | is_active::text | seen_at::text | seen_at::date::text
name like 'An%' | name not like '%a' | name ilike 'AN%' | name like '50!%!_%' escape '!'
name like '50\\%%' | name = 'Anna' | name <> 'Anna' | rep in ('A', 'B') | rep not in ('A')
rep is null | rep is not null | is_active is true | is_active is not true | is_active is false
rep is distinct from 'A' | rep is not distinct from null | rep = any(array['A', 'C'])
rep <> all(array['A']) | rep = any('{A,"B"}') | rep = any('{}') | rep <> all('{}') | not is_active | is_active and rep = 'A'
is_active or rep = 'B' | country between 'A' and 'C' | is_active = 't' | id::int::bool
is_active::int | case when rep = 'A' then null else 'x' end | 'a' || null | E'x' || name
"""
NUMBERS = """
score + 1 | score - id | score * 2 | score * score | score / 2 | score / 3 | id / 2 | -id / 2
id / 2.0 | id % 3 | mod(score, 2) | -score | abs(score) | ceil(score) | floor(score) | trunc(score)
round(score) | round(score, 1) | round(score / 3, 5) | round(id / 8.0, 2) | round(2.5)
round(id::double precision / 2) | abs('1.5') | id::text::numeric + 1 | sqrt(id)::numeric | sign(score) | power(id, 2) | (id ^ 2) | sqrt(id) | ln(id)
log(id) | exp(id) | ceil(id) | score::int | score::numeric(10, 1) | score::double precision
(score / 3)::numeric(12, 3) | (id * 2.5)::bigint | (id * 2.5)::double precision::int
'12'::int + id | '1.5'::numeric * score | score > 1 | score between 1 and '2' | score in (1.5, '-3')
case when score > 1 then 1 else 0.5 end | coalesce(score, 0) | greatest(score, id) | id = 1
score is null | (id / 3.0) * (id / 7.0) | id * 1.25 - 1 | 7 / 2 | 7 / 2.0 | 1e2 | id::smallint
id::real | coalesce(null, id) | score / 7 * 7 | (score / 3) + (id / 7.0) | -id
"""
TIMES = """
date_trunc('month', at) | date_trunc('week', at) | date_trunc('quarter', at) | at::date
date_trunc('hour', at) | date_trunc('day', day) | extract(year from at) | extract(quarter from at)
extract(month from at) | extract(week from at) | extract(isoyear from at) | extract(day from at)
extract(dow from at) | extract(isodow from at) | extract(doy from at) | extract(hour from at)
extract(minute from at) | extract(second from at) | extract(epoch from at) | date_part('year', at)
extract(year from date_trunc('month', at)) + 1 | extract(year from at)::int / 2
date_trunc('hour', at) + interval '5 minutes' * floor(extract(minute from at) / 5) | at - 1.5 * interval '1 hour'
interval '1 day' * 2 + at | interval '90 seconds' * 0.0000001 + at | date_trunc('month', at) + interval '1 month' | at - '2 days 03:00:00.5'::interval | at::date + 3
at::date - 3 | at::date - date '2024-01-01' | at + interval '1 month' * 2 | at::timestamp
extract(epoch from at - day) | at at time zone 'UTC' | timezone('UTC', at) | at::timestamptz
date_trunc('month', at::date) | at > '2024-02-01' | at >= timestamp '2024-02-01'
at < '2024-02-01'::date | at between '2024-01-01' and '2024-02-01' | at = day
to_char(at, 'YYYY-MM-DD HH24:MI:SS') | coalesce(at, day) | greatest(at, day) | at::text
case when at > day then at else day end | at::date = '2024-02-29' | at < date '2024-02-01' + 5
date_trunc('day', at)::date | at > to_timestamp('2024-02-01', 'YYYY-MM-DD')
at > to_date('2024-02-01', 'YYYY-MM-DD') | at at time zone 'UTC' at time zone 'Asia/Tokyo'
at::timestamptz + interval '1 day' | extract(hour from at::timestamptz) | at - at < '1 day'::interval
date_trunc('month', at at time zone 'UTC') | interval '1 day' + at | 3 + at::date
interval '1 day' + interval '2 hours' < interval '30 hours' | at::timestamptz::timestamp
date_trunc('year', timestamp '2024-05-06') | date '2024-03-31' - interval '1 month'
extract(year from timestamp '2024-05-06') | (interval '3 days' - interval '1 day') > interval '1 day'
at > timestamptz '2024-02-01 00:00:00+00' | date_trunc('month', timestamptz '2024-02-01 00:00+00')
at < '2024-02-01 +00' | date_trunc('month', date '2024-05-06')
'2024-05-06' at time zone 'UTC' | -interval '1 day' + at | timestamp '2024-03-31 02:30' + interval '1 hour'
"""


def listed(text: str) -> list[str]:
    return [one.strip() for line in text.strip().splitlines() for one in line.split(" | ")]


@pytest.mark.parametrize(
    ("table", "expressions"),
    [("accounts", TEXTS), ("accounts", NUMBERS), ("sales", TIMES)],
    ids=["texts", "numbers", "times"],
)
def test_an_expression_of_dimensions_is_what_it_is_in_postgresql(
    club: SqlClub, cursor: Cursor, table: str, expressions: str
) -> None:
    for one in listed(expressions):
        same(club, cursor, f"SELECT id, {one} AS x FROM {table} ORDER BY id")


STATEMENTS = """
SELECT kind, SUM(net) FROM sales GROUP BY kind ORDER BY kind
SELECT kind AS k, SUM(net) AS s FROM sales GROUP BY k ORDER BY s DESC
SELECT kind, SUM(net) FROM sales GROUP BY 1 ORDER BY 2 DESC NULLS LAST LIMIT 1 OFFSET 1
SELECT "public"."x"."kind" FROM (SELECT kind, net FROM sales) "x" GROUP BY "x"."kind"
SELECT "x"."kind", SUM("x"."net") AS "s" FROM (SELECT * FROM sales) "x" GROUP BY "x"."kind"
SELECT COUNT(*), COUNT(1), COUNT(id), SUM(net) FROM sales
SELECT COUNT(*) FROM sales WHERE kind = 'new' AND at < '2024-01-20' AND NOT kind IS NULL
SELECT COUNT(DISTINCT kind), MIN(kind), MAX(at), COUNT(DISTINCT upper(kind)) FROM sales
SELECT kind, COUNT(DISTINCT day), SUM(net), MIN(day) FROM sales GROUP BY kind
SELECT kind, SUM(net) FILTER (WHERE day < '2024-02-01'), COUNT(*) FROM sales GROUP BY kind
SELECT kind, COUNT(*) FILTER (WHERE day < '2024-02-01') FROM sales GROUP BY kind
SELECT kind, COUNT(DISTINCT day) FILTER (WHERE day < '2024-02-01') FROM sales GROUP BY kind
SELECT SUM(CASE WHEN kind = 'new' THEN net ELSE 0 END), SUM(CASE WHEN kind = 'x' THEN net END) FROM sales
SELECT SUM(CASE WHEN kind = 'new' THEN 1 ELSE 0 END), COUNT(CASE WHEN kind = 'old' THEN 1 END) FROM sales
SELECT SUM(CASE WHEN kind = 'x' THEN 1 END), SUM((CASE WHEN kind = 'new' THEN (1) ELSE NULL END)) FROM sales
SELECT upper(kind) || '!', SUM(net) / COUNT(*) FROM sales GROUP BY upper(kind) || '!'
SELECT upper(kind), lower(upper(kind)), SUM(net) FROM sales GROUP BY upper(kind)
SELECT date_trunc('month', at), extract(year from date_trunc('month', at)), SUM(net) FROM sales GROUP BY 1
SELECT kind, SUM(net) FROM sales GROUP BY kind HAVING SUM(net) > 10 AND COUNT(*) > 1
SELECT 1 AS one, 'x' AS x FROM sales HAVING COUNT(1) > 0
SELECT 'all' AS what, SUM(net) FROM sales GROUP BY 1
SELECT SUM(net) FROM sales WHERE kind = 'nothing'
SELECT DISTINCT kind FROM sales ORDER BY kind DESC
SELECT DISTINCT upper(kind) AS k, kind IS NULL FROM sales ORDER BY k, 2
SELECT id FROM sales ORDER BY kind DESC, id DESC
SELECT id, kind FROM sales WHERE kind IN ('new', 'old') ORDER BY 1 FETCH FIRST 2 ROWS ONLY
SELECT id FROM sales ORDER BY id LIMIT ALL
SELECT id FROM sales ORDER BY id LIMIT NULL OFFSET 2
SELECT kind, SUM(net), RANK() OVER (ORDER BY SUM(net) DESC) FROM sales GROUP BY kind ORDER BY kind
SELECT kind, SUM(SUM(net)) OVER (), AVG(SUM(net)) OVER (), COUNT(*) OVER () FROM sales GROUP BY kind
SELECT id, ROW_NUMBER() OVER (ORDER BY id), LAG(id) OVER (ORDER BY id), LEAD(id, 2, 0) OVER (ORDER BY id), NTILE(2) OVER (ORDER BY id), FIRST_VALUE(kind) OVER w, LAST_VALUE(id) OVER w FROM sales WINDOW w AS (ORDER BY id)
SELECT id, SUM(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), COUNT(kind) OVER (PARTITION BY kind ORDER BY id), MAX(id) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 FOLLOWING) FROM sales ORDER BY id
SELECT id, DENSE_RANK() OVER (ORDER BY kind), PERCENT_RANK() OVER (ORDER BY id), CUME_DIST() OVER (ORDER BY id) FROM sales
WITH a AS (SELECT kind, SUM(net) AS s FROM sales GROUP BY kind) SELECT kind, s, s / SUM(s) OVER () FROM a
WITH a(k, s) AS (SELECT kind, SUM(net) FROM sales GROUP BY kind), b AS (SELECT SUM(s) AS t FROM a) SELECT k, s / t FROM a CROSS JOIN b
SELECT AVG(s), MAX(s), MIN(k), COUNT(*), COUNT(DISTINCT k), SUM(c) FROM (SELECT kind AS k, SUM(net) AS s, COUNT(*) AS c FROM sales GROUP BY 1) t
SELECT k IS NULL AS missing, SUM(s), STDDEV(s), VARIANCE(s), STDDEV_POP(s), VAR_POP(s) FROM (SELECT kind AS k, SUM(net) AS s FROM sales GROUP BY 1) t GROUP BY 1
SELECT BOOL_AND(s > 5), BOOL_OR(s > 15), SUM(1), SUM(s) FILTER (WHERE s > 5) FROM (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) t
SELECT k || '!' AS x, SUM(s) FROM (SELECT kind AS k, SUM(net) AS s FROM sales GROUP BY 1) t GROUP BY k || '!' HAVING SUM(s) > 0 ORDER BY x
SELECT t.k, SUM(t.s) OVER (ORDER BY t.k) FROM (SELECT kind AS k, SUM(net) AS s FROM sales GROUP BY 1) AS t WHERE t.s > 5
SELECT k, SUM(SUM(s)) OVER () FROM (SELECT kind AS k, SUM(net) AS s FROM sales GROUP BY 1) AS t GROUP BY k
SELECT a.country, a.n, b.s FROM (SELECT country, COUNT(*) AS n FROM accounts GROUP BY 1) a LEFT JOIN (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) b ON a.country = b.kind OR a.n = 2
SELECT a.kind, b.kind FROM (SELECT kind, COUNT(*) AS n FROM sales GROUP BY 1) a FULL JOIN (SELECT kind, SUM(net) AS s FROM sales WHERE kind = 'new' GROUP BY 1) b ON a.kind = b.kind
SELECT * FROM (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) a, (SELECT COUNT(*) AS n FROM accounts) b ORDER BY 1
SELECT a.*, n FROM (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) a JOIN (SELECT COUNT(*) AS n FROM accounts) b ON TRUE
SELECT kind FROM (SELECT DISTINCT kind FROM sales) t UNION SELECT country FROM (SELECT DISTINCT country FROM accounts) u ORDER BY 1
SELECT COUNT(*) FROM sales UNION ALL SELECT SUM(net) FROM sales UNION ALL SELECT NULL ORDER BY 1 LIMIT 2
(SELECT kind, SUM(net) AS s FROM sales GROUP BY 1 ORDER BY 2 LIMIT 1) UNION ALL (SELECT 'all', SUM(net) FROM sales) ORDER BY s
(SELECT DISTINCT kind FROM sales) EXCEPT (SELECT 'new') ORDER BY 1
(SELECT DISTINCT id FROM sales) INTERSECT SELECT 2.0 UNION ALL SELECT 7
SELECT * FROM (SELECT id FROM sales ORDER BY id LIMIT 3) t ORDER BY id DESC
SELECT s + 1 FROM (SELECT SUM(net) AS s FROM sales) t
SELECT CASE WHEN SUM(net) > 5 THEN 'much' ELSE 'little' END, COALESCE(SUM(net), 0), SUM(net) IS NULL FROM sales
SELECT kind, SUM(net) FROM sales GROUP BY kind, kind ORDER BY SUM(net) DESC
SELECT SUM(net)::int, SUM(net)::double precision, ROUND(SUM(net) / 7, 2), (COUNT(*) / 2)::text FROM sales
SELECT COUNT(*) / 2, COUNT(*) / 2.0, COUNT(*) % 3, -COUNT(*) FROM sales
SELECT k, n / 2 FROM (SELECT kind AS k, COUNT(*) AS n FROM sales GROUP BY 1) t
SELECT MIN(DISTINCT id), SUM(DISTINCT id), AVG(DISTINCT id) FROM sales
SELECT kind, MAX(upper(kind)), BOOL_OR(day > '2024-02-01') FROM sales GROUP BY kind
SELECT 5 AS five, MAX(id) FROM sales ORDER BY five
SELECT s FROM (SELECT 1 AS one, SUM(net) AS s FROM sales) t WHERE one = 1
SELECT COUNT(*) FROM sales WHERE at >= '2024-01-01' AND at < '2024-02-01'
SELECT COUNT(*) FROM sales WHERE '2024-01-31 23:59:59' <= at
SELECT COUNT(*) FROM sales WHERE at > '2024-01-31' AND at <= '2024-03-31 02:30'
SELECT COUNT(*) FROM sales WHERE date_trunc('month', at) = '2024-01-01' OR day = '2024-02-29'
SELECT COUNT(*) FROM sales WHERE date_trunc('month', at) = '2024-02-01'
SELECT COUNT(*) FROM sales WHERE date_trunc('month', at) = '2024-02-02'
SELECT COUNT(*) FROM sales WHERE date_trunc('month', at) > '2024-01-01' AND date_trunc('month', at) <= '2024-02-01'
SELECT COUNT(*) FROM sales WHERE date_trunc('month', at) >= '2024-02-01'
SELECT COUNT(*) FROM sales WHERE at::date < '2024-02-01'
SELECT COUNT(*) FROM sales WHERE at < timestamptz '2024-02-01 00:00:00+00'
SELECT COUNT(*) FROM sales WHERE at >= '2024-03-31 02:30' AND at < '2024-03-31 04:00'
SELECT COUNT(*) FROM sales WHERE (at >= '2024-01-01' AND (kind = 'new')) AND at < '2024-01-31 12:00:00.123456'
SELECT COUNT(*) FROM sales WHERE TRUE
SELECT COUNT(*) FROM sales WHERE (kind = 'new')
SELECT COUNT(*) FROM sales WHERE greatest(at, day) >= '2024-02-01'
SELECT COUNT(*) FROM sales WHERE greatest(at, day)::date >= '2024-02-01'
SELECT COUNT(*) FROM sales WHERE date_trunc('month', at)::date = '2024-02-01'
SELECT COUNT(*) FROM sales WHERE at::date + 3 = '2024-03-03'
SELECT MAX(CASE WHEN kind = 'new' THEN id ELSE 0 END) FROM sales
SELECT MAX('x'), 1 + 1, SUM(s) FROM (SELECT kind, SUM(net) AS s FROM sales GROUP BY 1) t
SELECT upper(k) AS u, SUM(s) FROM (SELECT kind AS k, SUM(net) AS s FROM sales GROUP BY 1) t GROUP BY u ORDER BY u
(SELECT kind FROM sales GROUP BY kind) ORDER BY 1 LIMIT 1
((SELECT kind FROM sales GROUP BY kind) ORDER BY 1 DESC) LIMIT 1
SELECT kind, kind FROM sales GROUP BY kind UNION ALL SELECT 'a', 'b' ORDER BY 2, 1
"""


@pytest.mark.parametrize("sql", STATEMENTS.strip().splitlines())
def test_a_statement_over_a_view_answers_as_over_its_rows(
    club: SqlClub, cursor: Cursor, sql: str
) -> None:
    same(club, cursor, sql.replace('"public"."x".', '"x".'))


PREPARED = [
    ("SELECT COUNT(*) FROM sales WHERE kind = $1", ("text", "new")),
    ("SELECT COUNT(*) FROM sales WHERE kind = $1", ("text", None)),
    ("SELECT COUNT(*) FROM sales WHERE id = $1::bigint", ("bigint", "2")),
    (
        "SELECT COUNT(*) FROM sales WHERE at >= $1::timestamp",
        ("timestamp without time zone", "2024-02-01 00:00:00"),
    ),
    ("SELECT COUNT(*) FROM sales WHERE day = $1::date", ("date", "2024-02-29")),
    ("SELECT COUNT(*) FROM sales WHERE net_is($1)", ("boolean", "t")),
    ("SELECT id FROM sales ORDER BY id LIMIT $1::bigint", ("bigint", "2")),
    ("SELECT COUNT(*) FROM sales WHERE kind = ANY($1::text[])", ("text[]", '{new,"o\\\\x",NULL}')),
    ("SELECT $1::numeric(5,2) AS x, COUNT(*) FROM sales", ("numeric(5,2)", "1.25")),
]


@pytest.mark.parametrize(("sql", "value"), PREPARED)
def test_a_parameter_is_what_the_literal_would_be(
    club: SqlClub, cursor: Cursor, sql: str, value: tuple[str, str | None]
) -> None:
    same(club, cursor, sql.replace("net_is($1)", "(id > 0) = $1::boolean"), value)
