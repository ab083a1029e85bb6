"""A report as XLSX: a sheet that tells what it is, and one for each table, with typed cells."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import xlsxwriter
from babel.numbers import get_currency_symbol

from reports.build.planned import Format
from reports.render.answers import UnwritableError
from reports.render.chosen import list_chosen
from reports.render.comparisons import columns_beside
from reports.render.grids import open_grid
from reports.render.keeping import folder_beside, read_pieces
from reports.render.phrases import MADE_AT, REPORT, say
from reports.render.pictures import SCALE, draw_png, filled_spec
from reports.render.shapes import RowKind
from reports.render.texts import locale_of, write_cell
from reports.render.tiles import read_tiles

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from reports.build.planned import ReportPlan
    from reports.render.answers import Answers
    from reports.render.letterhead import Letterhead
    from reports.render.shapes import Grid, GridColumn

ROWS_LIMIT = 1_048_575
"""Rows of a sheet below its heading."""
_MEASURED_ROWS = 200
"""Rows by which the width of columns is chosen."""
_WIDTHS = (8, 60)
_NAME_CHARACTERS = 31
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']+")
_PICTURE_ROW_PIXELS = 20
_FIRST_YEAR = 1900
_PERIODS = {"year": "yyyy", "month": "mmm yyyy"}
_DAY, _INSTANT = 14, 22
"""Excel's own formats of days and instants, which follow the reader's settings."""
_MADE = Format("instant")


def write_xlsx(
    plan: ReportPlan, answers: Answers, letterhead: Letterhead
) -> Generator[bytes, None, None]:
    """Write a report as a workbook; rows go to disk as they come.

    Numbers have the precision of Excel's own, 15 digits; texts are never formulas.

    Raises:
        UnwritableError: a table has more rows than a sheet holds.
    """
    with folder_beside() as folder:
        path = folder / "report.xlsx"
        _write(path, plan, answers, letterhead)
        yield from read_pieces(path)


def _write(path: Path, plan: ReportPlan, answers: Answers, letterhead: Letterhead) -> None:
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": plan.report["title"], "company": letterhead.club})
        writing = _Writing(book, plan, answers)
        writing.front(letterhead)
        for block in plan.blocks:
            if block["kind"] == "table":
                with open_grid(plan, block, answers) as grid:
                    writing.table(grid)


@dataclass(slots=True)
class _Writing:
    """A workbook that is being written."""

    book: xlsxwriter.Workbook
    plan: ReportPlan
    answers: Answers
    _formats: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    _cells: dict[tuple[Format | None, RowKind], Any] = field(default_factory=dict)
    _names: set[str] = field(default_factory=set)

    def front(self, letterhead: Letterhead) -> None:
        """Write what the report is, what was chosen, its numbers and its charts."""
        sheet = self._sheet(say(REPORT, self.plan.language))
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 3, 22)
        sheet.write_string(0, 0, self.plan.report["title"], self._format(bold=True, font_size=16))
        sheet.write_string(1, 0, letterhead.club, self._format(bold=True))
        made = write_cell(letterhead.made_at, _MADE, self.plan)
        quiet = self._format(font_color="#5B6472")
        sheet.write_string(2, 0, say(MADE_AT, self.plan.language, made), quiet)
        line = 4
        for title, chosen in list_chosen(self.plan):
            sheet.write_string(line, 0, title, quiet)
            sheet.write_string(line, 1, chosen)
            line += 1
        for told in self.plan.notices:
            sheet.write_string(line, 0, told.message, self._format(italic=True))
            line += 1
        line += 1
        for block in self.plan.blocks:
            if block["kind"] == "numbers":
                line = self._tiles(sheet, line, block)
            elif block["kind"] == "chart":
                line = self._chart(sheet, line, block)

    def table(self, grid: Grid) -> None:
        """Write a table on a sheet of its own, with a heading that stays and can filter."""
        sheet = self._sheet(grid.title)
        heading = self._format(bold=True, bottom=1, text_wrap=True, valign="top")
        widths = [len(one.heading) * 0.8 for one in grid.columns]
        for index, column in enumerate(grid.columns):
            sheet.write_string(0, index, column.heading, heading)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        line, last = 0, 0
        for line, row in enumerate(grid.rows, 1):
            if line > ROWS_LIMIT:
                message = (
                    f"'{grid.title}' has more than the {ROWS_LIMIT:,} rows that a sheet holds; "
                    "choose less, or ask for csv or parquet"
                )
                raise UnwritableError(message)
            last = line if row.kind is RowKind.PLAIN else last
            for index, (value, column) in enumerate(zip(row.cells, grid.columns, strict=True)):
                self._cell(sheet, line, index, value, column.format, row.kind)
                if line <= _MEASURED_ROWS:
                    shown = len(write_cell(value, column.format, self.plan))
                    widths[index] = max(widths[index], shown)
        if not line:
            sheet.write_string(1, 0, str(self.plan.report["empty"]))
        elif grid.columns:
            sheet.autofilter(0, 0, last, len(grid.columns) - 1)
        for index, width in enumerate(widths):
            sheet.set_column(index, index, min(max(width + 2, _WIDTHS[0]), _WIDTHS[1]))

    def _tiles(self, sheet: Worksheet, line: int, block: Mapping[str, Any]) -> int:
        """Write numbers under each other, beside those of the other period."""
        tiles, is_compared = read_tiles(self.plan, block, self.answers)
        for tile in tiles:
            columns: tuple[GridColumn, ...] = columns_beside(
                tile.column, tile.column.title, self.plan.language
            )
            sheet.write_string(line, 0, columns[0].title)
            self._cell(sheet, line, 1, tile.value, tile.column.format, RowKind.TOTAL)
            if is_compared:
                sheet.write_string(line, 2, columns[1].title)
                self._cell(sheet, line, 3, tile.before, tile.column.format, RowKind.PLAIN)
            line += 1
        return line + 1

    def _chart(self, sheet: Worksheet, line: int, block: Mapping[str, Any]) -> int:
        """Put a chart as a picture; its numbers stand in the tables."""
        spec = filled_spec(self.plan, block, self.answers)
        if spec is None:
            sheet.write_string(line, 0, str(self.plan.report["empty"]))
            return line + 2
        drawn = draw_png(self.plan, spec)
        told = {
            "image_data": io.BytesIO(drawn),
            "x_scale": 1 / SCALE,
            "y_scale": 1 / SCALE,
            "description": block["description"],
        }
        sheet.insert_image(line, 0, "chart.png", told)
        height = int.from_bytes(drawn[20:24], "big") // SCALE
        return line + height // _PICTURE_ROW_PIXELS + 3

    def _cell(
        self,
        sheet: Worksheet,
        line: int,
        index: int,
        value: Any,  # noqa: ANN401 - any value of an answer
        form: Format,
        kind: RowKind,
    ) -> None:
        """Write a value with its type."""
        shown = self._value_format(form, kind)
        if value is None:
            sheet.write_blank(line, index, None, shown)
        elif isinstance(value, bool | str):
            text = write_cell(value, form, self.plan) if isinstance(value, bool) else value
            sheet.write_string(line, index, text, self._value_format(None, kind))
        elif isinstance(value, date):
            if value.year < _FIRST_YEAR or form.granularity == "quarter":
                sheet.write_string(line, index, write_cell(value, form, self.plan), shown)
            else:
                sheet.write_datetime(line, index, value, shown)
        elif isinstance(value, int | float | Decimal):
            # A cell of Excel is a floating-point number whatever is written into it.
            sheet.write_number(line, index, float(value), shown)
        else:
            sheet.write_string(line, index, str(value), shown)

    def _value_format(self, form: Format | None, kind: RowKind) -> Any:  # noqa: ANN401 - xlsxwriter's own
        """Return the format of a cell."""
        if (form, kind) not in self._cells:
            options: dict[str, Any] = {}
            if kind is not RowKind.PLAIN:
                options |= {"bold": True, "top": 1 if kind is RowKind.TOTAL else 4}
            if form is not None:
                options |= _number_format(form, self.plan)
            self._cells[form, kind] = self._format(**options)
        return self._cells[form, kind]

    def _format(self, **options: Any) -> Any:  # noqa: ANN401 - xlsxwriter's own
        key = tuple(sorted(options.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(options)
        return self._formats[key]

    def _sheet(self, title: str) -> Worksheet:
        """Add a sheet with a name that Excel takes and no other has."""
        words = _NOT_IN_NAMES.sub(" ", title).split()
        plain = " ".join(words)[:_NAME_CHARACTERS].strip() or "1"
        name, number = plain, 2
        while name.casefold() in self._names:
            suffix = f" {number}"
            name, number = plain[: _NAME_CHARACTERS - len(suffix)] + suffix, number + 1
        self._names.add(name.casefold())
        return self.book.add_worksheet(name)


def _number_format(form: Format, plan: ReportPlan) -> dict[str, Any]:
    """Write a format as Excel has it; separators are those of the reader's Excel."""
    places = "." + "0" * form.decimals if form.decimals else ""
    if form.kind == "currency":
        sign = get_currency_symbol(form.currency, locale_of(plan.language)) if form.currency else ""
        amount = f"#,##0{places}" + (f'\\ "{sign}"' if sign else "")
        return {"num_format": f"{amount};[Red]-{amount}"}
    if form.kind == "percent":
        return {"num_format": f"0{places}%"}
    if form.kind == "number":
        return {"num_format": f"#,##0{places};[Red]-#,##0{places}"}
    if form.kind == "instant":
        return {"num_format": _INSTANT}
    if form.kind == "date":
        return {"num_format": _PERIODS.get(form.granularity or "", _DAY)}
    return {}
