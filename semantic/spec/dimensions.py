"""Dimensions: what results are grouped and filtered by."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.spec.fragments import Fragment
    from semantic.spec.measures import Stage
    from semantic.spec.places import Place


class DimensionType(StrEnum):
    """The kinds of values of a dimension."""

    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    GEO = "geo"
    SWITCH = "switch"


PREDEFINED_GRANULARITIES = (
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
)
"""Granularities that every time dimension has, from the finest to the coarsest."""


@dataclass(frozen=True, slots=True)
class Granularity:
    """A granularity of one time dimension.

    `interval` with `origin` (a date) or `offset` (an interval), or `sql`, which replaces one of the
    predefined granularities.
    """

    name: str
    place: Place
    title: str | None = None
    interval: str | None = None
    origin: str | None = None
    offset: str | None = None
    sql: Fragment | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """Labels by conditions, the first that holds; without `otherwise` the rest is NULL.

    With `switch` the conditions are values of that expression.
    """

    when: tuple[tuple[Fragment | str, Fragment | str], ...]
    otherwise: Fragment | str | None = None
    switch: Fragment | None = None


@dataclass(frozen=True, slots=True)
class CalendarShift:
    """A shift that a time dimension of a calendar cube declares."""

    name: str | None
    interval: str | None
    direction: str | None
    sql: Fragment | None


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of a cube. `name` is without the cube.

    Exactly one of `sql`, `case`, `coordinates` (latitude, longitude) and `values` (of a switch) is
    given. With `is_sub_query` the SQL names a measure of another cube.
    """

    name: str
    type: DimensionType
    place: Place
    sql: Fragment | None = None
    case: Case | None = None
    coordinates: tuple[Fragment, Fragment] | None = None
    values: tuple[str, ...] = ()
    title: str | None = None
    description: str | None = None
    format: Any = None
    currency: str | None = None
    is_primary_key: bool = False
    is_public: bool = True
    is_sub_query: bool = False
    propagates_filters: bool = False
    suggests_values: bool = True
    values_as_segments: bool = False
    granularities: tuple[Granularity, ...] = ()
    key: Fragment | None = None
    order: str | None = None
    links: tuple[Mapping[str, Any], ...] = ()
    mask: Any = None
    meta: Mapping[str, Any] | None = None
    stage: Stage | None = None
    time_shifts: tuple[CalendarShift, ...] = ()
