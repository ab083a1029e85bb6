"""One execution of a compiled query: its rows, their number where that is asked for, its age."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

from semantic.rest.answers import Found

if TYPE_CHECKING:
    from semantic.run.compiled import Compiled
    from semantic.run.engine import Engine


@dataclass(slots=True)
class Execution:
    """Runs in a thread; `cancel` comes from another."""

    engine: Engine
    compiled: Compiled
    _id: str = field(default_factory=lambda: str(uuid4()))

    def run(self) -> Found:
        """Execute it and return what it found.

        Raises:
            QueryError: QUERY_CANCELLED, QUERY_TIMEOUT, QUERY_FAILED.
        """
        refreshed_at = self.engine.facts.refreshed_at()
        table = self.engine.run(self.compiled, self._id)
        total = self.engine.count(self.compiled, self._id)
        rollups = {
            table_name: {"preAggregationId": name, "type": "rollup"}
            for table_name, name in self.compiled.rollups.items()
        }
        return Found(table, self.compiled.columns, refreshed_at, total, rollups)

    def cancel(self) -> None:
        """Stop what of it runs at this moment; harmless before and after."""
        self.engine.cancel(self._id)
