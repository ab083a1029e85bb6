"""Plans of queries: one arm for each fact, put together by the groups."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from semantic.joins.graph import JoinGraph, refuse_unconnected
from semantic.plan.arms import ArmBuilder
from semantic.plan.asking import Asked, Restrictions, find, kind_of, take_apart
from semantic.plan.composing import Composer, facts_of
from semantic.plan.expressions import Column
from semantic.plan.intervals import unsupported
from semantic.plan.members import Members
from semantic.plan.nodes import LEVEL, Answer, Gathered
from semantic.plan.staging import filtered_by
from semantic.plan.windows import Axis, build_window
from semantic.query.query import Query, QueryError
from semantic.spec.cubes import Segment
from semantic.spec.dimensions import Dimension
from semantic.spec.measures import Measure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from semantic.plan.asking import Grouping
    from semantic.plan.bound import Bound, Leaf
    from semantic.plan.expressions import Expression
    from semantic.plan.nodes import Arm
    from semantic.spec.model import Found, Model


@dataclass(frozen=True, slots=True)
class Plan:
    """What a query becomes: the answer, what it shows, and sentences about how it is computed."""

    answer: Answer
    asked: Asked
    notes: tuple[str, ...]


class Planner:
    """Plans queries over one model. It may be used from several threads at once."""

    def __init__(self, model: Model, types: Mapping[str, str]) -> None:
        """Plan for a model, with the SQL types of its members."""
        self.model = model
        self.members = Members(model, types)
        self.graph = JoinGraph(model)
        self.unrestricted = Restrictions()

    def cubes_read_by(self, name: str) -> frozenset[str]:
        """Name the cubes whose rows show in a member, beside those that joins pass through."""
        found = find(self.members, name)
        if isinstance(found.member, Dimension):
            bounds = [self.members.dimension(found.cube, found.member.name)]
        elif isinstance(found.member, Segment):
            bounds = [self.members.segment(found.cube, found.member)]
        else:
            bound = self.members.calculated(found.cube, found.member.name)
            bounds = list(self._every_bound(bound))
        cubes = {path[-1] for one in bounds for path in one.needs}
        for owner, lookup in (one for bound in bounds for one in bound.lookups):
            if self.model.cubes[owner].dimensions[lookup].is_sub_query:
                cubes |= self.cubes_read_by(self._looked_up(owner, lookup).name)
        return frozenset(cubes)

    def plan(self, query: Query, restrictions: Restrictions) -> Plan:
        """Plan a query under restrictions.

        Raises:
            QueryError: it cannot be answered, or not rightly.
        """
        asked = take_apart(self.members, query, restrictions)
        if not asked.groups and not asked.measures:
            message = (
                "Query should contain either measures, dimensions or timeDimensions with "
                "granularities in order to be valid"
            )
            raise QueryError(message, code="QUERY_EMPTY")
        self._refuse_unconnected(asked)
        self._refuse_computed(asked)
        if asked.query.is_ungrouped:
            composed, notes = self._rows(asked)
        else:
            composer = Composer(self.members, asked, self._arm, self._is_parted)
            composed, notes = composer.compose(asked), tuple(dict.fromkeys(composer.notes))
        return Plan(_answer(asked, composed), asked, notes)

    def _refuse_unconnected(self, asked: Asked) -> None:
        """Refuse members of cubes that no joins connect, as Cube does, even where none is shared.

        Facts that one view shows are meant to be asked together, whatever joins them.
        """
        found = [find(self.members, name) for name in asked.query.own_members()]
        paths = tuple(dict.fromkeys(one.path for one in found if one.shown is None))
        if len(paths) > 1 and self.graph.find(paths) is None:
            raise refuse_unconnected(paths)

    def _refuse_computed(self, asked: Asked) -> None:
        """Refuse measures whose windows or stages cannot tell which dimension is computed."""
        if not asked.query.computed:
            return
        operands = [one for computed in asked.query.computed for one in computed.formula.operands]
        times = [
            one.member for one in operands if kind_of(find(self.members, one.member)) == "time"
        ]
        for leaf in asked.leaves:
            if times and leaf.window is not None:
                message = f"'{leaf.cube}.{leaf.name}' rolls over time and cannot be grouped by an"
                raise unsupported(f"{message} expression of '{times[0]}'; truncate it instead")
        if asked.stages or asked.reads:
            message = "A measure of several stages cannot be grouped by an expression"
            raise unsupported(f"{message}; group by the dimensions themselves")

    def _rows(self, asked: Asked) -> tuple[Answer, tuple[str, ...]]:
        facts = facts_of(asked.leaves)
        if len(facts) > 1 or any(one.window or one.shifts for one in asked.leaves):
            message = "An ungrouped query can show measures of one cube only, and none that roll"
            raise unsupported(message)
        if asked.results or asked.query.subtotals or asked.stages or asked.reads:
            message = "An ungrouped query has no filters on measures, subtotals and stages"
            raise unsupported(message)
        arm, notes = self._builder(asked, facts[0]).build_rows(asked.groups)
        gathered = tuple(Gathered(one.column, "", is_count=False) for one in asked.leaves)
        return Answer(tuple(one.column for one in asked.groups), gathered, (arm,), ()), notes

    def _arm(
        self, asked: Asked, leaves: tuple[Leaf, ...], groups: tuple[Grouping, ...]
    ) -> tuple[Arm, tuple[str, ...]]:
        builder = self._builder(asked, leaves)
        window = leaves[0].window if leaves else None
        axis = self._axis(asked, groups) if window is not None else None
        if window is None or axis is None:
            return builder.build(groups)
        return build_window(builder, window, axis, groups)

    def _axis(self, asked: Asked, groups: tuple[Grouping, ...]) -> Axis | None:
        """Find the time dimension along which windows move: that of the groups, else a range."""
        spans = {find(self.members, one.member).name: one for one in asked.spans}
        for one in groups:
            if one.granularity is not None:
                return Axis(one.found, one.granularity, spans.get(one.found.name))
        for name, span in spans.items():
            return Axis(find(self.members, name), None, span)
        return None

    def _builder(self, asked: Asked, leaves: tuple[Leaf, ...]) -> ArmBuilder:
        def look_up(cube: str, name: str) -> Answer:
            return self._look_up(asked, cube, name)

        return ArmBuilder(self.members, self.graph, asked, leaves, look_up)

    def _look_up(self, asked: Asked, cube: str, name: str) -> Answer:
        """Plan the sub-query of a dimension: a measure of another cube by the key of its own."""
        dimension = self.model.cubes[cube].dimensions[name]
        found = self._looked_up(cube, name)
        if dimension.propagates_filters and asked.rows:
            message = "propagate_filters_to_sub_query is not executed with filters"
            raise unsupported(f"dimension '{cube}.{name}': {message}")
        keys = tuple(f"{cube}.{one.name}" for one in self.model.cubes[cube].primary_keys)
        inner = Query(measures=(found.name,), dimensions=keys, limit=None, order=())
        only = Restrictions(by_cube=asked.restrictions.by_cube)
        plan = self.plan(inner, only)
        groups = plan.answer.groups
        renamed = (
            *((f"key_{number}", Column(column)) for number, column in enumerate(groups)),
            ("value", plan.asked.measures[0].bound.expression),
        )
        return replace(plan.answer, columns=renamed)

    def _looked_up(self, cube: str, name: str) -> Found:
        """Find the measure that a dimension takes from a sub-query."""
        sql = self.model.cubes[cube].dimensions[name].sql
        reference = sql.references[0].path if sql is not None and sql.references else ()
        found = self.model.find(".".join(reference[-2:]))
        if found is None or not isinstance(found.member, Measure):
            message = f"dimension '{cube}.{name}': a sub_query needs a measure of another cube"
            raise unsupported(message)
        return found

    def _is_parted(self, asked: Asked, leaf: Leaf) -> bool:
        """Tell whether each row of a fact stands in one group of a question, and in no other.

        Policies of cubes that only the groups read would leave rows out.
        """
        builder = self._builder(asked, (leaf,))
        sourced = builder.source(asked.groups, asked.spans, builder.needs())
        restricted = {cube for cube, _ in asked.restrictions.by_cube} - {leaf.cube}
        is_whole = sourced.tree.root == leaf.cube and not restricted.intersection(
            sourced.tree.cubes
        )
        return is_whole and not sourced.is_multiplied

    def _every_bound(self, bound: Bound) -> Iterator[Bound]:
        """List what a measure reads of rows, in its stages as well."""
        for leaf in bound.leaves:
            yield self.members.aggregate(leaf.cube, leaf.name)
        parts = [one.part for one in bound.reads]
        for stage in bound.stages:
            yield from self._every_bound(stage.inner)
            parts += stage.added
            parts += filtered_by(self.members, stage)
        for part in dict.fromkeys(parts):
            yield self.members.dimension(part.cube, part.name)


def _answer(asked: Asked, composed: Answer) -> Answer:
    """Show of what was composed what is asked for, as it is asked for."""
    level = LEVEL in composed.groups
    return replace(
        composed,
        columns=(
            *((name, Column(name)) for name in composed.groups),
            *((one.column, one.bound.expression) for one in asked.measures),
        ),
        conditions=asked.results,
        order=_order(asked, level=level),
        limit=asked.query.limit,
        offset=asked.query.offset,
    )


def _order(asked: Asked, *, level: bool) -> tuple[tuple[Expression, bool], ...]:
    """Order as asked, else by time, the first measure or the first dimension.

    What is left equal is ordered by the groups, so that pages do not overlap.
    """
    order = _default(asked) if asked.query.order is None else asked.query.order
    columns: dict[str, bool] = {}
    for name, is_descending in order:
        column = _ordered_column(asked, name)
        if column is not None:
            columns.setdefault(column, is_descending)
    if columns and not asked.query.is_ungrouped:
        for one in asked.groups:
            columns.setdefault(one.column, False)
        if level:
            columns.setdefault(LEVEL, False)
    return tuple((Column(name), is_descending) for name, is_descending in columns.items())


def _ordered_column(asked: Asked, name: str) -> str | None:
    for shown in asked.measures:
        if shown.key == name:
            return shown.column
    matching = [one for one in asked.groups if name in (one.key, one.found.name)]
    exact = [one for one in matching if one.key == name]
    return (exact or matching)[0].column if matching else None


def _default(asked: Asked) -> tuple[tuple[str, bool], ...]:
    for one in asked.groups:
        if one.granularity is not None and kind_of(one.found) == "time":
            return ((one.key, False),)
    if asked.measures:
        return ((asked.measures[0].key, True),)
    return ((asked.groups[0].key, False),)
