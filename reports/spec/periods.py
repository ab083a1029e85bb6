"""Ranges of days as texts, relative to today as Cube has them, turned into days.

Weeks begin on Monday. `last` and `next` with a number leave the current period out.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

Span = tuple[date, date]
"""The first and the last day, both included."""

_UNIT = r"(day|week|month|quarter|year)s?"
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}
_NAMED = {"today": 0, "yesterday": -1, "tomorrow": 1}
FORMS = (
    "write two days, as in [2026-07-01, 2027-06-30], or a text: today, yesterday, tomorrow, "
    "this|last|next day|week|month|quarter|year, last|next 3 months, 30 days ago, "
    "from 30 days ago to today"
)


def is_day(text: object) -> bool:
    """Tell whether something is a day of the calendar, `YYYY-MM-DD`."""
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def resolve(given: str | tuple[str, str], today: date) -> Span | None:
    """Turn a range into days; None where it says none."""
    if not isinstance(given, str):
        first, last = given
        return (date.fromisoformat(first), date.fromisoformat(last)) if _are_days(given) else None
    words = " ".join(given.lower().split())
    try:
        for pattern, read in _READERS:
            match = pattern.fullmatch(words)
            if match is not None:
                return read(match, today)
    except (ValueError, OverflowError):
        return None
    return None


def _are_days(given: tuple[str, str]) -> bool:
    return all(map(is_day, given))


def start_of(unit: str, day: date) -> date:
    """Return the first day of the unit in which a day is."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit in _MONTHS:
        length = _MONTHS[unit]
        return day.replace(day=1, month=(day.month - 1) // length * length + 1)
    return day


def end_of(unit: str, day: date) -> date:
    """Return the last day of the unit in which a day is."""
    return moved(start_of(unit, day), 1, unit) - timedelta(days=1)


def moved(day: date, count: int, unit: str) -> date:
    """Move a day by units; a day that the month does not have becomes its last."""
    if unit in _DAYS:
        return day + timedelta(days=count * _DAYS[unit])
    years, month = divmod(day.month - 1 + count * _MONTHS[unit], 12)
    year = day.year + years
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def before(span: Span) -> tuple[Span, dict[str, int]]:
    """Return the period of the same length that ends before a range, and how far that is.

    A range of whole months has whole months before it; any other has as many days.
    """
    first, last = span
    after = last + timedelta(days=1)
    if first.day == 1 and after.day == 1:
        count = (after.year - first.year) * 12 + after.month - first.month
        return (moved(first, -count, "month"), first - timedelta(days=1)), {"months": count}
    count = (after - first).days
    return (first - timedelta(days=count), first - timedelta(days=1)), {"days": count}


def year_before(span: Span) -> tuple[Span, dict[str, int]]:
    """Return the same range a year earlier, and how far that is.

    The last day of a month stays one, so that February is compared with all of February.
    """
    first, last = span
    end = moved(last, -1, "year")
    if last == end_of("month", last):
        end = end_of("month", end)
    return (moved(first, -1, "year"), end), {"months": 12}


def _this(match: re.Match[str], today: date) -> Span:
    day = moved(today, {"this": 0, "last": -1, "next": 1}[match[1]], match[2])
    return start_of(match[2], day), end_of(match[2], day)


def _several(match: re.Match[str], today: date) -> Span:
    count, unit = int(match[2]), match[3]
    if count == 0:
        raise ValueError
    first, last = (-count, -1) if match[1] == "last" else (1, count)
    return start_of(unit, moved(today, first, unit)), end_of(unit, moved(today, last, unit))


def _point(match: re.Match[str], today: date) -> Span:
    day = _read_point(match[0], today)
    return day, day


def _between(match: re.Match[str], today: date) -> Span:
    return _read_point(match[1], today), _read_point(match[2], today)


def _read_point(words: str, today: date) -> date:
    if words in _NAMED:
        return today + timedelta(days=_NAMED[words])
    match = _DISTANCE.fullmatch(words)
    if match is None:
        return date.fromisoformat(words)
    count = int(match[1])
    return moved(today, -count if match[3] == "ago" else count, match[2])


_DISTANCE = re.compile(rf"(\d{{1,5}}) {_UNIT} (ago|from now)")
_POINT = rf"\d{{4}}-\d{{2}}-\d{{2}}|today|yesterday|tomorrow|(?:{_DISTANCE.pattern})"
_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Span]], ...] = (
    (re.compile(rf"(this|last|next) {_UNIT}"), _this),
    (re.compile(rf"(last|next) (\d{{1,5}}) {_UNIT}"), _several),
    (re.compile(_POINT), _point),
    (re.compile(r"from (.+) to (.+)"), _between),
)
