"""Queries of any depth: WITH, UNION, sub-queries and joins, down to the views that they read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.finishing import ordered_parts
from semantic.sqlapi.grouping import RowsSelect
from semantic.sqlapi.joining import alone, joined
from semantic.sqlapi.meeting import meet, refuse_repeated
from semantic.sqlapi.ordering import write_limit, write_order
from semantic.sqlapi.relations import (
    Relation,
    RowsRelation,
    Scope,
    Standing,
    ViewRelation,
    columns_of,
    folded,
)
from semantic.sqlapi.scalars import Scalars
from semantic.sqlapi.selecting import ViewSelect
from semantic.sqlapi.sources import renamed, series_in_from, source_of
from semantic.sqlapi.statements import (
    NOT_PERMITTED,
    NOT_SUPPORTED,
    SYNTAX_ERROR,
    SqlError,
)
from semantic.sqlapi.subqueries import answer_inner
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
    from datetime import datetime

    from semantic.sqlapi.viewing import Views

_UNKNOWN = {
    "into": "SELECT INTO would write a table",
    "locks": "rows of views cannot be locked",
    "laterals": "LATERAL is not understood",
    "qualify": "QUALIFY is not understood",
    "connect": "CONNECT BY is not understood",
    "match": "MATCH_RECOGNIZE is not understood",
    "sample": "TABLESAMPLE would show other numbers each time",
    "kind": "SELECT AS is not understood",
    "pivots": "PIVOT is not understood",
    "hint": "hints are not understood",
    "prewhere": "PREWHERE is not understood",
    "cluster": "CLUSTER BY is not understood",
    "sort": "SORT BY is not understood",
    "settings": "SETTINGS is not understood",
    "format": "FORMAT is not understood",
    "options": "OPTION is not understood",
    "operation_modifiers": "modifiers of SELECT are not understood",
    "for_": "FOR is not understood",
    "exclude": "EXCLUDE is not understood",
    "distribute": "DISTRIBUTE BY is not understood",
}
"""Parts of a SELECT that would change what it means, and that nothing here executes."""
_SELECT = frozenset(
    "with_ expressions from_ joins where group having windows distinct order limit offset".split()
)
_OPERATORS: dict[type[exp.Expr], str] = {
    exp.Union: "UNION",
    exp.Intersect: "INTERSECT",
    exp.Except: "EXCEPT",
}
_DEPTH = 40


@dataclass(slots=True)
class Queries:
    """Reads the queries of one statement; `bare` are measures that stand by themselves in it."""

    views: Views
    zone: str
    now: datetime
    numbers: Iterator[int]
    bare: list[exp.Column] = field(default_factory=list)
    depth: int = 0

    @staticmethod
    def of(views: Views, zone: str, now: datetime) -> Queries:
        """Read a statement of a session whose clock is that of a zone."""
        return Queries(views, zone, now, count(1))

    def rows(self, node: exp.Expr, known: Mapping[str, Relation]) -> RowsRelation:
        """Read a query down to its rows."""
        return self.asked(self.read(node, known))

    def read(self, node: exp.Expr, known: Mapping[str, Relation]) -> Relation:
        """Read a query; a plain selection of a view stays one for the query around it.

        Raises:
            SqlError: it is not understood, or cannot be answered rightly.
        """
        self.depth += 1
        if self.depth > _DEPTH:
            raise SqlError("queries are nested too deeply", "54001")
        try:
            known = self.with_names(node, known)
            if isinstance(node, exp.SetOperation):
                return self._united(node, known)
            if isinstance(node, exp.Subquery):
                return self.wrapped(node, known)
            if isinstance(node, exp.Select):
                return self._selected(node, known)
        finally:
            self.depth -= 1
        raise SqlError(f"{node.key.upper()} cannot be read from a view", NOT_PERMITTED)

    def asked(self, relation: Relation) -> RowsRelation:
        """Ask for the rows of a plain selection, which its own columns are the groups of."""
        if isinstance(relation, RowsRelation):
            return relation
        select = exp.Select(expressions=[exp.Star()])
        return self.select(select, relation, "").rows(())

    def select(self, node: exp.Select, relation: ViewRelation, alias: str) -> ViewSelect:
        """Prepare a SELECT over a view."""
        return ViewSelect(node, relation, alias, self.views, self.zone, self.now, self.bare)

    def with_names(self, node: exp.Expr, known: Mapping[str, Relation]) -> Mapping[str, Relation]:
        """Read the queries of WITH, and return every name that there is then."""
        with_ = node.args.get("with_")
        if with_ is None:
            return known
        if with_.args.get("recursive"):
            raise SqlError("WITH RECURSIVE is not understood over views", NOT_SUPPORTED)
        found = dict(known)
        for one in with_.expressions:
            name = folded(one.args["alias"].this)
            found[name] = renamed(self.read(one.this, found), one.args["alias"])
        return found

    def wrapped(self, node: exp.Subquery, known: Mapping[str, Relation]) -> Relation:
        """Read a query in parentheses, which may have an order and a limit of its own."""
        inner = self.read(node.this, known)
        if not any(node.args.get(key) for key in ("order", "limit", "offset")):
            return inner
        rows = self.asked(inner)
        return self._tail(node, rows, self._standing("", rows))

    def _tail(self, node: exp.Expr, rows: RowsRelation, standing: Standing) -> RowsRelation:
        """Order and limit rows that are computed already."""
        items = columns_of(rows, standing.own)
        scalars = self.scalars(Scope((standing,)))
        names = list(rows.names)
        order = node.args.get("order")
        ordered = tuple(
            write_order(one, ordered_parts(one.this, names, items, scalars))
            for one in (order.expressions if order is not None else ())
        )
        limit = write_limit(node, scalars)
        return replace(rows, items=items, source=standing.source, order=ordered, limit=limit)

    def _united(self, node: exp.SetOperation, known: Mapping[str, Relation]) -> RowsRelation:
        if node.args.get("by_name") or node.args.get("side") or node.args.get("on"):
            raise SqlError("this form of UNION is not understood", NOT_SUPPORTED)
        left, right = self.rows(node.this, known), self.rows(node.expression, known)
        if len(left.items) != len(right.items):
            word = _OPERATORS[type(node)]
            message = f"each {word} query must have the same number of columns"
            raise SqlError(message, SYNTAX_ERROR)
        kinds = [common_kind(pair, "UNION") for pair in zip(left.items, right.items, strict=True)]
        sides = [self._as_kinds(one, kinds) for one in (left, right)]
        every = "" if node.args.get("distinct", True) else " ALL"
        template = f"({{0}}) {_OPERATORS[type(node)]}{every} ({{1}})"
        own = f"r{next(self.numbers)}"
        items = tuple(
            Typed((f'"{own}"."c{number}"',), kind, is_divided=one.is_divided or other.is_divided)
            for number, (kind, one, other) in enumerate(
                zip(kinds, left.items, right.items, strict=True)
            )
        )
        source = write(f'({{0}}) AS "{own}"', write(template, *sides))
        rows = RowsRelation(
            left.names,
            items,
            source,
            implied=self._either(left, right, left.implied, right.implied),
            measured=self._either(left, right, left.measured, right.measured),
            repeated=self._either(left, right, left.repeated, right.repeated),
            unique=frozenset() if every else frozenset((frozenset(range(len(items))),)),
        )
        standing = self._standing("", rows)
        if any(node.args.get(key) for key in ("order", "limit", "offset")):
            return self._tail(node, rows, standing)
        return rows

    def _either(
        self, left: RowsRelation, right: RowsRelation, own: frozenset[str], other: frozenset[str]
    ) -> frozenset[str]:
        """Name the columns of a union that are among those of one side or the other."""
        pairs = zip(left.names, right.names, strict=True)
        return own | {name for name, beside in pairs if beside in other}

    def _as_kinds(self, rows: RowsRelation, kinds: list[ValueKind]) -> Parts:
        """Write rows so that their columns have certain kinds, also where they are ordered."""
        if all(one.kind is kind for one, kind in zip(rows.items, kinds, strict=True)):
            return rows.written()
        items = tuple(
            as_kind(one, kind, self.zone) for one, kind in zip(rows.items, kinds, strict=True)
        )
        return rows.written(items)

    def _selected(self, node: exp.Select, known: Mapping[str, Relation]) -> Relation:
        for key, value in node.args.items():
            if value and key not in _SELECT:
                message = _UNKNOWN.get(key, f"{key} is not understood")
                raise SqlError(message, NOT_SUPPORTED)
        series_in_from(node)
        answer_inner(self, node, known)
        from_ = node.args.get("from_")
        joins = node.args.get("joins") or []
        if from_ is None:
            return self._over(node, Scope(), ())
        alias, relation = self.standing_in(from_.this, known)
        if isinstance(relation, ViewRelation) and not joins:
            return self.select(node, relation, alias).answer()
        others = [(*self.standing_in(one.this, known), one.this) for one in joins]
        if any(isinstance(one, ViewRelation) and one.is_bare for _, one, _ in others) or (
            isinstance(relation, ViewRelation) and relation.is_bare
        ):
            return self._met(node, [(alias, relation, from_.this), *others], known)
        source, scope = self._joined((alias, relation), others, joins)
        return self._over(node, scope, source)

    def _joined(
        self,
        first: tuple[str, Relation],
        others: list[tuple[str, Relation, exp.Expr]],
        joins: list[exp.Join],
    ) -> tuple[Parts, Scope]:
        standing = self._standing(first[0], self.asked(first[1]))
        source, scope = standing.source, alone(standing)
        for (alias, relation, _), one in zip(others, joins, strict=True):
            added = self._standing(alias, self.asked(relation))
            source, scope = joined(one, source, scope, added, self.scalars)
        return source, scope

    def _met(
        self,
        node: exp.Select,
        several: list[tuple[str, Relation, exp.Expr]],
        known: Mapping[str, Relation],
    ) -> RowsRelation:
        """Group views that are joined, and join them then."""
        is_grouped = node.args.get("group") is not None
        grouped, choosing = meet(node, several, self.views.is_count, self.bare)
        joins = grouped.args["joins"]
        first = self.standing_in(grouped.args["from_"].this, known)
        others = [(*self.standing_in(one.this, known), one.this) for one in joins]
        source, scope = self._joined(first, others, joins)
        is_strict = is_grouped and any(isinstance(one, RowsRelation) for _, one, _ in several)
        refuse_repeated(scope, choosing, is_strict=is_strict)
        return self._over(grouped, scope, source)

    def standing_in(self, node: exp.Expr, known: Mapping[str, Relation]) -> tuple[str, Relation]:
        """Read one thing in FROM, and return the name that it has there."""
        return source_of(self, node, known)

    def _standing(self, alias: str, rows: RowsRelation) -> Standing:
        return Standing(alias, f"r{next(self.numbers)}", rows)

    def scalars(self, scope: Scope) -> Scalars:
        """Rebuild expressions over rows that are computed."""
        return Scalars(self.zone, self.now, scope.column, lambda _: None)

    def _over(self, node: exp.Select, scope: Scope, source: Parts) -> RowsRelation:
        """Read a SELECT over rows that are computed."""
        return RowsSelect(node, scope, source, self.zone, self.now).answer()
