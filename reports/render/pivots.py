"""Columns across: values of a dimension as headings, with totals of rows and of columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.render.phrases import TOTAL, say
from reports.render.shapes import Grid, GridColumn, GridRow, RowKind
from reports.render.texts import in_words, write_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reports.build.planned import PlannedColumn, PlannedQuery, ReportPlan
    from reports.render.rows import Row

    Read = Callable[[PlannedQuery], list[Row]]
    Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Pivot:
    """A table with columns across.

    `down` name its rows, `across` its headings. The totals are those that were asked for: of each
    row, of each heading, and of everything; what was not asked for is not shown. `order` are the
    columns by which the rows come, also those that are not shown.
    """

    title: str
    plan: ReportPlan
    down: tuple[PlannedColumn, ...]
    across: tuple[PlannedColumn, ...]
    measures: tuple[PlannedColumn, ...]
    rows: Sequence[Row]
    order: tuple[str, ...]
    of_rows: Mapping[Key, Row] | None
    of_headings: Mapping[Key, Row] | None
    of_all: Row | None

    def grid(self) -> Grid:
        """Return it as a table."""
        headings = self._headings()
        columns = [_column(one, one.title) for one in self.down]
        for heading in headings:
            above = " · ".join(
                write_value(value, column, self.plan)
                for value, column in zip(heading, self.across, strict=True)
            )
            columns += [_column(one, one.title, above) for one in self.measures]
        if self.of_rows is not None:
            total = say(TOTAL, self.plan.language)
            columns += [_column(one, one.title, total) for one in self.measures]
        return Grid(self.title, tuple(columns), self._rows(headings))

    def _headings(self) -> list[Key]:
        """List the headings in their order; what has no value comes last.

        That is the order in which they come where rows are ordered by something of theirs first,
        such as a number that stands for the name of a bucket.
        """
        found = dict.fromkeys(tuple(row[one.key] for one in self.across) for row in self.rows)
        if self.order and self.order[0] not in {one.key for one in (*self.down, *self.measures)}:
            return list(found)
        return sorted(
            found, key=lambda key: [(one is None, "" if one is None else one) for one in key]
        )

    def _rows(self, headings: Sequence[Key]) -> Iterator[GridRow]:
        cells: dict[Key, dict[Key, Row]] = {}
        for row in self.rows:
            place = cells.setdefault(tuple(row[one.key] for one in self.down), {})
            place[tuple(row[one.key] for one in self.across)] = row
        for name, found in cells.items():
            last = None if self.of_rows is None else [self.of_rows.get(name, {})]
            names = (in_words(value, one.words) for value, one in zip(name, self.down, strict=True))
            yield GridRow((*names, *self._numbers(found, headings, last)))
        if self.of_headings is not None and cells:
            word = (say(TOTAL, self.plan.language),) if self.down else ()
            blank = (None,) * (len(self.down) - len(word))
            last = None if self.of_rows is None else [self.of_all or {}]
            numbers = self._numbers(self.of_headings, headings, last)
            yield GridRow((*word, *blank, *numbers), RowKind.TOTAL)

    def _numbers(
        self, found: Mapping[Key, Row], headings: Sequence[Key], last: list[Row] | None
    ) -> Iterator[Any]:
        for row in [*(found.get(heading, {}) for heading in headings), *(last or ())]:
            yield from (row.get(one.key) for one in self.measures)


def _column(column: PlannedColumn, title: str, above: str = "") -> GridColumn:
    return GridColumn(title, column.format, column.kind == "measure", above)
