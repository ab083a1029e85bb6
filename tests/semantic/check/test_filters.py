"""Filters that models write: operators and values go with the types of members."""

import pytest

from tests.semantic.load.writing import cube_with, refused_in_cube


def rows(filter_: str) -> str:
    """Write a policy that grants rows by a filter."""
    return f"access_policy:\n  - group: a\n    row_level:\n      filters:\n        - {{{filter_}}}"


@pytest.mark.parametrize(
    "filter_",
    [
        "member: status, operator: contains, values: [a]",
        "member: id, operator: gte, values: [1, '2.5', -3, 1e3]",
        "member: is_open, operator: notEquals, values: [true, 'False']",
        "member: ordered_at, operator: afterOrOnDate, values: ['2024-01-01']",
        "member: ordered_at, operator: inDateRange, values: ['2024-01-01', '2024-02-01']",
        "member: ordered_at, operator: inDateRange, values: [last month]",
        "member: id, operator: in, values: [null, '{ securityContext.id }']",
        "member: status, operator: notSet",
    ],
)
def test_a_filter_compares_a_dimension_with_values_of_its_type(filter_: str) -> None:
    policies = cube_with(rows(filter_)).access_policies
    assert policies is not None
    assert policies[0].rows


@pytest.mark.parametrize(
    ("filter_", "message"),
    [
        (
            "member: id, operator: contains, values: [a]",
            "'contains' compares texts, and 'id' is of type number",
        ),
        (
            "member: is_open, operator: gt, values: [true]",
            "'gt' compares numbers, and 'is_open' is true or false",
        ),
        (
            "member: id, operator: beforeDate, values: [1]",
            "'beforeDate' compares dates, and 'id' is no time dimension",
        ),
        (
            "member: id, operator: equals, values: [one]",
            "'one' is not a value of 'id', which is of type number",
        ),
        (
            "member: id, operator: equals, values: [true]",
            "'True' is not a value of 'id', which is of type number",
        ),
        (
            "member: is_open, operator: equals, values: [1]",
            "'1' is not a value of 'is_open', which is of type boolean",
        ),
        ("member: orders.lines.x, operator: set", "'lines.x' is not a member of this"),
    ],
)
def test_a_filter_that_does_not_fit_is_refused_where_it_stands(filter_: str, message: str) -> None:
    found = [one for one in refused_in_cube(rows(filter_)) if one[1] == message]
    assert [one[0] for one in found] == [5], refused_in_cube(rows(filter_))
