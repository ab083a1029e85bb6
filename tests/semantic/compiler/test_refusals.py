"""Queries that cannot be answered rightly are refused, in words for who wrote them."""

import pytest

from semantic.query.query import Group, Query, QueryError, TimeDimension
from semantic.query.query import Test as Comparison
from tests.semantic.compiler.club import at, rows
from tests.semantic.oracle.asking import Asker

WINTER = (at("2024-01-01T00:00:00"), at("2024-03-31T23:59:59.999"))
MIXED = Group(
    "or", (Comparison("sales.net", "gt", ("1",)), Comparison("sales.kind", "equals", ("old",)))
)


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        (Query(), "QUERY_EMPTY", "Query should contain either measures"),
        (Query(measures=("sales.nett",)), "MEMBER_UNKNOWN", "'nett' not found for path"),
        (Query(measures=("nope.net",)), "MEMBER_UNKNOWN", "'nope' not found for path"),
        (Query(measures=("sales.kind",)), "MEMBER_UNSUITABLE", "'sales.kind' is no measure"),
        (Query(dimensions=("sales.net",)), "MEMBER_UNSUITABLE", "'sales.net' is no dimension"),
        (
            Query(dimensions=("sales.kind.month",)),
            "MEMBER_UNSUITABLE",
            "'sales.kind' is no time dimension",
        ),
        (
            Query(measures=("sales.net",), segments=("sales.kind",)),
            "MEMBER_UNSUITABLE",
            "'sales.kind' is no segment",
        ),
        (
            Query(measures=("sales.net",), filters=(Comparison("accounts.active", "set"),)),
            "MEMBER_UNSUITABLE",
            "'accounts.active' is no dimension",
        ),
        (
            Query(
                measures=("sales.net",),
                time_dimensions=(TimeDimension("sales.kind", None, WINTER),),
            ),
            "MEMBER_UNSUITABLE",
            "'sales.kind' is no time dimension",
        ),
        (
            Query(
                measures=("sales.net",),
                time_dimensions=(TimeDimension("sales.net", None, WINTER),),
            ),
            "MEMBER_UNSUITABLE",
            "'sales.net' is no time dimension with a range",
        ),
        (
            Query(time_dimensions=(TimeDimension("sales.day", "decade"),)),
            "GRANULARITY_UNKNOWN",
            "Granularity 'decade' does not exist in dimension sales.day",
        ),
        (
            Query(measures=("sales.net",), timezone="Moon/Base"),
            "TIMEZONE_UNKNOWN",
            "'Moon/Base' is no time zone",
        ),
        (
            Query(measures=("sales.net", "weather.count")),
            "JOIN_PATH_MISSING",
            "Can't find join path to join 'sales', 'weather'",
        ),
        (
            Query(measures=("sales.per_day",), dimensions=("sales.kind",)),
            "JOIN_PATH_MISSING",
            "Can't find join path to join 'weather', 'sales'",
        ),
        (
            Query(measures=("gates.count",), dimensions=("sales.kind",)),
            "MODEL_UNSUPPORTED",
            "'gates' needs a primary_key, because joins repeat its rows",
        ),
        (
            Query(measures=("gates.count",), dimensions=("visits.id",)),
            "MODEL_UNSUPPORTED",
            "'gates' needs a primary_key, because joins repeat its rows",
        ),
        (
            Query(measures=("sales.net",), filters=(MIXED,)),
            "FILTER_INVALID",
            "You cannot use dimension and measure in same condition",
        ),
        (
            Query(measures=("sales.net",), filters=(MIXED,), is_mixed_allowed=True),
            "FILTER_INVALID",
            "'sales.kind' stands in one condition with a measure",
        ),
        (
            Query(measures=("sales.net",), dimensions=("sales.kind",), subtotals=(("sales.id",),)),
            "MEMBER_UNSUITABLE",
            "subtotals: 'sales.id' is not among the dimensions",
        ),
        (
            Query(measures=("visits.guests",), dimensions=("gates.gate",), is_ungrouped=True),
            "MODEL_UNSUPPORTED",
            "would show rows of 'visits' more than once",
        ),
        (
            Query(measures=("accounts.count", "visits.count"), is_ungrouped=True),
            "MODEL_UNSUPPORTED",
            "can show measures of one cube only",
        ),
        (
            Query(
                measures=("sales.net",),
                filters=(Comparison("sales.net", "gt", ("1",)),),
                is_ungrouped=True,
            ),
            "MODEL_UNSUPPORTED",
            "has no filters on measures, subtotals and stages",
        ),
        (
            Query(measures=("sales.spread",), is_ungrouped=True),
            "MODEL_UNSUPPORTED",
            "has no value for a row",
        ),
    ],
)
def test_what_cannot_be_answered_rightly_is_refused(
    club: Asker, query: Query, code: str, message: str
) -> None:
    with pytest.raises(QueryError, match=message) as refused:
        rows(club, query)
    assert refused.value.code == code


def test_the_planner_itself_refuses_what_it_does_not_know(club: Asker) -> None:
    planner = club.compiler.planner
    with pytest.raises(QueryError, match=r"'nope' not found for path 'sales\.nope'"):
        planner.plan(Query(measures=("sales.nope",)), planner.unrestricted)
