"""Measures: every key of the format is read, or refused by name."""

import pytest

from semantic.spec.fragments import Reference
from semantic.spec.measures import MeasureType, RollingWindow
from tests.semantic.load.writing import cube_with_measure, refused_measure


def test_a_measure_says_what_is_measured_and_how_it_is_shown() -> None:
    found = cube_with_measure(
        """
        name: open_net
        sql: "{CUBE}.net"
        type: sum
        title: Open
        description: What is not shipped yet.
        format: currency
        currency: EUR
        public: false
        filters:
          - sql: "{CUBE}.is_open"
          - sql: "{status} <> 'x'"
        drill_members: [id, CUBE.status]
        drill_filters:
          - sql: "{CUBE}.net > 0"
        cumulative: true
        mask: 0
        meta: {a: 1}
        """
    ).measures["open_net"]
    assert (found.type, str(found.sql)) == (MeasureType.SUM, "{CUBE}.net")
    assert (found.title, found.description) == ("Open", "What is not shipped yet.")
    assert (found.format, found.currency, found.is_public) == ("currency", "EUR", False)
    assert [str(one) for one in found.filters] == ["{CUBE}.is_open", "{status} <> 'x'"]
    assert found.drill_members == (Reference(("id",)), Reference(("CUBE", "status")))
    assert [str(one) for one in found.drill_filters] == ["{CUBE}.net > 0"]
    assert found.is_cumulative
    assert (found.mask, found.meta) == (0, {"a": 1})


@pytest.mark.parametrize(
    ("kind", "sql"),
    [
        ("count", None),
        ("count", "{CUBE}.x"),
        ("sum", "{CUBE}.x"),
        ("avg", "{CUBE}.x"),
        ("min", "{CUBE}.x"),
        ("max", "{CUBE}.x"),
        ("count_distinct", "{CUBE}.x"),
        ("countDistinct", "{CUBE}.x"),
        ("count_distinct_approx", "{CUBE}.x"),
        ("number", "{net} / NULLIF({count}, 0)"),
        ("number", "SUM({CUBE}.x) / {count}"),
        ("string", "MAX({CUBE}.x)"),
        ("boolean", "{net} > 0"),
        ("time", "MAX({CUBE}.x)"),
    ],
)
def test_a_measure_has_a_type(kind: str, sql: str | None) -> None:
    text = f"name: m\ntype: {kind}" + (f'\nsql: "{sql}"' if sql else "")
    found = cube_with_measure(text).measures["m"]
    assert found.type.value == kind.replace("D", "_d")
    assert (None if found.sql is None else str(found.sql)) == sql
    assert found.stage is None


@pytest.mark.parametrize(
    ("written", "window"),
    [
        ("{trailing: 3 month}", RollingWindow("3 month")),
        ("{trailing: unbounded, offset: start}", RollingWindow("unbounded", None, "start")),
        ("{type: fixed, leading: 1 day, trailing: -1 day}", RollingWindow("-1 day", "1 day")),
        ("{type: to_date, granularity: year}", RollingWindow(to_date="year")),
        ("{type: year_to_date}", RollingWindow(to_date="year")),
        ("{type: quarter_to_date}", RollingWindow(to_date="quarter")),
        ("{type: month_to_date}", RollingWindow(to_date="month")),
    ],
)
def test_a_measure_may_roll_over_time(written: str, window: RollingWindow) -> None:
    found = cube_with_measure(f"name: m\ntype: count\nrolling_window: {written}").measures["m"]
    assert found.rolling_window == window


@pytest.mark.parametrize(
    ("part", "line", "message", "suggestion"),
    [
        ("sql: x", 1, "'type' is missing", ""),
        ("type: median\nsql: x", 2, "'median' is not known here", ""),
        ("type: sum", 1, "a measure of type 'sum' needs 'sql'", "say what is measured"),
        ("type: rank\nsql: x", 2, "type 'rank' needs 'multi_stage: true'", "add it"),
        ("type: number_agg\nsql: x", 2, "type 'number_agg' needs 'multi_stage: true'", "add it"),
        ("type: count\nformat: link", 3, "'link' is not a format of numbers", "percent_2"),
        ("type: string\nsql: MAX(x)\ncurrency: EUR", 4, "goes with numbers alone", "remove it"),
        ("type: count\naliases: [n]", 3, "'aliases' is not executed: a member has one name", ""),
        ("type: count\nmask: {sql: y}", 3, "a mask in SQL is not executed", "write a value"),
        ("type: count\nvisible: false", 3, "'visible' is not executed: it is an older", "'public'"),
        ("type: count\ndrill_member_references: [id]", 3, "an older word", "'drill_members'"),
        ("type: count\ndrill_members: ['{a']", 3, "is not the name of a member", ""),
        ("type: count\ndrill_members: [FILTER_PARAMS.a]", 3, "FILTER_PARAMS is not executed", ""),
        ("type: count\ndrill_members: [{a: b}]", 3, "has to be the name of a member", "quotes"),
        ("type: count\ndrill_members: {a: b}", 3, "has to be a list", ""),
        ("type: count\nfilters: [is_open]", 3, "has to be a mapping", ""),
        ("type: count\nfilters:\n  - where: x", 4, "'where' is not a key of this", ""),
        ("type: count\nfilters:\n  - name: x", 4, "'sql' is missing", ""),
        ("type: count\nrolling_window: {}", 3, "has no end", "trailing: 3 month"),
        (
            "type: count\nrolling_window: {trailing: a while}",
            3,
            "'a while' is not an interval",
            "3",
        ),
        ("type: count\nrolling_window: {type: to_date}", 3, "'granularity' is missing", ""),
        ("type: count\nrolling_window: {type: weekly}", 3, "'weekly' is not known here", ""),
        ("type: count\nrolling_window: {type: to_date, granularity: era}", 1, "'era' is not", ""),
        ("type: count\ncase: {when: [{sql: x, label: a}]}", 3, "'case' needs 'multi_stage", "CASE"),
        ("type: count\ngroup_by: [status]", 3, "'group_by' needs 'multi_stage: true'", "add it"),
        ("type: count\ntime_shift: []", 3, "'time_shift' needs 'multi_stage: true'", "add it"),
        (
            "type: count\nfitlers: []",
            3,
            "'fitlers' is not a key of this",
            "did you mean 'filters'?",
        ),
    ],
)
def test_a_wrong_key_of_a_measure_is_refused_where_it_stands(
    part: str, line: int, message: str, suggestion: str
) -> None:
    found = [one for one in refused_measure(f"name: m\n{part}") if message in one[1]]
    assert [one[0] for one in found] == [line], refused_measure(f"name: m\n{part}")
    assert suggestion in found[0][2]
