"""Loge's own PostgreSQL: made, started, watched, backed up and restored without an administrator.

Runs the executables of the installed wheel under a supervisor that is safe to call from several
processes, as root or not. Knows nothing of tables; a server of the operator's own is not touched.
"""

from app.storage.postgres.answers import ServerStatus, StartedServer
from app.storage.postgres.backup import BackupRecord
from app.storage.postgres.errors import (
    BackupDamagedError,
    BackupFailedError,
    BinariesMissingError,
    DataFolderError,
    DiskFullError,
    EmbeddedPostgresError,
    OtherMajorVersionError,
    PrivilegeError,
    RestoreRefusedError,
    ServerInUseError,
    ServerNotRunningError,
    ServerRunsDifferentlyError,
    StartFailedError,
)
from app.storage.postgres.restore import RestoreRecord
from app.storage.postgres.server import EmbeddedPostgres

__all__ = [
    "BackupDamagedError",
    "BackupFailedError",
    "BackupRecord",
    "BinariesMissingError",
    "DataFolderError",
    "DiskFullError",
    "EmbeddedPostgres",
    "EmbeddedPostgresError",
    "OtherMajorVersionError",
    "PrivilegeError",
    "RestoreRecord",
    "RestoreRefusedError",
    "ServerInUseError",
    "ServerNotRunningError",
    "ServerRunsDifferentlyError",
    "ServerStatus",
    "StartFailedError",
    "StartedServer",
]
