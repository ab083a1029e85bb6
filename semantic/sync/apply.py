"""One batch: what changed between two snapshots, into the facts, with the position, at once."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

import duckdb
import polars as pl

from semantic.sync.ahead import frame_of, read_ahead
from semantic.sync.derived import DERIVED
from semantic.sync.facts import FACTS
from semantic.sync.loading import held_at, replace_rows
from semantic.sync.state import State, write_state
from semantic.sync.transforms.clubs import Clubs
from semantic.sync.transforms.recipes import PRESENT, RECIPES, Recipe

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from semantic.sync.ahead import Ahead
    from semantic.sync.source import Changed, Reading
    from semantic.sync.tables import AsOf, StarTable

_CHANGED = "changed_ids"
_PRODUCT, _GROUP = "product", "product_group"


@dataclass(frozen=True, slots=True)
class Applied:
    """The state after a batch, and the tables of which rows came or went."""

    state: State
    tables: frozenset[str]


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what a block does, or leave nothing of it."""
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A commit that failed has ended the transaction already.
        with suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        raise


def read_clubs(reading: Reading) -> Clubs:
    """Read the clubs as the snapshot has them."""
    return Clubs(frame_of(reading.rows("dim_organisation", None)))


def days_of(clubs: Clubs) -> dict[UUID, date]:
    """Return which day it is at each club."""
    return {UUID(bytes=club): day for club, day in clubs.today().items()}


def apply_changes(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    clubs: Clubs,
    changed: Changed,
    state: State,
    at: datetime,
) -> Applied:
    """Bring the facts from their position to that of a snapshot, whole or not at all.

    Rows that follow from what changed are deleted and read again as they are now, so that a batch
    that is applied twice changes nothing.
    """
    days = days_of(clubs)
    with transaction(connection):
        changed = _with_new_days(connection, _with_groups(connection, changed), state, days)
        _register(connection, changed)
        recipes = [one for one in RECIPES if one.follows(changed)]
        names = [name for one in recipes for name in one.extracts]
        with read_ahead(reading, names, changed) as ahead:
            tables = {
                one.table.name
                for one in recipes
                if _refresh(connection, ahead, one, clubs, changed)
            }
        tables |= _follow_versions(connection, tables)
        for derived in DERIVED:
            if derived.follows(changed) and derived.refresh(connection):
                tables.add(derived.table.name)
        version = state.version + 1
        after = replace(
            state,
            position=reading.position,
            version=version,
            refreshed_at=at,
            days=days,
            changed_at={**state.changed_at, **dict.fromkeys(tables, version)},
        )
        write_state(connection, after, state)
    return Applied(after, frozenset(tables))


def _with_groups(connection: duckdb.DuckDBPyConnection, changed: Changed) -> Changed:
    """Add the products that are or were in groups that changed: versions show a group's name."""
    groups = changed.get(_GROUP)
    if not groups:
        return changed
    found = connection.execute(
        "SELECT DISTINCT product_id FROM store.dim_product WHERE list_contains(?, group_id)",
        [list(groups)],
    ).fetchall()
    return {**changed, _PRODUCT: {*changed.get(_PRODUCT, ()), *(row[0] for row in found)}}


def _with_new_days(
    connection: duckdb.DuckDBPyConnection,
    changed: Changed,
    state: State,
    days: dict[UUID, date],
) -> Changed:
    """Add what was counted for the present of clubs where a new day has begun."""
    rolled = [club for club, day in state.days.items() if days.get(club) != day]
    if not rolled:
        return changed
    added: dict[str, set[UUID]] = {kind: set(ids) for kind, ids in changed.items()}
    for kind, table, column in PRESENT:
        found = connection.execute(
            f"SELECT DISTINCT {column} FROM store.{table.name} JOIN store.club_day "
            "USING (organisation_id, day) WHERE list_contains(?, organisation_id)",
            [rolled],
        ).fetchall()
        added.setdefault(kind, set()).update(row[0] for row in found)
    return added


def _register(connection: duckdb.DuckDBPyConnection, changed: Changed) -> None:
    """Put the changed ids where deletes find them."""
    pairs = [(kind, one.bytes) for kind, ids in changed.items() for one in ids]
    frame = pl.DataFrame(pairs, {"kind": pl.String, "id": pl.Binary}, orient="row")
    connection.register("changed_frame", frame.to_arrow())
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {_CHANGED} AS "
        "SELECT kind, CAST(id AS UUID) AS id FROM changed_frame"
    )
    connection.unregister("changed_frame")


def _refresh(
    connection: duckdb.DuckDBPyConnection,
    ahead: Ahead,
    recipe: Recipe,
    clubs: Clubs,
    changed: Changed,
) -> bool:
    """Replace the rows of a table that follow from changes; tell whether there were any."""
    rows = recipe.rows({name: ahead.frame() for name in recipe.extracts}, clubs, changed)
    table = recipe.table
    # One after another: each is a join by itself, which skips what lies outside of its ids.
    gone = sum(
        connection.execute(_delete_followers(table, kind, column)).fetchall()[0][0]
        for kind, column in table.follows
        if changed.get(kind)
    )
    if rows.is_empty():
        return bool(gone)
    replace_rows(connection, table, rows, comes_again=recipe.replaces_rows(changed))
    return True


def _delete_followers(table: StarTable, kind: str, column: str) -> str:
    """Write the DELETE of rows with a changed id of one kind."""
    changed = f"SELECT id FROM {_CHANGED} WHERE kind = '{kind}'"
    return f"DELETE FROM store.{table.name} WHERE {column} IN ({changed})"


def _follow_versions(connection: duckdb.DuckDBPyConnection, tables: set[str]) -> set[str]:
    """Give facts the keys of versions that begin only now; return the tables that changed."""
    return {
        fact.name
        for fact in FACTS
        for one in fact.as_of
        if one.dimension in tables
        and connection.execute(_update_version(fact, one)).fetchall()[0][0]
    }


def _update_version(fact: StarTable, one: AsOf) -> str:
    """Write the UPDATE of keys that have become those of another version."""
    kind = one.member.removesuffix("_id")
    return (
        f"UPDATE store.{fact.name} AS fact SET {one.column} = version.{one.column} "
        f"FROM store.{one.dimension} AS version "
        f"WHERE version.{one.member} IN (SELECT id FROM {_CHANGED} WHERE kind = '{kind}') "
        f"AND fact.organisation_id = version.organisation_id "
        f"AND fact.{one.member} = version.{one.member} "
        f"AND {held_at(one, fact, 'fact', 'version')} "
        f"AND fact.{one.column} <> version.{one.column}"
    )
