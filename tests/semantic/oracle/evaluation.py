"""Evaluates a query of the semantic layer row by row: slow, plain, and nothing of our compiler.

Written from what queries and models mean in Cube's documentation alone. Where that leaves something
open, these are the readings:

- Each measure has a join tree of its own: its cube, and what dimensions, filters and segments of
  the query need. So its number never depends on which other measures are asked beside it.
- A row of a measure's cube counts once in each group that it is found in, whatever multiplies it.
  Where a LEFT JOIN found none there is nothing to count, whatever the measure makes of NULL.
- Members of cubes that no tree of joins connects are refused, as Cube does; a view may show them.
- The groups of an answer are those of any of its measures. A count is 0 where it has no rows, every
  other measure NULL.
- Filters of measures come last, when all measures of a group are known.
- A window of time ends where the period after it starts, and has no rows after the range that is
  asked for. Every group that any window may reach has a row for every period.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from typing import Any

from semantic.access.principal import Principal
from semantic.query.query import Condition, Query, members_of
from semantic.spec.cubes import Segment
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.measures import CALCULATED, Measure, Stage
from semantic.spec.model import Found, Model
from tests.semantic.oracle import tables as joining
from tests.semantic.oracle.aggregates import AGGREGATES, COUNTS, NO_SHIFT, only, shift_of
from tests.semantic.oracle.answers import Answer, Axis, order_of
from tests.semantic.oracle.clock import (
    Interval,
    bucket_of,
    move,
    wall_clock,
)
from tests.semantic.oracle.conditions import holds
from tests.semantic.oracle.expressions import evaluate
from tests.semantic.oracle.permissions import Caller, member_name
from tests.semantic.oracle.stages import Coarse, added_names, has_question, kept_axes, sifted
from tests.semantic.oracle.tables import Joined, Tables
from tests.semantic.oracle.windows import is_within, periods_of, reached_by, window_of

Key = tuple[Any, ...]


def answer(model: Model, tables: Tables, query: Query, principal: Principal) -> Answer:
    """Answer a query.

    Raises:
        NoWayError: a dimension cannot be joined to a measure.
        RefusedError: the caller may not ask this.
    """
    return _Evaluation(model, tables, query, principal).answer()


class _Evaluation:
    def __init__(self, model: Model, tables: Tables, query: Query, principal: Principal) -> None:
        self.model = model
        self.tables = tables
        self.query = query
        self.caller = Caller(model, principal)
        self.axes = [
            *(Axis(name, self.find(name), None) for name in query.dimensions),
            *(
                Axis(f"{one.member}.{one.granularity}", self.find(one.member), one.granularity)
                for one in query.time_dimensions
                if one.granularity is not None
            ),
        ]
        self.values_by_measure: dict[tuple[str, Interval], dict[Key, Any]] = {}
        self.coarse_by_measure: dict[tuple[str, Interval], Coarse] = {}
        conditions = (*query.filters, *self.default_filters())
        self.having = [one for one in conditions if self.is_about_measures(one)]
        self.where = [one for one in conditions if not self.is_about_measures(one)]
        self.root = self

    # ------------------------------------------------------------------ what is asked

    def find(self, name: str) -> Found:
        found = self.model.find(name)
        assert found is not None, name
        return found

    def is_about_measures(self, condition: Condition) -> bool:
        return isinstance(self.find(members_of(condition)[0]).member, Measure)

    def default_filters(self) -> list[Condition]:
        named = set(self.query.members())
        found: list[Condition] = []
        for place in sorted({name.partition(".")[0] for name in named}):
            view = self.model.views.get(place)
            found.extend(
                self.caller.condition(place, default.filter)
                for default in (view.default_filters if view is not None else ())
                if not named & {member_name(place, one) for one in default.unless}
            )
        return found

    # ------------------------------------------------------------------ rows of a measure

    def rows(self, measure: Found | None, shift: Interval, *, is_ranged: bool) -> list[Joined]:
        """Join and filter what a measure (or the dimensions alone) needs."""
        shown = [
            *(axis.found for axis in self.axes),
            *(self.find(one.member) for one in self.query.time_dimensions),
            *(self.find(name) for one in self.where for name in members_of(one)),
            *(self.find(name) for name in self.query.segments),
            *([measure] if measure is not None else []),
        ]
        allowed = [one for found in shown for one in self.caller.rows_for(found)]
        shown.extend(self.find(name) for one in allowed for name in members_of(one))
        ways = [(found.path, sorted(self.cubes_of(found))) for found in shown]
        return [
            row
            for row in self.joined(ways, measure)
            if all(holds(one, self.looking_at(row, shift)) for one in [*self.where, *allowed])
            and all(self.is_in_segment(name, row) for name in self.query.segments)
            and (not is_ranged or self.is_in_ranges(row, shift))
        ]

    def joined(
        self, ways: Sequence[tuple[Sequence[str], Sequence[str]]], measure: Found | None
    ) -> list[Joined]:
        """Join the ways on which a view shows what is needed, else their ends, else everything."""
        ends = [
            (way if measure is not None and way[0] == measure.path[0] else way[-1:], needed)
            for way, needed in ways
        ]
        for tried in (ways, ends):
            cubes = dict.fromkeys(cube for way, needed in tried for cube in (*way, *needed))
            try:
                return joining.join(self.model, self.tables, tuple(cubes))
            except joining.NoWayError:
                continue
        named = [self.find(name) for name in self.query.members()]
        ways = [*ends, *((found.path, sorted(self.cubes_of(found))) for found in named)]
        cubes = dict.fromkeys(cube for way, needed in ways for cube in (*way, *needed))
        return joining.join(self.model, self.tables, tuple(cubes))

    def cubes_of(self, found: Found) -> set[str]:
        member = found.member
        if isinstance(member, Dimension):
            return joining.dimension_cubes(self.model, member, found.cube)
        fragments = [member.sql] if isinstance(member, Segment) else [member.sql, *member.filters]
        return {found.cube}.union(
            *(joining.cubes_in(self.model, one, found.cube) for one in fragments if one is not None)
        )

    def looking_at(self, row: Joined, shift: Interval) -> Callable[[str], Any]:
        return lambda name: self.shown_value(self.find(name), row, shift)

    def shown_value(self, found: Found, row: Joined, shift: Interval = NO_SHIFT) -> Any:
        """Return a dimension's value; times as the clock on the wall shows them."""
        assert isinstance(found.member, Dimension)
        value = joining.dimension_value(self.model, found.member, found.cube, row)
        if found.member.type is not DimensionType.TIME:
            return value
        moment = wall_clock(value, self.query.timezone)
        is_shifted = found.name in {one.member for one in self.query.time_dimensions}
        return move(moment, shift) if moment is not None and is_shifted else moment

    def is_in_segment(self, name: str, row: Joined) -> bool:
        found = self.find(name)
        assert isinstance(found.member, Segment)
        return joining.value_of(self.model, found.member.sql, found.cube, row) is True

    def is_in_ranges(self, row: Joined, shift: Interval) -> bool:
        for one in self.query.time_dimensions:
            if one.date_range is not None:
                moment = self.shown_value(self.find(one.member), row, shift)
                if moment is None or not one.date_range[0] <= moment <= one.date_range[1]:
                    return False
        return True

    def key_of(self, row: Joined, shift: Interval) -> Key:
        return tuple(self.axis_value(axis, row, shift) for axis in self.axes)

    def axis_value(self, axis: Axis, row: Joined, shift: Interval) -> Any:
        value = self.shown_value(axis.found, row, shift)
        if axis.granularity is None or value is None:
            return value
        assert isinstance(axis.found.member, Dimension)
        return bucket_of(value, axis.found.member, axis.granularity)

    # ------------------------------------------------------------------ values of measures

    def values(self, found: Found, shift: Interval = NO_SHIFT) -> dict[Key, Any]:
        """Compute a measure for every group that it has."""
        place = (f"{found.cube}.{found.member.name}", shift)
        if place not in self.values_by_measure:
            measure = found.member
            assert isinstance(measure, Measure)
            if has_question(measure):
                computed = self.staged(found, measure, shift)
            elif measure.rolling_window is not None:
                computed = self.rolling(found, measure, shift)
            elif measure.type in CALCULATED:
                computed = self.calculated(found, measure, shift)
            else:
                computed = self.aggregated(found, measure, shift)
            self.values_by_measure[place] = computed
        return self.values_by_measure[place]

    def aggregated(self, found: Found, measure: Measure, shift: Interval) -> dict[Key, Any]:
        groups: dict[Key, list[Joined]] = {} if self.axes else {(): []}
        for row in self.rows(found, shift, is_ranged=True):
            groups.setdefault(self.key_of(row, shift), []).append(row)
        return {key: self.aggregate(found.cube, measure, rows) for key, rows in groups.items()}

    def aggregate(self, cube: str, measure: Measure, rows: Sequence[Joined]) -> Any:
        """Aggregate each row of the measure's cube once, however often it was joined."""
        once = {id(row[cube]): row for row in rows if row[cube] is not None}.values()
        counted = [
            row
            for row in once
            if all(joining.value_of(self.model, one, cube, row) is True for one in measure.filters)
        ]
        if measure.sql is None:
            return len(counted)
        every = [joining.value_of(self.model, measure.sql, cube, row) for row in counted]
        return AGGREGATES[measure.type]([one for one in every if one is not None])

    def calculated(self, found: Found, measure: Measure, shift: Interval) -> dict[Key, Any]:
        """Calculate from other measures, which a time shift reads from another time."""
        assert measure.sql is not None
        shift = shift_of(measure, shift)
        parts = self.parts(found, measure)
        keys = [key for part in parts.values() for key in self.values(part, shift)]
        return {
            key: evaluate(measure.sql, self.part_at(parts, key, shift))
            for key in dict.fromkeys(keys)
        }

    def parts(self, found: Found, measure: Measure) -> dict[tuple[str, ...], Found]:
        """Find the measures that one is calculated from."""
        parts = {}
        for reference in measure.sql.references if measure.sql is not None else ():
            owner = reference.path[0] if len(reference.path) > 1 else "CUBE"
            name = f"{found.cube if owner == 'CUBE' else owner}.{reference.path[-1]}"
            parts[reference.path] = self.find(name)
        return parts

    def part_at(
        self, parts: Mapping[tuple[str, ...], Found], key: Key, shift: Interval
    ) -> Callable[[tuple[str, ...], str | None], Any]:
        return lambda path, _column: self.value_at(parts[path], key, shift)

    def value_at(self, found: Found, key: Key, shift: Interval = NO_SHIFT) -> Any:
        values = self.values(found, shift)
        if key in values:
            return values[key]
        measure = found.member
        assert isinstance(measure, Measure)
        coarse = self.coarse_by_measure.get((f"{found.cube}.{measure.name}", shift))
        if coarse is not None:
            return coarse.at(key) if coarse.is_spread else coarse.nothing
        if measure.type in CALCULATED:
            assert measure.sql is not None
            shift = shift_of(measure, shift)
            return evaluate(measure.sql, self.part_at(self.parts(found, measure), key, shift))
        return 0 if measure.type in COUNTS else None

    def staged(self, found: Found, measure: Measure, shift: Interval) -> dict[Key, Any]:
        """Put together the answer to the question of a stage."""
        assert measure.stage is not None
        assert measure.sql is not None
        places = kept_axes(measure.stage, found.cube, self.axes)
        inner = self.inside(measure.stage, found.cube, places)
        parts, moved = self.parts(found, measure), shift_of(measure, shift)
        grouped: dict[Key, list[Any]] = {} if places else {(): []}
        for key in dict.fromkeys(key for one in parts.values() for key in inner.values(one, moved)):
            value = evaluate(measure.sql, inner.part_at(parts, key, moved))
            grouped.setdefault(key[: len(places)], []).append(value)
        together = AGGREGATES.get(measure.type, only)
        coarse = Coarse(
            places,
            {
                key: together([one for one in values if one is not None])
                for key, values in grouped.items()
            },
            0 if measure.type in COUNTS else None,
            bool(self.axes) and (len(places) < len(self.axes) or self.is_widened(inner)),
        )
        self.coarse_by_measure[f"{found.cube}.{measure.name}", shift] = coarse
        if not coarse.is_spread:
            return coarse.values
        keys = dict.fromkeys(key for one in parts.values() for key in self.values(one, shift))
        return {key: coarse.at(key) for key in keys}

    def inside(self, stage: Stage, cube: str, places: Sequence[int]) -> "_Evaluation":
        """Ask the question of a stage."""
        base = self.root if stage.filter is not None and stage.filter.mode == "fixed" else self
        inner = copy(self)
        inner.values_by_measure, inner.coarse_by_measure = {}, {}
        inner.query, inner.where = sifted(base.query, base.where, stage, cube)
        for one in stage.filter.include if stage.filter is not None else ():
            inner.where.append(self.caller.condition(cube, one))
        kept = [self.axes[place] for place in places]
        added = [Axis(name, self.find(name), None) for name in added_names(stage, cube, kept)]
        inner.axes = [*kept, *added]
        shown = {(one.found.name, one.granularity) for one in kept}
        times = [
            one
            for one in inner.query.time_dimensions
            if one.date_range or not one.granularity or (one.member, one.granularity) in shown
        ]
        inner.query = replace(inner.query, time_dimensions=tuple(times))
        return inner

    def is_widened(self, inner: "_Evaluation") -> bool:
        """Say whether a stage leaves out what the query itself asks."""
        left, asked = inner.asked(), self.root.asked()
        return any(one in asked and one not in left for one in self.asked())

    def asked(self) -> list[Any]:
        ranged = [one for one in self.query.time_dimensions if one.date_range is not None]
        return [*self.where, *self.query.segments, *ranged]

    # ------------------------------------------------------------------ windows of time

    def rolling(self, found: Found, measure: Measure, shift: Interval) -> dict[Key, Any]:
        """Aggregate, for each period, the rows of the window that belongs to it."""
        (time,) = self.query.time_dimensions
        rows = self.rows(found, shift, is_ranged=False)
        member = self.find(time.member)
        assert isinstance(member.member, Dimension)
        dated = [
            (moment, row)
            for row in rows
            if (moment := self.shown_value(member, row, shift)) is not None
        ]
        periods = periods_of(time, member.member, [moment for moment, _ in dated])
        windows = [window_of(measure, member.member, start, end) for start, end in periods]
        reached = reached_by(windows, time, measure, dated)
        result: dict[Key, Any] = {}
        for (start, _), window in zip(periods, windows, strict=True):
            groups: dict[Key, list[Joined]] = {
                self.key_in(start, row, shift): [] for _, row in reached
            }
            if all(axis.granularity is not None for axis in self.axes):
                groups[() if time.granularity is None else (start,)] = []
            for moment, row in reached:
                if is_within(moment, window):
                    groups[self.key_in(start, row, shift)].append(row)
            for key, members in groups.items():
                result[key] = self.aggregate(found.cube, measure, members)
        return result

    def key_in(self, start: datetime, row: Joined, shift: Interval) -> Key:
        return tuple(
            self.axis_value(axis, row, shift) if axis.granularity is None else start
            for axis in self.axes
        )

    # ------------------------------------------------------------------ the answer

    def answer(self) -> Answer:
        of_cubes = [one for one in map(self.find, self.query.members()) if one.shown is None]
        if of_cubes:
            joining.join_tree(self.model, tuple(dict.fromkeys(one.cube for one in of_cubes)))
        shown = [self.find(name) for name in self.query.measures]
        tested = [self.find(name) for one in self.having for name in members_of(one)]
        for found in (*shown, *(axis.found for axis in self.axes), *tested):
            self.caller.rows_for(found)
        keys: dict[Key, None] = {}
        for found in (*shown, *tested):
            keys.update(dict.fromkeys(self.values(found)))
        if not shown and not tested:
            rows = self.rows(None, NO_SHIFT, is_ranged=True)
            keys.update((self.key_of(row, NO_SHIFT), None) for row in rows)
        answered = [
            {
                **{axis.key: part for axis, part in zip(self.axes, key, strict=True)},
                **{found.name: self.value_at(found, key) for found in shown},
            }
            for key in keys
            if all(holds(one, self.measuring(key)) for one in self.having)
        ]
        ordered = self.sorted(answered)
        first = self.query.offset
        last = None if self.query.limit is None else first + self.query.limit
        order = [key for key, _ in order_of(self.query, self.axes)]
        return Answer(ordered[first:last], len(ordered), ordered, order)

    def measuring(self, key: Key) -> Callable[[str], Any]:
        return lambda name: self.value_at(self.find(name), key)

    def sorted(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Sort by the query's order; NULLs come last, in either direction."""
        ordered = list(rows)
        for key, is_descending in reversed(order_of(self.query, self.axes)):
            filled = [row for row in ordered if row[key] is not None]
            filled.sort(key=itemgetter(key), reverse=is_descending)
            ordered = [*filled, *(row for row in ordered if row[key] is None)]
        return ordered
