"""What SQL over views refuses: by PostgreSQL's code, with what to write instead."""
# ruff: noqa: E501, ISC004 - a statement is one text

import pytest

from semantic.query.query import QueryError
from semantic.sqlapi.statements import SqlError, sqlstate_of
from tests.semantic.sqlapi.asked import SqlClub

UNKNOWN = [
    "getvariable('organisation_id')",
    "getenv('HOME')",
    "current_setting('x')",
    "pg_sleep(1)",
    "pg_read_file('x')",
    "read_text('/etc/passwd')",
    "query('select 1')",
    "query_table('sales')",
    "current_user",
    "random()",
    "md5(kind)",
    "regexp_replace(kind, 'a', 'b')",
    "initcap(kind)",
    "quote_ident(kind)",
    "nextval('x')",
    "version()",
    "txid_current()",
    "date_bin('1 day', at, at)",
    "string_agg(kind, ',')",
    "array_agg(kind)",
    "percentile_cont(0.5) within group (order by id)",
    "unnest(array[1])",
    "generate_series(1, 2)",
    "timezone('UTC')",
    "make_date(2024, 1, 1)",
    "row_to_json(sales)",
]


@pytest.mark.parametrize("expression", UNKNOWN)
def test_a_function_that_is_not_on_the_list_does_not_exist(club: SqlClub, expression: str) -> None:
    for sql in (
        f"SELECT {expression} FROM sales",
        f"SELECT kind FROM sales WHERE {expression} IS NULL",
        f"SELECT s FROM (SELECT SUM(net) AS s FROM sales) t WHERE {expression} = 1",
        f"SELECT SUM(net) FROM sales GROUP BY {expression}",
        f"SELECT SUM(net), {expression} OVER () FROM sales",
    ):
        with pytest.raises(SqlError) as refused:
            club.compiled(sql)
        assert refused.value.sqlstate in ("42883", "0A000", "42803", "42703", "42P01")


READING = [
    ("SELECT * FROM read_csv('/etc/passwd'), sales", "42501"),
    ("SELECT net FROM sales UNION ALL SELECT 1 FROM duckdb_settings()", "42501"),
    ("SELECT * FROM (SELECT MEASURE(net) FROM sales) s, information_schema.tables", "42P01"),
    ("SELECT * FROM (SELECT MEASURE(net) FROM sales) s, facts", "42P01"),
    ("SELECT * FROM (SELECT MEASURE(net) FROM sales) s, other.sales", "42P01"),
    ("SELECT net FROM sales, LATERAL (SELECT 1) t", "0A000"),
    ("SELECT net INTO x FROM sales", "0A000"),
    ("SELECT net FROM sales FOR UPDATE", "0A000"),
    ("SELECT net FROM sales TABLESAMPLE SYSTEM (10)", "0A000"),
    ("SELECT net FROM sales, accounts", "0A000"),
    ("SELECT s.net FROM sales s JOIN accounts a ON TRUE", "0A000"),
    ("WITH RECURSIVE a AS (SELECT net FROM sales) SELECT * FROM a", "0A000"),
    ("WITH a AS (DELETE FROM sales RETURNING net) SELECT * FROM a, sales", "42501"),
    ("SELECT DISTINCT kind FROM sales ORDER BY upper(kind)", "42P10"),
    ("SELECT kind FROM sales GROUP BY 7", "42P10"),
    ("SELECT kind FROM sales ORDER BY 7", "42P10"),
    ("SELECT k FROM (SELECT kind AS k FROM sales LIMIT 1) t GROUP BY 7", "42P10"),
    ("SELECT 1 FROM sales", "0A000"),
    ("SELECT nothing FROM sales", "42703"),
    ("SELECT x.kind FROM sales", "42P01"),
    ("SELECT x.k FROM (SELECT kind AS k FROM sales LIMIT 1) t", "42P01"),
    ("SELECT x FROM (SELECT kind AS k FROM sales LIMIT 1) t", "42703"),
    (
        "SELECT k FROM (SELECT kind AS k FROM sales LIMIT 1) a, "
        "(SELECT kind AS k FROM sales LIMIT 1) b",
        "42702",
    ),
    ("SELECT id, kind FROM sales UNION SELECT kind FROM sales", "42601"),
    ("SELECT kind FROM sales UNION SELECT id FROM sales", "42804"),
    ("SELECT kind FROM sales UNION BY NAME SELECT kind FROM sales", "0A000"),
    ("SELECT * FROM (SELECT kind FROM sales) t(a, b)", "42P10"),
    (
        "SELECT t.kind FROM (SELECT kind FROM sales LIMIT 1) t NATURAL JOIN "
        "(SELECT kind FROM sales LIMIT 1) u",
        "0A000",
    ),
    (
        "SELECT t.kind FROM (SELECT kind FROM sales LIMIT 1) t LEFT SEMI JOIN "
        "(SELECT kind FROM sales LIMIT 1) u ON TRUE",
        "0A000",
    ),
    ("SELECT * EXCLUDE (kind) FROM sales", "0A000"),
    ("SELECT kind FROM sales FETCH FIRST 1 ROWS WITH TIES", "0A000"),
    ("SELECT kind FROM sales LIMIT 'x'", "22P02"),
    ("SELECT kind FROM sales LIMIT 1.5", "0A000"),
    ("SELECT id FROM sales QUALIFY ROW_NUMBER() OVER () = 1", "0A000"),
]


@pytest.mark.parametrize(("sql", "sqlstate"), READING)
def test_a_form_that_is_not_executed_is_refused(club: SqlClub, sql: str, sqlstate: str) -> None:
    with pytest.raises(SqlError) as refused:
        club.compiled(sql)
    assert refused.value.sqlstate == sqlstate, refused.value.message


WRONG = [
    ("SELECT MAX(net) FROM sales", "0A000", "write MEASURE(net)"),
    ("SELECT AVG(net) FROM sales", "0A000", "write MEASURE(net)"),
    ("SELECT COUNT(net) FROM sales", "0A000", "write MEASURE(net)"),
    ("SELECT SUM(DISTINCT net) FROM sales", "0A000", "write MEASURE(net)"),
    ("SELECT SUM(kinds) FROM sales", "0A000", "write MEASURE(kinds)"),
    ("SELECT SUM(per_sale) FROM sales", "0A000", "write MEASURE(per_sale)"),
    ("SELECT SUM(two_months) FROM sales", "0A000", "write MEASURE(two_months)"),
    ("SELECT SUM(net * 2) FROM sales", "42803", "MEASURE(net) outside"),
    ("SELECT SUM(score) FROM accounts", "42803", "COUNT(DISTINCT x)"),
    ("SELECT AVG(score) FROM accounts", "42803", "MIN(x)"),
    ("SELECT COUNT(name) FROM accounts", "42803", "COUNT(DISTINCT x)"),
    ("SELECT SUM(2) FROM sales", "42803", "use a measure"),
    ("SELECT SUM(CASE WHEN is_active THEN score ELSE 0 END) FROM accounts", "42803", "a measure"),
    ("SELECT MEASURE(kind) FROM sales", "42803", "a measure"),
    ("SELECT MEASURE(s) FROM (SELECT SUM(net) AS s FROM sales) t", "42883", "reads the view"),
    ("SELECT SUM(net) FROM (SELECT kind, net FROM sales LIMIT 2) t", "0A000", "inner query"),
    ("SELECT SUM(x) FROM (SELECT kind, net * 2 AS x FROM sales) t", "0A000", "inner query"),
    ("SELECT SUM(x) FROM (SELECT kind, net AS x FROM sales ORDER BY 1) t", "0A000", "inner query"),
    (
        "SELECT SUM(s) FROM (SELECT kind, s FROM (SELECT kind, net AS s FROM sales LIMIT 1) a) t",
        "0A000",
        "inner query",
    ),
    (
        "SELECT MAX(net) FROM (SELECT kind, net FROM sales UNION ALL "
        "SELECT kind, net FROM sales) t",
        "0A000",
        "inner query",
    ),
    ("SELECT kind FROM sales WHERE net > 5", "42803", "HAVING"),
    ("SELECT kind FROM sales WHERE SUM(net) > 5", "42803", "HAVING"),
    ("SELECT kind, SUM(net) FROM sales", "42803", "aggregate function"),
    ("SELECT kind, id FROM sales GROUP BY kind", "42803", "aggregate function"),
    ("SELECT k, n FROM (SELECT kind AS k, COUNT(*) AS n FROM sales GROUP BY 1) t GROUP BY k",
     "42803", "aggregate function"),
    ("SELECT s FROM (SELECT SUM(net) AS s FROM sales) t WHERE SUM(s) > 1", "42803", ""),
    ("SELECT SUM(net) FROM sales GROUP BY SUM(net)", "42803", ""),
    ("SELECT SUM(net) FROM sales GROUP BY net", "42803", "HAVING"),
    ("SELECT kind || net FROM sales", "42803", "GROUP BY"),
    ("SELECT country, COUNT(*) FROM desk GROUP BY 1", "0A000", "a measure that counts"),
    ("SELECT kind, per_sale FROM sales GROUP BY kind HAVING "
     "MEASURE(per_sale) FILTER (WHERE day > '2024-01-01') > 1", "0A000", "query of its own"),
    ("SELECT day, MEASURE(count_so_far) FROM sales GROUP BY day", "0A000", "DATE_TRUNC"),
    ("SELECT MEASURE(count_so_far) FROM sales WHERE day > '2024-01-01'", "0A000", "WHERE x >="),
    ("SELECT MEASURE(count_so_far) FROM sales WHERE day >= '2024-01-01'", "0A000", "WHERE x >="),
    ("SELECT extract(year from day), MEASURE(count_so_far) FROM sales GROUP BY 1", "0A000", ""),
    ("SELECT upper(kind), MEASURE(of_all) FROM sales GROUP BY 1", "0A000", ""),
    ("SELECT COUNT(DISTINCT id, kind) FROM sales", "0A000", ""),
    ("SELECT RANK(1) OVER () FROM sales", "42883", ""),
    ("SELECT id, COUNT(DISTINCT id) OVER () FROM sales", "0A000", ""),
    ("SELECT id, SUM(id) OVER w FROM sales", "42704", ""),
    ("SELECT id, SUM(id) OVER (ORDER BY id ROWS BETWEEN id PRECEDING AND CURRENT ROW) FROM sales",
     "0A000", ""),
    ("SELECT id, SUM(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES)"
     " FROM sales", "0A000", ""),
    ("SELECT STRING_AGG(kind, ',') FILTER (WHERE TRUE) FROM sales", "42883", ""),
    ("SELECT foo(kind) FILTER (WHERE TRUE) FROM sales", "0A000", ""),
    ("SELECT MAX(kind, id) FROM sales", "0A000", ""),
    ("SELECT COUNT(upper(kind)) FROM sales", "42803", ""),
    ("SELECT COUNT(*) FROM gated", "0A000", "named"),
    ("SELECT kind FROM sales GROUP BY ALL", "0A000", ""),
    ("SELECT k FROM (SELECT kind AS k FROM sales LIMIT 1) t GROUP BY ALL", "0A000", ""),
    ("SELECT kind FROM sales GROUP BY nothing", "42703", ""),
    ("SELECT SUM(s) FROM (SELECT MAX(kind) AS s FROM sales) t", "42804", ""),
    ("SELECT BOOL_OR(s) FROM (SELECT MAX(kind) AS s FROM sales) t", "42804", ""),
]  # fmt: skip


@pytest.mark.parametrize(("sql", "sqlstate", "hint"), WRONG)
def test_what_would_be_a_wrong_number_is_refused(
    club: SqlClub, sql: str, sqlstate: str, hint: str
) -> None:
    with pytest.raises(QueryError) as refused:
        club.compiled(sql)
    assert sqlstate_of(refused.value) == sqlstate, refused.value.message
    assert hint in getattr(refused.value, "hint", "") + refused.value.message


EXPRESSIONS = [
    ("at + 'x'", "22007"),
    ("name + 1", "42883"),
    ("at + at", "42883"),
    ("name * 2", "42883"),
    ("name / 2", "42883"),
    ("name % 2", "42883"),
    ("name - 1", "42883"),
    ("'1' + '2'", "42883"),
    ("at - true", "42883"),
    ("at + 1", "42883"),
    ("-name", "42804"),
    ("-2 ^ 2", "0A000"),
    ("2 ^ 2 ^ 2", "0A000"),
    ("name || score + 1", "0A000"),
    ("name = rep = true", "0A000"),
    ("name = 1", "42804"),
    ("id = 'x'", "22P02"),
    ("id = '1.5'", "22P02"),
    ("is_active = 'maybe'", "22P02"),
    ("seen_at = 'yesterday'", "22007"),
    ("seen_at = '2024-02-31'", "22007"),
    ("seen_at > '2024-01-01'::timestamptz + '5 parsecs'::interval", "22007"),
    ("seen_at > date '2024-01-01' + interval '99999999 days'", "22007"),
    ("seen_at > '2024-01-01'::timestamptz + interval '9999 years'", "22007"),
    ("interval '1 day 03:00'", "0A000"),
    ("interval '1 day' * 0.5", "42883"),
    ("interval 'P1D'", "0A000"),
    ("''::interval", "22007"),
    ("abs(name)", "42804"),
    ("upper(id)", "42804"),
    ("date_trunc('month', name)", "42804"),
    ("date_trunc('century', seen_at)", "22023"),
    ("date_trunc('month', seen_at, 'UTC')", "0A000"),
    ("extract(century from seen_at)", "22023"),
    ("extract(year from id)", "42804"),
    ("seen_at at time zone 'Nowhere'", "22023"),
    ("timezone('Nowhere', seen_at)", "22023"),
    ("timezone(name, seen_at)", "42883"),
    ("strpos(name, 'n', 2)", "0A000"),
    ("seen_at at time zone name", "0A000"),
    ("to_char(seen_at, 'Q')", "0A000"),
    ("to_char(id, '999')", "0A000"),
    ("to_date(name, 'YYYY')", "0A000"),
    ("to_date('x', 'YYYY')", "22007"),
    ("left(name, -1)", "0A000"),
    ("substring(name, 0)", "0A000"),
    ("substring(name, id::int)", "0A000"),
    ("split_part(name, '', 1)", "0A000"),
    ("replace(name, rep, 'x')", "0A000"),
    ("log(2, id)", "0A000"),
    ("trunc(score, 1)", "0A000"),
    ("round(score, 20)", "0A000"),
    ("round(score, id::int)", "0A000"),
    ("concat(name, is_active)", "0A000"),
    ("(score / 3)::text", "0A000"),
    ("sqrt(id)::text", "0A000"),
    ("name::regclass", "0A000"),
    ("name::json", "0A000"),
    ("name::date", "0A000"),
    ("id::date", "42846"),
    ("seen_at::int", "42846"),
    ("name::bool", "42846"),
    ("name::numeric(50, 2)", "0A000"),
    ("name ~ 'x'", "42883"),
    ("name similar to 'x'", "0A000"),
    ("name like any (array['x'])", "0A000"),
    ("name like 'x' escape 'xy'", "0A000"),
    ("name is json", "0A000"),
    ("id between symmetric 2 and 1", "0A000"),
    ("id > any (array[1])", "0A000"),
    ("id = any (name)", "0A000"),
    ("name = any ('a')", "22P02"),
    ("name = any ('{{a}}')", "0A000"),
    ("name = any ('{\"a}')", "22P02"),
    ("(id, name) = (1, 'x')", "0A000"),
    ("array[1]", "42883"),
    ("id & 1", "0A000"),
    ("E'\\\\x'", "0A000"),
    ("interval (name)", "0A000"),
    ("coalesce(name, id)", "42804"),
    ("case when name then 1 end", "42804"),
    ("name and true", "42804"),
    ("9" * 40, "22003"),
    ("x'ff'", "0A000"),
    (":name", "0A000"),
    ("$1", "42P02"),
]


@pytest.mark.parametrize(("expression", "sqlstate"), EXPRESSIONS)
def test_an_expression_that_is_not_understood_is_refused(
    club: SqlClub, expression: str, sqlstate: str
) -> None:
    sql = f"SELECT {expression.replace('at +', 'seen_at +').replace('at -', 'seen_at -')} FROM accounts"
    with pytest.raises(SqlError) as refused:
        club.compiled(sql.replace("+ at ", "+ seen_at "))
    assert refused.value.sqlstate == sqlstate, refused.value.message


def test_what_other_parts_refuse_has_a_code_as_well() -> None:
    assert sqlstate_of(QueryError("", code="MEMBER_HIDDEN")) == "42501"
    assert sqlstate_of(QueryError("", code="QUERY_TIMEOUT")) == "57014"
    assert sqlstate_of(QueryError("", code="QUERY_FAILED")) == "XX000"


def test_a_statement_is_only_so_deep(club: SqlClub) -> None:
    for sql in (
        f"SELECT {'(' * 100}1{')' * 100} FROM sales",
        f"SELECT kind FROM sales WHERE {' OR '.join(['id = 1'] * 10_000)}",
        f"SELECT {'+ '.join(['id'] * 3_000)} FROM sales",
        f"SELECT {'NOT ' * 15_000} TRUE FROM sales",
        f"SELECT 1 FROM sales {'JOIN sales ' * 40}",
    ):
        with pytest.raises(SqlError) as refused:
            club.compiled(sql)
        assert refused.value.sqlstate == "54001"
    nested = "SELECT kind FROM sales"
    for _ in range(45):
        nested = f"SELECT kind FROM ({nested}) t"
    with pytest.raises(SqlError, match="nested too deeply"):
        club.compiled(nested)
