"""Answers of /load: results in Cube's forms, alone or several together, and as an Arrow stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa

from semantic.query.dates import write_moment
from semantic.query.reading import QueryKind
from semantic.rest.values import json_column
from semantic.spec.dimensions import PREDEFINED_GRANULARITIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from semantic.query.query import Query
    from semantic.query.reading import Asked
    from semantic.run.compiled import ResultColumn

COMPARED = "compareDateRange"
"""The column that tells the compared ranges apart."""
SEPARATOR = " - "


@dataclass(frozen=True, slots=True)
class Found:
    """What one query found.

    `table` has the columns in the order of `columns`; `rollups` are pre-aggregations that were
    read, by the table of each. `version` is that of the facts, or of an earlier state of them. A
    slow answer is an older one, given while a newer is computed.
    """

    table: pa.Table
    columns: tuple[ResultColumn, ...]
    refreshed_at: datetime | None = None
    total: int | None = None
    rollups: Mapping[str, Any] | None = None
    is_slow: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class Described:
    """A query with its result and the description of its columns."""

    asked: Asked
    found: Found
    annotation: Mapping[str, Any]


def write_answer(kind: QueryKind, results: Sequence[Described], *, is_multi: bool) -> bytes:
    """Write the body of an answer; without `is_multi` it is the first result alone."""
    if not is_multi:
        return orjson.dumps(write_result(kind, results[0]))
    return orjson.dumps(
        {
            "queryType": kind,
            "results": [write_result(kind, one) for one in results],
            "pivotQuery": pivot_query(kind, [one.asked for one in results]),
            "slowQuery": any(one.found.is_slow for one in results),
        }
    )


def write_result(kind: QueryKind, result: Described) -> dict[str, Any]:
    """Write one result, in the order that Cube writes it; what has no value is left out."""
    found = result.found
    written = {
        "query": result.asked.echo,
        "lastRefreshTime": write_instant(found.refreshed_at),
        "usedPreAggregations": found.rollups or None,
        "annotation": result.annotation,
        "dataSource": "default",
        "dbType": "duckdb",
        "external": False,
        "slowQuery": found.is_slow,
        "total": found.total,
        "data": write_rows(kind, result.asked, found),
    }
    return {key: value for key, value in written.items() if value is not None}


def write_instant(instant: datetime | None) -> str | None:
    """Write an instant in UTC as JavaScript does."""
    return None if instant is None else write_moment(instant.replace(tzinfo=None)) + "Z"


def pivot_query(kind: QueryKind, queries: Sequence[Asked]) -> dict[str, Any]:
    """Write the query by which clients pivot all results together."""
    first = dict(queries[0].echo)
    if kind is QueryKind.COMPARE:
        first["dimensions"] = [COMPARED, *first["dimensions"]]
    elif kind is QueryKind.BLENDING:
        for key in ("measures", "dimensions"):
            names = [name for one in queries for name in one.echo.get(key, ())]
            first[key] = list(dict.fromkeys(names))
        granularity = queries[0].query.time_dimensions[0].granularity
        first["timeDimensions"] = [{"dimension": "time", "granularity": granularity}]
    return {**first, "queryType": kind}


def write_rows(
    kind: QueryKind, asked: Asked, found: Found
) -> list[dict[str, Any]] | dict[str, Any]:
    """Write the rows of a result in the form that was asked for."""
    keyed = key_columns(kind, asked, found)
    members, columns = list(keyed), list(keyed.values())
    if asked.response_format == "columnar":
        return {"members": members, "columns": columns}
    rows = zip(*columns, strict=True)
    if asked.response_format == "compact":
        return {"members": members, "dataset": [list(row) for row in rows]}
    return [dict(zip(members, row, strict=True)) for row in rows]


def key_columns(kind: QueryKind, asked: Asked, found: Found) -> dict[str, list[Any]]:
    """Turn the columns of a result into JSON values under Cube's keys.

    A time dimension with a granularity stands under `cube.member.granularity`, and under
    `cube.member` as well, the finest one where there are several.
    """
    keyed = {
        column.key: json_column(
            found.table.column(index),
            is_time=column.type == "time",
            has_typed_numbers=asked.has_typed_numbers,
        )
        for index, column in enumerate(found.columns)
    }
    keyed |= {member: keyed[key] for member, key in _finest(found.columns, asked.query).items()}
    if kind is QueryKind.COMPARE:
        keyed[COMPARED] = [_range_of(asked.query)] * found.table.num_rows
    elif kind is QueryKind.BLENDING:
        time = asked.query.time_dimensions[0]
        keyed[f"time.{time.granularity}"] = keyed[f"{time.member}.{time.granularity}"]
    return keyed


def _finest(columns: Sequence[ResultColumn], query: Query) -> dict[str, str]:
    """Name the key of each time dimension's finest granularity, unless it is asked for itself."""
    finest: dict[str, tuple[int, str]] = {}
    for column in columns:
        if column.granularity is None or column.member in query.dimensions:
            continue
        names = PREDEFINED_GRANULARITIES
        known = column.granularity in names
        level = names.index(column.granularity) if known else len(names)
        if column.member not in finest or level <= finest[column.member][0]:
            finest[column.member] = level, column.key
    return {member: key for member, (_, key) in finest.items()}


def _range_of(query: Query) -> str:
    """Name the range of a compared query, as its first time dimension has it."""
    span = query.time_dimensions[0].date_range
    return "" if span is None else SEPARATOR.join(map(write_moment, span))


def write_arrow(result: Described) -> bytes:
    """Write a result as an Arrow stream, with native types; metadata says what JSON says beside."""
    found = result.found
    beside = {
        "query": result.asked.echo,
        "annotation": result.annotation,
        "lastRefreshTime": write_instant(found.refreshed_at),
        "total": found.total,
    }
    table = found.table.rename_columns([column.key for column in found.columns])
    table = table.replace_schema_metadata({"loge": orjson.dumps(beside)})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    written: bytes = sink.getvalue().to_pybytes()
    return written
