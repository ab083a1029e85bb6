"""Dimensions whose values are listed, measures that follow them, and calendars that move days."""

import pytest

from semantic.query.query import QueryError, TimeDimension
from semantic.query.query import Test as Comparison
from tests.semantic.compiler.orders import COMPLETED, at, found, shop
from tests.semantic.oracle.asking import Asker
from tests.semantic.oracle.comparing import same_rows

YEARS = (TimeDimension("orders.made_on", "year"),)
DAYS = (TimeDimension("days.date", "day"),)


@pytest.fixture(scope="module")
def orders() -> Asker:
    """The orders with a switch and a calendar."""
    return shop()


def test_a_case_shows_a_measure_by_the_value_of_a_switch(orders: Asker) -> None:
    same_rows(
        found(orders, "amount", "in_currency", by=("currency",)),
        [("EUR", 565, 565), ("USD", 565, 1130), ("GBP", 565, 7)],
    )
    dollars = Comparison("orders.currency", "equals", ("USD",))
    same_rows(found(orders, "in_currency", filters=(dollars,)), [(1130,)])


def test_a_switch_repeats_no_row(orders: Asker) -> None:
    two = Comparison("orders.currency", "equals", ("USD", "EUR"))
    none = Comparison("orders.currency", "equals", ("XXX",))
    same_rows(found(orders, "amount", filters=(two,)), [(565,)])
    same_rows(found(orders, "count", filters=(none,)), [(0,)])
    same_rows(
        found(orders, "amount", by=("currency",), filters=(two,)), [("EUR", 565), ("USD", 565)]
    )
    same_rows(
        found(orders, "of_status", by=("status", "currency"), filters=(two, COMPLETED)),
        [("completed", "EUR", 370), ("completed", "USD", 370)],
    )


def test_a_case_may_switch_by_what_stands_in_rows(orders: Asker) -> None:
    same_rows(found(orders, "weighted"), [(452.5,)])
    same_rows(
        found(orders, "weighted", by=("status",)),
        [("completed", 370), ("pending", 82.5), ("cancelled", None)],
    )


def test_a_dimension_may_switch_by_a_column(orders: Asker) -> None:
    same_rows(
        found(orders, "count", by=("where",)),
        [("online", 4), ("BE", 1), ("elsewhere", 1), (None, 1)],
    )


def test_a_calendar_says_which_day_stands_where(orders: Asker) -> None:
    same_rows(
        found(orders, "amount", "season_ago", "year_ago", "days_ago", time_dimensions=DAYS),
        [
            (at("2023-01-11T00:00:00"), 40, None, None, 0),
            (at("2024-01-09T00:00:00"), None, 40, 40, 0),
            (at("2024-01-10T00:00:00"), 100, 40, 40, 0),
            (at("2024-02-12T00:00:00"), 50, None, None, 0),
            (at("2024-02-14T00:00:00"), None, None, None, 1),
            (None, 375, 525, 525, 6),
        ],
    )


def test_days_that_mean_the_same_one_count_it_once(orders: Asker) -> None:
    months = (TimeDimension("days.date", "month"),)
    rows = found(orders, "season_ago", "of_season_ago", time_dimensions=months)
    same_rows(
        rows,
        [(at("2024-01-01T00:00:00"), 40, 565), (None, 525, 565)],
    )


def test_a_move_with_a_name_needs_its_calendar(orders: Asker) -> None:
    same_rows(found(orders, "season_ago"), [(565,)])
    with pytest.raises(QueryError, match="no calendar declares the time shift 'a_season_ago'"):
        found(orders, "season_ago", time_dimensions=YEARS)
