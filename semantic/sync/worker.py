"""Follows the operational store: batch after batch, and a rebuild where that does not do."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb

from semantic.sync.apply import apply_changes, days_of, read_clubs
from semantic.sync.loading import LoadingFailed
from semantic.sync.rebuild import Progress, fill
from semantic.sync.reconcile import Comparison, compare

if TYPE_CHECKING:
    from collections.abc import Callable

    from semantic.sync.source import Changed, Reading, Source
    from semantic.sync.state import State
    from semantic.sync.store import Facts

_POLL_SECONDS = 0.25
_APART_SECONDS = 0.05
_PATIENCE_SECONDS = 10.0
_KEPT_AGAIN_AFTER = timedelta(hours=1)
_CAUGHT_UP_COUNT = 1_000
"""So few changed ids are a batch like any other: the new file can take over."""
_FAILURES_BEFORE_REBUILD = 3
_log = logging.getLogger("semantic.sync")


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh the facts are: as of when, how long ago, and what stands in the way."""

    position: str | None
    version: int
    refreshed_at: datetime | None
    lag_seconds: float | None
    last_error: str | None
    rebuilding: Progress | None


def utc_now() -> datetime:
    """Return the instant it is."""
    return datetime.now(UTC)


class Follower:
    """The one writer of the facts of a store."""

    def __init__(
        self, source: Source, facts: Facts, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Follow a source with the facts of a store."""
        self._source = source
        self._facts = facts
        self._clock = clock
        self._turn = threading.Lock()
        self._is_asked = threading.Event()
        self._wake = threading.Event()
        self._error: str | None = None
        self._progress: Progress | None = None
        self._written_at: datetime | None = None

    def freshness(self) -> Freshness:
        """Return how fresh the facts are."""
        state = self._facts.state()
        return Freshness(
            position=None if state is None else state.position,
            version=self._facts.version(),
            refreshed_at=None if state is None else state.refreshed_at,
            lag_seconds=None
            if state is None
            else max(0.0, (self._clock() - state.refreshed_at).total_seconds()),
            last_error=self._error,
            rebuilding=self._progress,
        )

    def ask_rebuild(self) -> None:
        """Have the next step load everything into a new file."""
        self._is_asked.set()
        self._wake.set()

    def run(self, stop: threading.Event) -> None:
        """Follow until told to stop, waiting longer after each failure in a row."""
        failures = 0
        with self._source.listen(self._wake.set):
            while not stop.is_set():
                try:
                    is_busy = self.step()
                except Exception as error:  # noqa: BLE001 - whatever fails is tried again, and told
                    failures += 1
                    self._note(error, failures)
                    stop.wait(min(_POLL_SECONDS * 2**failures, _PATIENCE_SECONDS))
                    continue
                failures, self._error = 0, None
                if is_busy:
                    # More is likely to come, and one batch of all costs less than one of each.
                    stop.wait(_APART_SECONDS)
                self._wake.wait(_POLL_SECONDS)
                self._wake.clear()

    def step(self) -> bool:
        """Bring the facts up to now; tell whether any changed.

        Raises:
            ConnectionError: the operational store cannot be read.
        """
        with self._turn:
            return self._step()

    def _step(self) -> bool:
        state = self._facts.state()
        if state is None or self._is_asked.is_set():
            self._rebuild()
            return True
        at = self._clock()
        with self._source.read() as reading, self._facts.cursor() as cursor:
            changed = self._changed_since(reading, state, cursor)
            if changed is not None:
                return self._apply(reading, cursor, changed, state, at)
        self._rebuild()
        return True

    def check(self) -> list[Comparison]:
        """Bring the facts up to now, and compare their totals with those of the same snapshot.

        Raises:
            ConnectionError: the operational store cannot be read, or is another one than it was.
        """
        with self._turn:
            self._step()
            at = self._clock()
            with self._source.read() as reading, self._facts.cursor() as cursor:
                state = self._facts.state()
                changed = None if state is None else self._changed_since(reading, state, cursor)
                if state is None or changed is None:
                    raise ConnectionError("the database became another one during the check")
                self._apply(reading, cursor, changed, state, at)
                return compare(cursor, reading.totals())

    def _changed_since(
        self, reading: Reading, state: State, cursor: duckdb.DuckDBPyConnection
    ) -> Changed | None:
        """Return what changed since a state; None if everything has to be read.

        So it is with another database, when it was too long ago, and when a club has another time
        zone: every day of it may then be another one.
        """
        if reading.identity != state.identity:
            return None
        changed = reading.changed_since(state.position)
        if changed and changed.get("organisation") and _zones_differ(reading, cursor):
            return None
        return changed

    def _apply(
        self,
        reading: Reading,
        cursor: duckdb.DuckDBPyConnection,
        changed: Changed,
        state: State,
        at: datetime,
    ) -> bool:
        """Apply a batch, unless there is none; the position is kept now and then all the same.

        So the log is never asked for what it has forgotten.
        """
        clubs = read_clubs(reading)
        is_written = self._written_at is not None and at - self._written_at < _KEPT_AGAIN_AFTER
        if not changed and days_of(clubs) == state.days and is_written:
            self._facts.confirm(replace(state, position=reading.position, refreshed_at=at))
            return False
        applied = apply_changes(cursor, reading, clubs, changed, state, at)
        self._facts.accept(applied)
        self._written_at = at
        return bool(applied.tables)

    def _rebuild(self) -> None:
        """Load everything into a new file, let it catch up, and have it read from then on."""
        file = self._facts.begin_file()
        begun = time.monotonic()
        try:
            with file.cursor() as cursor:
                state = self._filled(cursor)
                cursor.execute("CHECKPOINT")
        except BaseException:
            file.retire()
            raise
        finally:
            self._progress = None
        self._facts.swap(file, state)
        self._is_asked.clear()
        self._written_at = state.refreshed_at
        _log.info("facts rebuilt in %.1f s", time.monotonic() - begun)

    def _filled(self, cursor: duckdb.DuckDBPyConnection) -> State:
        """Fill a new file, then apply what changed meanwhile until that is little."""
        at = self._clock()
        with self._source.read() as reading:
            state = fill(cursor, reading, self._facts.version() + 1, at, self._report)
        is_caught_up = False
        while not is_caught_up:
            at = self._clock()
            with self._source.read() as reading:
                changed = self._changed_since(reading, state, cursor)
                if changed is None:
                    raise ConnectionError("the database became another one during the rebuild")
                clubs = read_clubs(reading)
                state = apply_changes(cursor, reading, clubs, changed, state, at).state
            is_caught_up = sum(map(len, changed.values())) <= _CAUGHT_UP_COUNT
        return state

    def _report(self, progress: Progress) -> None:
        self._progress = progress
        _log.info(
            "%s: %d rows (%d of %d tables)",
            progress.table,
            progress.row_count,
            progress.done_count,
            progress.table_count,
        )

    def _note(self, error: Exception, failures: int) -> None:
        """Remember what went wrong; facts that DuckDB cannot change are loaded anew."""
        self._error = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
        _log.warning("the facts were not refreshed: %s", self._error)
        is_broken = isinstance(error, duckdb.Error | LoadingFailed)
        if is_broken and failures >= _FAILURES_BEFORE_REBUILD:
            self._is_asked.set()


def _zones_differ(reading: Reading, cursor: duckdb.DuckDBPyConnection) -> bool:
    """Tell whether a club has another time zone than its facts are of."""
    found = cursor.execute("SELECT organisation_id, time_zone FROM store.dim_organisation")
    zones = read_clubs(reading).zones()
    return any(zones.get(club.bytes) != zone for club, zone in found.fetchall())
