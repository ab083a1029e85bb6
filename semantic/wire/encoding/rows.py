"""Answers as DataRow messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from semantic.wire.contracts import BINARY
from semantic.wire.encoding.binary import prefix_of, send_cells
from semantic.wire.encoding.canonical import is_known
from semantic.wire.encoding.cells import pack
from semantic.wire.encoding.text import write_cells
from semantic.wire.encoding.types import EncodingError, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa

    from semantic.wire.contracts import Encoder, WireColumn
    from semantic.wire.encoding.cells import Cells, Part

PART_BYTES = 2**26
"""So many bytes of an answer are encoded at a time; Arrow cannot hold more than 2 GB together."""
_TAG = np.array(b"D", "S1")
_HEAD_BYTES, _LENGTH_BYTES = 6, 4


@dataclass(frozen=True, slots=True)
class RowEncoder:
    """Encodes batches whose columns are those that were described, in their order."""

    columns: tuple[WireColumn, ...]
    zone: ZoneInfo

    def rows(self, batch: pa.RecordBatch) -> bytes | memoryview:
        """Return one DataRow after the other."""
        return in_parts(batch, self._rows)

    def _rows(self, batch: pa.RecordBatch) -> memoryview:
        cells = encode_columns(batch, self.columns, self.zone)
        lengths = sum((one.lengths() for one in cells), _HEAD_BYTES + _LENGTH_BYTES * len(cells))
        parts: list[Part] = [
            _TAG,
            np.asarray(lengths, ">i4"),
            np.array(len(cells), ">i2"),
        ]
        for one in cells:
            parts.extend((prefix_of(one), *one.parts))
        return pack(batch.num_rows, parts)


def encoder(columns: Sequence[WireColumn], timezone: str = "UTC") -> Encoder:
    """Return what encodes answers with these columns; `timezone` is that of the session.

    Raises:
        EncodingError: a type that cannot be sent.
    """
    check_types(columns)
    return RowEncoder(tuple(columns), ZoneInfo(timezone))


def check_types(columns: Sequence[WireColumn]) -> None:
    """Refuse what has no encoding.

    Raises:
        EncodingError: it names the column.
    """
    for one in columns:
        if not is_known(one.type_oid):
            message = f'column "{one.name}" has {name_of(one.type_oid)}, which is not sent; cast it'
            raise EncodingError(message, "0A000")


def encode_columns(
    batch: pa.RecordBatch, columns: Sequence[WireColumn], zone: ZoneInfo
) -> list[Cells]:
    """Encode every column in its format.

    Raises:
        EncodingError: values that are not of their type; it names the column.
    """
    found = []
    for described, column in zip(columns, batch.columns, strict=True):
        try:
            if described.format == BINARY:
                found.append(send_cells(column, described.type_oid))
            else:
                found.append(write_cells(column, described.type_oid, zone))
        except EncodingError as error:
            message = f'column "{described.name}": {error.message}'
            raise EncodingError(message, error.sqlstate) from error
    return found


def in_parts(
    batch: pa.RecordBatch, encode: Callable[[pa.RecordBatch], memoryview]
) -> bytes | memoryview:
    """Encode a batch, a large one in parts."""
    parts = list(_split(batch))
    if len(parts) == 1:
        return encode(batch)
    return b"".join(map(encode, parts))


def _split(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    if batch.nbytes <= PART_BYTES or batch.num_rows <= 1:
        yield batch
        return
    half = batch.num_rows // 2
    yield from _split(batch.slice(0, half))
    yield from _split(batch.slice(half))
