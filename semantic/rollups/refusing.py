"""What pre-aggregations say and Loge does not execute: models that say it are refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semantic.spec.places import Fault, ModelError
from semantic.spec.rollups import RollupType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantic.joins.graph import Path
    from semantic.spec.model import Model
    from semantic.spec.rollups import PreAggregation, RefreshKey

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
        for message, hint in (*_faults(rollup), *_faults_of_inner(model, cube.name, rollup))
    )
    if faults:
        raise ModelError(faults)


def _faults(rollup: PreAggregation) -> Iterator[tuple[str, str]]:
    if rollup.type is RollupType.AUTO_ROLLUP:
        message = "pre-aggregations of type 'auto_rollup' are not executed: nothing is guessed"
        yield message, "write 'type: rollup' with the members that it keeps"
    has_members = rollup.measures or rollup.dimensions or rollup.time_dimensions
    if rollup.type is RollupType.ROLLUP_JOIN and not has_members:
        message = "a 'rollup_join' without members has nothing to keep"
        yield message, "name the measures and dimensions that queries ask it for"
    if rollup.type is RollupType.ORIGINAL_SQL and (has_members or rollup.segments):
        message = "'original_sql' keeps the rows of its cube, and no members"
        yield message, "remove the members, or write 'type: rollup'"
    has_range = rollup.build_range_start is not None or rollup.build_range_end is not None
    if has_range and not rollup.time_dimensions:
        message = "a build range needs a time dimension"
        yield message, "add 'time_dimension' and 'granularity'"
    if rollup.allows_loose_range:
        message = "'allow_non_strict_date_range_match' would show numbers of other days"
        yield message, "remove it"
    if rollup.refresh_key is not None:
        yield from _faults_of_refresh(rollup, rollup.refresh_key)


def _faults_of_inner(model: Model, cube: str, rollup: PreAggregation) -> Iterator[tuple[str, str]]:
    """Refuse to put together what is put together itself, or has no groups."""
    for reference in rollup.rollups:
        owner, _, name = inner_name(cube, reference.path).partition(".")
        if model.cubes[owner].pre_aggregations[name].type is not RollupType.ROLLUP:
            message = f"'rollups' names '{owner}.{name}', which is not of type 'rollup'"
            yield message, "name rollups alone"


def inner_name(cube: str, path: Path) -> str:
    """Name a pre-aggregation that another of a cube refers to, `cube.pre_aggregation`."""
    *way, name = path
    return f"{way[-1] if way and way[-1] != 'CUBE' else cube}.{name}"


def _faults_of_refresh(rollup: PreAggregation, refresh: RefreshKey) -> Iterator[tuple[str, str]]:
    if refresh.is_incremental and rollup.partition_granularity is None:
        message = "'incremental' refreshes partitions, and there are none"
        yield message, "add 'partition_granularity', or remove it"
    if refresh.update_window is not None and not refresh.is_incremental:
        message = "'update_window' goes with 'incremental' alone"
        yield message, "add 'incremental: true', or remove it"
    if refresh.every is not None and EVERY.fullmatch(refresh.every) is None:
        yield (
            f"refresh_key: '{refresh.every}' is a cron text, which is not executed",
            "write an interval such as '10 minutes'",
        )
