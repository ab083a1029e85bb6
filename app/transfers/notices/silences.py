"""A flow from which nothing arrives: noticed because somebody said how long that may last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Watched:
    """A flow that is expected to have something at least every so many hours."""

    flow: str
    system: str
    expected_every_hours: int
    since: datetime
    """When it was switched on, or last changed: silence is not counted from before."""
    arrived_at: datetime | None = None
    """When something arrived last."""
    told_at: datetime | None = None
    """When people were told last that nothing arrived."""

    @property
    def quiet_since(self) -> datetime:
        """From when on nothing arrived."""
        return self.since if self.arrived_at is None else max(self.since, self.arrived_at)


def silent_flows(watched: Iterable[Watched], now: datetime) -> tuple[Watched, ...]:
    """Return the flows of which people have to be told now: once for each silence."""
    return tuple(
        one
        for one in sorted(watched, key=lambda one: (one.quiet_since, one.flow))
        if now - one.quiet_since >= timedelta(hours=one.expected_every_hours)
        and (one.told_at is None or one.told_at < one.quiet_since)
    )
