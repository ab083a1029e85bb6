"""Rows into DuckDB: inserted with the keys that are looked up, and proved to have arrived."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from semantic.sync.tables import UNKNOWN_ID, AsOf, ColumnType, StarTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    _compare(table, sent, arrived)
    return arrived["rows"]


def replace_rows(
    connection: duckdb.DuckDBPyConnection,
    table: StarTable,
    rows: pl.DataFrame,
    *,
    comes_again: bool,
) -> None:
    """Insert rows of a batch; with `comes_again`, after those that are there by the same keys.

    Raises:
        LoadingFailed: as `load` does. The statement returns what it inserted, which for few rows
            costs less than another one that sums them.
    """
    connection.register(_ARRIVED, rows.to_arrow())
    if comes_again:
        connection.execute(_delete_same(table))
    wanted = ", ".join((*_wholes(table), *_texts(table), *_others(table)))
    inserted = connection.sql(f"{_insert(table, f'store.{table.name}')} RETURNING {wanted}")
    arrived = pl.from_arrow(inserted.to_arrow_table())
    connection.unregister(_ARRIVED)
    assert isinstance(arrived, pl.DataFrame)  # noqa: S101 - a table is a frame
    _compare(table, _sent(table, rows), _sent(table, arrived))


def _compare(table: StarTable, sent: Mapping[str, int], arrived: Mapping[str, int]) -> None:
    """Refuse what did not arrive as it was sent."""
    differing = [name for name in arrived if sent[name] != arrived[name]]
    if differing:
        told = [f"{name}: {sent[name]} sent, {arrived[name]} arrived" for name in differing]
        raise LoadingFailed(f"{table.name} did not arrive as sent ({'; '.join(told)})")


def _delete_same(table: StarTable) -> str:
    """Write the DELETE of rows that are about to come again, found by their keys."""
    types = {one.name: one.type for one in table.columns}
    same = " AND ".join(
        f"old.{one} = CAST(new.{one} AS {types[one]})" for one in ("organisation_id", *table.key)
    )
    return f"DELETE FROM store.{table.name} AS old USING {_ARRIVED} AS new WHERE {same}"


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


def _wholes(table: StarTable) -> list[str]:
    return [one.name for one in table.columns if one.type is ColumnType.WHOLE]


def _texts(table: StarTable) -> list[str]:
    return [one.name for one in table.columns if one.type is ColumnType.TEXT]


def _others(table: StarTable) -> list[str]:
    """Name the columns of which values are counted: where none may be missing, rows are enough."""
    summed = (ColumnType.WHOLE, ColumnType.TEXT)
    return [one.name for one in table.columns if one.is_optional and one.type not in summed]
