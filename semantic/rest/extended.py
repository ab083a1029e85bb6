"""What /meta says beyond members: the SQL of a model, its joins and its pre-aggregations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semantic.rest.members import without_nothing
from semantic.spec.dimensions import Dimension
from semantic.spec.measures import Measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from semantic.spec.cubes import Cube
    from semantic.spec.dimensions import Case
    from semantic.spec.fragments import Fragment, Reference
    from semantic.spec.model import Model
    from semantic.spec.rollups import PreAggregation, RefreshKey


def extend(shown: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """Add to the description of a cube or view how the model defines it."""
    cube = model.cubes.get(shown["name"])
    place = cube.place if cube is not None else model.views[shown["name"]].place
    members = {
        kind: [_extend_member(one, model) for one in shown[kind]]
        for kind in ("measures", "dimensions", "segments")
    }
    own = {} if cube is None else _extend_cube(cube)
    return {**shown, **members, **own, "fileName": place.file}


def _extend_cube(cube: Cube) -> dict[str, Any]:
    return without_nothing(
        {
            "sql": _text(cube.sql) or _text(cube.sql_table),
            "refreshKey": _refresh(cube.refresh_key),
            "joins": [
                {"name": one.target, "relationship": one.relationship.value, "sql": str(one.sql)}
                for one in cube.joins
            ],
            "preAggregations": [_rollup(one) for one in cube.pre_aggregations.values()],
        }
    )


def _extend_member(shown: Mapping[str, Any], model: Model) -> dict[str, Any]:
    """Add the SQL of a cube's member; members of views have that of their cube."""
    found = model.find(shown["name"])
    if found is None or found.shown is not None:
        return dict(shown)
    member = found.member
    extended: dict[str, Any] = {"sql": _text(member.sql)}
    if isinstance(member, Measure) and member.filters:
        extended["filters"] = [{"sql": str(one)} for one in member.filters]
    if isinstance(member, Dimension) and member.case is not None:
        extended["case"] = _case(member.case)
    return {**shown, **without_nothing(extended)}


def _case(case: Case) -> dict[str, Any]:
    return without_nothing(
        {
            "when": [{"sql": str(when), "label": str(label)} for when, label in case.when],
            "else": None if case.otherwise is None else {"label": str(case.otherwise)},
        }
    )


def _text(fragment: Fragment | None) -> str | None:
    return None if fragment is None else str(fragment)


def _refresh(key: RefreshKey | None) -> dict[str, Any] | None:
    if key is None:
        return None
    return without_nothing(
        {
            "every": key.every,
            "timezone": key.timezone,
            "sql": _text(key.sql),
            "immutable": key.is_immutable or None,
        }
    )


def _rollup(one: PreAggregation) -> dict[str, Any]:
    """Describe a pre-aggregation."""
    times = [
        {"dimension": ".".join(reference.path), "granularity": granularity}
        for reference, granularity in one.time_dimensions
    ]
    return without_nothing(
        {
            "name": one.name,
            "type": one.type.value,
            "measureReferences": _names(one.measures),
            "dimensionReferences": _names(one.dimensions),
            "segmentReferences": _names(one.segments),
            "timeDimensions": times,
            "partitionGranularity": one.partition_granularity,
            "refreshKey": _refresh(one.refresh_key),
        }
    )


def _names(references: Iterable[Reference]) -> list[str]:
    return [".".join(one.path) for one in references]
