"""The keeping of rollups: they are built in the store of facts, club by club, and known as fresh.

A rollup is used only while no table that it was built from has changed since, so it never shows
another number than the facts do. A refresh key says how often it is built again.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import duckdb

from semantic.rollups.building import create, drop, fill, tables_of_rollups

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from semantic.rollups.stored import Covered, Stored
    from semantic.run.facts import FactStore

_LOG = logging.getLogger(__name__)
EVERY_SECONDS = 10.0
"""How often a rollup without a refresh key is built again at most."""
POLL_SECONDS = 1.0
UNUSED_SECONDS = 86_400.0
"""After how long a rollup goes that no query could have used."""
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}


class Declaring(Protocol):
    """A compiler that knows what is declared."""

    def stored(self, name: str, timezone: str) -> tuple[Stored, ...]:
        """Find what is kept of a pre-aggregation, by its name; a ValueError says why nothing is."""
        ...


@dataclass(frozen=True, slots=True)
class Built:
    """A rollup of one club as it was built: after which batch, when, and for which key.

    `covered` are the times that it has, None if it has all. `failure` says why it could not be
    built; then the rest says when that was tried.
    """

    version: int
    at_seconds: float
    key: tuple[object, ...] | None = None
    covered: Covered | None = None
    failure: str = ""
    built_at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rollup that queries of a club may use, and when one last might have."""

    stored: Stored
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
        self._building = threading.Lock()

    def want(self, stored: Stored, organisation_id: UUID) -> None:
        """Have a rollup built for a club at the next refresh, and kept up to date."""
        wanted = Wanted(stored, organisation_id, self._clock_seconds())
        with self._lock:
            self._wanted[stored.table, organisation_id] = wanted

    def standing(self, stored: Stored, organisation_id: UUID) -> Built | str:
        """Return how a rollup was built that is as fresh as the facts, or why it is not used."""
        built = self._built.get((stored.table, organisation_id))
        if built is None:
            return "it is not built yet"
        if built.failure:
            return f"it could not be built: {built.failure}"
        changed = self._facts.tables_changed_since(built.version) & stored.tables
        if changed:
            return f"{', '.join(sorted(changed))} changed since it was built"
        return built

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
                    self.build(one.stored, one.organisation_id)
                    done.append(one.stored.table)
            except duckdb.Error as error:
                failed = Built(self._facts.version(), self._clock_seconds(), failure=str(error))
                with self._lock:
                    self._built[one.stored.table, one.organisation_id] = failed
        return tuple(done)

    def build(self, stored: Stored, organisation_id: UUID) -> None:
        """Build a rollup for a club, in one transaction.

        Raises:
            duckdb.Error: it cannot be built; what was there before stays.
        """
        # One at a time: two that begin without rows would each add all of them.
        with self._building:
            # The version is read first: what changes while it is built counts as a change since.
            version = self._facts.version()
            with self._facts.cursor() as cursor:
                cursor.execute(f"SET VARIABLE organisation_id = '{organisation_id}'::UUID")
                key = self._key(stored, cursor)
                cursor.execute("BEGIN")
                try:
                    create(cursor, stored)
                    covered = fill(cursor, stored, organisation_id)
                    cursor.execute("COMMIT")
                except duckdb.Error:
                    cursor.execute("ROLLBACK")
                    raise
            built = Built(version, self._clock_seconds(), key, covered)
            with self._lock:
                self._built[stored.table, organisation_id] = built

    def build_named(
        self, compiler: Declaring, name: str, organisation_id: UUID, timezone: str
    ) -> str:
        """Build a rollup by its name `cube.pre_aggregation`, and return the table that has it.

        One that puts others together has a table for each of them.

        Raises:
            ValueError: there is none that can be used, and why.
        """
        found = compiler.stored(name, timezone)
        for one in found:
            self.want(one, organisation_id)
            self.build(one, organisation_id)
        return ", ".join(one.table for one in found)

    def run(self, stop: threading.Event, pause_seconds: float = POLL_SECONDS) -> None:
        """Refresh again and again until the event is set."""
        while not stop.wait(pause_seconds):
            try:
                self.refresh()
            except duckdb.Error as error:
                _LOG.warning("rollups could not be refreshed, which is tried again: %s", error)

    def _drop_unused(self) -> None:
        """Drop the tables that no query wants any more, and those of processes before this.

        What was built and is gone is forgotten: a rebuild of the facts has another file.
        """
        now = self._clock_seconds()
        with self._lock:
            for key, one in tuple(self._wanted.items()):
                if now - one.at_seconds > UNUSED_SECONDS:
                    del self._wanted[key]
                    self._built.pop(key, None)
            used = {table for table, _ in (*self._wanted, *self._built)}
        with self._building, self._facts.cursor() as cursor:
            there = tables_of_rollups(cursor)
            for table in there - used:
                drop(cursor, table)
            with self._lock:
                for key, built in tuple(self._built.items()):
                    if key[0] not in there and not built.failure:
                        del self._built[key]

    def _is_due(self, wanted: Wanted) -> bool:
        stored = wanted.stored
        standing = self.standing(stored, wanted.organisation_id)
        if not stored.is_scheduled or isinstance(standing, Built):
            return False
        built = self._built.get((stored.table, wanted.organisation_id))
        if built is None:
            return True
        if stored.refresh_key is not None and stored.refresh_key.is_immutable and not built.failure:
            return False
        if self._clock_seconds() - built.at_seconds < _pause_seconds(stored):
            return False
        if stored.refresh_key is None or stored.refresh_key.sql is None:
            return True
        with self._facts.cursor() as cursor:
            cursor.execute(f"SET VARIABLE organisation_id = '{wanted.organisation_id}'::UUID")
            return self._key(stored, cursor) != built.key

    def _key(self, stored: Stored, cursor: duckdb.DuckDBPyConnection) -> tuple[object, ...] | None:
        """Ask the query of the refresh key."""
        if stored.refresh_key is None or stored.refresh_key.sql is None:
            return None
        return tuple(cursor.execute(str(stored.refresh_key.sql)).fetchall())


def _pause_seconds(stored: Stored) -> float:
    """Say how long a rollup is left alone after it was built."""
    every = stored.refresh_key.every if stored.refresh_key is not None else None
    if every is None:
        return EVERY_SECONDS
    number, unit = every.split()
    return float(int(number) * _SECONDS[unit.removesuffix("s")])
