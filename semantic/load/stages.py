"""What multi-stage members do over the results of others, windows of time and cases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semantic.load.filters import read_filters
from semantic.spec.dimensions import Case
from semantic.spec.measures import Grain, RollingWindow, Stage, StageFilter, TimeShift

if TYPE_CHECKING:
    from semantic.load.entries import Entry
    from semantic.spec.fragments import Fragment, Reference

INTERVAL = re.compile(r"-?\d+ (?:minute|hour|day|week|month|quarter|year)s?")
_INTERVALS = "write one as '3 month', with minute, hour, day, week, month, quarter or year"
DIRECTIONS = {"prior": "prior", "next": "next"}
_SORTING = {"asc": "asc", "desc": "desc"}
_TO_DATE = {"year_to_date": "year", "quarter_to_date": "quarter", "month_to_date": "month"}
_WINDOWS = {kind: kind for kind in ("fixed", "to_date", *_TO_DATE)}
_STAGE_KEYS = ("group_by", "reduce_by", "add_group_by", "grain", "filter", "time_shift", "order_by")


def read_interval(entry: Entry, key: str, *, is_required: bool = False) -> str | None:
    """Read an interval such as `3 month`."""
    text = entry.text(key, is_required=is_required)
    if text is not None and INTERVAL.fullmatch(text) is None:
        entry.fault(f"'{text}' is not an interval", _INTERVALS, key)
        return None
    return text


def read_window(owner: Entry) -> RollingWindow | None:
    """Read a window over time."""
    entry = owner.entry("rolling_window")
    if entry is None:
        return None
    kind = entry.choice("type", _WINDOWS, default="fixed")
    if kind == "fixed":
        window = RollingWindow(
            _window_end(entry, "trailing"),
            _window_end(entry, "leading"),
            entry.choice("offset", {"start": "start", "end": "end"}, default="end"),
        )
        if window.trailing is None and window.leading is None:
            entry.fault("has no end", "add 'trailing: 3 month', 'leading: …' or a type")
    elif kind == "to_date":
        window = RollingWindow(to_date=entry.text("granularity", is_required=True))
    else:
        window = RollingWindow(to_date=_TO_DATE[kind])
    entry.finish()
    return window


def _window_end(entry: Entry, key: str) -> str | None:
    if entry.text(key) == "unbounded":
        return "unbounded"
    return read_interval(entry, key)


def read_stage(owner: Entry) -> Stage | None:
    """Read what makes a measure multi-stage; None for one that is not."""
    stage = Stage(
        _some(owner, "group_by"),
        _some(owner, "reduce_by"),
        _some(owner, "add_group_by"),
        _grain(owner),
        _stage_filter(owner),
        tuple(_time_shift(one) for one in owner.entries("time_shift")),
        tuple(_sorting(one) for one in owner.entries("order_by")),
    )
    return _if_staged(owner, stage)


def read_dimension_stage(owner: Entry) -> Stage | None:
    """Read what makes a dimension multi-stage; None for one that is not."""
    stage = Stage(add_group_by=_some(owner, "add_group_by"), filter=_stage_filter(owner))
    return _if_staged(owner, stage)


def _if_staged(owner: Entry, stage: Stage) -> Stage | None:
    """Hand on a stage, or refuse its keys where nothing makes it one."""
    if owner.flag("multi_stage"):
        return stage
    for key in _STAGE_KEYS:
        if owner.knows(key) and owner.has(key):
            owner.fault(f"'{key}' needs 'multi_stage: true'", "add it, or remove the key", key)
    return None


def _some(owner: Entry, key: str) -> tuple[Reference, ...] | None:
    """Read names of members, None where the key is absent, which is not the same as none."""
    references = owner.references(key)
    return references if owner.has(key) else None


def _grain(owner: Entry) -> Grain | None:
    entry = owner.entry("grain")
    if entry is None:
        return None
    grain = Grain(_some(entry, "exclude"), _some(entry, "keep_only"), entry.references("include"))
    _refuse_both(entry)
    entry.finish()
    return grain


def _stage_filter(owner: Entry) -> StageFilter | None:
    entry = owner.entry("filter")
    if entry is None:
        return None
    found = StageFilter(
        entry.choice("mode", {"relative": "relative", "fixed": "fixed"}, default="relative"),
        _some(entry, "exclude"),
        _some(entry, "keep_only"),
        read_filters(entry, "include"),
    )
    _refuse_both(entry)
    entry.finish()
    return found


def _refuse_both(entry: Entry) -> None:
    if entry.has("exclude") and entry.has("keep_only"):
        entry.fault("has 'exclude' beside 'keep_only'", "keep one of them")


def _time_shift(entry: Entry) -> TimeShift:
    shift = TimeShift(
        entry.reference("time_dimension"),
        read_interval(entry, "interval"),
        entry.choice("type", DIRECTIONS, default="prior") if entry.text("type") else None,
        entry.text("name"),
    )
    if entry.has("name") == entry.has("interval"):
        entry.fault("needs either 'interval' with 'type', or 'name'", "give one of them")
    elif entry.has("interval") != entry.has("type"):
        entry.fault("'interval' and 'type' go together", "add the other: 'type: prior'")
    entry.finish()
    return shift


def _sorting(entry: Entry) -> tuple[Fragment, str]:
    sql = entry.sql("sql", is_required=True)
    direction = entry.choice("dir", _SORTING, default="asc")
    entry.finish()
    return (sql or entry.no_sql(), direction)


def read_case(owner: Entry) -> Case | None:
    """Read labels by conditions, or SQL by the values of an expression."""
    entry = owner.entry("case")
    if entry is None:
        return None
    switch = entry.column_sql("switch")
    when = tuple(_when(one, is_switch=switch is not None) for one in entry.entries("when"))
    if not when:
        entry.fault("has no 'when'", "add 'when:' with at least one condition")
    otherwise = entry.entry("else")
    rest = None
    if otherwise is not None:
        rest = _sql(otherwise) if switch is not None else _label(otherwise)
        otherwise.finish()
    entry.finish()
    return Case(when, rest, switch)


def _when(entry: Entry, *, is_switch: bool) -> tuple[Fragment | str, Fragment | str]:
    pair = (
        (entry.text("value", is_required=True) or "", _sql(entry))
        if is_switch
        else (_sql(entry), _label(entry))
    )
    entry.finish()
    return pair


def _sql(entry: Entry) -> Fragment:
    return entry.column_sql("sql", is_required=True) or entry.no_sql()


def _label(entry: Entry) -> Fragment | str:
    """Read a label: a text, or SQL that gives one."""
    label = entry.entry("label") if entry.is_mapping("label") else None
    if label is None:
        return entry.text("label", is_required=True) or ""
    sql = _sql(label)
    label.finish()
    return sql
