"""Tables in DuckDB as queries find them: `store` for every club, views for the caller's own."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import duckdb

from semantic.run.facts import FactStore
from tests.semantic.oracle.tables import Tables

CLUB = UUID("11111111-1111-1111-1111-111111111111")
OTHER_CLUB = UUID("22222222-2222-2222-2222-222222222222")


def named_rows(
    columns: Mapping[str, Mapping[str, str]], table: str, *rows: tuple[Any, ...]
) -> list[dict[str, Any]]:
    """Rows of a table by the names of its columns."""
    return [dict(zip(columns[table], row, strict=True)) for row in rows]


class MemoryFacts(FactStore):
    """A store of facts that is filled once."""

    def __init__(self, columns: Mapping[str, Mapping[str, str]]) -> None:
        self.columns = columns
        self.connection = duckdb.connect(":memory:")
        self.connection.execute("CREATE SCHEMA store")
        for table, types in columns.items():
            listed = ", ".join(f"{name} {kind}" for name, kind in types.items())
            self.connection.execute(f"CREATE TABLE store.{table} (organisation_id UUID, {listed})")
            self.connection.execute(
                f"CREATE VIEW {table} AS SELECT * FROM store.{table} "
                "WHERE organisation_id = getvariable('organisation_id')"
            )
        self._version = 1

    def fill(self, tables: Tables, club: UUID = CLUB) -> None:
        """Replace what a club has."""
        for table, rows in tables.items():
            self.connection.execute(f"DELETE FROM store.{table} WHERE organisation_id = ?", [club])
            self._insert(table, rows, club)
        self._version += 1

    def _insert(self, table: str, rows: Sequence[Mapping[str, Any]], club: UUID) -> None:
        if not rows:
            return
        names = list(self.columns[table])
        one = f"({', '.join('?' for _ in range(len(names) + 1))})"
        self.connection.execute(
            f"INSERT INTO store.{table} VALUES {', '.join([one] * len(rows))}",
            [value for row in rows for value in (club, *(row[name] for name in names))],
        )

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        cursor = self.connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def refreshed_at(self) -> datetime | None:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def version(self) -> int:
        return self._version

    def tables_changed_since(
        self,
        version: int,
        cursor: duckdb.DuckDBPyConnection | None = None,  # noqa: ARG002 - the protocol's
    ) -> frozenset[str]:
        return frozenset(self.columns) if version < self._version else frozenset()
