"""The store of facts: cursors for readers on the file in use, which a rebuild swaps underneath."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from semantic.query.query import QueryError
from semantic.sync.files import FactFile, numbered, open_newest
from semantic.sync.schema import star_version
from semantic.sync.state import changed_since

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from semantic.sync.apply import Applied
    from semantic.sync.state import State

_FILE = "facts-{}.duckdb"


class FactsMissing(QueryError):  # noqa: N818 - a fact about the store that the caller tells
    """No facts have been loaded yet, so that any number would be wrong."""

    def __init__(self) -> None:
        """Say that it is a matter of a moment."""
        super().__init__(
            "the facts are being loaded for the first time; try again soon",
            code="FACTS_MISSING",
            kind="",
            status=503,
        )


class Facts:
    """The facts of one folder; one process at a time may have it open.

    Readers and the one writer do not wait for each other: each cursor sees one committed state.
    """

    def __init__(
        self, folder: Path, *, threads: int | None = None, memory_limit: str | None = None
    ) -> None:
        """Open the newest finished file of a folder, if there is one.

        Args:
            folder: where the files are; it is created.
            threads: how many cores a query may use; None leaves it to DuckDB.
            memory_limit: such as `2GB`; None leaves it to DuckDB.
        """
        folder.mkdir(parents=True, exist_ok=True)
        given = {"threads": threads, "memory_limit": memory_limit}
        self._limits = {name: str(value) for name, value in given.items() if value is not None}
        self._folder = folder
        self._lock = threading.Lock()
        self._file = open_newest(folder, star_version(), self._limits)
        self._state = None if self._file is None else self._file.state()

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Hand out a cursor of its own for a block; it reads one committed state at a time.

        Raises:
            FactsMissing: nothing was loaded yet.
        """
        file = self._held()
        try:
            with file.cursor() as cursor:
                yield cursor
        finally:
            file.release()

    def state(self) -> State | None:
        """Return where the facts stand, None before they were first loaded."""
        with self._lock:
            return self._state

    def refreshed_at(self) -> datetime | None:
        """Return as of when the facts are those of the operational store, None before the first."""
        state = self.state()
        return None if state is None else state.refreshed_at

    def version(self) -> int:
        """Return the number of the state; it grows with every batch that was applied."""
        state = self.state()
        return 0 if state is None else state.version

    def tables_changed_since(
        self, version: int, cursor: duckdb.DuckDBPyConnection | None = None
    ) -> frozenset[str]:
        """Name the tables that changed after a state, up to the one that a cursor reads.

        Without a cursor, up to the latest.
        """
        if cursor is not None:
            return changed_since(cursor, version)
        state = self.state()
        return frozenset() if state is None else state.tables_changed_since(version)

    def accept(self, applied: Applied) -> None:
        """Take note of a batch that was committed to the file in use."""
        with self._lock:
            self._state = applied.state

    def confirm(self, state: State) -> None:
        """Take note that nothing changed up to a later snapshot."""
        with self._lock:
            self._state = state

    def begin_file(self) -> FactFile:
        """Create the next file, which nobody reads until it is swapped in."""
        number = max((number for number, _ in numbered(self._folder)), default=0) + 1
        return FactFile(self._folder / _FILE.format(number), number, self._limits)

    def swap(self, file: FactFile, state: State) -> None:
        """Read from another file from now on; the old one goes when its readers are done."""
        with self._lock:
            old, self._file, self._state = self._file, file, state
        if old is not None:
            old.retire()

    def close(self) -> None:
        """Close the file in use."""
        with self._lock:
            if self._file is not None:
                self._file.close()

    def _held(self) -> FactFile:
        """Return the file in use, held so that no swap removes it meanwhile."""
        with self._lock:
            if self._file is None:
                raise FactsMissing
            self._file.hold()
            return self._file
