"""What is kept ready of a pre-aggregation: the statement that fills its table, and its times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from semantic.query.query import TimeDimension
    from semantic.spec.dimensions import Granularity
    from semantic.spec.fragments import Fragment
    from semantic.spec.rollups import RefreshKey


@dataclass(frozen=True, slots=True)
class BuildRange:
    """The times that are kept, where not all are.

    `start` and `end` are queries for instants, each None where there is no end; instants are shown
    in `timezone`. `column` has the periods, `step` says how long they are.
    """

    column: str
    step: Granularity | str
    start: Fragment | None
    end: Fragment | None
    timezone: str


@dataclass(frozen=True, slots=True)
class Covered:
    """The times that were kept when a table was filled: wall clocks, without the end itself."""

    column: str
    start: datetime | None
    end: datetime | None

    def has(self, times: Sequence[TimeDimension], member: str) -> bool:
        """Tell whether a query looks at kept times alone; `member` is its name of the column."""
        return any(
            one.member == member
            and one.date_range is not None
            and (self.start is None or self.start <= one.date_range[0])
            and (self.end is None or one.date_range[1] < self.end)
            for one in times
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """A table of rows that are kept ready.

    `sql` has the rows of a club, from `tables` of the facts. With a `partition`, a granularity and
    the column of times, only the periods are written again in which rows differ.
    """

    name: str
    table: str
    sql: str
    parameters: tuple[object, ...]
    tables: frozenset[str]
    refresh_key: RefreshKey | None = None
    is_scheduled: bool = True
    type: str = "rollup"
    partition: tuple[str, str] | None = None
    build_range: BuildRange | None = None
