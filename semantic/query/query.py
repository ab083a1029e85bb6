"""A query in normal form: what REST, GraphQL, reports and the wire all become."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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


@dataclass(frozen=True, slots=True)
class Operand:
    """A dimension in a formula, or the beginning of the period of a time dimension."""

    member: str
    granularity: str | None = None


@dataclass(frozen=True, slots=True)
class Constant:
    """A value in a formula, which travels as a parameter; `type` is DuckDB's, for a cast."""

    value: Any
    type: str


@dataclass(frozen=True, slots=True)
class Nested:
    """The rows of another query of the same caller, compiled before the one that looks at them."""

    sql: str
    parameters: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression over dimensions that a query brings along, in DuckDB's SQL.

    The texts among `parts` are written by `sqlapi` out of its own list of functions. Nothing of a
    caller is ever part of them: names are operands, values are constants. A query among them is
    compiled, and so becomes nested, before the query that it is part of. As a condition it has to
    be true.
    """

    parts: tuple[str | Operand | Constant | Nested | Query, ...]
    kind: str

    @property
    def operands(self) -> tuple[Operand, ...]:
        """What it reads, in order, each once."""
        return tuple(dict.fromkeys(one for one in self.parts if isinstance(one, Operand)))


@dataclass(frozen=True, slots=True)
class Computed:
    """A dimension that a query defines over others, and groups by under a name of its own."""

    name: str
    formula: Formula


Condition = Test | Group | Formula


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
    are the sets of dimensions for which totals are wanted as well (beyond Cube). `computed` are
    grouped by like dimensions. `beside` are members that the same statement names in other
    queries: what the caller may see, and which filters views bring, follows from all of them.
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
    computed: tuple[Computed, ...] = ()
    beside: tuple[str, ...] = ()

    def members(self) -> tuple[str, ...]:
        """Name every member that it mentions, and those beside it, in order, each once."""
        return tuple(dict.fromkeys((*self.own_members(), *self.beside)))

    def own_members(self) -> tuple[str, ...]:
        """Name every member that it mentions itself, in order, each once."""
        named = (
            *self.measures,
            *self.dimensions,
            *(one.member for one in self.time_dimensions),
            *self.segments,
            *(name for one in self.filters for name in members_of(one)),
            *(name for one in self.computed for name in members_of(one.formula)),
        )
        return tuple(dict.fromkeys(named))


def members_of(condition: Condition) -> tuple[str, ...]:
    """Name the members of a condition."""
    if isinstance(condition, Test):
        return (condition.member,)
    if isinstance(condition, Formula):
        return tuple(one.member for one in condition.operands)
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
