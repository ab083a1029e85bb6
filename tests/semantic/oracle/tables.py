"""Tables in memory, the joining of cubes, and values of dimensions in joined rows."""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from semantic.spec.cubes import Join
from semantic.spec.dimensions import Dimension
from semantic.spec.fragments import Fragment, Reference
from semantic.spec.model import Model
from tests.semantic.oracle.expressions import evaluate

Row = Mapping[str, Any]
Tables = Mapping[str, Sequence[Row]]
Joined = Mapping[str, Row | None]
"""A row of each cube, by its name; None where a LEFT JOIN found none."""

_SELECTION = re.compile(r"SELECT \* FROM (\w+)(?: WHERE (.*))?", re.IGNORECASE | re.DOTALL)


class NoWayError(Exception):
    """No cube leads to all the others over directed joins."""


def rows_of(model: Model, tables: Tables, cube_name: str) -> list[Row]:
    """List the rows of a cube: a table, or `SELECT * FROM table WHERE condition`."""
    cube = model.cubes[cube_name]
    if cube.sql_table is not None:
        return list(tables[str(cube.sql_table)])
    match = _SELECTION.fullmatch(str(cube.sql))
    assert match is not None, str(cube.sql)
    table, condition = match.groups()
    if condition is None:
        return list(tables[table])
    wanted = Fragment((condition,), cube.place)
    return [row for row in tables[table] if evaluate(wanted, _column_of(row)) is True]


def _column_of(row: Row) -> Callable[[tuple[str, ...], str | None], Any]:
    return lambda _path, column: row[column or ""]


def join_tree(model: Model, cubes: Sequence[str]) -> tuple[str, list[tuple[str, Join]]]:
    """Find the cube that reaches all others with the fewest joins, and those joins in order.

    Raises:
        NoWayError: there is none.
    """
    best: tuple[str, list[tuple[str, Join]]] | None = None
    for root in dict.fromkeys(cubes):
        steps: list[tuple[str, Join]] = []
        is_complete = True
        for target in cubes:
            way = _shortest_way(model, root, target)
            if way is None:
                is_complete = False
                break
            steps.extend(step for step in way if step not in steps)
        if is_complete and (best is None or len(steps) < len(best[1])):
            best = (root, steps)
    if best is None:
        raise NoWayError(cubes)
    return best


def _shortest_way(model: Model, start: str, end: str) -> list[tuple[str, Join]] | None:
    ways: list[list[str]] = [[start]]
    while ways:
        way = ways.pop(0)
        if way[-1] == end:
            return [(one, _join_to(model, one, other)) for one, other in pairwise(way)]
        ways.extend(
            [*way, join.target] for join in model.cubes[way[-1]].joins if join.target not in way
        )
    return None


def _join_to(model: Model, cube: str, target: str) -> Join:
    return next(join for join in model.cubes[cube].joins if join.target == target)


def join(model: Model, tables: Tables, cubes: Sequence[str]) -> list[Joined]:
    """Join cubes as directed LEFT JOINs from the root, one after the other."""
    root, steps = join_tree(model, cubes)
    joined: list[Joined] = [{root: row} for row in rows_of(model, tables, root)]
    for cube, step in steps:
        candidates = rows_of(model, tables, step.target)
        longer: list[Joined] = []
        for row in joined:
            partners: list[Row | None] = [
                one
                for one in candidates
                if value_of(model, step.sql, cube, {**row, step.target: one}) is True
            ]
            longer.extend({**row, step.target: one} for one in (partners or [None]))
        joined = longer
    return joined


def value_of(model: Model, sql: Fragment, cube: str, row: Joined) -> Any:
    """Evaluate SQL of a cube in a joined row; members that it names are dimensions."""

    def look(path: tuple[str, ...], column: str | None) -> Any:
        names = tuple(cube if name == "CUBE" else name for name in path)
        if column is not None:
            own = row[names[-1]]
            return None if own is None else own[column]
        owner, member = names if len(names) > 1 else (cube, names[0])
        return dimension_value(model, model.cubes[owner].dimensions[member], owner, row)

    return evaluate(sql, look)


def dimension_value(model: Model, dimension: Dimension, cube: str, row: Joined) -> Any:
    """Evaluate a dimension in a joined row, before any time zone."""
    if dimension.case is None:
        assert dimension.sql is not None
        return value_of(model, dimension.sql, cube, row)
    for condition, label in dimension.case.when:
        assert isinstance(condition, Fragment)
        if value_of(model, condition, cube, row) is True:
            return label
    return dimension.case.otherwise


def cubes_in(model: Model, sql: Fragment, cube: str) -> set[str]:
    """Name the cubes that SQL of a cube needs rows of, itself included."""
    found = {cube}
    for reference in sql.references:
        found |= _cubes_of_reference(model, reference, cube)
    return found


def _cubes_of_reference(model: Model, reference: Reference, cube: str) -> set[str]:
    names = tuple(cube if name == "CUBE" else name for name in reference.path)
    if names[0] in model.cubes and len(names) == 1:
        return {names[0]}
    owner, member = names if len(names) > 1 else (cube, names[0])
    dimension = model.cubes[owner].dimensions.get(member)
    if dimension is None:
        return {owner}
    return {owner, *dimension_cubes(model, dimension, owner)}


def dimension_cubes(model: Model, dimension: Dimension, cube: str) -> set[str]:
    """Name the cubes that a dimension needs rows of."""
    fragments = [] if dimension.sql is None else [dimension.sql]
    if dimension.case is not None:
        fragments.extend(one for one, _ in dimension.case.when if isinstance(one, Fragment))
    return {cube}.union(*(cubes_in(model, one, cube) for one in fragments))
