"""`extends`: what a cube or view takes over from another."""

import pytest

from tests.semantic.load.writing import LINES, MEASURES, ORDERS, indented, read, refusals

PARENT = (
    ORDERS
    + """\
    title: Orders
    description: All of them.
    measures:
      - {name: count, type: count, title: How many}
      - {name: net, sql: "{CUBE}.net", type: sum}
    joins:
      - {name: lines, relationship: one_to_many, sql: "{CUBE}.id = {lines}.order_id"}
    access_policy:
      - {group: sales}
    pre_aggregations:
      - {name: all, measures: [count]}
"""
    + LINES
)


def test_a_cube_has_what_it_extends_and_more() -> None:
    child = """\
  - name: big_orders
    extends: orders
    sql: SELECT * FROM orders WHERE net > 100
    title: Big orders
    dimensions:
      - {name: status, sql: upper({CUBE}.status), type: string}
      - {name: colour, sql: "{CUBE}.colour", type: string}
    measures:
      - {name: count, type: count}
    joins:
      - {name: lines, relationship: one_to_one, sql: "{CUBE}.id = {lines}.first_order_id"}
    accessPolicy:
      - {group: finance}
    preAggregations:
      - {name: by_status, measures: [net], dimensions: [status]}
""".replace("upper({CUBE}.status)", '"upper({CUBE}.status)"')
    cubes = read(PARENT + child).cubes
    cube = cubes["big_orders"]
    assert (cube.title, cube.description) == ("Big orders", "All of them.")
    assert cube.sql_table is None
    assert str(cube.sql) == "SELECT * FROM orders WHERE net > 100"
    assert set(cube.dimensions) == {"id", "ordered_at", "is_open", "status", "colour"}
    assert str(cube.dimensions["status"].sql) == "upper({CUBE}.status)"
    assert set(cube.measures) == {"count", "net"}
    assert cube.measures["count"].title is None
    assert [(one.target, one.relationship.value) for one in cube.joins] == [("lines", "one_to_one")]
    assert cube.access_policies is not None
    assert [set(one.groups) for one in cube.access_policies] == [{"sales"}, {"finance"}]
    assert set(cube.pre_aggregations) == {"all", "by_status"}
    assert str(cubes["orders"].dimensions["status"].sql) == "{CUBE}.status"


def test_extending_goes_over_as_many_steps_as_it_takes_in_any_order() -> None:
    text = """\
  - name: grandchild
    extends: "{child}"
    sqlTable: lines
  - name: child
    extends: orders
    sql: SELECT 1
"""
    cubes = read(PARENT + text).cubes
    assert set(cubes["grandchild"].measures) == {"count", "net"}
    assert str(cubes["grandchild"].sql_table) == "lines"
    assert cubes["grandchild"].sql is None


def test_a_view_has_the_cubes_and_folders_of_what_it_extends() -> None:
    views = """\
views:
  - name: small
    cubes:
      - {join_path: orders, includes: [status]}
    folders:
      - {name: First, includes: [status]}
    default_filters:
      - {member: status, operator: set}
  - name: large
    extends: small
    cubes:
      - {join_path: orders.lines, includes: [quantity]}
    folders:
      - {name: Second, includes: [quantity]}
    default_filters:
      - {member: status, operator: notSet}
"""
    found = read(PARENT + views).views["large"]
    assert list(found.members) == ["status", "quantity"]
    assert [one.name for one in found.folders] == ["First", "Second"]
    assert [one.filter.operator for one in found.default_filters] == ["notSet"]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        (
            "- {name: a, extends: order}",
            [
                (1, "has to have either 'sql' or 'sql_table'", "give one of them"),
                (1, "'order' is not declared", "did you mean 'orders'?"),
            ],
        ),
        (
            "- {name: a, extends: a, sql_table: orders}",
            [(1, "'a' extends itself, over 'a'", "remove one step")],
        ),
        (
            "- {name: a, extends: b, sql_table: orders}\n- {name: b, extends: a}",
            [
                (2, "has to have either 'sql' or 'sql_table'", "give one of them"),
                (2, "'b' extends itself, over 'a'", "remove one step"),
            ],
        ),
        ("- {name: a, extends: , sql_table: orders}", []),
        ("- {name: a, extends: [orders], sql_table: orders}", [(1, "a single value", "")]),
    ],
)
def test_a_wrong_extends_is_refused_where_it_stands(
    text: str, refused: list[tuple[int, str, str]]
) -> None:
    found = refusals(indented(text, 2), PARENT)
    assert len(found) == len(refused)
    for (line, message, suggestion), expected in zip(found, refused, strict=True):
        assert line == expected[0]
        assert expected[1] in message
        assert expected[2] in suggestion


def test_a_fault_of_a_parent_is_told_once() -> None:
    wrong = ORDERS + MEASURES + "      - {name: bad, type: sum}\n"
    child = "  - {name: a, extends: orders}\n  - {name: b, extends: orders}\n"
    assert refusals(wrong + child) == [
        (24, "a measure of type 'sum' needs 'sql'", "say what is measured")
    ]
