"""Numbers that stand by themselves, with that of the other period where there is one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports.render.rows import read_all

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reports.build.planned import PlannedColumn, ReportPlan
    from reports.render.answers import Answers


@dataclass(frozen=True, slots=True)
class Tile:
    """A number, what it is, and what it was in the other period."""

    column: PlannedColumn
    value: Any
    before: Any


def read_tiles(
    plan: ReportPlan, block: Mapping[str, Any], answers: Answers
) -> tuple[list[Tile], bool]:
    """Read the numbers of a block; tell whether there is another period beside."""
    query = plan.query(block["query"])
    other = next((one for one in plan.queries if one.compare_of == query.name), None)
    row = next(iter(read_all(answers, query.name)), {})
    before = {} if other is None else next(iter(read_all(answers, other.name)), {})
    tiles = [
        Tile(column, row.get(column.key), before.get(column.key))
        for column in map(query.column, block["members"])
        if column is not None
    ]
    return tiles, other is not None
