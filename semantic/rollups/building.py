"""The tables of rollups in the store of facts: made, filled for one club, and dropped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import duckdb

from semantic.plan.intervals import begin
from semantic.rollups.stored import Covered
from semantic.sqlgen.expressions import quote

if TYPE_CHECKING:
    from uuid import UUID

    from semantic.rollups.stored import BuildRange, Stored
    from semantic.spec.fragments import Fragment

OWNER = "rollup_owner"
"""The column that says whose rows they are; the view leaves it out."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def tables_of_rollups(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    """Name the tables of rollups that there are."""
    found = cursor.execute(
        "SELECT table_name FROM duckdb_tables() "
        "WHERE schema_name = 'store' AND starts_with(table_name, 'rollup_')"
    ).fetchall()
    return {str(row[0]) for row in found}


def drop(cursor: duckdb.DuckDBPyConnection, table: str) -> None:
    """Drop the table of a rollup, and the view that shows it."""
    cursor.execute(f"DROP VIEW IF EXISTS main.{quote(table)}")
    cursor.execute(f"DROP TABLE IF EXISTS store.{quote(table)}")


def create(cursor: duckdb.DuckDBPyConnection, stored: Stored) -> None:
    """Create the table of a rollup and the view that shows a club its own rows."""
    if stored.table in tables_of_rollups(cursor):
        return
    table = quote(stored.table)
    described = cursor.execute(f"DESCRIBE {stored.sql}", list(stored.parameters)).fetchall()
    columns = ", ".join(f"{quote(str(row[0]))} {row[1]}" for row in described)
    cursor.execute(f"CREATE TABLE store.{table} ({OWNER} UUID, {columns})")
    cursor.execute(
        f"CREATE VIEW main.{table} AS SELECT * EXCLUDE ({OWNER}) FROM store.{table} "  # noqa: S608 - a quoted name
        f"WHERE {OWNER} = getvariable('organisation_id')"
    )


def fill(
    cursor: duckdb.DuckDBPyConnection, stored: Stored, organisation_id: UUID
) -> Covered | None:
    """Replace a club's rows of a rollup; return which times they are of, None if of all.

    Raises:
        duckdb.Error: the rows cannot be computed, or the ends of their times are no times.
    """
    covered = None if stored.build_range is None else _covered(cursor, stored.build_range)
    rows, parameters = _rows(stored, covered)
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE rebuilt AS SELECT ?::UUID AS {OWNER}, * FROM (\n{rows}\n)",  # noqa: S608 - compiled
        [str(organisation_id), *parameters],
    )
    table, own = f"store.{quote(stored.table)}", f"{OWNER} = getvariable('organisation_id')"
    if stored.partition is None:
        cursor.execute(f"DELETE FROM {table} WHERE {own}")  # noqa: S608 - a quoted name
        cursor.execute(f"INSERT INTO {table} FROM rebuilt")
    else:
        _replace_periods(cursor, table, own, *stored.partition)
    cursor.execute("DROP TABLE rebuilt")
    return covered


def _rows(stored: Stored, covered: Covered | None) -> tuple[str, list[object]]:
    """Write the SELECT of the rows that are kept, with its parameters."""
    ends = [] if covered is None else [(">=", covered.start), ("<", covered.end)]
    given = [(comparison, end) for comparison, end in ends if end is not None]
    if covered is None or not given:
        return stored.sql, list(stored.parameters)
    conditions = " AND ".join(f"{quote(covered.column)} {comparison} ?" for comparison, _ in given)
    rows = f"SELECT * FROM ({stored.sql}) AS built WHERE {conditions}"  # noqa: S608 - compiled
    return rows, [*stored.parameters, *(end for _, end in given)]


def _replace_periods(
    cursor: duckdb.DuckDBPyConnection, table: str, own: str, granularity: str, column: str
) -> None:
    """Write the periods again in which rows came, went or differ; rows without a time are one."""
    period = f"coalesce(date_trunc('{granularity}', {quote(column)}), TIMESTAMP '0001-01-01')"
    old = f"FROM {table} WHERE {own}"
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE differing AS SELECT DISTINCT {period} AS period FROM "  # noqa: S608 - quoted names
        f"(((FROM rebuilt) EXCEPT ALL ({old})) UNION ALL (({old}) EXCEPT ALL (FROM rebuilt)))"
    )
    changed = f"{period} IN (SELECT period FROM differing)"  # noqa: S608 - quoted names
    cursor.execute(f"DELETE FROM {table} WHERE {own} AND {changed}")  # noqa: S608 - same
    cursor.execute(f"INSERT INTO {table} FROM rebuilt WHERE {changed}")
    cursor.execute("DROP TABLE differing")


def _covered(cursor: duckdb.DuckDBPyConnection, kept: BuildRange) -> Covered:
    """Ask for the ends of what is kept; periods that are not whole within them are left out.

    An end may be the last moment of a period: a millisecond is the smallest step of a question.
    """
    start = None if kept.start is None else _moment(cursor, kept.start, kept.timezone)
    end = None if kept.end is None else _moment(cursor, kept.end, kept.timezone)
    if end is not None:
        end = begin(end + timedelta(milliseconds=1), kept.step)
    return Covered(kept.column, start, end)


def _moment(cursor: duckdb.DuckDBPyConnection, query: Fragment, timezone: str) -> datetime:
    """Ask for a moment, as a wall clock; instants are shown in a time zone."""
    is_instant, microseconds = cursor.execute(
        "SELECT typeof(moment) = 'TIMESTAMP WITH TIME ZONE', epoch_us(moment) "  # noqa: S608 - the model's
        f"FROM (SELECT ({query}) AS moment)"
    ).fetchall()[0]
    if microseconds is None:
        raise duckdb.InvalidInputException(f"the build range has no end: '{query}' is NULL")
    moment = _EPOCH + timedelta(microseconds=microseconds)
    shown = moment.astimezone(ZoneInfo(timezone)) if is_instant else moment
    return shown.replace(tzinfo=None)
