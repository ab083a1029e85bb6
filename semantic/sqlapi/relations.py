"""What stands in FROM: a view whose rows are not asked for yet, or rows that are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.statements import (
    AMBIGUOUS_COLUMN,
    UNDEFINED_COLUMN,
    UNDEFINED_TABLE,
    SqlError,
)
from semantic.sqlapi.typed import Parts, Typed, ValueKind, listed, write

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.query.query import Condition


@dataclass(frozen=True, slots=True)
class MeasureColumn:
    """A measure of a view, by its full name."""

    name: str


@dataclass(frozen=True, slots=True)
class ViewRelation:
    """A view or cube, or a plain selection of its columns and rows, which has no rows itself.

    What is selected of it decides by what it is grouped. `place` is the view. Columns are
    expressions over dimensions, and measures. `is_empty` where a condition on it never holds.
    """

    place: str
    columns: Mapping[str, Typed | MeasureColumn]
    conditions: tuple[Condition, ...] = ()
    is_bare: bool = False
    is_empty: bool = False


@dataclass(frozen=True, slots=True)
class RowsRelation:
    """Rows that are computed: what is shown, from what, which of them, and in which order.

    `items` are the columns in order, over `source`, which is all that follows FROM. `implied` are
    the names of measures that nobody grouped by hand, so that they must not be aggregated again.
    `measured` are the names of columns that measures went into, `repeated` those of them that stand
    in several rows, so that a sum would count them twice. `unique` are sets of columns, by number,
    of which no two rows have the same values; an empty set says that there is one row at most.
    """

    names: tuple[str, ...]
    items: tuple[Typed, ...]
    source: Parts = ()
    order: tuple[Parts, ...] = ()
    limit: Parts = ()
    implied: frozenset[str] = frozenset()
    is_distinct: bool = False
    measured: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()
    unique: frozenset[frozenset[int]] = frozenset()

    def written(self, items: tuple[Typed, ...] | None = None) -> Parts:
        """Write it as a statement whose columns are `c0`, `c1` and so on."""
        shown = [
            write(f'{{0}} AS "c{number}"', one) for number, one in enumerate(items or self.items)
        ]
        parts = ("SELECT DISTINCT " if self.is_distinct else "SELECT ", *listed(shown))
        if self.source:
            parts = (*parts, " FROM ", *self.source)
        if self.order:
            parts = (*parts, " ORDER BY ", *listed(self.order))
        return write("{0}{1}", parts, self.limit)


Relation = ViewRelation | RowsRelation


@dataclass(frozen=True, slots=True)
class Standing:
    """Rows under a name in FROM: `alias` is the caller's, `own` the name in our SQL."""

    alias: str
    own: str
    rows: RowsRelation

    @property
    def source(self) -> Parts:
        """Write it as what FROM takes."""
        return write(f'({{0}}) AS "{self.own}"', self.rows.written())

    @property
    def columns(self) -> dict[str, Typed]:
        """Return its columns as expressions over it."""
        return dict(zip(self.rows.names, columns_of(self.rows, self.own), strict=True))


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that expressions of a SELECT over rows can use.

    `merged` are columns that USING made one of two. Rows of the `repeated` (by our names) stand
    beside several of the others. `identities` are sets of columns, by our names and numbers, that
    tell every row from the others.
    """

    standing: tuple[Standing, ...] = ()
    merged: Mapping[str, Typed] = field(default_factory=dict)
    repeated: frozenset[str] = frozenset()
    identities: frozenset[frozenset[tuple[str, int]]] = frozenset()

    def column(self, node: exp.Column) -> Typed:
        """Return what a column is.

        Raises:
            SqlError: there is none, or several.
        """
        return self.find(node)[1]

    def find(self, node: exp.Column) -> tuple[Standing, Typed]:
        """Return what a column is, and to what it belongs."""
        alias, name = folded_table(node), folded(node.this)
        among = [one for one in self.standing if alias in ("", one.alias)]
        if not alias and name in self.merged:
            owner = next(one for one in among if name in one.columns)
            return owner, self.merged[name]
        if not among:
            message = f'missing FROM-clause entry for table "{alias}"'
            raise SqlError(message, UNDEFINED_TABLE)
        found = [(one, one.columns[name]) for one in among if name in one.columns]
        if not found:
            raise unknown_column(name)
        if len(found) > 1:
            raise SqlError(f'column reference "{name}" is ambiguous', AMBIGUOUS_COLUMN)
        return found[0]


def columns_of(rows: RowsRelation, own: str) -> tuple[Typed, ...]:
    """Return the columns of rows under a name of ours; literals in quotes are texts by then."""
    return tuple(
        Typed(
            (f'"{own}"."c{number}"',),
            ValueKind.TEXT if one.kind is ValueKind.UNKNOWN else one.kind,
            is_divided=one.is_divided,
        )
        for number, one in enumerate(rows.items)
    )


def unknown_column(name: str) -> SqlError:
    """Build the error for a column that is not there."""
    return SqlError(f'column "{name}" does not exist', UNDEFINED_COLUMN)


def folded(identifier: exp.Expr | str | None) -> str:
    """Return a name as PostgreSQL means it: in lower case, unless it is in quotes."""
    if isinstance(identifier, exp.Identifier):
        return str(identifier.this) if identifier.quoted else str(identifier.this).lower()
    return "" if identifier is None else str(identifier).lower()


def folded_table(node: exp.Column) -> str:
    """Return the table before a column; of `public.sales.net` it is the view."""
    return folded(node.args.get("table"))
