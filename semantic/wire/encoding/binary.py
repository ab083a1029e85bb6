"""Columns in PostgreSQL's binary format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from semantic.wire.encoding.arrays import elements_of
from semantic.wire.encoding.canonical import make_canonical
from semantic.wire.encoding.cells import (
    Cells,
    binaries,
    bytes_of,
    integers_of,
    join,
    make_cells,
    nulls_of,
)
from semantic.wire.encoding.intervals import send_intervals
from semantic.wire.encoding.moments import DAY, INFINITE_DAY, INFINITE_MOMENT, SECOND
from semantic.wire.encoding.numerics import send_numbers
from semantic.wire.encoding.types import (
    BOOL,
    BYTEA,
    DATE,
    ELEMENTS,
    FLOAT4,
    FLOAT8,
    INT2,
    INT4,
    INT8,
    INTERVAL,
    JSONB,
    NUMERIC,
    OID,
    TEXTS,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UUID,
    EncodingError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from semantic.wire.encoding.arrays import Elements
    from semantic.wire.encoding.cells import Part

EPOCH_DAYS = 10_957
"""The days from 1970 to 2000, from which PostgreSQL counts."""
EPOCH_MICROS = EPOCH_DAYS * DAY * SECOND
NULL_LENGTH = -1
_DIMENSIONS = np.dtype(
    [("count", ">i4"), ("nulls", ">i4"), ("type", ">i4"), ("length", ">i4"), ("first", ">i4")]
)
_EMPTY_BYTES = 12
"""An empty array has neither length nor first index."""
_NUMBERS = {
    BOOL: "u1",
    INT2: ">i2",
    INT4: ">i4",
    INT8: ">i8",
    OID: ">u4",
    FLOAT4: ">f4",
    FLOAT8: ">f8",
}
_NO_UUID = b"00000000-0000-0000-0000-000000000000"
_NO_NIBBLE = 255
_NIBBLES = np.full(256, _NO_NIBBLE, np.uint8)
_NIBBLES[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)
_NIBBLES[np.frombuffer(b"ABCDEF", np.uint8)] = np.arange(10, 16)
_HYPHENS = (8, 13, 18, 23)


def send_cells(column: pa.Array, oid: int) -> Cells:
    """Write a column in binary.

    Raises:
        EncodingError: its values are no values of the type.
    """
    element = ELEMENTS.get(oid)
    if element is not None:
        return _send_arrays(column, element)
    canonical = make_canonical(column, oid)
    return make_cells(_send(canonical, oid), nulls_of(canonical))


def prefix_of(cells: Cells) -> npt.NDArray[Any]:
    """Return the length that stands before each cell, -1 where there is no value."""
    lengths = cells.lengths()
    if cells.nulls is not None:
        lengths = np.where(cells.nulls, NULL_LENGTH, lengths)
    return np.asarray(lengths, ">i4")


def _send(column: pa.Array, oid: int) -> tuple[Part, ...]:
    """Write a canonical column; what stands where there is no value does not matter."""
    if oid == JSONB:
        return np.array(b"\x01", "S1"), column
    if oid in TEXTS or oid == BYTEA:
        return (column,)
    if oid in _NUMBERS:
        held = column.cast(pa.uint8()) if oid == BOOL else column
        return (held.fill_null(0).to_numpy().astype(_NUMBERS[oid]),)
    return _SENDERS[oid](column)


def _send_days(column: pa.Array) -> tuple[Part, ...]:
    days = integers_of(column)
    return (_from_epoch(days, EPOCH_DAYS, INFINITE_DAY).astype(">i4"),)


def _send_moments(column: pa.Array) -> tuple[Part, ...]:
    micros = integers_of(column)
    return (_from_epoch(micros, EPOCH_MICROS, INFINITE_MOMENT).astype(">i8"),)


def _from_epoch(counted: npt.NDArray[np.int64], epoch: int, infinite: int) -> npt.NDArray[np.int64]:
    """Count from the year 2000; what lies before all is one less than what is below all."""
    shifted = np.where(counted == infinite, infinite, counted - epoch)
    return np.where(counted == -infinite, -infinite - 1, shifted)


def _send_uuids(column: pa.Array) -> tuple[Part, ...]:
    digits = np.frombuffer(bytes_of(column.fill_null(_NO_UUID)), np.uint8)
    if len(digits) != len(column) * len(_NO_UUID):
        raise _no_uuid()
    halves = _NIBBLES[np.delete(digits.reshape(-1, len(_NO_UUID)), _HYPHENS, axis=1)]
    if (halves == _NO_NIBBLE).any():
        raise _no_uuid()
    return (np.ascontiguousarray(halves[:, ::2] << 4 | halves[:, 1::2]).view("V16")[:, 0],)


def _no_uuid() -> EncodingError:
    return EncodingError("a text of the result is no UUID", "22P02")


_SENDERS: dict[int, Callable[[pa.Array], tuple[Part, ...]]] = {
    NUMERIC: send_numbers,
    DATE: _send_days,
    TIME: lambda column: (integers_of(column).astype(">i8"),),
    TIMESTAMP: _send_moments,
    TIMESTAMPTZ: _send_moments,
    INTERVAL: send_intervals,
    UUID: _send_uuids,
}


def _send_arrays(column: pa.Array, element: int) -> Cells:
    """Write arrays: dimensions, then the elements with a length before each."""
    found = elements_of(column)
    cells = send_cells(found.values, element)
    inner = join(len(found.values), (prefix_of(cells), *cells.parts))
    heads = np.empty(len(column), _DIMENSIONS)
    heads["count"] = found.counts > 0
    heads["nulls"] = _with_nulls(found, cells)
    heads["type"] = element
    heads["length"] = found.counts
    heads["first"] = 1
    widths = np.where(found.counts > 0, _DIMENSIONS.itemsize, _EMPTY_BYTES)
    shown = np.arange(_DIMENSIONS.itemsize) < widths[:, None]
    matrix = heads.view(np.uint8).reshape(-1, _DIMENSIONS.itemsize)
    written = binaries(np.concatenate([[0], np.cumsum(widths)]), matrix[shown])
    return make_cells((written, pc.binary_join(found.gather(inner), b"")), found.nulls)


def _with_nulls(found: Elements, cells: Cells) -> npt.NDArray[np.bool_] | bool:
    """Tell which arrays have an element without a value."""
    if cells.nulls is None:
        return False
    seen = np.concatenate([[0], np.cumsum(cells.nulls)])[found.ends()]
    return np.diff(seen) > 0
