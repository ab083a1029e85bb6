"""Daily and weekly reports on how transfers went: when one is due, and for which days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

SENT_FROM = time(7)
"""On the club's clock; a worker that was down then sends it later on the same day."""


class Rhythm(StrEnum):
    """How often a report is sent."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    """On Mondays."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days of a report; `key` is the same for the same report, and another for any other."""

    rhythm: Rhythm
    first_on: date
    last_on: date
    starts_at: datetime
    ends_at: datetime

    @property
    def key(self) -> str:
        """By what a report is sent once: `DAILY:2026-11-21`."""
        return f"{self.rhythm}:{self.first_on}"


@dataclass(frozen=True, slots=True)
class FlowCount:
    """How a flow's transfers of a period ended, and how many are on their way now."""

    system: str
    flow: str
    done: int = 0
    skipped: int = 0
    parked: int = 0
    open: int = 0


def due_period(rhythm: Rhythm, zone: ZoneInfo, now: datetime) -> Period | None:
    """Return the period whose report is due now; None before seven, or not on a Monday."""
    local = now.astimezone(zone)
    if local.time() < SENT_FROM or (rhythm is Rhythm.WEEKLY and local.weekday() != 0):
        return None
    days = 1 if rhythm is Rhythm.DAILY else 7
    ends_on, first_on = local.date(), local.date() - timedelta(days=days)
    return Period(
        rhythm,
        first_on,
        ends_on - timedelta(days=1),
        datetime.combine(first_on, time(), zone),
        datetime.combine(ends_on, time(), zone),
    )
