"""One execution of a compiled query: its rows, their number where that is asked for, its age."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
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
        answer = self.engine.answer(self.compiled, self._id)
        ran = answer.compiled
        return Found(
            answer.table,
            ran.columns,
            answer.refreshed_at,
            answer.total,
            _rollups(ran),
            version=answer.version,
        )

    def cancel(self) -> None:
        """Stop what of it runs at this moment; harmless before and after."""
        self.engine.cancel(self._id)


def _rollups(ran: Compiled) -> dict[str, Any]:
    """Describe the rollups that were read, by the table of each, as Cube does."""
    if ran.reliance is None:
        return {}
    updated_at_ms = round(ran.reliance.built_at.timestamp() * 1000)
    told = {"lastUpdatedAt": updated_at_ms, "type": ran.reliance.type}
    return {table: {"preAggregationId": name, **told} for table, name in ran.rollups.items()}
