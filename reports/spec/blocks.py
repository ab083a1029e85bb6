"""What a report shows, from top to bottom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reports.spec.texts import Text


class ChartType(StrEnum):
    """How a chart draws its numbers."""

    COLUMN = "column"
    STACKED_COLUMN = "stacked_column"
    BAR = "bar"
    STACKED_BAR = "stacked_bar"
    LINE = "line"
    AREA = "area"
    SCATTER = "scatter"
    BULLET = "bullet"
    FUNNEL = "funnel"
    WATERFALL = "waterfall"
    HEAT_MAP = "heat_map"
    PIE = "pie"
    GAUGE = "gauge"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A row of tiles, one number each, of a query that has one row."""

    query: str
    members: tuple[str, ...]
    title: Text | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the rows of a query.

    `x` and `series` are dimensions, or times with their granularity; `y` are measures.

    - bars, columns, lines, areas: `x` along the axis, one colour for each value of `series`, or for
      each of several `y`;
    - scatter: `y` has two measures, the first along, the second up; `x` names the points;
    - bullet: `y` has one measure, `target` is the one that it is to reach, for each `x`;
    - funnel, pie: `y` has one measure, parts by `x`;
    - waterfall: each of `y` is a step of the only row; those in `falls` go down, those in `levels`
      begin at zero;
    - heat map: `x` along, `series` down, one measure as colour;
    - gauge: `y` has one measure, beside `target` if there is one; one for each `x` if there is one.

    `period` puts the days or instants of `x` into days, weeks or months, for states as of a day,
    which cannot be asked by periods of another time. `limit` is how many values of `x` are shown;
    the rest is put together where it adds up.
    """

    query: str
    type: ChartType
    y: tuple[str, ...]
    x: str | None = None
    series: str | None = None
    target: str | None = None
    falls: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    limit: int | None = None
    period: str | None = None
    title: Text | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `title` stands instead of the member's own."""

    member: str
    title: Text | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a query.

    Without `columns` it shows all. With `has_totals` a last row has totals, and so has a last
    column of a pivot. `subtotals` are dimensions, from the outermost; each value of them gets a row
    of its own. `pivot` are dimensions whose values become columns.
    """

    query: str
    columns: tuple[Column, ...] = ()
    has_totals: bool = False
    subtotals: tuple[str, ...] = ()
    pivot: tuple[str, ...] = ()
    title: Text | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A text between the others."""

    text: Text
    title: Text | None = None


Block = Numbers | Chart | Table | Note
