"""The end of a process as the application sees it: what is told, and what has to end with it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_log = logging.getLogger("loge.api")


@dataclass(slots=True)
class Draining:
    """Whether the process is about to end, and whether another takes its place.

    `is_stopping` is true only where nobody takes over: then readiness fails, so that a balancer in
    front looks elsewhere. In a rolling restart the service stays ready all the time.
    """

    is_leaving: bool = False
    is_stopping: bool = False
    _endings: list[Callable[[], Awaitable[object]]] = field(default_factory=list)

    @property
    def reason(self) -> str | None:
        """Return why the process is not ready, or None."""
        return "the process is stopping" if self.is_stopping else None

    def on_leave(self, end: Callable[[], Awaitable[object]]) -> None:
        """Have something called that ends what would otherwise go on for ever, such as streams."""
        self._endings.append(end)

    async def leave(self, *, has_successor: bool) -> None:
        """End what would go on for ever, and from now on answer as one that leaves."""
        self.is_leaving = True
        self.is_stopping = not has_successor
        for end in self._endings:
            try:
                await end()
            except Exception:  # noqa: BLE001 - what fails to end may not keep the rest from it
                _log.exception("something did not end in order")
