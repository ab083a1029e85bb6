"""Answers as streams of Arrow, as the semantic layer exports them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reports.build.planned import ReportPlan


@dataclass(frozen=True, slots=True)
class StreamedAnswers:
    """Answers that `source` opens by the name of their query, each as bytes of Arrow's stream."""

    source: Callable[[str], IO[bytes]]

    @contextmanager
    def open(self, query: str) -> Iterator[pa.RecordBatchReader]:
        """Open the answer to a query; what was not read of it is left."""
        with self.source(query) as stream, pa.ipc.open_stream(stream) as reader:
            yield reader


def main_query(plan: ReportPlan) -> str | None:
    """Return the query that a file of one table shows: that of the first table, or the first."""
    tables = (one["query"] for one in plan.blocks if one["kind"] == "table")
    named = next(tables, None)
    if named is not None:
        return str(named)
    return plan.queries[0].name if plan.queries else None
