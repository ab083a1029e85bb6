"""Folders and default filters of views: what is refused of them by line."""

import pytest

from tests.semantic.load.writing import LINES, MEASURES, ORDERS, indented, refusals

CUBES = (
    ORDERS
    + MEASURES
    + LINES
    + """\
views:
  - name: sales
    cubes:
      - {join_path: orders, includes: [status, net, ordered_at, is_open]}
"""
)


@pytest.mark.parametrize(
    ("part", "line", "message", "suggestion"),
    [
        ("folders:\n  - includes: [net]", 2, "'name' is missing", ""),
        ("folders:\n  - name: a", 2, "'includes' is missing", ""),
        ("folders:\n  - {name: a, includes: net}", 2, "has to be '*' or a list", ""),
        ("folders:\n  - {name: a, includes: [nett]}", 2, "is not a member of the view", "'net'"),
        ("folders:\n  - {name: a, includes: [[net]]}", 2, "'this' is not a member", ""),
        (
            "folders:\n  - {name: a, includes: [{join_path: orders.lines}]}",
            2,
            "the view shows nothing over 'orders.lines'",
            "orders",
        ),
        ("folders:\n  - {name: a, includes: [{join_path: a b}]}", 2, "is not the name of", ""),
        (
            "folders:\n  - {name: a, includes: []}\n  - {name: a, includes: []}",
            3,
            "there is a folder 'a' already",
            "rename one of them",
        ),
        ("default_filters:\n  - {operator: set}", 2, "'member' is missing", ""),
        ("default_filters:\n  - {member: status}", 2, "'operator' is missing", ""),
        (
            "default_filters:\n  - {member: state, operator: set}",
            2,
            "'state' is not a member of the view",
            "did you mean 'status'?",
        ),
        (
            "default_filters:\n  - {member: orders.state, operator: set}",
            2,
            "'orders.state' is not a member of the view",
            "",
        ),
        (
            "default_filters:\n  - {member: status, operator: set, unless: [state]}",
            2,
            "'state' is not a member of the view",
            "did you mean 'status'?",
        ),
        ("default_filters:\n  - {member: status, operator: is}", 2, "'is' is not known here", ""),
        (
            "default_filters:\n  - {member: status, operator: measureFilter}",
            2,
            "measureFilter is written by Cube for itself",
            "compare values",
        ),
        (
            "default_filters:\n  - {member: status, operator: equals}",
            2,
            "'equals' needs values",
            "",
        ),
        (
            "default_filters:\n  - {member: status, operator: set, values: [a]}",
            2,
            "'set' takes no values",
            "remove them",
        ),
        (
            "default_filters:\n  - {member: status, operator: equals, values: a}",
            2,
            "has to be a list",
            "put it in brackets",
        ),
        (
            "default_filters:\n  - {member: status, operator: equals, values: ['{x}']}",
            2,
            "'{x}' is not a value of the security context",
            "the context alone",
        ),
        (
            "default_filters:\n  - {member: status, operator: equals, values: [[a]]}",
            2,
            "has to be a single value",
            "",
        ),
        (
            "default_filters:\n  - {member: status, operator: equals, values: [{a: b}]}",
            2,
            "has to be a single value",
            "put quotes",
        ),
        (
            "default_filters:\n  - {member: ordered_at, operator: inDateRange, values: [1, 2, 3]}",
            2,
            "a range of dates has a first and a last day",
            "name one or two",
        ),
        (
            "default_filters:\n  - {member: net, operator: gt, values: [1]}",
            2,
            "'net' is a measure; default filters hold for dimensions",
            "",
        ),
        (
            "default_filters:\n  - {member: is_open, operator: equals, values: [maybe]}",
            2,
            "'maybe' is not a value of 'is_open', which is of type boolean",
            "",
        ),
    ],
)
def test_wrong_folders_and_filters_are_refused_where_they_stand(
    part: str, line: int, message: str, suggestion: str
) -> None:
    refused = refusals(indented(part, 4), CUBES)
    found = [one for one in refused if message in one[1]]
    assert [one[0] for one in found] == [line], refused
    assert suggestion in found[0][2]


def test_a_segment_is_no_default_filter() -> None:
    view = """\
  - name: drinks
    cubes:
      - {join_path: lines, includes: [drinks]}
    default_filters:
      - {member: drinks, operator: set}
"""
    assert [one[:2] for one in refusals(view, CUBES)] == [
        (5, "'drinks' is a segment; default filters hold for dimensions")
    ]
