"""Answers put together: arms of facts, arms of stages, what stands beside, and ranks over that."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from semantic.check.stages import COUNTS
from semantic.plan.asking import is_switch
from semantic.plan.calculating import RANK
from semantic.plan.expressions import Call, Column, Constant, Over, both
from semantic.plan.intervals import unsupported
from semantic.plan.nodes import GRID, LEVEL, Answer, Arm, Gathered, Joined, Rows
from semantic.plan.staging import inside, read_columns
from semantic.query.query import QueryError
from semantic.spec.measures import MeasureType

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from semantic.plan.asking import Asked, Grouping
    from semantic.plan.bound import Leaf, Staged
    from semantic.plan.expressions import Expression
    from semantic.plan.members import Members
    from semantic.plan.nodes import Named
    from semantic.plan.staging import Inside

INSIDE = "inside"
"""The name of the answer that a stage puts together."""


@dataclass(slots=True)
class _Gathering:
    """What an answer is gathered from."""

    leaves: dict[Leaf, None]
    arms: list[Arm] = field(default_factory=list)
    spread: list[Joined] = field(default_factory=list)
    among: list[Staged] = field(default_factory=list)
    measures: list[Gathered] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Composer:
    """Puts together the answer to a query, and those to the questions of its stages.

    `arm` builds the arm of a fact for some groups, `is_parted` tells whether each of its rows
    stands in one of the groups; `notes` collects sentences about how it is computed.
    """

    members: Members
    root: Asked
    arm: Callable[[Asked, tuple[Leaf, ...], tuple[Grouping, ...]], tuple[Arm, tuple[str, ...]]]
    is_parted: Callable[[Asked, Leaf], bool]
    notes: list[str] = field(default_factory=list)

    def compose(self, asked: Asked) -> Answer:
        """Answer a question with the columns of its groups, measures, ranks and reads."""
        sets = _sets(asked)
        if asked.reads and len(sets) > 1:
            message = "A measure that depends on a dimension has no subtotals"
            raise unsupported(f"{message}; ask for them in a query of their own")
        found = _Gathering(dict.fromkeys(asked.leaves))
        waiting = list(asked.stages)
        done: set[str] = set()
        while waiting:
            one = waiting.pop(0)
            if one.column in done:
                continue
            done.add(one.column)
            if one.operation == RANK or self._is_among(asked, one):
                found.among.append(one)
                continue
            insides = [inside(self.members, asked, self.root, one, groups) for groups in sets]
            if any(at.is_spread for at in insides):
                found.leaves.update(dict.fromkeys(one.grid.leaves))
                waiting.extend(one.grid.stages)
                found.spread.append(self._spread(one, insides, len(found.spread)))
            else:
                found.arms.extend(self._arms(one, insides))
                found.measures.append(_gathered(one))
        return self._gather(asked, sets, found)

    def _is_among(self, asked: Asked, staged: Staged) -> bool:
        """Tell whether a stage can be computed from the groups of the answer.

        That is so where every row of the fact stands in one group, and in no other.
        """
        if not self.members.is_together(staged):
            return False
        left = [one for one in asked.groups if not staged.keeps(one.owned, one.granularity)]
        if any(is_switch(one.found) for one in left):
            return False
        return not left or self.is_parted(asked, staged.inner.leaves[0])

    def _arms(self, staged: Staged, insides: Iterable[Inside]) -> list[Arm]:
        """Put together the answer to the question of a stage, for each set of groups."""
        arms = []
        for number, at in enumerate(insides):
            expression = staged.inner.expression
            if staged.operation not in ("", MeasureType.NUMBER_AGG.value):
                expression = Call(staged.operation, (expression,))
            groups = tuple((one.column, Column(one.column)) for one in at.shared)
            rows = Rows(
                (Joined(INSIDE, self.compose(at.asked)),),
                (*groups, (staged.column, expression)),
                grouped=len(groups) if staged.operation else None,
            )
            arms.append(Arm(None, rows, (staged.column,), number))
        return arms

    def _spread(self, staged: Staged, insides: list[Inside], number: int) -> Joined:
        """Put the value of a stage beside every group that it belongs to."""
        shared = tuple(one.column for one in insides[0].shared)
        groups = (*shared, LEVEL) if len(insides) > 1 else shared
        answer = Answer(
            groups,
            (_gathered(staged),),
            tuple(self._arms(staged, insides)),
            tuple((name, Column(name)) for name in (*groups, staged.column)),
        )
        name = f"spread_{number}"
        same = tuple(Call("same", (Column(one, GRID), Column(one, name))) for one in groups)
        self.notes.append(f"{staged.column}: computed by itself, and put beside its groups")
        return Joined(name, answer, both(same) if same else Constant("TRUE"))

    def _gather(
        self, asked: Asked, sets: tuple[tuple[Grouping, ...], ...], found: _Gathering
    ) -> Answer:
        arms: list[Arm] = []
        for level, groups in enumerate(sets):
            for leaves in facts_of(tuple(found.leaves), is_optional=bool(found.arms)):
                arm, said = self.arm(asked, leaves, groups)
                arms.append(replace(arm, level=level))
                self.notes.extend(said)
        names = tuple(one.column for one in asked.groups)
        groups_of = (*names, LEVEL) if len(sets) > 1 else names
        stages = _levels(asked, found.among, read_columns(self.members, asked), len(sets) > 1)
        measures = (*(self._leaf(one) for one in found.leaves), *found.measures)
        shown = [*groups_of, *(one.name for one in measures)]
        shown += [of.name for one in found.spread for of in _measures_of(one)]
        shown += [name for level in stages for name, _ in level]
        return Answer(
            groups_of,
            measures,
            (*arms, *found.arms),
            tuple((name, Column(name)) for name in shown),
            stages=stages,
            spread=tuple(found.spread),
        )

    def _leaf(self, leaf: Leaf) -> Gathered:
        kind = self.members.model.cubes[leaf.cube].measures[leaf.name].type
        return Gathered(leaf.column, self.members.type_of(leaf.cube, leaf.name), kind in COUNTS)


def facts_of(
    leaves: tuple[Leaf, ...], *, is_optional: bool = False
) -> tuple[tuple[Leaf, ...], ...]:
    """Group aggregates by what can be computed at once; without any the dimensions alone are."""
    facts: dict[object, list[Leaf]] = {}
    for one in leaves:
        facts.setdefault((one.cube, one.window, one.shifts), []).append(one)
    return tuple(map(tuple, facts.values())) or (() if is_optional else ((),))


def _sets(asked: Asked) -> tuple[tuple[Grouping, ...], ...]:
    """List the groups of the query, and those of each of its subtotals."""
    known = {one.key for one in asked.groups} | {one.found.name for one in asked.groups}
    sets = [asked.groups]
    for names in asked.query.subtotals:
        for name in names:
            if name not in known:
                message = f"subtotals: '{name}' is not among the dimensions of the query"
                raise QueryError(message, code="MEMBER_UNSUITABLE")
        sets.append(tuple(one for one in asked.groups if {one.key, one.found.name} & set(names)))
    return tuple(sets)


def _gathered(staged: Staged) -> Gathered:
    kind = MeasureType(staged.operation) if staged.operation else MeasureType.NUMBER
    return Gathered(staged.column, staged.type, kind in COUNTS)


def _measures_of(joined: Joined) -> tuple[Gathered, ...]:
    return joined.source.measures if isinstance(joined.source, Answer) else ()


def _levels(
    asked: Asked,
    among: list[Staged],
    reads: tuple[Named, ...],
    has_levels: bool,  # noqa: FBT001 - one word of a plan
) -> tuple[tuple[Named, ...], ...]:
    """Order what is computed among the groups: each after what it is computed from."""
    depths: dict[str, int] = {}
    for one in among:
        below = [depths[inner.column] for inner in one.inner.stages if inner.column in depths]
        depths[one.column] = 1 + max(below, default=0)
    levels: list[list[Named]] = [[] for _ in range(1 + max(depths.values(), default=0))]
    levels[0].extend(reads)
    always = (LEVEL,) if has_levels else ()
    for one in among:
        levels[depths[one.column]].append((one.column, _over(asked, one, always)))
    return tuple(tuple(level) for level in levels if level)


def _over(asked: Asked, staged: Staged, always: tuple[str, ...]) -> Expression:
    """Compute a stage among the groups of an answer."""
    shared = [one.column for one in asked.groups if staged.keeps(one.owned, one.granularity)]
    partition = tuple(Column(name) for name in (*shared, *always))
    argument = None if staged.operation == RANK else staged.inner.expression
    return Over(staged.operation, argument, partition, staged.order)
