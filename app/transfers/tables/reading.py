"""Reading tables: what is not said about a file is found out, what cannot be is asked for.

Every cell is text or None, so that a code keeps its zeros and an amount its digits.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, NoReturn

import fastexcel
from lxml import etree

from app.transfers.contract.faults import FaultClass, TransferFaultError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FILE_LIMIT_BYTES = 50 * 1024 * 1024
UNPACKED_LIMIT_BYTES = 500 * 1024 * 1024
ROW_LIMIT = 200_000
_DEPTH_LIMIT = 6
_SNIFFED_LINES = 20
_DELIMITERS = ";,\t|"
_KINDS = {"csv": "CSV", "txt": "CSV", "tsv": "CSV", "xlsx": "XLSX", "json": "JSON", "xml": "XML"}
Cells = dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Form:
    """What is known of a file; None is found out."""

    kind: str | None = None
    """CSV, XLSX, JSON or XML; else by the file's name."""
    delimiter: str | None = None
    encoding: str | None = None
    record: str | None = None
    """JSON and XML: the name of the list, or of the element, that is a row."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where it stands in the file, and its cells by column; empty ones are None."""

    number: int
    cells: Cells


@dataclass(frozen=True, slots=True)
class Table:
    """What a file holds, and how it was read."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    form: Form


def read_table(name: str, content: bytes, form: Form | None = None) -> Table:
    """Read a file.

    Raises:
        TransferFaultError: `RECORD` says what is wrong with the file, and where.
    """
    asked = form or Form()
    if len(content) > FILE_LIMIT_BYTES:
        refuse_file(name, f"has more than {FILE_LIMIT_BYTES // 1024**2} MB; divide it")
    if not content.strip():
        refuse_file(name, "is empty")
    kind = asked.kind or _KINDS.get(name.rpartition(".")[2].lower())
    if kind == "CSV":
        return _read_csv(name, content, asked)
    if kind == "XLSX":
        lines = _workbook(name, content)
        return _of_lines(name, lines, Form("XLSX"))
    if kind in {"JSON", "XML"}:
        found = _json(name, content) if kind == "JSON" else _xml(name, content)
        return _of_records(name, found, Form(kind, record=asked.record))
    ends = ", ".join(f".{one}" for one in _KINDS)
    refuse_file(name, f"has no ending of {ends}; say what it is with `kind`")


def refuse_file(name: str, message: str) -> NoReturn:
    """Refuse a file as a whole."""
    raise TransferFaultError(FaultClass.RECORD, f"{name} {message}", path=name)


def decoded(name: str, content: bytes, encoding: str | None) -> tuple[str, str]:
    """Return a file's text and its encoding: UTF-8, UTF-16 with its mark, else Windows' Latin."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        tried = ["utf-16"]
    else:
        tried = ["utf-8-sig", "cp1252", "latin-1"]
    for one in [encoding] if encoding else tried:
        try:
            text = content.decode(one)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\x00" not in text:
            return text, one
    refuse_file(name, f"is no text in {encoding or 'any encoding that is known'}")


def _read_csv(name: str, content: bytes, form: Form) -> Table:
    """Read CSV; its first line that is not blank is the header."""
    text, encoding = decoded(name, content, form.encoding)
    delimiter = form.delimiter or _delimiter_of(text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        lines: list[list[str]] = list(islice(reader, ROW_LIMIT + 2))
    except (csv.Error, TypeError) as error:
        refuse_file(name, f"is no CSV with {delimiter!r} between its cells: {error}")
    return _of_lines(name, lines, Form("CSV", delimiter, encoding))


def _delimiter_of(text: str) -> str:
    """Return the mark that gives the most lines the same number of cells, and the most of them."""
    best, delimiter = (0, 0), ","
    for one in _DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=one)
        try:
            widths = Counter(len(line) for line in islice(reader, _SNIFFED_LINES) if any(line))
        except csv.Error:
            continue
        width, count = widths.most_common(1)[0] if widths else (1, 0)
        if width > 1 and (count, width) > best:
            best, delimiter = (count, width), one
    return delimiter


def _workbook(name: str, content: bytes) -> Sequence[Sequence[str | None]]:
    """Return the lines of the first sheet of a workbook, every cell as text."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > UNPACKED_LIMIT_BYTES:
            refuse_file(name, f"unpacks to {unpacked} bytes; divide it")
        sheet = fastexcel.read_excel(content).load_sheet(
            0, header_row=None, skip_rows=0, n_rows=ROW_LIMIT + 2, dtypes="string"
        )
        return sheet.to_polars().rows()
    except (zipfile.BadZipFile, fastexcel.FastExcelError, ValueError) as error:
        refuse_file(name, f"is no XLSX workbook: {str(error).partition(chr(10))[0]}")


def _of_lines(name: str, lines: Sequence[Sequence[str | None]], form: Form) -> Table:
    """Turn lines, the first one being the header, into rows; blank lines are passed over."""
    numbered = [(number, line) for number, line in enumerate(lines, 1) if any(map(_clean, line))]
    if len(numbered) < 2:  # noqa: PLR2004 - a header and a row
        refuse_file(name, "needs a header and at least one row")
    header = [_clean(cell) or "" for cell in numbered[0][1]]
    while not header[-1]:
        header.pop()
    twice = sorted({one for one in header if header.count(one) > 1})
    if twice:
        told = (
            f"a column without a name: number {header.index('') + 1}" if "" in twice else twice[0]
        )
        refuse_file(name, f"has in its header twice: {told}")
    if "" in header:
        refuse_file(name, f"has no name for column {header.index('') + 1}")
    rows: list[Row] = []
    for number, line in numbered[1:]:
        cells = [_clean(cell) for cell in line]
        if any(cells[len(header) :]):
            refuse_file(name, f"has in line {number} more cells than its header")
        cells += [None] * (len(header) - len(cells))
        rows.append(Row(number, dict(zip(header, cells, strict=False))))
    return _bounded(name, Table(tuple(header), tuple(rows), form))


def _of_records(name: str, document: object, form: Form) -> Table:
    """Turn what JSON or XML holds into rows: what is nested gets dotted columns."""
    found = _listed(name, document, form.record)
    columns: dict[str, None] = {}
    rows: list[Row] = []
    for one in found:
        for cells in _flattened(name, one, "", 0):
            columns.update(dict.fromkeys(cells))
            rows.append(Row(len(rows) + 1, cells))
            if len(rows) > ROW_LIMIT:
                refuse_file(name, f"has more than {ROW_LIMIT} rows; divide it")
    if not rows:
        refuse_file(name, "has no rows")
    return Table(tuple(columns), tuple(rows), form)


def _listed(name: str, document: object, record: str | None) -> list[Any]:
    """Return the list of rows of a document: itself, the one that is named, or the only one."""
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        refuse_file(name, "holds neither a list nor an object")
    if record is not None:
        found: object = document
        for part in record.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if found is None:
            refuse_file(name, f"has no {record!r}; it has {', '.join(map(str, document))}")
        return found if isinstance(found, list) else [found]
    only = next(iter(document.values())) if len(document) == 1 else None
    return _listed(name, only, None) if isinstance(only, (dict, list)) else [document]


def _is_rows(value: object) -> bool:
    """Tell whether a value is a list of objects."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _flattened(name: str, record: object, prefix: str, depth: int) -> Iterator[Cells]:
    """Return the rows of a record: one for each entry of the list within it, if there is one."""
    if not isinstance(record, dict):
        refuse_file(name, f"has {record!r} where an object is wanted")
    if depth > _DEPTH_LIMIT:
        refuse_file(name, f"is nested more than {_DEPTH_LIMIT} deep at {prefix}")
    own: Cells = {}
    nested: list[tuple[str, list[Any]]] = []
    for key, value in record.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            inner = list(_flattened(name, value, f"{path}.", depth + 1))
            if len(inner) > 1:
                nested.append((path, inner))
            else:
                own.update(inner[0])
        elif _is_rows(value):
            rows = [
                cells for one in value for cells in _flattened(name, one, f"{path}.", depth + 1)
            ]
            nested.append((path, rows))
        else:
            own[path] = _text_of(value)
    if len(nested) > 1:
        paths = " and ".join(path for path, _ in nested)
        refuse_file(name, f"has several lists in one record, {paths}; say which with `record`")
    if not nested:
        yield own
        return
    for cells in nested[0][1]:
        yield {**own, **cells}


def _text_of(value: object) -> str | None:
    """Write a value of JSON as the text that it would be in a spreadsheet."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or None
    return None if value is None else _clean(str(value))


def _json(name: str, content: bytes) -> object:
    """Parse JSON; numbers stay as they are written."""
    try:
        text = content.decode("utf-8-sig")
        found: object = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        refuse_file(name, f"is no JSON: {error}")
    return found


def _xml(name: str, content: bytes) -> object:
    """Parse XML into objects: attributes and elements by name, repeated elements as lists."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        refuse_file(name, f"is no XML: {error}")
    if root.getroottree().docinfo.doctype:
        refuse_file(name, "has a document type of its own, which is not read; leave it out")
    return _object_of(root, 0)


def _object_of(element: etree._Element, depth: int) -> dict[str, Any]:
    """Return an element as an object."""
    found: dict[str, Any] = {str(key): str(value) for key, value in element.attrib.items()}
    for child in element:
        if not isinstance(child.tag, str) or depth > _DEPTH_LIMIT:
            continue
        tag = etree.QName(child).localname
        is_leaf = not len(child) and not child.attrib
        value = child.text if is_leaf else _object_of(child, depth + 1)
        if tag not in found:
            found[tag] = value
        elif isinstance(found[tag], list):
            found[tag].append(value)
        else:
            found[tag] = [found[tag], value]
    text = (element.text or "").strip()
    if text and not len(element):
        found["text"] = text
    return found


def _bounded(name: str, table: Table) -> Table:
    """Refuse too many rows."""
    if len(table.rows) > ROW_LIMIT:
        refuse_file(name, f"has more than {ROW_LIMIT} rows; divide it")
    return table


def _clean(cell: str | None) -> str | None:
    """Strip a cell; blank ones are None."""
    return cell.strip() or None if cell is not None else None
