"""The compiler: from a query and its caller to SQL that may be run."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from semantic.access.authorizing import authorize, authorize_binding, permit
from semantic.check.stages import is_staged
from semantic.plan.building import Planner
from semantic.plan.nodes import LEVEL, Answer, CubeTable, Values
from semantic.query.query import Query, QueryError
from semantic.run.compiled import Compiled, Explanation, ResultColumn, Role
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.places import Fault, ModelError
from semantic.sqlgen.statements import Generator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from semantic.access.authorizing import AuthorizedPlan, Permission
    from semantic.access.principal import Principal
    from semantic.plan.asking import Asked
    from semantic.plan.nodes import Rows, Windowed
    from semantic.spec.cubes import Cube
    from semantic.spec.measures import Measure
    from semantic.spec.model import Model
    from semantic.spec.places import Place

KEPT = 4096
"""How many compiled queries are kept."""


class Compiler:
    """Compiles queries over one model. It may be used from several threads at once.

    `types` are the SQL types of members by full name, as `describing.describe_members` finds them.
    """

    def __init__(self, model: Model, types: Mapping[str, str], dialect: str = "duckdb") -> None:
        """Compile for a model and a dialect of SQL."""
        self.model = model
        self.planner = Planner(model, types)
        self.generator = Generator(dialect)
        self._tables = {name: _tables_of(cube) for name, cube in model.cubes.items()}
        self._kept: OrderedDict[object, Compiled] = OrderedDict()
        self._lock = Lock()

    def compile(self, query: Query, principal: Principal, now: datetime | None = None) -> Compiled:
        """Compile a query for a caller; `now` is what dates such as `today` in models mean.

        Raises:
            QueryError: it names what is unknown or hidden, or cannot be answered rightly.
        """
        permission = permit(self.planner, query, principal, now)
        key = (query, permission.restrictions)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
        if kept is None:
            kept = self._compile(authorize(self.planner, query, permission), permission)
            with self._lock:
                self._kept[key] = kept
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        return replace(kept, organisation_id=principal.organisation_id)

    def _compile(self, authorized: AuthorizedPlan, permission: Permission) -> Compiled:
        statement = self.generator.generate(authorized)
        plan = authorized.plan
        read = frozenset(_cubes_of(plan.answer))
        return Compiled(
            organisation_id=authorized.organisation_id,
            sql=statement.sql,
            parameters=statement.parameters,
            columns=_columns(plan.asked),
            explanation=Explanation(
                facts=tuple(dict.fromkeys(_facts_of(plan.answer))),
                joins=plan.notes,
                policies=tuple(dict.fromkeys(permission.notes)),
            ),
            total_sql=statement.total if plan.asked.query.wants_total else None,
            tables=frozenset(
                table for name in read if name in self._tables for table in self._tables[name]
            ),
            cubes=read & self.model.cubes.keys(),
        )


def _columns(asked: Asked) -> tuple[ResultColumn, ...]:
    """Describe the columns of an answer, in the order of its SQL."""
    columns = []
    for group in asked.groups:
        found = group.found
        type_ = found.member.type if isinstance(found.member, Dimension) else DimensionType.STRING
        is_plain = type_ in (DimensionType.NUMBER, DimensionType.BOOLEAN, DimensionType.TIME)
        columns.append(
            ResultColumn(
                group.key,
                found.name,
                Role.DIMENSION if group.granularity is None else Role.TIME,
                type_.value if is_plain else "string",
                group.column,
                group.granularity,
            )
        )
    if asked.query.subtotals:
        columns.append(ResultColumn(LEVEL, LEVEL, Role.DIMENSION, "number", LEVEL))
    columns.extend(
        ResultColumn(one.key, one.key, Role.MEASURE, one.type, one.column) for one in asked.measures
    )
    return tuple(columns)


def _facts_of(source: CubeTable | Values | Rows | Answer) -> Iterator[str]:
    """Name the facts of an answer, and of those that its stages put together."""
    if not isinstance(source, Answer):
        return
    for arm in source.arms:
        if arm.fact is not None:
            yield arm.fact
        else:
            yield from _facts_of(arm.source.tables[0].source)
    for beside in source.spread:
        yield from _facts_of(beside.source)


def _cubes_of(source: CubeTable | Values | Rows | Windowed | Answer) -> Iterator[str]:
    """Name what stands in FROM, at any depth; cubes stand there under their own names."""
    if isinstance(source, CubeTable | Values):
        return
    if isinstance(source, Answer):
        for arm in source.arms:
            yield from _cubes_of(arm.source)
        for beside in source.spread:
            yield from _cubes_of(beside.source)
        return
    for joined in source.tables:
        yield joined.name
        yield from _cubes_of(joined.source)


def _tables_of(cube: Cube) -> frozenset[str]:
    """Name the tables from which the rows of a cube come."""
    fragment = cube.sql_table or cube.sql
    if fragment is None or fragment.references:
        return frozenset()
    text = str(fragment)
    parsed: exp.Expr = (
        sqlglot.parse_one(text, read="duckdb", into=exp.Table)
        if cube.sql is None
        else sqlglot.parse_one(text, read="duckdb")
    )
    own = {one.alias for one in parsed.find_all(exp.CTE)}
    return frozenset(one.name for one in parsed.find_all(exp.Table)) - own


def describe_members(model: Model, types_of: Callable[[str], tuple[str, ...]]) -> dict[str, str]:
    """Return the SQL type of every dimension, aggregate and stage of a measure, by full name.

    `types_of` binds a statement and returns the types of its columns, as `Engine.types_of` does.

    Raises:
        ModelError: the database does not understand members; every one of them is named.
    """
    planner = Planner(model, {})
    generator = Generator()
    types: dict[str, str] = {}
    faults: list[Fault] = []

    def bind(query: Query) -> tuple[str, ...]:
        return types_of(generator.generate(authorize_binding(planner, query)).bindable)

    for cube in model.cubes.values():
        members = planner.members
        measures = tuple(one for one in cube.measures if members.is_aggregate(cube.name, one))
        for names, query in (
            (tuple(cube.dimensions), _of_dimensions(cube.name, tuple(cube.dimensions))),
            (measures, _of_measures(cube.name, measures)),
        ):
            if not names:
                continue
            try:
                types.update(zip(_full(cube.name, names), bind(query), strict=True))
            except QueryError:
                faults.extend(_faults(cube, names, bind))
    if not faults:
        for place, name, error in _describe_stages(model, bind, types):
            faults.append(Fault(place, name, error))
    if faults:
        raise ModelError(tuple(faults))
    return types


def _describe_stages(
    model: Model, bind: Callable[[Query], tuple[str, ...]], types: dict[str, str]
) -> Iterator[tuple[Place, str, str]]:
    """Add the types of measures of several stages, and say which the database refuses.

    What depends on dimensions, or cannot be computed alone, is seen when it is asked.
    """
    for cube in model.cubes.values():
        for measure in cube.measures.values():
            if not is_staged(measure):
                continue
            try:
                types.update(
                    zip(
                        _full(cube.name, (measure.name,)),
                        bind(_of_measures(cube.name, (measure.name,))),
                        strict=True,
                    )
                )
            except QueryError as error:
                if error.code == "QUERY_FAILED":
                    about = f"cubes.{cube.name}.measures.{measure.name}"
                    yield measure.place, about, error.message


def _full(cube: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{cube}.{name}" for name in names)


def _of_dimensions(cube: str, names: tuple[str, ...]) -> Query:
    return Query(dimensions=_full(cube, names), is_ungrouped=True, order=())


def _of_measures(cube: str, names: tuple[str, ...]) -> Query:
    return Query(measures=_full(cube, names), order=())


def _faults(
    cube: Cube, names: tuple[str, ...], bind: Callable[[Query], tuple[str, ...]]
) -> Iterator[Fault]:
    """Bind members one by one, and say which the database does not understand."""
    for name in names:
        is_measure = name in cube.measures
        kind = "measures" if is_measure else "dimensions"
        member: Measure | Dimension = cube.measures[name] if is_measure else cube.dimensions[name]
        try:
            bind((_of_measures if is_measure else _of_dimensions)(cube.name, (name,)))
        except QueryError as error:
            yield Fault(member.place, f"cubes.{cube.name}.{kind}.{name}", error.message)
