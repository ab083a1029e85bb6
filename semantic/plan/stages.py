"""Measures of several stages: sums over groups of the answer, and ranks among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.plan.expressions import Column, Over
from semantic.plan.intervals import unsupported
from semantic.spec.measures import CALCULATED, Measure, MeasureType

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semantic.plan.expressions import Expression
    from semantic.spec.fragments import Reference

Owned = tuple[str, str]
"""A dimension: its cube and its name there."""
_TOGETHER = (MeasureType.SUM, MeasureType.MIN, MeasureType.MAX, MeasureType.COUNT)


@dataclass(frozen=True, slots=True)
class Staged:
    """A measure over groups of the answer, which have some of its dimensions in common.

    They have those of `kept`, or all but those of `dropped`.
    """

    column: str
    operation: str
    argument: Expression | None
    order: tuple[tuple[Expression, bool], ...]
    kept: frozenset[Owned] | None
    dropped: frozenset[Owned]

    def over(self, groups: Iterable[tuple[str, Owned]], always: tuple[str, ...]) -> Over:
        """Compute it among the groups of an answer, given as columns and their dimensions."""
        shared = [
            column
            for column, owned in groups
            if owned not in self.dropped and (self.kept is None or owned in self.kept)
        ]
        partition = tuple(Column(name) for name in (*shared, *always))
        return Over(self.operation, self.argument, partition, self.order)


def is_staged(measure: Measure) -> bool:
    """Tell whether a measure is computed from groups of the answer."""
    stage = measure.stage
    return measure.type is MeasureType.RANK or (
        stage is not None
        and any(one is not None for one in (stage.group_by, stage.reduce_by, stage.grain))
    )


def dimensions_of(
    place: str, measure: Measure
) -> tuple[tuple[Reference, ...] | None, tuple[Reference, ...]]:
    """Return the dimensions that the groups keep, None for all, and those that they leave out.

    Raises:
        QueryError: the measure says more than is executed, `MODEL_UNSUPPORTED`.
    """
    refuse_stages(place, measure)
    stage = measure.stage
    if stage is None or measure.type not in (*_TOGETHER, MeasureType.RANK):
        message = f"{place}: a multi-stage {measure.type.value} is not executed"
        raise unsupported(f"{message}; it needs sum, min, max, count, or rank with reduce_by")
    kept, dropped = stage.group_by, stage.reduce_by or ()
    if stage.grain is not None:
        kept = stage.grain.keep_only if kept is None else kept
        dropped = (*dropped, *(stage.grain.exclude or ()))
    return kept, dropped


def refuse_stages(place: str, measure: Measure) -> None:
    """Refuse what a measure says of its stages and nothing executes.

    Raises:
        QueryError: `MODEL_UNSUPPORTED`.
    """
    stage = measure.stage
    if stage is None:
        return
    parts = {
        "add_group_by": stage.add_group_by is not None,
        "filter": stage.filter is not None,
        "grain.include": stage.grain is not None and bool(stage.grain.include),
        "order_by": bool(stage.order_by) and measure.type is not MeasureType.RANK,
        "time_shift": bool(stage.time_shift) and is_staged(measure),
    }
    for key, is_said in parts.items():
        if is_said:
            raise unsupported(f"{place}: '{key}' of a multi-stage measure is not executed")
    is_plain = measure.type in CALCULATED or measure.type is MeasureType.SUM
    if not is_staged(measure) and not is_plain:
        raise unsupported(f"{place}: a multi-stage {measure.type.value} is not executed")
