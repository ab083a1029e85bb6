"""Wall clocks, granularities and intervals as a person would reckon them."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from semantic.spec.dimensions import Dimension

_PART = re.compile(r"(-?\d+)\s+(second|minute|hour|day|week|month|quarter|year)s?")


@dataclass(frozen=True)
class Interval:
    months: int
    length: timedelta

    def times(self, number: int) -> "Interval":
        return Interval(self.months * number, self.length * number)


def read_interval(text: str) -> Interval:
    months, length = 0, timedelta()
    for number_text, unit in _PART.findall(text):
        number = int(number_text)
        if unit in ("month", "quarter", "year"):
            months += number * {"month": 1, "quarter": 3, "year": 12}[unit]
        else:
            length += timedelta(**{f"{unit}s": number})
    return Interval(months, length)


def move(moment: datetime, interval: Interval) -> datetime:
    """Add months first, keeping the day where the month has it, and then the rest."""
    month_index = moment.year * 12 + moment.month - 1 + interval.months
    year, month = divmod(month_index, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day) + interval.length


def wall_clock(value: date | datetime | None, timezone: str) -> datetime | None:
    """Show an instant in UTC as the clock on the wall shows it; a day is the same everywhere."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a wall clock
    return value.replace(tzinfo=UTC).astimezone(ZoneInfo(timezone)).replace(tzinfo=None)


def bucket_of(moment: datetime, dimension: Dimension, granularity: str) -> datetime:
    """Return the start of the period that holds a moment."""
    own = next((one for one in dimension.granularities if one.name == granularity), None)
    if own is None:
        return _truncate(moment, granularity)
    assert own.interval is not None
    step = read_interval(own.interval)
    origin = datetime.fromisoformat(own.origin) if own.origin else datetime(2000, 1, 1)  # noqa: DTZ001 - a wall clock
    if own.offset:
        origin = move(origin, read_interval(own.offset))
    number = 0
    while move(origin, step.times(number)) > moment:
        number -= 1
    while move(origin, step.times(number + 1)) <= moment:
        number += 1
    return move(origin, step.times(number))


def next_bucket(start: datetime, dimension: Dimension, granularity: str) -> datetime:
    """Return the start of the period after the one that starts then."""
    own = next((one for one in dimension.granularities if one.name == granularity), None)
    interval = own.interval if own is not None else f"1 {granularity}"
    assert interval is not None
    return move(start, read_interval(interval))


def _truncate(moment: datetime, granularity: str) -> datetime:
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = {
        "second": moment.replace(microsecond=0),
        "minute": moment.replace(second=0, microsecond=0),
        "hour": moment.replace(minute=0, second=0, microsecond=0),
        "day": midnight,
        "week": midnight - timedelta(days=moment.weekday()),
        "month": midnight.replace(day=1),
        "quarter": midnight.replace(month=(moment.month - 1) // 3 * 3 + 1, day=1),
        "year": midnight.replace(month=1, day=1),
    }
    return starts[granularity]
