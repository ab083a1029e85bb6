"""The store of facts as queries see it: cursors on what the latest synchronisation committed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import datetime

    import duckdb


class FactStore(Protocol):
    """What `sync.store` offers to the engine; a rebuild swaps the file underneath."""

    def cursor(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """Hand out a cursor of its own for a block; it reads one committed state at a time."""
        ...

    def refreshed_at(self) -> datetime | None:
        """Return as of when the facts are those of the operational store, None before the first."""
        ...

    def version(self) -> int:
        """Return the number of the state; it grows with every batch that was applied."""
        ...

    def tables_changed_since(
        self, version: int, cursor: duckdb.DuckDBPyConnection | None = None
    ) -> frozenset[str]:
        """Name the tables that changed after a state, up to the one that a cursor reads.

        Without a cursor, up to the latest.
        """
        ...
