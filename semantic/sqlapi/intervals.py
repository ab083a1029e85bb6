"""Intervals as PostgreSQL writes them: months, days and time, which are kept apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from semantic.query.dates import add_months
from semantic.sqlapi.statements import INVALID_DATETIME, SqlError

_PARTS = re.compile(r"([+-]?\d+)\s*([a-z]+)|([+-])?(\d+):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?")
_MONTHS = {"mon": 1, "month": 1, "quarter": 3, "year": 12, "y": 12, "yr": 12}
_DAYS = {"day": 1, "d": 1, "week": 7, "w": 7}
_SECONDS = {
    "hour": 3600,
    "h": 3600,
    "hr": 3600,
    "minute": 60,
    "min": 60,
    "m": 60,
    "second": 1,
    "sec": 1,
    "s": 1,
}
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A distance in time."""

    months: int = 0
    days: int = 0
    microseconds: int = 0

    @property
    def sql(self) -> str:
        """Write it for DuckDB."""
        parts = f"{self.months} months {self.days} days {self.microseconds} microseconds"
        return f"INTERVAL '{parts}'"

    def negated(self) -> Interval:
        """Return the same distance the other way."""
        return Interval(-self.months, -self.days, -self.microseconds)

    def after(self, moment: date) -> datetime:
        """Return the moment so much later; months first, kept to the end of shorter ones.

        Raises:
            OverflowError: there is no such year.
        """
        clock = moment if isinstance(moment, datetime) else datetime.combine(moment, _MIDNIGHT)
        moved = add_months(clock, self.months)
        return moved + timedelta(days=self.days, microseconds=self.microseconds)


_MIDNIGHT = datetime.min.time()


def read_interval(text: str) -> Interval:
    """Read an interval such as `1 month`, `2 days 03:00:00` or `-1 week`.

    Raises:
        SqlError: it is none, or of a form that is not read here.
    """
    words = text.strip().lower()
    months = days = seconds = microseconds = 0
    for match in _PARTS.finditer(words):
        if match[1] is not None:
            count, unit = int(match[1]), match[2]
            unit = unit if unit in _SECONDS or unit in _DAYS else unit.removesuffix("s")
            if unit not in (*_MONTHS, *_DAYS, *_SECONDS):
                raise _refuse(text)
            months += count * _MONTHS.get(unit, 0)
            days += count * _DAYS.get(unit, 0)
            seconds += count * _SECONDS.get(unit, 0)
        else:
            sign = -1 if match[3] == "-" else 1
            clock = int(match[4]) * 3600 + int(match[5]) * 60 + int(match[6] or 0)
            seconds += sign * clock
            microseconds += sign * int((match[7] or "0").ljust(6, "0"))
    if _PARTS.sub("", words).strip() or not words:
        raise _refuse(text)
    return Interval(months, days, seconds * _MICROSECONDS + microseconds)


def _refuse(text: str) -> SqlError:
    message = f'invalid input syntax for type interval: "{text}"'
    return SqlError(message, INVALID_DATETIME, "write it as '1 month' or '2 days 03:00:00'")
