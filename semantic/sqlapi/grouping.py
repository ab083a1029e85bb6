"""SELECT over rows that are computed: plain SQL, with groups and aggregates of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.aggregates import aggregate_of, has_aggregates, over_rows
from semantic.sqlapi.finishing import finish, ordered_parts
from semantic.sqlapi.grouping_sets import LEVEL, Groups, grouping_of, groups_of
from semantic.sqlapi.ordering import write_limit, write_window
from semantic.sqlapi.relations import RowsRelation, Scope, folded
from semantic.sqlapi.scalars import Scalars
from semantic.sqlapi.selecting import output_name, windows_of
from semantic.sqlapi.statements import GROUPING_ERROR, NOT_SUPPORTED, SqlError
from semantic.sqlapi.typed import Parts, Typed, listed, write

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_COUNTING = (exp.Sum, exp.Avg, exp.Count)
_EXTREMES = ("min", "max", "bool_and", "bool_or")
"""Aggregates for which it does not matter how often a value is there."""


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
        grouped = _Grouped(self, rows, self._groups(group, outputs, rows)) if is_grouped else None
        scalars = rows if grouped is None else grouped.scalars
        items = tuple(scalars.read(one) for _, one in outputs)
        kept = scalars.condition(having.this) if having is not None else None
        names = [name for name, _ in outputs]
        parts = [(one, ordered_parts(one.this, names, items, scalars)) for one in ordered]
        limit = write_limit(self.node, scalars)
        if grouped is not None:
            source = grouped.source(source)
            source = source if kept is None else write("{0} WHERE {1}", source, kept)
        shown = RowsRelation(
            tuple(names),
            items,
            source,
            implied=self._named(outputs, self.is_implied),
            measured=self._measured(outputs),
            repeated=self._named(outputs, self.is_repeated),
            unique=self._unique(items) if grouped is None else grouped.groups.unique("g", items),
        )
        return finish(self.node, shown, parts, limit, scalars)

    def _outputs(self) -> list[tuple[str, exp.Expr]]:
        found: list[tuple[str, exp.Expr]] = []
        for one in self.node.expressions:
            is_of = isinstance(one, exp.Column) and isinstance(one.this, exp.Star)
            if not is_of and not isinstance(one, exp.Star):
                found.append((output_name(one), one.this if isinstance(one, exp.Alias) else one))
                continue
            alias = folded(one.args.get("table")) if is_of else None
            merged = self.scope.merged if alias is None else {}
            found += [(name, exp.column(exp.to_identifier(name, quoted=True))) for name in merged]
            for standing in self.scope.standing:
                if alias in (None, standing.alias):
                    for name in standing.rows.names:
                        table = exp.to_identifier(standing.alias, quoted=True)
                        column = exp.Column(this=exp.to_identifier(name, quoted=True), table=table)
                        found += [] if name in merged else [(name, column)]
        return found

    def _named(
        self, outputs: list[tuple[str, exp.Expr]], is_it: Callable[[exp.Column], bool]
    ) -> frozenset[str]:
        """Name the columns of the result into which a column of some sort goes as it is."""
        return frozenset(
            name
            for name, one in outputs
            if any(is_it(inner) for inner in one.find_all(exp.Column)) and not has_aggregates(one)
        )

    def _measured(self, outputs: list[tuple[str, exp.Expr]]) -> frozenset[str]:
        own = (name for name, one in outputs if has_aggregates(one))
        return self._named(outputs, self.is_measured) | frozenset(own)

    def _unique(self, items: tuple[Typed, ...]) -> frozenset[frozenset[int]]:
        """Return the columns of the result that tell rows from others, as those in FROM do."""
        if not self.scope.standing:
            return frozenset((frozenset(),))
        shown = {one.parts: number for number, one in enumerate(items)}
        found = set()
        for identity in self.scope.identities:
            numbers = [shown.get((f'"{own}"."c{number}"',)) for own, number in identity]
            if None not in numbers:
                found.add(frozenset(one for one in numbers if one is not None))
        return frozenset(found)

    def is_measured(self, node: exp.Column) -> bool:
        """Tell whether measures went into a column."""
        standing, _ = self.scope.find(node)
        return folded(node.this) in standing.rows.measured

    def is_repeated(self, node: exp.Column) -> bool:
        """Tell whether a column is a measure that stands in several rows."""
        standing, _ = self.scope.find(node)
        is_beside = standing.own in self.scope.repeated and self.is_measured(node)
        return is_beside or folded(node.this) in standing.rows.repeated

    def refuse_repeated(self, node: exp.Expr) -> None:
        """Refuse to count measures again that a join put beside several rows.

        Raises:
            SqlError: every measure in an argument is one of those.
        """
        measures = [one for one in node.find_all(exp.Column) if self.is_measured(one)]
        if measures and all(map(self.is_repeated, measures)):
            name = folded(measures[0].this)
            message = f"'{name}' stands beside several rows of the join, and would count for each"
            hint = "aggregate it before the join, or group the other side by what is joined on"
            raise SqlError(message, NOT_SUPPORTED, hint)

    def is_implied(self, node: exp.Column) -> bool:
        """Tell whether a column is a measure that nobody grouped by hand."""
        standing, _ = self.scope.find(node)
        return folded(node.this) in standing.rows.implied

    def _window(self, node: exp.Expr) -> Typed | None:
        if not isinstance(node, exp.Window):
            return None
        scalars = Scalars(self.zone, self.now, self.scope.column, self._window)
        if isinstance(node.this, _COUNTING):
            self.refuse_repeated(node.this)
        return write_window(node, scalars, windows_of(self.node))

    def _groups(
        self, group: exp.Expr | None, outputs: list[tuple[str, exp.Expr]], rows: Scalars
    ) -> Groups:
        if group is None:
            return Groups(())
        return groups_of(group, lambda one: rows.read(_meant(one, outputs, self.scope)))


class _Grouped:
    """Groups of rows that are computed, and aggregates of them."""

    def __init__(self, select: RowsSelect, rows: Scalars, groups: Groups) -> None:
        self._select = select
        self._rows = rows
        self.groups = groups
        self._aggregates: dict[Parts, int] = {}
        self.scalars = Scalars(rows.zone, rows.now, self._column, self._special)

    def source(self, source: Parts) -> Parts:
        """Write the groups as what stands in FROM."""
        keys = [f'"k{number}"' for number in range(len(self.groups.keys))]
        shown = [
            write(f"{{0}} AS {name}", one) for name, one in zip(keys, self.groups.keys, strict=True)
        ]
        shown += [write(f'{{0}} AS "m{number}"', one) for one, number in self._aggregates.items()]
        if self.groups.sets:
            # Keys are named, since a value in the text of one would be another parameter each time.
            level = f"GROUPING({', '.join(keys)})" if keys else "0"
            shown.append((f'{level} AS "{LEVEL}"',))
        columns = listed(shown) if shown else ("1 AS nothing",)
        whole: Parts = ("SELECT ", *columns)
        whole = write("{0} FROM {1}", whole, source) if source else whole
        if self.groups.sets:
            sets = [", ".join(keys[number] for number in sorted(one)) for one in self.groups.sets]
            listed_ = ", ".join(f"({one})" for one in sets)
            whole = write(f"{{0}} GROUP BY GROUPING SETS ({listed_})", whole)
        elif keys:
            numbers = ", ".join(str(number + 1) for number in range(len(keys)))
            whole = write(f"{{0}} GROUP BY {numbers}", whole)
        return write('({0}) AS "g"', whole)

    def _special(self, node: exp.Expr) -> Typed | None:
        if isinstance(node, exp.Window):
            return write_window(node, self.scalars, windows_of(self._select.node))
        if isinstance(node, exp.Grouping):
            return grouping_of(node, self.groups, "g", self._rows.read)
        aggregate = aggregate_of(node)
        if aggregate is not None:
            if aggregate.argument is not None:
                self._refuse_implied(aggregate.argument)
                if aggregate.name not in _EXTREMES and not aggregate.is_distinct:
                    self._select.refuse_repeated(aggregate.argument)
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
        for number, one in enumerate(self.groups.keys):
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
