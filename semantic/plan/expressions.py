"""Expressions of a plan: what to compute, before any dialect of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from semantic.spec.fragments import Fragment


@dataclass(frozen=True, slots=True)
class Table:
    """A table that stands in FROM under a name, as `{CUBE}` does before a column."""

    name: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column; without a table it is one of the sub-query that is read."""

    name: str
    table: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A value that travels as parameter, never as text. `type` is what it is cast to, if at all."""

    value: Any
    type: str = ""


@dataclass(frozen=True, slots=True)
class Constant:
    """SQL that this package itself wrote and every dialect has, such as `NULL` and numbers."""

    text: str


@dataclass(frozen=True, slots=True)
class Written:
    """SQL of a model, with what stands for each of its references in order."""

    fragment: Fragment
    bound: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Subselect:
    """Another query of the same caller, which was compiled before; its parameters go with it."""

    sql: str
    parameters: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Composed:
    """SQL that `sqlapi` wrote for DuckDB, with expressions between its texts."""

    parts: tuple[str | Expression, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """An operation; `sqlgen` knows how each dialect writes it."""

    operation: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """A conversion to a type, by DuckDB's name of it."""

    expression: Expression
    type: str


@dataclass(frozen=True, slots=True)
class Truncated:
    """The beginning of the period in which a moment lies; predefined granularities alone."""

    expression: Expression
    granularity: str


@dataclass(frozen=True, slots=True)
class Localised:
    """The wall clock of a time zone at a UTC instant."""

    expression: Expression
    timezone: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A moment moved by months and seconds, which may be negative."""

    expression: Expression
    months: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Bucketed:
    """The beginning of the period of so many months, or so many seconds, counted from an origin.

    `origin` is a wall clock as ISO text. Exactly one of `months` and `seconds` is above zero.
    """

    expression: Expression
    months: int
    seconds: int
    origin: str


@dataclass(frozen=True, slots=True)
class Over:
    """An aggregate or rank among the rows that have the same values of the partition."""

    operation: str
    argument: Expression | None
    partition: tuple[Expression, ...]
    order: tuple[tuple[Expression, bool], ...] = ()


Expression = (
    Table
    | Column
    | Value
    | Constant
    | Written
    | Subselect
    | Composed
    | Call
    | Cast
    | Truncated
    | Localised
    | Moved
    | Bucketed
    | Over
)

NOTHING = Constant("NULL")


def both(conditions: tuple[Expression, ...]) -> Expression:
    """Join conditions of which all must hold; one alone stays as it is."""
    return conditions[0] if len(conditions) == 1 else Call("and", conditions)


def either(conditions: tuple[Expression, ...]) -> Expression:
    """Join conditions of which any must hold; one alone stays as it is."""
    return conditions[0] if len(conditions) == 1 else Call("or", conditions)
