"""Which database errors pass by themselves, and which constraint another error was about."""

from __future__ import annotations

import psycopg
from psycopg import errors
from sqlalchemy.exc import DBAPIError

_PASSING = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
)


def is_passing(error: BaseException) -> bool:
    """Tell whether the same transaction may succeed if it is simply tried again."""
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or isinstance(error.orig, _PASSING)


def is_unavailable(error: BaseException) -> bool:
    """Tell whether the database cannot be reached or has no room, so that a later try may work."""
    if not isinstance(error, DBAPIError):
        return False
    full = errors.DiskFull, errors.TooManyConnections
    lost = isinstance(error.orig, psycopg.OperationalError) and error.orig.sqlstate is None
    return is_passing(error) or lost or isinstance(error.orig, full)


def constraint_of(error: BaseException) -> str | None:
    """Name the constraint that a statement violated, or None."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, psycopg.Error):
        return error.orig.diag.constraint_name
    return None
