"""Rows into DuckDB: inserted with the keys that are looked up, and proved to have arrived."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from semantic.sync.tables import UNKNOWN_ID, AsOf, ColumnType, StarTable

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

_ARRIVED = "arrived_frame"


class LoadingFailed(Exception):  # noqa: N818 - a fact about the load, which is tried again
    """Rows came into DuckDB other than they were sent."""


def load(
    connection: duckdb.DuckDBPyConnection,
    table: StarTable,
    parts: Iterable[pl.DataFrame],
    target: str,
) -> int:
    """Insert rows into an empty table that has the columns of a star table; return how many.

    Raises:
        LoadingFailed: a count or a sum is not what was sent. DuckDB 2.0.0 has errors in reading
            Arrow, so that what arrived is looked at before anybody sees it.
    """
    sent: Counter[str] = Counter()
    for rows in parts:
        connection.register(_ARRIVED, rows.to_arrow())
        connection.execute(_insert(table, target))
        connection.unregister(_ARRIVED)
        sent.update(_sent(table, rows))
    arrived = _arrived(connection, table, target)
    differing = [name for name in arrived if sent[name] != arrived[name]]
    if differing:
        told = [f"{name}: {sent[name]} sent, {arrived[name]} arrived" for name in differing]
        raise LoadingFailed(f"{table.name} did not arrive as sent ({'; '.join(told)})")
    return arrived["rows"]


def _insert(table: StarTable, target: str) -> str:
    """Write the INSERT from the frame, with a join for each key that is looked up."""
    looked_up = {one.column: one for one in table.as_of}
    values = [
        f"coalesce({one.name}_version.{one.name}, '{UNKNOWN_ID}'::UUID)"
        if one.name in looked_up
        else f"CAST(arrived.{one.name} AS {one.type})"
        for one in table.columns
    ]
    joins = [_version_join(one, table) for one in table.as_of]
    parts = [f"INSERT INTO {target} SELECT {', '.join(values)} FROM {_ARRIVED} AS arrived", *joins]
    return " ".join(parts)


def _version_join(one: AsOf, table: StarTable) -> str:
    """Write the join with the version that held at the fact's time; versions never overlap."""
    version = f"{one.column}_version"
    return (
        f"LEFT JOIN store.{one.dimension} AS {version} "
        f"ON {version}.organisation_id = CAST(arrived.organisation_id AS UUID) "
        f"AND {version}.{one.member} = CAST(arrived.{one.member} AS UUID) "
        f"AND {held_at(one, table, 'arrived', version)}"
    )


def held_at(one: AsOf, table: StarTable, fact: str, version: str) -> str:
    """Write the condition that a version held at a fact's time; a day is until its end."""
    time = f"{fact}.{one.at}"
    kinds = {column.name: column.type for column in table.columns}
    if kinds[one.at] is ColumnType.DAY:
        time = f"(CAST({time} AS TIMESTAMP) + INTERVAL 1 DAY)"
    return f"{time} >= {version}.valid_from AND {time} < {version}.valid_to"


def _sent(table: StarTable, rows: pl.DataFrame) -> dict[str, int]:
    """Count and sum what is sent."""
    sums = [
        *(pl.col(one).sum().cast(pl.Int64).alias(one) for one in _wholes(table)),
        *(pl.col(one).str.len_bytes().sum().cast(pl.Int64).alias(one) for one in _texts(table)),
        *(pl.col(one).count().cast(pl.Int64).alias(one) for one in _others(table)),
    ]
    return {"rows": rows.height, **rows.select(sums).row(0, named=True)}


def _arrived(
    connection: duckdb.DuckDBPyConnection, table: StarTable, target: str
) -> dict[str, int]:
    """Count and sum what arrived, in the same way."""
    sums = {one: f"coalesce(sum({one}), 0)" for one in _wholes(table)}
    sums |= {one: f"coalesce(sum(strlen({one})), 0)" for one in _texts(table)}
    sums |= {one: f"count({one})" for one in _others(table)}
    columns = ", ".join(["count(*)", *(f"CAST({one} AS BIGINT)" for one in sums.values())])
    found = connection.execute(f"SELECT {columns} FROM {target}").fetchall()[0]
    return dict(zip(("rows", *sums), found, strict=True))


def _named(table: StarTable, *kinds: ColumnType) -> list[str]:
    """Name the columns of some types, without the keys that are looked up."""
    looked_up = {one.column for one in table.as_of}
    return [one.name for one in table.columns if one.type in kinds and one.name not in looked_up]


def _wholes(table: StarTable) -> list[str]:
    return _named(table, ColumnType.WHOLE)


def _texts(table: StarTable) -> list[str]:
    return _named(table, ColumnType.TEXT)


def _others(table: StarTable) -> list[str]:
    return _named(table, *(set(ColumnType) - {ColumnType.WHOLE, ColumnType.TEXT}))
