"""Floating-point numbers as text: the shortest that reads back as the same, as PostgreSQL does."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from semantic.wire.encoding.cells import by_unique

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

_LOWEST = 1e-4
_HIGHEST = {np.dtype(np.float32): 1e6, np.dtype(np.float64): 1e15}
"""From here on PostgreSQL writes an exponent, and below the lowest."""
_ARROW_HIGHEST = 1e10
"""From here on Arrow does."""


def write_floats(column: pa.Array) -> pa.Array:
    """Write a column of floats or doubles as PostgreSQL writes its own."""
    return _write(column, write_float)


def write_plain(column: pa.Array) -> pa.Array:
    """Write a column of doubles as numeric is written: without exponents."""
    return _write(column, write_digits)


def write_float(value: np.floating[Any]) -> str:
    """Write a float or double as PostgreSQL writes its own."""
    if not np.isfinite(value):
        return _write_infinite(value)
    if value == 0 or _LOWEST <= abs(value) < _HIGHEST[value.dtype]:
        return np.format_float_positional(value, unique=True, trim="-")
    written = np.format_float_scientific(value, unique=True, trim="-", exp_digits=2)
    digits = sum(one.isdigit() for one in written.partition("e")[0])
    while _is_between(value, written):
        written = f"{float(value):.{digits}e}"
        digits += 1
    return written


def _is_between(value: np.floating[Any], written: str) -> bool:
    """Tell whether the shortest text lies exactly between two numbers.

    It reads back as this one then, yet PostgreSQL writes more digits. So few digits lie there
    only where numbers are further apart than by one.
    """
    exponent = int(np.frexp(value)[1]) - np.finfo(value.dtype).nmant - 1
    if exponent < 1:
        return False
    apart, exact = 2**exponent, abs(int(value))
    below = apart // 2 if exact & (exact - 1) == 0 else apart
    shown = abs(int(Decimal(written)))
    return 2 * shown in (2 * exact + apart, 2 * exact - below)


def _write(column: pa.Array, write: Callable[[Any], str]) -> pa.Array:
    """Write values fast where no exponent is near, and each different one by itself elsewhere."""
    values: npt.NDArray[Any] = column.fill_null(0).to_numpy()
    sizes = np.abs(values)
    highest = min(_HIGHEST[values.dtype], _ARROW_HIGHEST)
    is_usual = (sizes >= _LOWEST) & (sizes < highest)
    is_usual |= (sizes == 0) & ~np.signbit(values)
    written = column.cast(pa.string()).cast(pa.binary())
    if is_usual.all():
        return written
    unusual = by_unique(values[~is_usual], lambda one: write(one).encode())
    return pc.replace_with_mask(written, pa.array(~is_usual), unusual)


def write_digits(value: np.floating[Any]) -> str:
    """Write a double as numeric is written."""
    if not np.isfinite(value):
        return _write_infinite(value)
    if value == 0:
        return "0"
    return np.format_float_positional(value, unique=True, trim="-")


def _write_infinite(value: np.floating[Any]) -> str:
    if np.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
