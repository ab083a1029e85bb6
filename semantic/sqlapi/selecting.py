"""SELECT over a view: its groups, what is asked of them, and what is computed of the answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.aggregates import aggregate_of, has_aggregates, is_measure_call
from semantic.sqlapi.blocks import once
from semantic.sqlapi.conditions import conditions_of
from semantic.sqlapi.emptiness import is_never, is_no_rows
from semantic.sqlapi.finishing import finish, ordered_parts
from semantic.sqlapi.gathering import Gatherer
from semantic.sqlapi.grouping_sets import Groups, grouping_of, groups_of
from semantic.sqlapi.ordering import write_limit, write_window
from semantic.sqlapi.relations import (
    MeasureColumn,
    RowsRelation,
    ViewRelation,
    folded,
    folded_table,
    unknown_column,
)
from semantic.sqlapi.scalars import Scalars
from semantic.sqlapi.statements import (
    GROUPING_ERROR,
    NOT_SUPPORTED,
    UNDEFINED_TABLE,
    SqlError,
)
from semantic.sqlapi.typed import Parts, Typed, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from semantic.query.query import Condition
    from semantic.sqlapi.viewing import Views

ALONE = "q"
"""The name of what a SELECT over a view reads."""


@dataclass(slots=True)
class ViewSelect:
    """One SELECT over one view, or over a plain selection of one.

    `alias` is the name of the view in it. `outputs` are what is selected, by name; measures that
    stand by themselves beside groups are added to `bare`.
    """

    node: exp.Select
    relation: ViewRelation
    alias: str
    views: Views
    zone: str
    now: datetime
    bare: list[exp.Column]
    outputs: list[tuple[str, exp.Expr]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Find out what is selected; `*` is every column."""
        self.outputs = list(self._outputs())

    def answer(self) -> ViewRelation | RowsRelation:
        """Return a plain selection as such, for the query around it; anything else as rows."""
        filters = self._filters()
        if self._is_plain():
            columns = {name: self._plain(one) for name, one in self.outputs}
            whole = (*self.relation.conditions, *filters)
            if len(columns) == len(self.outputs):
                return ViewRelation(self.relation.place, columns, whole, is_empty=self._is_never())
        return self.rows(filters)

    def rows(self, filters: tuple[Condition, ...]) -> RowsRelation:
        """Ask for the rows."""
        groups = self.groups()
        is_asked = not self._is_empty(groups)
        lists_all = groups.is_implied and self._lists_all()
        scalars = self.scalars()
        gatherer = Gatherer(self.views, self.relation, scalars, groups, ALONE, is_asked, lists_all)
        scalars = self.above(gatherer)
        items = tuple(scalars.read(one) for _, one in self.outputs)
        having = self.node.args.get("having")
        kept = scalars.condition(having.this) if having is not None else None
        order = [self._ordered(one, items, scalars) for one in self._order()]
        limit = write_limit(self.node, scalars)
        conditions = (*self.relation.conditions, *filters)
        source = gatherer.source(conditions)
        if kept is not None:
            source = write("{0} WHERE {1}", source, kept)
        names = tuple(name for name, _ in self.outputs)
        measured = frozenset(name for name, one in self.outputs if self.has_measure(one))
        rows = RowsRelation(
            names,
            items,
            source,
            implied=measured if groups.is_implied else frozenset(),
            measured=measured,
            unique=groups.unique(ALONE, items),
        )
        return finish(self.node, rows, order, limit, scalars)

    def _lists_all(self) -> bool:
        """Tell whether every measure of the view is selected as it is, as in a preview."""
        whole = self.views.relation(self.relation.place).columns.values()
        measures = {one.name for one in whole if isinstance(one, MeasureColumn)}
        bare = [self.find(one) for _, one in self.outputs if isinstance(one, exp.Column)]
        found = {one.name for one in bare if isinstance(one, MeasureColumn)}
        return len(bare) == len(self.outputs) and measures <= found

    def above(self, gatherer: Gatherer) -> Scalars:
        """Rebuild expressions over the answer."""
        above = _Above(self, gatherer)
        return Scalars(self.zone, self.now, above.column, above.special)

    def dimension(self, node: exp.Column) -> Typed:
        """Return what a column is in a row; a measure is nothing there.

        Raises:
            SqlError: there is no such column, or it is a measure.
        """
        found = self.find(node)
        if isinstance(found, MeasureColumn):
            own = folded(node.this)
            message = f"'{own}' is a measure, and no row has it"
            raise SqlError(
                message, GROUPING_ERROR, f"write HAVING MEASURE({own}) …, or a query around"
            )
        return found

    def find(self, node: exp.Column) -> Typed | MeasureColumn:
        """Look up a column."""
        alias, name = folded_table(node), folded(node.this)
        if alias not in ("", self.alias):
            raise SqlError(f'missing FROM-clause entry for table "{alias}"', UNDEFINED_TABLE)
        found = self.relation.columns.get(name)
        if found is None:
            raise unknown_column(name)
        return found

    def has_measure(self, node: exp.Expr) -> bool:
        """Tell whether an expression has measures, aggregates or windows in it."""
        if has_aggregates(node) or node.find(exp.Window) is not None:
            return True
        return any(
            isinstance(self.relation.columns.get(folded(one.this)), MeasureColumn)
            for one in node.find_all(exp.Column)
        )

    def is_known(self, node: exp.Expr) -> bool:
        """Tell whether every column in an expression is one of the view."""
        return all(folded(one.this) in self.relation.columns for one in node.find_all(exp.Column))

    # What is selected.

    def _outputs(self) -> Iterator[tuple[str, exp.Expr]]:
        for one in self.node.expressions:
            if isinstance(one, exp.Star) or (
                isinstance(one, exp.Column) and isinstance(one.this, exp.Star)
            ):
                star = one if isinstance(one, exp.Star) else one.this
                if any(star.args.get(key) for key in ("except_", "replace", "rename")):
                    raise SqlError("* takes no EXCEPT here", NOT_SUPPORTED)
                for name in self.relation.columns:
                    yield name, exp.column(exp.to_identifier(name, quoted=True))
            else:
                yield output_name(one), one.this if isinstance(one, exp.Alias) else one

    def _filters(self) -> tuple[Condition, ...]:
        where = self.node.args.get("where")
        if where is None:
            return ()
        if has_aggregates(where.this) or where.this.find(exp.Window) is not None:
            message = "aggregate functions are not allowed in WHERE"
            raise SqlError(message, GROUPING_ERROR, "write HAVING")
        return conditions_of(where.this, self.scalars())

    def scalars(self) -> Scalars:
        """Rebuild expressions over the dimensions of a row."""
        return Scalars(self.zone, self.now, self.dimension, lambda _: None)

    def _is_plain(self) -> bool:
        """Tell whether the query around may ask for something else of the same rows."""
        keys = ("group", "having", "distinct", "limit", "offset", "order", "windows")
        if any(self.node.args.get(key) is not None for key in keys):
            return False
        return all(
            self._is_bare(one) or (one.find(exp.Column) and not self.has_measure(one))
            for _, one in self.outputs
        )

    def _is_bare(self, node: exp.Expr) -> bool:
        return isinstance(node, exp.Column) and isinstance(self.find(node), MeasureColumn)

    def _is_empty(self, groups: Groups) -> bool:
        """Tell whether there are no rows whatever the facts are, as tools ask for columns."""
        if is_no_rows(self.node.args.get("limit")):
            return True
        has_rows = not groups.keys and not groups.is_implied
        return self._is_never() and not has_rows and not groups.sets

    def _is_never(self) -> bool:
        where = self.node.args.get("where")
        return self.relation.is_empty or (where is not None and is_never(where.this))

    def _plain(self, node: exp.Expr) -> Typed | MeasureColumn:
        return self.find(node) if isinstance(node, exp.Column) else self.scalars().read(node)

    def _order(self) -> list[exp.Ordered]:
        order = self.node.args.get("order")
        return list(order.expressions) if order is not None else []

    # What is grouped by.

    def groups(self) -> Groups:
        """Return what is grouped by; where nobody says so, it is what is selected."""
        group = self.node.args.get("group")
        if group is not None:
            return groups_of(group, self._key)
        nodes = [one for _, one in self.outputs]
        nodes += [one.this for one in self._order() if self.is_known(one.this)]
        if self.node.args.get("having") is not None or any(map(has_aggregates, nodes)):
            return Groups(())
        scalars = self.scalars()
        keys = [
            scalars.read(one) for one in nodes if one.find(exp.Column) and not self.has_measure(one)
        ]
        for one in nodes:
            if one.find(exp.Column) and self.has_measure(one):
                keys += self._beside_measures(one, scalars)
        return Groups(once(tuple(keys)), is_implied=True)

    def _beside_measures(self, node: exp.Expr, scalars: Scalars) -> list[Typed]:
        """Return the dimensions in an expression over measures, by which they are grouped."""
        if not self.has_measure(node):
            return [scalars.read(node)] if node.find(exp.Column) else []
        if isinstance(node, exp.Window | exp.Column):
            inner = [one for one in node.find_all(exp.Column) if not self._is_bare(one)]
            return [scalars.read(one) for one in inner]
        if node.find(exp.Window) is None and any(
            not self._is_bare(one) for one in node.find_all(exp.Column)
        ):
            message = "dimensions and measures in one expression need a GROUP BY"
            raise SqlError(message, GROUPING_ERROR, "write GROUP BY and MEASURE(x)")
        return [
            one
            for inner in node.iter_expressions()
            for one in self._beside_measures(inner, scalars)
        ]

    def _key(self, one: exp.Expr) -> Typed | None:
        """Read what is grouped by, None where it is the same in every row."""
        node = self._named(one)
        if has_aggregates(node):
            raise SqlError("aggregate functions are not allowed in GROUP BY", GROUPING_ERROR)
        read = self.scalars().read(node)
        return read if read.operands else None

    def _named(self, node: exp.Expr) -> exp.Expr:
        """Return what a number or a name of the output stands for."""
        if isinstance(node, exp.Literal) and not node.is_string and str(node.this).isdigit():
            return self._numbered(int(node.this), "GROUP BY")[1]
        if isinstance(node, exp.Column) and folded(node.this) not in self.relation.columns:
            for name, one in self.outputs:
                if name == folded(node.this) and not folded_table(node):
                    return one
        return node

    def _numbered(self, number: int, where: str) -> tuple[str, exp.Expr]:
        if not 0 < number <= len(self.outputs):
            message = f"{where} position {number} is not in select list"
            raise SqlError(message, "42P10")
        return self.outputs[number - 1]

    def _ordered(
        self, one: exp.Ordered, items: tuple[Typed, ...], scalars: Scalars
    ) -> tuple[exp.Ordered, Parts]:
        return one, ordered_parts(one.this, [name for name, _ in self.outputs], items, scalars)


@dataclass(frozen=True, slots=True)
class _Above:
    """Expressions over the answer: what is grouped by and aggregates are columns of it."""

    select: ViewSelect
    gatherer: Gatherer

    def special(self, node: exp.Expr) -> Typed | None:
        """Return what a node is in the answer."""
        if isinstance(node, exp.Window):
            named = windows_of(self.select.node)
            scalars = Scalars(self.select.zone, self.select.now, self.column, self.special)
            return write_window(node, scalars, named)
        if isinstance(node, exp.Grouping):
            groups = self.gatherer.groups
            return grouping_of(node, groups, ALONE, self.gatherer.rows.read)
        aggregate = aggregate_of(node)
        if aggregate is not None:
            return self.gatherer.aggregate(aggregate)
        if isinstance(node, exp.Column):
            return None
        if node.find(exp.Column) is None or self.select.has_measure(node):
            return None
        return self.gatherer.key(self.gatherer.rows.read(node))

    def column(self, node: exp.Column) -> Typed:
        """Return a column of the answer; a bare measure is what MEASURE makes of it."""
        found = self.select.find(node)
        if isinstance(found, MeasureColumn):
            self.select.bare += [] if self.gatherer.groups.is_implied else [node]
            return self.gatherer.measure(found.name)
        key = self.gatherer.key(found)
        if key is None:
            name = folded(node.this)
            message = f'column "{name}" must appear in the GROUP BY clause'
            hint = "or be used in an aggregate function"
            raise SqlError(message, GROUPING_ERROR, hint)
        return key


def windows_of(node: exp.Expr) -> dict[str, exp.Expr]:
    """Return the windows that a SELECT names."""
    return {folded(one.this): one for one in node.args.get("windows") or ()}


def output_name(node: exp.Expr) -> str:
    """Name a column of a result as PostgreSQL does."""
    if isinstance(node, exp.Alias):
        return folded(node.args["alias"])
    if isinstance(node, exp.Column):
        return folded(node.this)
    if isinstance(node, exp.Cast):
        return output_name(node.this) if isinstance(node.this, exp.Column) else "?column?"
    if is_measure_call(node):
        return "measure"
    return node.key if isinstance(node, exp.AggFunc) else "?column?"
