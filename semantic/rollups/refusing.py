"""What pre-aggregations say and Loge does not execute: models that say it are refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semantic.spec.places import Fault, ModelError
from semantic.spec.rollups import RollupType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic.spec.model import Model
    from semantic.spec.rollups import PreAggregation

EVERY = re.compile(r"(\d+) (second|minute|hour|day|week)s?")
"""An interval after which a rollup is built again."""


def refuse_unexecuted(model: Model) -> None:
    """Refuse models with rollups that would not be what they say.

    Raises:
        ModelError: every fault, each with its place.
    """
    faults = tuple(
        Fault(rollup.place, f"cubes.{cube.name}.pre_aggregations.{rollup.name}", message, hint)
        for cube in model.cubes.values()
        for rollup in cube.pre_aggregations.values()
        for message, hint in _faults(rollup)
    )
    if faults:
        raise ModelError(faults)


def _faults(rollup: PreAggregation) -> Iterator[tuple[str, str]]:
    if rollup.type is not RollupType.ROLLUP:
        message = f"pre-aggregations of type '{rollup.type.value}' are not executed"
        yield message, "write 'type: rollup' with the members that it keeps"
        return
    unexecuted = {
        "partition_granularity": rollup.partition_granularity is not None,
        "build_range_start": rollup.build_range_start is not None,
        "build_range_end": rollup.build_range_end is not None,
    }
    for key, is_given in unexecuted.items():
        if is_given:
            message = f"'{key}' is not executed: a rollup is built whole, of all rows"
            yield message, "remove it"
    if rollup.allows_loose_range:
        message = "'allow_non_strict_date_range_match' would show numbers of other days"
        yield message, "remove it"
    if rollup.indexes:
        yield "indexes are not made: the store reads columns", "remove them"
    refresh = rollup.refresh_key
    if refresh is None:
        return
    if refresh.is_incremental or refresh.update_window is not None:
        message = "'incremental' refreshes partitions, and a rollup is built whole"
        yield message, "remove it with 'update_window'"
    if refresh.every is not None and EVERY.fullmatch(refresh.every) is None:
        yield (
            f"refresh_key: '{refresh.every}' is a cron text, which is not executed",
            ("write an interval such as '10 minutes'"),
        )
