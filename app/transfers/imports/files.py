"""Reading a file: rows of text from CSV, XLSX or JSON, or a JSON document of another system.

Every cell is text or None, so that a code keeps its zeros and an amount its digits.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import fastexcel

from app.domain.errors import ErrorCode, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

FILE_LIMIT_BYTES = 50 * 1024 * 1024
"""The largest file."""
UNPACKED_LIMIT_BYTES = 500 * 1024 * 1024
"""The largest content of a packed file."""
ROW_LIMIT = 200_000
"""The most rows of one file."""
CELL_LIMIT_CHARACTERS = 100_000
"""The longest cell."""
_DELIMITERS = ",;\t"
_ZIP_MARK = b"PK"
_SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".json")
csv.field_size_limit(CELL_LIMIT_CHARACTERS)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row: its number in the file and its cells by column; empty cells are None."""

    row_no: int
    cells: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Source:
    """What a file holds: rows with their columns, or a JSON document that is no list of rows."""

    columns: tuple[str, ...]
    rows: tuple[SourceRow, ...]
    notes: tuple[str, ...] = ()
    document: dict[str, Any] | None = None


def read_source(path: Path) -> Source:
    """Read a file by the kind that its name says.

    Raises:
        DomainError: FILE_UNREADABLE, FILE_EMPTY, FILE_TOO_LARGE, FILE_MALFORMED.
    """
    suffix = path.suffix.lower()
    content = _read_bytes(path)
    if suffix not in _SUFFIXES:
        message = f"a file to import ends in {', '.join(_SUFFIXES)}, not in {suffix or 'nothing'}"
        refuse(ErrorCode.FILE_MALFORMED, message)
    if not content.strip():
        refuse(ErrorCode.FILE_EMPTY, f"{path.name} is empty")
    if suffix == ".xlsx":
        return _read_workbook(content)
    if suffix == ".json":
        return _read_json(content)
    return _read_csv(content)


def _read_bytes(path: Path) -> bytes:
    """Read a whole file that is not too large."""
    try:
        if not path.is_file():
            what = "a folder" if path.is_dir() else "no file"
            refuse(ErrorCode.FILE_UNREADABLE, f"{path} is {what}")
        if path.stat().st_size > FILE_LIMIT_BYTES:
            limit = FILE_LIMIT_BYTES // 1024**2
            refuse(ErrorCode.FILE_TOO_LARGE, f"{path.name} has more than {limit} MB; divide it")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        refuse(ErrorCode.FILE_UNREADABLE, f"{path} cannot be read: {error}")


def _read_csv(content: bytes) -> Source:
    """Read CSV: the delimiter is the one of , ; and tab that the first line has most of."""
    text, notes = _decode(content)
    first_line = text.lstrip().partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        lines = list(islice(reader, ROW_LIMIT + 2))
    except csv.Error as error:
        refuse(ErrorCode.FILE_MALFORMED, f"this is no CSV: {error}")
    return _table(lines, notes)


def _decode(content: bytes) -> tuple[str, list[str]]:
    """Decode text as UTF-8, with or without mark, as UTF-16 with its mark, or as Latin-1."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        notes = [] if encoding.startswith("utf") else [f"the file is not UTF-8: read as {encoding}"]
        return text, notes
    refuse(ErrorCode.FILE_MALFORMED, "this is no text file")


def _read_workbook(content: bytes) -> Source:
    """Read the first sheet of an XLSX workbook, every cell as text."""
    if not content.startswith(_ZIP_MARK):
        refuse(ErrorCode.FILE_MALFORMED, "this is no XLSX workbook")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > UNPACKED_LIMIT_BYTES:
            refuse(ErrorCode.FILE_TOO_LARGE, f"the workbook unpacks to {unpacked} bytes")
        workbook = fastexcel.read_excel(content)
        sheet = workbook.load_sheet(
            0, header_row=None, skip_rows=0, n_rows=ROW_LIMIT + 2, dtypes="string"
        )
        lines: Sequence[Sequence[str | None]] = sheet.to_polars().rows()
    except (zipfile.BadZipFile, fastexcel.FastExcelError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        refuse(ErrorCode.FILE_MALFORMED, f"this is no XLSX workbook: {reason}")
    names = workbook.sheet_names
    notes = [f"only the first of {len(names)} sheets is read: {names[0]}"] if names[1:] else []
    return _table(lines, notes)


def _table(lines: Sequence[Sequence[str | None]], notes: Iterable[str]) -> Source:
    """Turn lines of cells, the first one being the header, into rows; blank lines are skipped."""
    numbered = [(number, line) for number, line in enumerate(lines, 1) if any(map(_clean, line))]
    if len(numbered) < 2:  # noqa: PLR2004 - a header and a row
        refuse(ErrorCode.FILE_EMPTY, "the file needs a header and at least one row")
    _bound_rows(len(numbered) - 1)
    header = [_clean(cell) or "" for cell in numbered[0][1]]
    while header and not header[-1]:
        header.pop()
    _check_header(header)
    rows = []
    for number, line in numbered[1:]:
        if any(map(_clean, line[len(header) :])):
            message = f"row {number} has {len(line)} cells, the header only {len(header)}"
            refuse(ErrorCode.FILE_MALFORMED, message)
        cells = [_clean(cell) for cell in line[: len(header)]]
        cells += [None] * (len(header) - len(cells))
        rows.append(SourceRow(number, dict(zip(header, cells, strict=True))))
    return Source(tuple(header), tuple(rows), tuple(notes))


def _check_header(header: Sequence[str]) -> None:
    """Refuse columns without a name or with the same one."""
    if "" in header:
        place = header.index("") + 1
        refuse(ErrorCode.FILE_MALFORMED, f"column {place} of the header has no name")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        refuse(ErrorCode.FILE_MALFORMED, f"the header has {', '.join(twice)} more than once")


def _bound_rows(count: int) -> None:
    """Refuse too many rows."""
    if count > ROW_LIMIT:
        refuse(ErrorCode.FILE_TOO_LARGE, f"the file has more than {ROW_LIMIT} rows; divide it")


def _clean(cell: str | None) -> str | None:
    """Strip a cell; blank ones are None."""
    return cell.strip() or None if cell is not None else None


def _read_json(content: bytes) -> Source:
    """Read a list of objects, or an object that another system wrote; numbers stay as written."""
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=_no_constant)
    except UnicodeDecodeError:
        refuse(ErrorCode.FILE_MALFORMED, "JSON is UTF-8, and this is not")
    except (ValueError, RecursionError) as error:
        refuse(ErrorCode.FILE_MALFORMED, f"this is no JSON: {error}")
    if isinstance(found, dict) and isinstance(found.get("rows"), list):
        found = found["rows"]
    if isinstance(found, dict):
        return Source((), (), (), found)
    if not isinstance(found, list):
        refuse(ErrorCode.FILE_MALFORMED, "the file must hold a list of objects")
    if not found:
        refuse(ErrorCode.FILE_EMPTY, "the file has no rows")
    _bound_rows(len(found))
    columns: dict[str, None] = {}
    rows = []
    for number, one in enumerate(found, 1):
        if not isinstance(one, dict):
            refuse(ErrorCode.FILE_MALFORMED, f"number {number} of the list is no object")
        cells = {name: _text_of(value, name, number) for name, value in one.items()}
        columns.update(dict.fromkeys(cells))
        rows.append(SourceRow(number, cells))
    return Source(tuple(columns), tuple(rows))


def _text_of(value: object, name: str, number: int) -> str | None:
    """Write a JSON value as the text it would be in a spreadsheet."""
    if value is None or isinstance(value, str):
        return _clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    message = f"{name} of number {number} must be a text, a number, true or false"
    refuse(ErrorCode.FILE_MALFORMED, message)


def _no_constant(name: str) -> str:
    """Refuse NaN and Infinity, which JSON does not have."""
    raise ValueError(f"{name} is no number")
