"""Makes the data folder, and changes it while no server runs on it. Does not start the server."""

import os
import shutil
import tempfile
from pathlib import Path

from app.storage.postgres.configuration import INCLUDE_LINE, SETTINGS, SETTINGS_FILE
from app.storage.postgres.credentials import (
    ROLE,
    read_password,
    scram_verifier,
    write_new_password,
    write_private,
)
from app.storage.postgres.errors import (
    OWN_SERVER_HINT,
    DataFolderError,
    DiskFullError,
    EmbeddedPostgresError,
    OtherMajorVersionError,
    PrivilegeError,
    StartFailedError,
)
from app.storage.postgres.placement import Placement
from app.storage.postgres.privilege import can_enter, give_to, give_tree_to
from app.storage.postgres.programs import last_lines, run_program

NEW_FOLDER_MARK = "new"
RESTORING_MARK = "restoring"


def ensure_cluster(placement: Placement, server_binaries: Path, *, durable: bool) -> bool:
    """Make the data folder if there is none, and check it if there is; tells whether it is new.

    The caller holds the change lock, and no server runs.

    Raises:
        DataFolderError: something that is no data folder of this version stands in its place.
        DiskFullError: the disk cannot hold an empty database.
        StartFailedError: initdb failed; the message ends with what it said.
    """
    finish_interrupted_restore(placement)
    remove_unfinished(placement)
    if read_password(placement.password_file) is None:
        write_new_password(placement.password_file)
        if placement.data_folder.exists():
            _adopt(placement)
            set_password(placement.data_folder, placement, server_binaries)
    fresh = not placement.data_folder.exists() or not any(placement.data_folder.iterdir())
    if fresh:
        _initialise(placement, server_binaries, durable=durable)
    else:
        _adopt(placement)
    write_settings(placement, placement.data_folder)
    return fresh


def finish_interrupted_restore(placement: Placement) -> None:
    """Do the last rename of a restore that was interrupted after the old data was moved aside."""
    if placement.restored_folder.exists() and not placement.data_folder.exists():
        placement.restored_folder.rename(placement.data_folder)
        sync_folder(placement.home)


def remove_unfinished(placement: Placement) -> None:
    """Remove what an interrupted initdb or restore left; the change lock says that none runs."""
    for mark in (NEW_FOLDER_MARK, RESTORING_MARK):
        for folder in placement.home.glob(f".{placement.name}.{mark}-*"):
            shutil.rmtree(folder)
    if placement.restored_folder.exists() and placement.data_folder.exists():
        shutil.rmtree(placement.restored_folder)


def make_staging(placement: Placement, mark: str) -> Path:
    """Make a folder of the server's account beside the data folder, on the same file system."""
    staging = Path(tempfile.mkdtemp(prefix=f".{placement.name}.{mark}-", dir=placement.home))
    give_to(placement.account, staging)
    return staging


def write_settings(placement: Placement, data_folder: Path) -> None:
    """Put Loge's settings into the data folder if other ones stand there."""
    file = data_folder / SETTINGS_FILE
    if file.exists() and file.read_text(encoding="ascii") == SETTINGS:
        return
    write_private(file, SETTINGS)
    give_to(placement.account, file)


def set_password(data_folder: Path, placement: Placement, server_binaries: Path) -> None:
    """Give the role the password of the password file, on a data folder that no server uses.

    Raises:
        StartFailedError: the data folder does not come up, or has no such role.
    """
    password = read_password(placement.password_file) or write_new_password(placement.password_file)
    run_single_user(
        placement,
        server_binaries,
        data_folder,
        f"ALTER ROLE {ROLE} PASSWORD '{scram_verifier(password)}'",
    )


def run_single_user(
    placement: Placement,
    server_binaries: Path,
    data_folder: Path,
    statement: str,
    *settings: str,
) -> None:
    """Bring a data folder to a consistent state, run one statement on it and shut it down cleanly.

    Raises:
        StartFailedError: recovery or the statement failed; the message ends with the server's own.
    """
    arguments: list[str | Path] = [server_binaries / "postgres", "--single", "-D", data_folder]
    for setting in ("exit_on_error=on", "log_min_messages=warning", *settings):
        arguments += ["-c", setting]
    done = run_program(placement.account, [*arguments, "postgres"], given=f"{statement}\n")
    if done.returncode != 0:
        raise StartFailedError(
            f"The data in {data_folder} could not be opened: {last_lines(done.stderr)}",
        )


def sync_folder(folder: Path) -> None:
    """Make the renames within a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _initialise(placement: Placement, server_binaries: Path, *, durable: bool) -> None:
    """Run initdb in a folder of its own and rename the result, so that half a cluster never shows.

    The password file is a copy that the account can read; it is gone when this returns.
    """
    staging = make_staging(placement, NEW_FOLDER_MARK)
    made = staging / "made"
    password_copy = staging / "password"
    try:
        write_private(password_copy, read_password(placement.password_file) or "")
        give_to(placement.account, password_copy)
        arguments: list[str | Path] = [server_binaries / "initdb", "-D", made]
        arguments += ["--username", ROLE, "--pwfile", password_copy, "--auth=scram-sha-256"]
        arguments += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
        arguments += ["--builtin-locale=C.UTF-8", "--data-checksums", "--no-instructions"]
        if not durable:
            arguments.append("--no-sync")
        done = run_program(placement.account, arguments)
        if done.returncode != 0:
            raise _initialise_error(placement, done.stderr)
        with (made / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(f"\n# Loge's own settings.\n{INCLUDE_LINE}\n")
        write_settings(placement, made)
        made.rename(placement.data_folder)
        sync_folder(placement.home)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _initialise_error(placement: Placement, output: str) -> EmbeddedPostgresError:
    if "could not look up effective user ID" in output:
        return PrivilegeError(
            f"The user with id {placement.account.uid} has no entry in this system's user "
            "database, and initdb insists on one. Add an entry to /etc/passwd or start Loge as "
            f"another user. {OWN_SERVER_HINT}",
        )
    return StartFailedError(
        f"The data folder {placement.data_folder} could not be made. initdb said:\n"
        f"{last_lines(output)}\n{OWN_SERVER_HINT}",
    )


def _adopt(placement: Placement) -> None:
    """Check that a data folder is of this version and within reach; take it over if root's own."""
    folder = placement.data_folder
    try:
        version = (folder / "PG_VERSION").read_text(encoding="ascii").strip()
    except (FileNotFoundError, NotADirectoryError):
        raise DataFolderError(
            f"{folder} exists but holds no PostgreSQL data. Move it away, or choose another data "
            "directory.",
        ) from None
    if version != str(placement.major):
        raise OtherMajorVersionError(
            f"{folder} holds data of PostgreSQL {version}, which the installed PostgreSQL "
            f"{placement.major} cannot read. Start it with the Loge that wrote it, or move the "
            f"folder away to begin with an empty database. {OWN_SERVER_HINT}",
        )
    if placement.account.switching and folder.stat().st_uid == 0:
        # A copy made by root belongs to root, and PostgreSQL runs only on what it owns.
        give_tree_to(placement.account, folder)
    if not can_enter(placement.account, folder):
        raise PrivilegeError(
            f"The user that PostgreSQL runs as (id {placement.account.uid}) can no longer reach "
            f"{folder}; the permissions of a folder above it have changed. Let every user pass "
            "through those folders, or move the data directory.",
        )


def require_space(folder: Path, needed_bytes: int, purpose: str) -> None:
    """Refuse early what the disk cannot hold.

    Raises:
        DiskFullError: fewer bytes are free in the folder than needed.
    """
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < needed_bytes:
        raise DiskFullError(
            f"{purpose} needs {needed_bytes} bytes in {folder}, where {free_bytes} are free. Free "
            "some space and try again.",
        )
