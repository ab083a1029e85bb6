"""A table of a report as CSV, as RFC 4180 has it, in UTF-8 with the mark that Excel looks for."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from reports.render.streams import main_query
from reports.render.texts import in_words

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    import pyarrow as pa

    from reports.build.planned import PlannedColumn, ReportPlan
    from reports.render.answers import Answers
    from reports.render.letterhead import Letterhead

BYTE_ORDER_MARK = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes a text that begins so for a formula."""
_INSTANT = "instant"


def write_csv(
    plan: ReportPlan, answers: Answers, _letterhead: Letterhead
) -> Generator[bytes, None, None]:
    """Write the main table: titles, then its rows.

    Numbers are decimals with a point, days are `2026-08-01`, instants have their time on the clock
    of the club, codes are words in the language of the plan. A text that a spreadsheet would run as
    a formula gets an apostrophe before it.
    """
    name = main_query(plan)
    if name is None:
        yield BYTE_ORDER_MARK.encode()
        return
    columns = _shown(plan, name)
    with answers.open(name) as reader:
        # Before anything is written, so that what cannot be answered is told instead of a file.
        yield (BYTE_ORDER_MARK + _lines([[title for _, title in columns]])).encode()
        for batch in reader:
            yield _lines(_rows(batch, [one for one, _ in columns])).encode()


def _rows(batch: pa.RecordBatch, columns: Sequence[PlannedColumn]) -> list[list[str]]:
    """Write the values of some rows."""
    written = [
        [_text(value, one) for value in batch.column(one.key).to_pylist()] for one in columns
    ]
    return [list(row) for row in zip(*written, strict=True)]


def _shown(plan: ReportPlan, name: str) -> list[tuple[PlannedColumn, str]]:
    """Return the columns of a query as its first table has them, with their titles."""
    query = plan.query(name)
    table = next(
        (one for one in plan.blocks if one["kind"] == "table" and one["query"] == name), None
    )
    if table is None:
        return [(one, one.title) for one in query.columns]
    listed = ((query.column(one["key"]), one["title"]) for one in table["columns"])
    return [(column, title) for column, title in listed if column is not None]


def _lines(rows: Sequence[Sequence[str]]) -> str:
    """Write rows as lines."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerows(rows)
    return written.getvalue()


def _text(value: Any, column: PlannedColumn) -> str:  # noqa: ANN401 - whatever a column holds
    """Write a value so that every program reads the same."""
    if value is None:
        return ""
    if isinstance(value, str):
        value = in_words(value, column.words)
        return f"'{value}" if value.startswith(_FORMULA) and column.type != "number" else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        is_day = column.format.kind != _INSTANT and value.time() == datetime.min.time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date) else str(value)
