"""Pre-aggregations and hierarchies: they name members and granularities that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semantic.check.fragments import Checking, resolve
from semantic.check.references import granularities
from semantic.check.wall import WallError, check_table_name, parse_query
from semantic.load.entries import suggest
from semantic.spec.cubes import Segment
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.fragments import Fragment
from semantic.spec.measures import Measure

if TYPE_CHECKING:
    from semantic.spec.cubes import Cube, Hierarchy
    from semantic.spec.fragments import Reference
    from semantic.spec.model import Member
    from semantic.spec.places import Place
    from semantic.spec.rollups import PreAggregation, RefreshKey


def check_hierarchy(checking: Checking, cube: Cube, hierarchy: Hierarchy) -> None:
    """Check the levels of a hierarchy."""
    about = f"cubes.{cube.name}.hierarchies.{hierarchy.name}"
    for level in hierarchy.levels:
        _check_member(checking, cube, level, Dimension, hierarchy.place, about)


def check_rollup(checking: Checking, cube: Cube, rollup: PreAggregation) -> None:
    """Check the members of a pre-aggregation, and what it is built of."""
    about = f"cubes.{cube.name}.pre_aggregations.{rollup.name}"
    kinds: tuple[tuple[tuple[Reference, ...], type[Member]], ...] = (
        (rollup.measures, Measure),
        (rollup.dimensions, Dimension),
        (rollup.segments, Segment),
    )
    for references, kind in kinds:
        for reference in references:
            _check_member(checking, cube, reference, kind, rollup.place, about)
    for reference, granularity in rollup.time_dimensions:
        member = _check_member(checking, cube, reference, Dimension, rollup.place, about)
        if isinstance(member, Dimension):
            _check_granularity(checking, member, granularity, rollup.place, about)
    for reference in rollup.rollups:
        _check_inner(checking, cube, rollup, reference, about)
    _check_indexes(checking, rollup, about)
    for end in (rollup.build_range_start, rollup.build_range_end):
        if end is not None:
            _check_query(checking, end, f"{about}.build_range")
    check_refresh_key(checking, rollup.refresh_key, about)


def _check_indexes(checking: Checking, rollup: PreAggregation, about: str) -> None:
    """Refuse columns of indexes that the rollup does not have."""
    times = [reference for reference, _ in rollup.time_dimensions]
    named = (*rollup.dimensions, *rollup.measures, *rollup.segments, *times)
    members = {one.path[-1] for one in named}
    for index in rollup.indexes:
        for column in index.columns:
            if column.path[-1] not in members:
                message = f"index '{index.name}': '{column.path[-1]}' is not in the rollup"
                hint = suggest(column.path[-1], sorted(members))
                checking.faults.add(rollup.place, f"{about}.indexes", message, hint)


def check_refresh_key(checking: Checking, key: RefreshKey | None, about: str) -> None:
    """Check the query of a refresh key."""
    if key is not None and key.sql is not None:
        _check_query(checking, key.sql, f"{about}.refresh_key")


def check_source(checking: Checking, cube: Cube) -> None:
    """Check what a cube reads: its table or its query."""
    for key, fragment in (("sql", cube.sql), ("sql_table", cube.sql_table)):
        if fragment is None:
            continue
        about = f"cubes.{cube.name}.{key}"
        if key == "sql":
            _check_query(checking, fragment, about)
            continue
        try:
            check_table_name(str(fragment), checking.tables)
        except WallError as error:
            checking.faults.add(fragment.place, about, error.message, error.suggestion)


def _check_query(checking: Checking, fragment: Fragment, about: str) -> None:
    """Refuse references in a query, and what lies beyond the wall."""
    if fragment.references:
        message = f"refers to '{fragment.references[0].path[0]}', where tables alone are read"
        hint = "name the table itself, or join the cube"
        checking.faults.add(fragment.place, about, message, hint)
        return
    try:
        parse_query(str(fragment), checking.tables)
    except WallError as error:
        checking.faults.add(fragment.place, about, error.message, error.suggestion)


def _check_member(
    checking: Checking,
    cube: Cube,
    reference: Reference,
    kind: type[Member],
    place: Place,
    about: str,
) -> Member | None:
    """Resolve a name to a member of a kind; None where it is something else."""
    found = resolve(checking, cube, reference, Fragment((), place), about)
    if found is None:
        return None
    if not isinstance(found.member, kind):
        message = f"'{'.'.join(reference.path)}' is not a {kind.__name__.lower()}"
        checking.faults.add(place, about, message)
        return None
    return found.member


def _check_granularity(
    checking: Checking, dimension: Dimension, granularity: str, place: Place, about: str
) -> None:
    if dimension.type is not DimensionType.TIME:
        checking.faults.add(place, about, f"'{dimension.name}' is not a time dimension")
    elif granularity not in granularities(dimension):
        message = f"'{granularity}' is not a granularity of '{dimension.name}'"
        hint = suggest(granularity, granularities(dimension))
        checking.faults.add(place, about, message, hint)


def _check_inner(
    checking: Checking, cube: Cube, rollup: PreAggregation, reference: Reference, about: str
) -> None:
    """Refuse a rollup that is put together from one that is not there, or from itself."""
    *before, name = reference.path
    holder = checking.resolver.cubes.get(before[-1]) if before[-1:] not in ([], ["CUBE"]) else cube
    known = {} if holder is None else holder.pre_aggregations
    if name not in known or known[name] is rollup:
        message = f"'{'.'.join(reference.path)}' is not another pre-aggregation"
        checking.faults.add(rollup.place, f"{about}.rollups", message, suggest(name, list(known)))
