"""The engine: compiled queries on the store of facts, each on a cursor of its own."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Timer
from typing import TYPE_CHECKING

import duckdb

from semantic.query.query import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    import pyarrow as pa

    from semantic.run.compiled import Compiled
    from semantic.run.facts import FactStore

OLDEST = (2, 0)
"""The oldest DuckDB that computes fan-out queries right; 1.5.0 to 1.5.6 do not."""
BATCH_ROWS = 32_768
"""Rows of a batch: enough that a call for each column costs nothing, and few enough that what is
made of them is kept by the allocators instead of being asked of the system each time."""
TIMEOUT_SECONDS = 600.0
_INTERRUPTED = "INTERRUPT"


class EngineUnsuitableError(Exception):
    """The installed DuckDB computes wrong numbers."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found, and what was run for it: over rollups, or over the facts.

    `total` is how many rows there are without its limit, None unless the query asks. `version` and
    `refreshed_at` are those of the facts, or of an earlier state.
    """

    table: pa.Table
    compiled: Compiled
    total: int | None
    version: int
    refreshed_at: datetime | None


class Engine:
    """Runs compiled queries. It may be used from several threads at once.

    Each runs in one snapshot of the facts. One over rollups that are not what the facts are in that
    snapshot reads the facts instead.
    """

    def __init__(self, facts: FactStore, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Run on a store of facts.

        Raises:
            EngineUnsuitableError: this DuckDB computes wrong numbers.
        """
        refuse_unsuitable(duckdb.__version__)
        self.facts = facts
        self._timeout_seconds = timeout_seconds
        self._running: dict[str, list[duckdb.DuckDBPyConnection]] = {}
        self._cancelled: set[int] = set()
        self._lock = Lock()

    def run(self, compiled: Compiled, request_id: str = "") -> pa.Table:
        """Return the whole answer; `request_id` is what `cancel` knows it by.

        Raises:
            QueryError: `QUERY_CANCELLED`, `QUERY_TIMEOUT`, or `QUERY_FAILED` with what DuckDB says.
        """
        with self._started(compiled, request_id) as (cursor, standing):
            return self._sql(cursor, standing)[0].to_arrow_table()

    def answer(self, compiled: Compiled, request_id: str = "") -> Answer:
        """Return the whole answer with the number of its rows, and what it is of.

        Raises:
            QueryError: as `run` does.
        """
        version, refreshed_at = self.facts.version(), self.facts.refreshed_at()
        with self._started(compiled, request_id) as (cursor, standing):
            found, running = self._sql(cursor, standing)
            table = found.to_arrow_table()
            total = None
            if running.total_sql is not None:
                counted = cursor.sql(running.total_sql, params=list(running.parameters))
                total = int(counted.fetchall()[0][0])
        return Answer(table, running, total, version, refreshed_at)

    @contextmanager
    def stream(
        self, compiled: Compiled, request_id: str = "", *, is_timed: bool = True
    ) -> Iterator[pa.RecordBatchReader]:
        """Hand out the answer batch by batch for a block.

        Whoever reads at a client's pace sees to it that it ends, and leaves it untimed.

        Raises:
            QueryError: as `run` does.
        """
        with self._started(compiled, request_id, is_timed=is_timed) as (cursor, standing):
            yield self._sql(cursor, standing)[0].to_arrow_reader(BATCH_ROWS)

    def cancel(self, request_id: str) -> bool:
        """Interrupt every query that runs for a request, and tell whether one did."""
        with self._lock:
            cursors = tuple(self._running.get(request_id, ()))
            self._cancelled.update(map(id, cursors))
        for cursor in cursors:
            cursor.interrupt()
        return bool(cursors)

    def types_of(self, sql: str) -> tuple[str, ...]:
        """Return the types of a statement's columns without running it.

        Raises:
            QueryError: it does not bind, `QUERY_FAILED`.
        """
        with self.facts.cursor() as cursor:
            return types_of(cursor, sql)

    def _sql(
        self, cursor: duckdb.DuckDBPyConnection, compiled: Compiled
    ) -> tuple[duckdb.DuckDBPyRelation, Compiled]:
        """Begin a statement; one over a rollup that was dropped is asked of the facts."""
        try:
            return cursor.sql(compiled.sql, params=list(compiled.parameters)), compiled
        except duckdb.CatalogException:
            if compiled.reliance is None:
                raise
        return self._sql(cursor, compiled.reliance.direct)

    def _standing(self, cursor: duckdb.DuckDBPyConnection, compiled: Compiled) -> Compiled:
        """Return what gives the answer in the snapshot of a cursor."""
        relied = compiled.reliance
        if relied is None:
            return compiled
        changed = self.facts.tables_changed_since(relied.version, cursor)
        return compiled if relied.tables.isdisjoint(changed) else relied.direct

    @contextmanager
    def _started(
        self, compiled: Compiled, request_id: str, *, is_timed: bool = True
    ) -> Iterator[tuple[duckdb.DuckDBPyConnection, Compiled]]:
        """Hand out a cursor that sees one club, can be cancelled and ends in time.

        With it comes what to run: its transaction is one snapshot, which closing the cursor ends.
        """
        with self.facts.cursor() as cursor:
            cursor.execute(f"SET VARIABLE organisation_id = '{compiled.organisation_id}'::UUID")
            timed_out: list[bool] = []

            def stop() -> None:
                timed_out.append(True)
                cursor.interrupt()

            timer = Timer(self._timeout_seconds, stop)
            timer.daemon = True
            with self._lock:
                self._running.setdefault(request_id, []).append(cursor)
            if is_timed:
                timer.start()
            try:
                cursor.execute("BEGIN")
                yield cursor, self._standing(cursor, compiled)
            except duckdb.InterruptException:
                raise self._stopped(cursor, is_late=bool(timed_out)) from None
            except duckdb.Error as error:
                raise _failed(error) from None
            except OSError as error:
                # So Arrow hands on what DuckDB raises in the middle of the rows.
                if _INTERRUPTED in str(error):
                    raise self._stopped(cursor, is_late=bool(timed_out)) from None
                raise _failed(error) from None
            finally:
                timer.cancel()
                self._forget(cursor, request_id)

    def _stopped(self, cursor: duckdb.DuckDBPyConnection, *, is_late: bool) -> QueryError:
        if is_late and id(cursor) not in self._cancelled:
            message = f"The query took longer than {self._timeout_seconds:g} seconds"
            return QueryError(message, code="QUERY_TIMEOUT", kind="", status=500)
        return QueryError("The query was cancelled", code="QUERY_CANCELLED", kind="", status=400)

    def _forget(self, cursor: duckdb.DuckDBPyConnection, request_id: str) -> None:
        with self._lock:
            self._cancelled.discard(id(cursor))
            running = self._running[request_id]
            running.remove(cursor)
            if not running:
                del self._running[request_id]


def types_of(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[str, ...]:
    """Return the types of a statement's columns without running it.

    Raises:
        QueryError: it does not bind, `QUERY_FAILED`.
    """
    try:
        rows = connection.execute(f"DESCRIBE {sql}").fetchall()
    except duckdb.Error as error:
        raise _failed(error) from None
    return tuple(str(row[1]) for row in rows)


def refuse_unsuitable(version: str) -> None:
    """Refuse a DuckDB that computes wrong numbers.

    Raises:
        EngineUnsuitableError: it is older than 2.0.
    """
    if tuple(int(one) for one in version.split(".")[:2]) < OLDEST:
        message = f"DuckDB {version} computes wrong numbers for some joins; install 2.0 or later"
        raise EngineUnsuitableError(message)


def _failed(error: duckdb.Error | OSError) -> QueryError:
    return QueryError(f"Error: {error}", code="QUERY_FAILED", kind="", status=500)
