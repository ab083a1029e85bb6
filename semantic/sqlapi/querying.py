"""Queries of any depth: WITH, UNION, sub-queries and joins, down to the views that they read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.grouping import RowsSelect
from semantic.sqlapi.ordering import write_limit, write_order
from semantic.sqlapi.relations import (
    Relation,
    RowsRelation,
    Scope,
    Standing,
    ViewRelation,
    folded,
)
from semantic.sqlapi.scalars import Scalars
from semantic.sqlapi.selecting import ViewSelect, ordered_parts
from semantic.sqlapi.statements import (
    NOT_PERMITTED,
    NOT_SUPPORTED,
    SYNTAX_ERROR,
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
_SIDES = {"": "INNER", "LEFT": "LEFT", "RIGHT": "RIGHT", "FULL": "FULL"}
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
            known = self._with(node, known)
            if isinstance(node, exp.SetOperation):
                return self._united(node, known)
            if isinstance(node, exp.Subquery):
                return self._wrapped(node, known)
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

    def _with(self, node: exp.Expr, known: Mapping[str, Relation]) -> Mapping[str, Relation]:
        with_ = node.args.get("with_")
        if with_ is None:
            return known
        if with_.args.get("recursive"):
            raise SqlError("WITH RECURSIVE is not understood over views", NOT_SUPPORTED)
        found = dict(known)
        for one in with_.expressions:
            name = folded(one.args["alias"].this)
            found[name] = _renamed(self.read(one.this, found), one.args["alias"])
        return found

    def _wrapped(self, node: exp.Subquery, known: Mapping[str, Relation]) -> Relation:
        inner = self.read(node.this, known)
        if not any(node.args.get(key) for key in ("order", "limit", "offset")):
            return inner
        rows = self.asked(inner)
        return self._tail(node, rows, self._standing("", rows))

    def _tail(self, node: exp.Expr, rows: RowsRelation, standing: Standing) -> RowsRelation:
        """Order and limit rows that are computed already."""
        items = tuple(standing.columns.values()) if _is_unique(rows.names) else _numbered(standing)
        scalars = self._scalars(Scope((standing,)))
        names = list(rows.names)
        order = node.args.get("order")
        ordered = tuple(
            write_order(one, ordered_parts(one.this, names, items, scalars))
            for one in (order.expressions if order is not None else ())
        )
        limit = write_limit(node, scalars)
        return RowsRelation(rows.names, items, standing.source, ordered, limit, rows.implied)

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
        implied = left.implied | frozenset(
            name
            for name, other in zip(left.names, right.names, strict=True)
            if other in right.implied
        )
        rows = RowsRelation(left.names, items, source, implied=implied)
        standing = self._standing("", rows)
        if any(node.args.get(key) for key in ("order", "limit", "offset")):
            return self._tail(node, rows, standing)
        return rows

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
        from_ = node.args.get("from_")
        joins = node.args.get("joins") or []
        if from_ is None:
            return self._over(node, (), ())
        alias, relation = self.standing_in(from_.this, known)
        if isinstance(relation, ViewRelation) and not joins:
            return self.select(node, relation, alias).answer()
        standing = [self._standing(alias, self._joinable(relation))]
        source = standing[0].source
        for one in joins:
            source = self._joined(one, source, standing, known)
        return self._over(node, tuple(standing), source)

    def _joinable(self, relation: Relation) -> RowsRelation:
        if isinstance(relation, ViewRelation) and relation.is_bare:
            message = f"'{relation.place}' is joined before it is grouped"
            hint = "group each view in a sub-query, and join those by their dimensions"
            raise SqlError(message, NOT_SUPPORTED, hint)
        return self.asked(relation)

    def standing_in(self, node: exp.Expr, known: Mapping[str, Relation]) -> tuple[str, Relation]:
        """Read one thing in FROM, and return the name that it has there."""
        if any(
            node.args.get(key)
            for key in (
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
        ):
            raise SqlError("this form of FROM is not understood", NOT_SUPPORTED)
        alias = node.args.get("alias")
        if isinstance(node, exp.Subquery):
            inner = self._wrapped(node, self._with(node, known))
            return folded(alias.this) if alias is not None else "", _renamed(inner, alias)
        if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier):
            raise SqlError("FROM takes views and queries of them here", NOT_PERMITTED)
        name, schema = folded(node.this), folded(node.args.get("db"))
        shown = folded(alias.this) if alias is not None else name
        if not schema and name in known:
            return shown, _renamed(known[name], alias)
        model = self.views.compiler.model
        if (
            schema not in ("", "public")
            or node.args.get("catalog")
            or (name not in model.views and name not in model.cubes)
        ):
            message = f'relation "{f"{schema}.{name}" if schema else name}" is no view'
            hint = "views and the catalogue cannot be read in one query"
            raise SqlError(message, UNDEFINED_TABLE, hint)
        return shown, _renamed(self.views.relation(name), alias)

    def _standing(self, alias: str, rows: RowsRelation) -> Standing:
        return Standing(alias, f"r{next(self.numbers)}", rows)

    def _joined(
        self,
        node: exp.Join,
        source: Parts,
        standing: list[Standing],
        known: Mapping[str, Relation],
    ) -> Parts:
        unknown = {"this", "side", "kind", "on", "using"}
        if any(value for key, value in node.args.items() if key not in unknown):
            raise SqlError("this form of JOIN is not understood", NOT_SUPPORTED)
        alias, relation = self.standing_in(node.this, known)
        added = self._standing(alias, self._joinable(relation))
        side, kind = str(node.args.get("side") or ""), str(node.args.get("kind") or "")
        if kind not in ("", "INNER", "OUTER", "CROSS") or side not in _SIDES:
            raise SqlError("this form of JOIN is not understood", NOT_SUPPORTED)
        if node.args.get("using"):
            hint = "write ON a.x = b.x"
            raise SqlError("JOIN … USING is not understood here", NOT_SUPPORTED, hint)
        standing.append(added)
        on = node.args.get("on")
        if on is None:
            return write("{0} CROSS JOIN {1}", source, added.source)
        condition = self._scalars(Scope(tuple(standing))).condition(on)
        template = f"{{0}} {_SIDES[side]} JOIN {{1}} ON {{2}}"
        return write(template, source, added.source, condition)

    def _scalars(self, scope: Scope) -> Scalars:
        return Scalars(self.zone, self.now, scope.column, lambda _: None)

    def _over(
        self, node: exp.Select, standing: tuple[Standing, ...], source: Parts
    ) -> RowsRelation:
        """Read a SELECT over rows that are computed."""
        return RowsSelect(node, Scope(standing), source, self.zone, self.now).answer()


def _renamed(relation: Relation, alias: exp.Expr | None) -> Relation:
    """Give the columns of a relation the names that stand behind its alias."""
    given = (
        [
            folded(one.this if isinstance(one, exp.ColumnDef) else one)
            for one in alias.args.get("columns") or ()
        ]
        if alias is not None
        else []
    )
    if not given:
        return relation
    own = relation.names if isinstance(relation, RowsRelation) else tuple(relation.columns)
    if len(given) > len(own):
        raise SqlError("there are more names than columns", "42P10")
    names = (*given, *own[len(given) :])
    if isinstance(relation, ViewRelation):
        columns = dict(zip(names, relation.columns.values(), strict=True))
        return replace(relation, columns=columns, is_bare=False)
    renamed = dict(zip(own, names, strict=True))
    implied = frozenset(renamed[one] for one in relation.implied)
    return replace(relation, names=names, implied=implied)


def _is_unique(names: tuple[str, ...]) -> bool:
    return len(set(names)) == len(names)


def _numbered(standing: Standing) -> tuple[Typed, ...]:
    return tuple(
        replace(one, parts=(f'"{standing.own}"."c{number}"',), text=None, moment=None)
        for number, one in enumerate(standing.rows.items)
    )
