"""Dimensions as cubes declare them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from semantic.load.formats import currency_code, dimension_format
from semantic.load.stages import DIRECTIONS, read_case, read_dimension_stage, read_interval
from semantic.spec.dimensions import (
    PREDEFINED_GRANULARITIES,
    CalendarShift,
    Dimension,
    DimensionType,
    Granularity,
)
from semantic.spec.fragments import Fragment

if TYPE_CHECKING:
    from semantic.load.entries import Entry

_TYPES = {kind.value: kind.value for kind in DimensionType}
_UNIT = r"(?:second|minute|hour|day|week|month|quarter|year)s?"
_INTERVAL = re.compile(rf"\d+\s+{_UNIT}(?:\s\d+\s+{_UNIT}){{0,7}}")
_OFFSET = re.compile(rf"-?\d+\s+{_UNIT}(?:\s-?\d+\s+{_UNIT}){{0,7}}")
_WHOLE = {"year": 0, "quarter": 4, "month": 12, "week": 1, "day": 1, "hour": 24}
_PARTS = {**_WHOLE, "minute": 60, "second": 60}
"""How many of a unit its neighbour above has; a year is its own beginning, so any number fits."""
_LINKS = "write the address as a dimension of its own, with format: link"


def read_dimension(entry: Entry, name: str) -> Dimension:
    """Read a dimension."""
    kind = DimensionType(
        entry.choice("type", _TYPES, default=DimensionType.STRING.value, is_required=True)
    )
    is_key = entry.flag("primary_key")
    dimension = Dimension(
        name=name,
        type=kind,
        place=entry.place,
        sql=entry.column_sql("sql"),
        case=read_case(entry),
        coordinates=_coordinates(entry),
        values=entry.texts("values"),
        title=entry.text("title"),
        description=entry.text("description"),
        format=dimension_format(entry, kind.value),
        currency=currency_code(entry),
        is_primary_key=is_key,
        is_public=entry.is_shown(default=not is_key),
        is_sub_query=entry.flag("sub_query"),
        propagates_filters=entry.flag("propagate_filters_to_sub_query"),
        suggests_values=entry.flag("suggest_filter_values", default=True),
        granularities=tuple(_granularities(entry)),
        key=_key(entry),
        order=entry.choice("order", {"asc": "asc", "desc": "desc"}, default="") or None,
        mask=read_mask(entry),
        meta=entry.meta(),
        stage=read_dimension_stage(entry),
        time_shifts=_calendar_shifts(entry),
    )
    _refuse_misfits(entry, dimension)
    entry.finish()
    return dimension


def read_mask(entry: Entry) -> str | float | bool | None:
    """Read what is shown in place of a value that a caller may not see."""
    if entry.is_mapping("mask"):
        entry.fault("a mask in SQL is not executed", "write a value", "mask")
        return None
    return entry.scalar("mask")


def _refuse_misfits(entry: Entry, dimension: Dimension) -> None:
    """Refuse what does not go with the type, and what is not executed."""
    sources = [key for key in ("sql", "case", "latitude", "values") if entry.has(key)]
    wanted = {DimensionType.GEO: "latitude", DimensionType.SWITCH: "values"}
    if len(sources) != 1 or (dimension.type in wanted and wanted[dimension.type] != sources[0]):
        hint = {"latitude": "'latitude' and 'longitude'", "values": "'values'"}.get(
            wanted.get(dimension.type, ""), "one of 'sql' and 'case'"
        )
        entry.fault("has to say in one way where its values come from", f"give {hint}")
    elif dimension.type not in wanted and sources[0] in wanted.values():
        message = f"'{sources[0]}' does not go with type '{dimension.type.value}'"
        entry.fault(message, "write 'sql'", sources[0])
    if entry.has("currency") and dimension.type is not DimensionType.NUMBER:
        entry.fault("'currency' goes with type 'number' alone", "remove it", "currency")
    if entry.has("granularities") and dimension.type is not DimensionType.TIME:
        entry.fault("'granularities' go with type 'time' alone", "remove them", "granularities")
    if dimension.propagates_filters and not dimension.is_sub_query:
        hint = "add 'sub_query: true'"
        entry.fault("goes with a sub-query alone", hint, "propagate_filters_to_sub_query")
    if dimension.is_sub_query and dimension.sql is None:
        entry.fault("a sub-query needs 'sql' with the measure that it shows", "", "sub_query")
    if dimension.time_shifts and dimension.type is not DimensionType.TIME:
        entry.fault("'time_shift' goes with type 'time' alone", "remove it", "time_shift")
    entry.refuse_true("values_as_segments", "segments are declared one by one")
    entry.refuse("field_type", "values are of the dimension's type")
    entry.refuse("aliases", "a member has one name")
    entry.refuse("links", "addresses are not put together from a dimension", _LINKS)
    entry.refuse("enable_suggestions", "it is an older word", "write 'suggest_filter_values'")


def _coordinates(entry: Entry) -> tuple[Fragment, Fragment] | None:
    """Read latitude and longitude, None unless both are given."""
    found = []
    for key in ("latitude", "longitude"):
        side = entry.entry(key)
        if side is not None:
            found.append(side.column_sql("sql", is_required=True) or side.no_sql())
            side.finish()
    if len(found) == 1:
        entry.fault("'latitude' and 'longitude' go together", "add the other")
        return (found[0], found[0])
    return (found[0], found[1]) if found else None


def _key(entry: Entry) -> Fragment | None:
    """Read the dimension that stands for this one where results are grouped."""
    reference = entry.reference("key")
    return None if reference is None else Fragment((reference,), entry.place_of("key"))


def _granularities(owner: Entry) -> list[Granularity]:
    """Read the granularities that a time dimension has beside the predefined ones."""
    found: dict[str, Granularity] = {}
    for entry in owner.entries("granularities"):
        name = entry.name()
        if name is None:
            continue
        if name in found:
            entry.fault(f"granularity '{name}' is declared twice", "rename one of them")
        found[name] = _granularity(entry, name)
        entry.finish()
    return list(found.values())


def _granularity(entry: Entry, name: str) -> Granularity:
    granularity = Granularity(
        name=name,
        place=entry.place,
        title=entry.text("title"),
        interval=entry.text("interval"),
        origin=_origin(entry),
        offset=entry.text("offset"),
        sql=entry.column_sql("sql"),
    )
    if granularity.sql is not None:
        if granularity.interval or granularity.origin or granularity.offset:
            entry.fault("has 'sql' beside an interval", "keep one of them")
        if name.lower() not in PREDEFINED_GRANULARITIES:
            known = ", ".join(PREDEFINED_GRANULARITIES)
            hint = f"define '{name}' with 'interval', or name it one of {known}"
            entry.fault("with 'sql' a granularity replaces a predefined one", hint)
        return granularity
    if granularity.interval is None:
        entry.fault("needs an 'interval'", "add one as '1 year', with 'origin' or 'offset'")
        return granularity
    _check_interval(entry, granularity, granularity.interval)
    return granularity


def _check_interval(entry: Entry, granularity: Granularity, interval: str) -> None:
    """Refuse an interval of another form, or one that needs an origin and has none."""
    if name_is_taken := granularity.name.lower() in PREDEFINED_GRANULARITIES:
        entry.fault(f"'{granularity.name}' is a predefined granularity", "use another name", "name")
    if _INTERVAL.fullmatch(interval) is None:
        hint = "write one as '2 weeks', with units from second to year"
        entry.fault(f"'{interval}' is not an interval", hint, "interval")
    elif not entry.has("origin") and not name_is_taken and not _divides(interval):
        hint = "add an 'origin', such as '2024-01-01', from which it is counted"
        entry.fault(f"'{interval}' does not divide evenly what lies above it", hint, "interval")
    if granularity.offset is not None:
        if entry.has("origin"):
            entry.fault("has 'offset' beside 'origin'", "keep one of them", "offset")
        if _OFFSET.fullmatch(granularity.offset) is None:
            hint = "write one as '-3 months'"
            entry.fault(f"'{granularity.offset}' is not an interval", hint, "offset")


def _origin(entry: Entry) -> str | None:
    """Read a date or an instant; a year or a month stands for its first day."""
    text = entry.text("origin")
    if text is None:
        return None
    days = {4: "-01-01", 7: "-01"}.get(len(text), "")
    try:
        datetime.fromisoformat(f"{text}{days}")
    except ValueError:
        hint = "write it as '2024-01-01' or '2024-01-01T06:00:00'"
        entry.fault(f"'{text}' is not a date", hint, "origin")
        return None
    return f"{text}{days}"


def _divides(interval: str) -> bool:
    """Tell whether an interval fits a whole number of times into what lies above it."""
    words = interval.split()
    if len(words) != 2:  # noqa: PLR2004 - a number and a unit
        return False
    count, unit = int(words[0]), words[1].removesuffix("s")
    above = _PARTS[unit]
    return count > 0 and (above == 0 or above % count == 0)


def _calendar_shifts(owner: Entry) -> tuple[CalendarShift, ...]:
    """Read the shifts that a time dimension of a calendar declares."""
    found = []
    for entry in owner.entries("time_shift"):
        kind = entry.text("type")
        shift = CalendarShift(
            name=entry.text("name"),
            interval=read_interval(entry, "interval"),
            direction=entry.choice("type", DIRECTIONS, default="prior") if kind else None,
            sql=entry.column_sql("sql"),
        )
        given = (shift.name is not None, shift.interval is not None, shift.sql is not None)
        if sum(given) != 2:  # noqa: PLR2004 - any two of the three
            entry.fault("needs two of 'name', 'interval' and 'sql'", "give two of them")
        if (shift.interval is None) != (shift.direction is None):
            entry.fault("'interval' and 'type' go together", "add the other")
        entry.finish()
        found.append(shift)
    return tuple(found)
