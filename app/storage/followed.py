"""Statements that answer only if something has changed since they were last asked.

The change log says, for the tables that note every change of a row, what was committed after a
snapshot. A statement that reads nothing else answers the same as long as that is nothing of its
club: it is looked up and answered in one statement, so nothing can change in between.
"""

from __future__ import annotations

import re

from app.storage.change_triggers import NOTED
from app.storage.tables import metadata

_QUARTER_SECONDS = 900
"""Days begin at a full quarter of an hour everywhere, and some answers depend on the day."""
_QUARTER = f"floor(extract(epoch FROM now()) / {_QUARTER_SECONDS})::bigint::text"
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_WORD = re.compile(r"[a-z_]+")
_COVERED = frozenset(table for table, noted in NOTED.items() if any(not one.shown for one in noted))
_TABLES = frozenset(metadata.tables)


def is_followed(sql: str) -> bool:
    """Tell whether the change log has every change of what a statement reads.

    A column that is called like a table counts as that table, so this errs on the safe side.
    """
    return (set(_WORD.findall(_LITERAL.sub("", sql))) & _TABLES) <= _COVERED


def when_changed(sql: str, club: int, position: int) -> str:
    """Write a statement of one value as one of two: the value, and the position that it is of.

    Args:
        sql: reads rows of one club, from tables for which `is_followed` holds.
        club: the number of the parameter that has the club's id.
        position: the number of the parameter with the position of the last answer, or NULL. If
            nothing of the club has changed since then, the value is NULL.
    """
    given = f"${position}::text"
    was = f"split_part({given}, '/', 1)::pg_snapshot"
    # A later position than now is of a time that a restore undid.
    is_later = f"pg_snapshot_xmax({was}) > pg_snapshot_xmax(pg_current_snapshot())"
    # In order, so that the index is read from the position on: what is expected to be found early
    # is looked for in the whole log otherwise, whenever nothing is there.
    changed = (
        f"SELECT true FROM change_log WHERE txid >= pg_snapshot_xmin({was}) "  # noqa: S608 - numbers of parameters
        f"AND organisation_id = ${club}::uuid AND NOT pg_visible_in_snapshot(txid, {was}) "
        "ORDER BY txid LIMIT 1"
    )
    return (
        f"SELECT CASE WHEN {given} IS NULL OR split_part({given}, '/', 2) <> {_QUARTER} "
        f"OR {is_later} OR ({changed}) THEN ({sql}) END, "
        f"pg_current_snapshot()::text || '/' || {_QUARTER}"
    )
