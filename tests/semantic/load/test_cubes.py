"""Cubes: every key of the format is read, or refused by name."""

import pytest

from semantic.spec.cubes import Relationship
from semantic.spec.fragments import Reference
from semantic.spec.rollups import RefreshKey
from tests.semantic.load.writing import (
    LINES,
    MEASURES,
    ORDERS,
    cube_with,
    read,
    refusals,
    refused_in_cube,
)


def test_a_cube_says_what_it_reads_and_how_it_is_shown() -> None:
    cube = cube_with(
        """
        title: Orders
        description: What was bought.
        public: false
        calendar: false
        meta: {owner: shop}
        data_source: default
        rewrite_queries: false
        refresh_key:
          every: 10 minutes
        segments:
          - name: open
            sql: "{CUBE}.is_open"
            title: Open
            description: Not shipped yet.
            shown: false
            meta: {a: b}
        hierarchies:
          - name: time
            title: By time
            public: false
            levels: [ordered_at, status]
        """
    )
    assert str(cube.sql_table) == "orders"
    assert (cube.title, cube.description) == ("Orders", "What was bought.")
    assert not cube.is_public
    assert not cube.is_calendar
    assert cube.meta == {"owner": "shop"}
    assert cube.refresh_key == RefreshKey(every="10 minutes")
    segment = cube.segments["open"]
    assert (segment.title, segment.description) == ("Open", "Not shipped yet.")
    assert (segment.is_public, segment.meta) == (False, {"a": "b"})
    assert cube.hierarchies["time"].levels == (Reference(("ordered_at",)), Reference(("status",)))
    assert (cube.hierarchies["time"].title, cube.hierarchies["time"].is_public) == (
        "By time",
        False,
    )
    assert [one.name for one in cube.primary_keys] == ["id"]
    assert str(cube.place) == "own/m.yml:2:5"


def test_keys_may_be_in_camel_case_as_cube_accepts_them() -> None:
    cube = read(
        """
cubes:
  - name: orders
    sqlTable: orders
    refreshKey: {every: 1 hour}
    dimensions:
      - {name: id, sql: id, type: number, primaryKey: true, suggestFilterValues: false}
    measures:
      - {name: buyers, sql: account_id, type: countDistinct, drillMembers: [id]}
    preAggregations:
      - {name: all, measures: [buyers], type: rollup, scheduledRefresh: false}
"""
    ).cubes["orders"]
    assert cube.dimensions["id"].is_primary_key
    assert not cube.dimensions["id"].suggests_values
    assert cube.measures["buyers"].type.value == "count_distinct"
    assert not cube.pre_aggregations["all"].is_scheduled


@pytest.mark.parametrize(
    ("part", "line", "message", "suggestion"),
    [
        ("titel: x", 1, "'titel' is not a key of this", "did you mean 'title'?"),
        ("title: 2024", 1, "has to be a text, but is 2024", "put quotes around it"),
        ("title: [a]", 1, "has to be a single value", ""),
        ("description: {a: b}", 1, "has to be a single value", "begins with a brace"),
        ("public: 'yes'", 1, "has to be true or false, but is 'yes'", ""),
        ("public: true\nshown: true", 2, "'public' and 'shown' are one thing", "keep 'public'"),
        ("meta: [a]", 1, "has to be a mapping of keys and values", ""),
        ("segments: {a: b}", 1, "has to be a list", "after '-'"),
        ("segments: [a]", 1, "has to be a mapping of keys and values", "begin it with '- name: …'"),
        ("refresh_key: 1 hour", 1, "has to be a mapping of keys and values", ""),
        ("data_source: cash", 1, "'data_source' other than default is not executed: 'cash'", ""),
        ("rewrite_queries: true", 1, "'rewrite_queries' is not executed", "remove it"),
        ("sqlTable: orders", 1, "'sqlTable' and 'sql_table' are one key, given twice", ""),
        ("segments:\n  - name: 1st\n    sql: x", 2, "'1st' is not a name", "not a digit first"),
        (
            "segments:\n  - name: CUBE\n    sql: x",
            2,
            "'CUBE' is not a name",
            "no word of the format",
        ),
        ("segments:\n  - sql: x", 2, "'name' is missing", "add 'name:'"),
        ("segments:\n  - name: a", 2, "'sql' is missing", "add 'sql:'"),
        ("segments:\n  - name: a\n    sql: ''", 3, "is empty", ""),
        (
            "segments:\n  - name: a\n    sql: x\n    aliases: [b]",
            4,
            "'aliases' is not executed",
            "",
        ),
        ("sql_alias: o", 1, "'sql_alias' is not executed: names within SQL", ""),
        ("access_policy:\n  - groups: [[b]]", 2, "has to be a text", ""),
        (
            "segments:\n  - {name: a, sql: x}\n  - {name: a, sql: y}",
            3,
            "'a' is declared twice in segments",
            "rename one of them",
        ),
        (
            "segments:\n  - {name: status, sql: x}",
            2,
            "'status' is a dimension of this cube already",
            "rename one of them",
        ),
        ("hierarchies:\n  - name: a", 2, "has no 'levels'", "from the coarsest"),
        ("joins:\n  - {name: lines, sql: x}", 2, "'relationship' is missing", ""),
        ("joins:\n  - {relationship: has_one, sql: x}", 2, "'name' is missing", ""),
        ("joins:\n  - {name: lines, relationship: one_to_one}", 2, "'sql' is missing", ""),
        (
            "joins:\n  - {name: lines, relationship: many_to_many, sql: x}",
            2,
            "'many_to_many' is not known here",
            "did you mean 'one_to_many'?",
        ),
        (
            (
                "joins:\n"
                "  - {name: orders, relationship: belongs_to, sql: '{CUBE}.a = {orders}.b'}\n"
                "  - {name: orders, relationship: belongs_to, sql: '{CUBE}.a = {orders}.c'}"
            ),
            3,
            "there is a join to 'orders' already",
            "join a cube that extends 'orders'",
        ),
    ],
)
def test_a_wrong_key_of_a_cube_is_refused_where_it_stands(
    part: str, line: int, message: str, suggestion: str
) -> None:
    found = [one for one in refused_in_cube(part) if message in one[1]]
    assert [one[0] for one in found] == [line]
    assert suggestion in found[0][2]


@pytest.mark.parametrize("sources", ["", "    sql: SELECT 1\n    sql_table: orders\n"])
def test_a_cube_has_one_source(sources: str) -> None:
    assert refusals(f"cubes:\n  - name: a\n{sources}") == [
        (2, "has to have either 'sql' or 'sql_table'", "give one of them")
    ]


@pytest.mark.parametrize(
    ("written", "relationship"),
    [
        ("one_to_one", Relationship.ONE_TO_ONE),
        ("has_one", Relationship.ONE_TO_ONE),
        ("hasOne", Relationship.ONE_TO_ONE),
        ("one_to_many", Relationship.ONE_TO_MANY),
        ("has_many", Relationship.ONE_TO_MANY),
        ("oneToMany", Relationship.ONE_TO_MANY),
        ("many_to_one", Relationship.MANY_TO_ONE),
        ("belongs_to", Relationship.MANY_TO_ONE),
        ("belongsTo", Relationship.MANY_TO_ONE),
    ],
)
def test_relationships_have_older_names(written: str, relationship: Relationship) -> None:
    join = f"""\
    joins:
      - name: lines
        relationship: {written}
        sql: "{{CUBE}}.id = {{lines}}.order_id"
"""
    (found,) = read(ORDERS + MEASURES + join + LINES).cubes["orders"].joins
    assert (found.target, found.relationship) == ("lines", relationship)
    assert found.sql.references == (Reference(("CUBE",)), Reference(("lines",)))


def test_a_name_is_declared_once_among_cubes_and_views_of_all_files() -> None:
    text = ORDERS + "  - name: orders\n    sql_table: orders\nviews:\n  - name: orders\n"
    assert refusals(text) == [
        (
            line,
            "'orders' is declared already, in own/m.yml:2:5",
            "rename one of them, or extend the other under a name of its own",
        )
        for line in (18, 21)
    ]
