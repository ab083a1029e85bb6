"""What can go wrong with the embedded PostgreSQL, a class for each thing a person can do about it.

Every message says what was found and what to do next. None contains a password.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

OWN_SERVER_HINT = "To use a PostgreSQL server of your own instead, set LOGE_DATABASE_URL."
"""Closes the messages whose cause may lie in the machine and not in the data."""


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL could not do what was asked; the message says why and what helps."""


class BinariesMissingError(EmbeddedPostgresError):
    """The PostgreSQL executables are not installed, or there are none for this platform."""


class PrivilegeError(EmbeddedPostgresError):
    """The account at hand may not run PostgreSQL or may not use this data folder."""


class DataFolderError(EmbeddedPostgresError):
    """The data folder is not usable as it stands; nothing in it was changed."""


class OtherMajorVersionError(DataFolderError):
    """The data was written by another major version of PostgreSQL than the one installed."""


class DiskFullError(EmbeddedPostgresError):
    """There is no space left where the data, the log or the backup is written."""


class StartFailedError(EmbeddedPostgresError):
    """The server ended before it accepted connections; the message ends with its log."""


class ServerNotRunningError(EmbeddedPostgresError):
    """Something was asked that only a running server can do."""


class ServerRunsDifferentlyError(EmbeddedPostgresError):
    """A server runs on this data, but without the port or the durability that was asked for."""


class ServerInUseError(EmbeddedPostgresError):
    """The data is in use by a running server, so it must not be replaced or started again."""


class BackupFailedError(EmbeddedPostgresError):
    """The backup was not made; nothing was left at its target."""


class BackupDamagedError(EmbeddedPostgresError):
    """The backup is not complete or not what was once written; nothing was replaced."""


class RestoreRefusedError(EmbeddedPostgresError):
    """The restore would replace data that nobody said may be moved aside; nothing was replaced."""


NO_SPACE = "No space left on device"
"""How the C library words ENOSPC, and with it every message of PostgreSQL about a full disk."""


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the operating system refuses within the block into an error of this module.

    Raises:
        DiskFullError: no space, or no quota, is left.
        DataFolderError: a file cannot be read or written for another reason.
    """
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFullError(f"No space is left: {error}. Free some and try again.") from error
        raise DataFolderError(
            f"The data directory cannot be used: {error}. Check who owns it and whether it can be "
            "written to, or choose another one.",
        ) from error
