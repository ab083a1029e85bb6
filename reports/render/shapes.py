"""What a table of a file is: columns, and rows that are read once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.build.planned import Format


class RowKind(Enum):
    """What a row is."""

    PLAIN = "plain"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


class Beside(Enum):
    """What a column is to the measure that it stands beside."""

    BEFORE = "before"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class GridColumn:
    """A column.

    `above` is the heading that columns of a pivot share, empty elsewhere. `beside` says what a
    column is to the measure before it: its other period, or its change since.
    """

    title: str
    format: Format
    is_measure: bool
    above: str = ""
    beside: Beside | None = None

    @property
    def heading(self) -> str:
        """Its title in one line."""
        return f"{self.above} · {self.title}" if self.above else self.title


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row: a value, or None, for each column."""

    cells: tuple[Any, ...]
    kind: RowKind = RowKind.PLAIN


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; `rows` can be read once."""

    title: str
    columns: tuple[GridColumn, ...]
    rows: Iterator[GridRow]
