"""Days and instants as text: `2026-11-01`, `2026-11-01T18:30:00Z`."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.transfers.mapping.faults import ExpressionError, shown

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_PART = re.compile(r"\[(?P<as_is>[^\]]*)\]|(?P<part>[A-Za-z]+)|(?P<other>[^A-Za-z\[]+|\[)")
_PARTS = {
    "YYYY": "%Y",
    "YY": "%y",
    "MM": "%m",
    "DD": "%d",
    "HH": "%H",
    "mm": "%M",
    "ss": "%S",
}
UNITS = ("days", "weeks", "months", "years")
_MOST = 100_000
_MONTHS = 12


def day_of(value: object, place: str) -> date:
    """Read a day, or the day of an instant where it is written with one."""
    moment = moment_of(value, place)
    return moment.date() if isinstance(moment, datetime) else moment


def moment_of(value: object, place: str) -> date | datetime:
    """Read a day, or an instant with its offset."""
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            return date.fromisoformat(value)
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            return datetime.fromisoformat(value)
    except ValueError:
        pass
    right = "write a day as 2026-11-01, an instant as 2026-11-01T18:30:00Z"
    raise ExpressionError(f"{place} got {shown(value)}, which is not a day", right)


def added(day: date, count: int, unit: str) -> date:
    """Return the day that is so many units later, earlier if negative; months end where they end.

    A month after the 31st of January is the last day of February.
    """
    if abs(count) > _MOST:
        raise ExpressionError(f"date_add got {shown(count)} {unit}", f"at most {_MOST} {unit}")
    try:
        if unit == "days":
            return day + timedelta(days=count)
        if unit == "weeks":
            return day + timedelta(weeks=count)
        months = count * (_MONTHS if unit == "years" else 1) + day.year * _MONTHS + day.month - 1
        year, month = divmod(months, _MONTHS)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last))
    except (OverflowError, ValueError, calendar.IllegalMonthError) as error:
        wrong = f"{day} and {count} {unit} is outside the years 1 to 9999"
        raise ExpressionError(wrong) from error


def zone_of(name: object) -> ZoneInfo:
    """Return a time zone by its name."""
    try:
        return ZoneInfo(str(name))
    except (OSError, ValueError, KeyError) as error:
        wrong = f"{shown(name)} is not a time zone"
        raise ExpressionError(wrong, "write one such as 'Europe/Brussels'") from error


def formatted(moment: date | datetime, pattern: str, zone: ZoneInfo | None) -> str:
    """Write a day or an instant by a pattern such as `DD/MM/YYYY HH:mm`.

    An instant is shown in the zone, else in UTC; a day has no time, and no zone.
    """
    directives = directives_of(pattern)
    if isinstance(moment, datetime):
        try:
            moment = moment.astimezone(zone or UTC)
        except OverflowError as error:
            raise ExpressionError(f"{moment} is outside the years 1 to 9999") from error
    elif any(one in {"%H", "%M", "%S"} for one in directives):
        right = "leave HH, mm and ss out, or give an instant"
        raise ExpressionError(f"{moment} is a day and has no time", right)
    # Python's %Y has no leading zeros before the year 1000.
    year = f"{moment.year:04}"
    texts = {"%Y": year, "%y": year[2:]}
    return "".join(
        texts.get(one) or (moment.strftime(one) if one[:1] == "%" else one[1:])
        for one in directives
    )


def directives_of(pattern: object) -> tuple[str, ...]:
    """Take a pattern apart: `%Y` and so on, or a text as it is after a `=`."""
    if not isinstance(pattern, str) or not pattern:
        raise ExpressionError(f"{shown(pattern)} is not a pattern", "write one such as DD/MM/YYYY")
    found: list[str] = []
    for part in _PART.finditer(pattern):
        if part["part"] is None:
            found.append("=" + (part["as_is"] if part["as_is"] is not None else part["other"]))
            continue
        found.extend(_runs(part["part"]))
    return tuple(found)


def _runs(letters: str) -> list[str]:
    """Take letters apart into parts of a date: YYYYMMDD is three of them."""
    found: list[str] = []
    rest = letters
    while rest:
        for name, directive in _PARTS.items():
            if rest.startswith(name):
                found.append(directive)
                rest = rest[len(name) :]
                break
        else:
            wrong = f"{letters} is not known in a pattern of a date"
            right = f"use {', '.join(_PARTS)}, and put other letters in [ ]"
            raise ExpressionError(wrong, right)
    return found
