"""SELECT over rows that are computed: plain SQL, with groups and aggregates of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.aggregates import aggregate_of, has_aggregates, over_rows
from semantic.sqlapi.ordering import write_limit, write_window
from semantic.sqlapi.relations import RowsRelation, Scope, folded
from semantic.sqlapi.scalars import Scalars
from semantic.sqlapi.selecting import (
    finish,
    ordered_parts,
    output_name,
    refuse_sets,
    windows_of,
)
from semantic.sqlapi.statements import GROUPING_ERROR, NOT_SUPPORTED, SqlError
from semantic.sqlapi.typed import Parts, Typed, listed, write

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True)
class RowsSelect:
    """One SELECT over rows that are computed."""

    node: exp.Select
    scope: Scope
    source: Parts
    zone: str
    now: datetime

    def answer(self) -> RowsRelation:
        """Return its rows."""
        outputs = self._outputs()
        where = self.node.args.get("where")
        rows = Scalars(self.zone, self.now, self.scope.column, self._window)
        source = self.source
        if where is not None:
            if has_aggregates(where.this) or where.this.find(exp.Window) is not None:
                raise SqlError("aggregate functions are not allowed in WHERE", GROUPING_ERROR)
            template = "{0} WHERE {1}" if source else "(SELECT 1) AS one WHERE {1}"
            source = write(template, source, rows.condition(where.this))
        group, having = self.node.args.get("group"), self.node.args.get("having")
        order = self.node.args.get("order")
        ordered = list(order.expressions) if order is not None else []
        nodes = [*(one for _, one in outputs), *(one.this for one in ordered)]
        is_grouped = group is not None or having is not None or any(map(has_aggregates, nodes))
        grouped = _Grouped(self, rows, self._keys(group, outputs, rows)) if is_grouped else None
        scalars = rows if grouped is None else grouped.scalars
        items = tuple(scalars.read(one) for _, one in outputs)
        kept = scalars.condition(having.this) if having is not None else None
        names = [name for name, _ in outputs]
        parts = [(one, ordered_parts(one.this, names, items, scalars)) for one in ordered]
        limit = write_limit(self.node, scalars)
        if grouped is not None:
            source = grouped.source(source)
            source = source if kept is None else write("{0} WHERE {1}", source, kept)
        return finish(
            self.node,
            RowsRelation(tuple(names), items, source, implied=self._implied(outputs)),
            parts,
            limit,
        )

    def _outputs(self) -> list[tuple[str, exp.Expr]]:
        found: list[tuple[str, exp.Expr]] = []
        for one in self.node.expressions:
            is_of = isinstance(one, exp.Column) and isinstance(one.this, exp.Star)
            if not is_of and not isinstance(one, exp.Star):
                found.append((output_name(one), one.this if isinstance(one, exp.Alias) else one))
                continue
            alias = folded(one.args.get("table")) if is_of else ""
            for standing in self.scope.standing:
                if alias in ("", standing.alias):
                    for name in standing.rows.names:
                        table = exp.to_identifier(standing.alias, quoted=True)
                        column = exp.Column(this=exp.to_identifier(name, quoted=True), table=table)
                        found.append((name, column))
        return found

    def _implied(self, outputs: list[tuple[str, exp.Expr]]) -> frozenset[str]:
        return frozenset(
            name
            for name, one in outputs
            if any(self.is_implied(inner) for inner in one.find_all(exp.Column))
            and not has_aggregates(one)
        )

    def is_implied(self, node: exp.Column) -> bool:
        """Tell whether a column is a measure that nobody grouped by hand."""
        standing, _ = self.scope.find(node)
        return folded(node.this) in standing.rows.implied

    def _window(self, node: exp.Expr) -> Typed | None:
        if not isinstance(node, exp.Window):
            return None
        scalars = Scalars(self.zone, self.now, self.scope.column, self._window)
        return write_window(node, scalars, windows_of(self.node))

    def _keys(
        self, group: exp.Expr | None, outputs: list[tuple[str, exp.Expr]], rows: Scalars
    ) -> list[Typed]:
        if group is None:
            return []
        refuse_sets(group)
        keys: dict[Parts, Typed] = {}
        for one in group.expressions:
            read = rows.read(_meant(one, outputs, self.scope))
            keys.setdefault(read.parts, read)
        return list(keys.values())


class _Grouped:
    """Groups of rows that are computed, and aggregates of them."""

    def __init__(self, select: RowsSelect, rows: Scalars, keys: list[Typed]) -> None:
        self._select = select
        self._rows = rows
        self._keys = keys
        self._aggregates: dict[Parts, int] = {}
        self.scalars = Scalars(rows.zone, rows.now, self._column, self._special)

    def source(self, source: Parts) -> Parts:
        """Write the groups as what stands in FROM."""
        shown = [write(f'{{0}} AS "k{number}"', one) for number, one in enumerate(self._keys)]
        shown += [write(f'{{0}} AS "m{number}"', one) for one, number in self._aggregates.items()]
        columns = listed(shown) if shown else ("1 AS nothing",)
        whole: Parts = ("SELECT ", *columns)
        whole = write("{0} FROM {1}", whole, source) if source else whole
        if self._keys:
            numbers = ", ".join(str(number + 1) for number in range(len(self._keys)))
            whole = write(f"{{0}} GROUP BY {numbers}", whole)
        return write('({0}) AS "g"', whole)

    def _special(self, node: exp.Expr) -> Typed | None:
        if isinstance(node, exp.Window):
            return write_window(node, self.scalars, windows_of(self._select.node))
        aggregate = aggregate_of(node)
        if aggregate is not None:
            if aggregate.argument is not None:
                self._refuse_implied(aggregate.argument)
            written = over_rows(aggregate, self._rows)
            number = self._aggregates.setdefault(written.parts, len(self._aggregates))
            return replace(written, parts=(f'"g"."m{number}"',))
        if isinstance(node, exp.Literal) or has_aggregates(node) or node.find(exp.Window):
            return None
        if node.find(exp.Column) is None:
            return None
        return self._key(self._rows.read(node))

    def _refuse_implied(self, node: exp.Expr) -> None:
        for one in node.find_all(exp.Column):
            if self._select.is_implied(one):
                name = folded(one.this)
                message = f"'{name}' is a measure of a view, which cannot be aggregated again"
                hint = "write GROUP BY and MEASURE(x) in the inner query"
                raise SqlError(message, NOT_SUPPORTED, hint)

    def _key(self, typed: Typed) -> Typed | None:
        for number, one in enumerate(self._keys):
            if one.parts == typed.parts:
                return Typed((f'"g"."k{number}"',), one.kind, is_divided=one.is_divided)
        return None

    def _column(self, node: exp.Column) -> Typed:
        """Refuse what is none of the groups: those are found before any column is looked at."""
        self._rows.read(node)
        message = f'column "{folded(node.this)}" must appear in the GROUP BY clause'
        raise SqlError(message, GROUPING_ERROR, "or be used in an aggregate function")


def _meant(node: exp.Expr, outputs: list[tuple[str, exp.Expr]], scope: Scope) -> exp.Expr:
    """Return what a number or a name of the output in GROUP BY stands for."""
    if isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit():
        number = int(node.this)
        if not 0 < number <= len(outputs):
            raise SqlError(f"GROUP BY position {number} is not in select list", "42P10")
        return outputs[number - 1][1]
    if isinstance(node, exp.Column) and node.args.get("table") is None:
        name = folded(node.this)
        if not any(name in one.columns for one in scope.standing):
            return next((one for own, one in outputs if own == name), node)
    return node
