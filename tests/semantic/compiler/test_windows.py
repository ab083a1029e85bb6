"""Measures over windows of time and moved in time: every period is there, and each is right."""

from typing import Any

import pytest

from semantic.query.query import Query, QueryError, TimeDimension
from semantic.query.query import Test as Comparison
from tests.semantic.compiler.club import asker, at, rows
from tests.semantic.oracle.asking import Asker
from tests.semantic.oracle.clubs import MemoryFacts
from tests.semantic.oracle.comparing import same_rows

WINTER = (at("2024-01-01T00:00:00"), at("2024-03-31T23:59:59.999"))
JANUARY, FEBRUARY, MARCH = (at(f"2024-0{one}-01T00:00:00") for one in (1, 2, 3))


def monthly(*measures: str, range_: Any = WINTER, by: tuple[str, ...] = ()) -> Query:
    months = (TimeDimension("sales.day", "month", range_),)
    return Query(
        measures=tuple(f"sales.{one}" for one in measures), dimensions=by, time_dimensions=months
    )


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("two_months", (1500, 3500, 2250)),
        ("kinds_so_far", (1, 2, 2)),
        ("count_so_far", (2, 3, 5)),
        ("next_month", (2000, 250, None)),
        ("before", (None, 1500, 2000)),
        ("later", (2250, 250, None)),
        ("everything", (3750, 3750, 3750)),
        ("year_to_date", (1500, 3500, 3750)),
        ("fiscal_to_date", (1500, 2000, 2250)),
        ("spread_so_far", (1000, 2000, 2000)),
        ("rolling_mean", (7.5, 35 / 3, 7.5)),
    ],
)
def test_a_window_has_every_period(
    club: Asker, measure: str, expected: tuple[float | None, ...]
) -> None:
    found = rows(club, monthly(measure))
    same_rows(found, list(zip((JANUARY, FEBRUARY, MARCH), expected, strict=True)))


def test_without_a_range_periods_go_from_the_first_row_to_the_last(club: Asker) -> None:
    found = rows(club, monthly("two_months", "count", range_=None))
    same_rows(found, [(JANUARY, 1500, 2), (FEBRUARY, 3500, 1), (MARCH, 2250, 2)])
    nobody = Query(
        measures=("sales.two_months",),
        time_dimensions=(TimeDimension("sales.day", "month"),),
        filters=(Comparison("sales.id", "equals", ("0",)),),
    )
    assert rows(club, nobody) == []


def test_without_a_granularity_the_range_is_one_period(club: Asker) -> None:
    range_ = (at("2024-02-01T00:00:00"), at("2024-02-29T23:59:59.999"))
    spans = (TimeDimension("sales.day", None, range_),)
    query = Query(
        measures=("sales.two_months", "sales.count_so_far", "sales.net"), time_dimensions=spans
    )
    same_rows(rows(club, query), [(3500, 3, 20)])


def test_without_time_a_window_has_all_rows(club: Asker) -> None:
    same_rows(rows(club, Query(measures=("sales.two_months",))), [(3750,)])


def test_periods_of_the_models_own_have_windows(club: Asker) -> None:
    halves = (TimeDimension("sales.day", "half", WINTER),)
    found = rows(club, Query(measures=("sales.two_months",), time_dimensions=halves))
    same_rows(found, [(at("2023-08-01T00:00:00"), 1500), (at("2024-02-01T00:00:00"), None)])
    weeks = (TimeDimension("sales.day", "fortnight", (JANUARY, at("2024-01-31T23:59:59.999"))),)
    found = rows(club, Query(measures=("sales.count_so_far",), time_dimensions=weeks))
    same_rows(
        found,
        [
            (at("2024-01-01T00:00:00"), 1),
            (at("2024-01-15T00:00:00"), 1),
            (at("2024-01-29T00:00:00"), 2),
        ],
    )


@pytest.mark.parametrize(
    ("granularity", "count", "first"),
    [
        ("second", 60, "2024-01-31T22:59:00"),
        ("minute", 1, "2024-01-31T22:59:00"),
        ("hour", 1, "2024-01-31T22:00:00"),
        ("day", 1, "2024-01-31T00:00:00"),
        ("week", 1, "2024-01-29T00:00:00"),
        ("quarter", 1, "2024-01-01T00:00:00"),
        ("year", 1, "2024-01-01T00:00:00"),
    ],
)
def test_periods_of_a_range_begin_where_sql_begins_them(
    club: Asker, granularity: str, count: int, first: str
) -> None:
    range_ = (at("2024-01-31T22:59:00"), at("2024-01-31T22:59:59.999"))
    guests = Query(
        measures=("visits.guests_so_far",),
        time_dimensions=(TimeDimension("visits.at", granularity, range_),),
    )
    found = rows(club, guests)
    assert len(found) == count
    assert found[0] == (at(first), 2)


def test_a_window_reaches_back_from_the_end_of_a_long_month(club: Asker) -> None:
    last = (at("2024-03-31T00:00:00"), at("2024-03-31T23:59:59.999"))
    days = (TimeDimension("sales.day", "day", last),)
    query = Query(measures=("sales.two_months", "sales.before"), time_dimensions=days)
    same_rows(rows(club, query), [(last[0], 2250, 2250)])


def test_windows_over_other_dimensions_and_multiplied_rows(club: Asker) -> None:
    by_gate = Query(
        measures=("visits.guests_so_far",),
        dimensions=("gates.gate",),
        time_dimensions=(TimeDimension("visits.at", "month", WINTER),),
    )
    same_rows(
        rows(club, by_gate),
        [
            ("N", JANUARY, 2),
            ("S", JANUARY, 2),
            (None, JANUARY, None),
            ("N", FEBRUARY, 3),
            ("S", FEBRUARY, 2),
            (None, FEBRUARY, 4),
            ("N", MARCH, 3),
            ("S", MARCH, 2),
            (None, MARCH, 4),
        ],
    )


def test_another_time_is_shown_beside_now_whatever_has_rows(club: Asker) -> None:
    found = rows(club, monthly("net", "net_a_month_ago"))
    same_rows(found, [(JANUARY, 15, None), (FEBRUARY, 20, 15), (MARCH, 2.5, 20)])
    days = Query(
        measures=("sales.net", "sales.net_tomorrow"),
        dimensions=("sales.day",),
        filters=(
            Comparison("sales.day", "inDateRange", ("2024-02-28T00:00:00", "2024-02-29T23:59:59")),
        ),
        timezone="America/New_York",
    )
    same_rows(
        rows(club, days),
        [(at("2024-02-28T00:00:00"), None, 20), (at("2024-02-29T00:00:00"), 20, 2.5)],
    )


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            Query(
                measures=("sales.two_months",),
                time_dimensions=(
                    TimeDimension("sales.day", "month", WINTER),
                    TimeDimension("sales.at", "month"),
                ),
            ),
            "can be grouped by one time dimension",
        ),
        (
            Query(
                measures=("sales.two_months",),
                time_dimensions=(TimeDimension("sales.day", "weird", WINTER),),
            ),
            "'weird' is written in SQL; a window needs an interval",
        ),
        (
            Query(
                measures=("sales.net_a_month_ago",),
                time_dimensions=(TimeDimension("sales.day", "weird", WINTER),),
            ),
            "is written in SQL and cannot be moved in time",
        ),
        (
            Query(
                measures=("sales.two_months",),
                dimensions=("sales.id",),
                is_ungrouped=True,
            ),
            "none that roll",
        ),
    ],
)
def test_windows_that_cannot_be_computed_are_refused(
    facts: MemoryFacts, query: Query, message: str
) -> None:
    with pytest.raises(QueryError, match=message) as refused:
        rows(asker(facts), query)
    assert refused.value.code == "MODEL_UNSUPPORTED"
