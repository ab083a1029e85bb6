"""Lays the answers out: blocks with the columns that are there, and their charts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reports.build.notices import BLOCK_GONE, MEMBER_GONE, notice
from reports.spec.blocks import Chart, Note, Numbers, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reports.build.members import Members
    from reports.build.planned import PlannedQuery
    from reports.spec.blocks import Block
    from reports.spec.definition import Definition
    from reports.spec.problems import Problem

    Draw = Callable[[Chart, PlannedQuery, PlannedQuery | None, str], Mapping[str, Any]]


@dataclass(slots=True)
class Layout:
    """Lays out one report; `draw` makes the chart of a block."""

    definition: Definition
    queries: tuple[PlannedQuery, ...]
    members: Members
    language: str
    draw: Draw
    notices: list[Problem] = field(default_factory=list)

    def blocks(self) -> tuple[Mapping[str, Any], ...]:
        """Return the blocks of which something is left to show."""
        found = []
        for index, block in enumerate(self.definition.blocks):
            shown = self._block(f"blocks[{index}]", block)
            if shown is None:
                self.notices.append(notice(f"blocks[{index}]", BLOCK_GONE, self.language))
            else:
                title = block.title and block.title.in_language(self.language)
                found.append({**shown, "title": title})
        return tuple(found)

    def _block(self, path: str, block: Block) -> dict[str, Any] | None:
        if isinstance(block, Note):
            return {"kind": "text", "text": block.text.in_language(self.language)}
        query = self._query(block.query)
        if query is None:
            return None
        if isinstance(block, Numbers):
            members = self._kept(f"{path}.members", block.members, query)
            return {"kind": "numbers", "query": query.name, "members": members} if members else None
        if isinstance(block, Chart):
            return self._chart(block, query)
        return self._table(path, block, query)

    def _query(self, name: str) -> PlannedQuery | None:
        return next((one for one in self.queries if one.name == name), None)

    def _kept(self, path: str, keys: Iterable[str], query: PlannedQuery) -> list[str]:
        """Keep the columns that are there, and tell of the others."""
        found = []
        for index, key in enumerate(keys):
            if query.column(key) is None:
                place = f"{path}[{index}]"
                self.notices.append(notice(place, MEMBER_GONE, self.language, key))
            else:
                found.append(key)
        return found

    def _chart(self, block: Chart, query: PlannedQuery) -> dict[str, Any] | None:
        """Draw a chart, unless something that it needs is missing."""
        named = (block.x, block.series, block.target, *block.y)
        if any(one is not None and query.column(one) is None for one in named):
            return None
        other = self._query(f"{query.name}.compare")
        return {"kind": "chart", "query": query.name, "type": block.type.value} | dict(
            self.draw(block, query, other, self.language)
        )

    def _table(self, path: str, block: Table, query: PlannedQuery) -> dict[str, Any] | None:
        named = [one.member for one in block.columns] or [one.key for one in query.columns]
        titles = {one.member: one.title for one in block.columns if one.title is not None}
        kept = self._kept(f"{path}.columns", named, query)
        columns = [
            {"key": one.key, "title": own.in_language(self.language) if own else one.title}
            for key in kept
            if (one := query.column(key)) is not None
            for own in (titles.get(key),)
        ]
        return {
            "kind": "table",
            "query": query.name,
            "columns": columns,
            "totals": block.has_totals,
            "subtotals": [one for one in block.subtotals if query.column(one) is not None],
            "pivot": [one for one in block.pivot if query.column(one) is not None] or None,
        }
