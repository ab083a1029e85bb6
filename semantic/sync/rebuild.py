"""A rebuild: every table from one snapshot into a new file, while the old one goes on serving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from semantic.sync.ahead import read_ahead
from semantic.sync.apply import days_of, read_clubs, transaction
from semantic.sync.derived import DERIVED
from semantic.sync.loading import load
from semantic.sync.schema import TABLES, star_version
from semantic.sync.state import State, write_state
from semantic.sync.transforms.recipes import RECIPES, Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    import duckdb
    import polars as pl

    from semantic.sync.ahead import Ahead
    from semantic.sync.source import Reading
    from semantic.sync.transforms.clubs import Clubs


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a rebuild is: the table that was loaded last, its rows, and how many tables are."""

    table: str
    row_count: int
    done_count: int
    table_count: int


def fill(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    version: int,
    at: datetime,
    report: Callable[[Progress], None],
) -> State:
    """Load every table of an empty file from a snapshot, and say at the end that it is whole.

    Each table is a transaction, so that memory holds one at a time; the state comes last, and a
    file without one counts for nothing.
    """
    clubs = read_clubs(reading)
    table_count = len(RECIPES) + len(DERIVED)
    names = [name for recipe in RECIPES for name in recipe.extracts]
    with read_ahead(reading, names, None) as ahead:
        for done_count, recipe in enumerate(RECIPES, 1):
            with transaction(connection):
                parts = _parts(ahead, recipe, clubs)
                row_count = load(connection, recipe.table, parts, f"store.{recipe.table.name}")
            report(Progress(recipe.table.name, row_count, done_count, table_count))
    for done_count, derived in enumerate(DERIVED, len(RECIPES) + 1):
        with transaction(connection):
            derived.refresh(connection)
        name = derived.table.name
        found = connection.execute(f"SELECT count(*) FROM store.{name}").fetchall()
        report(Progress(name, found[0][0], done_count, table_count))
    state = State(
        reading.identity,
        star_version(),
        reading.position,
        version,
        at,
        days_of(clubs),
        {table.name: version for table in TABLES},
    )
    with transaction(connection):
        write_state(connection, state)
    return state


def _parts(ahead: Ahead, recipe: Recipe, clubs: Clubs) -> Iterator[pl.DataFrame]:
    """Make all rows of a table, a part at a time where rows do not look at each other."""
    if recipe.is_by_row:
        (name,) = recipe.extracts
        for rows in ahead.parts():
            yield recipe.rows({name: rows}, clubs, None)
    else:
        yield recipe.rows({name: ahead.frame() for name in recipe.extracts}, clubs, None)
