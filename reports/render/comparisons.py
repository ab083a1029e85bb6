"""Another period or season beside each number, in rows that belong together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from reports.build.planned import Format
from reports.render.phrases import BEFORE, CHANGE, say
from reports.render.shapes import Beside, GridColumn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.build.planned import PlannedColumn, PlannedQuery
    from reports.render.rows import Row

    Pair = tuple[Row, Row | None]

_SHARE = Format("percent", 1)
_MONTHS = 12
_PLACES = Decimal("0.0001")


def lay_beside(rows: Sequence[Row], others: Sequence[Row], other: PlannedQuery) -> list[Pair]:
    """Put the rows of another period beside those of the report's own.

    They belong together by the columns that both have. What only the other period has comes last.
    """
    shifted = (shift_row(row, other) for row in others)
    found = {tuple(row[key] for key in other.on): row for row in shifted}
    pairs: list[Pair] = [
        (row, found.pop(tuple(row.get(key) for key in other.on), None)) for row in rows
    ]
    pairs += [({key: row[key] for key in other.on}, row) for row in found.values()]
    return pairs


def columns_beside(column: PlannedColumn, title: str, language: str) -> tuple[GridColumn, ...]:
    """Return the columns of a measure, of its other period, and of the change between the two."""
    own = GridColumn(title, column.format, is_measure=True)
    return (
        own,
        replace(own, title=say(BEFORE, language, title), beside=Beside.BEFORE),
        GridColumn(say(CHANGE, language, title), _SHARE, is_measure=True, beside=Beside.CHANGE),
    )


def cells_beside(now: Any, before: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401 - any number
    """Return a number, the other one, and by which share it changed; None from nothing."""
    if not before:
        return now, before, None
    old, new = Decimal(before), Decimal(now or 0)
    return now, before, ((new - old) / abs(old)).quantize(_PLACES)


def shift_row(row: Row, query: PlannedQuery) -> Row:
    """Move the times of a row by as much as the periods lie apart."""
    if not query.shift:
        return row
    times = {one.key for one in query.columns if one.kind == "time"}
    return {
        key: shifted(value, query.shift) if key in times and value is not None else value
        for key, value in row.items()
    }


def shifted(value: date, shift: Mapping[str, int]) -> date:
    """Move a time by months and days; a day that a month lacks becomes its last."""
    moved = value
    if months := shift.get("months", 0):
        number = value.year * _MONTHS + value.month - 1 + months
        first = value.replace(year=number // _MONTHS, month=number % _MONTHS + 1, day=1)
        moved = min(first + timedelta(days=value.day - 1), _last_of(first))
    return moved + timedelta(days=shift.get("days", 0))


def _last_of(first: date) -> date:
    """Return the last day of the month that begins with a day, at the same time of day."""
    after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return after - timedelta(days=1)
