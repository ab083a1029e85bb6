"""The star's tables without rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import duckdb

from semantic.sync.schema import create_schema


class EmptyStar:
    """The star's tables without rows."""

    def __init__(self) -> None:
        self.connection = duckdb.connect(":memory:")
        create_schema(self.connection)

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self.connection.cursor() as cursor:
            yield cursor

    def refreshed_at(self) -> datetime | None:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def version(self) -> int:
        return 1

    def tables_changed_since(
        self,
        version: int,  # noqa: ARG002 - the protocol's
        cursor: duckdb.DuckDBPyConnection | None = None,  # noqa: ARG002 - same
    ) -> frozenset[str]:
        return frozenset()
