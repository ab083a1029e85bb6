"""The outbox as a feed: what was committed since a position, each event once and none left out.

Neither ids nor numbers of a sequence are in the order of commits, so a reader that remembers the
last one misses what a slower transaction writes before it. A position is a PostgreSQL snapshot
instead, and what is new is the difference of two snapshots: visible in the later one and not in the
earlier. Events of one object come in the order of their ids, because they are made under its lock.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import Text, cast, func, literal, not_, select
from sqlalchemy.types import UserDefinedType

from app.storage.tables import outbox
from app.storage.tables.columns import TransactionId

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import ColumnElement, Select

FEED_COLUMNS = ("organisation_id", "id", "topic", "entity", "entity_id", "payload", "created_at")
"""What an event of the feed has."""


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
    query = (
        select(*(outbox.c[name] for name in FEED_COLUMNS))
        .where(
            outbox.c.txid >= func.pg_snapshot_xmin(_snapshot(since), type_=TransactionId),
            not_(func.pg_visible_in_snapshot(outbox.c.txid, _snapshot(since))),
            func.pg_visible_in_snapshot(outbox.c.txid, _snapshot(until)),
        )
        .order_by(outbox.c.id)
    )
    if organisation_id is not None:
        query = query.where(outbox.c.organisation_id == organisation_id)
    return query if limit is None else query.limit(limit)


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


def _snapshot(position: str) -> ColumnElement[str]:
    return cast(literal(position, Text), _Snapshot)
