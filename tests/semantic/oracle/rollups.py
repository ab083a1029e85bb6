"""Drawn rollups, and queries that mostly ask for what a rollup has."""

from dataclasses import replace

from hypothesis import strategies as st

from semantic.query.query import Condition, Query, Test, TimeDimension
from semantic.spec.fragments import Reference
from semantic.spec.model import Model
from semantic.spec.rollups import PreAggregation, RollupType
from tests.semantic.oracle.spec_text import HERE, sql
from tests.semantic.oracle.strategies import RANGES, ROLLING, SHIFTED, ZONES, World

ROWS = PreAggregation("rows", RollupType.ORIGINAL_SQL, HERE)
GRANULARITIES = ("day", "week", "month", "quarter", "year", "fiscal", "fortnight")


def rollup(
    name: str,
    measures: tuple[str, ...] = (),
    dimensions: tuple[str, ...] = (),
    times: tuple[tuple[str, str], ...] = (),
    segments: tuple[str, ...] = (),
) -> PreAggregation:
    """A rollup; members are named with their cubes."""
    return PreAggregation(
        name,
        RollupType.ROLLUP,
        HERE,
        measures=tuple(map(reference, measures)),
        dimensions=tuple(map(reference, dimensions)),
        segments=tuple(map(reference, segments)),
        time_dimensions=tuple((reference(member), step) for member, step in times),
    )


def reference(name: str) -> Reference:
    return Reference(tuple(name.split(".")))


def with_rollup(world: World, cube: str, kept: PreAggregation, *rows_of: str) -> World:
    """Declare a rollup in a cube, and that the rows of some cubes are kept."""
    cubes = {
        one.name: replace(
            one,
            pre_aggregations={
                **({kept.name: kept} if one.name == cube else {}),
                **({ROWS.name: ROWS} if one.name in rows_of else {}),
            },
        )
        for one in world.model.cubes.values()
    }
    return World(Model(cubes, {}, version="kept"), world.tables)


@st.composite
def rollups(draw: st.DrawFn, world: World) -> tuple[str, PreAggregation]:
    """Draw a rollup of a cube and of those around it, some of which cannot be used."""
    names = sorted(world.model.cubes)
    cube = draw(st.sampled_from(names))
    near = st.sampled_from([cube, cube, *names])
    measures = [
        one
        for one in world.model.cubes[cube].measures
        if one not in (*ROLLING, *SHIFTED) and not one.startswith("per_")
    ]
    groups = st.builds(
        "{}.{}".format, near, st.sampled_from(("name", "named", "is_open", "label", "amount"))
    )
    own_measures = st.sampled_from([f"{cube}.{one}" for one in measures])
    times = st.tuples(
        st.builds("{}.{}".format, near, st.sampled_from(("at", "day"))),
        st.sampled_from(GRANULARITIES),
    )
    kept = rollup(
        "kept",
        tuple(draw(st.lists(own_measures, min_size=1, max_size=4, unique=True))),
        tuple(draw(st.lists(groups, max_size=3, unique=True))),
        tuple(draw(st.lists(times, max_size=1))),
        tuple(draw(st.lists(st.just(f"{cube}.open"), max_size=1))),
    )
    return cube, draw(_in_parts(kept)) if kept.time_dimensions else kept


def _in_parts(kept: PreAggregation) -> st.SearchStrategy[PreAggregation]:
    """Draw partitions and a build range."""
    return st.builds(
        lambda partition, start, end: replace(
            kept, partition_granularity=partition, build_range_start=start, build_range_end=end
        ),
        st.sampled_from((None, "month", "year")),
        st.sampled_from((None, None, sql("SELECT DATE '2024-01-01'"))),
        st.sampled_from((None, None, sql("SELECT TIMESTAMP '2024-12-31 23:59:59.999'"))),
    )


@st.composite
def queries_of(draw: st.DrawFn, kept: PreAggregation) -> Query:
    """Draw a query of what a rollup has, or nearly."""

    def some(references: tuple[Reference, ...], most: int) -> tuple[str, ...]:
        names = [".".join(one.path) for one in references]
        return tuple(
            draw(st.lists(st.sampled_from(names), max_size=most, unique=True)) if names else ()
        )

    is_whole = draw(st.booleans())
    dimensions = tuple(".".join(one.path) for one in kept.dimensions)
    times = tuple(draw(_time(".".join(one.path), step)) for one, step in kept.time_dimensions)
    filtered = some(kept.dimensions, 1)
    tests: tuple[Condition, ...] = tuple(
        Test(one, draw(st.sampled_from(("set", "notSet", "set")))) for one in filtered
    )
    return Query(
        measures=some(kept.measures, 3) or (".".join(kept.measures[0].path),),
        dimensions=dimensions if is_whole else some(kept.dimensions, 2),
        time_dimensions=times if is_whole or draw(st.booleans()) else (),
        segments=some(kept.segments, 1),
        filters=tests,
        timezone=draw(st.sampled_from(("UTC", "UTC", "UTC", *ZONES))),
        wants_total=draw(st.booleans()),
    )


def _time(member: str, step: str) -> st.SearchStrategy[TimeDimension]:
    return st.builds(
        TimeDimension,
        st.just(member),
        st.sampled_from((step, step, "month", "year", None, "fiscal")),
        st.none() | st.sampled_from(RANGES),
    )
