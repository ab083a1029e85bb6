"""The engine: compiled queries on the store of facts, each on a cursor of its own."""

from __future__ import annotations

from contextlib import contextmanager
from threading import Lock, Timer
from typing import TYPE_CHECKING

import duckdb

from semantic.query.query import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    import pyarrow as pa

    from semantic.run.compiled import Compiled
    from semantic.run.facts import FactStore

OLDEST = (2, 0)
"""The oldest DuckDB that computes fan-out queries right; 1.5.0 to 1.5.6 do not."""
BATCH_ROWS = 16_384
TIMEOUT_SECONDS = 600.0


class EngineUnsuitableError(Exception):
    """The installed DuckDB computes wrong numbers."""


class Engine:
    """Runs compiled queries. It may be used from several threads at once."""

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
        with self._started(compiled.organisation_id, request_id) as cursor:
            found = cursor.sql(compiled.sql, params=list(compiled.parameters))
            return found.to_arrow_table()

    @contextmanager
    def stream(self, compiled: Compiled, request_id: str = "") -> Iterator[pa.RecordBatchReader]:
        """Hand out the answer batch by batch for a block.

        Raises:
            QueryError: as `run` does.
        """
        with self._started(compiled.organisation_id, request_id) as cursor:
            found = cursor.sql(compiled.sql, params=list(compiled.parameters))
            yield found.to_arrow_reader(BATCH_ROWS)

    def count(self, compiled: Compiled, request_id: str = "") -> int | None:
        """Return how many rows the answer has without its limit, None unless the query asks.

        Raises:
            QueryError: as `run` does.
        """
        if compiled.total_sql is None:
            return None
        with self._started(compiled.organisation_id, request_id) as cursor:
            found = cursor.sql(compiled.total_sql, params=list(compiled.parameters))
            return int(found.fetchall()[0][0])

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
            try:
                rows = cursor.execute(f"DESCRIBE {sql}").fetchall()
            except duckdb.Error as error:
                raise _failed(error) from None
        return tuple(str(row[1]) for row in rows)

    @contextmanager
    def _started(
        self, organisation_id: UUID, request_id: str
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Hand out a cursor that sees one club, can be cancelled and ends in time."""
        with self.facts.cursor() as cursor:
            cursor.execute(f"SET VARIABLE organisation_id = '{organisation_id}'::UUID")
            timed_out: list[bool] = []

            def stop() -> None:
                timed_out.append(True)
                cursor.interrupt()

            timer = Timer(self._timeout_seconds, stop)
            timer.daemon = True
            with self._lock:
                self._running.setdefault(request_id, []).append(cursor)
            timer.start()
            try:
                yield cursor
            except duckdb.InterruptException:
                raise self._stopped(cursor, is_late=bool(timed_out)) from None
            except duckdb.Error as error:
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


def refuse_unsuitable(version: str) -> None:
    """Refuse a DuckDB that computes wrong numbers.

    Raises:
        EngineUnsuitableError: it is older than 2.0.
    """
    if tuple(int(one) for one in version.split(".")[:2]) < OLDEST:
        message = f"DuckDB {version} computes wrong numbers for some joins; install 2.0 or later"
        raise EngineUnsuitableError(message)


def _failed(error: duckdb.Error) -> QueryError:
    return QueryError(f"Error: {error}", code="QUERY_FAILED", kind="", status=500)
