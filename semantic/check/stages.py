"""What a multi-stage measure may say: one truth for the checks of models and for the compiler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.spec.filters import ContextValue, FilterGroup
from semantic.spec.measures import CALCULATED, MeasureType

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from semantic.spec.filters import MemberFilter, ModelFilter
    from semantic.spec.fragments import Reference
    from semantic.spec.measures import Measure, Stage

COUNTS = frozenset(
    {MeasureType.COUNT, MeasureType.COUNT_DISTINCT, MeasureType.COUNT_DISTINCT_APPROX}
)
_NEW = COUNTS | {MeasureType.NUMBER_AGG}
"""Types that make something else even of a single value."""


def grain_of(stage: Stage) -> tuple[tuple[Reference, ...] | None, tuple[Reference, ...]]:
    """Return the dimensions that a stage keeps, None for all, and those that it leaves out."""
    if stage.grain is None:
        return stage.group_by, stage.reduce_by or ()
    return stage.grain.keep_only, stage.grain.exclude or ()


def added_by(stage: Stage) -> tuple[Reference, ...]:
    """Return the dimensions that a stage groups by beside those of the question."""
    return stage.add_group_by or () if stage.grain is None else stage.grain.include


def has_grain(stage: Stage) -> bool:
    """Tell whether a stage groups otherwise than the question."""
    keys = (stage.group_by, stage.reduce_by, stage.add_group_by, stage.grain)
    return any(one is not None for one in keys)


def is_staged(measure: Measure) -> bool:
    """Tell whether a measure is computed from the answer to a question of its own."""
    stage = measure.stage
    if stage is None or measure.type is MeasureType.RANK:
        return False
    if stage.filter is not None or has_grain(stage) or measure.type in _NEW:
        return True
    return measure.case is not None and measure.type not in CALCULATED


def unexecuted(measure: Measure) -> Iterator[tuple[str, str]]:
    """Say what a measure says and nothing executes, each with what would be right."""
    if measure.stage is None:
        if measure.case is not None:
            yield "'case' of a measure", "add 'multi_stage: true', or write CASE in 'sql'"
        return
    if measure.case is not None and measure.case.switch is None:
        yield "'case' of a measure without 'switch'", "write CASE in 'sql'"
    yield from _of_grain(measure, measure.stage)
    if measure.stage.order_by and measure.type is not MeasureType.RANK:
        yield "'order_by' of a multi-stage measure", "the order of a rank is"
    for one in measure.stage.filter.include if measure.stage.filter is not None else ():
        if any(isinstance(value, ContextValue) for test in _tests(one) for value in test.values):
            hint = "write values; what a caller may see is said in 'access_policy'"
            yield "the security context in 'filter' of a stage", hint


def _of_grain(measure: Measure, stage: Stage) -> Iterator[tuple[str, str]]:
    if stage.grain is not None:
        older = ("group_by", "reduce_by", "add_group_by")
        for key in (one for one in older if getattr(stage, one) is not None):
            yield f"'{key}' beside 'grain'", "keep one of them"
    if measure.type in CALCULATED and has_grain(stage):
        hint = "use an aggregate such as sum; of a single value it is that value"
        yield f"a grain of a multi-stage measure of type '{measure.type.value}'", hint
    if measure.type is MeasureType.RANK and stage.filter is not None:
        yield "'filter' of a rank", "rank by a measure that has the filter"


def _tests(one: ModelFilter) -> Iterable[MemberFilter]:
    if isinstance(one, FilterGroup):
        return [test for part in one.filters for test in _tests(part)]
    return [one]
