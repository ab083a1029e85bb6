"""What an answer is grouped by and looks like."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from semantic.query.query import Query
from semantic.spec.model import Found


@dataclass(frozen=True)
class Axis:
    """Something that the answer is grouped by: a dimension, or a period of a time dimension."""

    key: str
    found: Found
    granularity: str | None


@dataclass(frozen=True)
class Answer:
    """Rows by the keys of their columns; `total` is how many there are without limit.

    `order` names the columns that the rows are sorted by, the first one first.
    """

    rows: list[dict[str, Any]]
    total: int
    every_row: list[dict[str, Any]] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


def order_of(query: Query, axes: Sequence[Axis]) -> list[tuple[str, bool]]:
    """Say which columns an answer is sorted by, and whether downwards."""
    periods = [axis for axis in axes if axis.granularity is not None]
    if query.order is None:
        if periods:
            return [(periods[0].key, False)]
        if query.measures:
            return [(query.measures[0], True)]
        return [(axes[0].key, False)] if axes else []
    found = []
    for name, is_descending in query.order:
        if name in query.measures or name in query.dimensions:
            found.append((name, is_descending))
        else:
            keys = [axis.key for axis in periods if axis.found.name == name]
            found.extend((key, is_descending) for key in keys[:1])
    return found
