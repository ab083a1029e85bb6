"""What models may read: the rows of one club, and nothing around them."""

import pytest

from tests.semantic.load.writing import (
    indented,
    read,
    refusals,
    refused_dimension,
    refused_in_cube,
)

TABLES = "use the tables of the star schema"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM orders WHERE NOT is_deleted",
        "SELECT * FROM Orders AS o JOIN lines AS l ON o.id = l.order_id",
        "SELECT id FROM orders UNION ALL SELECT id FROM lines",
        "WITH paid AS (SELECT * FROM orders), more AS (SELECT * FROM paid) SELECT * FROM more",
        "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT * FROM n",
        "SELECT * FROM (SELECT id FROM orders) AS o",
        "SELECT id, (SELECT MAX(id) FROM lines) AS last FROM orders -- the last",
        "FROM orders",
    ],
)
def test_the_query_of_a_cube_reads_the_given_tables(sql: str) -> None:
    assert str(read(f'cubes:\n  - name: a\n    sql: "{sql}"\n').cubes["a"].sql) == sql


@pytest.mark.parametrize(
    ("sql", "message", "suggestion"),
    [
        ("SELECT * FROM store.orders", "names a schema: 'store.orders'", "write 'orders' alone"),
        ("SELECT * FROM x.store.orders", "names a schema: 'x.store.orders'", "'orders' alone"),
        ("SELECT * FROM information_schema.tables", "names a schema", "write 'tables' alone"),
        ("SELECT * FROM order", "reads 'order', which is not a table", "did you mean 'orders'?"),
        ("SELECT * FROM duckdb_tables", "reads 'duckdb_tables', which is not a table", TABLES),
        ("SELECT * FROM 'secrets.csv'", "reads 'secrets.csv', which is not a table", TABLES),
        ("SELECT * FROM read_csv('x')", "reads a table function", "one of the tables"),
        ("SELECT * FROM query_table('store.orders')", "reads a table function", ""),
        ("SELECT * FROM duckdb_settings()", "reads a table function", ""),
        ("SELECT * FROM orders, range(10)", "reads a table function", ""),
        ("SELECT * FROM orders WHERE x IN (SELECT x FROM store.y)", "names a schema", ""),
        ("SELECT getvariable('organisation_id') FROM orders", "calls 'getvariable'", "columns"),
        ("SELECT 'organisation_id'.getvariable() FROM orders", "calls 'getvariable'", ""),
        ("SELECT GetVariable('x') FROM orders", "calls 'getvariable'", ""),
        ("SELECT current_setting('x') FROM orders", "calls 'current_setting'", ""),
        ("SELECT current_user FROM orders", "calls 'current_user'", ""),
        ("SELECT read_text('x') FROM orders", "calls 'read_text'", ""),
        ("SELECT * FROM orders WHERE id = ?", "has a parameter, which only queries may", "policy"),
        ("SELECT * FROM orders WHERE id = $1", "has a parameter, which only queries may", ""),
        ("SELECT 1; DROP TABLE orders", "is not one statement", "remove the semicolon"),
        ("DROP TABLE orders", "is not a query", "write one SELECT"),
        ("COPY orders TO 'x'", "is not a query", "write one SELECT"),
        ("VALUES (1)", "is not a query", "write one SELECT"),
        ("PIVOT orders ON a USING sum(b)", "is not a query", ""),
        ("SELECT * FROM (DESCRIBE orders)", "has DESCRIBE, which models may not", ""),
        (
            "WITH a AS (INSERT INTO orders VALUES (1) RETURNING *) SELECT * FROM a",
            "has INSERT, which models may not",
            "",
        ),
        ("WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a", "reads 'b'", ""),
        ("SELECT * FROM (WITH s AS (SELECT 1) SELECT * FROM s), s", "reads 's'", ""),
        ("WITH s AS (SELECT * FROM s) SELECT * FROM s", "reads 's'", ""),
        ("SELECT * FRM orders WHERE (", "is not SQL: ", ""),
        ("SELECT 'a", "is not SQL: ", ""),
        ("-- nothing", "is not one statement", ""),
        ("SELECT * FROM {orders}", "refers to 'orders', where tables alone are read", "join"),
    ],
)
def test_a_query_that_leads_around_the_wall_is_refused(
    sql: str, message: str, suggestion: str
) -> None:
    found = refusals(f'cubes:\n  - name: a\n    sql: "{sql}"\n')
    assert [one[0] for one in found] == [3], found
    assert message in found[0][1]
    assert suggestion in found[0][2]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("store.orders", "names a schema: 'store.orders'"),
        ("order", "reads 'order', which is not a table of the star schema"),
        ("read_csv('x')", "'read_csv('x')' is not the name of a table"),
        ("orders AS o", "'orders AS o' is not the name of a table"),
        ("orders; DROP TABLE lines", "is not the name of a table"),
        ("'{lines}'", "is not the name of a table"),
    ],
)
def test_a_table_is_one_of_the_given_tables(table: str, message: str) -> None:
    found = refusals(f'cubes:\n  - name: a\n    sql_table: "{table}"\n')
    assert [one[0] for one in found] == [3]
    assert message in found[0][1]


def test_names_of_tables_do_not_depend_on_their_case() -> None:
    assert str(read("cubes:\n  - {name: a, sql_table: ORDERS}\n").cubes["a"].sql_table) == "ORDERS"


@pytest.mark.parametrize(
    ("sql", "message", "suggestion"),
    [
        ("x, y", "is not one expression of SQL", "a query belongs into the 'sql' of a cube"),
        ("1) + (2", "is not one expression of SQL", ""),
        ("x) FROM lines --", "is not SQL: ", ""),
        ("1) FROM (SELECT 1", "is not one expression of SQL", ""),
        ("SELECT 1", "is not one expression of SQL", ""),
        ("(SELECT 1) + 1", "has a query within an expression", "put it into the 'sql' of a cube"),
        ("EXISTS (SELECT 1 FROM lines)", "has a query within an expression", ""),
        ("x AS y", "gives a name to its value", "leave the name away"),
        ("x := 1", "gives a name to its value", ""),
        ("x; y", "is not SQL: ", ""),
        ("getvariable('x')", "calls 'getvariable', which models may not", ""),
        ("?", "has a parameter", ""),
        ("'{CUBE}.x'", "a reference stands within a text or a comment", "join texts with ||"),
        ("{CUBE}", "'orders' is a table", "name a column: {orders}.column"),
        ("{CUBE} || 'x'", "'orders' is a table", ""),
        ("{CUBE}{status}", "'orders' is a table", ""),
        ("{status}.x", "a column follows a member", "write {CUBE} before a column"),
        ("orders.x", "'orders.x' names a table without braces", "write {CUBE}.x"),
        ("o.x", "'o.x' names a table without braces", "write {CUBE}.x"),
    ],
)
def test_the_sql_of_a_member_is_one_expression_over_rows_of_its_cube(
    sql: str, message: str, suggestion: str
) -> None:
    found = refused_dimension(f'name: d\ntype: string\nsql: "{sql}"')
    assert [one[0] for one in found] == [3], found
    assert message in found[0][1]
    assert suggestion in found[0][2]


def test_a_table_of_another_cube_is_named_in_braces() -> None:
    text = """
        cubes:
          - name: a
            sql_table: orders
            dimensions:
              - {name: id, sql: "b.id", type: number}
          - name: b
            sql_table: lines
    """
    assert refusals(indented(text, 0)) == [
        (5, "'b.id' names a table without braces", "write {b}.id")
    ]


@pytest.mark.parametrize(
    ("part", "line", "message"),
    [
        ("refresh_key: {sql: SELECT MAX(id) FROM store.orders}", 1, "names a schema"),
        (
            (
                "pre_aggregations:\n  - name: a\n    measures: [count]\n"
                "    refresh_key: {sql: SELECT getvariable('x')}"
            ),
            4,
            "calls 'getvariable'",
        ),
        (
            (
                "pre_aggregations:\n  - name: a\n    measures: [count]\n"
                "    build_range_start: {sql: SELECT x FROM read_csv('x')}"
            ),
            4,
            "reads a table function",
        ),
    ],
)
def test_every_query_of_a_model_stays_within_the_wall(part: str, line: int, message: str) -> None:
    found = refused_in_cube(part)
    assert [(one[0], message in one[1]) for one in found] == [(line, True)], found
