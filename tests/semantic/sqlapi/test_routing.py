"""Who answers a statement, and what PostgreSQL is asked to describe."""
# ruff: noqa: ISC004 - a statement is one text

import pytest

from semantic.sqlapi.statements import (
    CopyOptions,
    CursorOptions,
    ExplainOptions,
    Kind,
    SqlError,
    Target,
)
from tests.semantic.sqlapi.asked import SqlClub

ELSEWHERE = [
    "",
    ";",
    "SELECT 1",
    "SELECT 'sales'::regclass",
    "SELECT * FROM pg_class WHERE relname = 'sales'",
    'SELECT "Sales" FROM t',
    "SELECT sales FROM t",
    "SET x = 'sales'",
    "SHOW sales",
    "BEGIN; SELECT * FROM sales",
    "SELECT * FROM sales WHERE",
    "SELECT * FROM 'sales",
    "WITH sales AS (SELECT 1 AS a) SELECT a FROM sales",
    "SELECT * FROM other.sales",
    "SELECT * FROM sales()",
    "INSERT INTO t SELECT * FROM sales",
    "CREATE TEMPORARY TABLE t AS SELECT * FROM sales",
    "DROP VIEW sales",
    "COPY t (sales) FROM STDIN",
    "COPY (SELECT sales FROM t) TO STDOUT",
    "COPY t (sales) TO STDOUT",
    "COPY sales",
    "DECLARE sales FOR",
    "DECLARE a NO sales",
    "EXPLAIN SELECT sales FROM t",
    "PREPARE sales AS SELECT 1",
    "PREPARE sales",
    "EXPLAIN sales",
    "VALUES (sales)",
    "DELETE FROM t WHERE sales",
    "TRUNCATE",
    "INSERT INTO hidden_club VALUES (1)",
]


@pytest.mark.parametrize("sql", ELSEWHERE)
def test_what_reads_no_view_goes_to_postgresql(club: SqlClub, sql: str) -> None:
    try:
        assert club.routed(sql).target is Target.SHELL
    except SqlError as error:
        assert error.sqlstate == "42501", sql  # noqa: PT017 - COPY sales alone is refused


@pytest.mark.parametrize(
    ("sql", "query"),
    [
        ("SELECT kind FROM sales;", "SELECT kind FROM sales"),
        ("/* x */ TABLE sales", "SELECT * FROM sales"),
        ('(SELECT kind FROM public."sales")', '(SELECT kind FROM public."sales")'),
        ("SELECT * FROM SALES -- x", "SELECT * FROM SALES"),
        (
            "WITH a AS (SELECT kind FROM sales) SELECT * FROM a",
            "WITH a AS (SELECT kind FROM sales) SELECT * FROM a",
        ),
    ],
)
def test_a_query_of_a_view_is_answered_here(club: SqlClub, sql: str, query: str) -> None:
    routed = club.routed(sql)
    assert (routed.target, routed.kind) == (Target.SEMANTIC, Kind.SELECT)
    assert (routed.sql, routed.views) == (query, frozenset({"sales"}))


@pytest.mark.parametrize(
    ("sql", "cursor"),
    [
        ("DECLARE c CURSOR FOR SELECT kind FROM sales", CursorOptions("c")),
        (
            'DECLARE "C" BINARY INSENSITIVE SCROLL CURSOR WITH HOLD FOR SELECT kind FROM sales',
            CursorOptions("C", is_held=True, is_scrollable=True, is_binary=True),
        ),
        (
            "DECLARE c NO SCROLL CURSOR WITHOUT HOLD FOR SELECT kind FROM sales",
            CursorOptions("c"),
        ),
    ],
)
def test_a_cursor_is_declared_over_a_view(club: SqlClub, sql: str, cursor: CursorOptions) -> None:
    routed = club.routed(sql)
    assert (routed.kind, routed.cursor) == (Kind.DECLARE, cursor)
    assert routed.sql == "SELECT kind FROM sales"


@pytest.mark.parametrize(
    ("sql", "query", "copy"),
    [
        ("COPY (SELECT kind FROM sales) TO STDOUT", "SELECT kind FROM sales", CopyOptions()),
        ("COPY sales TO STDOUT", "SELECT * FROM sales", CopyOptions()),
        (
            "COPY public.sales (kind, net) TO STDOUT WITH CSV HEADER DELIMITER ';' NULL AS 'x'",
            "SELECT kind, net FROM public.sales",
            CopyOptions("csv", has_header=True, delimiter=";", null="x"),
        ),
        (
            "COPY sales TO STDOUT (FORMAT csv, HEADER false, QUOTE '|', ESCAPE '!', FORCE_QUOTE *,"
            " ENCODING 'UTF8')",
            "SELECT * FROM sales",
            CopyOptions("csv", quote="|", escape="!", is_every_value_quoted=True),
        ),
        (
            "COPY sales TO STDOUT WITH (FORMAT 'binary')",
            "SELECT * FROM sales",
            CopyOptions("binary"),
        ),
        ("COPY sales TO STDOUT BINARY", "SELECT * FROM sales", CopyOptions("binary")),
    ],
)
def test_a_view_is_copied_to_the_client(
    club: SqlClub, sql: str, query: str, copy: CopyOptions
) -> None:
    routed = club.routed(sql)
    assert (routed.kind, routed.sql, routed.copy) == (Kind.COPY, query, copy)


@pytest.mark.parametrize(
    ("sql", "explain"),
    [
        ("EXPLAIN SELECT kind FROM sales", ExplainOptions()),
        ("EXPLAIN ANALYZE VERBOSE SELECT kind FROM sales", ExplainOptions(is_run=True)),
        (
            "EXPLAIN (ANALYZE, COSTS OFF, FORMAT JSON) SELECT kind FROM sales",
            ExplainOptions("json", is_run=True),
        ),
        ("EXPLAIN (ANALYZE off) (SELECT kind FROM sales)", ExplainOptions()),
        ("EXPLAIN (SELECT kind FROM sales)", ExplainOptions()),
    ],
)
def test_a_query_of_a_view_is_explained(club: SqlClub, sql: str, explain: ExplainOptions) -> None:
    routed = club.routed(sql)
    assert (routed.kind, routed.explain) == (Kind.EXPLAIN, explain)


def test_a_query_of_a_view_is_prepared(club: SqlClub) -> None:
    routed = club.routed("PREPARE p (int, text) AS SELECT kind FROM sales")
    assert (routed.kind, routed.name, routed.types) == (Kind.PREPARE, "p", ("int", "text"))
    assert club.routed("PREPARE p AS SELECT kind FROM sales").types == ()


@pytest.mark.parametrize(
    ("sql", "sqlstate"),
    [
        ("INSERT INTO sales VALUES (1)", "42501"),
        ("UPDATE sales SET kind = 'x'", "42501"),
        ("DELETE FROM ONLY public.sales", "42501"),
        ("TRUNCATE TABLE sales", "42501"),
        ("COPY sales FROM STDIN", "42501"),
        ("COPY public.sales FROM STDIN", "42501"),
        ("COPY sales TO '/tmp/x'", "42501"),
        ("COPY sales TO PROGRAM 'x'", "42501"),
        ("COPY sales TO", "42501"),
        ("COPY sales TO STDOUT (FORMAT parquet)", "22023"),
        ("COPY sales TO STDOUT (HEADER match)", "22023"),
        ("COPY sales TO STDOUT (FREEZE)", "0A000"),
        ("COPY sales TO STDOUT (FORCE_QUOTE (kind))", "0A000"),
        ("COPY sales TO STDOUT (ENCODING 'LATIN1')", "0A000"),
        ("EXPLAIN (FORMAT dot) SELECT kind FROM sales", "22023"),
    ],
)
def test_what_would_write_or_leave_the_connection_is_refused(
    club: SqlClub, sql: str, sqlstate: str
) -> None:
    with pytest.raises(SqlError) as refused:
        club.routed(sql)
    assert refused.value.sqlstate == sqlstate


@pytest.mark.parametrize(
    ("sql", "described"),
    [
        ("SELECT kind, net FROM sales", "SELECT kind, net FROM sales"),
        (
            "SELECT kind, net FROM sales GROUP BY kind HAVING net > 5 ORDER BY net",
            "SELECT kind, MEASURE(net) FROM sales GROUP BY kind HAVING MEASURE(net) > 5 "
            "ORDER BY net",
        ),
        (
            'SELECT kind, "s"."net" * 2 FROM (SELECT * FROM sales) s WHERE id = $1 GROUP BY 1',
            'SELECT kind, MEASURE("s"."net") * 2 FROM (SELECT * FROM sales) s WHERE id = $1 '
            "GROUP BY 1",
        ),
        (
            "SELECT COUNT(*), public.sales.net FROM sales",
            "SELECT COUNT(*), MEASURE(public.sales.net) FROM sales",
        ),
        ("SELECT nothing, net FROM sales", "SELECT nothing, net FROM sales"),
    ],
)
def test_bare_measures_are_described_as_measures(club: SqlClub, sql: str, described: str) -> None:
    assert club.routed(sql).oracle_sql == described


def test_a_statement_that_is_not_about_a_view_is_not_compiled(club: SqlClub) -> None:
    with pytest.raises(SqlError, match="not about any view"):
        club.compiled("SELECT 1")
