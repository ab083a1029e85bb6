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
    batch. `days` are the days of the clubs for which the present was counted.
    """

    identity: str
    star: str
    position: str
    version: int
    refreshed_at: datetime
    days: Mapping[UUID, date]


def read_state(connection: duckdb.DuckDBPyConnection) -> State | None:
    """Read the state; None when the file was never finished."""
    found = connection.execute(
        "SELECT identity, star, position, version, refreshed_at FROM store.sync_state"
    ).fetchall()
    if not found:
        return None
    identity, star, position, version, refreshed_at = found[0]
    days = connection.execute("SELECT organisation_id, day FROM store.club_day").fetchall()
    return State(identity, star, position, version, refreshed_at.replace(tzinfo=UTC), dict(days))


def write_state(connection: duckdb.DuckDBPyConnection, state: State) -> None:
    """Replace the state, in the transaction that is open."""
    connection.execute("DELETE FROM store.sync_state")
    connection.execute(
        "INSERT INTO store.sync_state VALUES (?, ?, ?, ?, ?)",
        [
            state.identity,
            state.star,
            state.position,
            state.version,
            state.refreshed_at.astimezone(UTC).replace(tzinfo=None),
        ],
    )
    connection.execute("DELETE FROM store.club_day")
    for club, day in sorted(state.days.items()):
        connection.execute("INSERT INTO store.club_day VALUES (?, ?)", [club, day])
