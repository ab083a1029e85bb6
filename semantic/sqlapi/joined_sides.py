"""What is joined with views: each thing in FROM, and the query that a view becomes there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.relations import MeasureColumn, ViewRelation

if TYPE_CHECKING:
    from semantic.sqlapi.relations import Relation


@dataclass(slots=True)
class Side:
    """One thing in FROM: what is asked of it, and what of its rows counts.

    `is_certain` where every row of the join has one of its rows. `keys` are expressions over its
    dimensions by which the whole is grouped.
    """

    alias: str
    source: exp.Expr
    relation: Relation
    is_certain: bool = True
    dimensions: dict[str, None] = field(default_factory=dict)
    keys: list[exp.Expr] = field(default_factory=list)
    asked: list[exp.Expr] = field(default_factory=list)
    conditions: list[exp.Expr] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that it has."""
        relation = self.relation
        return tuple(relation.columns) if isinstance(relation, ViewRelation) else relation.names

    @property
    def is_view(self) -> bool:
        """Whether it is a view that is not grouped yet."""
        return isinstance(self.relation, ViewRelation)

    @property
    def only_chooses(self) -> bool:
        """Whether it is rows of which no measure is used."""
        relation = self.relation
        return not isinstance(relation, ViewRelation) and (
            relation.measured.isdisjoint(self.dimensions)
        )

    def measure(self, name: str) -> MeasureColumn | None:
        """Return the measure of a name, None for a dimension."""
        relation = self.relation
        found = relation.columns.get(name) if isinstance(relation, ViewRelation) else None
        return found if isinstance(found, MeasureColumn) else None

    def written(self) -> exp.Expr:
        """Write the query of a view, by the dimensions that are needed of it."""
        if not self.is_view:
            return self.source
        columns: list[exp.Expr] = [column_of("", name) for name in self.dimensions]
        columns += [
            exp.alias_(one, f"key {number}", quoted=True) for number, one in enumerate(self.keys)
        ]
        measures = [
            exp.alias_(one, f"measure {number}", quoted=True)
            for number, one in enumerate(self.asked)
        ]
        select = exp.Select(expressions=[*columns, *measures], from_=exp.From(this=self.source))
        if self.conditions:
            select.set("where", exp.Where(this=exp.and_(*self.conditions, copy=False)))
        if columns:
            groups = [one.unalias().copy() for one in columns]
            select.set("group", exp.Group(expressions=groups))
        alias = exp.TableAlias(this=exp.to_identifier(self.alias, quoted=True))
        return exp.Subquery(this=select, alias=alias)


def column_of(table: str, name: str) -> exp.Column:
    """Name a column, quoted, of a table if one is given."""
    own = exp.to_identifier(table, quoted=True) if table else None
    return exp.Column(this=exp.to_identifier(name, quoted=True), table=own)
