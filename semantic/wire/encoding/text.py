"""Columns in PostgreSQL's text format."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    offsets_of,
)
from semantic.wire.encoding.floats import write_floats
from semantic.wire.encoding.intervals import write_intervals
from semantic.wire.encoding.moments import write_days, write_instants, write_moments, write_times
from semantic.wire.encoding.numerics import write_integers, write_numbers
from semantic.wire.encoding.types import (
    BOOL,
    BYTEA,
    DATE,
    ELEMENTS,
    FLOAT4,
    FLOAT8,
    INTERVAL,
    NUMERIC,
    TEXTS,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UUID,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from semantic.wire.encoding.cells import Part

_TRUE, _FALSE = np.array(b"t", "S1"), np.array(b"f", "S1")
_OPEN, _CLOSE = np.array(b"{", "S1"), np.array(b"}", "S1")
QUOTED = r'^$|^(?i:null)$|[{},"\\\s\v]'
"""Elements of arrays that have to be quoted."""
_NOTHING, _QUOTE, _NULL = (pa.scalar(text, pa.binary()) for text in (b"", b'"', b"NULL"))
_HEX = np.array([f"{byte:02x}".encode() for byte in range(256)])


def write_cells(column: pa.Array, oid: int, zone: ZoneInfo) -> Cells:
    """Write a column as text; instants are shown in a zone.

    Raises:
        EncodingError: its values are no values of the type.
    """
    element = ELEMENTS.get(oid)
    if element is not None:
        return _write_arrays(column, element, zone)
    canonical = make_canonical(column, oid)
    return make_cells(_write(canonical, oid, zone), nulls_of(canonical))


def _write(column: pa.Array, oid: int, zone: ZoneInfo) -> tuple[Part, ...]:
    """Write a canonical column; what stands where there is no value does not matter."""
    if oid in TEXTS or oid == UUID:
        return (column,)
    if oid == TIMESTAMPTZ:
        return write_instants(integers_of(column), zone)
    write = _WRITERS.get(oid)
    return (write_integers(column),) if write is None else write(column)


def _write_booleans(column: pa.Array) -> tuple[Part, ...]:
    return (np.where(column.fill_null(False).to_numpy(zero_copy_only=False), _TRUE, _FALSE),)  # noqa: FBT003 - the value


def _write_bytes(column: pa.Array) -> tuple[Part, ...]:
    shown = column.fill_null(b"")
    digits = _HEX[np.frombuffer(bytes_of(shown), np.uint8)]
    offsets = offsets_of(shown).astype(np.int64)
    return np.array(b"\\x", "S2"), binaries((offsets - offsets[0]) * 2, digits.view(np.uint8))


_WRITERS: dict[int, Callable[[pa.Array], tuple[Part, ...]]] = {
    BOOL: _write_booleans,
    BYTEA: _write_bytes,
    FLOAT4: lambda column: (write_floats(column),),
    FLOAT8: lambda column: (write_floats(column),),
    NUMERIC: write_numbers,
    DATE: lambda column: write_days(integers_of(column)),
    TIME: lambda column: write_times(integers_of(column)),
    TIMESTAMP: lambda column: write_moments(integers_of(column)),
    INTERVAL: write_intervals,
}


def _write_arrays(column: pa.Array, element: int, zone: ZoneInfo) -> Cells:
    """Write arrays: elements between braces, quoted where they could be misread."""
    found = elements_of(column)
    cells = write_cells(found.values, element, zone)
    written = join(len(found.values), cells.parts)
    escaped = pc.replace_substring_regex(written, r'(["\\])', r"\\\1")
    quoted = pc.binary_join_element_wise(_QUOTE, escaped, _QUOTE, _NOTHING)
    is_quoted = pc.match_substring_regex(written, QUOTED)
    shown = pc.if_else(is_quoted, quoted, written)
    if cells.nulls is not None:
        shown = pc.if_else(pa.array(cells.nulls), _NULL, shown)
    lists = pc.binary_join(found.gather(shown), b",")
    return make_cells((_OPEN, lists, _CLOSE), found.nulls)
