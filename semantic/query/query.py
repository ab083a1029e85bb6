"""A query in normal form: what REST, GraphQL, reports and the wire all become."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from semantic.spec.model import Model

DEFAULT_LIMIT = 10_000
MAX_LIMIT = 50_000


class QueryError(Exception):
    """A query that cannot be answered, in words for who wrote it.

    `kind` is Cube's `UserError` for what concerns members and values, or empty; `status` is the
    HTTP status of the answer. `code` is stable for programs, such as `MEMBER_UNKNOWN`.
    """

    def __init__(
        self, message: str, *, code: str, kind: str = "UserError", status: int = 400
    ) -> None:
        """Say what is wrong and what would be right."""
        super().__init__(message)
        self.message = message
        self.code = code
        self.kind = kind
        self.status = status


@dataclass(frozen=True, slots=True)
class Test:
    """A comparison of a member with values; `operator` is Cube's, values are texts or None.

    Dates are resolved: wall clock in the query's time zone, `YYYY-MM-DDTHH:mm:ss.SSS`, two for a
    range.
    """

    member: str
    operator: str
    values: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions of which all (`and`) or any (`or`) must hold."""

    kind: str
    conditions: tuple[Condition, ...]


Condition = Test | Group


@dataclass(frozen=True, slots=True)
class TimeDimension:
    """A time dimension that is grouped by, filtered, or both.

    `date_range` are the first and last instants that count, wall clock in the query's time zone,
    both inclusive to the millisecond.
    """

    member: str
    granularity: str | None = None
    date_range: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """A query over members by their full names, `cube.member` or `view.member`.

    `order` None means Cube's default order; an empty one means none. `dimensions` may repeat a time
    dimension that `time_dimensions` group by. With `is_ungrouped` every row is shown by itself.
    `is_mixed_allowed` lets one condition name measures and dimensions (beyond Cube); `subtotals`
    are the sets of dimensions for which totals are wanted as well (beyond Cube).
    """

    measures: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    time_dimensions: tuple[TimeDimension, ...] = ()
    segments: tuple[str, ...] = ()
    filters: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] | None = None
    limit: int | None = DEFAULT_LIMIT
    offset: int = 0
    timezone: str = "UTC"
    is_ungrouped: bool = False
    wants_total: bool = False
    join_hints: tuple[tuple[str, ...], ...] = ()
    is_mixed_allowed: bool = False
    subtotals: tuple[tuple[str, ...], ...] = field(default=())

    def members(self) -> tuple[str, ...]:
        """Name every member that it mentions, in order, each once."""
        named = (
            *self.measures,
            *self.dimensions,
            *(one.member for one in self.time_dimensions),
            *self.segments,
            *(name for one in self.filters for name in members_of(one)),
        )
        return tuple(dict.fromkeys(named))


def members_of(condition: Condition) -> tuple[str, ...]:
    """Name the members of a condition."""
    if isinstance(condition, Test):
        return (condition.member,)
    return tuple(name for one in condition.conditions for name in members_of(one))


def refuse_unknown(model: Model, name: str) -> QueryError:
    """Build the error for a member that no cube or view has."""
    place, _, own = name.partition(".")
    if place not in model.cubes and place not in model.views:
        message = f"'{place}' not found for path '{name}'"
    else:
        message = f"'{own}' not found for path '{name}'"
    hint = model.suggest(name)
    return QueryError(f"{message}; {hint}" if hint else message, code="MEMBER_UNKNOWN")
