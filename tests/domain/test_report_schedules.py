"""When reports are due, on the clock of a club, and to whom they may be sent."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.report_schedules import (
    Cadence,
    ReportSchedule,
    check_schedule,
    is_allowed,
    next_due,
)
from app.domain.validation import Check

NOBODY = UUID(int=0)
START = datetime(2026, 1, 1, tzinfo=UTC)


def scheduled(
    cadence: Cadence = Cadence.DAILY,
    minute: int = 7 * 60,
    *,
    weekday: int | None = None,
    day: int | None = None,
    zone: str = "Europe/Brussels",
) -> ReportSchedule:
    return ReportSchedule(
        id=NOBODY,
        report_key="sales_by_season",
        title="Sales",
        parameters={},
        language="en",
        format="csv",
        cadence=cadence,
        weekday=weekday,
        day_of_month=day,
        minute_of_day=minute,
        time_zone=zone,
        recipients=("an@club.example",),
        owner="token:1",
        owner_token_id=NOBODY,
        is_active=True,
        next_due_at=START,
        version=1,
        created_at=START,
        updated_at=START,
    )


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("schedule", "after", "due"),
    [
        (scheduled(), "2026-03-27T05:59:59Z", "2026-03-27T06:00:00Z"),
        (scheduled(), "2026-03-27T06:00:00Z", "2026-03-28T06:00:00Z"),
        # The clock goes forward in the night to the 29th: seven o'clock comes an hour earlier.
        (scheduled(), "2026-03-28T07:00:00Z", "2026-03-29T05:00:00Z"),
        # Half past two is not there that night, and comes when the clock is read as before.
        (scheduled(minute=150), "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),
        # And there are two of it in autumn, of which the first counts.
        (scheduled(minute=150), "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"),
        (scheduled(minute=150), "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
        (scheduled(Cadence.WEEKLY, weekday=1), "2026-11-23T06:00:00Z", "2026-11-30T06:00:00Z"),
        (scheduled(Cadence.MONTHLY, day=31), "2026-02-01T00:00:00Z", "2026-02-28T06:00:00Z"),
        (scheduled(Cadence.MONTHLY, day=1), "2026-12-01T06:00:00Z", "2027-01-01T06:00:00Z"),
        (scheduled(minute=0, zone="Pacific/Auckland"), "2026-06-30T12:00:00Z", "2026-07-01T12:00Z"),
    ],
)
def test_a_schedule_is_due_on_the_clock_of_its_zone(
    schedule: ReportSchedule, after: str, due: str
) -> None:
    assert next_due(schedule, at(after)) == at(due)


@given(
    cadence=st.sampled_from(Cadence),
    number=st.integers(1, 7),
    minute=st.integers(0, 1439),
    zone=st.sampled_from(["UTC", "Europe/Brussels", "America/New_York", "Asia/Kolkata"]),
    hours=st.integers(0, 40_000),
)
def test_the_next_time_lies_ahead_and_none_lies_between(
    cadence: Cadence, number: int, minute: int, zone: str, hours: int
) -> None:
    weekday = number if cadence is Cadence.WEEKLY else None
    day = number if cadence is Cadence.MONTHLY else None
    schedule = scheduled(cadence, minute, weekday=weekday, day=day, zone=zone)
    after = START + timedelta(hours=hours)
    due = next_due(schedule, after)
    assert after < due <= after + timedelta(days=32)
    assert next_due(schedule, due - timedelta(seconds=1)) == due
    local = due.astimezone(ZoneInfo(zone))
    assert weekday in (None, local.isoweekday())
    assert day in (None, local.day)


def test_a_club_lets_reports_be_sent_to_addresses_and_domains() -> None:
    patterns = {"an@home.example", "@club.example"}
    assert is_allowed("An@Home.example", patterns)
    assert is_allowed("jef@club.example", patterns)
    assert not is_allowed("jef@home.example", patterns)
    assert not is_allowed("jef@evil.club.example", patterns)
    assert not is_allowed("jef@club.example@evil.example", patterns)


def test_a_sound_schedule_is_not_refused() -> None:
    check = Check()
    check_schedule(scheduled(), {"@club.example"}, check)
    assert check.violations == []
