"""The keeping of rollups: they are built in the store of facts, club by club, and known as fresh.

A rollup is used only while no table that it was built from has changed since, so it never shows
another number than the facts do. A refresh key says how often it is built again.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import duckdb

from semantic.sqlgen.expressions import quote

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from semantic.rollups.shapes import Shape
    from semantic.run.facts import FactStore

_LOG = logging.getLogger(__name__)
EVERY_SECONDS = 10.0
"""How often a rollup without a refresh key is built again at most."""
POLL_SECONDS = 1.0
UNUSED_SECONDS = 86_400.0
"""After how long a rollup goes that no query could have used."""
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}


class Rolling(Protocol):
    """A compiler that reads rollups."""

    def shapes(
        self, timezone: str
    ) -> tuple[tuple[tuple[Shape, Any], ...], tuple[tuple[str, str], ...]]:
        """Return the rollups for a time zone, and those that cannot be used with the reasons."""
        ...


@dataclass(frozen=True, slots=True)
class Built:
    """A rollup of one club as it was built: after which batch, when, and for which key.

    `failure` says why it could not be built; then the rest says when that was tried.
    """

    version: int
    at_seconds: float
    key: tuple[object, ...] | None = None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rollup that queries of a club may use, and when one last might have."""

    shape: Shape
    organisation_id: UUID
    at_seconds: float


class Keeper:
    """Builds rollups and knows which are fresh. It may be used from several threads at once."""

    def __init__(
        self, facts: FactStore, clock_seconds: Callable[[], float] = time.monotonic
    ) -> None:
        """Keep rollups in a store of facts."""
        self._facts = facts
        self._clock_seconds = clock_seconds
        self._wanted: dict[tuple[str, UUID], Wanted] = {}
        self._built: dict[tuple[str, UUID], Built] = {}
        self._lock = threading.Lock()

    def want(self, shape: Shape, organisation_id: UUID) -> None:
        """Have a rollup built for a club at the next refresh, and kept up to date."""
        wanted = Wanted(shape, organisation_id, self._clock_seconds())
        with self._lock:
            self._wanted[shape.table, organisation_id] = wanted

    def staleness(self, shape: Shape, organisation_id: UUID) -> str | None:
        """Say why a rollup may not be used now; None if it is as fresh as the facts."""
        built = self._built.get((shape.table, organisation_id))
        if built is None:
            return "it is not built yet"
        if built.failure:
            return f"it could not be built: {built.failure}"
        changed = self._facts.tables_changed_since(built.version) & shape.tables
        if changed:
            return f"{', '.join(sorted(changed))} changed since it was built"
        return None

    def refresh(self) -> tuple[str, ...]:
        """Build every rollup that is due, and return the tables that have them.

        One that cannot be built says so, and is tried again after its pause.
        """
        if self._facts.refreshed_at() is None:
            return ()
        self._drop_unused()
        with self._lock:
            wanted = tuple(self._wanted.values())
        done = []
        for one in wanted:
            try:
                if self._is_due(one):
                    self.build(one.shape, one.organisation_id)
                    done.append(one.shape.table)
            except duckdb.Error as error:
                failed = Built(self._facts.version(), self._clock_seconds(), failure=str(error))
                with self._lock:
                    self._built[one.shape.table, one.organisation_id] = failed
        return tuple(done)

    def build(self, shape: Shape, organisation_id: UUID) -> None:
        """Build a rollup for a club, in one transaction.

        Raises:
            duckdb.Error: it cannot be built; what was there before stays.
        """
        # The version is read first: what changes while it is built counts as a change since.
        version = self._facts.version()
        with self._facts.cursor() as cursor:
            cursor.execute(f"SET VARIABLE organisation_id = '{organisation_id}'::UUID")
            key = self._key(shape, cursor)
            cursor.execute("BEGIN")
            try:
                _create(cursor, shape)
                _fill(cursor, shape, organisation_id)
                cursor.execute("COMMIT")
            except duckdb.Error:
                cursor.execute("ROLLBACK")
                raise
        with self._lock:
            self._built[shape.table, organisation_id] = Built(version, self._clock_seconds(), key)

    def build_named(
        self, compiler: Rolling, name: str, organisation_id: UUID, timezone: str
    ) -> str:
        """Build a rollup by its name `cube.pre_aggregation`, and return the table that has it.

        Raises:
            ValueError: there is none that can be used, and why.
        """
        usable, rejected = compiler.shapes(timezone)
        for shape, _ in usable:
            if shape.name == name:
                self.want(shape, organisation_id)
                self.build(shape, organisation_id)
                return shape.table
        raise ValueError(dict(rejected).get(name, f"there is no rollup '{name}'"))

    def run(self, stop: threading.Event, pause_seconds: float = POLL_SECONDS) -> None:
        """Refresh again and again until the event is set."""
        while not stop.wait(pause_seconds):
            try:
                self.refresh()
            except duckdb.Error as error:
                _LOG.warning("rollups could not be refreshed, which is tried again: %s", error)

    def _drop_unused(self) -> None:
        """Drop the tables that no query wants any more, and those of processes before this."""
        now = self._clock_seconds()
        with self._lock:
            for key, one in tuple(self._wanted.items()):
                if now - one.at_seconds > UNUSED_SECONDS:
                    del self._wanted[key]
                    self._built.pop(key, None)
            used = {table for table, _ in (*self._wanted, *self._built)}
        with self._facts.cursor() as cursor:
            for table in _tables(cursor) - used:
                cursor.execute(f"DROP VIEW IF EXISTS main.{quote(table)}")
                cursor.execute(f"DROP TABLE IF EXISTS store.{quote(table)}")

    def _is_due(self, wanted: Wanted) -> bool:
        shape = wanted.shape
        if not shape.is_scheduled or self.staleness(shape, wanted.organisation_id) is None:
            return False
        built = self._built.get((shape.table, wanted.organisation_id))
        if built is None:
            return True
        if shape.refresh_key is not None and shape.refresh_key.is_immutable and not built.failure:
            return False
        if self._clock_seconds() - built.at_seconds < _pause_seconds(shape):
            return False
        if shape.refresh_key is None or shape.refresh_key.sql is None:
            return True
        with self._facts.cursor() as cursor:
            cursor.execute(f"SET VARIABLE organisation_id = '{wanted.organisation_id}'::UUID")
            return self._key(shape, cursor) != built.key

    def _key(self, shape: Shape, cursor: duckdb.DuckDBPyConnection) -> tuple[object, ...] | None:
        """Ask the query of the refresh key."""
        if shape.refresh_key is None or shape.refresh_key.sql is None:
            return None
        return tuple(cursor.execute(str(shape.refresh_key.sql)).fetchall())


def _pause_seconds(shape: Shape) -> float:
    """Say how long a rollup is left alone after it was built."""
    every = shape.refresh_key.every if shape.refresh_key is not None else None
    if every is None:
        return EVERY_SECONDS
    number, unit = every.split()
    return float(int(number) * _SECONDS[unit.removesuffix("s")])


def _tables(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    """Name the tables of rollups that there are."""
    found = cursor.execute(
        "SELECT table_name FROM duckdb_tables() "
        "WHERE schema_name = 'store' AND starts_with(table_name, 'rollup_')"
    ).fetchall()
    return {str(row[0]) for row in found}


def _create(cursor: duckdb.DuckDBPyConnection, shape: Shape) -> None:
    """Create the table of a rollup and the view that shows a club its own rows."""
    if shape.table in _tables(cursor):
        return
    table = quote(shape.table)
    described = cursor.execute(f"DESCRIBE {shape.sql}", list(shape.parameters)).fetchall()
    columns = ", ".join(f"{quote(str(row[0]))} {row[1]}" for row in described)
    cursor.execute(f"CREATE TABLE store.{table} (organisation_id UUID, {columns})")
    cursor.execute(
        f"CREATE VIEW main.{table} AS SELECT * FROM store.{table} "  # noqa: S608 - a quoted name
        "WHERE organisation_id = getvariable('organisation_id')"
    )


def _fill(cursor: duckdb.DuckDBPyConnection, shape: Shape, organisation_id: UUID) -> None:
    """Replace a club's rows of a rollup."""
    table = quote(shape.table)
    cursor.execute(
        f"DELETE FROM store.{table} WHERE organisation_id = ?",  # noqa: S608 - a quoted name
        [organisation_id],
    )
    cursor.execute(
        f"INSERT INTO store.{table} SELECT ?::UUID, * FROM ({shape.sql}) AS built",  # noqa: S608 - compiled
        [str(organisation_id), *shape.parameters],
    )
