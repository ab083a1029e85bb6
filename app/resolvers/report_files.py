"""Reports as files, written piece by piece while their rows come from the semantic layer."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import anyio
from anyio import Semaphore, from_thread, to_thread

from reports.render import Letterhead, StreamedAnswers
from reports.spec.writing import write_query

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from app.domain.brands import Brand
    from app.domain.permissions import Actor
    from app.resolvers.semantic.door import PassedBack, SemanticDoor
    from reports.build import ReportPlan
    from reports.render import Format

WRITTEN_AT_ONCE = 4
"""Files of one process that are written at a time; others wait their turn."""
_OURS = frozenset({"drill", "ignores"})


class _Stream(io.RawIOBase):
    """An answer as a file, read in a thread while it comes."""

    def __init__(self, answer: PassedBack) -> None:
        self._answer = answer
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - a buffer of any kind
        """Fill the buffer with what there is, at least a byte but at the end."""
        while not self._left:
            piece = from_thread.run(anext, self._answer.pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        count = min(len(buffer), len(self._left))
        buffer[:count] = self._left[:count]
        self._left = self._left[count:]
        return count

    def close(self) -> None:
        """Give the answer up; it may have come to its end."""
        if not self.closed:
            from_thread.run(self._end)
        super().close()

    async def _end(self) -> None:
        await self._answer.close()


@dataclass(frozen=True, slots=True)
class Files:
    """Writes the reports of one process as files."""

    writing: Semaphore = field(default_factory=lambda: Semaphore(WRITTEN_AT_ONCE))

    async def pieces(
        self,
        door: SemanticDoor,
        caller: tuple[Actor, Mapping[str, Any]],
        plan: ReportPlan,
        form: Format,
        brand: Brand,
    ) -> AsyncGenerator[bytes, None]:
        """Write a report, for a caller and their club.

        Raises:
            DomainError: SEMANTIC_QUERY_INVALID, SEMANTIC_UNAVAILABLE; mostly before anything
                is written.
        """
        actor, organisation = caller

        def source(name: str) -> io.BufferedReader:
            query = export_query(plan, name)
            answer = from_thread.run(door.export, actor, organisation, query)
            return io.BufferedReader(_Stream(answer))

        made_at = door.clock().astimezone(ZoneInfo(plan.time_zone)).replace(tzinfo=None)
        letterhead = Letterhead(organisation["name"], made_at, brand.logo, "logo.png", brand.colour)
        async with self.writing:
            written = form.write(plan, StreamedAnswers(source), letterhead)
            try:
                while (piece := await to_thread.run_sync(next, written, None)) is not None:
                    yield piece
            finally:
                with anyio.CancelScope(shield=True):
                    await to_thread.run_sync(written.close)


def export_query(plan: ReportPlan, name: str) -> dict[str, Any]:
    """Write a query of a plan without the limit of pages: a file has all rows but those it names.

    Raises:
        KeyError: the plan has no such query.
    """
    written = write_query(plan.query(name).query)
    kept = {key: value for key, value in written.items() if key not in _OURS}
    return {**kept, "timezone": plan.time_zone}
