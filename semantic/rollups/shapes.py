"""What a declared rollup is: its columns, what it is built from, and the model that reads it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from semantic.access.authorizing import authorize_binding
from semantic.plan.arms import ArmBuilder
from semantic.plan.asking import Restrictions, is_switch, take_apart
from semantic.plan.building import Planner
from semantic.plan.intervals import unsupported
from semantic.query.query import Query, QueryError, TimeDimension
from semantic.rollups.stored import BuildRange, Stored
from semantic.run.moving import is_moving
from semantic.spec.cubes import Cube
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.fragments import Fragment, Reference
from semantic.spec.measures import ADDITIVE, CALCULATED, Measure, MeasureType
from semantic.spec.model import Model
from semantic.sqlgen.statements import Generator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from semantic.joins.graph import JoinTree, Path
    from semantic.plan.asking import Asked, Grouping
    from semantic.plan.bound import Leaf
    from semantic.plan.nodes import Answer
    from semantic.spec.rollups import PreAggregation

ROLLUP = "rollup"
"""The only cube of the model that reads a rollup."""
MOVING = "it asks what time it is, so that its rows would change though no fact does"
_INSTANT = "TIMESTAMP"
_COUNTS = (MeasureType.COUNT, MeasureType.COUNT_DISTINCT, MeasureType.COUNT_DISTINCT_APPROX)
_AGGREGATES = {
    MeasureType.COUNT: "CAST(COALESCE(SUM({}), 0) AS BIGINT)",
    MeasureType.SUM: "SUM({})",
    MeasureType.MIN: "MIN({})",
    MeasureType.MAX: "MAX({})",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A dimension of a rollup, or with a granularity the periods of one. `name` is that in SQL."""

    name: str
    cube: str
    member: str
    granularity: str | None
    is_instant: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """A rollup that can be built and read, for one time zone.

    `leaves` are the aggregates that it has, each with whether parts of it may be put together.
    `trees` are the joins of each fact, all from one root.
    """

    stored: Stored
    columns: tuple[Column, ...]
    leaves: Mapping[tuple[str, str], bool]
    trees: Mapping[str | None, JoinTree]
    timezone: str
    model: Model
    types: Mapping[str, str] = field(repr=False)

    @property
    def name(self) -> str:
        """Its name in the model, after that of its cube."""
        return self.stored.name

    @property
    def root(self) -> str:
        """The cube whose every row a group of the rollup has."""
        return next(iter(self.trees.values())).root

    def dimension(self, cube: str, member: str) -> Column | None:
        """Find the column that has a dimension as it is."""
        return next((one for one in self.times(cube, member) if one.granularity is None), None)

    def times(self, cube: str, member: str) -> tuple[Column, ...]:
        """Find the columns of a dimension, whatever their granularity."""
        return tuple(one for one in self.columns if (one.cube, one.member) == (cube, member))


def shape_rollup(
    planner: Planner,
    types: Mapping[str, str],
    cube: str,
    rollup: PreAggregation,
    timezone: str,
    tables: Mapping[str, frozenset[str]],
) -> Shape:
    """Work out a rollup of a cube; `tables` are those that each cube reads.

    Raises:
        QueryError: it cannot be used, and why.
    """
    extended = Planner(_with_segments(planner.model), types)
    query = _query(cube, rollup, timezone)
    asked = take_apart(extended.members, query, Restrictions())
    _refuse_unkept(asked)
    trees = trees_of(extended, asked)
    roots = sorted({one.root for one in trees.values()})
    if len(roots) > 1:
        raise unsupported(f"its measures start from different cubes: {', '.join(roots)}")
    columns = _columns(extended, asked)
    measures = {
        (one.cube, one.name): _is_additive(extended, trees[one.cube], one) for one in asked.leaves
    }
    leaf_query = replace(query, measures=tuple(f"{one}.{name}" for one, name in measures))
    statement = Generator().generate(authorize_binding(extended, leaf_query))
    if is_moving(statement.sql):
        raise unsupported(MOVING)
    times = [one for one in asked.groups if one.granularity is not None]
    first = times[0] if times else None
    stored = Stored(
        name=f"{cube}.{rollup.name}",
        table=table_name(cube, rollup, statement.sql, statement.parameters, timezone),
        sql=statement.sql,
        parameters=statement.parameters,
        tables=frozenset(
            name for tree in trees.values() for one in tree.cubes for name in tables[one]
        ),
        refresh_key=rollup.refresh_key,
        is_scheduled=rollup.is_scheduled,
        partition=None
        if first is None or rollup.partition_granularity is None
        else (rollup.partition_granularity, first.column),
        build_range=None if first is None else _build_range(extended, rollup, first, timezone),
    )
    return Shape(
        stored=stored,
        columns=columns,
        leaves=measures,
        trees=trees,
        timezone=timezone,
        model=_reading(extended, columns, measures, stored.table),
        types=_types(extended, columns, measures),
    )


def _columns(planner: Planner, asked: Asked) -> tuple[Column, ...]:
    """Describe the dimensions that are kept, and the periods of them."""
    return tuple(
        Column(
            one.column,
            one.found.cube,
            one.found.member.name,
            one.granularity,
            _is_instant(planner, one.found.cube, one.found.member.name),
        )
        for one in asked.groups
    )


def _refuse_unkept(asked: Asked) -> None:
    """Refuse members of which values cannot be kept by group."""
    moved = [one for one in asked.leaves if one.window is not None or one.shifts]
    if asked.stages or asked.reads:
        raise unsupported("its measures are of several stages")
    if any(is_switch(one.found) for one in asked.groups):
        raise unsupported("a switch has its values in no row that could be kept")
    if moved:
        message = f"{moved[0].cube}.{moved[0].name} is a window of time, or moved in time"
        raise unsupported(message)


def table_name(cube: str, rollup: PreAggregation, *content: object) -> str:
    """Name the table of a pre-aggregation, by what fills it."""
    ends = str(rollup.build_range_start), str(rollup.build_range_end)
    digest = sha256(repr((*content, *ends)).encode()).hexdigest()[:12]
    return f"rollup_{cube}_{rollup.name}_{digest}"


def _build_range(
    planner: Planner, rollup: PreAggregation, group: Grouping, timezone: str
) -> BuildRange | None:
    """Say which times a rollup keeps, by the first time dimension that it has."""
    if rollup.build_range_start is None and rollup.build_range_end is None:
        return None
    step = planner.members.granularity(*group.owned, group.granularity or "")
    ends = rollup.build_range_start, rollup.build_range_end
    return BuildRange(group.column, step, *ends, timezone)


def trees_of(planner: Planner, asked: Asked) -> dict[str | None, JoinTree]:
    """Find the joins of each fact of a query, or of its dimensions alone.

    Raises:
        QueryError: members of the query are sub-queries themselves.
    """
    facts: dict[str | None, list[Leaf]] = {}
    for one in asked.leaves:
        facts.setdefault(one.cube, []).append(one)
    found = {}
    for fact, leaves in (facts or {None: []}).items():
        builder = ArmBuilder(planner.members, planner.graph, asked, tuple(leaves), _refuse_lookup)
        found[fact] = builder.source(asked.groups, asked.spans, builder.needs()).tree
    return found


def segment_name(name: str) -> str:
    """Name the column that says whether a segment holds."""
    return f"segment_{name}"


def measure_name(cube: str, name: str) -> str:
    """Name a measure in the model that reads a rollup."""
    return f"{cube}__{name}"


def _refuse_lookup(cube: str, name: str) -> Answer:
    raise unsupported(f"{cube}.{name} is a sub-query")


def _with_segments(model: Model) -> Model:
    """Let every segment be a dimension as well."""
    cubes = {
        cube.name: replace(
            cube,
            dimensions={
                **cube.dimensions,
                **{
                    segment_name(one.name): Dimension(
                        segment_name(one.name), DimensionType.BOOLEAN, one.place, sql=one.sql
                    )
                    for one in cube.segments.values()
                },
            },
        )
        for cube in model.cubes.values()
    }
    return Model(cubes, model.views, version=model.version)


def _query(cube: str, rollup: PreAggregation, timezone: str) -> Query:
    """Ask for what a rollup keeps."""

    def named(reference: Reference) -> tuple[tuple[str, ...], str]:
        *way, member = (cube if one == "CUBE" else one for one in reference.path)
        return tuple(way) or (cube,), member

    members = [named(one) for one in (*rollup.measures, *rollup.dimensions)]
    times = [(named(one), step) for one, step in rollup.time_dimensions]
    segments = [named(one) for one in rollup.segments]
    ways = [way for way, _ in (*members, *segments, *(one for one, _ in times))]
    count = len(rollup.measures)
    return Query(
        measures=tuple(f"{way[-1]}.{name}" for way, name in members[:count]),
        dimensions=(
            *(f"{way[-1]}.{name}" for way, name in members[count:]),
            *(f"{way[-1]}.{segment_name(name)}" for way, name in segments),
        ),
        time_dimensions=tuple(
            TimeDimension(f"{way[-1]}.{name}", step) for (way, name), step in times
        ),
        order=(),
        limit=None,
        timezone=timezone,
        join_hints=tuple(dict.fromkeys(way for way in ways if len(way) > 1)),
    )


def _is_instant(planner: Planner, cube: str, member: str) -> bool:
    dimension = planner.model.cubes[cube].dimensions[member]
    is_day = planner.members.type_of(cube, member) == "DATE"
    return dimension.type is DimensionType.TIME and not is_day


def _is_additive(planner: Planner, tree: JoinTree, leaf: Leaf) -> bool:
    """Tell whether values of groups may be put together: nothing is counted in two of them."""
    kind = planner.model.cubes[leaf.cube].measures[leaf.name].type
    return kind in ADDITIVE and not tree.multiplied(leaf.cube)


def _reading(
    planner: Planner,
    columns: tuple[Column, ...],
    leaves: Mapping[tuple[str, str], bool],
    table: str,
) -> Model:
    """Write the model that reads a rollup: the same members, over its columns."""
    place = next(iter(planner.model.cubes.values())).place
    dimensions = {}
    for one in columns:
        declared = planner.model.cubes[one.cube].dimensions[one.member]
        granularities = declared.granularities if declared.type is DimensionType.TIME else ()
        dimensions[one.name] = Dimension(
            one.name,
            declared.type,
            declared.place,
            sql=_over("{}", one.name, declared.sql or Fragment((), place)),
            granularities=granularities,
        )
    measures: dict[str, Measure] = {}
    for cube in planner.model.cubes.values():
        for own in cube.measures.values():
            found = _measure(planner, cube, own, leaves)
            if found is not None:
                measures[found.name] = found
    read = Cube(
        ROLLUP,
        place,
        sql_table=Fragment((table,), place),
        dimensions=dimensions,
        measures=measures,
    )
    return Model({ROLLUP: read}, {}, version=table)


def _measure(
    planner: Planner, cube: Cube, measure: Measure, leaves: Mapping[tuple[str, str], bool]
) -> Measure | None:
    """Write a measure over the columns of a rollup, None if it has not what that needs."""
    name = measure_name(cube.name, measure.name)
    kind = measure.type if measure.type in CALCULATED else MeasureType.NUMBER
    key = (cube.name, measure.name)
    if key in leaves:
        template = _AGGREGATES[measure.type] if leaves[key] else "ANY_VALUE({})"
        if not leaves[key] and measure.type in _COUNTS:
            template = "COALESCE(ANY_VALUE({}), 0)"
        sql = _over(template, name, Fragment((), measure.place))
        return Measure(name, kind, sql, measure.place)
    try:
        bound = planner.members.calculated(cube.name, measure.name)
    except QueryError:
        return None
    has_all = all(
        (one.cube, one.name) in leaves and one.window is None and not one.shifts
        for one in bound.leaves
    )
    has_all = has_all and not bound.stages and not bound.reads
    if measure.sql is None or planner.members.is_aggregate(cube.name, measure.name) or not has_all:
        return None
    parts = tuple(
        one if isinstance(one, str) else Reference((_renamed(one.path, cube.name),))
        for one in measure.sql.parts
    )
    return Measure(name, kind, Fragment(parts, measure.sql.place), measure.place)


def _renamed(path: Path, cube: str) -> str:
    *way, member = path
    owner = way[-1] if way and way[-1] != "CUBE" else cube
    return measure_name(owner, member)


def _over(template: str, column: str, like: Fragment) -> Fragment:
    """Write SQL over one column of the rollup."""
    before, after = template.split("{}")
    parts = (before, Reference(("CUBE",)), f'."{column}"{after}')
    return Fragment(tuple(one for one in parts if one), like.place)


def _types(
    planner: Planner, columns: tuple[Column, ...], leaves: Mapping[tuple[str, str], bool]
) -> dict[str, str]:
    """Return the SQL types of the members that read a rollup; times are kept as wall clocks."""
    found = {}
    for one in columns:
        is_time = planner.model.cubes[one.cube].dimensions[one.member].type is DimensionType.TIME
        type_ = _INSTANT if is_time else planner.members.type_of(one.cube, one.member)
        found[f"{ROLLUP}.{one.name}"] = type_
    for cube, name in leaves:
        found[f"{ROLLUP}.{measure_name(cube, name)}"] = planner.members.type_of(cube, name)
    return found
