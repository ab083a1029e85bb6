"""Dates as queries write them; the expected values are what Cube 1.7.43 makes of the same words."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from semantic.query.dates import Calendar, add_months, end_of, start_of, utc_now, write_moment
from semantic.query.query import QueryError

NOW = datetime.fromisoformat("2024-05-15T22:30:15.250Z")
BRUSSELS = Calendar(ZoneInfo("Europe/Brussels"), NOW)
"""Half past midnight of Thursday 16 May there."""

RELATIVE = {
    "today": ("2024-05-16T00:00:00.000", "2024-05-16T23:59:59.999"),
    "now": ("2024-05-16T00:00:00.000", "2024-05-16T23:59:59.999"),
    "yesterday": ("2024-05-15T00:00:00.000", "2024-05-15T23:59:59.999"),
    "Tomorrow": ("2024-05-17T00:00:00.000", "2024-05-17T23:59:59.999"),
    "this second": ("2024-05-16T00:30:15.000", "2024-05-16T00:30:15.999"),
    "this minute": ("2024-05-16T00:30:00.000", "2024-05-16T00:30:59.999"),
    "last hour": ("2024-05-15T23:00:00.000", "2024-05-15T23:59:59.999"),
    "this week": ("2024-05-13T00:00:00.000", "2024-05-19T23:59:59.999"),
    "last week": ("2024-05-06T00:00:00.000", "2024-05-12T23:59:59.999"),
    "LAST  month": ("2024-04-01T00:00:00.000", "2024-04-30T23:59:59.999"),
    "next month": ("2024-06-01T00:00:00.000", "2024-06-30T23:59:59.999"),
    "last quarter": ("2024-01-01T00:00:00.000", "2024-03-31T23:59:59.999"),
    "this year": ("2024-01-01T00:00:00.000", "2024-12-31T23:59:59.999"),
    "last 3 days": ("2024-05-13T00:00:00.000", "2024-05-15T23:59:59.999"),
    "last 2 weeks": ("2024-04-29T00:00:00.000", "2024-05-12T23:59:59.999"),
    "last 6 months": ("2023-11-01T00:00:00.000", "2024-04-30T23:59:59.999"),
    "next 2 quarters": ("2024-07-01T00:00:00.000", "2024-12-31T23:59:59.999"),
    "last 48 hours": ("2024-05-14T00:00:00.000", "2024-05-15T23:59:59.999"),
    "from 60 days ago to now": ("2024-03-17T00:00:00.000", "2024-05-16T23:59:59.999"),
    "from 6 hours ago to now": ("2024-05-15T18:00:00.000", "2024-05-16T00:59:59.999"),
    "from 15 minutes ago to now": ("2024-05-16T00:15:00.000", "2024-05-16T00:30:59.999"),
    "from 1 month ago to now": ("2024-04-16T00:00:00.000", "2024-05-16T23:59:59.999"),
    "from 7 days ago to 2 days from now": ("2024-05-09T00:00:00.000", "2024-05-18T23:59:59.999"),
    "from 2024-01-01 to 2024-02-15": ("2024-01-01T00:00:00.000", "2024-02-15T23:59:59.999"),
    "2024-01-01 - 2024-02-01": ("2024-01-01T00:00:00.000", "2024-02-01T23:59:59.999"),
    "2024-01-01": ("2024-01-01T00:00:00.000", "2024-01-01T23:59:59.999"),
    "2024-01-01T10:20:30": ("2024-01-01T00:00:00.000", "2024-01-01T23:59:59.999"),
    "2 days ago": ("2024-05-14T00:00:00.000", "2024-05-14T23:59:59.999"),
    "3 hours ago": ("2024-05-15T21:00:00.000", "2024-05-15T21:59:59.999"),
    "a week ago": ("2024-05-09T00:00:00.000", "2024-05-09T23:59:59.999"),
    "in 3 days": ("2024-05-19T00:00:00.000", "2024-05-19T23:59:59.999"),
}


@pytest.mark.parametrize(("text", "expected"), RELATIVE.items())
def test_a_relative_range_is_wall_clock_of_the_zone(text: str, expected: tuple[str, str]) -> None:
    assert tuple(map(write_moment, BRUSSELS.read_range(text))) == expected


def test_a_named_day_ends_a_range_and_does_not_replace_it() -> None:
    """Cube takes `from 7 days ago to today` for today."""
    first, last = BRUSSELS.read_range("from 7 days ago to today")
    assert (write_moment(first), write_moment(last)) == (
        "2024-05-09T00:00:00.000",
        "2024-05-16T23:59:59.999",
    )


def test_hours_are_counted_as_they_pass_when_clocks_change() -> None:
    calendar = Calendar(ZoneInfo("Europe/Brussels"), datetime.fromisoformat("2024-10-27T01:30:00Z"))
    assert write_moment(calendar.read_range("from 3 hours ago to now")[0]) == (
        "2024-10-27T00:00:00.000"
    )


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "last 0 days",
        "last 999999 years",
        "last fortnight",
        "from last month to now",
        "from to now",
        "2024-13-01",
        "2024-02-30",
        "1999999 days ago",
        "2024-01-01 - soon",
    ],
)
def test_what_is_no_date_is_refused_with_what_would_be(text: str) -> None:
    with pytest.raises(
        QueryError, match=r"Can't parse date: .*what is understood: today"
    ) as refused:
        BRUSSELS.read_range(text)
    assert (refused.value.code, refused.value.status) == ("DATE_INVALID", 400)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-01", "2024-01-01T00:00:00.000"),
        ("2024-01-01 10:20", "2024-01-01T10:20:00.000"),
        ("2024-01-01T10:20:30.1239", "2024-01-01T10:20:30.123"),
        ("2024-01-01T10:20:30Z", "2024-01-01T11:20:30.000"),
        ("2024-07-01t10:20:30+05:30", "2024-07-01T06:50:30.000"),
    ],
)
def test_a_moment_is_wall_clock_unless_it_names_a_zone(text: str, expected: str) -> None:
    assert write_moment(BRUSSELS.read_moment(text)) == expected


@pytest.mark.parametrize("text", ["2024-01", "2024-01-01T25:00", "0001-01-01T00:00+14", "today"])
def test_a_moment_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match="Can't parse date"):
        BRUSSELS.read_moment(text)


def test_ends_of_ranges_are_the_last_millisecond_of_a_day_and_exact_otherwise() -> None:
    assert write_moment(BRUSSELS.read_start("2024-01-01")) == "2024-01-01T00:00:00.000"
    assert write_moment(BRUSSELS.read_end("2024-01-01")) == "2024-01-01T23:59:59.999"
    assert write_moment(BRUSSELS.read_end("2024-01-01T12:00")) == "2024-01-01T12:00:00.000"


def test_months_end_with_their_last_day() -> None:
    january = datetime.fromisoformat("2024-01-31T12:00")
    assert add_months(january, 1) == datetime.fromisoformat("2024-02-29T12:00")
    assert add_months(january, -11) == datetime.fromisoformat("2023-02-28T12:00")
    assert start_of("quarter", january) == datetime.fromisoformat("2024-01-01")
    assert write_moment(end_of("quarter", january)) == "2024-03-31T23:59:59.999"
    with pytest.raises(OverflowError):
        add_months(january, 12 * 9_000)


def test_now_is_an_instant() -> None:
    assert utc_now().utcoffset() is not None
