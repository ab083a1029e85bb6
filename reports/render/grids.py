"""Tables of a report as rows: with totals, subtotals, another period beside, or columns across."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reports.render.comparisons import cells_beside, columns_beside, lay_beside
from reports.render.phrases import TABLE, TOTAL, TOTAL_OF, say
from reports.render.pivots import Pivot
from reports.render.rows import read_all, read_parts
from reports.render.shapes import Grid, GridColumn, GridRow, RowKind
from reports.render.sums import Sums, add_up
from reports.render.texts import in_words, write_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reports.build.planned import PlannedColumn, PlannedQuery, ReportPlan
    from reports.render.answers import Answers
    from reports.render.comparisons import Pair
    from reports.render.rows import Row

    Keys = tuple[Any, ...]


@contextmanager
def open_grid(plan: ReportPlan, block: Mapping[str, Any], answers: Answers) -> Iterator[Grid]:
    """Open the table of a block.

    A plain one is read while it is written, however many rows it has. One with subtotals, with
    another period or with columns across is read first: it has as many rows as its query's limit.
    """
    table = _Table.of(plan, block, answers)
    if block["pivot"]:
        yield table.pivot()
    elif block["subtotals"] or table.compare is not None:
        yield table.grid(table.pairs(table.query))
    else:
        with answers.open(table.query.name) as reader:
            keys = [one.key for one in table.columns]
            rows = (dict(zip(keys, row, strict=True)) for row in read_parts(reader, keys))
            yield table.grid((row, None) for row in rows)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a plan, and where its numbers come from."""

    plan: ReportPlan
    block: Mapping[str, Any]
    answers: Answers
    query: PlannedQuery
    columns: tuple[PlannedColumn, ...]

    @classmethod
    def of(cls, plan: ReportPlan, block: Mapping[str, Any], answers: Answers) -> _Table:
        query = plan.query(block["query"])
        columns = tuple(
            replace(column, title=shown["title"])
            for shown in block["columns"]
            if (column := query.column(shown["key"])) is not None
        )
        return cls(plan, block, answers, query, columns)

    @property
    def compare(self) -> PlannedQuery | None:
        return self._compared(self.query)

    @property
    def title(self) -> str:
        return self.block["title"] or say(TABLE, self.plan.language)

    def grid(self, pairs: Iterable[Pair]) -> Grid:
        """Return a table without columns across."""
        is_compared = self.compare is not None
        columns: list[GridColumn] = []
        for one in self.columns:
            if one.kind == "measure" and is_compared:
                columns += columns_beside(one, one.title, self.plan.language)
            else:
                columns.append(GridColumn(one.title, one.format, one.kind == "measure"))
        return Grid(self.title, tuple(columns), self._rows(pairs, is_compared=is_compared))

    def pairs(self, query: PlannedQuery) -> list[Pair]:
        """Read the rows of a query, each with that of the other period."""
        rows = read_all(self.answers, query.name)
        other = self._compared(query)
        if other is None:
            return [(row, None) for row in rows]
        return lay_beside(rows, read_all(self.answers, other.name), other)

    def pivot(self) -> Grid:
        """Return a table with columns across."""
        across = self.block["pivot"]
        groups = [one for one in self.columns if one.kind != "measure"]
        down = tuple(one for one in groups if one.key not in across)
        headings = tuple(one for one in groups if one.key in across)
        rows = read_all(self.answers, self.query.name)
        return Pivot(
            title=self.title,
            plan=self.plan,
            down=down,
            across=headings,
            measures=tuple(one for one in self.columns if one.kind == "measure"),
            rows=rows,
            order=tuple(one for one, _ in self.query.query.order or ()),
            of_rows=self._sums(tuple(one.key for one in down), rows),
            of_headings=self._sums(tuple(one.key for one in headings), rows),
            of_all=(self._sums((), rows) or {}).get((), {}),
        ).grid()

    def _sums(self, by: Keys, rows: Sequence[Row]) -> dict[Keys, Row] | None:
        """Read the totals by some columns, or add up what can be; None if there are to be none."""
        if not self.block["totals"]:
            return None
        query = self._totals(by)
        if query is None:
            return add_up(rows, by, self.query)
        return {tuple(row[key] for key in by): row for row in read_all(self.answers, query.name)}

    def _rows(self, pairs: Iterable[Pair], *, is_compared: bool) -> Iterator[GridRow]:
        """Give the rows and the totals; where there is no row there is no total either."""
        is_empty = True
        now, before = Sums(self.query), Sums(self.query)
        levels = tuple(self.block["subtotals"])
        for kind, label, pair in (
            self._grouped(list(pairs), levels, ()) if levels else _plain(pairs)
        ):
            is_empty = False
            if kind is RowKind.PLAIN:
                now.add(pair[0])
                before.add(pair[1] or {})
            yield self._row(pair, kind, label, is_compared=is_compared)
        if not self.block["totals"] or is_empty:
            return
        label, total, added = say(TOTAL, self.plan.language), self._totals(()), now.row()
        if total is None:
            # A table without groups is its own total.
            is_grouped = any(one.kind != "measure" for one in self.query.columns)
            pairs = [(added, before.row())] if added is not None and is_grouped else []
        else:
            pairs = self.pairs(total)
        for pair in pairs:
            yield self._row(pair, RowKind.TOTAL, label, is_compared=is_compared)

    def _grouped(
        self, pairs: Sequence[Pair], levels: Keys, above: Keys
    ) -> Iterator[tuple[RowKind, str, Pair]]:
        """Give rows group by group, in the order in which groups come, each with its total."""
        if not levels:
            yield from _plain(pairs)
            return
        first, *rest = levels
        by = tuple(self.block["subtotals"])[: len(above) + 1]
        query = self._totals(by)
        if query is None and self.compare is None:
            added = add_up((now for now, _ in pairs), by, self.query) or {}
            sums: dict[Keys, Pair] = {
                key: ({**row, **dict(zip(by, key, strict=True))}, None)
                for key, row in added.items()
            }
        else:
            sums = {} if query is None else {_keys(one[0], by): one for one in self.pairs(query)}
        groups: dict[Any, list[Pair]] = {}
        for pair in pairs:
            groups.setdefault(pair[0].get(first), []).append(pair)
        column = self.query.column(first)
        for value, members in groups.items():
            yield from self._grouped(members, tuple(rest), (*above, value))
            if (found := sums.get((*above, value))) and column is not None:
                written = write_value(value, column, self.plan)
                yield RowKind.SUBTOTAL, say(TOTAL_OF, self.plan.language, written), found

    def _row(self, pair: Pair, kind: RowKind, label: str, *, is_compared: bool) -> GridRow:
        """Write a row; that of a total has its name where a plain one has its first value."""
        now, before = pair
        cells: list[Any] = []
        for index, one in enumerate(self.columns):
            if one.kind != "measure":
                named = label if index == 0 else None
                own = in_words(now.get(one.key), one.words)
                cells.append(own if kind is RowKind.PLAIN else named)
            elif is_compared:
                cells += cells_beside(now.get(one.key), (before or {}).get(one.key))
            else:
                cells.append(now.get(one.key))
        return GridRow(tuple(cells), kind)

    def _totals(self, by: Keys) -> PlannedQuery | None:
        """Return the query of the totals by some columns."""
        return next(
            (
                one
                for one in self.plan.queries
                if one.totals_of == self.query.name
                and not one.compare_of
                and set(one.by) == set(by)
            ),
            None,
        )

    def _compared(self, query: PlannedQuery) -> PlannedQuery | None:
        """Return the query of the other period."""
        return next((one for one in self.plan.queries if one.compare_of == query.name), None)


def _plain(pairs: Iterable[Pair]) -> Iterator[tuple[RowKind, str, Pair]]:
    return ((RowKind.PLAIN, "", pair) for pair in pairs)


def _keys(row: Row, by: Keys) -> Keys:
    return tuple(row.get(key) for key in by)
