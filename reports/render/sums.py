"""Totals of rows that were chosen by their numbers, which no query can be asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.build.planned import PlannedQuery
    from reports.render.rows import Row


@dataclass(slots=True)
class Sums:
    """Adds up what may be added up of the rows of a query; all other measures stay empty."""

    query: PlannedQuery
    count: int = 0
    _sums: Row = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Add a row."""
        self.count += 1
        for column in self.query.columns:
            value = row.get(column.key)
            if column.is_additive and value is not None:
                self._sums[column.key] = self._sums.get(column.key, 0) + value

    def row(self) -> Row | None:
        """Return the sums; None where there are none, or where the query may have more rows."""
        limit = self.query.query.limit
        is_cut = limit is not None and self.count >= limit
        return None if is_cut or not self._sums else self._sums


def add_up(
    rows: Iterable[Row], by: tuple[str, ...], query: PlannedQuery
) -> dict[tuple[Any, ...], Row] | None:
    """Return the sums of rows by some columns; None where the query may have more rows."""
    whole, groups = Sums(query), dict[tuple[Any, ...], Sums]()
    for row in rows:
        whole.add(row)
        groups.setdefault(tuple(row.get(key) for key in by), Sums(query)).add(row)
    if whole.row() is None:
        return None
    return {key: found for key, one in groups.items() if (found := one.row()) is not None}
