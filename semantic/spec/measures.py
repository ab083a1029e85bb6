"""Measures: what is counted and summed, and how it moves over time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.spec.filters import ModelFilter
    from semantic.spec.fragments import Fragment, Reference
    from semantic.spec.places import Place


class MeasureType(StrEnum):
    """How a measure comes about; those without an aggregate of their own calculate with others."""

    COUNT = "count"
    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    COUNT_DISTINCT = "count_distinct"
    COUNT_DISTINCT_APPROX = "count_distinct_approx"
    NUMBER = "number"
    STRING = "string"
    BOOLEAN = "boolean"
    TIME = "time"
    NUMBER_AGG = "number_agg"
    RANK = "rank"


CALCULATED = frozenset(
    {MeasureType.NUMBER, MeasureType.STRING, MeasureType.BOOLEAN, MeasureType.TIME}
)
"""Types whose SQL names other measures, or aggregates by itself."""
ADDITIVE = frozenset({MeasureType.COUNT, MeasureType.SUM, MeasureType.MIN, MeasureType.MAX})
"""Types whose parts can be put together again, as rollups need it."""


@dataclass(frozen=True, slots=True)
class RollingWindow:
    """A window over time: from `trailing` before to `leading` after, or to the start of a period.

    Intervals are `"3 month"` or `"unbounded"`; `to_date` is a granularity and excludes them.
    `offset` says which end of the period on show the window is counted from.
    """

    trailing: str | None = None
    leading: str | None = None
    offset: str = "end"
    to_date: str | None = None


@dataclass(frozen=True, slots=True)
class TimeShift:
    """A move of a time dimension; `direction` is `prior` or `next`.

    Either `interval` with `direction`, or the `name` of a shift that a calendar cube declares.
    Without `time_dimension` it moves whichever the query has.
    """

    time_dimension: Reference | None
    interval: str | None
    direction: str | None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Grain:
    """Dimensions that a stage groups by beside, or instead of, those of the query.

    At most one of `exclude` and `keep_only` is given; an empty `keep_only` keeps none.
    """

    exclude: tuple[Reference, ...] | None = None
    keep_only: tuple[Reference, ...] | None = None
    include: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True)
class StageFilter:
    """Filters of the query that reach a stage; `mode` is `relative` or `fixed`."""

    mode: str = "relative"
    exclude: tuple[Reference, ...] | None = None
    keep_only: tuple[Reference, ...] | None = None
    include: tuple[ModelFilter, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """What a multi-stage measure does over the result of its inner measures."""

    group_by: tuple[Reference, ...] | None = None
    reduce_by: tuple[Reference, ...] | None = None
    add_group_by: tuple[Reference, ...] | None = None
    grain: Grain | None = None
    filter: StageFilter | None = None
    time_shift: tuple[TimeShift, ...] = ()
    order_by: tuple[tuple[Fragment, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of a cube. `name` is without the cube; `sql` is None only for a plain count.

    `filters` all hold for the rows that are counted. `stage` makes it a multi-stage measure.
    `drill_members` name members of this or other cubes.
    """

    name: str
    type: MeasureType
    sql: Fragment | None
    place: Place
    title: str | None = None
    description: str | None = None
    format: Any = None
    currency: str | None = None
    is_public: bool = True
    filters: tuple[Fragment, ...] = ()
    rolling_window: RollingWindow | None = None
    stage: Stage | None = None
    case: Any = None
    drill_members: tuple[Reference, ...] = ()
    drill_filters: tuple[Fragment, ...] = ()
    is_cumulative: bool = False
    mask: Any = None
    meta: Mapping[str, Any] | None = None
