"""Pre-aggregations: results that are kept ready, and when they are made again."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semantic.spec.fragments import Fragment, Reference
    from semantic.spec.places import Place


class RollupType(StrEnum):
    """The kinds of pre-aggregations."""

    ROLLUP = "rollup"
    ORIGINAL_SQL = "original_sql"
    ROLLUP_JOIN = "rollup_join"
    ROLLUP_LAMBDA = "rollup_lambda"
    AUTO_ROLLUP = "auto_rollup"


@dataclass(frozen=True, slots=True)
class RefreshKey:
    """When something is made again: an interval or cron text, a query whose answer changed."""

    every: str | None = None
    timezone: str | None = None
    sql: Fragment | None = None
    is_immutable: bool = False
    is_incremental: bool = False
    update_window: str | None = None


@dataclass(frozen=True, slots=True)
class RollupIndex:
    """An index of a pre-aggregation over columns of it."""

    name: str
    columns: tuple[Reference, ...]
    type: str = "regular"


@dataclass(frozen=True, slots=True)
class PreAggregation:
    """A pre-aggregation of a cube. `time_dimensions` are pairs of dimension and granularity."""

    name: str
    type: RollupType
    place: Place
    measures: tuple[Reference, ...] = ()
    dimensions: tuple[Reference, ...] = ()
    segments: tuple[Reference, ...] = ()
    time_dimensions: tuple[tuple[Reference, str], ...] = ()
    rollups: tuple[Reference, ...] = ()
    partition_granularity: str | None = None
    refresh_key: RefreshKey | None = None
    build_range_start: Fragment | None = None
    build_range_end: Fragment | None = None
    indexes: tuple[RollupIndex, ...] = ()
    is_scheduled: bool = True
    allows_loose_range: bool = False
    unions_source: bool = False
