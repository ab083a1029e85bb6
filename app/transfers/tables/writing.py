"""Writing tables as CSV, XLSX, JSON or XML; what a spreadsheet would compute is made text."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import xlsxwriter
from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_ODD = re.compile(r"[^A-Za-z0-9_.-]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
MEDIA_TYPES = {
    "CSV": "text/csv",
    "XLSX": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "JSON": "application/json",
    "XML": "application/xml",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How CSV is written: Excel in most of Europe wants ; and a comma in numbers."""

    delimiter: str = ";"
    decimal_mark: str = "."
    encoding: str = "utf-8-sig"


def write_csv(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]], layout: Layout | None = None
) -> bytes:
    """Write CSV with a header."""
    chosen = layout or Layout()
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=chosen.delimiter, lineterminator="\r\n")
    writer.writerow([harmless(one) for one in columns])
    for row in rows:
        writer.writerow([_cell(row.get(one), chosen.decimal_mark) for one in columns])
    return out.getvalue().encode(chosen.encoding, errors="replace")


def write_workbook(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write XLSX; every cell is text, so that a code keeps its zeros and an amount its digits."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        # Without it a file would hold the moment at which it was made.
        workbook.set_properties({"created": _EPOCH})
        sheet = workbook.add_worksheet()
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column)
        for number, row in enumerate(rows, 1):
            for at, column in enumerate(columns):
                sheet.write_string(number, at, text_of(row.get(column)))
    return out.getvalue()


def write_json(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write a list of objects."""
    text = json.dumps(list(rows), ensure_ascii=False, indent=2, default=str)
    return f"{text}\n".encode()


def write_xml(rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Write XML: an element for each record, and within it one for each field."""
    root = etree.Element("records")
    for row in rows:
        _element(root, "record", row)
    content: bytes = etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")
    return content


def _element(parent: etree._Element, name: str, value: object) -> None:
    """Write a value; what cannot be the name of an element gets lines in its place."""
    tag = _ODD.sub("_", name)
    element = etree.SubElement(parent, tag if tag[:1].isalpha() else f"_{tag}")
    if isinstance(value, dict):
        for key, one in value.items():
            _element(element, str(key), one)
    elif isinstance(value, list):
        for one in value:
            _element(element, "item", one)
    else:
        element.text = _CONTROL.sub("\ufffd", text_of(value))


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; `as_written` undoes it."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def as_written(cell: str) -> str:
    """Return what a cell said before it was made harmless."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_DANGEROUS) else cell


def text_of(value: object) -> str:
    """Return a value as the text of a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _cell(value: object, decimal_mark: str) -> str:
    """Return a value as a cell of CSV; a number may begin with a minus."""
    text = text_of(value)
    if is_number(text):
        return text.replace(".", decimal_mark)
    return harmless(text)


def is_number(text: str) -> bool:
    """Tell whether a text is a plain decimal number."""
    whole, _, decimals = text.removeprefix("-").partition(".")
    return whole.isascii() and whole.isdigit() and (not decimals or decimals.isdigit())
