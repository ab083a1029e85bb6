"""The files of facts: `facts-<n>.duckdb`, the newest finished one of which is in use."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import duckdb

from semantic.sync.schema import create_schema
from semantic.sync.state import State, read_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAME = re.compile(r"facts-(\d+)\.duckdb")
_WRITE_AHEAD = ".wal"
_LOCKED_DOWN = {
    "enable_external_access": "false",
    "autoload_known_extensions": "false",
    "autoinstall_known_extensions": "false",
    "lock_configuration": "true",
}
"""A query reads the facts and nothing else of this machine."""


class FactFile:
    """An open file of facts. It is closed and removed when it is retired and nobody reads it."""

    def __init__(self, path: Path, number: int, limits: dict[str, str]) -> None:
        """Open a file, or create it with the tables of the star."""
        self.path = path
        self.number = number
        is_new = not path.exists()
        self._connection = duckdb.connect(str(path), config={**_LOCKED_DOWN, **limits})
        self._lock = threading.Lock()
        self._readers = 0
        self._is_retired = False
        self._is_open = True
        if is_new:
            create_schema(self._connection)

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Hand out a cursor for a block; the file stays open as long."""
        self.hold()
        try:
            with self._lock:
                cursor = self._connection.cursor()
            with cursor:
                yield cursor
        finally:
            self.release()

    def hold(self) -> None:
        """Count a reader, for whom the file stays open."""
        with self._lock:
            self._readers += 1

    def release(self) -> None:
        """Count a reader less."""
        with self._lock:
            self._readers -= 1
            self._remove_if_done()

    def state(self) -> State | None:
        """Read what the file says of itself."""
        with self.cursor() as cursor:
            return read_state(cursor)

    def retire(self) -> None:
        """Close and remove the file as soon as nobody reads it."""
        with self._lock:
            self._is_retired = True
            self._remove_if_done()

    def close(self) -> None:
        """Close the file and keep it."""
        with self._lock:
            self._is_open = False
            self._connection.close()

    def _remove_if_done(self) -> None:
        if self._is_retired and self._is_open and not self._readers:
            self._is_open = False
            self._connection.close()
            remove(self.path)


def remove(path: Path) -> None:
    """Remove a file of facts and what DuckDB keeps beside it."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + _WRITE_AHEAD).unlink(missing_ok=True)


def numbered(folder: Path) -> list[tuple[int, Path]]:
    """Return the files of facts in a folder with their numbers, the newest first."""
    found = [(_NAME.fullmatch(path.name), path) for path in folder.iterdir()]
    return sorted(((int(match[1]), path) for match, path in found if match), reverse=True)


def open_newest(folder: Path, star: str, limits: dict[str, str]) -> FactFile | None:
    """Open the newest file that was finished and has these tables; remove all others.

    A file that DuckDB cannot read is removed as well: everything in it can be loaded again.
    """
    opened: FactFile | None = None
    for number, path in numbered(folder):
        found = None if opened is not None else _open(path, number, star, limits)
        if found is None:
            remove(path)
        opened = opened or found
    return opened


def _open(path: Path, number: int, star: str, limits: dict[str, str]) -> FactFile | None:
    """Open a file if it is sound, finished and of this version of the star."""
    with suppress(duckdb.Error):
        file = FactFile(path, number, limits)
        try:
            state = file.state()
        except duckdb.Error:
            state = None
        if state is not None and state.star == star:
            return file
        file.close()
    return None
