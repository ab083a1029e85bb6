"""Cubes and views: tables with joins and members, and what is shown of them by subject."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.spec.dimensions import Dimension
    from semantic.spec.filters import DefaultFilter
    from semantic.spec.fragments import Fragment, Reference
    from semantic.spec.measures import Measure
    from semantic.spec.places import Place
    from semantic.spec.policies import AccessPolicy
    from semantic.spec.rollups import PreAggregation, RefreshKey


class Relationship(StrEnum):
    """How many rows of the joined cube belong to one of this, and the other way round."""

    ONE_TO_ONE = "one_to_one"
    ONE_TO_MANY = "one_to_many"
    MANY_TO_ONE = "many_to_one"


@dataclass(frozen=True, slots=True)
class Join:
    """A directed join, always a LEFT JOIN from the cube that declares it to `target`."""

    target: str
    relationship: Relationship
    sql: Fragment
    place: Place


@dataclass(frozen=True, slots=True)
class Segment:
    """A named condition on the rows of a cube."""

    name: str
    sql: Fragment
    place: Place
    title: str | None = None
    description: str | None = None
    is_public: bool = True
    meta: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Dimensions from the coarsest to the finest."""

    name: str
    levels: tuple[Reference, ...]
    place: Place
    title: str | None = None
    is_public: bool = True


@dataclass(frozen=True, slots=True)
class Cube:
    """A cube after `extends` was resolved. Exactly one of `sql` and `sql_table` is given."""

    name: str
    place: Place
    sql: Fragment | None = None
    sql_table: Fragment | None = None
    title: str | None = None
    description: str | None = None
    is_public: bool = True
    is_calendar: bool = False
    meta: Mapping[str, Any] | None = None
    data_source: str = "default"
    refresh_key: RefreshKey | None = None
    joins: tuple[Join, ...] = ()
    measures: Mapping[str, Measure] = field(default_factory=dict)
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    segments: Mapping[str, Segment] = field(default_factory=dict)
    hierarchies: Mapping[str, Hierarchy] = field(default_factory=dict)
    pre_aggregations: Mapping[str, PreAggregation] = field(default_factory=dict)
    access_policies: tuple[AccessPolicy, ...] | None = None

    @property
    def primary_keys(self) -> tuple[Dimension, ...]:
        """The dimensions that together name a row."""
        return tuple(one for one in self.dimensions.values() if one.is_primary_key)


@dataclass(frozen=True, slots=True)
class ViewMember:
    """A member that a view shows: where it comes from, and what the view says differently.

    `path` are the cubes from the view's root to the one that has `member`.
    """

    name: str
    path: tuple[str, ...]
    member: str
    place: Place
    title: str | None = None
    description: str | None = None
    format: Any = None
    meta: Mapping[str, Any] | None = None

    @property
    def cube(self) -> str:
        """The cube that has the member."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Folder:
    """Members of a view that are shown together; `includes` are names and folders in turn."""

    name: str
    includes: tuple[str | Folder, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A view: members of cubes, each reached over one path of joins.

    `members` has measures, dimensions and segments by their names in the view; what each is
    follows from the member of its cube. A view may declare nothing of its own.
    """

    name: str
    place: Place
    members: Mapping[str, ViewMember]
    join_paths: tuple[tuple[str, ...], ...]
    title: str | None = None
    description: str | None = None
    is_public: bool = True
    meta: Mapping[str, Any] | None = None
    folders: tuple[Folder, ...] = ()
    default_filters: tuple[DefaultFilter, ...] = ()
    hierarchies: Mapping[str, Hierarchy] = field(default_factory=dict)
    access_policies: tuple[AccessPolicy, ...] | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ViewGroup:
    """Views that are shown together."""

    name: str
    includes: tuple[str | ViewGroup, ...]
    place: Place
    title: str | None = None
    description: str | None = None
