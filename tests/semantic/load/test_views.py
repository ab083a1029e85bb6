"""Views: what they show of cubes, and what is refused of them by line."""

import pytest

from semantic.spec.cubes import Folder, View, ViewMember
from semantic.spec.filters import ContextValue, DefaultFilter, MemberFilter
from semantic.spec.fragments import Reference
from semantic.spec.model import Model
from tests.semantic.load.writing import LINES, MEASURES, ORDERS, Refusal, indented, read, refusals

JOIN = """\
    joins:
      - name: lines
        relationship: one_to_many
        sql: "{CUBE}.id = {lines}.order_id"
"""
HIERARCHY = """\
    hierarchies:
      - name: kind
        title: By kind
        levels: [status, lines.product]
"""
CUBES = ORDERS + MEASURES + JOIN + HIERARCHY + LINES + "views:\n"


def model_with(view: str) -> Model:
    """Read a view, given from its `name` on."""
    return read(CUBES + _written(view))


def view(text: str) -> View:
    """Read a view called `sales`."""
    return model_with(f"name: sales\n{text}").views["sales"]


def refused(text: str) -> list[Refusal]:
    """List what is refused of a view called `sales`; its name is in line 1."""
    return refusals(_written(f"name: sales\n{text}"), CUBES)


def _written(text: str) -> str:
    return f"  - {indented(text, 4)[4:]}"


def test_a_view_shows_members_of_cubes_over_joins() -> None:
    found = view(
        """\
title: Sales
description: What was sold.
public: false
meta: {a: 1}
cubes:
  - join_path: orders
    includes:
      - status
      - name: net
        alias: revenue
        title: Revenue
        description: Before tax.
        format: currency
        meta: {b: 2}
  - join_path: orders.lines
    prefix: true
    includes: "*"
    excludes: [id]
"""
    )
    assert (found.title, found.description) == ("Sales", "What was sold.")
    assert (found.is_public, found.meta) == (False, {"a": 1})
    assert found.join_paths == (("orders",), ("orders", "lines"))
    assert list(found.members) == [
        "status",
        "revenue",
        "lines_product",
        "lines_quantity",
        "lines_drinks",
    ]
    revenue = found.members["revenue"]
    assert revenue == ViewMember(
        "revenue",
        ("orders",),
        "net",
        revenue.place,
        "Revenue",
        "Before tax.",
        "currency",
        {"b": 2},
    )
    assert found.members["lines_quantity"].path == ("orders", "lines")
    assert found.members["lines_quantity"].cube == "lines"


def test_an_alias_of_a_cube_takes_its_place_in_prefixes() -> None:
    found = view(
        "cubes: [{join_path: orders.lines, prefix: true, alias: item, includes: [product]}]"
    )
    assert list(found.members) == ["item_product"]


def test_a_member_that_is_listed_twice_is_shown_once() -> None:
    assert list(view("cubes: [{join_path: orders, includes: [net, net]}]").members) == ["net"]


def test_a_path_may_be_named_twice() -> None:
    found = view(
        "cubes:\n  - {join_path: orders, includes: [net]}\n"
        "  - {join_path: orders, prefix: true, includes: [net, id]}"
    )
    assert list(found.members) == ["net", "orders_net", "orders_id"]
    assert found.join_paths == (("orders",),)


def test_members_are_found_by_their_names_in_the_view() -> None:
    model = model_with(
        "name: sales\ncubes: [{join_path: orders.lines, prefix: true, includes: [product]}]"
    )
    found = model.find("sales.lines_product")
    assert found is not None
    assert (found.cube, found.member.name) == ("lines", "product")


def test_a_hierarchy_brings_its_levels() -> None:
    found = view(
        """\
cubes:
  - join_path: orders
    prefix: true
    includes: [kind, count]
  - join_path: orders.lines
    includes: [quantity]
"""
    )
    assert list(found.members) == ["orders_count", "orders_status", "quantity", "product"]
    hierarchy = found.hierarchies["orders_kind"]
    assert hierarchy.levels == (Reference(("orders_status",)), Reference(("product",)))
    assert hierarchy.title == "By kind"


def test_a_hierarchy_shows_the_levels_that_the_view_shows() -> None:
    found = view("cubes: [{join_path: orders, includes: '*', excludes: [id]}]")
    assert found.hierarchies["kind"].levels == (Reference(("status",)),)
    left_out = view("cubes: [{join_path: orders, includes: '*', excludes: [status]}]")
    assert not left_out.hierarchies
    assert not view("cubes: [{join_path: orders, includes: '*', excludes: [kind]}]").hierarchies


def test_folders_hold_members_and_folders() -> None:
    found = view(
        """\
cubes:
  - join_path: orders
    includes: [status, net]
  - join_path: orders.lines
    includes: [product, quantity]
folders:
  - name: Orders
    includes:
      - status
      - name: Lines
        includes:
          - join_path: orders.lines
  - name: All
    includes: "*"
"""
    )
    assert found.folders == (
        Folder("Orders", ("status", Folder("Lines", ("product", "quantity")))),
        Folder("All", ("status", "net", "product", "quantity")),
    )


def test_default_filters_name_members_as_the_view_does() -> None:
    found = view(
        """\
cubes:
  - join_path: orders
    prefix: true
    includes: [status, is_open, ordered_at]
default_filters:
  - member: orders_status
    operator: equals
    values: [paid, "{ securityContext.status }", null]
    unless: [orders.status, "{sales.orders_is_open}"]
  - member: "{CUBE.orders_is_open}"
    operator: set
  - member: orders_ordered_at
    operator: inDateRange
    values: ["2024-01-01"]
"""
    ).default_filters
    assert [one.filter.member for one in found] == [
        Reference(("orders_status",)),
        Reference(("orders_is_open",)),
        Reference(("orders_ordered_at",)),
    ]
    assert found[0] == DefaultFilter(
        MemberFilter(
            Reference(("orders_status",)),
            "equals",
            ("paid", ContextValue(("status",)), None),
            found[0].filter.place,
        ),
        (Reference(("orders_status",)), Reference(("orders_is_open",))),
    )
    assert found[1].filter.values == ()


@pytest.mark.parametrize(
    ("part", "line", "message", "suggestion"),
    [
        ("title: a", 1, "'cubes' is missing", "join_path"),
        ("cubes:\n  - includes: [net]", 3, "'join_path' is missing", ""),
        ("cubes:\n  - join_path: orders", 3, "'includes' is missing", '"*"'),
        ("cubes:\n  - {join_path: orders, includes: net}", 3, "has to be '*' or a list", ""),
        ("cubes:\n  - {join_path: orders, includes: {a: b} }", 3, "has to be a list", ""),
        ("cubes:\n  - {join_path: order, includes: '*'}", 3, "there is no cube 'order'", "orders"),
        ("cubes:\n  - {join_path: sales, includes: '*'}", 3, "there is no cube 'sales'", ""),
        (
            "cubes:\n  - {join_path: lines.orders, includes: '*'}",
            3,
            "'lines' declares no join to 'orders'",
            "declare it there",
        ),
        (
            "cubes:\n  - {join_path: orders, includes: [nett]}",
            3,
            "'nett' is not a member of 'orders'",
            "did you mean 'net'?",
        ),
        (
            "cubes:\n  - join_path: orders\n    includes:\n      - name: nett",
            5,
            "'nett' is not a member of 'orders'",
            "did you mean 'net'?",
        ),
        (
            "cubes:\n  - join_path: orders\n    includes:\n      - alias: a",
            5,
            "'name' is missing",
            "",
        ),
        (
            "cubes:\n  - join_path: orders\n    includes: [[a]]",
            4,
            "a list of members",
            "of its own",
        ),
        (
            "cubes:\n  - {join_path: orders, includes: [{name: net, alias: 1a}]}",
            3,
            "'1a' is not a name",
            "",
        ),
        (
            "cubes:\n  - {join_path: orders, includes: '*', excludes: [idd]}",
            3,
            "'idd' is not a member of 'orders'",
            "did you mean 'id'?",
        ),
        (
            (
                "cubes:\n  - {join_path: orders, includes: '*'}\n"
                "  - {join_path: orders.lines, includes: '*'}"
            ),
            4,
            "'id' is the name of 'orders.id' in this view already",
            "add 'prefix: true'",
        ),
        (
            "cubes:\n  - {join_path: orders, includes: [kind, {name: net, alias: kind}]}",
            3,
            "'kind' is the name of 'another member' in this view already",
            "alias",
        ),
        ("cubes:\n  - {join_path: orders, includes: '*', joinPaths: x}", 3, "is not a key", ""),
        ("cubes: []\nmeasures: [{name: a, type: count}]", 3, "only shows what cubes", "in a cube"),
        ("cubes: []\nsql: SELECT 1", 3, "'sql' is not executed: a view only shows", "in a cube"),
        ("cubes: []\nview_groups: [nobody]", 1, "there is no view group 'nobody'", ""),
    ],
)
def test_a_wrong_view_is_refused_where_it_stands(
    part: str, line: int, message: str, suggestion: str
) -> None:
    found = [one for one in refused(part) if message in one[1]]
    assert [one[0] for one in found] == [line], refused(part)
    assert suggestion in found[0][2]


def test_a_cube_is_reached_over_one_way_from_each_root() -> None:
    cubes = """\
cubes:
  - name: a
    sql_table: orders
    dimensions: [{name: id, sql: id, type: number, primary_key: true}]
    joins:
      - {name: b, relationship: many_to_one, sql: "{CUBE}.x = {b}.x"}
      - {name: c, relationship: many_to_one, sql: "{CUBE}.x = {c}.x"}
  - name: b
    sql_table: orders
    dimensions: [{name: id, sql: id, type: number, primary_key: true}]
    joins:
      - {name: c, relationship: many_to_one, sql: "{CUBE}.x = {c}.x"}
      - {name: a, relationship: many_to_one, sql: "{CUBE}.x = {a}.x"}
  - name: c
    sql_table: orders
    dimensions: [{name: id, sql: id, type: number, primary_key: true}]
views:
"""
    two_ways = """\
  - name: v
    cubes:
      - {join_path: a.c, includes: []}
      - {join_path: a.b.c, includes: []}
      - {join_path: b.c, includes: []}
      - {join_path: a.b.a, includes: []}
"""
    assert refusals(two_ways, cubes) == [
        (4, "'c' is reached over 'a.c' already", "join a cube that extends 'c' instead"),
        (6, "the path comes to 'a' twice", "join a cube that extends it"),
    ]


def test_a_view_shows_the_key_of_its_dimensions() -> None:
    cubes = CUBES.replace("        type: boolean\n", "        type: boolean\n        key: status\n")
    shown = "  - name: v\n    cubes:\n      - {join_path: orders, includes: [is_open]}\n"
    assert refusals(shown, cubes) == [
        (
            3,
            "'is_open' has the key 'status', which the view does not show",
            "include 'status' as well",
        )
    ]
    assert read(cubes + shown.replace("[is_open]", "[is_open, status]")).views["v"].members
