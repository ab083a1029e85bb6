"""Takes a backup of a running server while it goes on working."""

import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.storage.postgres.archive import (
    CONTENTS,
    MANIFEST_NAME,
    BackupManifest,
    postgres_manifest,
    seal,
    unpack,
)
from app.storage.postgres.binaries import Binaries
from app.storage.postgres.cluster import sync_folder
from app.storage.postgres.credentials import ROLE, write_private
from app.storage.postgres.errors import BackupFailedError
from app.storage.postgres.placement import Placement
from app.storage.postgres.privilege import current_account
from app.storage.postgres.programs import last_lines, run_program


@dataclass(frozen=True)
class BackupRecord:
    """A backup that was made and read back once."""

    folder: Path
    taken_at: datetime
    size_bytes: int
    system_identifier: str


def write_backup(
    placement: Placement,
    binaries: Binaries,
    port: int,
    password: str,
    target: Path,
    say: Callable[[str], None],
) -> BackupRecord:
    """Write a backup into a new folder, which appears when it is complete and not before.

    The state is that of the moment at which the copying ended. What was written is unpacked once,
    to nowhere, so a backup that this returns can be read.

    Raises:
        BackupFailedError: the target is not empty, or PostgreSQL could not make the backup.
        DiskFullError: the backup does not fit.
        BackupDamagedError: what was written is not what the server sent.
    """
    target = target.absolute()
    require_empty(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    staging = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    staging.mkdir(mode=0o700)
    try:
        say("Copying the database …")
        taken_at = datetime.now(UTC)
        _run_pg_basebackup(placement, binaries, port, password, staging)
        say("Reading the backup back …")
        unpack(staging, None)
        system_identifier, _ = postgres_manifest(staging)
        manifest = BackupManifest(
            postgres_version=binaries.version,
            system_identifier=system_identifier,
            taken_at=taken_at.isoformat(),
            files={name: seal(staging / name) for name in CONTENTS},
        )
        write_private(staging / MANIFEST_NAME, manifest.to_json().rstrip("\n"))
        sync_folder(staging)
        staging.rename(target)
        sync_folder(target.parent)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return BackupRecord(
        folder=target,
        taken_at=taken_at,
        size_bytes=sum(file.size_bytes for file in manifest.files.values()),
        system_identifier=system_identifier,
    )


def require_empty(target: Path) -> None:
    """Refuse a target that holds anything.

    Raises:
        BackupFailedError: the target is a file or a folder with something in it.
    """
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise BackupFailedError(f"{target} is no folder. Name a folder that does not exist yet.")
    if target.exists() and any(target.iterdir()):
        raise BackupFailedError(
            f"{target} is not empty. Name a folder that does not exist yet; a backup is never "
            "mixed with anything else.",
        )


def _run_pg_basebackup(
    placement: Placement,
    binaries: Binaries,
    port: int,
    password: str,
    staging: Path,
) -> None:
    done = run_program(
        current_account(),
        [
            binaries.path("pg_basebackup"),
            f"--pgdata={staging}",
            f"--host={placement.socket_folder}",
            f"--port={port}",
            f"--username={ROLE}",
            "--no-password",
            "--format=tar",
            "--compress=client-gzip:1",
            "--wal-method=stream",
            "--checkpoint=fast",
            "--manifest-checksums=SHA256",
            "--label=loge",
        ],
        password=password,
    )
    if done.returncode != 0:
        raise BackupFailedError(f"PostgreSQL made no backup: {last_lines(done.stderr)}")
    unexpected = {file.name for file in staging.iterdir()} ^ set(CONTENTS)
    if unexpected:
        # Each table space would be an archive more, with links to places outside the data folder.
        raise BackupFailedError(
            f"The backup has other files than expected ({', '.join(sorted(unexpected))}). A "
            "database that uses table spaces cannot be backed up by Loge.",
        )
