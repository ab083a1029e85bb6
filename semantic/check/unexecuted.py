"""What the format has and the compiler does not execute: refused when models are read.

A query would be refused as well, but then the model's writer has gone home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.spec.dimensions import DimensionType
from semantic.spec.measures import CALCULATED, MeasureType
from semantic.spec.rollups import RollupType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic.check.fragments import Checking
    from semantic.spec.cubes import Cube
    from semantic.spec.dimensions import Dimension, Granularity
    from semantic.spec.measures import Measure, Stage

_MONTHS = ("month", "quarter", "year")
_PLAIN = CALCULATED | {MeasureType.SUM}
_OF_GROUPS = frozenset(
    {MeasureType.SUM, MeasureType.MIN, MeasureType.MAX, MeasureType.COUNT, MeasureType.RANK}
)


def check_executed(checking: Checking, cube: Cube) -> None:
    """Refuse what a cube says that would not be executed."""
    about = f"cubes.{cube.name}"
    if cube.is_calendar:
        hint = "declare granularities by 'interval', 'origin' and 'offset'"
        checking.faults.add(cube.place, about, "'calendar' is not executed", hint)
    for dimension in cube.dimensions.values():
        for message, hint in _of_dimension(dimension):
            where = f"{about}.dimensions.{dimension.name}"
            checking.faults.add(dimension.place, where, f"{message} is not executed", hint)
        for granularity in dimension.granularities:
            if _mixes_units(granularity):
                checking.faults.add(
                    granularity.place,
                    f"{about}.dimensions.{dimension.name}.granularities.{granularity.name}",
                    f"'{granularity.interval}' has months beside days, which is not executed",
                    "use months, quarters and years, or weeks, days and shorter",
                )
    for measure in cube.measures.values():
        for message, hint in _of_measure(measure):
            where = f"{about}.measures.{measure.name}"
            checking.faults.add(measure.place, where, f"{message} is not executed", hint)
    for rollup in cube.pre_aggregations.values():
        if rollup.type is not RollupType.ROLLUP:
            where = f"{about}.pre_aggregations.{rollup.name}"
            message = f"a pre-aggregation of type '{rollup.type.value}' is not executed"
            checking.faults.add(rollup.place, where, message, "use type rollup")


def _of_dimension(dimension: Dimension) -> Iterator[tuple[str, str]]:
    """Say what a dimension has that is not executed, and what would be."""
    if dimension.type is DimensionType.SWITCH:
        yield "type 'switch'", "declare a measure for each value"
    if dimension.stage is not None:
        yield "'multi_stage' of a dimension", "use a sub-query: 'sub_query: true'"
    if dimension.case is not None and dimension.case.switch is not None:
        yield "'case' with 'switch'", "give each 'when' a condition as 'sql'"
    if dimension.time_shifts:
        yield "'time_shift' of a dimension", "give the measure's time_shift an interval"
    if dimension.propagates_filters:
        yield "'propagate_filters_to_sub_query'", "filter the measure that the sub-query shows"


def _of_measure(measure: Measure) -> Iterator[tuple[str, str]]:
    """Say what a measure has that is not executed, and what would be."""
    if measure.case is not None:
        yield "'case' of a measure", "write CASE in 'sql'"
    if measure.stage is None:
        return
    for key in _keys(measure, measure.stage):
        hint = "group_by, reduce_by, grain, time_shift and the order of a rank are"
        yield f"'{key}' of a multi-stage measure", hint
    if measure.type not in (_OF_GROUPS if _is_of_groups(measure, measure.stage) else _PLAIN):
        yield f"a multi-stage measure of type '{measure.type.value}'", "use type number, or sum"


def _is_of_groups(measure: Measure, stage: Stage) -> bool:
    """Tell whether a measure is computed from groups of the answer."""
    groups = (stage.group_by, stage.reduce_by, stage.grain)
    return measure.type is MeasureType.RANK or any(one is not None for one in groups)


def _keys(measure: Measure, stage: Stage) -> Iterator[str]:
    """List the keys of a stage that are not executed."""
    given = {
        "add_group_by": stage.add_group_by is not None,
        "filter": stage.filter is not None,
        "grain.include": stage.grain is not None and bool(stage.grain.include),
        "order_by": bool(stage.order_by) and measure.type is not MeasureType.RANK,
        "time_shift": bool(stage.time_shift) and _is_of_groups(measure, stage),
        "name": any(one.name is not None for one in stage.time_shift),
    }
    yield from (key for key, is_given in given.items() if is_given)


def _mixes_units(granularity: Granularity) -> bool:
    """Tell whether an interval has units of changing length beside fixed ones."""
    units = (granularity.interval or "").split()[1::2]
    return len({unit.removesuffix("s") in _MONTHS for unit in units}) > 1
