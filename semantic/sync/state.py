"""What a file of facts says of itself: of which database it is, and as of when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    import duckdb


@dataclass(frozen=True, slots=True)
class State:
    """Where the facts stand.

    `identity` is the database that they are of, `star` the version of their tables, `position` the
    snapshot that they show and `refreshed_at` when that was taken. `version` grows with every
    batch. `days` are the days of the clubs for which the present was counted. `changed_at` has for
    each table the version with which it last changed.
    """

    identity: str
    star: str
    position: str
    version: int
    refreshed_at: datetime
    days: Mapping[UUID, date]
    changed_at: Mapping[str, int]

    def tables_changed_since(self, version: int) -> frozenset[str]:
        """Name the tables that changed after a version."""
        return _later(self.changed_at, version)


def read_state(connection: duckdb.DuckDBPyConnection) -> State | None:
    """Read the state; None when the file was never finished."""
    found = connection.execute(
        "SELECT identity, star, position, version, refreshed_at, changed_at FROM store.sync_state"
    ).fetchall()
    if not found:
        return None
    identity, star, position, version, refreshed_at, changed_at = found[0]
    days = connection.execute("SELECT organisation_id, day FROM store.club_day").fetchall()
    at = refreshed_at.replace(tzinfo=UTC)
    return State(identity, star, position, version, at, dict(days), changed_at)


def changed_since(connection: duckdb.DuckDBPyConnection, version: int) -> frozenset[str]:
    """Name the tables that changed after a version, as the connection's transaction sees them."""
    found = connection.execute("SELECT changed_at FROM store.sync_state").fetchall()
    return _later(found[0][0], version)


def _later(changed_at: Mapping[str, int], version: int) -> frozenset[str]:
    return frozenset(name for name, at in changed_at.items() if at > version)


def write_state(
    connection: duckdb.DuckDBPyConnection, state: State, before: State | None = None
) -> None:
    """Replace the state, in the transaction that is open; `before` is what stands there."""
    connection.execute("DELETE FROM store.sync_state")
    connection.execute(
        "INSERT INTO store.sync_state VALUES (?, ?, ?, ?, ?, ?)",
        [
            state.identity,
            state.star,
            state.position,
            state.version,
            state.refreshed_at.astimezone(UTC).replace(tzinfo=None),
            dict(state.changed_at),
        ],
    )
    if before is not None and before.days == state.days:
        return
    connection.execute("DELETE FROM store.club_day")
    for club, day in sorted(state.days.items()):
        connection.execute("INSERT INTO store.club_day VALUES (?, ?)", [club, day])
