"""What measures make of values, and from which time they take them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any

from semantic.spec.measures import Measure, MeasureType
from tests.semantic.oracle.clock import Interval, read_interval

NO_SHIFT = Interval(0, timedelta())
COUNTS = (
    MeasureType.COUNT,
    MeasureType.COUNT_DISTINCT,
    MeasureType.COUNT_DISTINCT_APPROX,
)
AGGREGATES: Mapping[MeasureType, Callable[[list[Any]], Any]] = {
    MeasureType.COUNT: len,
    MeasureType.COUNT_DISTINCT: lambda values: len(set(values)),
    MeasureType.COUNT_DISTINCT_APPROX: lambda values: len(set(values)),
    MeasureType.SUM: lambda values: sum(values) if values else None,
    MeasureType.MIN: lambda values: min(values, default=None),
    MeasureType.MAX: lambda values: max(values, default=None),
    MeasureType.AVG: lambda values: Fraction(sum(values), len(values)) if values else None,
}
"""What each type makes of values that are not NULL."""


def shift_of(measure: Measure, shift: Interval) -> Interval:
    """Say from which time a measure reads others."""
    for moved in measure.stage.time_shift if measure.stage is not None else ():
        assert moved.interval is not None
        step = read_interval(moved.interval)
        shift = step if moved.direction == "prior" else step.times(-1)
    return shift


def only(values: list[Any]) -> Any:
    """Take the single value that there may be."""
    return values[0] if values else None
