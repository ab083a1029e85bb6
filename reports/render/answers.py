"""What the semantic layer answers to the queries of a plan, as exports read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import pyarrow as pa


class Answers(Protocol):
    """Opens answers one after another; each is read once, in parts, so that memory stays flat."""

    def open(self, query: str) -> AbstractContextManager[pa.RecordBatchReader]:
        """Open the answer to a query of the plan, by its name.

        Its columns are named as those of the plan are. Times are the wall clock of the plan's time
        zone, amounts decimals.
        """
        ...


class UnwritableError(Exception):
    """A report that cannot be written so; the message says why, and what can."""
