"""Where facts come from: what the synchronisation asks of the operational store.

`app.storage.extract` answers it without knowing this module; the composition root hands it over.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import pyarrow as pa


Changed = Mapping[str, Collection[UUID]]
"""Ids that changed between two positions, by kind of change (entity of the change log)."""


class Reading(Protocol):
    """One snapshot of the operational store; everything read from it is of one instant."""

    @property
    def identity(self) -> str:
        """Which database is read: system identifier, timeline and revision, parted by slashes."""
        ...

    @property
    def position(self) -> str:
        """The snapshot, as PostgreSQL's `pg_snapshot` in text."""
        ...

    def changed_since(self, position: str) -> Changed | None:
        """Return what changed after a position up to this one.

        None when the log does not reach back that far, or the position lies after this one: then
        everything has to be read.
        """
        ...

    def rows(self, extract: str, changed: Changed | None) -> pa.Table:
        """Read one extract: everything, or the rows that follow from what changed."""
        ...

    def parts(self, extract: str, changed: Changed | None) -> Iterator[pa.Table]:
        """Read the same in parts as they come, one at least, with the columns of all of them.

        Nothing else may be read of the snapshot before the last.
        """
        ...

    def totals(self) -> Mapping[str, int]:
        """Return totals by the measure's name, its club and currency, parted by blanks."""
        ...


class Source(Protocol):
    """The operational store as the synchronisation sees it."""

    def read(self) -> AbstractContextManager[Reading]:
        """Open a snapshot for a block."""
        ...

    def listen(self, on_commit: Callable[[], None]) -> AbstractContextManager[None]:
        """Call a function after commits for a block; a hint, which may come late or never."""
        ...
