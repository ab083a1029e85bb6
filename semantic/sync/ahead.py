"""Reading ahead: a thread reads the next extracts while those before are worked on.

The operational store and DuckDB are two processes, and drivers read without the interpreter, so
that both work at once; what waits to be worked on is bounded.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from queue import Empty, Queue
from typing import TYPE_CHECKING, TypeAlias

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from semantic.sync.source import Changed, Reading

_WAITING_PARTS = 4
"""Parts that wait in memory, each of some ten thousand rows at most."""
_LOOK_AGAIN_SECONDS = 0.01
_Item: TypeAlias = "pa.Table | BaseException | None"
"""A part of an extract, its end, or what reading it raised."""


class Ahead:
    """Extracts in the order in which they are read; each is to be taken in that order."""

    def __init__(self, reading: Reading, names: Sequence[str], changed: Changed | None) -> None:
        """Begin to read."""
        self._reading = reading
        self._names = names
        self._changed = changed
        self._read: Queue[_Item] = Queue(_WAITING_PARTS)
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="read ahead")
        self._thread.start()

    def parts(self) -> Iterator[pl.DataFrame]:
        """Return the parts of the next extract, of which there is one at least.

        Raises:
            BaseException: whatever reading raised.
        """
        while (item := self._read.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield frame_of(item)

    def frame(self) -> pl.DataFrame:
        """Return the next extract whole."""
        return pl.concat(self.parts())

    def close(self) -> None:
        """End the thread; whatever it reads at this moment is thrown away."""
        self._is_stopped.set()
        while self._thread.is_alive():
            with suppress(Empty):
                self._read.get(timeout=_LOOK_AGAIN_SECONDS)
        self._thread.join()

    def _run(self) -> None:
        try:
            for name in self._names:
                for part in self._reading.parts(name, self._changed):
                    self._read.put(part)
                    if self._is_stopped.is_set():
                        return
                self._read.put(None)
        except BaseException as error:  # noqa: BLE001 - whoever takes the next part is told
            self._read.put(error)


@contextmanager
def read_ahead(reading: Reading, names: Sequence[str], changed: Changed | None) -> Iterator[Ahead]:
    """Read extracts in this order for a block."""
    ahead = Ahead(reading, names, changed)
    try:
        yield ahead
    finally:
        ahead.close()


def frame_of(table: pa.Table) -> pl.DataFrame:
    """Return a table as a frame."""
    found = pl.from_arrow(table)
    if not isinstance(found, pl.DataFrame):
        raise TypeError("what was read is no table")
    return found
