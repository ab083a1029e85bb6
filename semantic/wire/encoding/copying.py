"""Answers as COPY TO STDOUT writes them: text, csv or binary, a CopyData message for each row."""

from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from semantic.wire.contracts import BINARY, TEXT
from semantic.wire.encoding.binary import prefix_of
from semantic.wire.encoding.cells import Cells, join, make_cells, pack
from semantic.wire.encoding.rows import check_types, encode_columns, in_parts
from semantic.wire.encoding.types import BYTEA, ELEMENTS, TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from semantic.wire.contracts import CopyEncoder, CopyForm, WireColumn
    from semantic.wire.encoding.cells import Part

SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""What binary copies begin with: the name, no flags, no extension."""
TRAILER = b"\xff\xff"
_TAG = np.array(b"d", "S1")
_MESSAGE = struct.Struct(">ci")
_LENGTH_BYTES, _COUNT_BYTES = 4, 2
_CONTROLS = {"\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_END_OF_INPUT = "\\."
"""Read back alone on a line, it once ended a copy."""
_USUAL = {
    "delimiter": frozenset("\t,;|"),
    "null": frozenset({"", "\\N"}),
    "quote": frozenset("\"'"),
}
"""Signs that numbers, days and times do not have in them."""


def copy_encoder(
    columns: Sequence[WireColumn], form: CopyForm, timezone: str = "UTC"
) -> CopyEncoder:
    """Return what encodes answers with these columns for COPY; their own formats do not matter.

    Raises:
        EncodingError: a type that cannot be sent.
    """
    check_types(columns)
    if form.form == "binary":
        return BinaryWriter(tuple(replace(one, format=BINARY) for one in columns))
    return LineWriter(columns, form, timezone)


class LineWriter:
    """Writes rows as lines of text or csv, in messages or as they stand in a file."""

    def __init__(
        self,
        columns: Sequence[WireColumn],
        form: CopyForm,
        timezone: str = "UTC",
        *,
        has_messages: bool = True,
    ) -> None:
        """Know what lines look like."""
        self._columns = tuple(replace(one, format=TEXT) for one in columns)
        self._form = form
        self._zone = ZoneInfo(timezone)
        self._has_messages = has_messages

    def head(self) -> bytes:
        """Return the line with the names, where one is wanted."""
        if not self._form.has_header:
            return b""
        named = [Cells((pa.array([one.name.encode()], pa.binary()),)) for one in self._columns]
        return bytes(self._lines([self._guard(one) for one in named], 1))

    def rows(self, batch: pa.RecordBatch) -> bytes | memoryview:
        """Return one line after the other."""
        return in_parts(batch, self._rows)

    def tail(self) -> bytes:
        """Return nothing: lines have no end."""
        return b""

    def _rows(self, batch: pa.RecordBatch) -> memoryview:
        cells = encode_columns(batch, self._columns, self._zone)
        pairs = zip(self._columns, cells, strict=True)
        shown = [self._show(column, one, batch.num_rows) for column, one in pairs]
        return self._lines(shown, batch.num_rows)

    def _show(self, column: WireColumn, cells: Cells, count: int) -> Cells:
        """Write a column as it stands in lines."""
        is_forced = column.name in self._form.forced
        if is_forced or self._may_mislead(column.type_oid):
            written = Cells((join(count, cells.parts),), cells.nulls)
            cells = self._guard(written, is_forced=is_forced)
        return self._fill(cells, count)

    def _lines(self, cells: list[Cells], count: int) -> memoryview:
        delimiter = np.array(self._form.delimiter.encode(), "S1")
        parts = [part for one in cells for part in (*one.parts, delimiter)]
        parts[-1] = np.array(b"\n", "S1")
        if not self._has_messages:
            return pack(count, parts)
        return pack(count, [_TAG, _length_of(parts), *parts])

    def _may_mislead(self, oid: int) -> bool:
        """Tell whether values of a type may have signs in them that mean something here."""
        if oid in TEXTS or oid == BYTEA or oid in ELEMENTS:
            return True
        return any(getattr(self._form, name) not in usual for name, usual in _USUAL.items())

    def _guard(self, cells: Cells, *, is_forced: bool = False) -> Cells:
        """Keep values from being read as something else; cells have one part."""
        (written,) = cells.parts
        if self._form.form == "text":
            return Cells((self._escape(written),), cells.nulls)
        return Cells((self._quote(written, is_forced=is_forced),), cells.nulls)

    def _escape(self, written: pa.Array) -> pa.Array:
        """Put backslashes before what has a meaning in lines of text."""
        signs = {"\\": "\\\\", **_CONTROLS}
        signs.setdefault(self._form.delimiter, f"\\{self._form.delimiter}")
        if not _has_any(written, _class_of(signs)):
            return written
        for sign, shown in signs.items():
            written = pc.replace_substring(written, sign, shown)
        return written

    def _quote(self, written: pa.Array, *, is_forced: bool) -> pa.Array:
        """Put quotes around what could be misread in lines of csv."""
        form = self._form
        found = pc.match_substring_regex(
            written, _class_of((form.delimiter, form.quote, "\n", "\r"))
        )
        found = pc.or_(found, pc.equal(written, form.null.encode()))
        if len(self._columns) == 1:
            found = pc.or_(found, pc.equal(written, _END_OF_INPUT.encode()))
        found = pc.or_(found, pa.scalar(is_forced))
        if not pc.any(found).as_py():
            return written
        pattern = f"({_class_of((form.quote, form.escape))})"
        escape = "\\\\" if form.escape == "\\" else form.escape
        inner = pc.replace_substring_regex(written, pattern, f"{escape}\\1")
        quote, nothing = (pa.scalar(text, pa.binary()) for text in (form.quote.encode(), b""))
        quoted = pc.binary_join_element_wise(quote, inner, quote, nothing)
        return pc.if_else(found, quoted, written)

    def _fill(self, cells: Cells, count: int) -> Cells:
        """Show where there is no value."""
        if cells.nulls is None:
            return cells
        null = pa.scalar(self._form.null.encode(), pa.binary())
        shown = pc.if_else(pa.array(cells.nulls), null, join(count, cells.parts))
        return make_cells((shown,), None)


class BinaryWriter:
    """Writes the rows of one answer in the binary form.

    The signature is in the message of the first row, where clients look for it.
    """

    def __init__(self, columns: Sequence[WireColumn]) -> None:
        """Know the columns."""
        self._columns = tuple(columns)
        self._is_begun = False

    def head(self) -> bytes:
        """Return nothing: what stands before the rows comes with the first of them."""
        return b""

    def rows(self, batch: pa.RecordBatch) -> bytes | memoryview:
        """Return one row after the other."""
        if self._is_begun or batch.num_rows == 0:
            return in_parts(batch, self._rows)
        self._is_begun = True
        first = bytes(self._rows(batch.slice(0, 1)))[_MESSAGE.size :]
        return _message(SIGNATURE + first) + in_parts(batch.slice(1), self._rows)

    def tail(self) -> bytes:
        """Return what ends the rows."""
        return _message(TRAILER if self._is_begun else SIGNATURE + TRAILER)

    def _rows(self, batch: pa.RecordBatch) -> memoryview:
        cells = encode_columns(batch, self._columns, _ANY_ZONE)
        parts: list[Part] = [np.array(len(cells), ">i2")]
        for one in cells:
            parts.extend((prefix_of(one), *one.parts))
        return pack(batch.num_rows, [_TAG, _length_of(parts), *parts])


_ANY_ZONE = ZoneInfo("UTC")
"""Binary forms show no zone."""


def _length_of(parts: Sequence[Part]) -> npt.NDArray[np.int32]:
    """Return the length of messages with these parts."""
    return np.asarray(Cells(tuple(parts)).lengths() + _LENGTH_BYTES, ">i4")


def _message(body: bytes) -> bytes:
    return _MESSAGE.pack(b"d", len(body) + _LENGTH_BYTES) + body


def _class_of(signs: Iterable[str]) -> str:
    """Write a regular expression for any of some characters."""
    codes = "".join(f"\\x{ord(sign):02x}" for sign in signs)
    return f"[{codes}]"


def _has_any(written: pa.Array, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(written, pattern)).as_py())
