"""The operational store as the semantic layer reads it: one snapshot, as Arrow tables.

The rows come by ADBC, in PostgreSQL's binary form and without a Python object for each value.
"""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

import psycopg
import pyarrow as pa
from adbc_driver_postgresql import dbapi
from sqlalchemy import make_url
from sqlalchemy.dialects import postgresql

from app.storage.engine import CONNECT_TIMEOUT_SECONDS
from app.storage.feed import is_before, is_position, logged_between, was_trimmed
from app.storage.wakes import CHANNEL

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from uuid import UUID

    from sqlalchemy import Select

    Changed = Mapping[str, Collection[UUID]]

_SNAPSHOT = {
    "default_transaction_isolation": "repeatable\\ read",
    "default_transaction_read_only": "on",
    "timezone": "UTC",
    "jit": "off",
    # What a rebuild joins fits into memory then: cells of invoices came in 5 s instead of 25 s.
    "work_mem": "128MB",
}
"""Every transaction of a reading connection is one snapshot, which nothing can be written in."""
_BEGIN = """
SELECT pg_current_snapshot()::text AS position, system_identifier::text AS system,
    substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS timeline,
    (SELECT version_num FROM alembic_version) AS revision
FROM pg_control_system()
"""
_HEARD_WITHIN_SECONDS = 0.5
"""How soon a listener notices that it is to stop."""
_AGAIN_AFTER_SECONDS = 1.0
"""How long a listener waits before it connects again."""
_log = logging.getLogger("loge.reports")


class Extract(Protocol):
    """What is read of the store under one name."""

    def statement(self, changed: Changed | None) -> str:
        """Write the SELECT of everything, or of the rows that follow from what changed."""
        ...


class PostgresReading:
    """One snapshot of the operational store; everything read from it is of one instant.

    Ids come as Arrow's `uuid`, instants with the zone UTC. A sum of bigints is a `numeric`, which
    comes as text: extracts cast it.
    """

    def __init__(
        self,
        connection: dbapi.Connection,
        extracts: Mapping[str, Extract],
        totals: Mapping[str, str],
    ) -> None:
        """Take the snapshot, with the first statement of a transaction."""
        self._connection = connection
        self._extracts = extracts
        self._totals = totals
        begun = self._fetch(_BEGIN).to_pylist()[0]
        self.position: str = begun["position"]
        self.identity = "/".join((begun["system"], begun["timeline"], begun["revision"]))

    def changed_since(self, position: str) -> Changed | None:
        """Return what changed after a position up to this one, ids by entity of the change log.

        None when the log does not reach back that far, or the position lies after this one.
        """
        if not is_position(position) or not is_before(position, self.position):
            return None
        if self._fetch(_sql(was_trimmed(position)))["was_trimmed"][0].as_py():
            return None
        found: dict[str, set[UUID]] = {}
        logged = self._fetch(_sql(logged_between(position, self.position)))
        ids = logged["entity_id"].to_pylist()
        for entity, one in zip(logged["entity"].to_pylist(), ids, strict=True):
            found.setdefault(entity, set()).add(one)
        return found

    def rows(self, extract: str, changed: Changed | None) -> pa.Table:
        """Read one extract: everything, or the rows that follow from what changed."""
        return self._fetch(self._extracts[extract].statement(changed))

    def parts(self, extract: str, changed: Changed | None) -> Iterator[pa.Table]:
        """Read the same in parts as they come, one at least, with the columns of all of them.

        Nothing else may be read of the snapshot before the last.
        """
        with self._connection.cursor() as cursor:
            cursor.execute(self._extracts[extract].statement(changed))
            reader = cursor.fetch_record_batch()
            yield reader.schema.empty_table()
            for batch in reader:
                yield pa.Table.from_batches([batch])

    def totals(self) -> Mapping[str, int]:
        """Return totals by the name of the measure, followed by what it is the total of.

        The last column of a statement is the total; those before say of which club and currency.
        """
        found: dict[str, int] = {}
        for name, statement in self._totals.items():
            for row in self._fetch(statement).to_pylist():
                *parts, total = row.values()
                found[" ".join((name, *map(str, parts)))] = int(total or 0)
        return found

    def _fetch(self, statement: str) -> pa.Table:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetch_arrow_table()


class PostgresSource:
    """The operational store; reads one snapshot at a time, over a connection that it keeps.

    Connecting takes a hundred times as long as asking whether anything changed.
    """

    def __init__(
        self, url: str, extracts: Mapping[str, Extract], totals: Mapping[str, str]
    ) -> None:
        """Read the database of an address, as SQLAlchemy writes it, by these statements."""
        self._url = url
        self._extracts = extracts
        self._totals = totals
        self._kept: dbapi.Connection | None = None
        self._reading = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[PostgresReading]:
        """Open a snapshot for a block.

        Raises:
            ConnectionError: the database cannot be reached, or was lost meanwhile.
        """
        with self._reading:
            try:
                yield self._begin()
            except dbapi.OperationalError as error:
                self._drop()
                reason = str(error).partition("\n")[0]
                raise ConnectionError(f"the database was not read: {reason}") from error
            except BaseException:
                self._drop()
                raise
            assert self._kept is not None  # noqa: S101 - it was just read from
            self._kept.rollback()

    @contextmanager
    def listen(self, on_commit: Callable[[], None]) -> Iterator[None]:
        """Call a function after commits for a block; a hint, which may come late or never.

        It is called from a thread of its own, and once after each time that the connection was
        made, for what was announced before.
        """
        stop = threading.Event()
        thread = threading.Thread(
            target=_hear, args=(_address(self._url), on_commit, stop), name="hear commits"
        )
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def close(self) -> None:
        """Let the connection go, once nobody reads."""
        with self._reading:
            self._drop()

    def _begin(self) -> PostgresReading:
        """Take a snapshot, on a new connection where the kept one was lost unnoticed."""
        if self._kept is not None:
            try:
                return self._snapshot(self._kept)
            except dbapi.OperationalError:
                self._drop()
        self._kept = dbapi.connect(_address(self._url, **_SNAPSHOT))
        return self._snapshot(self._kept)

    def _snapshot(self, connection: dbapi.Connection) -> PostgresReading:
        return PostgresReading(connection, self._extracts, self._totals)

    def _drop(self) -> None:
        if self._kept is not None:
            with suppress(dbapi.Error):
                self._kept.close()
            self._kept = None


def _sql(query: Select[Any]) -> str:
    """Write a query whose values are texts of this module alone as one text."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))


def _address(url: str, **settings: str) -> str:
    """Return an address as libpq takes it, with settings of the session."""
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    more = {
        "application_name": "loge-reports",
        "connect_timeout": str(CONNECT_TIMEOUT_SECONDS),
        **({"options": options} if options else {}),
    }
    address = make_url(url).set(drivername="postgresql").update_query_dict(more)
    # A plus sign is a space in forms alone; one that is meant is written %2B already.
    return address.render_as_string(hide_password=False).replace("+", "%20")


def _hear(address: str, on_commit: Callable[[], None], stop: threading.Event) -> None:
    """Call a function for every announcement until told to stop, connecting as often as needed."""
    while not stop.is_set():
        try:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(f"LISTEN {CHANNEL}")
                on_commit()
                while not stop.is_set():
                    for _ in connection.notifies(timeout=_HEARD_WITHIN_SECONDS, stop_after=1):
                        on_commit()
        except psycopg.OperationalError as error:
            reason = str(error).partition("\n")[0]
            _log.debug("commits are not heard of: %s", reason)
            stop.wait(_AGAIN_AFTER_SECONDS)
