"""Dates as queries write them, absolute or relative to now, as wall clock of a time zone.

Weeks begin on Monday. Ends of ranges are inclusive, to the millisecond. A date or time without a
zone is wall clock of the query's time zone; one with a zone is that instant, shown on that clock.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta
from typing import TYPE_CHECKING

from semantic.query.query import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

MILLISECOND = timedelta(milliseconds=1)
Range = tuple[datetime, datetime]
"""The first and the last instant of a range, wall clock."""

_UNIT = r"(second|minute|hour|day|week|month|quarter|year)s?"
_COUNT = r"(\d{1,6}|a|an|one)"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ABSOLUTE = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}(:?\d{2})?)?)?",
    re.IGNORECASE,
)
_CLOCK = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_NAMED_DAYS = {"now": 0, "today": 0, "yesterday": -1, "tomorrow": 1}
_FORMS = (
    "today, yesterday, tomorrow, this|last|next <unit>, last|next <N> <unit>, <N> <unit> ago, "
    "from <date> to <date>, or YYYY-MM-DD"
)


def refuse_date(text: str) -> QueryError:
    """Build the error for a date that is none."""
    message = f"Can't parse date: '{text}'; what is understood: {_FORMS}"
    return QueryError(message, code="DATE_INVALID", kind="")


def write_moment(moment: datetime) -> str:
    """Write wall clock as Cube does: to the millisecond, without a zone."""
    return moment.isoformat(timespec="milliseconds")


def is_absolute(text: str) -> bool:
    """Tell whether a text is a date or time of its own, not one relative to now."""
    return _ABSOLUTE.fullmatch(text) is not None


def is_day(text: str) -> bool:
    """Tell whether a text is a date without a time."""
    return _DAY.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Calendar:
    """Reads dates for one query: its time zone, and the instant that counts as now."""

    zone: ZoneInfo
    now: datetime

    def read_moment(self, text: str) -> datetime:
        """Read an absolute date or time; a date is its beginning.

        Raises:
            QueryError: DATE_INVALID.
        """
        if not is_absolute(text):
            raise refuse_date(text)
        try:
            moment = datetime.fromisoformat(text.upper())
            if moment.tzinfo is not None:
                moment = moment.astimezone(self.zone).replace(tzinfo=None)
        except (ValueError, OverflowError) as error:
            raise refuse_date(text) from error
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def read_start(self, text: str) -> datetime:
        """Read where a range begins: a date means its first instant."""
        return self.read_moment(text)

    def read_end(self, text: str) -> datetime:
        """Read where a range ends: a date means its last millisecond."""
        moment = self.read_moment(text)
        return end_of("day", moment) if is_day(text) else moment

    def read_range(self, text: str) -> Range:
        """Read a text that means a range, most often relative to now.

        Raises:
            QueryError: DATE_INVALID.
        """
        words = " ".join(text.lower().split())
        try:
            for pattern, read in _READERS:
                match = pattern.fullmatch(words)
                if match is not None:
                    return read(self, match)
        except OverflowError as error:
            raise refuse_date(text) from error
        raise refuse_date(text)

    def moved(self, count: int, unit: str) -> datetime:
        """Return the wall clock `count` units from now; before now where it is negative."""
        if unit in _CLOCK:
            return self._wall(self.now + count * _CLOCK[unit])
        wall = self._wall(self.now)
        if unit in _MONTHS:
            return add_months(wall, count * _MONTHS[unit])
        return wall + timedelta(days=count * (7 if unit == "week" else 1))

    def _wall(self, instant: datetime) -> datetime:
        return instant.astimezone(self.zone).replace(tzinfo=None)

    def _this(self, match: re.Match[str]) -> Range:
        """`this month`, `last week`, `next year`."""
        count = {"this": 0, "last": -1, "next": 1}[match[1]]
        moment = self.moved(count, match[2])
        return start_of(match[2], moment), end_of(match[2], moment)

    def _several(self, match: re.Match[str]) -> Range:
        """`last 3 months`: the three before the current one, which is not among them."""
        count, unit = int(match[2]), match[3]
        if count == 0:
            raise refuse_date(match[0])
        first, last = (-count, -1) if match[1] == "last" else (1, count)
        return start_of(unit, self.moved(first, unit)), end_of(unit, self.moved(last, unit))

    def _point(self, match: re.Match[str]) -> Range:
        """`yesterday`, `3 hours ago`, `2024-05-01`: the day, or the hour, in which that is."""
        exact = _exactness(match[0])
        moment = self._end_point(match[0])
        return start_of(exact, moment), end_of(exact, moment)

    def _between(self, match: re.Match[str]) -> Range:
        """`from 60 days ago to now`: whole days, unless a smaller unit is named anywhere."""
        exact = _exactness(match[0])
        first, last = self._end_point(match[1]), self._end_point(match[2])
        return start_of(exact, first), end_of(exact, last)

    def _end_point(self, words: str) -> datetime:
        """Read one end of `from … to …`."""
        if words in _NAMED_DAYS:
            return self.moved(_NAMED_DAYS[words], "day")
        match = _DISTANCE.fullmatch(words)
        if match is None:
            return self.read_moment(words.upper())
        count, unit = (match[1], match[2]) if match[1] else (match[4], match[5])
        number = int(count) if count.isdigit() else 1
        return self.moved(-number if match[3] == "ago" else number, unit)


_DISTANCE = re.compile(rf"{_COUNT} {_UNIT} (ago|from now)|in {_COUNT} {_UNIT}")
_POINT = rf"(?:{_ABSOLUTE.pattern})|now|today|yesterday|tomorrow|(?:{_DISTANCE.pattern})"
_READERS: tuple[tuple[re.Pattern[str], Callable[[Calendar, re.Match[str]], Range]], ...] = (
    (re.compile(rf"(this|last|next) {_UNIT}"), Calendar._this),  # noqa: SLF001 - a table of it
    (re.compile(rf"(last|next) (\d{{1,6}}) {_UNIT}"), Calendar._several),  # noqa: SLF001 - same
    (re.compile(_POINT, re.IGNORECASE), Calendar._point),  # noqa: SLF001 - same
    (re.compile(r"from (.+) to (.+)"), Calendar._between),  # noqa: SLF001 - same
    (re.compile(r"(\d{4}-\S+) (?:-|to) (\d{4}-\S+)"), Calendar._between),  # noqa: SLF001 - same
)


def _exactness(words: str) -> str:
    return next((unit for unit in _CLOCK if unit in words), "day")


def start_of(unit: str, moment: datetime) -> datetime:
    """Return the first instant of the unit in which a moment is."""
    if unit == "second":
        return moment.replace(microsecond=0)
    if unit == "minute":
        return moment.replace(second=0, microsecond=0)
    if unit == "hour":
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit in _MONTHS:
        length = _MONTHS[unit]
        return day.replace(day=1, month=(day.month - 1) // length * length + 1)
    return day


def end_of(unit: str, moment: datetime) -> datetime:
    """Return the last millisecond of the unit in which a moment is."""
    start = start_of(unit, moment)
    if unit in _MONTHS:
        return add_months(start, _MONTHS[unit]) - MILLISECOND
    if unit in _CLOCK:
        return start + _CLOCK[unit] - MILLISECOND
    return start + timedelta(days=7 if unit == "week" else 1) - MILLISECOND


def add_months(moment: datetime, count: int) -> datetime:
    """Add months; a day that the month does not have becomes its last."""
    years, month = divmod(moment.month - 1 + count, 12)
    year = moment.year + years
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError
    day = min(moment.day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def utc_now() -> datetime:
    """Return the instant that counts as now where nothing else is handed in."""
    return datetime.now(UTC)
