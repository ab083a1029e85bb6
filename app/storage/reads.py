"""Reads of the API: rows by id, by parent, and by keyset page; always within what is visible.

Rows are mappings from column name to value. Every statement is its own transaction.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select, tuple_

from app.storage.conditions import clauses
from app.storage.failures import is_lost
from app.storage.tables import metadata
from app.storage.tables.columns import Choice
from app.storage.visibility import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, Executable, Table

    from app.domain.permissions import Actor
    from app.storage.conditions import Condition
    from app.storage.engine import AsyncEngine

COUNT_LIMIT = 10_000
"""How far a connection counts; beyond it says AT_LEAST."""
_INTEGER = 2**63
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Sort:
    """Order by a column, then by id in the same direction, so that the order is total."""

    column: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Slice:
    """A page: `limit` rows after (or, when `backward`, before) a position (value, id)."""

    limit: int
    position: tuple[Any, UUID] | None = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the asked order, and whether there are more in the direction of reading."""

    rows: tuple[Mapping[str, Any], ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rows that an actor may see."""

    engine: AsyncEngine

    async def by_ids(
        self, actor: Actor, table_name: str, ids: Collection[UUID]
    ) -> dict[UUID, Mapping[str, Any]]:
        """Read rows by id; what does not exist or is not visible is left out."""
        table = metadata.tables[table_name]
        query = select(*listed(table)).where(visible(table, actor), table.c.id.in_(list(ids)))
        return {row["id"]: row for row in await self.run(query)}

    async def by_parents(
        self,
        actor: Actor,
        table_name: str,
        column: str,
        ids: Collection[UUID],
        order: Sequence[str],
    ) -> dict[UUID, list[Mapping[str, Any]]]:
        """Read the children of several parents at once, in order."""
        table = metadata.tables[table_name]
        query = (
            select(*listed(table))
            .where(visible(table, actor), table.c[column].in_(list(ids)))
            .order_by(*(table.c[name] for name in order), *table.primary_key.columns)
        )
        children: dict[UUID, list[Mapping[str, Any]]] = defaultdict(list)
        for row in await self.run(query):
            children[row[column]].append(row)
        return dict(children)

    async def page(
        self,
        actor: Actor,
        table_name: str,
        conditions: Sequence[Condition],
        sort: Sort,
        part: Slice,
    ) -> Page:
        """Read one page by keyset: its cost does not depend on how deep it lies."""
        table = metadata.tables[table_name]
        descending = sort.descending is not part.backward
        columns = [table.c[sort.column], table.c.id]
        query = select(*listed(table)).where(
            visible(table, actor), *clauses(table, conditions, actor.organisation_id)
        )
        if part.position is not None:
            keyset, position = tuple_(*columns), tuple_(*part.position)
            query = query.where(keyset < position if descending else keyset > position)
        ordered = [column.desc() if descending else column.asc() for column in columns]
        rows = await self.run(query.order_by(*ordered).limit(part.limit + 1))
        kept = rows[: part.limit]
        if part.backward:
            kept.reverse()
        return Page(tuple(kept), has_more=len(rows) > part.limit)

    async def count(self, actor: Actor, table_name: str, conditions: Sequence[Condition]) -> int:
        """Count rows up to one beyond `COUNT_LIMIT`."""
        table = metadata.tables[table_name]
        some = (
            select(table.c.organisation_id if "organisation_id" in table.c else table.c.id)
            .where(visible(table, actor), *clauses(table, conditions, actor.organisation_id))
            .limit(COUNT_LIMIT + 1)
            .subquery()
        )
        rows = await self.run(select(func.count().label("count")).select_from(some))
        return int(rows[0]["count"])

    async def run(self, query: Executable) -> list[Mapping[str, Any]]:
        """Run one statement and return its rows; once more when its connection was dead."""
        try:
            return await self._rows(query)
        except Exception as error:
            if not is_lost(error):
                raise
        return await self._rows(query)

    async def _rows(self, query: Executable) -> list[Mapping[str, Any]]:
        async with self.engine.connect() as connection:
            result = await connection.execute(query)
            return [dict(row) for row in result.mappings()]


def listed(table: Table) -> list[ColumnElement[Any]]:
    """Return the columns that reads of rows have: all but contents of files."""
    return [column for column in table.columns if not column.info.get("read_apart")]


def column_value(table_name: str, column: str, value: object) -> object:
    """Give a value of a column that travelled as JSON its type again.

    Raises ValueError or TypeError for what cannot be a value of that column.
    """
    kind = metadata.tables[table_name].c[column].type
    if isinstance(kind, Choice):
        return str(kind.members(str(value)))
    given = kind.python_type
    if given in {date, datetime, UUID} and isinstance(value, str):
        return UUID(value) if given is UUID else given.fromisoformat(value)
    is_fit = type(value) is given and is_storable(value)
    if not is_fit or (isinstance(value, int) and not -_INTEGER <= value < _INTEGER):
        raise ValueError(f"{value!r} is no value of {table_name}.{column}")
    return value


def is_storable(value: object) -> bool:
    """Tell whether the database can hold a value: a text without NUL and lone surrogates."""
    return not (isinstance(value, str) and _UNSTORABLE.search(value))
