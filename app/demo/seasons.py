"""The demo club's calendar: last season, this one and the next, as seen from a given day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.demo.names import OPPONENTS
from app.domain.calendar import CalendarItemKind

if TYPE_CHECKING:
    from collections.abc import Sequence

ZONE = ZoneInfo("Europe/Brussels")
FIRST_MONTH = 7
MATCHES = 17
TOP_MATCHES = (2, 5, 8, 11, 15)
"""Matches that cost more, by their place in the season from 0."""
TOP_WEIGHT, WEIGHT = 150, 100
_SATURDAY, _SUNDAY = 5, 6
_KICK_OFFS = {_SATURDAY: (time(18, 30), time(20, 45)), _SUNDAY: (time(13, 30), time(16, 0))}
EVENTS = (
    ("BREAKFAST", "Season opening breakfast", 9, 11, time(8, 0)),
    ("DINNER", "Partner dinner", 11, 13, time(19, 0)),
    ("NEWYEAR", "New Year reception", 1, 15, time(18, 30)),
    ("GALA", "Player of the season gala", 5, 21, time(19, 30)),
)
"""Code, name, month, day and time of the events of every season."""


@dataclass(frozen=True, slots=True)
class Item:
    """A match or event; `is_top` for those that cost more."""

    code: str
    name: str
    kind: CalendarItemKind
    starts_at: datetime
    is_top: bool = False


@dataclass(frozen=True, slots=True)
class SeasonPlan:
    """A season with its calendar; codes of everything in it end in the season's code."""

    code: str
    starts_on: date
    ends_on: date
    matches: tuple[Item, ...]
    events: tuple[Item, ...]

    @property
    def subscription(self) -> str:
        """Return the code of the bundle of all matches."""
        return f"SUB-{self.code}"

    @property
    def items(self) -> tuple[Item, ...]:
        """Return matches and events by date."""
        return tuple(sorted((*self.matches, *self.events), key=lambda item: item.starts_at))


def seasons_around(today: date) -> tuple[SeasonPlan, SeasonPlan, SeasonPlan]:
    """Plan last season, the one that a day falls into, and the next."""
    year = today.year if today.month >= FIRST_MONTH else today.year - 1
    return _plan(year - 1), _plan(year), _plan(year + 1)


def _plan(year: int) -> SeasonPlan:
    """Plan the season that starts in a year; the same at every call."""
    lot = Random(f"calendar {year}")
    code = f"{year}-{(year + 1) % 100:02d}"
    opponents = OPPONENTS.copy()
    lot.shuffle(opponents)
    matches = tuple(_match(code, year, index, opponents[index], lot) for index in range(MATCHES))
    events = tuple(
        Item(
            f"{name}-{code}",
            title,
            CalendarItemKind.EVENT,
            _instant(date(year if month >= FIRST_MONTH else year + 1, month, day), at),
        )
        for name, title, month, day, at in EVENTS
    )
    start = date(year, FIRST_MONTH, 1)
    end = date(year + 1, FIRST_MONTH, 1) - timedelta(days=1)
    return SeasonPlan(code, start, end, matches, events)


def _match(code: str, year: int, index: int, opponent: str, lot: Random) -> Item:
    """Plan a home match: every second weekend from late August on."""
    day = date(year, 8, 20) + timedelta(days=round(index * 16.2))
    day += timedelta(days=(lot.choice((_SATURDAY, _SUNDAY)) - day.weekday()) % 7)
    return Item(
        f"M{index + 1:02d}-{code}",
        f"Racing Meerhaven - {opponent}",
        CalendarItemKind.MATCH,
        _instant(day, lot.choice(_KICK_OFFS[day.weekday()])),
        is_top=index in TOP_MATCHES,
    )


def _instant(day: date, at: time) -> datetime:
    """Return the instant of a time on the club's clock."""
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def weights(items: Sequence[Item]) -> list[int]:
    """Return what each item counts in a bundle."""
    return [TOP_WEIGHT if item.is_top else WEIGHT for item in items]
