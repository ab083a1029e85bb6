"""What the format has and the compiler does not execute: refused when models are read.

A query would be refused as well, but then the model's writer has gone home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.check.stages import unexecuted
from semantic.spec.dimensions import DimensionType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic.check.fragments import Checking
    from semantic.spec.cubes import Cube
    from semantic.spec.dimensions import Dimension, Granularity

_MONTHS = ("month", "quarter", "year")


def check_executed(checking: Checking, cube: Cube) -> None:
    """Refuse what a cube says that would not be executed."""
    about = f"cubes.{cube.name}"
    keys = cube.primary_keys
    if cube.is_calendar and (len(keys) != 1 or keys[0].type is not DimensionType.TIME):
        message = "a calendar needs one primary key, its day, of type time"
        checking.faults.add(cube.place, about, message, "name the other keys without it")
    for dimension in cube.dimensions.values():
        for message, hint in _of_dimension(cube, dimension):
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
        for message, hint in unexecuted(measure):
            where = f"{about}.measures.{measure.name}"
            checking.faults.add(measure.place, where, f"{message} is not executed", hint)


def _of_dimension(cube: Cube, dimension: Dimension) -> Iterator[tuple[str, str]]:
    """Say what a dimension has that is not executed, and what would be."""
    if dimension.stage is not None:
        yield "'multi_stage' of a dimension", "use a sub-query: 'sub_query: true'"
    if dimension.time_shifts and not cube.is_calendar:
        yield "'time_shift' outside of a calendar", "add 'calendar: true' to the cube"
    if dimension.propagates_filters:
        yield "'propagate_filters_to_sub_query'", "filter the measure that the sub-query shows"


def _mixes_units(granularity: Granularity) -> bool:
    """Tell whether an interval has units of changing length beside fixed ones."""
    units = (granularity.interval or "").split()[1::2]
    return len({unit.removesuffix("s") in _MONTHS for unit in units}) > 1
