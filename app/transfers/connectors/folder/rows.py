"""What a file's rows become, and what records become in a file."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from app.transfers.contract.connectors import Incoming
from app.transfers.contract.faults import FaultClass, TransferFaultError
from app.transfers.tables.cells import decimal_mark_of, number_of
from app.transfers.tables.reading import Form, Table, read_table
from app.transfers.tables.writing import (
    Layout,
    write_csv,
    write_json,
    write_workbook,
    write_xml,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Record = dict[str, Any]
FORMATS = ("CSV", "XLSX", "JSON", "XML")


def read_rows(
    settings: Mapping[str, Any], source: str, name: str, content: bytes
) -> tuple[Incoming, ...]:
    """Read a file as one data set a row, or one for all rows with the same key.

    A column named `customer.name` becomes the field `name` of `customer`. Numbers of the columns
    in the setting `numbers` are written with a dot.
    """
    form = Form(
        settings.get("format") or None,
        settings.get("delimiter") or None,
        settings.get("encoding") or None,
        settings.get("record") or None,
    )
    table = read_table(name, content, form)
    columns = [one.strip() for one in str(settings.get("numbers") or "").split(";") if one.strip()]
    mark = _mark(settings, table, columns)
    key = str(settings.get("key") or "").strip()
    if key and key not in table.columns:
        raise _refused(f"has no column {key!r}; it has {', '.join(table.columns)}", name)
    sha256 = hashlib.sha256(content).hexdigest()
    found: dict[str, list[Record]] = {}
    for row in table.rows:
        cells = dict(row.cells)
        for column in columns:
            cells[column] = _number(cells.get(column), mark, f"{name}, row {row.number}, {column}")
        external_id = cells.get(key) if key else f"{sha256[:16]}:{row.number}"
        if external_id is None:
            raise _refused(f"is empty in row {row.number}", f"{name}, {key}")
        found.setdefault(external_id, []).append(_nested(cells))
    return tuple(_incoming(source, one, rows) for one, rows in found.items())


def _mark(settings: Mapping[str, Any], table: Table, columns: Sequence[str]) -> str:
    """Return the decimal mark of a file: as it is set, else as its numbers say."""
    if settings.get("decimal_mark"):
        return str(settings["decimal_mark"])
    if table.form.kind in {"XLSX", "JSON"}:
        return "."
    mark = decimal_mark_of(
        text for row in table.rows for one in columns if (text := row.cells.get(one))
    )
    if mark is None:
        raise _refused("cannot be told from the numbers of this file; set it", "decimal_mark")
    return mark


def _number(text: str | None, mark: str, path: str) -> str | None:
    """Return a cell as a number with a dot."""
    if text is None:
        return None
    found = number_of(text, mark)
    if found is None:
        raise _refused(f"{text!r} is no number with {mark!r} in it", path)
    return f"{found:f}"


def _nested(cells: Mapping[str, str | None]) -> Record:
    """Turn dotted columns into fields of fields; empty cells are left out."""
    found: Record = {}
    for column, text in cells.items():
        if text is None:
            continue
        *parents, last = column.split(".")
        target = found
        for parent in parents:
            inner = target.setdefault(parent, {})
            if not isinstance(inner, dict):
                raise _refused(f"is a value and the beginning of {column} as well", parent)
            target = inner
        if isinstance(target.get(last), dict):
            raise _refused("is a value and the beginning of another column as well", column)
        target[last] = text
    return found


def _incoming(source: str, external_id: str, rows: Sequence[Record]) -> Incoming:
    """Return a data set; several rows stand in `rows` of it, beside the cells of the first."""
    record = dict(rows[0]) if len(rows) == 1 else {**rows[0], "rows": list(rows)}
    text = json.dumps(record, sort_keys=True, ensure_ascii=False)
    return Incoming(source, external_id, hashlib.sha256(text.encode()).hexdigest()[:32], record)


def write_rows(records: Sequence[Record], options: Mapping[str, Any]) -> tuple[bytes, int]:
    """Write records as a file, and say how many rows it has.

    Args:
        options: `format`; `rows`, RECORD or LINE; `columns`, such as `code; customer.name=Name`;
            for CSV `delimiter`, `decimal_mark` and `encoding`.
    """
    kind = options.get("format") or "CSV"
    if kind not in FORMATS:
        raise _refused(f"is {kind!r}; {', '.join(FORMATS)} exist", "format")
    rows = list(_lined(records) if options.get("rows") == "LINE" else records)
    columns = _columns(options)
    if kind in {"JSON", "XML"} and not columns:
        return (write_json(rows) if kind == "JSON" else write_xml(rows)), len(rows)
    flat = [_flat(one) for one in rows]
    chosen = columns or [(one, one) for one in dict.fromkeys(name for row in flat for name in row)]
    titles = [title for _, title in chosen]
    cells = [{title: row.get(path) for path, title in chosen} for row in flat]
    if kind == "CSV":
        layout = Layout(
            options.get("delimiter") or ";",
            options.get("decimal_mark") or ".",
            options.get("encoding") or "utf-8-sig",
        )
        return write_csv(titles, cells, layout), len(rows)
    if kind == "XLSX":
        return write_workbook(titles, cells), len(rows)
    return (write_json(cells) if kind == "JSON" else write_xml(cells)), len(rows)


def _columns(options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Read `code; customer.name=Name` into paths and titles."""
    found = []
    for part in str(options.get("columns") or "").split(";"):
        path, _, title = (one.strip() for one in part.partition("="))
        if path:
            found.append((path, title or path))
    titles = [title for _, title in found]
    if len(set(titles)) < len(titles):
        raise _refused("has a title twice", "columns")
    return found


def _lined(records: Sequence[Record]) -> Iterator[Record]:
    """Return a row for each line of each record, with the record's own fields."""
    for record in records:
        own = {name: value for name, value in record.items() if name != "lines"}
        for line in record.get("lines") or []:
            yield {**own, "line": line}


def _flat(record: Mapping[str, Any], prefix: str = "") -> Record:
    """Turn fields of fields into dotted columns; lists stay, as JSON in one cell."""
    found: Record = {}
    for name, value in record.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{prefix}{name}."))
        else:
            found[f"{prefix}{name}"] = value
    return found


def _refused(message: str, path: str) -> TransferFaultError:
    """Return the fault of a file or an option."""
    return TransferFaultError(FaultClass.RECORD, f"{path}: {message}", path=path)
