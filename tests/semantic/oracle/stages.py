"""Questions inside questions: what stages group and filter by, as Cube's documentation says.

- A stage has those groups of the question that it keeps, and others beside; its own value is put
  together from the rows of that, and stands beside every group that it belongs to.
- Filters that it leaves out are gone for it, those that it includes are there as well, and what
  policies ask stays. A filter in an `or` with others cannot be left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from semantic.query.query import Condition, Group, Query, members_of
from semantic.spec.fragments import Reference
from semantic.spec.measures import Measure, Stage
from tests.semantic.oracle.answers import Axis
from tests.semantic.oracle.permissions import RefusedError

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Coarse:
    """The values of a stage by the groups that it keeps, which have places in those above.

    With `is_spread` each stands beside every group above that it belongs to.
    """

    places: tuple[int, ...]
    values: dict[Key, Any]
    nothing: Any
    is_spread: bool

    def at(self, key: Key) -> Any:
        return self.values.get(tuple(key[place] for place in self.places), self.nothing)


def has_question(measure: Measure) -> bool:
    """Say whether a measure asks a question of its own."""
    stage = measure.stage
    keys = () if stage is None else (stage.group_by, stage.reduce_by, stage.add_group_by)
    return stage is not None and any(one is not None for one in (*keys, stage.grain, stage.filter))


def kept_axes(stage: Stage, cube: str, axes: Sequence[Axis]) -> tuple[int, ...]:
    """Name the places of the groups that a stage keeps."""
    kept, dropped = stage.group_by, stage.reduce_by or ()
    if stage.grain is not None:
        kept, dropped = stage.grain.keep_only, stage.grain.exclude or ()
    return tuple(
        place
        for place, axis in enumerate(axes)
        if not any(_is_of(one, cube, axis) for one in dropped)
        and (kept is None or any(_is_of(one, cube, axis) for one in kept))
    )


def _is_of(reference: Reference, cube: str, axis: Axis) -> bool:
    return (cube, reference.path[-1]) == (axis.found.cube, axis.found.member.name)


def added_names(stage: Stage, cube: str, axes: Sequence[Axis]) -> list[str]:
    """Name the dimensions that a stage groups by beside the groups that it keeps."""
    added = stage.grain.include if stage.grain is not None else stage.add_group_by or ()
    names = [one for one in added if not any(_is_of(one, cube, axis) for axis in axes)]
    return [f"{cube}.{one.path[-1]}" for one in names]


def sifted(
    query: Query, where: Sequence[Condition], stage: Stage, cube: str
) -> tuple[Query, list[Condition]]:
    """Leave out the filters of a question that a stage leaves out."""
    found = stage.filter
    if found is None:
        return query, list(where)
    dropped = {f"{cube}.{one.path[-1]}" for one in found.exclude or ()}
    kept = (
        None if found.keep_only is None else {f"{cube}.{one.path[-1]}" for one in found.keep_only}
    )

    def passes(name: str) -> bool:
        return name not in dropped and (kept is None or name in kept)

    times = [one for one in query.time_dimensions if not one.date_range or passes(one.member)]
    narrowed = replace(
        query,
        time_dimensions=tuple(times),
        segments=tuple(name for name in query.segments if passes(name)),
    )
    left = [_passing(one, passes) for one in where]
    return narrowed, [one for one in left if one is not None]


def _passing(condition: Condition, passes: Callable[[str], bool]) -> Condition | None:
    verdicts = {passes(name) for name in members_of(condition)}
    if verdicts == {True}:
        return condition
    if verdicts == {False}:
        return None
    if not isinstance(condition, Group) or condition.kind == "or":
        raise RefusedError(condition)
    parts = [_passing(one, passes) for one in condition.conditions]
    return Group("and", tuple(one for one in parts if one is not None))
