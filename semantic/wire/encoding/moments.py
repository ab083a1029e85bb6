"""Days and times as text: from tables for the years that occur, one by one for all others."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from semantic.wire.encoding.cells import binaries, by_unique

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import numpy.typing as npt

    from semantic.wire.encoding.cells import Part

    Integers = npt.NDArray[Any]

DAY = 86_400
SECOND = 1_000_000
INFINITE_DAY = 2**31 - 1
INFINITE_MOMENT = 2**63 - 1
"""Infinity as the engine has it; what lies before all is the same below zero."""
_DAY_MICROS = DAY * SECOND
_EPOCH = date(1970, 1, 1)
_FIRST, _LAST = (date(1900, 1, 1) - _EPOCH).days, (date(2100, 1, 1) - _EPOCH).days
"""The days whose texts are kept in a table, the last not included."""
_ORDINAL = _EPOCH.toordinal()
_ERA_DAYS, _ERA_YEARS = 146_097, 400
"""After so many years the calendar begins anew."""
_QUARTER = 900
"""Offsets of time zones are looked up for stretches of so many seconds."""


def write_day(day: int) -> str:
    """Write a day since 1970 as a date of any age."""
    if abs(day) == INFINITE_DAY:
        return "infinity" if day > 0 else "-infinity"
    return "".join(_write_date(day))


def write_moment(micros: int, offset: str = "") -> str:
    """Write microseconds since 1970 as a date of any age with its time and offset."""
    if abs(micros) == INFINITE_MOMENT:
        return "infinity" if micros > 0 else "-infinity"
    day, within = divmod(micros, _DAY_MICROS)
    shown, era = _write_date(day)
    return f"{shown} {write_time(within)}{offset}{era}"


def write_time(micros: int) -> str:
    """Write microseconds of a day, without zeros at the end."""
    second, rest = divmod(micros, SECOND)
    return write_clock(second) + (f".{rest:06}".rstrip("0") if rest else "")


def write_clock(second: int) -> str:
    """Write a second of a day, or of more hours than a day has."""
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def write_offset(seconds: int) -> str:
    """Write an offset from UTC, no longer than it has to be."""
    hours, rest = divmod(abs(seconds), 3600)
    minutes = f":{rest // 60:02}" if rest else ""
    odd = f":{rest % 60:02}" if rest % 60 else ""
    return f"{'-' if seconds < 0 else '+'}{hours:02}{minutes}{odd}"


def write_days(days: Integers) -> tuple[Part, ...]:
    """Write days since 1970 as dates."""
    if _are_kept(days):
        return (_days().take(days - _FIRST),)
    return (by_unique(days, lambda day: write_day(int(day)).encode()),)


def write_times(micros: Integers) -> tuple[Part, ...]:
    """Write microseconds of a day as times."""
    seconds = micros // SECOND
    return (_clocks().take(seconds), *_fractions(micros - seconds * SECOND))


def write_moments(micros: Integers) -> tuple[Part, ...]:
    """Write microseconds since 1970 as dates with times."""
    return _kept_moments(micros) or (
        by_unique(micros, lambda one: write_moment(int(one)).encode()),
    )


def write_instants(micros: Integers, zone: ZoneInfo) -> tuple[Part, ...]:
    """Write microseconds since 1970 in UTC as dates with times of a zone and their offsets."""
    is_finite = np.abs(micros) != INFINITE_MOMENT
    ahead = np.where(is_finite, _offsets(np.where(is_finite, micros, 0), zone), 0)
    local = micros + ahead * SECOND
    different, places = np.unique(ahead, return_inverse=True)
    texts = [write_offset(int(one)) for one in different]
    kept = _kept_moments(local)
    if kept is not None:
        return *kept, pa.array(texts, pa.binary()).take(pa.array(places))
    rows = zip(local.tolist(), places.tolist(), strict=True)
    written = [write_moment(moment, texts[place]).encode() for moment, place in rows]
    return (pa.array(written, pa.binary()),)


@cache
def _days() -> Integers:
    shown = [write_day(day).encode() for day in range(_FIRST, _LAST)]
    return np.array(shown, "S10").view("V10")


@cache
def _clocks() -> Integers:
    """Write every second of a day, and its end."""
    shown = [write_clock(second).encode() for second in range(DAY + 1)]
    return np.array(shown, "S8").view("V8")


def _are_kept(days: Integers) -> bool:
    return bool(((days >= _FIRST) & (days < _LAST)).all())


def _kept_moments(micros: Integers) -> tuple[Part, ...] | None:
    """Write moments from the tables; None where one of them lies outside."""
    days = micros // _DAY_MICROS
    if not _are_kept(days):
        return None
    within = micros - days * _DAY_MICROS
    return _days().take(days - _FIRST), np.array(b" ", "S1"), *write_times(within)


def _write_date(day: int) -> tuple[str, str]:
    """Write a date, and the era behind it."""
    era, rest = divmod(day + _ORDINAL - 1, _ERA_DAYS)
    found = date.fromordinal(rest + 1)
    year = found.year + era * _ERA_YEARS
    shown, behind = (year, "") if year > 0 else (1 - year, " BC")
    return f"{shown:04}-{found.month:02}-{found.day:02}", behind


def _fractions(rest: Integers) -> tuple[Part, ...]:
    """Write what of each second has passed, without zeros at the end; nothing where it is none."""
    if not rest.any():
        return ()
    digits = np.empty((len(rest), 7), np.uint8)
    digits[:, 0] = ord(".")
    left = rest
    for place in range(6, 0, -1):
        left, digit = np.divmod(left, 10)
        digits[:, place] = digit + ord("0")
    zeros = (digits[:, ::-1] == ord("0")).argmin(axis=1)
    widths = np.where(rest == 0, 0, 7 - zeros)
    offsets = np.concatenate([[0], np.cumsum(widths)])
    return (binaries(offsets, digits[np.arange(7) < widths[:, None]]),)


def _offsets(micros: Integers, zone: ZoneInfo) -> Integers:
    """Return by how many seconds the clocks of a zone are ahead of UTC at instants."""
    seconds = np.floor_divide(micros, SECOND)
    stretches, places = np.unique(np.floor_divide(seconds, _QUARTER), return_inverse=True)
    firsts = [_offset(int(one) * _QUARTER, zone) for one in stretches]
    lasts = [_offset(int(one) * _QUARTER + _QUARTER - 1, zone) for one in stretches]
    found = np.array(firsts, np.int64)[places]
    for row in np.flatnonzero(np.not_equal(firsts, lasts)[places]):
        found[row] = _offset(int(seconds[row]), zone)
    return found


def _offset(second: int, zone: ZoneInfo) -> int:
    """Return the offset of a zone at a second.

    Before the years that Python knows it is that of the first, after them that of a year with the
    same days.
    """
    day, within = divmod(second, DAY)
    first, last = date(2, 1, 1) - _EPOCH, date(9999, 1, 1) - _EPOCH
    day = max(day, first.days)
    if day > last.days:
        day = last.days - (last.days - day) % _ERA_DAYS
    found = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(day, within)).astimezone(zone).utcoffset()
    return 0 if found is None else int(found.total_seconds())
