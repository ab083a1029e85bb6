"""Pre-aggregations of type `original_sql`: the rows of a cube, kept instead of computed each time.

The model that reads them is the same model, in which the cube's table is the one that is kept, so
that members, joins and policies are what they always are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from semantic.plan.intervals import unsupported
from semantic.rollups.shapes import MOVING, table_name
from semantic.rollups.stored import Stored
from semantic.run.moving import is_moving
from semantic.spec.fragments import Fragment
from semantic.spec.model import Model

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semantic.spec.cubes import Cube
    from semantic.spec.rollups import PreAggregation


@dataclass(frozen=True, slots=True)
class Original:
    """The kept rows of a cube."""

    cube: str
    stored: Stored


def shape_original(cube: Cube, rollup: PreAggregation, tables: frozenset[str]) -> Original:
    """Work out the kept rows of a cube, which come from these tables.

    Raises:
        QueryError: they cannot be kept, and why.
    """
    if not tables:
        message = f"it cannot be told from which tables the rows of '{cube.name}' come"
        raise unsupported(message)
    sql = f"SELECT * FROM {cube.sql_table}" if cube.sql is None else str(cube.sql)  # noqa: S608 - the model's
    if is_moving(sql):
        raise unsupported(MOVING)
    stored = Stored(
        name=f"{cube.name}.{rollup.name}",
        table=table_name(cube.name, rollup, sql),
        sql=sql,
        parameters=(),
        tables=tables,
        refresh_key=rollup.refresh_key,
        is_scheduled=rollup.is_scheduled,
        type="originalSql",
    )
    return Original(cube.name, stored)


def reading(model: Model, originals: Iterable[Original]) -> Model:
    """Write the model in which cubes read their kept rows."""
    cubes = dict(model.cubes)
    for one in originals:
        cube = cubes[one.cube]
        table = Fragment((one.stored.table,), cube.place)
        cubes[one.cube] = replace(cube, sql=None, sql_table=table)
    return Model(cubes, model.views, model.groups, model.version)
