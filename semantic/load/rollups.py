"""Pre-aggregations and refresh keys as cubes declare them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from semantic.spec.dimensions import PREDEFINED_GRANULARITIES
from semantic.spec.rollups import PreAggregation, RefreshKey, RollupIndex, RollupType

if TYPE_CHECKING:
    from semantic.load.entries import Entry
    from semantic.spec.fragments import Fragment, Reference

_TYPES = {kind.value: kind.value for kind in RollupType}
_EVERY = re.compile(r"\d+ (?:second|minute|hour|day|week)s?")
_CRON = re.compile(r"[\d*/,\-A-Za-z?#]+(?: [\d*/,\-A-Za-z?#]+){4,5}")
_PARTITIONS = {one: one for one in PREDEFINED_GRANULARITIES if one not in ("second", "minute")}
_INDEXES = {"regular": "regular", "aggregate": "aggregate"}
_OLDER = {
    "time_dimension_reference": "time_dimension",
    "rollup_references": "rollups",
    "measure_references": "measures",
    "dimension_references": "dimensions",
    "segment_references": "segments",
    "refresh_range_start": "build_range_start",
    "refresh_range_end": "build_range_end",
}


def read_rollup(entry: Entry, name: str) -> PreAggregation:
    """Read a pre-aggregation; without a type it is a rollup."""
    kind = RollupType(entry.choice("type", _TYPES, default=RollupType.ROLLUP.value))
    rollup = PreAggregation(
        name=name,
        type=kind,
        place=entry.place,
        measures=entry.references("measures"),
        dimensions=entry.references("dimensions"),
        segments=entry.references("segments"),
        time_dimensions=tuple(_time_dimensions(entry)),
        rollups=entry.references("rollups"),
        partition_granularity=entry.choice("partition_granularity", _PARTITIONS, default="")
        or None,
        refresh_key=read_refresh_key(entry),
        build_range_start=_range_end(entry, "build_range_start"),
        build_range_end=_range_end(entry, "build_range_end"),
        indexes=tuple(_indexes(entry)),
        is_scheduled=entry.flag("scheduled_refresh", default=True),
        allows_loose_range=entry.flag("allow_non_strict_date_range_match"),
        unions_source=entry.flag("union_with_source_data"),
    )
    # Where Cube keeps a rollup, in the source or in its own store, is one place here.
    entry.flag("external", default=True)
    _refuse_others(entry)
    _refuse_misfits(entry, rollup)
    entry.finish()
    return rollup


def read_refresh_key(owner: Entry) -> RefreshKey | None:
    """Read when something is made again."""
    entry = owner.entry("refresh_key")
    if entry is None:
        return None
    key = RefreshKey(
        every=entry.text("every"),
        timezone=entry.text("timezone"),
        sql=entry.sql("sql"),
        is_immutable=entry.flag("immutable"),
        is_incremental=entry.flag("incremental"),
        update_window=entry.text("update_window"),
    )
    if key.every is None and key.sql is None and not key.is_immutable:
        entry.fault("says nothing", "give one of 'every', 'sql' and 'immutable: true'")
    if key.is_immutable and (key.every is not None or key.sql is not None):
        entry.fault("'immutable' stands alone", "remove the other keys", "immutable")
    _check_times(entry, key)
    entry.finish()
    return key


def _check_times(entry: Entry, key: RefreshKey) -> None:
    """Refuse intervals, cron texts and time zones of another form."""
    hint = "write it as '10 minutes', with second, minute, hour, day or week"
    if key.every is not None and _EVERY.fullmatch(key.every) is None:
        if key.sql is not None:
            entry.fault(f"'{key.every}' is not an interval", f"beside 'sql' {hint}", "every")
        elif _CRON.fullmatch(key.every) is None:
            entry.fault(f"'{key.every}' is not an interval", f"{hint}, or as cron", "every")
    if key.update_window is not None and _EVERY.fullmatch(key.update_window) is None:
        entry.fault(f"'{key.update_window}' is not an interval", hint, "update_window")
    if key.timezone is not None and key.timezone not in available_timezones():
        hint = "use a name such as Europe/Berlin"
        entry.fault(f"'{key.timezone}' is not a time zone", hint, "timezone")
    if key.timezone is not None and key.every is None:
        entry.fault("'timezone' goes with 'every'", "add it, or remove this", "timezone")


def _time_dimensions(entry: Entry) -> list[tuple[Reference, str]]:
    """Read the time dimensions, each with its granularity."""
    found = []
    one = entry.reference("time_dimension")
    granularity = entry.text("granularity")
    if one is not None:
        if granularity is None:
            entry.fault("'time_dimension' needs 'granularity'", "add 'granularity: day'")
        found.append((one, granularity or "day"))
    elif granularity is not None:
        entry.fault("'granularity' needs 'time_dimension'", "add it", "granularity")
    for other in entry.entries("time_dimensions"):
        dimension = other.reference("dimension", is_required=True)
        step = other.text("granularity", is_required=True)
        if dimension is not None and step is not None:
            found.append((dimension, step))
        other.finish()
    if one is not None and entry.has("time_dimensions"):
        hint = "put all of them into 'time_dimensions'"
        entry.fault("has 'time_dimension' beside 'time_dimensions'", hint)
    return found


def _range_end(owner: Entry, key: str) -> Fragment | None:
    entry = owner.entry(key)
    if entry is None:
        return None
    sql = entry.sql("sql", is_required=True)
    entry.finish()
    return sql


def _indexes(owner: Entry) -> list[RollupIndex]:
    found = []
    for entry in owner.entries("indexes"):
        name = entry.name() or ""
        kind = entry.choice("type", _INDEXES, default="regular")
        entry.refuse("sql", "indexes name their columns", "write 'columns'")
        columns = entry.references("columns")
        if not columns:
            entry.fault("has no 'columns'", "name at least one")
        found.append(RollupIndex(name, columns, kind))
        entry.finish()
    return found


def _refuse_others(entry: Entry) -> None:
    """Refuse the keys that only Cube's own store knows, and those of older versions."""
    for older, newer in _OLDER.items():
        entry.refuse(older, "it is an older word", f"write '{newer}'")
    entry.refuse("sql_alias", "rollups are named by the engine")
    entry.refuse("stream_offset", "nothing is read from streams")
    entry.refuse("unique_key_columns", "nothing is read from streams")
    entry.refuse("output_column_types", "types follow from the members")
    entry.refuse("max_pre_aggregations", "rollups are declared one by one")
    entry.refuse_true("use_original_sql_pre_aggregations", "a rollup is built from its cubes")
    entry.refuse_true("read_only", "rollups are built in the store of facts")


def _refuse_misfits(entry: Entry, rollup: PreAggregation) -> None:
    """Refuse what does not go with the type."""
    is_joined = rollup.type in (RollupType.ROLLUP_JOIN, RollupType.ROLLUP_LAMBDA)
    if is_joined and not rollup.rollups:
        entry.fault(f"type '{rollup.type.value}' needs 'rollups'", "name those it puts together")
    if rollup.rollups and not is_joined:
        message = f"'rollups' does not go with type '{rollup.type.value}'"
        entry.fault(message, "remove it", "rollups")
    if rollup.unions_source and rollup.type is not RollupType.ROLLUP_LAMBDA:
        hint = "remove it, or use type rollup_lambda"
        entry.fault("goes with type 'rollup_lambda' alone", hint, "union_with_source_data")
    if rollup.partition_granularity is not None and not rollup.time_dimensions:
        hint = "add 'time_dimension' and 'granularity'"
        entry.fault("partitions need a time dimension", hint, "partition_granularity")
    if rollup.type is RollupType.ROLLUP and not (
        rollup.measures or rollup.dimensions or rollup.time_dimensions
    ):
        entry.fault("has no members", "name measures, dimensions or a time dimension")
