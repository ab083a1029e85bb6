"""Feeds of the outbox and of changes: what was committed since a position, nothing left out.

Neither ids nor numbers of a sequence are in the order of commits, so a reader that remembers the
last one misses what a slower transaction writes before it. A position is a PostgreSQL snapshot
instead, and what is new is the difference of two snapshots: visible in the later one and not in the
earlier. Events of one object come in the order of their ids, because they are made under its lock.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, delete, exists, func, literal, not_, select, text
from sqlalchemy.types import UserDefinedType

from app.storage.tables import change_log, change_log_trim, change_note, outbox
from app.storage.tables.columns import TransactionId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import ColumnElement, Engine, Select, Table

    from app.storage.unit_of_work import UnitOfWork

FEED_COLUMNS = ("organisation_id", "id", "topic", "entity", "entity_id", "payload", "created_at")
"""What an event of the feed has."""
CHANGE_COLUMNS = ("organisation_id", "changes")
"""What a note of the feed of changes has."""

# The oldest transactions stand first in the index; how old they are is looked at only for those.
_TRIM = text(
    """
    WITH oldest AS (
        SELECT txid, pos, created_at FROM change_log ORDER BY txid, pos LIMIT :limit
    ), removed AS (
        DELETE FROM change_log USING oldest
        WHERE change_log.txid = oldest.txid AND change_log.pos = oldest.pos
          AND oldest.created_at < :before
        RETURNING change_log.txid
    ), marked AS (
        INSERT INTO change_log_trim AS mark (id, trimmed_through)
        SELECT 1, max(txid) FROM removed HAVING count(*) > 0
        ON CONFLICT (id) DO UPDATE
            SET trimmed_through = greatest(mark.trimmed_through, excluded.trimmed_through)
    )
    SELECT count(*) FROM removed
    """
)


class _Snapshot(UserDefinedType[str]):
    """PostgreSQL's `pg_snapshot`, written as text `xmin:xmax:xip,…`."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        """Name the type."""
        return "pg_snapshot"


def position_now() -> Select[Any]:
    """Select the position after everything that is committed now."""
    return select(cast(func.pg_current_snapshot(), Text).label("position"))


def events_between(
    since: str, until: str, organisation_id: UUID | None = None, limit: int | None = None
) -> Select[Any]:
    """Select what was committed after the position `since` and up to `until`, `FEED_COLUMNS` each.

    Read `until` with `position_now()` first, in a statement before this one. An event is in exactly
    one of any two adjoining intervals. A `since` that lies after `until` is of another database or
    of a time that a restore undid; see `is_before`.
    """
    return _between(outbox, FEED_COLUMNS, since, until, organisation_id, limit)


def changes_between(
    since: str, until: str, organisation_id: UUID | None = None, limit: int | None = None
) -> Select[Any]:
    """Select what transactions changed after `since` and up to `until`, `CHANGE_COLUMNS` each.

    The positions are as for `events_between`.
    """
    return _between(change_note, CHANGE_COLUMNS, since, until, organisation_id, limit)


def logged_between(since: str, until: str) -> Select[Any]:
    """Select (entity, id) of everything that the change log has after `since` and up to `until`.

    The positions are as for `events_between`. What was trimmed is not there; see `was_trimmed`.
    """
    log = change_log.c
    return select(log.entity, log.entity_id).where(*_seen(log.txid, since, until)).distinct()


def was_trimmed(since: str) -> Select[Any]:
    """Select whether the change log has forgotten anything that may lie after a position."""
    beyond = exists().where(
        change_log_trim.c.trimmed_through
        >= func.pg_snapshot_xmin(_snapshot(since), type_=TransactionId)
    )
    return select(beyond.label("was_trimmed"))


def position_and_time() -> Select[Any]:
    """Select the position after everything that is committed now, and the time it is."""
    return position_now().add_columns(func.clock_timestamp().label("at"))


def was_undone(position: str, since: datetime, organisation_id: UUID) -> Select[Any]:
    """Select whether a position is of a time that a restore undid.

    Then the numbers of its transactions were given again, to later ones: changes that were made
    after `since`, when the position was read, and that it nevertheless claims to include.
    """
    later = exists().where(
        change_note.c.organisation_id == organisation_id,
        change_note.c.created_at > since,
        func.pg_visible_in_snapshot(change_note.c.txid, _snapshot(position)),
    )
    return select(later.label("was_undone"))


def remove_notes(work: UnitOfWork, before: datetime, limit: int) -> int:
    """Remove up to `limit` notes of the organisation from before an instant; return how many."""
    n = change_note
    mine = n.c.organisation_id == work.organisation_id
    old = (
        select(n.c.id)
        .where(mine, n.c.created_at < before)
        .order_by(n.c.created_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return work.connection.execute(delete(n).where(mine, n.c.id.in_(old))).rowcount


def trim_log(engine: Engine, before: datetime, limit: int) -> int:
    """Remove up to `limit` rows of the change log from before an instant; return how many.

    The mark of what was removed is set by the same statement, so that whoever asks for changes
    since an earlier position is told.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        given = {"before": before, "limit": limit}
        return int(connection.execute(_TRIM, given).scalar_one())


def is_before(since: str, until: str) -> bool:
    """Tell whether a position can lie before another: false after a restore to an earlier time."""
    return int(since.split(":")[1]) <= int(until.split(":")[1])


def is_position(value: str) -> bool:
    """Tell whether a text is a position, whoever sent it."""
    parts = value.split(":")
    if len(parts) != 3 or not value.isascii():  # noqa: PLR2004 - xmin, xmax and those in progress
        return False
    lowest, highest, running = parts
    numbers = [lowest, highest, *(running.split(",") if running else ())]
    if not all(one.isdigit() and len(one) < 20 for one in numbers):  # noqa: PLR2004 - 64 bits
        return False
    values = [int(one) for one in numbers]
    return (
        0 < values[0] <= values[1]
        and all(before < after for before, after in pairwise(values[2:]))
        and all(values[0] <= one < values[1] for one in values[2:])
    )


def _between(
    table: Table,
    names: Iterable[str],
    since: str,
    until: str,
    organisation_id: UUID | None,
    limit: int | None,
) -> Select[Any]:
    """Select the rows of a table that one snapshot sees and an earlier one did not."""
    query = (
        select(*(table.c[name] for name in names))
        .where(*_seen(table.c.txid, since, until))
        .order_by(table.c.id)
    )
    if organisation_id is not None:
        query = query.where(table.c.organisation_id == organisation_id)
    return query if limit is None else query.limit(limit)


def _seen(txid: ColumnElement[str], since: str, until: str) -> tuple[ColumnElement[bool], ...]:
    """Say that a transaction is visible in one snapshot and was not in an earlier one."""
    return (
        txid >= func.pg_snapshot_xmin(_snapshot(since), type_=TransactionId),
        not_(func.pg_visible_in_snapshot(txid, _snapshot(since))),
        func.pg_visible_in_snapshot(txid, _snapshot(until)),
    )


def _snapshot(position: str) -> ColumnElement[str]:
    return cast(literal(position, Text), _Snapshot)
