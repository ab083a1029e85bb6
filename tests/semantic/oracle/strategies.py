"""Drawn models, data and queries: what the oracle can evaluate, with everything that goes wrong.

Cubes form a tree of keys of which each is declared on one of its two sides, so that every tree of
joins has one root and no two ways lead to a cube. Keys may be NULL and may lead nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from semantic.access.principal import Principal
from semantic.query.query import Condition, Group, Query, Test, TimeDimension
from semantic.spec.cubes import Cube, Join
from semantic.spec.dimensions import Case, Dimension, DimensionType
from semantic.spec.filters import ContextValue, MemberFilter
from semantic.spec.fragments import Reference
from semantic.spec.measures import Grain, Measure, Stage, StageFilter, TimeShift
from semantic.spec.model import Model
from semantic.spec.policies import AccessPolicy
from tests.semantic.oracle.clubs import CLUB
from tests.semantic.oracle.spec_text import (
    HERE,
    cube,
    dimension,
    join,
    measure,
    period,
    rolling,
    segment,
    shifted,
    sql,
)

COLUMNS: Mapping[str, str] = {
    "id": "BIGINT",
    "name": "VARCHAR",
    "amount_minor": "BIGINT",
    "minor_unit": "DECIMAL(4, 3)",
    "is_open": "BOOLEAN",
    "is_deleted": "BOOLEAN",
    "happened_at": "TIMESTAMP",
    "day": "DATE",
    "key_0": "BIGINT",
    "key_1": "BIGINT",
    "key_2": "BIGINT",
    "key_3": "BIGINT",
}
"""The columns of every table; `key_n` refers to a row of table `t<n>`."""
TABLES = tuple(f"t{number}" for number in range(4))
NAMES = ("a", "B", "a_b", "50%", "Été", "", "axb")
INSTANTS = (
    datetime(2023, 12, 31, 22, 59, 59),  # noqa: DTZ001 - UTC without its name, as in the store
    datetime(2023, 12, 31, 23, 0),  # noqa: DTZ001
    datetime(2024, 1, 31, 12, 30),  # noqa: DTZ001
    datetime(2024, 2, 29, 23, 59, 59),  # noqa: DTZ001
    datetime(2024, 3, 31, 0, 59, 59),  # noqa: DTZ001
    datetime(2024, 3, 31, 1, 0),  # noqa: DTZ001
    datetime(2024, 4, 30, 22, 0),  # noqa: DTZ001
    datetime(2024, 10, 27, 0, 30),  # noqa: DTZ001
    datetime(2024, 10, 27, 1, 30),  # noqa: DTZ001
    datetime(2025, 1, 1, 4, 59, 59),  # noqa: DTZ001
)
DAYS = (
    date(2023, 12, 31),
    date(2024, 1, 1),
    date(2024, 1, 31),
    date(2024, 2, 29),
    date(2024, 3, 1),
    date(2024, 10, 27),
    date(2025, 1, 1),
)
ZONES = ("UTC", "Europe/Brussels", "America/New_York", "Asia/Kolkata")
RANGES = (
    (datetime(2024, 1, 1), datetime(2024, 12, 31, 23, 59, 59, 999_000)),  # noqa: DTZ001
    (datetime(2024, 2, 1), datetime(2024, 3, 31, 23, 59, 59, 999_000)),  # noqa: DTZ001
    (datetime(2024, 1, 1), datetime(2024, 1, 31, 23, 59, 59, 999_000)),  # noqa: DTZ001
)
OPERATORS: Mapping[DimensionType, Sequence[str]] = {
    DimensionType.STRING: (
        *("equals", "notEquals", "in", "notIn", "contains", "notContains", "startsWith"),
        *("notStartsWith", "endsWith", "notEndsWith", "set", "notSet", "gt", "lte"),
    ),
    DimensionType.NUMBER: ("equals", "notEquals", "gt", "gte", "lt", "lte", "set", "notSet"),
    DimensionType.BOOLEAN: ("equals", "notEquals", "set", "notSet"),
    DimensionType.TIME: (
        *("inDateRange", "notInDateRange", "onTheDate", "beforeDate", "beforeOrOnDate"),
        *("afterDate", "afterOrOnDate", "set", "notSet"),
    ),
}
_MANY_VALUES = ("equals", "notEquals", "in", "notIn", "contains", "notContains", "endsWith")
_ALIGNED = ("month", "quarter", "year")


@dataclass(frozen=True, repr=False)
class World:
    """A model and the rows that its cubes read."""

    model: Model
    tables: Mapping[str, Sequence[Mapping[str, Any]]]

    def __repr__(self) -> str:
        """Write what differs from world to world: the members of cubes do not."""
        lines = []
        for one in self.model.cubes.values():
            joins = [f"{to.relationship.value} {to.target} ON {to.sql}" for to in one.joins]
            rows = [policy.rows for policy in one.access_policies or ()]
            lines.append(f"{one.name}: {one.sql_table or one.sql} JOINS {joins} POLICIES {rows}")
        for table, rows_of in self.tables.items():
            lines.extend(f"{table}: {list(row.values())}" for row in rows_of)
        return "\n".join(lines)


def members_of_cube(others: Sequence[str]) -> list[Dimension | Measure | Any]:
    fiscal = period("fiscal", "1 year", offset="6 months")
    fortnight = period("fortnight", "2 weeks", origin="2024-01-01")
    labels = Case(
        ((sql("{CUBE}.amount_minor > 5"), "much"), (sql("{name} IS NULL"), "nameless")), "some"
    )
    return [
        dimension("id", "number", "{CUBE}.id", is_primary_key=True),
        dimension("name", "string", "{CUBE}.name"),
        dimension("named", "string", "COALESCE({name}, 'none')"),
        dimension("amount", "number", "{CUBE}.amount_minor"),
        dimension("is_open", "boolean", "{CUBE}.is_open"),
        Dimension("label", DimensionType.STRING, HERE, case=labels),
        dimension("at", "time", "{CUBE}.happened_at", granularities=(fiscal, fortnight)),
        dimension("day", "time", "{CUBE}.day", granularities=(fiscal, fortnight)),
        segment("open", "{CUBE}.is_open"),
        measure("count", "count"),
        measure("count_open", "count", where=("{CUBE}.is_open",)),
        measure("total", "sum", "{CUBE}.amount_minor"),
        measure("value", "sum", "{CUBE}.amount_minor * {CUBE}.minor_unit"),
        measure("total_open", "sum", "{CUBE}.amount_minor", where=("{is_open} = TRUE",)),
        measure("none_as_zero", "sum", "COALESCE({CUBE}.amount_minor, 0)"),
        measure("average", "avg", "{CUBE}.amount_minor"),
        measure("lowest", "min", "{CUBE}.amount_minor"),
        measure("highest", "max", "{CUBE}.amount_minor * 2"),
        measure("names", "count_distinct", "{CUBE}.name"),
        measure("share", "number", "{total_open} / NULLIF({total}, 0)"),
        measure("twice", "number", "2 * {count} + {names}"),
        rolling("running", "sum", "{CUBE}.amount_minor", trailing="unbounded"),
        rolling("recent", "sum", "{CUBE}.amount_minor", trailing="2 month"),
        rolling("before", "count", trailing="1 month", offset="start"),
        rolling("ahead", "max", "{CUBE}.amount_minor", leading="1 month"),
        rolling("to_date", "sum", "{CUBE}.amount_minor", to_date="year"),
        shifted("last_year", "{total}", "1 year"),
        shifted("running_last_year", "{running}", "1 year"),
        measure("growth", "number", "{total} - {last_year}"),
        *_stages(),
        *(
            measure(f"per_{other}", "number", f"{{total}} / NULLIF({{{other}.total}}, 0)")
            for other in others
        ),
    ]


def _stages() -> list[Measure]:
    name, id_ = (Reference(("name",)),), (Reference(("id",)),)
    open_ = MemberFilter(Reference(("is_open",)), "equals", (True,), HERE)
    shift = (TimeShift(None, "1 year", "prior"),)
    unfiltered = StageFilter(exclude=(*name, Reference(("is_open",)), Reference(("open",))))
    return [
        measure("all_total", "sum", "{total}", stage=Stage(grain=Grain(keep_only=()))),
        measure("of_name", "sum", "{count}", stage=Stage(group_by=name)),
        measure("names_of_name", "sum", "{names}", stage=Stage(group_by=name)),
        measure("best", "max", "{highest}", stage=Stage(reduce_by=name)),
        measure("each_mean", "avg", "{total}", stage=Stage(grain=Grain(include=name))),
        measure("each_count", "count", "{total}", stage=Stage(group_by=name, add_group_by=id_)),
        measure("nested", "min", "{each_mean} + {count}", stage=Stage(add_group_by=id_)),
        measure("unfiltered", "number", "{total}", stage=Stage(filter=unfiltered)),
        measure(
            "only_open",
            "number",
            "{count} + {names}",
            stage=Stage(filter=StageFilter(keep_only=name, include=(open_,))),
        ),
        measure(
            "fixed", "sum", "{unfiltered}", stage=Stage(filter=StageFilter("fixed"), group_by=name)
        ),
        measure("part", "number", "{total} / NULLIF({all_total}, 0)"),
        measure("name_last_year", "sum", "{total}", stage=Stage(group_by=name, time_shift=shift)),
    ]


ROLLING = ("running", "recent", "before", "ahead", "to_date")
SHIFTED = ("last_year", "growth", "running_last_year", "name_last_year")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Draw two to four cubes with joins, and their rows."""
    number = draw(st.integers(2, 4))
    names = [f"c{index}" for index in range(number)]
    joins: dict[str, list[Join]] = {name: [] for name in names}
    holders: dict[int, list[int]] = {index: [] for index in range(number)}
    for index in range(1, number):
        other = draw(st.integers(0, index - 1))
        holder, held = draw(st.sampled_from([(index, other), (other, index)]))
        holders[holder].append(held)
        if draw(st.booleans()):
            text = f"{{CUBE}}.key_{held} = {{c{held}.id}}"
            joins[f"c{holder}"].append(join(f"c{held}", "many_to_one", text))
        else:
            text = f"{{CUBE}}.id = {{c{holder}}}.key_{held}"
            joins[f"c{held}"].append(join(f"c{holder}", "one_to_many", text))
    cubes = {}
    for index, name in enumerate(names):
        is_soft = draw(st.booleans())
        table = f"SELECT * FROM t{index} WHERE NOT is_deleted" if is_soft else f"t{index}"
        others = [one for one in names if one != name]
        policies = draw(st.sampled_from([*[None] * 9, *_POLICIES]))
        cubes[name] = cube(
            name, table, members_of_cube(others), joins[name], access_policies=policies
        )
    tables = {f"t{index}": draw(_rows(holders[index])) for index in range(number)}
    return World(Model(cubes, {}, version="drawn"), tables)


def _policy(operator: str, *values: Any, groups: frozenset[str]) -> AccessPolicy:
    row = MemberFilter(Reference(("name",)), operator, values, HERE)
    return AccessPolicy(groups, HERE, rows=(row,))


_POLICIES: tuple[tuple[AccessPolicy, ...], ...] = (
    (_policy("notEquals", ContextValue(("rep",)), groups=frozenset({"sales"})),),
    (
        _policy("equals", "a", "B", groups=frozenset({"*"})),
        _policy("notSet", groups=frozenset({"sales"})),
    ),
    (
        _policy("equals", "a", groups=frozenset({"sales"})),
        AccessPolicy(frozenset({"sales"}), HERE),
    ),
)


def _rows(held: Sequence[int]) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw how many rows there are and a seed: rows drawn value by value come out too few."""
    return st.builds(
        lambda count, seed: _random_rows(Random(seed), count, held),
        st.integers(0, 8),
        st.integers(0, 10_000),
    )


def _random_rows(lot: Random, count: int, held: Sequence[int]) -> list[dict[str, Any]]:
    return [
        {
            "id": number,
            "name": lot.choice((None, "a", "a", *NAMES)),
            "amount_minor": lot.choice((None, *range(-2, 10))),
            "minor_unit": lot.choice((Decimal("0.01"), Decimal(1), Decimal("0.001"))),
            "is_open": lot.choice((None, True, True, False)),
            "is_deleted": lot.random() < 0.2,
            "happened_at": lot.choice((None, *INSTANTS)),
            "day": lot.choice((None, *DAYS)),
            **{
                f"key_{index}": lot.choice((None, *range(5))) if index in held else None
                for index in range(4)
            },
        }
        for number in range(count)
    ]


@st.composite
def principals(draw: st.DrawFn) -> Principal:
    """Draw a caller, some of whom policies refuse."""
    return Principal(
        CLUB,
        draw(st.sampled_from([frozenset({"sales"}), frozenset({"sales"}), frozenset({"guest"})])),
        draw(st.sampled_from([{"rep": "a"}, {"rep": "a"}, {"rep": "B"}, {}])),
    )


@st.composite
def queries(draw: st.DrawFn, world: World) -> Query:
    """Draw a query, of which some cannot be joined."""
    names = sorted(world.model.cubes)
    time = draw(st.none() | _time_dimensions(names))
    is_over_time = time is not None and time.date_range is not None
    measures = [f"{cube}.{own}" for cube in names for own in _plain_measures(world.model.cubes)]
    if is_over_time and time is not None and time.granularity in _ALIGNED:
        measures.extend(f"{cube}.{own}" for cube in names for own in (*ROLLING, *SHIFTED))
    measures.extend(f"{one}.per_{other}" for one in names for other in names if one != other)
    groupable = ("name", "named", "is_open", "label", "amount", "id")
    dimensions = [f"{cube}.{own}" for cube in names for own in groupable]
    asked = draw(st.lists(st.sampled_from(measures), max_size=3, unique=True))
    grouped = draw(st.lists(st.sampled_from(dimensions), max_size=2, unique=True))
    if not asked and not grouped and (time is None or time.granularity is None):
        asked = [draw(st.sampled_from(measures))]
    tested = [one for one in measures if one.partition(".")[2] not in (*ROLLING, *SHIFTED)]
    return Query(
        measures=tuple(asked),
        dimensions=tuple(grouped),
        time_dimensions=() if time is None else (time,),
        segments=tuple(draw(st.lists(st.sampled_from([f"{c}.open" for c in names]), max_size=1))),
        filters=draw(_filters(world.model, names, tested)),
        order=draw(st.none() | _orders((*asked, *grouped))),
        limit=draw(st.sampled_from([10_000, 10_000, 2, None])),
        offset=draw(st.sampled_from([0, 0, 1])),
        timezone=draw(st.sampled_from(ZONES)),
        wants_total=draw(st.booleans()),
    )


def _plain_measures(cubes: Mapping[str, Cube]) -> list[str]:
    later = (*ROLLING, *SHIFTED)
    every = next(iter(cubes.values())).measures
    return [name for name in every if name not in later and not name.startswith("per_")]


def _time_dimensions(names: Sequence[str]) -> st.SearchStrategy[TimeDimension]:
    return st.builds(
        TimeDimension,
        st.sampled_from([f"{cube}.{own}" for cube in names for own in ("at", "day")]),
        st.sampled_from(
            [None, "hour", "day", "week", "month", "quarter", "year", "fiscal", "fortnight"]
        ),
        st.none() | st.none() | st.sampled_from(RANGES),
    )


def _orders(columns: Sequence[str]) -> st.SearchStrategy[tuple[tuple[str, bool], ...]]:
    if not columns:
        return st.just(())
    one = st.tuples(st.sampled_from(columns), st.booleans())
    return st.lists(one, max_size=2, unique_by=lambda pair: pair[0]).map(tuple)


def _filters(
    model: Model, names: Sequence[str], measures: Sequence[str]
) -> st.SearchStrategy[tuple[Condition, ...]]:
    members = [
        (f"{name}.{own.name}", own.type)
        for name in names
        for own in model.cubes[name].dimensions.values()
    ]
    on_dimension = st.sampled_from(members).flatmap(lambda pair: _dimension_test(*pair))
    on_measure = st.builds(
        lambda member, operator, value: Test(member, operator, (value,)),
        st.sampled_from(measures),
        st.sampled_from(("gt", "lte", "equals", "notEquals")),
        st.sampled_from(("0", "1", "4")),
    )
    kinds = st.sampled_from(("and", "or"))
    conditions: st.SearchStrategy[Condition] = on_dimension | on_measure
    grouped = st.builds(
        Group, kinds, st.lists(on_dimension, min_size=1, max_size=3).map(tuple)
    ) | st.builds(Group, kinds, st.lists(on_measure, min_size=1, max_size=2).map(tuple))
    return st.just(()) | st.lists(conditions | grouped, max_size=2).map(tuple)


@st.composite
def _dimension_test(draw: st.DrawFn, member: str, kind: DimensionType) -> Test:
    operator = draw(st.sampled_from(OPERATORS[kind]))
    if operator in ("set", "notSet"):
        return Test(member, operator)
    if kind is DimensionType.TIME:
        return _date_test(member, operator, draw(st.sampled_from(DAYS)))
    values = {
        DimensionType.STRING: ("a", "A", "_", "%", "B", "É", "none", "much"),
        DimensionType.NUMBER: ("0", "1", "5", "-2"),
        DimensionType.BOOLEAN: ("true", "false"),
    }[kind]
    many = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True))
    if operator not in _MANY_VALUES:
        return Test(member, operator, tuple(many[:1]))
    with_null = draw(st.booleans()) and draw(st.booleans())
    return Test(member, operator, (*many, *((None,) if with_null else ())))


def _date_test(member: str, operator: str, day: date) -> Test:
    start = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a wall clock
    end = start + timedelta(days=1, milliseconds=-1)
    if operator.endswith("DateRange"):
        end += timedelta(days=31)
    texts = [one.isoformat(timespec="milliseconds") for one in (start, end)]
    is_range = operator.endswith("DateRange") or operator == "onTheDate"
    return Test(member, operator, tuple(texts if is_range else texts[:1]))
