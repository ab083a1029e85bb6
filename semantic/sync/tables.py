"""How tables of the star schema are described: columns, grain, keys and what changes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ColumnType(StrEnum):
    """Types of columns, as DuckDB names them."""

    ID = "UUID"
    TEXT = "VARCHAR"
    WHOLE = "BIGINT"
    SMALL = "INTEGER"
    UNIT = "DECIMAL(4, 3)"
    TRUTH = "BOOLEAN"
    INSTANT = "TIMESTAMP"
    DAY = "DATE"


@dataclass(frozen=True, slots=True)
class StarColumn:
    """A column. Instants are UTC; days are the club's; `is_optional` ones may be NULL."""

    name: str
    type: ColumnType
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class AsOf:
    """A surrogate key of a fact: that of the version of a dimension's member at a time.

    `column` is the key in the fact and in the dimension, `member` the id in both; `at` is the
    column of the fact with the time, where a day stands for its end.
    """

    column: str
    dimension: str
    member: str
    at: str


@dataclass(frozen=True, slots=True)
class StarTable:
    """A fact or dimension table.

    `grain` says what a row is. `key` names a row. `follows` are the kinds of change (entities of
    the change log) after which rows are read again, each with the column that holds its id: the
    rows with one of the changed ids are deleted, and what the extract now has for them inserted.
    `as_of` are the keys that are looked up in dimensions with a history.
    """

    name: str
    grain: str
    columns: tuple[StarColumn, ...]
    key: tuple[str, ...]
    follows: tuple[tuple[str, str], ...]
    as_of: tuple[AsOf, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return tuple(one.name for one in self.columns)


UNKNOWN_ID = "00000000-0000-0000-0000-000000000000"
"""The id of the member `unknown`, which every dimension has: no key of a fact is NULL."""


def ids(*names: str) -> tuple[StarColumn, ...]:
    """Describe ids that are never NULL; what has none refers to `UNKNOWN_ID`."""
    return tuple(StarColumn(name, ColumnType.ID) for name in names)


def texts(*names: str) -> tuple[StarColumn, ...]:
    """Describe texts that are never NULL."""
    return tuple(StarColumn(name, ColumnType.TEXT) for name in names)


def optional(kind: ColumnType, *names: str) -> tuple[StarColumn, ...]:
    """Describe columns that may be NULL."""
    return tuple(StarColumn(name, kind, is_optional=True) for name in names)


def wholes(*names: str) -> tuple[StarColumn, ...]:
    """Describe counts, and amounts in minor units."""
    return tuple(StarColumn(name, ColumnType.WHOLE) for name in names)


def instants(*names: str) -> tuple[StarColumn, ...]:
    """Describe UTC instants."""
    return tuple(StarColumn(name, ColumnType.INSTANT) for name in names)


def days(*names: str) -> tuple[StarColumn, ...]:
    """Describe days of the club's calendar."""
    return tuple(StarColumn(name, ColumnType.DAY) for name in names)


def truths(*names: str) -> tuple[StarColumn, ...]:
    """Describe columns that are true or false."""
    return tuple(StarColumn(name, ColumnType.TRUTH) for name in names)


def versions_at(at: str, *members: str) -> tuple[AsOf, ...]:
    """Describe keys of the versions that members of dimensions (`account`, …) had at a time."""
    return tuple(AsOf(f"{one}_sk", f"dim_{one}", f"{one}_id", at) for one in members)


MONEY = (StarColumn("currency", ColumnType.TEXT), StarColumn("minor_unit", ColumnType.UNIT))
"""What makes minor units an amount: the currency, and what one minor unit is worth in it."""
OWNER = ids("organisation_id")
"""The club that a row belongs to: the first column of every table."""
