"""References: what they stand for, and what is refused of them."""

import pytest

from tests.semantic.load.writing import LINES, ORDERS, indented, read, refusals

ACCOUNTS = """\
  - name: accounts
    sql_table: accounts
    dimensions:
      - {name: id, sql: "{CUBE}.id", type: number, primary_key: true}
      - {name: country, sql: "{CUBE}.country", type: string}
      - name: opened_on
        sql: "{CUBE}.opened_on"
        type: time
        granularities:
          - {name: fiscal_year, interval: 1 year, offset: 3 months}
    measures:
      - {name: count, type: count}
  - name: alone
    sql_table: accounts
    dimensions:
      - {name: id, sql: "{CUBE}.id", type: number, primary_key: true}
    measures:
      - {name: count, type: count}
"""
JOINS = """\
    joins:
      - name: lines
        relationship: one_to_many
        sql: "{CUBE.id} = {lines}.order_id"
      - name: accounts
        relationship: many_to_one
        sql: "{CUBE}.account_id = {accounts.id}"
"""
CUBES = LINES.replace("  - name: lines", "cubes:\n  - name: lines") + ACCOUNTS
MEMBERS = CUBES + ORDERS.removeprefix("cubes:\n") + JOINS + "    measures:\n"


def measure(sql: str, kind: str = "number") -> str:
    """Write a measure of `orders`."""
    return f'      - {{name: m, type: {kind}, sql: "{sql}"}}\n'


@pytest.mark.parametrize(
    ("kind", "sql"),
    [
        ("sum", "{CUBE}.net"),
        ("sum", "{orders}.net"),
        ("max", "{ordered_at.month}"),
        ("max", "{CUBE.ordered_at.day}"),
        ("max", "{accounts.opened_on.fiscal_year}"),
        ("max", "{orders.accounts.country}"),
        ("count_distinct", "{lines}.product || {lines.product}"),
        ("sum", "CASE WHEN {lines.drinks} THEN 1 END"),
        ("number", "{lines.quantity} / {accounts.count}"),
        ("number", "{lines.quantity} / {alone.count}"),
        ("number", "SUM({CUBE}.a) / SUM({CUBE}.b)"),
        ("number", "COUNT(*) FILTER (WHERE {CUBE}.a > 0)"),
        ("number", "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY {CUBE}.a)"),
        ("number", "unheard_of({CUBE}.a)"),
        ("number", "1"),
        ("max", "LIST_SUM(LIST_TRANSFORM([{CUBE}.a, 1], n -> n + 1))"),
    ],
)
def test_a_measure_refers_to_columns_members_and_granularities(kind: str, sql: str) -> None:
    assert str(read(MEMBERS + measure(sql, kind)).cubes["orders"].measures["m"].sql) == sql


def test_a_cube_that_is_joined_may_look_back_where_a_root_reaches_both() -> None:
    member = '      - {name: x, type: max, sql: "{orders}.x"}\n'
    text = MEMBERS.replace("    segments:", f"{member}    segments:")
    assert "x" in read(text + measure("{CUBE}.a", "sum")).cubes["lines"].measures


@pytest.mark.parametrize(
    ("kind", "sql", "message", "suggestion"),
    [
        ("sum", "{stauts}", "'stauts' is not a member of 'orders'", "did you mean 'status'?"),
        ("sum", "{line}.x", "'line' is not a member of 'orders'", "did you mean 'lines'?"),
        ("sum", "{lines.prodct}", "'prodct' is not a member of 'lines'", "'product'?"),
        ("sum", "{CUBE.lines.x}", "'x' is not a member of 'lines'", ""),
        ("sum", "{lines.accounts.id}", "'lines' declares no join to 'accounts'", ""),
        ("sum", "{alone.id}", "no joins lead to both 'orders' and 'alone'", "declare a join"),
        ("sum", "{alone}.x", "no joins lead to both 'orders' and 'alone'", "declare a join"),
        ("max", "{ordered_at.moth}", "'moth' is not a granularity", "did you mean 'month'?"),
        ("max", "{status.day}", "'day' is not a granularity of 'orders.status'", ""),
        ("max", "{ordered_at.day.x}", "'day.x' is not a granularity", ""),
        ("sum", "SUM({CUBE}.x)", "aggregates rows, and its SQL aggregates already", "type number"),
        ("sum", "{lines.quantity}", "aggregates rows, and its SQL aggregates already", ""),
        ("number", "{CUBE}.x", "calculates with aggregates, not single rows", "such as sum"),
        ("number", "{lines.quantity} * {status}", "calculates with aggregates, not single", ""),
        (
            "number",
            "{lines.quantity} * {CUBE}.x",
            "calculates with aggregates, not single rows",
            "",
        ),
        ("time", "{ordered_at}", "type 'time' calculates with aggregates", ""),
        ("number", "{alone.count} + SUM({CUBE}.x)", "measures of other cubes beside columns", "a"),
        ("sum", "x + {CUBE}.y", "'x' may be a column of a joined table as well", "{CUBE}.x"),
        ("sum", "COALESCE(x, 0)", "'x' may be a column of a joined table as well", "{CUBE}.x"),
        ("number", "{m} + 1", "is made of itself: orders.m → orders.m", "name a column"),
    ],
)
def test_a_wrong_reference_is_refused_where_it_stands(
    kind: str, sql: str, message: str, suggestion: str
) -> None:
    found = refusals(measure(sql, kind), MEMBERS)
    assert [one[0] for one in found] == [1], found
    assert message in found[0][1]
    assert suggestion in found[0][2]


def test_a_name_that_is_a_cube_and_a_member_is_told_apart() -> None:
    member = "      - {name: lines, sql: x, type: string}\n"
    text = MEMBERS.replace("      - name: status\n", f"{member}      - name: status\n")
    text = text.replace("{lines}.order_id", "{lines.id}")
    (found,) = refusals(measure("{lines}", "max"), text)
    assert found[1:] == (
        "'lines' is a cube and a member of this one",
        "write {CUBE.lines} for the member, {lines.id} for one of the cube's",
    )
    for sql in ("{CUBE.lines}", "{lines.product}"):
        assert "m" in read(text + measure(sql, "max")).cubes["orders"].measures


@pytest.mark.parametrize(
    ("members", "steps"),
    [
        (
            (
                '      - {name: a, type: number, sql: "{b}"}\n'
                '      - {name: b, type: number, sql: "{c} + {c}"}\n'
                '      - {name: c, type: number, sql: "{CUBE.a}"}\n'
            ),
            "orders.a → orders.b → orders.c → orders.a",
        ),
        (
            (
                '      - {name: a, type: count, filters: [{sql: "{s}"} ]}\n'
                "    segments:\n"
                '      - {name: s, sql: "{t}"}\n'
                '      - {name: t, sql: "NOT {s}"}\n'
            ),
            "orders.s → orders.t → orders.s",
        ),
    ],
)
def test_members_that_are_made_of_themselves_are_refused(members: str, steps: str) -> None:
    found = refusals(members, MEMBERS)
    assert [one[1] for one in found] == [f"is made of itself: {steps}"]


def test_members_may_be_made_of_the_same_member_in_several_ways() -> None:
    members = (
        '      - {name: a, type: number, sql: "{b} + {c}"}\n'
        '      - {name: b, type: number, sql: "{c}"}\n'
        '      - {name: c, type: number, sql: "SUM({CUBE}.x)"}\n'
    )
    assert len(read(MEMBERS + members).cubes["orders"].measures) == 3


@pytest.mark.parametrize(
    ("dimension", "message", "suggestion"),
    [
        ('sql: "{lines.quantity}"', "aggregates, where single rows are looked at", "sub_query"),
        ('sql: "SUM({CUBE}.x)"', "aggregates, where single rows are looked at", ""),
        ('sql: "{lines.quantity} * 2", sub_query: true', "a sub-query shows a measure", "alone"),
        ('sql: "{status}", sub_query: true', "a sub-query shows a measure", "{lines.net}"),
        ("sql: x, key: nobody", "'nobody' is not a member of 'orders'", ""),
        ("sql: x, key: d", "'d' has a key itself", "another dimension"),
        ("sql: x, key: accounts.country", "is not a dimension of this cube", ""),
    ],
)
def test_a_dimension_is_made_of_rows(dimension: str, message: str, suggestion: str) -> None:
    member = f"      - {{name: d, type: string, {dimension}}}\n"
    text = MEMBERS.replace("    joins:\n", f"{member}    joins:\n")
    found = refusals(text + measure("1"))
    assert len(found) == 1, found
    assert message in found[0][1]
    assert suggestion in found[0][2]


@pytest.mark.parametrize("sql", ["COUNT(*)", "{nobody}"])
def test_a_granularity_is_made_of_rows(sql: str) -> None:
    week = f"""\
      - name: d
        type: time
        sql: x
        granularities:
          - {{name: week, sql: "{sql}"}}
    joins:
"""
    assert len(refusals(MEMBERS.replace("    joins:\n", week) + measure("1"))) == 1


def test_a_sub_query_needs_a_primary_key() -> None:
    text = """
        cubes:
          - name: a
            sql_table: orders
            dimensions:
              - {name: d, sql: "{b.count}", type: number, sub_query: true}
            joins:
              - {name: b, relationship: one_to_many, sql: "{CUBE}.x = {b}.x"}
          - name: b
            sql_table: lines
            dimensions: [{name: id, sql: id, type: number, primary_key: true}]
            measures: [{name: count, type: count}]
    """
    assert refusals(indented(text, 0)) == [
        (5, "a sub-query needs a primary key", "give a dimension 'primary_key: true'")
    ]


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ('filters: [{sql: "COUNT(*) > 1"}]', "aggregates, where single rows are looked at"),
        ('filters: [{sql: "{nobody}"}]', "'nobody' is not a member of 'orders'"),
        ("drill_members: [nobody]", "'nobody' is not a member of 'orders'"),
        ("drill_members: [lines.drinks]", "'lines.drinks' is not a dimension or measure"),
    ],
)
def test_lists_of_a_measure_name_what_is_there(part: str, message: str) -> None:
    text = f"      - name: m\n        type: count\n        {part}\n"
    found = refusals(text, MEMBERS)
    assert [one[1] for one in found] == [message]


def test_filters_go_with_measures_that_aggregate() -> None:
    text = '      - {name: m, type: number, sql: "{lines.quantity}", filters: [{sql: x}]}\n'
    assert refusals(text, MEMBERS) == [
        (
            1,
            "'filters' do not go with type 'number'",
            "put them on a measure that aggregates, and calculate with that",
        )
    ]


def test_segments_are_made_of_rows() -> None:
    for sql, message in (("{lines.quantity} > 1", "aggregates"), ("{x}", "'x' is not a member")):
        text = measure("1") + f'    segments:\n      - {{name: s, sql: "{sql}"}}\n'
        (found,) = refusals(text, MEMBERS)
        assert found[0] == 3
        assert message in found[1]
