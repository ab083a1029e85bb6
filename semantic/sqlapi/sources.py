"""What stands in FROM: views, names of WITH, sub-queries, VALUES and series."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from sqlglot import exp

from semantic.sqlapi.constant_rows import series_of, values_of
from semantic.sqlapi.relations import RowsRelation, Scope, ViewRelation, folded
from semantic.sqlapi.statements import (
    NOT_PERMITTED,
    NOT_SUPPORTED,
    UNDEFINED_TABLE,
    SqlError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from semantic.sqlapi.relations import Relation
    from semantic.sqlapi.scalars import Scalars
    from semantic.sqlapi.viewing import Views

_UNKNOWN = (
    "joins",
    "pivots",
    "sample",
    "laterals",
    "hints",
    "when",
    "only",
    "ordinality",
    "rows_from",
    "version",
    "partition",
)
_SERIES = exp.ExplodingGenerateSeries
_NO_LATERAL = "LATERAL would be asked for each row of what stands before it"


class Queries(Protocol):
    """What reads the queries that stand in FROM."""

    @property
    def views(self) -> Views:
        """The views that a caller may ask."""
        ...

    @property
    def numbers(self) -> Iterator[int]:
        """Numbers that no name has yet."""
        ...

    def with_names(self, node: exp.Expr, known: Mapping[str, Relation]) -> Mapping[str, Relation]:
        """Read the queries of WITH, and return every name that there is then."""
        ...

    def wrapped(self, node: exp.Subquery, known: Mapping[str, Relation]) -> Relation:
        """Read a query in parentheses."""
        ...

    def scalars(self, scope: Scope) -> Scalars:
        """Rebuild expressions over rows that are computed."""
        ...


def source_of(
    queries: Queries, node: exp.Expr, known: Mapping[str, Relation]
) -> tuple[str, Relation]:
    """Read one thing in FROM, and return the name that it has there.

    Raises:
        SqlError: it is nothing that can be read.
    """
    if isinstance(node, exp.Lateral):
        hint = "group that query by what it is joined on, and JOIN it"
        raise SqlError(_NO_LATERAL, NOT_SUPPORTED, hint)
    if any(node.args.get(key) for key in _UNKNOWN):
        raise SqlError("this form of FROM is not understood", NOT_SUPPORTED)
    alias = node.args.get("alias")
    shown = folded(alias.this) if alias is not None and alias.this is not None else ""
    if isinstance(node, exp.Subquery):
        inner = queries.wrapped(node, queries.with_names(node, known))
        return shown, renamed(inner, alias)
    scalars = queries.scalars(Scope())
    own = f"r{next(queries.numbers)}"
    if isinstance(node, exp.Values):
        return shown, renamed(values_of(node, scalars, own), alias)
    if isinstance(node, exp.Table) and isinstance(node.this, _SERIES):
        rows = series_of(node.this, scalars, own)
        # The one column of a function is called as the function is in FROM.
        rows = replace(rows, names=(shown or rows.names[0],))
        return shown or "generate_series", renamed(rows, alias)
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
        raise SqlError("FROM takes views and queries of them here", NOT_PERMITTED)
    return _named(queries, node, known)


def _named(
    queries: Queries, node: exp.Table, known: Mapping[str, Relation]
) -> tuple[str, Relation]:
    """Look up a view, or a name of WITH; whatever database stands before is this one."""
    alias = node.args.get("alias")
    name, schema = folded(node.this), folded(node.args.get("db"))
    shown = folded(alias.this) if alias is not None else name
    if not schema and name in known:
        return shown, renamed(known[name], alias)
    if schema not in ("", "public") or name not in queries.views:
        message = f'relation "{f"{schema}.{name}" if schema else name}" is no view'
        hint = "views and the catalogue cannot be read in one query"
        raise SqlError(message, UNDEFINED_TABLE, hint)
    return shown, renamed(queries.views.relation(name), alias)


def series_in_from(node: exp.Select) -> None:
    """Move generate_series from what is selected to FROM, where nothing else stands."""
    found = [one for shown in node.expressions for one in shown.find_all(_SERIES)]
    if node.args.get("from_") is not None or len(found) != 1:
        return
    (series,) = found
    column = exp.column("generate_series")
    series.replace(column)
    node.set("expressions", [column if one is series else one for one in node.expressions])
    node.set("from_", exp.From(this=exp.Table(this=series)))


def renamed(relation: Relation, alias: exp.Expr | None) -> Relation:
    """Give the columns of a relation the names that stand behind its alias.

    Raises:
        SqlError: there are more names than columns.
    """
    given = [
        folded(one.this if isinstance(one, exp.ColumnDef) else one)
        for one in (alias.args.get("columns") or () if alias is not None else ())
    ]
    if not given:
        return relation
    own = relation.names if isinstance(relation, RowsRelation) else tuple(relation.columns)
    if len(given) > len(own):
        raise SqlError("there are more names than columns", "42P10")
    names = (*given, *own[len(given) :])
    if isinstance(relation, ViewRelation):
        columns = dict(zip(names, relation.columns.values(), strict=True))
        return replace(relation, columns=columns, is_bare=False)
    called = dict(zip(own, names, strict=True))
    return replace(
        relation,
        names=names,
        implied=frozenset(called[one] for one in relation.implied),
        measured=frozenset(called[one] for one in relation.measured),
        repeated=frozenset(called[one] for one in relation.repeated),
    )
