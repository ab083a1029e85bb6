"""Which database errors pass by themselves, and which constraint another error was about."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import asyncpg
import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")

_PASSING = frozenset(
    {
        "40001",  # serialization failure
        "40P01",  # deadlock detected
        "55P03",  # lock not available
        "57P01",  # admin shutdown
        "57P02",  # crash shutdown
        "57P03",  # cannot connect now
    }
)
_LOST = (
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
)
"""What the driver of reads raises on a connection that was closed."""
_CANCELED = "57014"
"""What a statement that ran into its time-out ends with."""
_UNAVAILABLE = _PASSING | {
    "53100",  # disk full
    "53300",  # too many connections
}


def is_passing(error: BaseException) -> bool:
    """Tell whether the same transaction may succeed if it is simply tried again."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or _state_of(error) in _PASSING


def is_lost(error: BaseException) -> bool:
    """Tell whether a pooled connection turned out to be dead, so that a new one may work."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    return isinstance(error, _LOST)


def read_again_if_lost(read: Callable[[], Found]) -> Found:
    """Run a read, once more when the pool gave it a connection that was dead."""
    try:
        return read()
    except DBAPIError as error:
        if not is_lost(error):
            raise
    return read()


def is_unavailable(error: BaseException) -> bool:
    """Tell whether the database cannot be reached or has no room, so that a later try may work."""
    # The pool's wait for a connection; and what asyncpg raises while it connects, which
    # SQLAlchemy hands on as it is.
    if isinstance(error, (PoolTimeoutError, OSError)):
        return True
    # The queue of transfers speaks to the driver itself.
    said = error.orig if isinstance(error, DBAPIError) else error
    broken = isinstance(said, psycopg.OperationalError) and said.sqlstate is None
    return is_lost(error) or broken or _state_of(error) in _UNAVAILABLE


def is_timed_out(error: BaseException) -> bool:
    """Tell whether a statement was stopped because it ran too long."""
    return _state_of(error) == _CANCELED


def constraint_of(error: BaseException) -> str | None:
    """Name the constraint that a statement violated, or None."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, psycopg.Error):
        return error.orig.diag.constraint_name
    return None


def _state_of(error: BaseException) -> str | None:
    """Return PostgreSQL's code of an error, from either driver, wrapped or not."""
    inner = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(inner, asyncpg.PostgresError):
        return str(inner.sqlstate)
    state = getattr(inner, "sqlstate", None)
    return state if isinstance(state, str) else None
