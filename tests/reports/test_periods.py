"""Ranges of days, relative to today, and those before them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reports.spec import periods

TODAY = date(2026, 11, 22)


@given(some.dates(date(1990, 1, 1), date(2090, 1, 1)), some.integers(0, 800))
def test_the_period_before_is_as_long_and_ends_the_day_before(first: date, length: int) -> None:
    last = date.fromordinal(first.toordinal() + length)
    (start, end), shift = periods.before((first, last))
    assert end.toordinal() + 1 == first.toordinal()
    assert start <= end
    (unit, count), *_ = shift.items()
    assert periods.moved(start, count, unit.removesuffix("s")) == first


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("today", "2026-11-22", "2026-11-22"),
        ("this week", "2026-11-16", "2026-11-22"),
        ("last quarter", "2026-07-01", "2026-09-30"),
        ("next 2 months", "2026-12-01", "2027-01-31"),
        ("last 3 days", "2026-11-19", "2026-11-21"),
        ("30 days ago", "2026-10-23", "2026-10-23"),
        ("from 2 weeks ago to tomorrow", "2026-11-08", "2026-11-23"),
    ],
)
def test_relative_periods_are_those_of_the_rest_api(text: str, first: str, last: str) -> None:
    assert periods.resolve(text, TODAY) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["soon", "last 0 days", "99999 years ago", "2026-02-30"])
def test_what_is_no_period_is_none(text: str) -> None:
    assert periods.resolve(text, TODAY) is None


def test_a_february_is_compared_with_a_whole_one() -> None:
    (first, last), _ = periods.year_before((date(2025, 2, 1), date(2025, 2, 28)))
    assert (first, last) == (date(2024, 2, 1), date(2024, 2, 29))
