"""Sub-queries in expressions: each is a query of its own, asked by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sqlglot import exp

from semantic.sqlapi.relations import RowsRelation, ViewRelation
from semantic.sqlapi.statements import (
    NOT_SUPPORTED,
    SYNTAX_ERROR,
    UNDEFINED_COLUMN,
    UNDEFINED_TABLE,
    SqlError,
)
from semantic.sqlapi.typed import (
    Parts,
    Typed,
    ValueKind,
    as_kind,
    common_kind,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from semantic.sqlapi.relations import Relation

_ROWS = "rows"
_PLACES = ("expressions", "where", "group", "having", "order", "limit", "offset", "windows")
_PARENTS = (exp.Exists, exp.Any, exp.All, exp.In)
_HINT = "join it: put it into FROM or WITH, grouped by what it is joined on"


class Queries(Protocol):
    """What reads the sub-queries."""

    def rows(self, node: exp.Expr, known: Mapping[str, Relation]) -> RowsRelation:
        """Read a query down to its rows."""
        ...

    def with_names(self, node: exp.Expr, known: Mapping[str, Relation]) -> Mapping[str, Relation]:
        """Read the queries of WITH, and return every name that there is then."""
        ...

    def standing_in(self, node: exp.Expr, known: Mapping[str, Relation]) -> tuple[str, Relation]:
        """Read one thing in FROM, and return the name that it has there."""
        ...


def answer_inner(queries: Queries, node: exp.Select, known: Mapping[str, Relation]) -> None:
    """Put the rows of each sub-query in the expressions of a SELECT in its place.

    Raises:
        SqlError: one cannot be answered, or looks at rows of the query around it.
    """
    places = [node.args.get(key) for key in _PLACES]
    places += [join.args.get("on") for join in node.args.get("joins") or ()]
    distinct = node.args.get("distinct")
    places.append(distinct and distinct.args.get("on"))
    for place in places:
        for one in place if isinstance(place, list) else [place]:
            for inner in list(_inner(one)):
                inner.replace(_asked(queries, inner, known))


def rows_of(node: object) -> RowsRelation | None:
    """Return the rows of a sub-query that stood there, None if none did."""
    return _rows(node) if isinstance(node, exp.Placeholder) else None


def _rows(node: exp.Expr) -> RowsRelation:
    found: RowsRelation = node.meta[_ROWS]
    return found


def value_of(node: exp.Expr) -> Typed:
    """Tell whether a sub-query has rows, or use its one value.

    PostgreSQL and DuckDB fail alike where there are several rows.
    """
    if isinstance(node, exp.Exists):
        return Typed(write("EXISTS ({0})", _rows(node.this).written()), ValueKind.BOOL)
    rows = _rows(node)
    one = _only(rows)
    return Typed(write("({0})", rows.written((one,))), one.kind, is_divided=one.is_divided)


def compared(template: str, one: Typed, rows: RowsRelation, zone: str) -> Typed:
    """Compare a value with those of a sub-query, by a template of both."""
    item = _only(rows)
    kind = common_kind((one, item), "comparison of")
    inner: Parts = rows.written((as_kind(item, kind, zone),))
    return Typed(write(template, as_kind(one, kind, zone), inner), ValueKind.BOOL)


def _only(rows: RowsRelation) -> Typed:
    if len(rows.items) != 1:
        raise SqlError("subquery must return only one column", SYNTAX_ERROR)
    item = rows.items[0]
    return as_kind(item, ValueKind.TEXT, "") if item.kind is ValueKind.UNKNOWN else item


def _inner(node: exp.Expr | None) -> Iterator[exp.Expr]:
    """Find the sub-queries in an expression, and not those within them."""
    if node is None:
        return
    if isinstance(node, exp.Query):
        yield node
        return
    for one in node.iter_expressions():
        yield from _inner(one)


def _asked(queries: Queries, node: exp.Expr, known: Mapping[str, Relation]) -> exp.Expr:
    """Read a sub-query, and return what stands for its rows."""
    if not isinstance(node, exp.Subquery) and not isinstance(node.parent, _PARENTS):
        raise SqlError("ARRAY of a sub-query is not understood", NOT_SUPPORTED, "write IN (SELECT)")
    if isinstance(node.parent, exp.Exists):
        node = _counting(queries, node, known)
    try:
        rows = queries.rows(node, known)
    except SqlError as error:
        if error.sqlstate in (UNDEFINED_COLUMN, UNDEFINED_TABLE):
            message = f"{error.message} in the sub-query, which cannot look at rows around it"
            raise SqlError(message, NOT_SUPPORTED, _HINT) from None
        raise
    found = exp.Placeholder()
    found.meta[_ROWS] = rows
    return found


def _counting(queries: Queries, node: exp.Expr, known: Mapping[str, Relation]) -> exp.Expr:
    """Count the rows of a view where EXISTS selects nothing of them."""
    if not isinstance(node, exp.Select) or any(
        node.args.get(key) for key in ("joins", "group", "having", "distinct")
    ):
        return node
    source = node.args.get("from_")
    if source is None or any(
        one.find(exp.Column) is not None and not one.is_star for one in node.expressions
    ):
        return node
    _, relation = queries.standing_in(source.this, queries.with_names(node, known))
    if not isinstance(relation, ViewRelation):
        return node
    counted = exp.Count(this=exp.Star())
    having = exp.Having(this=exp.GT(this=counted.copy(), expression=exp.Literal.number(0)))
    node.set("expressions", [counted])
    node.set("having", having)
    return node
