"""Intervals and granularities: from Cube's words to months and seconds, and to expressions."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from semantic.plan.expressions import Bucketed, Cast, Localised, Truncated
from semantic.query.query import QueryError
from semantic.spec.dimensions import PREDEFINED_GRANULARITIES

if TYPE_CHECKING:
    from semantic.plan.expressions import Expression
    from semantic.spec.dimensions import Granularity

_PART = re.compile(r"([+-]?\d+)\s+(second|minute|hour|day|week|month|quarter|year)s?")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_ORIGIN = datetime(2000, 1, 1)  # noqa: DTZ001 - a wall clock, in whichever zone the query has
_MONDAY = datetime(2000, 1, 3)  # noqa: DTZ001 - same; the weeks of ISO 8601 begin on Mondays

Interval = tuple[int, int]
"""Months and seconds."""


def read_interval(text: str) -> Interval:
    """Read an interval such as `1 month` or `2 days 3 hours`; units may be plural.

    Raises:
        QueryError: it is none, `MODEL_UNSUPPORTED`.
    """
    rest = _PART.sub("", text).strip()
    parts = _PART.findall(text)
    if rest or not parts:
        message = f"'{text}' is no interval; write numbers with units, such as '1 month'"
        raise unsupported(message)
    months = sum(int(number) * _MONTHS.get(unit, 0) for number, unit in parts)
    seconds = sum(int(number) * _SECONDS.get(unit, 0) for number, unit in parts)
    return months, seconds


def step_of(granularity: str) -> Interval:
    """Return how long a period of a predefined granularity is."""
    return _MONTHS.get(granularity, 0), _SECONDS.get(granularity, 0)


def unsupported(message: str) -> QueryError:
    """Build the error for what a model says and this compiler does not execute."""
    return QueryError(message, code="MODEL_UNSUPPORTED")


def local(expression: Expression, type_: str, timezone: str) -> Expression:
    """Show an instant as wall clock of a zone; a date stays the date it is."""
    if type_ == "DATE":
        return Cast(expression, "TIMESTAMP")
    return expression if timezone == "UTC" else Localised(expression, timezone)


def truncate(clock: Expression, granularity: Granularity | str) -> Expression:
    """Return the beginning of the period in which a wall clock lies."""
    if isinstance(granularity, str):
        return Truncated(clock, granularity)
    months, seconds, origin = bucket_of(granularity)
    return Bucketed(clock, months, seconds, origin.isoformat())


def bucket_of(granularity: Granularity) -> tuple[int, int, datetime]:
    """Return months, seconds and origin of a granularity that a model declares by an interval."""
    text = granularity.interval or ""
    months, seconds = read_interval(text)
    if min(months, seconds) < 0 or (months > 0) == (seconds > 0):
        message = f"granularity '{granularity.name}': '{text}' must be either months or days"
        raise unsupported(message)
    if granularity.origin is not None:
        return months, seconds, datetime.fromisoformat(granularity.origin).replace(tzinfo=None)
    origin = _MONDAY if seconds and seconds % _SECONDS["week"] == 0 else _ORIGIN
    if granularity.offset is not None:
        by_months, by_seconds = read_interval(granularity.offset)
        origin = add_interval(origin, by_months, by_seconds)
    return months, seconds, origin


def add_interval(moment: datetime, months: int, seconds: int) -> datetime:
    """Move a wall clock by months, keeping to the end of shorter ones, and then by seconds."""
    month = moment.year * 12 + moment.month - 1 + months
    day = moment.day
    while True:
        try:
            moved = moment.replace(year=month // 12, month=month % 12 + 1, day=day)
        except ValueError:
            day -= 1
        else:
            return moved + timedelta(seconds=seconds)


def begin(moment: datetime, granularity: Granularity | str) -> datetime:
    """Return the beginning of the period in which a moment lies, as SQL would compute it."""
    if isinstance(granularity, str):
        return _begin_predefined(moment, granularity)
    months, seconds, origin = bucket_of(granularity)
    if seconds:
        return origin + (moment - origin) // timedelta(seconds=seconds) * timedelta(seconds=seconds)
    between = (moment.year - origin.year) * 12 + moment.month - origin.month
    found = add_interval(origin, between // months * months, 0)
    return found if found <= moment else add_interval(origin, (between // months - 1) * months, 0)


def _begin_predefined(moment: datetime, granularity: str) -> datetime:
    if granularity == "week":
        moment -= timedelta(days=moment.weekday())
    if granularity == "quarter":
        moment = moment.replace(month=(moment.month - 1) // 3 * 3 + 1)
    fields = {"microsecond": 0}
    finest = ("second", "minute", "hour")
    for name in finest:
        if PREDEFINED_GRANULARITIES.index(granularity) > PREDEFINED_GRANULARITIES.index(name):
            fields[name] = 0
    if granularity in ("month", "quarter", "year"):
        fields["day"] = 1
    if granularity == "year":
        fields["month"] = 1
    return moment.replace(**fields)  # type: ignore[arg-type]  # the names above are all of int
