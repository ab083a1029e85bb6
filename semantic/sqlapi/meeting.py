"""Views joined with each other: each is grouped first by what they have in common, then joined.

What is asked of a view becomes a query of its own, by its columns in the join and in the groups. A
join that would put a measure beside several rows is refused, since it would count for each.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from semantic.sqlapi.aggregates import aggregate_of
from semantic.sqlapi.conditions import conjuncts
from semantic.sqlapi.joined_sides import Side, column_of
from semantic.sqlapi.joining import side_of
from semantic.sqlapi.relations import folded, folded_table, unknown_column
from semantic.sqlapi.statements import AMBIGUOUS_COLUMN, NOT_SUPPORTED, SqlError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from semantic.sqlapi.relations import Relation, Scope

    Name = tuple[str, str]

_HINT = "group each view in a sub-query, and join those by their dimensions"


@dataclass(slots=True)
class Meeting:
    """A SELECT over several things in FROM, at least one of which is a view.

    `bare` are measures that stand by themselves beside groups.
    """

    node: exp.Select
    sides: dict[str, Side]
    is_count: Callable[[str], bool]
    bare: list[exp.Column]
    equal: list[tuple[Name, Name]] = field(default_factory=list)
    merged: set[str] = field(default_factory=set)

    def rewritten(self) -> exp.Select:
        """Return the SELECT over the grouped views.

        Raises:
            SqlError: a measure would count for several rows, or a column is of no certain view.
        """
        self._match()
        where = self.node.args.get("where")
        self._push(conjuncts(where.this) if where is not None else ())
        group = self.node.args.get("group")
        wanted = self._wanted(group)
        having = self.node.args.get("having")
        order = self.node.args.get("order")
        shown = [self._shown(one) for one in self.node.expressions]
        kept = None if having is None else self._above(having.this)
        named = {exp.column(one.args["alias"]) for one in shown if isinstance(one, exp.Alias)}
        for one in order.expressions if order is not None else ():
            one.set("this", one.this if one.this in named else self._above(one.this))
        self._refuse_loose(wanted)
        first, *others = self.sides.values()
        select = exp.Select(expressions=shown, from_=exp.From(this=first.written()))
        joins = self.node.args["joins"]
        for join, side in zip(joins, others, strict=True):
            join.set("this", side.written())
        select.set("joins", joins)
        for key, value in (("order", order), ("where", kept and exp.Where(this=kept))):
            select.set(key, value)
        for key in ("limit", "offset", "distinct", "windows"):
            select.set(key, self.node.args.get(key))
        return select

    # What is joined.

    def _match(self) -> None:
        """Read the joins: which columns are equal, and on which side rows may be missing."""
        before: list[Side] = [next(iter(self.sides.values()))]
        for join, side in zip(self.node.args["joins"], list(self.sides.values())[1:], strict=True):
            way = side_of(join)
            if way in ("RIGHT", "FULL"):
                for one in before:
                    one.is_certain = False
            side.is_certain = way not in ("LEFT", "FULL")
            before.append(side)
            for name in map(folded, join.args.get("using") or ()):
                self.merged.add(name)
                for one in before:
                    if name in one.names:
                        one.dimensions[name] = None
                        self._equate(way, (one.alias, name), (side.alias, name))
            on = join.args.get("on")
            if on is not None:
                self._read_on(join, way, side)

    def _equate(self, way: str, left: Name, right: Name) -> None:
        """Note which of two columns says what the other is, in a join that keeps some rows."""
        self.equal += [(left, right)] if way in ("INNER", "LEFT") else []
        self.equal += [(right, left)] if way in ("INNER", "RIGHT") else []

    def _read_on(self, join: exp.Join, way: str, side: Side) -> None:
        kept = []
        for one in conjuncts(join.args["on"]):
            owners = {self._owner(column).alias for column in one.find_all(exp.Column)}
            if not owners:
                kept.append(one)
            elif isinstance(one, exp.EQ) and len(owners) > 1:
                left, right = (self._name(each) for each in (one.this, one.expression))
                if right[0] != side.alias:
                    left, right = right, left
                self._equate(way, left, right)
                kept.append(one)
            elif owners == {side.alias} and way in ("INNER", "LEFT") and side.is_view:
                side.conditions.append(self._within(one))
            elif len(owners) <= 1 and way == "INNER":
                self._push([one])
            else:
                message = "this condition of a join of views is not understood"
                raise SqlError(message, NOT_SUPPORTED, _HINT)
        join.set("on", exp.and_(*kept, copy=False) if kept else exp.true())

    def _name(self, node: exp.Expr) -> Name:
        """Return the dimension that a side of a condition is."""
        if not isinstance(node, exp.Column):
            message = "views are joined on their dimensions, as they are"
            raise SqlError(message, NOT_SUPPORTED, _HINT)
        owner, name = self._owner(node), folded(node.this)
        self._dimension(owner, name)
        return owner.alias, name

    def _push(self, several: Iterable[exp.Expr]) -> None:
        """Let each condition hold in the view that it is about."""
        for one in several:
            owners = [self._owner(column) for column in one.find_all(exp.Column)]
            if not owners or len({each.alias for each in owners}) > 1 or not owners[0].is_view:
                message = "WHERE over joined views takes conditions on one of them each"
                raise SqlError(message, NOT_SUPPORTED, _HINT)
            if not owners[0].is_certain:
                message = f"rows of '{owners[0].alias}' may be missing, where WHERE looks at them"
                raise SqlError(message, NOT_SUPPORTED, "write the condition into ON")
            owners[0].conditions.append(self._within(one))

    # What is selected.

    def _wanted(self, group: exp.Expr | None) -> set[Name]:
        """Return the columns that the rows of the answer are about."""
        nodes = [one.unalias() for one in self.node.expressions]
        if group is not None:
            if any(value for key, value in group.args.items() if key != "expressions"):
                raise SqlError("this form of GROUP BY is not understood", NOT_SUPPORTED)
            nodes = [self._numbered(one) for one in group.expressions]
        found: set[Name] = set()
        for one in nodes:
            if isinstance(one, exp.Column) and not self._is_measure(one):
                found |= self._names(one)
            elif group is not None:
                found.add(self._key(one))
        return found

    def _key(self, node: exp.Expr) -> Name:
        """Let a view be grouped by an expression, and return the column that it gets there."""
        owners = {self._owner(one).alias for one in node.find_all(exp.Column)}
        side = self.sides[owners.pop()] if len(owners) == 1 else None
        if side is None or not side.is_view:
            message = "an expression in GROUP BY over joined views has to be about one of them"
            raise SqlError(message, NOT_SUPPORTED, _HINT)
        side.keys.append(self._within(node.copy()))
        return side.alias, f"key {len(side.keys) - 1}"

    def _grouped(self, node: exp.Expr) -> exp.Expr | None:
        """Return the column of an expression that is grouped by, None for anything else."""
        owners = {self._owner(one).alias for one in node.find_all(exp.Column)}
        own = self._within(node.copy())
        for alias in owners if len(owners) == 1 else ():
            if own in (keys := self.sides[alias].keys):
                return column_of(alias, f"key {keys.index(own)}")
        return None

    def _numbered(self, node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Literal) and str(node.this).isdigit():
            number = int(node.this)
            if not 0 < number <= len(self.node.expressions):
                raise SqlError(f"GROUP BY position {number} is not in select list", "42P10")
            found: exp.Expr = self.node.expressions[number - 1].unalias()
            return found
        return node

    def _shown(self, node: exp.Expr) -> exp.Expr:
        if node.is_star:
            raise SqlError("* of joined views would be all of their columns", NOT_SUPPORTED, _HINT)
        if isinstance(node, exp.Alias):
            node.set("this", self._above(node.this))
            return node
        name = folded(node.this) if isinstance(node, exp.Column) else ""
        shown = self._above(node)
        return exp.alias_(shown, name, quoted=True) if name and shown is not node else shown

    def _above(self, node: exp.Expr) -> exp.Expr:
        """Put columns of the grouped views into the place of measures, aggregates and keys."""
        grouped = self._grouped(node)
        if grouped is not None:
            return grouped
        if isinstance(node, exp.Column):
            if self._is_measure(node):
                return self._asked(node, self._owner(node))
            for alias, name in self._names(node):
                self._dimension(self.sides[alias], name)
            return node
        if not isinstance(node, exp.Window) and aggregate_of(node) is not None:
            owners = {self._owner(one).alias for one in node.find_all(exp.Column)}
            if len(owners) != 1:
                message = "an aggregate over joined views has to be about one of them"
                raise SqlError(message, NOT_SUPPORTED, _HINT)
            return self._asked(node, self.sides[owners.pop()])
        for key, value in list(node.args.items()):
            if isinstance(value, list):
                shown = [self._above(one) if isinstance(one, exp.Expr) else one for one in value]
                node.set(key, shown)
            elif isinstance(value, exp.Expr) and not isinstance(value, exp.Identifier):
                node.set(key, self._above(value))
        return node

    def _asked(self, node: exp.Expr, side: Side) -> exp.Expr:
        """Ask a view for a measure or an aggregate, and return its column there."""
        if not side.is_view:
            raise SqlError("only views are aggregated where they are joined", NOT_SUPPORTED, _HINT)
        is_count = isinstance(node, exp.Count)
        if isinstance(node, exp.Column):
            self.bare += [node] if self.node.args.get("group") is not None else []
            measure = side.measure(folded(node.this))
            is_count = measure is not None and self.is_count(measure.name)
            node = exp.Anonymous(this="measure", expressions=[self._within(node.copy())])
        else:
            node = self._within(node.copy())
        side.asked.append(node)
        column = column_of(side.alias, f"measure {len(side.asked) - 1}")
        if is_count:
            return exp.Coalesce(this=column, expressions=[exp.Literal.number(0)])
        return column

    def _refuse_loose(self, wanted: set[Name]) -> None:
        """Refuse what the rows of the answer would not be told apart by."""
        known = set(wanted)
        while more := {right for left, right in self.equal if left in known} - known:
            known |= more
        for side in self.sides.values():
            for name in side.dimensions if side.is_view else ():
                if (side.alias, name) not in known:
                    message = f"'{side.alias}.{name}' is joined on, and not grouped by"
                    hint = f"add it to GROUP BY, or {_HINT}"
                    raise SqlError(message, NOT_SUPPORTED, hint)

    # Whose columns are meant.

    def _is_measure(self, node: exp.Column) -> bool:
        return not self._is_merged(node) and (
            self._owner(node).measure(folded(node.this)) is not None
        )

    def _is_merged(self, node: exp.Column) -> bool:
        return not folded_table(node) and folded(node.this) in self.merged

    def _names(self, node: exp.Column) -> set[Name]:
        name = folded(node.this)
        if self._is_merged(node):
            return {(one.alias, name) for one in self.sides.values() if name in one.names}
        return {(self._owner(node).alias, name)}

    def _owner(self, node: exp.Column) -> Side:
        alias, name = folded_table(node), folded(node.this)
        among = [one for one in self.sides.values() if alias in ("", one.alias)]
        found = [one for one in among if name in one.names]
        if not found:
            raise unknown_column(name)
        if len(found) > 1 and name not in self.merged:
            raise SqlError(f'column reference "{name}" is ambiguous', AMBIGUOUS_COLUMN)
        return found[0]

    def _dimension(self, side: Side, name: str) -> None:
        if side.measure(name) is not None:
            raise SqlError(f"'{name}' is a measure, and no view is joined on it", NOT_SUPPORTED)
        side.dimensions[name] = None

    def _within(self, node: exp.Expr) -> exp.Expr:
        """Leave out the alias of the view, which is the only thing in the FROM of its query."""
        for one in list(node.find_all(exp.Column)):
            for key in ("table", "db", "catalog"):
                one.set(key, None)
        return node


def meet(
    node: exp.Select,
    sources: list[tuple[str, Relation, exp.Expr]],
    is_count: Callable[[str], bool],
    bare: list[exp.Column],
) -> tuple[exp.Select, frozenset[str]]:
    """Rewrite a SELECT in which views are joined before they are grouped.

    Return it with the names of what only chooses rows, which may stand beside several of them.

    Raises:
        SqlError: two of them have one name, or it is not clear what would be counted.
    """
    aliases = [alias for alias, _, _ in sources]
    if "" in aliases or len(set(aliases)) < len(aliases):
        raise SqlError("what is joined needs names that differ", "42712")
    sides = {alias: Side(alias, source, relation) for alias, relation, source in sources}
    rewritten = Meeting(node, sides, is_count, bare).rewritten()
    if not all(one.is_certain for one in sides.values()):
        return rewritten, frozenset()
    return rewritten, frozenset(alias for alias, one in sides.items() if one.only_chooses)


def refuse_repeated(scope: Scope, choosing: frozenset[str], *, is_strict: bool) -> None:
    """Refuse measures that a join put beside several rows; strictly, any row that is there twice.

    What is only `choosing` rows may: views whose rows are there once are still told apart.

    Raises:
        SqlError: there are some.
    """
    for one in scope.standing:
        is_counted = one.alias not in choosing and (bool(one.rows.measured) or is_strict)
        if one.own in scope.repeated and is_counted:
            message = f"measures of '{one.alias}' would stand beside several rows of the join"
            raise SqlError(message, NOT_SUPPORTED, _HINT)
