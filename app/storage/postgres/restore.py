"""Puts a backup in the place of the data, only once it is proved to come up."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.storage.postgres.archive import (
    check_seals,
    postgres_manifest,
    read_manifest,
    unpack,
)
from app.storage.postgres.cluster import (
    RESTORING_MARK,
    finish_interrupted_restore,
    make_staging,
    remove_unfinished,
    require_space,
    run_single_user,
    set_password,
    sync_folder,
    write_settings,
)
from app.storage.postgres.errors import (
    BackupDamagedError,
    OtherMajorVersionError,
    RestoreRefusedError,
    StartFailedError,
)
from app.storage.postgres.placement import Placement
from app.storage.postgres.privilege import give_tree_to

CHANGES_ALLOWANCE_BYTES = 128 * 1024 * 1024
"""Room for the log of changes that comes with the backup and that recovery writes anew."""

RECOVERY_SETTINGS = ("restore_command=exit 1", "hot_standby=off")
"""No archive is asked, since all that is needed came with the backup; and nobody reads meanwhile,
which a server in single-user mode could not serve."""


@dataclass(frozen=True)
class RestoreRecord:
    """A restore that was done; `moved_aside` is where the data lies that stood there before."""

    data_folder: Path
    taken_at: datetime
    moved_aside: Path | None


def restore_backup(
    placement: Placement,
    server_binaries: Path,
    backup: Path,
    *,
    move_existing_aside: bool,
    say: Callable[[str], None],
) -> RestoreRecord:
    """Check a backup, unpack it beside the data, bring it up there, and only then exchange the two.

    The restored data gets a timeline of its own, so whoever follows the changes sees that what it
    knows is not the past of this data. The caller holds the change lock and no server runs.

    Raises:
        RestoreRefusedError: there is data, and nothing was said about moving it aside.
        BackupDamagedError: the backup is not what was written, or does not come up.
        OtherMajorVersionError: another major version of PostgreSQL made the backup.
        DiskFullError: the unpacked data does not fit beside the present data.
    """
    finish_interrupted_restore(placement)
    remove_unfinished(placement)
    occupied = placement.data_folder.exists() and any(placement.data_folder.iterdir())
    if occupied and not move_existing_aside:
        raise RestoreRefusedError(
            f"{placement.data_folder} holds data. Say that it may be moved aside to replace it by "
            "the backup; it is kept under another name.",
        )
    manifest = read_manifest(backup)
    if manifest.major != placement.major:
        raise OtherMajorVersionError(
            f"The backup {backup} was made by PostgreSQL {manifest.postgres_version}, and "
            f"PostgreSQL {placement.major} is installed. Restore it with the Loge that made it.",
        )
    say("Checking the backup …")
    check_seals(backup, manifest)
    _, files = postgres_manifest(backup)
    needed_bytes = sum(file.size_bytes for file in files.values()) + CHANGES_ALLOWANCE_BYTES
    require_space(placement.home, needed_bytes, "Unpacking the backup")
    staging = make_staging(placement, RESTORING_MARK)
    try:
        restored = staging / "made"
        restored.mkdir(mode=0o700)
        _bring_up(placement, server_binaries, backup, restored, say)
        moved_aside = _put_in_place(placement, restored, occupied=occupied)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return RestoreRecord(
        data_folder=placement.data_folder,
        taken_at=datetime.fromisoformat(manifest.taken_at),
        moved_aside=moved_aside,
    )


def _bring_up(
    placement: Placement,
    server_binaries: Path,
    backup: Path,
    restored: Path,
    say: Callable[[str], None],
) -> None:
    """Unpack the backup and let PostgreSQL recover it to its end, with this home's password."""
    say("Unpacking the backup …")
    unpack(backup, restored)
    # With this file PostgreSQL opens a timeline of its own at the end of the recovery.
    (restored / "recovery.signal").touch(mode=0o600)
    write_settings(placement, restored)
    give_tree_to(placement.account, restored)
    say("Bringing the restored data up …")
    try:
        run_single_user(placement, server_binaries, restored, "SELECT 1", *RECOVERY_SETTINGS)
        set_password(restored, placement, server_binaries)
    except StartFailedError as error:
        raise BackupDamagedError(
            f"The backup {backup} does not come up, so nothing was replaced. {error}",
        ) from error


def _put_in_place(placement: Placement, restored: Path, *, occupied: bool) -> Path | None:
    """Exchange the data folders by renames; returns where the old one went.

    Interrupted before the second rename, the old data is still there; after it, the next start
    finds the restored folder by its name and does the third.
    """
    moved_aside = None
    restored.rename(placement.restored_folder)
    sync_folder(placement.home)
    if occupied:
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        moved_aside = placement.data_folder.with_name(f"{placement.name}.before-{moment}")
        placement.data_folder.rename(moved_aside)
        sync_folder(placement.home)
    placement.restored_folder.rename(placement.data_folder)
    sync_folder(placement.home)
    return moved_aside
