"""PostgreSQL's types of the columns that a view shows: those of the answers, never of the facts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semantic.access.authorizing import authorize_binding
from semantic.query.query import Query, QueryError
from semantic.spec.dimensions import Dimension, DimensionType
from semantic.spec.measures import Measure, MeasureType

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from semantic.compiling import Compiler
    from semantic.spec.cubes import Cube

    TypesOf = Callable[[str], tuple[str, ...]]

ANY_NUMBER = "numeric"
"""The type of numbers of which nothing more is known: every number can be one."""
_TYPES = {
    "BOOLEAN": "boolean",
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "SMALLINT": "smallint",
    "USMALLINT": "integer",
    "INTEGER": "integer",
    "UINTEGER": "bigint",
    "BIGINT": "bigint",
    "UBIGINT": "numeric(20,0)",
    "HUGEINT": "numeric(38,0)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIME": "time",
    "INTERVAL": "interval",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "VARCHAR": "text",
    "UUID": "text",
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s*(\d+)\)")
_DIMENSIONS = {
    DimensionType.BOOLEAN: "boolean",
    DimensionType.TIME: "timestamp",
    DimensionType.STRING: "text",
    DimensionType.GEO: "text",
    DimensionType.SWITCH: "text",
}
_MEASURES = {
    MeasureType.STRING: "text",
    MeasureType.BOOLEAN: "boolean",
    MeasureType.TIME: "timestamp",
}


def column_type(member: Measure | Dimension, sql_type: str | None) -> str:
    """Return the type of a member's column; `sql_type` is DuckDB's, None where none was found."""
    if isinstance(member, Dimension) and member.type in _DIMENSIONS:
        return _DIMENSIONS[member.type]
    if isinstance(member, Measure) and member.type in _MEASURES:
        return _MEASURES[member.type]
    if sql_type is None:
        return ANY_NUMBER
    decimal = _DECIMAL.fullmatch(sql_type)
    if decimal is not None:
        return f"numeric({decimal[1]},{decimal[2]})"
    return _TYPES.get(sql_type, "text")


def result_types(compiler: Compiler, types_of: TypesOf) -> Mapping[str, str]:
    """Return DuckDB's type of each number in an answer, by the full name of the cube's member.

    `types_of` binds a statement and returns the types of its columns, as `Engine.types_of` does. A
    measure that cannot be asked without a time dimension has none.
    """
    found: dict[str, str] = {}
    for cube in compiler.model.cubes.values():
        for names, as_query in ((_dimensions(cube), _grouping), (_measures(cube), _measuring)):
            try:
                found.update(_bind(compiler, types_of, names, as_query(names)))
            except QueryError:
                for name in names:
                    found.update(_bind_alone(compiler, types_of, name, as_query((name,))))
    return found


def _dimensions(cube: Cube) -> tuple[str, ...]:
    numbers = (one for one in cube.dimensions.values() if one.type not in _DIMENSIONS)
    return tuple(f"{cube.name}.{one.name}" for one in numbers)


def _measures(cube: Cube) -> tuple[str, ...]:
    numbers = (one for one in cube.measures.values() if one.type not in _MEASURES)
    return tuple(f"{cube.name}.{one.name}" for one in numbers)


def _grouping(names: tuple[str, ...]) -> Query:
    return Query(dimensions=names, is_ungrouped=True, order=())


def _measuring(names: tuple[str, ...]) -> Query:
    return Query(measures=names, order=())


def _bind(
    compiler: Compiler, types_of: TypesOf, names: tuple[str, ...], query: Query
) -> dict[str, str]:
    statement = compiler.generator.generate(authorize_binding(compiler.planner, query))
    return dict(zip(names, types_of(statement.bindable), strict=True))


def _bind_alone(compiler: Compiler, types_of: TypesOf, name: str, query: Query) -> dict[str, str]:
    try:
        return _bind(compiler, types_of, (name,), query)
    except QueryError:
        return {}
