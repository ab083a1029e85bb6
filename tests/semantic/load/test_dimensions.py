"""Dimensions: every key of the format is read, or refused by name."""

import pytest

from semantic.spec.dimensions import DimensionType
from semantic.spec.fragments import Reference
from tests.semantic.load.writing import (
    LINES,
    MEASURES,
    ORDERS,
    cube_with_dimension,
    read,
    refusals,
    refused_dimension,
)


def test_a_dimension_says_where_it_comes_from_and_how_it_is_shown() -> None:
    found = cube_with_dimension(
        """
        name: amount
        sql: "{CUBE}.amount"
        type: number
        title: Amount
        description: What it costs.
        format: currency_2
        currency: eur
        public: false
        suggest_filter_values: false
        values_as_segments: false
        order: desc
        mask: -1
        meta: {a: 1}
        key: status
        """
    ).dimensions["amount"]
    assert (found.title, found.description) == ("Amount", "What it costs.")
    assert (found.format, found.currency, found.order) == ("currency_2", "EUR", "desc")
    assert not found.is_public
    assert not found.suggests_values
    assert (found.mask, found.meta) == (-1, {"a": 1})
    assert found.key is not None
    assert found.key.references == (Reference(("status",)),)
    assert str(found.place) == "own/m.yml:18:9"


@pytest.mark.parametrize("kind", ["string", "number", "boolean", "time"])
def test_a_dimension_has_a_type(kind: str) -> None:
    found = cube_with_dimension(f"name: d\nsql: x\ntype: {kind}").dimensions["d"]
    assert found.type is DimensionType(kind)
    assert found.is_public
    assert not found.is_primary_key


def test_a_primary_key_is_hidden_unless_it_is_public() -> None:
    text = "name: d\nsql: x\ntype: string\nprimary_key: true"
    assert not cube_with_dimension(text).dimensions["d"].is_public
    assert cube_with_dimension(f"{text}\npublic: true").dimensions["d"].is_public
    assert cube_with_dimension(f"{text}\nshown: true").dimensions["d"].is_public


def test_a_case_has_conditions_with_labels() -> None:
    case = (
        cube_with_dimension(
            """
        name: size
        type: string
        case:
          when:
            - sql: "{CUBE}.n > 9"
              label: large
            - sql: "{CUBE}.n > 3"
              label:
                sql: "{CUBE}.word"
          else:
            label: small
        """
        )
        .dimensions["size"]
        .case
    )
    assert case is not None
    assert [tuple(map(str, one)) for one in case.when] == [
        ("{CUBE}.n > 9", "large"),
        ("{CUBE}.n > 3", "{CUBE}.word"),
    ]
    assert (case.otherwise, case.switch) == ("small", None)


def test_a_place_has_two_coordinates() -> None:
    found = cube_with_dimension(
        """
        name: location
        type: geo
        latitude: {sql: "{CUBE}.lat"}
        longitude: {sql: "{CUBE}.lng"}
        """
    ).dimensions["location"]
    assert found.coordinates is not None
    assert [str(one) for one in found.coordinates] == ["{CUBE}.lat", "{CUBE}.lng"]


def test_a_sub_query_shows_a_measure_of_another_cube() -> None:
    text = ORDERS.replace(
        "      - name: status",
        '      - name: size\n        sql: "{lines.quantity}"\n        type: number\n'
        "        sub_query: true\n"
        "      - name: status",
    )
    join = """\
    joins:
      - name: lines
        relationship: one_to_many
        sql: "{CUBE}.id = {lines}.order_id"
"""
    found = read(text + join + MEASURES + LINES).cubes["orders"].dimensions["size"]
    assert found.is_sub_query
    assert not found.propagates_filters
    wrong = text.replace(
        "sub_query: true", "sub_query: true\n        propagate_filters_to_sub_query: true"
    )
    assert [one[:2] for one in refusals(wrong + join + MEASURES + LINES)] == [
        (9, "'propagate_filters_to_sub_query' is not executed")
    ]


def test_a_time_dimension_has_granularities_of_its_own() -> None:
    found = (
        cube_with_dimension(
            """
        name: at
        type: time
        sql: "{CUBE}.at"
        granularities:
          - name: fiscal_year
            title: Fiscal year
            interval: 1 year
            offset: -3 months
          - name: fortnight
            interval: 2 weeks
            origin: "2024-01-01"
          - name: from_a_year
            interval: 5 months
            origin: "2024"
          - name: from_a_month
            interval: 90 minutes
            origin: 2024-02
          - name: from_a_time
            interval: 3 days 6 hours
            origin: 2024-02-01T06:30:00.000Z
          - name: half
            interval: 6 months
          - name: fifteen_minutes
            interval: 15 minutes
          - name: week
            title: Week from Sunday
            sql: "DATE_TRUNC('week', {CUBE}.at + INTERVAL 1 day)"
        """
        )
        .dimensions["at"]
        .granularities
    )
    assert [(one.name, one.interval, one.offset, one.origin) for one in found] == [
        ("fiscal_year", "1 year", "-3 months", None),
        ("fortnight", "2 weeks", None, "2024-01-01"),
        ("from_a_year", "5 months", None, "2024-01-01"),
        ("from_a_month", "90 minutes", None, "2024-02-01"),
        ("from_a_time", "3 days 6 hours", None, "2024-02-01T06:30:00.000Z"),
        ("half", "6 months", None, None),
        ("fifteen_minutes", "15 minutes", None, None),
        ("week", None, None, None),
    ]
    assert found[0].title == "Fiscal year"
    assert found[-1].sql is not None


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("string", "link"),
        ("string", "imageUrl"),
        ("number", "percent"),
        ("number", "percent_2"),
        ("number", "abbr"),
        ("number", "accounting_1"),
        ("number", "',.2f'"),
        ("number", "'$,.2~f'"),
        ("number", "'*>10d'"),
        ("time", "'%d.%m.%Y'"),
        ("time", "'%H:%M %%'"),
    ],
)
def test_formats_go_with_types(kind: str, form: str) -> None:
    text = f"name: d\nsql: x\ntype: {kind}\nformat: {form}"
    assert cube_with_dimension(text).dimensions["d"].format == form.strip("'")


def test_a_link_may_have_a_label() -> None:
    text = "name: d\nsql: x\ntype: string\nformat: {type: link, label: See it}"
    found = cube_with_dimension(text).dimensions["d"].format
    assert found == {"type": "link", "label": "See it"}


@pytest.mark.parametrize(
    ("part", "line", "message", "suggestion"),
    [
        ("sql: x", 1, "'type' is missing", "add 'type:'"),
        ("sql: x\ntype: text", 3, "'text' is not known here", ""),
        ("type: string", 1, "where its values come from", "one of 'sql' and 'case'"),
        ("type: geo\nsql: x", 1, "where its values come from", "'latitude' and 'longitude'"),
        ("type: geo\nlatitude: {sql: x}", 1, "go together", "add the other"),
        ("type: geo\nlatitude: {}\nlongitude: {sql: x}", 3, "'sql' is missing", ""),
        ("type: switch\nsql: x", 1, "where its values come from", "'values'"),
        ("type: string\nvalues: [a]", 3, "'values' does not go with type 'string'", "write 'sql'"),
        ("type: string\ncase: {}", 3, "has no 'when'", "at least one condition"),
        (
            "type: string\ncase:\n  when: [{sql: x}]",
            4,
            "'label' is missing",
            "add 'label:'",
        ),
        ("type: string\nsql: x\ncurrency: EUR", 4, "goes with type 'number' alone", "remove it"),
        ("type: number\nsql: x\ncurrency: EURO", 4, "'EURO' is not a currency", "such as EUR"),
        ("type: string\nsql: x\nformat: percent_2", 4, "is not a format of this", "imageUrl"),
        ("type: number\nsql: x\nformat: nice", 4, "is not a format of numbers", "percent_2"),
        ("type: number\nsql: x\nformat: '.2y'", 4, "is not a format of numbers", "',.2f'"),
        ("type: number\nsql: x\nformat: '>'", 4, "is not a format of numbers", "',.2f'"),
        ("type: time\nsql: x\nformat: '%%'", 4, "is not a format of times", "'%d.%m.%Y'"),
        ("type: time\nsql: x\nformat: '%K'", 4, "is not a format of times", "'%d.%m.%Y'"),
        ("type: string\nsql: x\nformat: {type: link}", 4, "'label' is missing", ""),
        ("type: string\nsql: x\norder: up", 4, "'up' is not known here", "asc"),
        ("type: string\nsql: x\nmask: {sql: y}", 4, "a mask in SQL is not executed", "a value"),
        ("type: string\nsql: x\naliases: [e]", 4, "'aliases' is not executed", ""),
        ("type: string\nsql: x\nmask: [1]", 4, "has to be a single value", ""),
        (
            "type: string\nsql: x\npropagate_filters_to_sub_query: true",
            4,
            "goes with a sub-query alone",
            "'sub_query: true'",
        ),
        ("type: string\ncase: {when: [{sql: x, label: a}]}\nsub_query: true", 4, "needs 'sql'", ""),
        ("type: string\nsql: x\nadd_group_by: [status]", 4, "needs 'multi_stage: true'", "add it"),
        ("type: string\nsql: x\nfilter: {}", 4, "needs 'multi_stage: true'", "add it"),
        (
            "type: string\nsql: x\nlinks: [{name: a, label: b}]",
            4,
            "'links' is not executed",
            "link",
        ),
        ("type: string\nsql: x\nvalues_as_segments: true", 4, "is not executed", "remove it"),
        ("type: string\nsql: x\nfield_type: string", 4, "'field_type' is not executed", ""),
        ("type: string\nsql: x\nenable_suggestions: true", 4, "an older word", "suggest_filter"),
        ("type: string\nsql: x\nkey: a b", 4, "'a b' is not the name of a member", ""),
        ("type: string\nsql: x\ngranularities: []", 4, "go with type 'time' alone", "remove them"),
        ("type: string\nsql: x\ntime_shift: [{name: a, sql: x}]", 4, "type 'time' alone", ""),
    ],
)
def test_a_wrong_key_of_a_dimension_is_refused_where_it_stands(
    part: str, line: int, message: str, suggestion: str
) -> None:
    found = [one for one in refused_dimension(f"name: d\n{part}") if message in one[1]]
    assert [one[0] for one in found] == [line], refused_dimension(f"name: d\n{part}")
    assert suggestion in found[0][2]


@pytest.mark.parametrize(
    ("part", "line", "message", "suggestion"),
    [
        ("- interval: 1 year", 5, "'name' is missing", ""),
        ("- name: a", 5, "needs an 'interval'", "'1 year'"),
        ("- {name: a, interval: yearly}", 5, "'yearly' is not an interval", "'2 weeks'"),
        ("- {name: a, interval: 5 months}", 5, "does not divide evenly", "'2024-01-01'"),
        ("- {name: a, interval: 0 months}", 5, "does not divide evenly", "'origin'"),
        ("- {name: a, interval: 2 weeks}", 5, "does not divide evenly", "'origin'"),
        ("- {name: a, interval: 7 hours}", 5, "does not divide evenly", "'origin'"),
        ("- {name: a, interval: 1 year 1 month}", 5, "does not divide evenly", "'origin'"),
        ("- {name: a, interval: 1 year, offset: later}", 5, "'later' is not an interval", "-3"),
        (
            "- {name: a, interval: 1 year, offset: 1 day, origin: '2024'}",
            5,
            "has 'offset' beside 'origin'",
            "keep one of them",
        ),
        ("- {name: a, interval: 1 year, origin: June}", 5, "'June' is not a date", "2024-01-01"),
        ("- {name: a, sql: x}", 5, "replaces a predefined one", "define 'a' with 'interval'"),
        ("- {name: week, sql: x, interval: 1 week}", 5, "has 'sql' beside an interval", ""),
        ("- {name: week, interval: 1 week}", 5, "is a predefined granularity", "another name"),
        (
            "- {name: a, interval: 1 year}\n  - {name: a, interval: 1 year}",
            6,
            "granularity 'a' is declared twice",
            "rename one of them",
        ),
        ("- {name: a, interval: 1 year, origins: x}", 5, "'origins' is not a key", "'origin'"),
    ],
)
def test_a_wrong_granularity_is_refused_where_it_stands(
    part: str, line: int, message: str, suggestion: str
) -> None:
    text = f"name: d\ntype: time\nsql: x\ngranularities:\n  {part}"
    found = [one for one in refused_dimension(text) if message in one[1]]
    assert [one[0] for one in found] == [line], refused_dimension(text)
    assert suggestion in found[0][2]
