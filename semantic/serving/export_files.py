"""The files that exports are: Arrow, Parquet and CSV, written piece by piece as rows come."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from semantic.wire.contracts import CopyForm, WireColumn
from semantic.wire.encoding import EncodingError, LineWriter, oid_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed import ReadableBuffer

GROUP_ROWS = 131_072
"""Rows of a Parquet file that are kept until they are written together."""


class ExportFile(Protocol):
    """A file that is being written. What each call returns follows what the one before did."""

    def rows(self, batch: pa.RecordBatch) -> bytes:
        """Return what rows add to the file."""
        ...

    def end(self) -> bytes:
        """Return what ends the file."""
        ...


class _Outbox(io.RawIOBase):
    """A file that only grows, of which what was written is taken away again and again."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: ReadableBuffer, /) -> int:
        held = bytes(part)
        self._parts.append(held)
        return len(held)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


class ArrowFile:
    """A stream of Arrow's, which is read batch by batch."""

    def __init__(self, schema: pa.Schema, _timezone: str) -> None:
        """Begin with the schema."""
        self._outbox = _Outbox()
        self._writer = pa.ipc.new_stream(self._outbox, schema)

    def rows(self, batch: pa.RecordBatch) -> bytes:
        """Return what rows add to the file."""
        self._writer.write_batch(batch)
        return self._outbox.take()

    def end(self) -> bytes:
        """Return what ends the file."""
        self._writer.close()
        return self._outbox.take()


class ParquetFile:
    """A Parquet file; a group of rows is kept in memory until it is full."""

    def __init__(self, schema: pa.Schema, _timezone: str) -> None:
        """Begin with the schema.

        Raises:
            EncodingError: Parquet does not know a type.
        """
        self._outbox = _Outbox()
        try:
            self._writer = pq.ParquetWriter(self._outbox, schema, compression="zstd")
        except pa.ArrowNotImplementedError as error:
            message = f"Parquet cannot hold a column of the result; cast it: {error}"
            raise EncodingError(message, "0A000") from error
        self._held: list[pa.RecordBatch] = []
        self._held_count = 0

    def rows(self, batch: pa.RecordBatch) -> bytes:
        """Return what rows add to the file, nothing while their group is not full."""
        self._held.append(batch)
        self._held_count += batch.num_rows
        if self._held_count >= GROUP_ROWS:
            self._write()
        return self._outbox.take()

    def end(self) -> bytes:
        """Return what ends the file."""
        if self._held:
            self._write()
        self._writer.close()
        return self._outbox.take()

    def _write(self) -> None:
        self._writer.write_table(pa.Table.from_batches(self._held), row_group_size=GROUP_ROWS)
        self._held.clear()
        self._held_count = 0


class CsvFile:
    """Lines with a header, as PostgreSQL's COPY writes them: an empty field is no value."""

    def __init__(self, schema: pa.Schema, timezone: str) -> None:
        """Begin with the names.

        Raises:
            EncodingError: a column has values that no text is known for.
        """
        columns = [WireColumn(field.name, oid_of(field.type)) for field in schema]
        form = CopyForm("csv", ",", "", has_header=True)
        self._writer = LineWriter(columns, form, timezone, has_messages=False)
        self._head = self._writer.head()

    def rows(self, batch: pa.RecordBatch) -> bytes:
        """Return the lines of rows."""
        return self._headed(bytes(self._writer.rows(batch)))

    def end(self) -> bytes:
        """Return the header, if there were no rows."""
        return self._headed(b"")

    def _headed(self, lines: bytes) -> bytes:
        head, self._head = self._head, b""
        return head + lines


FORMATS: dict[str, tuple[str, Callable[[pa.Schema, str], ExportFile]]] = {
    "arrow": ("application/vnd.apache.arrow.stream", ArrowFile),
    "parquet": ("application/vnd.apache.parquet", ParquetFile),
    "csv": ("text/csv; charset=utf-8; header=present", CsvFile),
}
"""The media type of each form, and what writes it."""
