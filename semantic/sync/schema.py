"""The schema of the facts in DuckDB: the star's tables, and what each club sees of them.

Tables are in the schema `store`. Queries name the views in `main`, which show the rows of the club
that the cursor's variable `organisation_id` says; without the variable, none.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from semantic.sync.dimensions import DIMENSIONS
from semantic.sync.facts import FACTS

if TYPE_CHECKING:
    import duckdb

    from semantic.sync.tables import StarTable

TABLES = (*DIMENSIONS, *FACTS)
_RULES = 2
"""Raised when rows are made otherwise while their columns stay the same."""


def star_version() -> str:
    """Name what rows look like and how they are made; facts of another version are made anew."""
    text = f"{_RULES} {[(one.name, one.columns, one.key, one.as_of) for one in TABLES]}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def create_schema(connection: duckdb.DuckDBPyConnection) -> None:
    """Create all tables and views in a new file."""
    connection.execute("CREATE SCHEMA store")
    for table in TABLES:
        connection.execute(_table(table))
        connection.execute(_view(table))
    connection.execute(
        "CREATE TABLE store.sync_state (identity VARCHAR NOT NULL, star VARCHAR NOT NULL, "
        "position VARCHAR NOT NULL, version BIGINT NOT NULL, refreshed_at TIMESTAMP NOT NULL, "
        "changed_at MAP(VARCHAR, BIGINT) NOT NULL)"
    )
    connection.execute(
        "CREATE TABLE store.club_day (organisation_id UUID NOT NULL, day DATE NOT NULL)"
    )


def _table(table: StarTable) -> str:
    """Write the table; keys are not declared, because an index makes every change dear."""
    columns = ", ".join(
        f"{one.name} {one.type}{'' if one.is_optional else ' NOT NULL'}" for one in table.columns
    )
    return f"CREATE TABLE store.{table.name} ({columns})"


def _view(table: StarTable) -> str:
    """Write the view through which a club sees its own rows."""
    return (
        f"CREATE VIEW main.{table.name} AS SELECT * FROM store.{table.name} "
        "WHERE organisation_id = getvariable('organisation_id')"
    )
