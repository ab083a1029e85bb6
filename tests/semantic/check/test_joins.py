"""Joins: they lead to cubes, say how, and do not lose what makes a row."""

import pytest

from tests.semantic.load.writing import LINES, MEASURES, ORDERS, read, refusals

BEFORE = LINES.replace("  - name: lines", "cubes:\n  - name: lines") + (
    ORDERS.removeprefix("cubes:\n") + MEASURES + "    joins:\n"
)


def join(name: str, sql: str) -> str:
    """Write a join of `orders`."""
    return f'      - {{name: {name}, relationship: one_to_many, sql: "{sql}"}}\n'


@pytest.mark.parametrize(
    "sql",
    [
        "{CUBE}.id = {lines}.order_id",
        "{id} = {lines.id} AND {lines}.x > 0",
        "{orders.id} = {lines.id}",
    ],
)
def test_a_join_compares_two_cubes(sql: str) -> None:
    assert read(BEFORE + join("lines", sql)).cubes["orders"].joins[0].target == "lines"


@pytest.mark.parametrize(
    ("name", "sql", "message", "suggestion"),
    [
        ("line", "{CUBE}.x = {lines}.x", "there is no cube 'line'", "did you mean 'lines'?"),
        ("orders", "{CUBE}.x = {orders}.y", "a cube cannot join itself", "extends 'orders'"),
        ("lines", "{CUBE}.x = 1", "has to compare 'orders' with 'lines'", "{lines}.column"),
        ("lines", "TRUE", "has to compare 'orders' with 'lines'", "{CUBE}.column"),
        ("lines", "{CUBE}.x = {lines.quantity}", "a join compares rows, not measures", ""),
        ("lines", "{CUBE}.x = MAX({lines}.x)", "a join compares rows, not measures", ""),
        ("lines", "{CUBE}.x = {lines.nobody}", "'nobody' is not a member of 'lines'", ""),
    ],
)
def test_a_wrong_join_is_refused_where_it_stands(
    name: str, sql: str, message: str, suggestion: str
) -> None:
    found = refusals(join(name, sql), BEFORE)
    assert [one[0] for one in found] == [1], found
    assert message in found[0][1]
    assert suggestion in found[0][2]


def test_a_cube_whose_rows_may_be_multiplied_needs_a_primary_key() -> None:
    cubes = """\
cubes:
  - name: a
    sql_table: orders
    measures: [{name: net, sql: x, type: sum}]
    joins:
      - {name: b, relationship: one_to_many, sql: "{CUBE}.x = {b}.x"}
      - {name: c, relationship: one_to_many, sql: "{CUBE}.x = {c}.x"}
  - name: b
    sql_table: lines
    measures: [{name: count, type: count}]
  - name: c
    sql_table: lines
    measures: [{name: kinds, sql: x, type: count_distinct}]
"""
    message = "'{}' needs a primary key, because joins may multiply its rows"
    hint = "give one of the dimensions of '{}' 'primary_key: true'"
    assert refusals(cubes) == [
        (6, message.format("a"), hint.format("a")),
        (6, message.format("b"), hint.format("b")),
        (7, message.format("a"), hint.format("a")),
    ]
