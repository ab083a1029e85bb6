"""A compiled query: SQL with parameters, the columns of its result, and how it came about."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID


class Role(StrEnum):
    """What a column of a result shows."""

    DIMENSION = "dimension"
    TIME = "time"
    MEASURE = "measure"


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result.

    `key` is Cube's: `cube.member`, or `cube.member.granularity`. `type` is the member's type in the
    model: string, number, boolean or time. `alias` is its name in the SQL.
    """

    key: str
    member: str
    role: Role
    type: str
    alias: str
    granularity: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """How an answer is computed and why: joins, policies and rollups that were used or rejected.

    Each entry is a sentence for whoever asked; `rejected` pairs a rollup with the reason.
    """

    facts: tuple[str, ...] = ()
    joins: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    rejected: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Compiled:
    """What `compiling.Compiler` makes of a query for one caller.

    `organisation_id` is the club whose rows its cursor may see. `parameters` belong to the `?` of
    `sql` in order. `total_sql` counts the rows of the answer without its limit, with the same
    parameters; None unless the query asks. Columns stand in the order of the SQL: dimensions, time
    dimensions, measures. `tables` and `cubes` are those of the facts that it reads. `rollups` are
    what stands in their place, the name of each by its table; `reliance` goes with them.
    """

    organisation_id: UUID
    sql: str
    parameters: tuple[Any, ...]
    columns: tuple[ResultColumn, ...]
    explanation: Explanation
    total_sql: str | None = None
    tables: frozenset[str] = frozenset()
    cubes: frozenset[str] = frozenset()
    rollups: Mapping[str, str] = field(default_factory=dict)
    reliance: Reliance | None = None


@dataclass(frozen=True, slots=True)
class Reliance:
    """What an answer over rollups relies on, which is looked at again when it is run.

    The rollups were built from `tables` as these were after batch `version`; the oldest of them at
    `built_at`. `direct` gives the same answer from the facts, and is run instead where one of the
    tables has changed since, or the rollups went with a file that was replaced.
    """

    version: int
    built_at: datetime
    tables: frozenset[str]
    direct: Compiled
    type: str = "rollup"
