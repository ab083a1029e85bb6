"""Plans: what is read, grouped and put together for a query, before any dialect of SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semantic.plan.expressions import Expression, Value
    from semantic.spec.fragments import Fragment

LEVEL = "subtotal"
"""The column that numbers the sets of dimensions of subtotals; rows of the query itself have 0."""
GRID = "grid"
"""The name of the gathered arms, beside which values of coarser groups are put."""
Named = tuple[str, "Expression"]
"""A column of a sub-query: its name and what it shows."""


@dataclass(frozen=True, slots=True)
class CubeTable:
    """The rows of a cube: a table by name, or a statement."""

    fragment: Fragment
    is_statement: bool


@dataclass(frozen=True, slots=True)
class Values:
    """The values of a switch, as rows with one column `value`."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Joined:
    """Rows under a name, joined LEFT on a condition; the first of a list has none."""

    name: str
    source: CubeTable | Values | Rows | Answer
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """A SELECT over joined rows, grouped by its first `grouped` columns or not at all."""

    tables: tuple[Joined, ...]
    columns: tuple[Named, ...]
    conditions: tuple[Expression, ...] = ()
    grouped: int | None = None
    is_distinct: bool = False


@dataclass(frozen=True, slots=True)
class Spine:
    """Every period from one moment to another, as columns `period_from` and `period_to`.

    `period_to` is the beginning of the next period. Without a step there is one period. Without
    `last` both ends are expressions over the column `clock` of the rows, first and last of them.
    """

    first: Expression
    last: Expression
    months: int
    seconds: int
    is_from_rows: bool = False


@dataclass(frozen=True, slots=True)
class Windowed:
    """Aggregates of the rows that lie in the window of each period, by groups.

    `keys` has the groups, a wall clock and the primary key; `groups` are the names of its columns
    that are no periods. `tables` begin with `keys`, joined to the periods by their condition.
    `once` are the names of primary keys that count once in each window; then columns are those of
    `keys`, the period among them.
    """

    spine: Spine
    keys: Rows
    groups: tuple[str, ...]
    tables: tuple[Joined, ...]
    columns: tuple[Named, ...]
    grouped: int
    once: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Arm:
    """The measures of one fact, by the groups that all arms have in common.

    `kept` are the names of measures that this arm computes. `level` 0 has all groups; subtotals
    have some of them, and the others are NULL.
    """

    fact: str | None
    source: Rows | Windowed
    kept: tuple[str, ...]
    level: int = 0


@dataclass(frozen=True, slots=True)
class Gathered:
    """A measure of the gathered arms: its name, its type, and what it is without rows."""

    name: str
    type: str
    is_count: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """Arms put together by their groups, and what is computed, kept and ordered of that.

    `groups` are the names of the columns by which arms are put together. `spread` are joined to
    that as `GRID`, each an answer with one measure for some of the groups. `stages` are computed
    from all rows of that, before any is left out, one level over the other.
    """

    groups: tuple[str, ...]
    measures: tuple[Gathered, ...]
    arms: tuple[Arm, ...]
    columns: tuple[Named, ...]
    conditions: tuple[Expression, ...] = ()
    order: tuple[tuple[Expression, bool], ...] = ()
    stages: tuple[tuple[Named, ...], ...] = ()
    spread: tuple[Joined, ...] = ()
    limit: int | None = None
    offset: int = 0
