"""Writes out the SQL of members by hand, apart from the compiler, and binds it on empty tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from semantic.spec.fragments import Fragment, Reference
from semantic.spec.measures import CALCULATED, Measure, MeasureType
from semantic.spec.model import member_of
from semantic.sync.dimensions import DIMENSIONS
from semantic.sync.facts import FACTS

if TYPE_CHECKING:
    from semantic.spec.cubes import Cube, Segment
    from semantic.spec.dimensions import Case, Dimension
    from semantic.spec.model import Model

_AGGREGATES = {
    MeasureType.SUM: "SUM({})",
    MeasureType.AVG: "AVG({})",
    MeasureType.MIN: "MIN({})",
    MeasureType.MAX: "MAX({})",
    MeasureType.COUNT: "COUNT({})",
    MeasureType.COUNT_DISTINCT: "COUNT(DISTINCT {})",
}


def empty_store() -> duckdb.DuckDBPyConnection:
    """Create every table of the star, without rows."""
    store = duckdb.connect()
    for table in (*DIMENSIONS, *FACTS):
        columns = ", ".join(f'"{one.name}" {one.type}' for one in table.columns)
        store.execute(f"CREATE TABLE {table.name} ({columns})")
    return store


class Writer:
    """Writes the SQL of the members of a model."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def statement(self, cube: Cube, member: Measure | Dimension | Segment) -> str:
        """Select one member from its cube and everything that the cube joins."""
        text = self.measure(cube, member) if isinstance(member, Measure) else self.row(cube, member)
        return f"SELECT {text} AS member FROM {self.rows(cube)}"

    def rows(self, cube: Cube) -> str:
        """Write a cube's table and its joins, and theirs."""
        joined, waiting, text = {cube.name}, [cube], self.table(cube)
        while waiting:
            source = waiting.pop(0)
            for join in source.joins:
                if join.target not in joined:
                    target = self.model.cubes[join.target]
                    joined.add(target.name)
                    waiting.append(target)
                    condition = self.expand(source, join.sql)
                    text += f" LEFT JOIN {self.table(target)} ON {condition}"
        return text

    def table(self, cube: Cube) -> str:
        """Write a cube's table under the cube's name."""
        if cube.sql is not None:
            return f'({cube.sql}) AS "{cube.name}"'
        return f'{cube.sql_table} AS "{cube.name}"'

    def row(self, cube: Cube, member: Dimension | Segment) -> str:
        """Write a dimension or segment."""
        case: Case | None = getattr(member, "case", None)
        if case is not None:
            return self.case(cube, case)
        assert member.sql is not None
        return self.expand(cube, member.sql)

    def case(self, cube: Cube, case: Case) -> str:
        """Write a case with its labels."""
        text = "CASE"
        for condition, label in case.when:
            assert isinstance(condition, Fragment)
            text += f" WHEN {self.expand(cube, condition)} THEN '{label}'"
        return f"{text} ELSE '{case.otherwise}' END"

    def measure(self, cube: Cube, measure: Measure) -> str:
        """Write a measure as one aggregate, without its window or shift."""
        if measure.type in CALCULATED:
            assert measure.sql is not None
            return self.expand(cube, measure.sql)
        value = "1" if measure.sql is None else self.expand(cube, measure.sql)
        if measure.filters:
            condition = " AND ".join(f"({self.expand(cube, one)})" for one in measure.filters)
            value = f"CASE WHEN {condition} THEN {value} END"
        return _AGGREGATES[measure.type].format(value)

    def expand(self, cube: Cube, fragment: Fragment) -> str:
        """Put what references mean in their place."""
        return "".join(
            part if isinstance(part, str) else self.refer(cube, part) for part in fragment.parts
        )

    def refer(self, cube: Cube, reference: Reference) -> str:
        """Write what one reference means: a table, or a member in parentheses."""
        path = tuple(cube.name if one == "CUBE" else one for one in reference.path)
        if len(path) == 1 and path[0] in self.model.cubes:
            own = member_of(cube, path[0])
            if own is None:
                return f'"{path[0]}"'
        owner = self.model.cubes[path[-2]] if len(path) > 1 else cube
        member = member_of(owner, path[-1])
        assert member is not None, reference
        if not isinstance(member, Measure):
            return f"({self.row(owner, member)})"
        if owner.name == cube.name:
            return f"({self.measure(owner, member)})"
        return f"({self.statement(owner, member)})"
