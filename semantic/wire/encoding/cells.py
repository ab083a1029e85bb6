"""Columns as bytes, and putting them side by side so that the whole is the stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

Part: TypeAlias = Any
"""Bytes for each row: a NumPy array of one width, of which a single value stands for all rows, or
an Arrow array of binaries without nulls, whose types nobody knows."""
WIDEST = 64
"""Up to so many bytes, values of one width are put together as such."""
_NOTHING = pa.scalar(b"", pa.binary())


@dataclass(frozen=True, slots=True)
class Cells:
    """What a column has in each row: the bytes of its parts one after the other.

    `nulls` is True where there is no value, and None where every row has one; parts are empty where
    it is True.
    """

    parts: tuple[Part, ...]
    nulls: npt.NDArray[np.bool_] | None = None

    def lengths(self) -> npt.NDArray[np.int64] | int:
        """Return how many bytes it has in each row, one number where it has as many in all."""
        return sum(map(_lengths, self.parts))


def make_cells(parts: Sequence[Part], nulls: npt.NDArray[np.bool_] | None) -> Cells:
    """Make cells of parts, whatever these have where there is no value."""
    if nulls is None:
        settled = (_settle(part) for part in parts)
    else:
        settled = (_blank(part, nulls) for part in parts)
    return Cells(tuple(settled), nulls)


def nulls_of(column: pa.Array) -> npt.NDArray[np.bool_] | None:
    """Tell where a column has no value, None where it always has one."""
    if column.null_count == 0:
        return None
    found: npt.NDArray[np.bool_] = column.is_null().to_numpy(zero_copy_only=False)
    return found


def integers_of(column: pa.Array) -> npt.NDArray[np.int64]:
    """Return what a column of days, times or moments counts, 0 where there is no value."""
    width = column.type.bit_width
    counted = column.view(f"int{width}").fill_null(0).to_numpy()
    found: npt.NDArray[np.int64] = counted.astype(np.int64)
    return found


def join(count: int, parts: Sequence[Part]) -> pa.Array:
    """Put parts side by side for each row, as one Arrow array."""
    joined = _join(count, parts)
    return _varying(joined) if isinstance(joined, np.ndarray) else joined


def pack(count: int, parts: Sequence[Part]) -> memoryview:
    """Put parts side by side for each row, and the rows one after the other."""
    joined = _join(count, parts)
    if isinstance(joined, np.ndarray):
        return joined.view(np.uint8).data
    return bytes_of(joined)


def _join(count: int, parts: Sequence[Part]) -> Part:
    arrays: list[Part] = []
    fixed: list[npt.NDArray[Any]] = []
    for part in parts:
        if isinstance(part, np.ndarray):
            fixed.append(part)
            continue
        if fixed:
            arrays.append(_merge(count, fixed))
            fixed = []
        arrays.append(part)
    if fixed:
        arrays.append(_merge(count, fixed))
    if len(arrays) == 1:
        return arrays[0]
    held = [_varying(one) if isinstance(one, np.ndarray) else one for one in arrays]
    return pc.binary_join_element_wise(*held, _NOTHING)


def bytes_of(column: pa.Array) -> memoryview:
    """Return the values of a column of binaries one after the other."""
    offsets = offsets_of(column)
    data = column.buffers()[2]
    return memoryview(b"" if data is None else data)[offsets[0] : offsets[-1]]


def offsets_of(column: pa.Array) -> npt.NDArray[np.int32]:
    """Return where the values of a column of binaries begin, and where the last ends."""
    found = np.frombuffer(column.buffers()[1], np.int32)
    return found[column.offset : column.offset + len(column) + 1]


def binaries(offsets: npt.NDArray[Any], values: object) -> pa.Array:
    """Make an Arrow array of binaries of what is in one buffer."""
    held = pa.py_buffer(np.ascontiguousarray(offsets, np.int32))
    buffers = [None, held, pa.py_buffer(values)]
    return pa.Array.from_buffers(pa.binary(), len(offsets) - 1, buffers)


def spread(fixed: npt.NDArray[Any], shown: npt.NDArray[np.bool_]) -> pa.Array:
    """Keep the values of one width that are shown; the others become empty."""
    offsets = np.zeros(len(shown) + 1, np.int64)
    np.cumsum(shown * fixed.dtype.itemsize, out=offsets[1:])
    return binaries(offsets, np.ascontiguousarray(fixed[shown]).tobytes())


def by_unique(values: npt.NDArray[Any], write: Callable[[Any], bytes]) -> pa.Array:
    """Write each different value once, where writing is slow."""
    different, places = np.unique(values, return_inverse=True)
    return pa.array([write(one) for one in different], pa.binary()).take(pa.array(places))


def _lengths(part: Part) -> npt.NDArray[np.int64] | int:
    if isinstance(part, np.ndarray):
        return int(part.dtype.itemsize)
    lengths: npt.NDArray[np.int64] = np.diff(offsets_of(part)).astype(np.int64)
    return lengths


def _settle(part: Part) -> Part:
    """See values that are all equally long as an array of one width, without copying them."""
    if isinstance(part, np.ndarray) or len(part) == 0:
        return part
    offsets = offsets_of(part)
    width = int(offsets[1] - offsets[0])
    if not 0 < width <= WIDEST or not (np.diff(offsets) == width).all():
        return part
    return np.frombuffer(part.buffers()[2], f"V{width}", len(part), int(offsets[0]))


def _blank(part: Part, nulls: npt.NDArray[np.bool_]) -> pa.Array:
    """Empty a part where there is no value."""
    if isinstance(part, np.ndarray):
        return spread(np.broadcast_to(part, nulls.shape), ~nulls)
    if part.null_count:
        return part.fill_null(_NOTHING)
    return pc.if_else(pa.array(nulls), _NOTHING, part)


def _merge(count: int, parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Put values of one width side by side."""
    parts = [part.view(part.dtype.newbyteorder("=")) for part in parts]  # copied, not swapped
    merged = np.empty(count, [(f"f{place}", part.dtype) for place, part in enumerate(parts)])
    for place, part in enumerate(parts):
        merged[f"f{place}"] = part
    return merged


def _varying(fixed: npt.NDArray[Any]) -> pa.Array:
    width = fixed.dtype.itemsize
    return binaries(np.arange(len(fixed) + 1) * width, fixed.view(np.uint8))
