"""One fact of a query: its joins, what they multiply, and its aggregates by the groups."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from semantic.joins.graph import refuse_unconnected
from semantic.plan.asking import find, is_switch, kind_of
from semantic.plan.binding import Binder
from semantic.plan.bound import Bound
from semantic.plan.calendars import moved_keys
from semantic.plan.expressions import NOTHING, Call, Column, Constant, Value, both, either
from semantic.plan.intervals import unsupported
from semantic.plan.members import lookup_name
from semantic.plan.nodes import Arm, CubeTable, Joined, Rows, Values
from semantic.plan.single_rows import without_groups
from semantic.query.query import members_of
from semantic.spec.dimensions import Dimension, DimensionType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from semantic.joins.graph import Edge, JoinGraph, JoinTree, Path
    from semantic.plan.asking import Asked, Grouping
    from semantic.plan.bound import Leaf, Owned
    from semantic.plan.expressions import Expression
    from semantic.plan.members import Members
    from semantic.plan.nodes import Answer, Named
    from semantic.query.query import Condition, TimeDimension
    from semantic.spec.cubes import Cube
    from semantic.spec.model import Found

KEYS = "keys"
"""The name of the sub-query that has groups and primary keys."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """Where the rows of a fact come from: the joins, the groups and the conditions on them.

    `is_multiplied` tells whether a row of the fact may come several times.
    """

    tree: JoinTree
    tables: tuple[Joined, ...]
    groups: tuple[Named, ...]
    conditions: tuple[Expression, ...]
    notes: tuple[str, ...]
    is_multiplied: bool


class ArmBuilder:
    """Builds the arm of one fact: leaves of one cube that share a window and moves in time.

    `look_up` plans the sub-query of a dimension that is one.
    """

    def __init__(
        self,
        members: Members,
        graph: JoinGraph,
        asked: Asked,
        leaves: tuple[Leaf, ...],
        look_up: Callable[[str, str], Answer],
    ) -> None:
        """Build for some leaves; without any, for the dimensions alone."""
        self.members = members
        self.graph = graph
        self.asked = asked
        self.leaves = leaves
        self.fact = leaves[0].cube if leaves else None
        self._shifts = leaves[0].shifts if leaves else ()
        self.binder = Binder(members, asked.query, self._shifts)
        self._look_up = look_up
        self.masked: dict[str, Any] = dict(asked.restrictions.masked)
        self._instead: dict[Owned, Bound] = {}

    def build(self, groups: tuple[Grouping, ...]) -> tuple[Arm, tuple[str, ...]]:
        """Build the arm, and say in sentences how it is computed."""
        sourced = self.source(groups, self.asked.spans, self.needs())
        notes = sourced.notes
        if self.fact is None or not sourced.is_multiplied:
            is_optional = self.fact is not None and sourced.tree.root != self.fact
            columns = (*sourced.groups, *self.aggregates(is_optional=is_optional))
            rows = Rows(sourced.tables, columns, sourced.conditions, len(sourced.groups))
            rows = without_groups(self.members, sourced.tree, rows, self.leaves)
        else:
            rows = self._over_keys(sourced)
            notes = (*notes, f"rows of {self.fact} are multiplied: counted once by primary key")
        return Arm(self.fact, rows, self._kept()), notes

    def build_rows(self, groups: tuple[Grouping, ...]) -> tuple[Arm, tuple[str, ...]]:
        """Build rows that stand by themselves, without any aggregate."""
        sourced = self.source(groups, self.asked.spans, self.needs())
        if self.fact is not None and sourced.is_multiplied:
            message = (
                f"An ungrouped query would show rows of '{self.fact}' more than once; leave out "
                "dimensions that multiply them"
            )
            raise unsupported(message)
        columns = (*sourced.groups, *(self._raw(one) for one in self.leaves))
        rows = Rows(sourced.tables, columns, sourced.conditions)
        return Arm(self.fact, rows, self._kept()), sourced.notes

    def source(
        self,
        groups: tuple[Grouping, ...],
        spans: tuple[TimeDimension, ...],
        needs: tuple[Bound, ...],
        extra: tuple[Bound, ...] = (),
    ) -> Sourced:
        """Join what groups and conditions need; `extra` are conditions of the arm itself."""
        times = [one.found for one in groups if kind_of(one.found) == "time" and not one.formula]
        self._instead = moved_keys(self.members, self._times(times, spans), self._shifts)
        joined = [one for one in groups if one.is_inside or one.found.name not in self.masked]
        switches = {one.owned: None for one in joined if is_switch(one.found)}
        self.binder = Binder(self.members, self.asked.query, self._shifts, switches)
        shown = [self.binder.group(one, {} if one.is_inside else self.masked) for one in groups]
        conditions = [
            *self._conditions(switches),
            *(self.binder.span(one) for one in spans),
            *(self.binder.segment(one) for one in self.asked.query.segments),
            *extra,
        ]
        start = Bound(NOTHING, (self._path(),) if self.fact else ())
        whole = start.over(*shown, *conditions, *needs, *self._unused_times())
        whole, restricted = self._restrict(whole)
        tree = self._tree(whole.needs)
        return Sourced(
            tree,
            self.tables(tree, whole.lookups),
            tuple((one.column, bound.expression) for one, bound in zip(groups, shown, strict=True)),
            tuple(one.expression for one in (*conditions, *restricted)),
            (self._describe(tree),),
            self._is_multiplied(tree),
        )

    def _times(self, grouped: list[Found], spans: tuple[TimeDimension, ...]) -> list[Found]:
        """List the time dimensions of the question, by which measures may be moved."""
        names = [one.member for one in spans]
        names += [name for row in self.asked.rows for name in members_of(row)]
        found = [*grouped, *(find(self.members, name) for name in names)]
        return list({one.name: one for one in found if kind_of(one) == "time"}.values())

    def _conditions(self, joined: Mapping[Owned, None]) -> list[Bound]:
        """Bind the conditions on rows.

        A switch that is not grouped by adds no rows: some value of it has to meet them all.
        """
        free: dict[Owned, tuple[str, ...]] = {}
        found, waiting = [], []
        for condition in self.asked.rows:
            of = [find(self.members, name) for name in members_of(condition)]
            values = {
                (one.cube, one.member.name): one.member.values
                for one in of
                if isinstance(one.member, Dimension) and is_switch(one)
            }
            own = {key: value for key, value in values.items() if key not in joined}
            free.update(own)
            if own:
                waiting.append(condition)
            else:
                found.append(self.binder.condition(condition))
        if waiting:
            choices = [
                self._chosen({**joined, **dict(zip(free, chosen, strict=True))}, waiting)
                for chosen in product(*free.values())
            ]
            whole = either(tuple(one.expression for one in choices))
            found.append(Bound(whole).over(*choices))
        return found

    def _chosen(self, switches: Mapping[Owned, str | None], waiting: list[Condition]) -> Bound:
        """Bind conditions for one value of each switch."""
        binder = Binder(self.members, self.asked.query, self._shifts, switches)
        bound = [binder.condition(one) for one in waiting]
        return Bound(both(tuple(one.expression for one in bound))).over(*bound)

    def _is_multiplied(self, tree: JoinTree) -> bool:
        """Tell whether joins repeat rows of the fact; days of a calendar may mean the same one."""
        moved = {cube for cube, _ in self._instead}
        return self.fact is not None and (
            tree.multiplied(self.fact) or bool(moved.intersection(tree.cubes) - {self.fact})
        )

    def tables(self, tree: JoinTree, lookups: tuple[tuple[str, str], ...]) -> tuple[Joined, ...]:
        """Write a tree as joins, each sub-query after the cube whose dimension it is."""
        joined = [Joined(tree.root, self.cube_table(tree.root)), *self._lookups(tree.root, lookups)]
        for edge in tree.edges:
            source = self.members.model.cubes[edge.source]
            condition = self._join(edge, source)
            if condition.lookups or any(one[-1] not in tree.cubes for one in condition.needs):
                message = f"the join from {edge.source} to {edge.target} needs a third cube"
                raise unsupported(message)
            table = self.cube_table(edge.target)
            joined.append(Joined(edge.target, table, condition.expression))
            joined.extend(self._lookups(edge.target, lookups))
        return tuple(joined)

    def _join(self, edge: Edge, source: Cube) -> Bound:
        """Bind a join; that of a calendar compares the day of which rows are wanted."""
        named = [self.members.resolve(one, source) for one in edge.join.sql.references]
        read = {(path[-1], member.name) for path, member, _ in named if member is not None}
        for cube, key in self._instead:
            if cube in (edge.source, edge.target) and (cube, key) not in read:
                message = f"the join from {edge.source} to {edge.target} has to name"
                raise unsupported(f"{message} {{{cube}.{key}}}, so that it can be moved in time")
        return self.members.written(edge.join.sql, source, self._instead)

    def cube_table(self, name: str) -> CubeTable:
        """Return the rows of a cube."""
        cube = self.members.model.cubes[name]
        fragment = cube.sql_table or cube.sql
        if fragment is None or fragment.references:
            raise unsupported(f"cube '{name}': its SQL may not refer to other cubes")
        return CubeTable(fragment, cube.sql_table is None)

    def keys_of(self, cube: str) -> tuple[Named, ...]:
        """Return the primary key of a cube as named columns.

        Raises:
            QueryError: the cube has none, `PRIMARY_KEY_MISSING`.
        """
        keys = self.members.model.cubes[cube].primary_keys
        if not keys:
            message = f"'{cube}' needs a primary_key, because joins repeat its rows"
            raise unsupported(message)
        return tuple(
            (f"key_{number}", self.members.dimension(cube, one.name).expression)
            for number, one in enumerate(keys)
        )

    def over_fact(self, keys: tuple[Named, ...]) -> tuple[Joined, ...]:
        """Join the fact, and what its measures read beside it, back to the keys."""
        fact = self.fact or ""
        condition = both(
            tuple(Call("eq", (Column(name, KEYS), expression)) for name, expression in keys)
        )
        needs = Bound(NOTHING, ((fact,),)).over(*self.needs())
        cubes = tuple(dict.fromkeys(path[-1:] for path in needs.needs))
        tree = self.graph.find(cubes)
        if tree is None or tree.root != fact:
            others = ", ".join(f"'{one}'" for (one,) in cubes if one != fact)
            raise unsupported(f"measures of '{fact}' read {others}, which '{fact}' does not reach")
        tables = self.tables(tree, needs.lookups)
        return (Joined(fact, tables[0].source, condition), *tables[1:])

    def _over_keys(self, sourced: Sourced) -> Rows:
        keys = self.keys_of(self.fact or "")
        columns = (*sourced.groups, *keys)
        source = Rows(sourced.tables, columns, sourced.conditions, is_distinct=True)
        groups = tuple((name, Column(name, KEYS)) for name, _ in sourced.groups)
        return Rows(
            (Joined(KEYS, source), *self.over_fact(keys)),
            (*groups, *self.aggregates(is_optional=True)),
            grouped=len(groups),
        )

    def _kept(self) -> tuple[str, ...]:
        return tuple(one.column for one in self.leaves)

    def aggregates(self, *, is_optional: bool) -> tuple[Named, ...]:
        """Return the measures of the arm as columns.

        With `is_optional` joined rows may lack the fact; what its SQL makes of NULL does not count.
        """
        found = []
        for one in self.leaves:
            expression = self.members.aggregate(one.cube, one.name).expression
            if is_optional and isinstance(expression, Call):
                expression = self._present(one.cube, expression)
            found.append((one.column, expression))
        return tuple(found)

    def _present(self, cube: str, aggregate: Call) -> Call:
        """Aggregate over rows of a cube that are there."""
        key = self.keys_of(cube)[0][1]
        argument = aggregate.arguments[0]
        if argument == key:
            return aggregate
        is_there = Call("is not null", (key,))
        return Call(aggregate.operation, (Call("case", (is_there, argument)),))

    def needs(self) -> tuple[Bound, ...]:
        """Return what the measures of the arm read."""
        return tuple(self.members.aggregate(one.cube, one.name) for one in self.leaves)

    def _raw(self, leaf: Leaf) -> Named:
        """Show of a measure what one row brings to it."""
        expression = self.members.aggregate(leaf.cube, leaf.name).expression
        if not isinstance(expression, Call):
            message = f"'{leaf.cube}.{leaf.name}' aggregates by itself and has no value for a row"
            raise unsupported(message)
        value = expression.arguments[0]
        if expression.operation.startswith("count"):
            value = Call("case", (Call("is not null", (value,)), Constant("1")))
        return leaf.column, value

    def _path(self) -> Path:
        """Return the path on which the fact is reached: that of the view that shows it."""
        fact = self.fact or ""
        for place in dict.fromkeys(name.partition(".")[0] for name in self.asked.query.members()):
            view = self.members.model.views.get(place)
            for path in view.join_paths if view is not None else ():
                if path[-1] == fact:
                    return path
        return (fact,)

    def _tree(self, needs: tuple[Path, ...]) -> JoinTree:
        tree = self._find(needs)
        if tree is None:
            raise refuse_unconnected(needs)
        if self.fact:
            self._refuse_repeated(tree)
        return tree

    def _find(self, needs: tuple[Path, ...]) -> JoinTree | None:
        """Connect cubes; a path that begins elsewhere than the fact's counts by its end."""
        paths = (*needs, *self.asked.query.join_hints)
        tree = self.graph.find(paths)
        if tree is None and self.fact:
            root = self._path()[0]
            paths = tuple(one if one[0] == root else (one[-1],) for one in paths)
            tree = self.graph.find(paths) or self._through_others(paths)
        return tree

    def _unused_times(self) -> tuple[Bound, ...]:
        """Join time dimensions that a query names without using them."""
        return tuple(
            Bound(NOTHING, (find(self.members, one.member).path,))
            for one in self.asked.query.time_dimensions
            if one.granularity is None and one.date_range is None
        )

    def _through_others(self, paths: tuple[Path, ...]) -> JoinTree | None:
        """Start from another cube of the query, where the fact and its groups need one."""
        found = [self.graph.find(((one,), *paths)) for one in self.asked.cubes]
        return min((one for one in found if one), key=lambda one: len(one.edges), default=None)

    def _refuse_repeated(self, tree: JoinTree) -> None:
        """Refuse measures that read a cube of which one row of the fact has several."""
        for one in self.leaves:
            bound = self.members.aggregate(one.cube, one.name)
            others = frozenset(path[-1] for path in bound.needs) - {one.cube}
            if tree.multiplied(one.cube, others):
                message = (
                    f"measure '{one.cube}.{one.name}' reads {', '.join(sorted(others))}, which "
                    f"has several rows for one of '{one.cube}'; declare the measure there"
                )
                raise unsupported(message)

    def _restrict(self, whole: Bound) -> tuple[Bound, tuple[Bound, ...]]:
        """Add the conditions of every cube of which members are read, until none is new."""
        found: dict[str, tuple[Bound, ...]] = {}
        by_cube = dict(self.asked.restrictions.by_cube)
        while missing := [
            path[-1] for path in whole.needs if path[-1] in by_cube and path[-1] not in found
        ]:
            for cube in missing:
                found[cube] = tuple(self.binder.condition(one) for one in by_cube[cube])
                whole = whole.over(*found[cube])
        return whole, tuple(one for bound in found.values() for one in bound)

    def _lookups(self, cube: str, lookups: tuple[tuple[str, str], ...]) -> tuple[Joined, ...]:
        joined = []
        for owner, name in lookups:
            dimension = self.members.model.cubes[owner].dimensions[name]
            if owner == cube and dimension.type is DimensionType.SWITCH:
                values = tuple(Value(one, "VARCHAR") for one in dimension.values)
                alias = lookup_name(owner, name)
                joined.append(Joined(alias, Values(values), Constant("TRUE")))
            elif owner == cube:
                alias = lookup_name(owner, name)
                keys = self.keys_of(owner)
                condition = both(
                    tuple(Call("eq", (Column(key, alias), value)) for key, value in keys)
                )
                joined.append(Joined(alias, self._look_up(owner, name), condition))
        return tuple(joined)

    def _describe(self, tree: JoinTree) -> str:
        name = self.fact or "dimensions"
        if not tree.edges:
            return f"{name}: read from {tree.root}"
        joins = ", ".join(
            f"{one.source} → {one.target} ({one.join.relationship.value})" for one in tree.edges
        )
        return f"{name}: from {tree.root} over {joins}"
