"""Measures over aggregates: what they calculate with, over which stages, moved how in time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from semantic.check.stages import added_by, grain_of, is_staged, unexecuted
from semantic.plan.bound import Bound, Leaf, Part, Read, Sifting, Staged
from semantic.plan.comparisons import compare
from semantic.plan.expressions import NOTHING, Call, Column, Written
from semantic.plan.intervals import unsupported
from semantic.query.query import Test
from semantic.spec.dimensions import Dimension
from semantic.spec.measures import CALCULATED, Measure, MeasureType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semantic.joins.graph import Path
    from semantic.spec.cubes import Cube, Segment
    from semantic.spec.dimensions import Case
    from semantic.spec.fragments import Fragment, Reference
    from semantic.spec.measures import Stage
    from semantic.spec.model import Model

RANK = MeasureType.RANK.value
"""The operation of a rank, which is computed among the groups of the question itself."""
Chain = tuple[tuple[str, Measure], ...]
"""Measures from the one that is asked for to one of which it is made, with their cubes."""
_TOGETHER = {
    MeasureType.SUM: (MeasureType.SUM, MeasureType.COUNT),
    MeasureType.MIN: (MeasureType.MIN,),
    MeasureType.MAX: (MeasureType.MAX,),
}
"""What can be put together from the values of finer groups, and how."""


class Resolving(Protocol):
    """What is known of a model: its cubes, types of members, and what references stand for."""

    model: Model

    def type_of(self, cube: str, name: str) -> str:
        """Return the SQL type of a member, or nothing where it was not described."""

    def resolve(
        self, reference: Reference, cube: Cube
    ) -> tuple[Path, Measure | Dimension | Segment | None, str | None]:
        """Take a reference apart: cubes, the member or None for a table, the granularity."""


class Calculating:
    """Binds measures to the aggregates that they are made of, each once, and keeps that."""

    def __init__(self, members: Resolving) -> None:
        """Bind nothing yet."""
        self._members = members
        self._bound: dict[tuple[str, str], Bound] = {}

    def calculated(self, cube: str, name: str) -> Bound:
        """Bind a measure; columns are called as `leaves`, `stages` and `reads` say."""
        key = (cube, name)
        if key not in self._bound:
            self._bound[key] = self._bind(cube, name, ())
        return self._bound[key]

    def is_aggregate(self, cube: str, name: str) -> bool:
        """Tell whether a measure aggregates rows by itself, instead of calculating with others."""
        owner = self._members.model.cubes[cube]
        measure = owner.measures[name]
        if measure.type is MeasureType.RANK or is_staged(measure):
            return False
        if measure.stage is not None:
            return measure.case is None and not self._measures(owner, measure.sql)
        if measure.sql is None or measure.type not in CALCULATED:
            return True
        references = measure.sql.references
        return not references or len(self._measures(owner, measure.sql)) < len(references)

    def _measures(self, cube: Cube, sql: Fragment | None) -> list[Measure]:
        """List the measures that SQL names."""
        named = [self._members.resolve(one, cube) for one in (sql.references if sql else ())]
        return [one for _, one, _ in named if isinstance(one, Measure)]

    def _bind(self, cube: str, name: str, outer: Chain) -> Bound:
        """Bind a measure below others, whose windows and moves in time it takes part in."""
        measure = self._members.model.cubes[cube].measures[name]
        place = f"measure '{cube}.{name}'"
        if (cube, measure) in outer:
            raise unsupported(f"{place} is calculated with itself")
        for message, hint in unexecuted(measure):
            raise unsupported(f"{place}: {message} is not executed; {hint}")
        chain = (*outer, (cube, measure))
        if self.is_aggregate(cube, name):
            leaf = _leaf(chain)
            return Bound(Column(leaf.column), leaves=(leaf,))
        if measure.filters:
            raise unsupported(f"{place}: filters need a type that aggregates, such as sum")
        if measure.type is MeasureType.RANK:
            return self._rank(place, chain)
        if measure.stage is not None and is_staged(measure):
            return self._staged(place, measure.stage, chain)
        return self._value(place, chain)

    def _value(self, place: str, chain: Chain) -> Bound:
        """Bind what a measure makes of others."""
        measure = chain[-1][1]
        if measure.case is not None:
            bound = self._switched(place, measure.case, chain)
        else:
            bound = self._calculate(place, measure.sql, chain)
        if not bound.leaves and not bound.stages:
            raise unsupported(f"{place}: it has to name measures, and nothing else")
        return bound

    def _calculate(self, place: str, sql: Fragment | str | None, chain: Chain) -> Bound:
        """Bind SQL over other measures, and over dimensions that are grouped by."""
        if sql is None or isinstance(sql, str):
            raise unsupported(f"{place}: sql is missing")
        bound = [self._operand(place, one, chain) for one in sql.references]
        return Bound(Written(sql, tuple(one.expression for one in bound))).over(*bound)

    def _operand(self, place: str, reference: Reference, chain: Chain) -> Bound:
        cube, measure = chain[-1]
        path, member, granularity = self._members.resolve(
            reference, self._members.model.cubes[cube]
        )
        if isinstance(member, Measure):
            return self._bind(path[-1], member.name, chain)
        if isinstance(member, Dimension) and measure.stage is not None:
            return _read(Part(path[-1], member.name, granularity), place)
        raise unsupported(f"{place}: it has to name measures, and nothing else")

    def _switched(self, place: str, case: Case, chain: Chain) -> Bound:
        """Bind SQL that is chosen by the value of a dimension."""
        part, dimension = self._switch(place, case, chain[-1][0])
        kind = dimension.type.value
        kind = kind if kind in ("number", "boolean", "time") else "string"
        type_ = self._members.type_of(part.cube, part.name)
        name = f"{part.cube}.{part.name}"
        bound = [_read(part, place)]
        arguments = []
        for value, sql in case.when:
            test = Test(name, "equals", (str(value),))
            bound.append(self._calculate(place, sql, chain))
            arguments.append(compare(test, Column(part.column), kind, type_, "UTC"))
            arguments.append(bound[-1].expression)
        if case.otherwise is not None:
            bound.append(self._calculate(place, case.otherwise, chain))
            arguments.append(bound[-1].expression)
        return Bound(Call("case", tuple(arguments))).over(*bound)

    def _switch(self, place: str, case: Case, cube: str) -> tuple[Part, Dimension]:
        """Find the dimension that a case switches by."""
        parts = () if case.switch is None else case.switch.parts
        if len(parts) == 1 and not isinstance(parts[0], str):
            path, member, granularity = self._members.resolve(
                parts[0], self._members.model.cubes[cube]
            )
            if isinstance(member, Dimension):
                return Part(path[-1], member.name, granularity), member
        raise unsupported(f"{place}: 'switch' has to name a dimension, and nothing else")

    def _staged(self, place: str, stage: Stage, chain: Chain) -> Bound:
        """Bind a measure over the answer to a question of its own."""
        cube, measure = chain[-1]
        _refuse_windows(place, chain)
        inner = self._value(place, chain)
        unmoved = replace(measure, stage=replace(stage, time_shift=()))
        kept, dropped = grain_of(stage)
        added = self._parts(added_by(stage), cube)
        is_plain = measure.type in CALCULATED
        if measure.case is not None and not is_plain:
            added = (*added, self._switch(place, measure.case, cube)[0])
        staged = Staged(
            f"{cube}__{measure.name}{_suffix(chain)}",
            place,
            "" if is_plain else measure.type.value,
            inner,
            self._value(place, (*chain[:-1], (cube, unmoved))) if stage.time_shift else inner,
            None if kept is None else frozenset(self._parts(kept, cube)),
            frozenset(self._parts(dropped, cube)),
            added,
            self._sifting(stage, cube),
            type=self._members.type_of(cube, measure.name),
        )
        leaves = inner.leaves if self.is_together(staged) else ()
        return Bound(Column(staged.column), leaves=leaves, stages=(staged,))

    def is_together(self, staged: Staged) -> bool:
        """Tell whether values of finer groups put together are the value of a coarser one.

        For a sum that holds as long as no row stands in several groups.
        """
        written, leaves = staged.inner.expression, staged.inner.leaves
        if staged.added or staged.sifting is not None or staged.grid != staged.inner:
            return False
        if not isinstance(written, Written) or len(written.fragment.parts) > 1 or len(leaves) != 1:
            return False
        (leaf,) = leaves
        kind = self._members.model.cubes[leaf.cube].measures[leaf.name].type
        by = [key for key, of in _TOGETHER.items() if key.value == staged.operation and kind in of]
        return bool(by) and leaf.window is None and not staged.inner.stages

    def _rank(self, place: str, chain: Chain) -> Bound:
        """Bind a rank among the groups of the question."""
        cube, measure = chain[-1]
        stage = measure.stage
        if stage is None or not stage.order_by:
            raise unsupported(f"{place}: a rank needs order_by")
        _refuse_windows(place, chain)
        ordered = [(self._calculate(place, sql, chain), way) for sql, way in stage.order_by]
        kept, dropped = grain_of(stage)
        needed = [_read(one, place) for one in self._parts(added_by(stage), cube)]
        inner = Bound(NOTHING).over(*(one for one, _ in ordered), *needed)
        if not inner.leaves and not inner.stages:
            raise unsupported(f"{place}: its order has to name measures")
        staged = Staged(
            f"{cube}__{measure.name}{_suffix(chain)}",
            place,
            RANK,
            inner,
            inner,
            None if kept is None else frozenset(self._parts(kept, cube)),
            frozenset(self._parts(dropped, cube)),
            order=tuple((one.expression, way == "desc") for one, way in ordered),
        )
        return replace(inner, expression=Column(staged.column), stages=(*inner.stages, staged))

    def _sifting(self, stage: Stage, cube: str) -> Sifting | None:
        found = stage.filter
        if found is None:
            return None
        kept = found.keep_only
        return Sifting(
            found.mode == "fixed",
            frozenset(self._owned(found.exclude or (), cube)),
            None if kept is None else frozenset(self._owned(kept, cube)),
            found.include,
            cube,
        )

    def _owned(self, references: Iterable[Reference], cube: str) -> list[tuple[str, str]]:
        return [(one.cube, one.name) for one in self._parts(references, cube)]

    def _parts(self, references: Iterable[Reference], cube: str) -> tuple[Part, ...]:
        named = [self._members.resolve(one, self._members.model.cubes[cube]) for one in references]
        return tuple(Part(path[-1], one.name, of) for path, one, of in named if one is not None)


def _read(part: Part, place: str) -> Bound:
    return Bound(Column(part.column), reads=(Read(part, place),))


def _refuse_windows(place: str, chain: Chain) -> None:
    for _, one in chain[:-1]:
        if one.rolling_window is not None:
            message = f"{place}: '{one.name}' rolls over a measure of several stages"
            raise unsupported(f"{message}; roll the inner measure instead")


def _givers(chain: Chain) -> list[tuple[str, Measure]]:
    """List the measures that give those below them a window or a move in time."""
    windows = [one for one in chain if one[1].rolling_window is not None]
    moved = [one for one in chain if one[1].stage is not None and one[1].stage.time_shift]
    return [*windows, *moved]


def _suffix(chain: Chain) -> str:
    """Part the name of a measure from that of the same one without windows and moves above it."""
    given = [one for one in _givers(chain) if one[1] is not chain[-1][1]]
    return "".join(f"__of_{cube}__{giver.name}" for cube, giver in given)


def _leaf(chain: Chain) -> Leaf:
    """Describe the aggregate at the end of a chain of measures, each calculated with the next."""
    cube, measure = chain[-1]
    windows = [one for one in chain if one[1].rolling_window is not None]
    if len(windows) > 1:
        message = f"measure '{windows[0][0]}.{windows[0][1].name}' rolls over one that rolls itself"
        raise unsupported(message)
    return Leaf(
        cube,
        measure.name,
        windows[0][1].rolling_window if windows else None,
        tuple(shift for _, one in chain if one.stage for shift in one.stage.time_shift),
        _suffix(chain),
    )
