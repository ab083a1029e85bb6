"""What Cube refuses is refused in its words; a few of our own stand at the end."""

from typing import Any

import pytest

from semantic.query.query import QueryError
from semantic.query.reading import Limits, Reader
from semantic.query.zones import canonical_zone

MEASURE = {"measures": ["a.b"]}
PEERS = "[dateRange, compareDateRange]"
ID = r"/^[a-zA-Z0-9_]+\.[a-zA-Z0-9_]+$/"
ORDERED = r"/^[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+){0,2}$/"


def time(**given: Any) -> dict[str, Any]:
    return {**MEASURE, "timeDimensions": [{"dimension": "a.t", **given}]}


def where(*filters: Any) -> dict[str, Any]:
    return {**MEASURE, "filters": list(filters)}


def refusal_of(raw: Any) -> QueryError:
    with pytest.raises(QueryError) as refused:
        Reader().read(raw)
    return refused.value


REFUSED = [
    ({**MEASURE, "foo": 1}, '"foo" is not allowed'),
    ({"measures": "a.b"}, '"measures" must be an array'),
    ({"measures": None}, '"measures" must be an array'),
    ({"measures": [5]}, '"measures[0]" must be one of [string, object]'),
    (
        {"measures": ["x"]},
        f'"measures[0]" with value "x" fails to match the required pattern: {ID}',
    ),
    (
        {**MEASURE, "segments": ["x"]},
        f'"segments[0]" with value "x" fails to match the required pattern: {ID}',
    ),
    ({**MEASURE, "limit": "5"}, '"limit" must be a number'),
    ({**MEASURE, "limit": True}, '"limit" must be a number'),
    ({**MEASURE, "limit": 1.5}, '"limit" must be an integer'),
    ({**MEASURE, "limit": -1}, '"limit" must be greater than or equal to 0'),
    ({**MEASURE, "limit": 1e20}, '"limit" must be a safe number'),
    ({**MEASURE, "total": "x"}, '"total" must be a boolean'),
    (
        {**MEASURE, "cache": "x"},
        '"cache" must be one of [stale-if-slow, stale-while-revalidate, must-revalidate, no-cache]',
    ),
    (
        {**MEASURE, "responseFormat": "xml"},
        '"responseFormat" must be one of [default, compact, columnar, arrow]',
    ),
    ({**MEASURE, "timezone": 5}, '"timezone" must be a string'),
    ({**MEASURE, "timezone": "x/y"}, '"timezone" must be a valid IANA time zone, got "x/y"'),
    ({**MEASURE, "order": "x"}, '"order" must be one of [object, array]'),
    ({**MEASURE, "order": {"a.b": "up"}}, '"order.a.b" must be one of [asc, desc]'),
    ({**MEASURE, "order": {"a b": "asc"}}, '"order.a b" is not allowed'),
    ({**MEASURE, "order": ["a.b"]}, '"order[0]" must be an array'),
    ({**MEASURE, "order": [["a.b"]]}, '"order[0]" must contain at least 2 items'),
    ({**MEASURE, "order": [["a.b", "asc", 1]]}, '"order[0]" must contain at most 2 items'),
    ({**MEASURE, "order": [["a.b", "x"]]}, '"order[0][1]" must be one of [asc, desc]'),
    ({**MEASURE, "order": [[5, "asc"]]}, '"order[0][0]" must be a string'),
    (
        {**MEASURE, "order": [["a b", "asc"]]},
        f'"order[0][0]" with value "a b" fails to match the required pattern: {ORDERED}',
    ),
    ({**MEASURE, "joinHints": "a"}, '"joinHints" must be an array'),
    ({**MEASURE, "joinHints": ["a"]}, '"joinHints[0]" must be an array'),
    ({**MEASURE, "joinHints": [[5]]}, '"joinHints[0][0]" must be a string'),
    (where(5), '"filters[0]" does not match any of the allowed types'),
    (where({"member": "a.b"}), '"filters[0]" does not match any of the allowed types'),
    (
        where({"member": "a.b", "operator": "is"}),
        '"filters[0]" does not match any of the allowed types',
    ),
    (
        where({"member": "b", "operator": "set"}),
        '"filters[0]" does not match any of the allowed types',
    ),
    (
        where({"member": 5, "operator": "set"}),
        '"filters[0]" does not match any of the allowed types',
    ),
    (where({"operator": "set"}), '"filters[0]" does not match any of the allowed types'),
    (
        where({"member": "a.b", "dimension": "a.b", "operator": "set"}),
        '"filters[0]" does not match any of the allowed types',
    ),
    (
        where({"member": "a.b", "operator": "equals", "values": "x"}),
        '"filters[0]" does not match any of the allowed types',
    ),
    (
        where({"member": "a.b", "operator": "equals", "values": [{}]}),
        '"filters[0]" does not match any of the allowed types',
    ),
    (where({"or": [], "and": []}), '"filters[0]" does not match any of the allowed types'),
    (where({"or": [{"and": [5]}]}), '"filters[0]" does not match any of the allowed types'),
    (where({"or": 5}), '"filters[0]" does not match any of the allowed types'),
    (time(granularity=5), '"timeDimensions[0].granularity" must be a string'),
    (time(granularity=""), '"timeDimensions[0].granularity" is not allowed to be empty'),
    (
        time(granularity="x" * 200),
        '"timeDimensions[0].granularity" length must be less than or equal to 128 characters long',
    ),
    (time(dateRange=5), '"timeDimensions[0].dateRange" must be one of [array, string]'),
    (time(dateRange=""), '"timeDimensions[0].dateRange" is not allowed to be empty'),
    (time(dateRange=[]), '"timeDimensions[0].dateRange" must contain at least 1 items'),
    (
        time(dateRange=["2024-01-01"] * 3),
        '"timeDimensions[0].dateRange" must contain less than or equal to 2 items',
    ),
    (time(dateRange=["2024-01-01", 5]), '"timeDimensions[0].dateRange[1]" must be a string'),
    (time(foo=1), '"timeDimensions[0].foo" is not allowed'),
    (
        time(dateRange="today", compareDateRange=["today"]),
        f'"timeDimensions[0]" contains a conflict between optional exclusive peers {PEERS}',
    ),
    (time(compareDateRange="today"), '"timeDimensions[0].compareDateRange" must be an array'),
    (
        time(compareDateRange=[]),
        '"timeDimensions[0].compareDateRange" must contain at least 1 items',
    ),
    (
        time(compareDateRange=[5]),
        '"timeDimensions[0].compareDateRange[0]" must be one of [array, string]',
    ),
    ({"timeDimensions": {}}, '"timeDimensions" must be an array'),
    ({"timeDimensions": [5]}, '"timeDimensions[0]" must be of type object'),
    ({"timeDimensions": [{"granularity": "day"}]}, '"timeDimensions[0].dimension" is required'),
    ({"timeDimensions": [{"dimension": 5}]}, '"timeDimensions[0].dimension" must be a string'),
    (
        {"timeDimensions": [{"dimension": "t"}]},
        f'"timeDimensions[0].dimension" with value "t" fails to match the required pattern: {ID}',
    ),
    (5, '"value" must be of type object'),
    ({**MEASURE, "subqueryJoins": 5}, '"subqueryJoins" must be an array'),
    (
        {**MEASURE, "subqueryJoins": [{}]},
        '"subqueryJoins" is not executed here; join in the model instead',
    ),
    ({**MEASURE, "extensions": 5}, '"extensions" must be of type object'),
    ({**MEASURE, "extensions": {"x": 1}}, '"extensions.x" is not allowed'),
    ({**MEASURE, "extensions": {"typedNumbers": 1}}, '"extensions.typedNumbers" must be a boolean'),
    ({**MEASURE, "extensions": {"subtotals": ["a"]}}, '"extensions.subtotals[0]" must be an array'),
]


@pytest.mark.parametrize(("raw", "message"), REFUSED)
def test_a_wrong_form_is_refused_by_its_place(raw: Any, message: str) -> None:
    refused = refusal_of(raw)
    assert refused.message == f"Invalid query format: {message}"
    assert (refused.code, refused.kind, refused.status) == ("QUERY_INVALID", "", 400)


def test_filters_lie_only_so_deep_in_each_other() -> None:
    deep: Any = {"member": "a.b", "operator": "set"}
    for _ in range(31):
        deep = {"and": [deep]}
    assert "30 deep" in refusal_of(where(deep)).message


@pytest.mark.parametrize(
    "raw", [{}, {"measures": []}, {"timeDimensions": [{"dimension": "a.t"}]}, {"segments": ["a.s"]}]
)
def test_a_query_asks_for_something(raw: Any) -> None:
    refused = refusal_of(raw)
    assert refused.message == (
        "Query should contain either measures, dimensions or timeDimensions with granularities "
        "in order to be valid"
    )
    assert refused.code == "QUERY_EMPTY"


def test_masked_members_come_from_policies_alone() -> None:
    refused = refusal_of({**MEASURE, "maskedMembers": []})
    assert refused.message == "maskedMembers cannot be provided in the query"


def test_expressions_are_not_evaluated() -> None:
    refused = refusal_of({"measures": ['{"expr": {}}']})
    assert refused.message == "Expressions are not allowed in this context"
    assert refused.status == 500


def test_a_limit_above_the_largest_is_refused_as_cube_does() -> None:
    refused = refusal_of({**MEASURE, "limit": 50_001})
    assert (refused.message, refused.status) == ("The query limit has been exceeded.", 500)
    assert Reader(limits=Limits(10, 5)).read(MEASURE).queries[0].query.limit == 5


@pytest.mark.parametrize("queries", [[], [MEASURE] * 21])
def test_a_request_has_at_least_one_query_and_not_too_many(queries: list[Any]) -> None:
    assert "must contain 1 to 20 queries" in refusal_of(queries).message


def test_a_list_of_no_subqueries_says_nothing() -> None:
    assert Reader().read({**MEASURE, "subqueryJoins": []}).queries[0].query.measures == ("a.b",)


def test_zones_are_known_by_any_capitals() -> None:
    assert canonical_zone("EUROPE/brussels") == "Europe/Brussels"
    assert canonical_zone("utc") == "UTC"
    assert canonical_zone("localtime") is None
