"""Multi-stage members, and what of them the compiler does not execute."""

from textwrap import dedent

import pytest

from semantic.load.entries import Faults
from semantic.load.files import ModelFile
from semantic.load.reading import read_files
from semantic.spec.dimensions import CalendarShift
from semantic.spec.filters import FilterGroup, MemberFilter
from semantic.spec.fragments import Reference
from semantic.spec.measures import Grain, Measure, TimeShift
from tests.semantic.load.writing import (
    MEASURES,
    ORDERS,
    cube_with_measure,
    indented,
    refusals,
    refused_dimension,
    refused_in_cube,
    refused_measure,
)


def read_unchecked(part: str) -> Measure:
    """Read a measure whose file has no fault, whatever the compiler says about it."""
    text = indented(part, 8)
    faults = Faults()
    model = read_files([ModelFile("m.yml", f"{ORDERS}{MEASURES}      - {text[8:]}")], faults)
    assert faults.in_order() == ()
    return model.cubes["orders"].measures["m"]


@pytest.mark.parametrize(
    ("written", "shift"),
    [
        ("{interval: 1 year, type: prior}", TimeShift(None, "1 year", "prior")),
        (
            "{time_dimension: ordered_at, interval: 2 months, type: next}",
            TimeShift(Reference(("ordered_at",)), "2 months", "next"),
        ),
    ],
)
def test_a_measure_may_look_at_another_time(written: str, shift: TimeShift) -> None:
    text = f'name: m\ntype: number\nsql: "{{net}}"\nmulti_stage: true\ntime_shift: [{written}]'
    stage = cube_with_measure(text).measures["m"].stage
    assert stage is not None
    assert stage.time_shift == (shift,)


def test_a_multi_stage_measure_may_calculate_with_others_alone() -> None:
    text = 'name: m\ntype: number\nsql: "{net} / {count}"\nmulti_stage: true'
    assert cube_with_measure(text).measures["m"].stage is not None


@pytest.mark.parametrize(
    "part",
    [
        "type: sum\nsql: '{net}'\ngroup_by: [status]",
        "type: max\nsql: '{net}'\nreduce_by: [status, ordered_at]",
        "type: count\nsql: '{net}'\ngrain: {exclude: [status]}",
        "type: avg\nsql: '{net}'\nadd_group_by: [status, ordered_at.month]",
        "type: number_agg\nsql: 'MEDIAN({net})'\ngrain: {include: [status]}",
        "type: number\nsql: '{net}'\nfilter: {mode: fixed, exclude: [status]}",
        "type: string\nsql: '{status} || {net}'",
        "type: sum\nsql: '{net}'\ngroup_by: []\ntime_shift: [{interval: 1 day, type: next}]",
        "type: sum\ncase: {switch: '{status}', when: [{value: a, sql: '{net}'}], else: {sql: '0'}}",
        """
        type: number
        sql: "{net}"
        filter: {include: [{member: ordered_at, operator: afterDate, values: ["2024-01-31"]} ]}
        """,
        "type: rank\norder_by: [{sql: '{net}', dir: desc}]\nreduce_by: [status]",
    ],
)
def test_a_measure_may_be_computed_from_groups_of_the_answer(part: str) -> None:
    text = f"name: m\nmulti_stage: true\n{dedent(part).strip().replace('}}', '} }')}"
    assert cube_with_measure(text).measures["m"].stage is not None


def test_every_key_of_a_stage_is_known() -> None:
    measure = read_unchecked(
        """
        name: m
        type: rank
        multiStage: true
        group_by: [status]
        reduce_by: []
        add_group_by: [orders.id]
        grain:
          keep_only: []
          include: [status]
        filter:
          mode: fixed
          exclude: [status]
          include:
            - {member: status, operator: equals, values: [a]}
            - or:
                - {member: id, operator: gt, values: [1]}
        time_shift:
          - name: last_season
        order_by:
          - sql: "{net}"
            dir: desc
          - sql: "{count}"
        case:
          switch: "{status}"
          when:
            - {value: a, sql: "{net}"}
          else:
            sql: "{count}"
        """
    )
    stage, case = measure.stage, measure.case
    assert stage is not None
    assert stage.group_by == (Reference(("status",)),)
    assert stage.reduce_by == ()
    assert stage.add_group_by == (Reference(("orders", "id")),)
    assert stage.grain == Grain(None, (), (Reference(("status",)),))
    assert stage.filter is not None
    assert (stage.filter.mode, stage.filter.exclude) == ("fixed", (Reference(("status",)),))
    assert stage.filter.keep_only is None
    assert isinstance(stage.filter.include[0], MemberFilter)
    assert isinstance(stage.filter.include[1], FilterGroup)
    assert stage.time_shift == (TimeShift(None, None, None, "last_season"),)
    assert [(str(sql), direction) for sql, direction in stage.order_by] == [
        ("{net}", "desc"),
        ("{count}", "asc"),
    ]
    assert case is not None
    assert [str(case.switch), str(case.when[0][1]), str(case.otherwise)] == [
        "{status}",
        "{net}",
        "{count}",
    ]


def test_calendars_and_their_shifts_are_known() -> None:
    faults = Faults()
    text = """\
    calendar: true
    dimensions:
      - name: day
        type: time
        sql: day
        time_shift:
          - {name: a, interval: 1 year, type: prior}
          - {interval: 1 month, type: next, sql: x}
          - {name: b, sql: x}
"""
    cube = read_files(
        [ModelFile("m.yml", f"cubes:\n  - name: c\n    sql_table: orders\n{text}")], faults
    ).cubes["c"]
    assert faults.in_order() == ()
    assert cube.is_calendar
    assert cube.dimensions["day"].time_shifts[0] == CalendarShift("a", "1 year", "prior", None)
    assert [one.direction for one in cube.dimensions["day"].time_shifts] == ["prior", "next", None]


@pytest.mark.parametrize(
    ("part", "line", "message", "suggestion"),
    [
        ("type: number\nsql: x", 4, "calculates with other measures, and names none", "{count}"),
        ("type: number", 1, "a multi-stage measure needs 'sql' or 'case'", ""),
        ("type: rank", 1, "a rank needs 'order_by'", "dir: desc"),
        (
            "type: count\nsql: x\nrolling_window: {type: month_to_date}",
            5,
            "does not go with",
            "roll",
        ),
        ("type: rank\norder_by: [{dir: asc}]", 4, "'sql' is missing", ""),
        ('type: rank\norder_by: [{sql: "{nt}"} ]', 4, "'nt' is not a member", "'net'"),
        ("type: sum\nsql: '{net}'\ngroup_by: [nobody]", 1, "'nobody' is not a member", ""),
        ("type: sum\nsql: '{net}'\ngroup_by: [count]", 1, "'count' is not a dimension", ""),
        (
            "type: sum\nsql: '{net}'\ngrain: {exclude: [], keep_only: []}",
            5,
            "beside 'keep_only'",
            "",
        ),
        ("type: sum\nsql: '{net}'\nfilter: {exclude: [], keep_only: []}", 5, "beside 'keep", ""),
        ("type: sum\nsql: '{net}'\nfilter: {mode: loose}", 5, "'loose' is not known here", ""),
        (
            "type: sum\nsql: '{net}'\nfilter: {include: [{member: x, operator: set}]}",
            5,
            "'x' is not a member of 'orders'",
            "",
        ),
        (
            "type: sum\nsql: '{net}'\nfilter: {include: [{member: CUBE, operator: set}]}",
            5,
            "'CUBE' is no dimension; a stage filters by dimensions",
            "by measures",
        ),
        (
            "type: sum\nsql: '{net}'\nfilter: {include: [{or: [{member: net, operator: set}]}]}",
            5,
            "'net' is no dimension; a stage filters by dimensions",
            "",
        ),
        (
            (
                "type: sum\nsql: '{net}'\nfilter: {include: [{member: ordered_at, "
                "operator: onTheDate, values: [today]}]}"
            ),
            5,
            "'today' is not a date, such as 2024-01-31",
            "to queries",
        ),
        (
            (
                "type: sum\nsql: '{net}'\nfilter: {include: [{member: status, operator: equals, "
                "values: ['{ securityContext.rep }']}]}"
            ),
            1,
            "the security context in 'filter' of a stage is not executed",
            "access_policy",
        ),
        ("type: sum\nsql: '{net}'\nfilter: {exclude: [count]}", 1, "'count' is not a dimens", ""),
        ("type: rank\nfilter: {}\norder_by: [{sql: '{net}'} ]", 1, "'filter' of a rank", "by a"),
        ("type: sum\nsql: '{net} + {CUBE}.x'", 4, "not with columns", "declare a measure"),
        ("type: sum\nsql: '{net} + x'", 4, "not with columns", "declare a measure"),
        ("type: sum\nsql: '{net}'\ntime_shift: [{type: next}]", 5, "needs either 'interval'", ""),
        ("type: sum\nsql: '{net}'\ntime_shift: [{interval: 1 day}]", 5, "go together", "prior"),
        (
            "type: sum\nsql: '{net}'\ntime_shift: [{interval: soon, type: next}]",
            5,
            "'soon' is not",
            "",
        ),
        (
            (
                "type: sum\nsql: '{net}'\ntime_shift: [{time_dimension: status, interval: 1 day, "
                "type: next}]"
            ),
            1,
            "'status' is not a time dimension",
            "",
        ),
        (
            (
                "type: sum\nsql: '{net}'\ntime_shift: [{time_dimension: count, interval: 1 day, "
                "type: next}]"
            ),
            1,
            "'count' is not a dimension",
            "",
        ),
        (
            (
                "type: sum\nsql: '{net}'\ntime_shift: [{interval: 1 day, type: next}, "
                "{interval: 1 day, type: next}]"
            ),
            1,
            "several shifts need a 'time_dimension' each",
            "",
        ),
        (
            "type: sum\nsql: '{net}'\ntime_shift: [{name: x}]",
            1,
            "no calendar declares a time shift 'x'",
            "write 'interval' and 'type'",
        ),
        ("type: number\nsql: '{net}'\nadd_group_by: [status]", 1, "a grain of a multi", "sum"),
        (
            "type: sum\nsql: '{net}'\ngroup_by: []\ngrain: {include: [status]}",
            1,
            "'group_by' beside 'grain'",
            "keep one of them",
        ),
        ("type: sum\nsql: '{net}'\norder_by: [{sql: '{net}'} ]", 1, "'order_by' of a multi", ""),
        (
            'type: number\ncase: {when: [{sql: "{net} > 0", label: a}]}',
            1,
            "'case' of a measure without 'switch' is not executed",
            "CASE",
        ),
        (
            "type: number\ncase: {switch: x, when: [{value: a, sql: '{net}'}]}",
            1,
            "a case switches by a dimension alone",
            "in braces",
        ),
        (
            "type: number\ncase: {switch: '{count}', when: [{value: a, sql: '{net}'}]}",
            1,
            "'count' is not a dimension",
            "",
        ),
        (
            "type: number\ncase: {switch: '{status}', when: [{value: a, sql: '1'}]}",
            1,
            "calculates with other measures, and names none",
            "",
        ),
    ],
)
def test_a_wrong_stage_is_refused_where_it_stands(
    part: str, line: int, message: str, suggestion: str
) -> None:
    text = f"name: m\nmulti_stage: true\n{part.replace('}]}]}', '}]} ]}').replace(']}}', ']} }')}"
    found = [one for one in refused_measure(text) if message in one[1]]
    assert [one[0] for one in found] == [line], refused_measure(text)
    assert suggestion in found[0][2]


@pytest.mark.parametrize(
    ("part", "message", "suggestion"),
    [
        ("type: number\nsql: x\nmulti_stage: true", "'multi_stage' of a dimension", "sub_query"),
        (
            "type: number\nmulti_stage: true\nsql: x\nadd_group_by: [status]\nfilter: {}",
            "'multi_stage' of a dimension",
            "",
        ),
        (
            "type: time\nsql: x\ntime_shift: [{name: a, interval: 1 day, type: next}]",
            "'time_shift' outside of a calendar",
            "calendar: true",
        ),
    ],
)
def test_what_of_a_dimension_is_not_executed_is_refused(
    part: str, message: str, suggestion: str
) -> None:
    (found,) = refused_dimension(f"name: d\n{part}")
    assert found[:2] == (1, f"{message} is not executed")
    assert suggestion in found[2]


@pytest.mark.parametrize(
    ("shift", "message"),
    [
        ("{name: a}", "needs two of 'name', 'interval' and 'sql'"),
        ("{name: a, interval: 1 day}", "'interval' and 'type' go together"),
        ("{name: a, interval: 1 day, type: next, sql: x}", "needs two of"),
    ],
)
def test_a_wrong_shift_of_a_calendar_is_refused(shift: str, message: str) -> None:
    text = f"name: d\ntype: time\nsql: x\ntime_shift:\n  - {shift}"
    assert [one[0] for one in refused_dimension(text) if message in one[1]] == [5]


def test_a_calendar_needs_its_day() -> None:
    message = "a calendar needs one primary key, its day, of type time"
    assert [one[1] for one in refused_in_cube("calendar: true")] == [message]


CURRENCY = """
      - {name: currency, type: switch, values: [EUR, USD]}
"""


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("name: d\ntype: string\nsql: '{currency}'", "'currency' is a switch, which no SQL can"),
        ("name: d\ntype: switch\nsql: x", "has to say in one way"),
    ],
)
def test_a_switch_has_no_rows(part: str, message: str) -> None:
    text = indented(part, 8)
    found = refusals(f"{ORDERS}{CURRENCY.lstrip(chr(10))}      - {text[8:]}")
    assert [one[1] for one in found if message in one[1]]


def test_a_case_switches_by_values_that_there_are() -> None:
    case = "case: {switch: '{currency}', when: [{value: GBP, sql: '{net}'}]}"
    part = indented(f"name: m\nmulti_stage: true\ntype: number\n{case}", 8)
    text = f"{ORDERS}{CURRENCY.lstrip(chr(10))}{MEASURES}      - {part[8:]}"
    assert [one[1:] for one in refusals(text)] == [
        ("'GBP' is not a value of the switch", "it has EUR, USD")
    ]


def test_a_shift_of_a_calendar_reads_rows() -> None:
    part = "name: d\ntype: time\nsql: x\ntime_shift:\n  - {name: a, sql: 'MAX(x)'}"
    messages = [one[1] for one in refused_dimension(part)]
    assert "aggregates, where single rows are looked at" in messages


def test_a_granularity_of_months_and_days_is_not_executed() -> None:
    text = """
        name: d
        type: time
        sql: x
        granularities:
          - {name: a, interval: 1 month 3 days, origin: "2024-01-01"}
    """
    assert refused_dimension(text) == [
        (
            5,
            "'1 month 3 days' has months beside days, which is not executed",
            "use months, quarters and years, or weeks, days and shorter",
        )
    ]
