"""Moves in time that a calendar cube declares: which rows stand at each of its days instead."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from semantic.plan.expressions import Moved
from semantic.plan.intervals import read_interval, unsupported
from semantic.spec.dimensions import Dimension

if TYPE_CHECKING:
    from collections.abc import Iterable

    from semantic.plan.bound import Bound, Owned
    from semantic.plan.members import Members
    from semantic.spec.cubes import Cube
    from semantic.spec.dimensions import CalendarShift
    from semantic.spec.measures import TimeShift
    from semantic.spec.model import Found


def is_about(shift: TimeShift, found: Found) -> bool:
    """Tell whether a move is one of a time dimension."""
    return shift.time_dimension is None or shift.time_dimension.path[-1] == found.member.name


def declared_shift(found: Found, shifts: tuple[TimeShift, ...]) -> CalendarShift | None:
    """Find how the calendar of a time dimension says to move it; None for the usual way.

    Raises:
        QueryError: it would be moved twice, `MODEL_UNSUPPORTED`.
    """
    if not isinstance(found.member, Dimension) or not found.member.time_shifts:
        return None
    about = [one for one in shifts if is_about(one, found)]
    matching = [
        declared
        for one in about
        for declared in found.member.time_shifts
        if _is_same(one, declared)
    ]
    if matching and len(about) > 1:
        name = f"{found.cube}.{found.member.name}"
        raise unsupported(f"'{name}' would be moved twice, once by its calendar")
    return matching[0] if matching else None


def _is_same(shift: TimeShift, declared: CalendarShift) -> bool:
    if shift.name is not None or declared.interval is None or shift.interval is None:
        return shift.name is not None and shift.name == declared.name
    has_length = read_interval(shift.interval) == read_interval(declared.interval)
    return declared.sql is not None and has_length and shift.direction == declared.direction


def moved_keys(
    members: Members, times: Iterable[Found], shifts: tuple[TimeShift, ...]
) -> dict[Owned, Bound]:
    """Return what joins compare instead of the keys of calendars by which measures are moved.

    Raises:
        QueryError: nothing declares a move that has a name, `MODEL_UNSUPPORTED`.
    """
    declared: dict[str, CalendarShift] = {}
    found = list(times)
    for one in found:
        shift = declared_shift(one, shifts)
        if shift is not None and declared.setdefault(one.cube, shift) != shift:
            raise unsupported(f"'{one.cube}' would be moved in two ways at once")
    known = {one.name for one in declared.values()}
    for missing in (one.name for one in shifts if one.name is not None and one.name not in known):
        if found:
            names = ", ".join(f"'{one.name}'" for one in found)
            raise unsupported(f"{names}: no calendar declares the time shift '{missing}' there")
    return dict(_moved(members, members.model.cubes[name], one) for name, one in declared.items())


def _moved(members: Members, calendar: Cube, shift: CalendarShift) -> tuple[Owned, Bound]:
    """Return the key of a calendar, and the moment of which rows stand in its place."""
    if len(calendar.primary_keys) != 1:
        raise unsupported(f"'{calendar.name}': a calendar needs one primary key, its day")
    key = calendar.primary_keys[0].name
    if shift.sql is not None:
        return (calendar.name, key), members.written(shift.sql, calendar)
    months, seconds = read_interval(shift.interval or "")
    sign = 1 if shift.direction == "next" else -1
    bound = members.dimension(calendar.name, key)
    moved = Moved(bound.expression, sign * months, sign * seconds)
    return (calendar.name, key), replace(bound, expression=moved)
