"""Intervals: months, days and a time, each of which may be negative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from semantic.wire.encoding.cells import by_unique
from semantic.wire.encoding.moments import write_time

if TYPE_CHECKING:
    import numpy.typing as npt
    import pyarrow as pa

    from semantic.wire.encoding.cells import Part

_HELD = np.dtype([("months", "<i4"), ("days", "<i4"), ("nanos", "<i8")])
_SENT = np.dtype([("micros", ">i8"), ("days", ">i4"), ("months", ">i4")])
_YEAR = 12
_MICRO = 1000


def write_intervals(column: pa.Array) -> tuple[Part, ...]:
    """Write a column of intervals as text."""
    return (by_unique(_held(column), lambda one: _write(*one.item()).encode()),)


def send_intervals(column: pa.Array) -> tuple[Part, ...]:
    """Write a column of intervals in binary."""
    held = _held(column)
    sent = np.empty(len(held), _SENT)
    sent["micros"] = held["nanos"] // _MICRO
    sent["days"] = held["days"]
    sent["months"] = held["months"]
    return (sent,)


def write_interval(months: int, days: int, micros: int) -> str:
    """Write an interval as PostgreSQL does where nothing else is set."""
    years, rest = divmod(abs(months), _YEAR)
    sign = -1 if months < 0 else 1
    text = ""
    for value, unit in ((years * sign, "year"), (rest * sign, "mon"), (days, "day")):
        if value:
            plus = "+" if _ends_negative(text) and value > 0 else ""
            text += f" {plus}{value} {unit}{'' if value == 1 else 's'}"
    if micros or not text:
        plus = "+" if _ends_negative(text) else ""
        text += f" {'-' if micros < 0 else plus}{write_time(abs(micros))}"
    return text[1:]


def _write(months: int, days: int, nanos: int) -> str:
    return write_interval(months, days, nanos // _MICRO)


def _ends_negative(text: str) -> bool:
    """Tell whether the part that was written last is negative."""
    parts = text.split()
    return bool(parts) and parts[-2].startswith("-")


def _held(column: pa.Array) -> npt.NDArray[Any]:
    held = np.frombuffer(column.buffers()[1], _HELD)
    return held[column.offset : column.offset + len(column)]
