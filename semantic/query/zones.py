"""Time zones by their IANA names, however they are capitalised."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

_NOT_ZONES = frozenset({"localtime", "Factory", "posixrules"})


@cache
def _names() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones() - _NOT_ZONES}


def canonical_zone(name: str) -> str | None:
    """Return a zone's name as the tz database writes it, or None if it has none such."""
    return _names().get(name.lower())


@cache
def zone_of(name: str) -> ZoneInfo:
    """Return the zone of a canonical name."""
    return ZoneInfo(name)
