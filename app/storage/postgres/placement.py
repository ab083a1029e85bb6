"""Decides once where the data of one data directory lies, and finds it again ever after.

Normally that is the data directory itself. Where Loge runs as root and the unprivileged account
cannot reach the directory, as in a clone below a home of mode 0700, the data goes to a folder of
its own below the system location, and a note in the data directory says so. Once decided, a change
of permissions never makes Loge look elsewhere and find nothing.
"""

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.storage.postgres.errors import (
    OWN_SERVER_HINT,
    DataFolderError,
    OtherMajorVersionError,
    PrivilegeError,
)
from app.storage.postgres.privilege import (
    Account,
    can_enter,
    choose_account,
    make_private_folder,
    make_root_folder,
)

SYSTEM_LOCATION = Path("/var/lib/loge")
NOTE_NAME = "postgres-location.txt"
DEFAULT_PORT = 5432
"""Names the socket where no TCP port is asked for; nothing listens on it then."""

SHORT_LIVED_LOCATION = Path("/tmp")  # noqa: S108 - each folder made here is private and checked
LONGEST_SOCKET_PATH_BYTES = 103
"""What the shortest `sun_path` of the supported systems holds: 104 bytes with the closing zero."""


@dataclass(frozen=True)
class Placement:
    """Where everything of one cluster lies, and which account owns and runs it.

    `relocated_from` is the data directory where that was out of the account's reach.
    """

    home: Path
    major: int
    account: Account
    socket_folder: Path
    relocated_from: Path | None = None

    @property
    def name(self) -> str:
        """Return the name of the data folder, which tells the major version."""
        return f"postgres-{self.major}"

    @property
    def data_folder(self) -> Path:
        """Return PostgreSQL's own data folder, which the account owns."""
        return self.home / self.name

    @property
    def restored_folder(self) -> Path:
        """Return where a restored data folder waits, complete, for its last rename."""
        return self.home / f"{self.name}.restored"

    @property
    def password_file(self) -> Path:
        """Return the file of the generated password, which only Loge's own user can read."""
        return self.home / f"{self.name}.password"

    @property
    def log_file(self) -> Path:
        """Return the server's log."""
        return self.home / f"{self.name}.log"

    @property
    def change_lock(self) -> Path:
        """Return the lock of whoever starts, stops or restores."""
        return self.home / f"{self.name}.change.lock"

    @property
    def use_lock(self) -> Path:
        """Return the lock that every process shares which uses the server."""
        return self.home / f"{self.name}.use.lock"

    @property
    def alive_lock(self) -> Path:
        """Return the lock that the server and its children hold as long as one of them lives."""
        return self.home / f"{self.name}.alive.lock"


def find_placement(data_directory: Path, major: int, system_location: Path) -> Placement | None:
    """Find where the data of a data directory lies; creates nothing and tells None for nowhere.

    Raises:
        DataFolderError: the note in the data directory leads nowhere.
        OtherMajorVersionError: there is data, but of another major version only.
        PrivilegeError: the data belongs to somebody this process cannot act for.
    """
    directory = data_directory.resolve()
    if directory.exists() and not os.access(directory, os.R_OK | os.X_OK):
        raise PrivilegeError(
            f"This user may not look into the data directory {directory}. Run Loge as the user "
            "it belongs to, or choose another data directory.",
        )
    elsewhere = _noted_home(directory)
    home = elsewhere or directory
    # A data directory that root's account cannot reach, but whose note was lost with the clone.
    if elsewhere is None and os.geteuid() == 0 and not _has_cluster(directory, major):
        possible = relocated_home(directory, system_location)
        if _has_cluster(possible, major):
            elsewhere = home = possible
    if not _has_cluster(home, major):
        _refuse_other_major(home, major)
        if elsewhere is None:
            return None
    return _placed(home, major, system_location, directory if elsewhere else None)


def prepare_placement(data_directory: Path, major: int, system_location: Path) -> Placement:
    """Find where the data lies or decide where it will, and create the folders around it.

    The permissions of folders that were there before stay as they are.

    Raises:
        PrivilegeError: neither the data directory nor the system location can be used.
    """
    directory = data_directory.resolve()
    _make_directory(directory)
    if not os.access(directory, os.W_OK | os.X_OK):
        raise PrivilegeError(
            f"This user may not write to the data directory {directory}. Run Loge as the user it "
            "belongs to, or choose another data directory.",
        )
    found = find_placement(directory, major, system_location)
    if found is None:
        account = choose_account(directory / f"postgres-{major}")
        if can_enter(account, directory):
            found = _placed(directory, major, system_location, None)
        else:
            home = relocated_home(directory, system_location)
            _make_relocated_home(home, account)
            found = _placed(home, major, system_location, directory)
    if found.relocated_from is not None:
        _write_note(found.relocated_from, found.home)
    if found.socket_folder.parent == system_location:
        make_root_folder(system_location)
    make_private_folder(found.account, found.socket_folder)
    return found


def relocated_home(directory: Path, system_location: Path) -> Path:
    """Return the folder below the system location that stands in for a data directory."""
    return system_location / _short_name(directory)


def choose_socket_folder(home: Path, account: Account, system_location: Path) -> Path:
    """Choose the first folder whose socket path fits into the system's limit.

    The choice depends on nothing but its arguments, so every process finds the same folder.
    """
    name = _short_name(home)
    places = [home / "sockets"]
    if account.switching:
        places.append(system_location / f"{name}-sockets")
    places.append(SHORT_LIVED_LOCATION / f"loge-{account.uid}-{name}")
    for place in places:
        length_bytes = len(os.fsencode(place)) + len("/.s.PGSQL.65535")
        # Clients take a comma in the host for a list of hosts.
        if length_bytes <= LONGEST_SOCKET_PATH_BYTES and "," not in str(place):
            return place
    raise DataFolderError(f"No folder with a path short enough for a socket was found for {home}.")


def _placed(
    home: Path,
    major: int,
    system_location: Path,
    relocated_from: Path | None,
) -> Placement:
    account = choose_account(home / f"postgres-{major}")
    return Placement(
        home=home,
        major=major,
        account=account,
        socket_folder=choose_socket_folder(home, account, system_location),
        relocated_from=relocated_from,
    )


def _has_cluster(home: Path, major: int) -> bool:
    name = f"postgres-{major}"
    return (home / name / "PG_VERSION").exists() or (home / f"{name}.restored").exists()


def _refuse_other_major(home: Path, major: int) -> None:
    others = [path.parent for path in home.glob("postgres-*/PG_VERSION")]
    others = [folder for folder in others if folder.name.removeprefix("postgres-").isdecimal()]
    if others:
        raise OtherMajorVersionError(
            f"{others[0]} holds data of another major version than the PostgreSQL {major} that is "
            "installed, which cannot read it. Start it with the Loge that wrote it, or move that "
            f"folder away to begin with an empty database. {OWN_SERVER_HINT}",
        )


def _noted_home(directory: Path) -> Path | None:
    try:
        first_line = (directory / NOTE_NAME).read_text(encoding="utf-8").partition("\n")[0]
    except FileNotFoundError:
        return None
    home = Path(first_line)
    if not home.is_absolute() or not home.is_dir():
        raise DataFolderError(
            f"{directory / NOTE_NAME} says that the data lies in {first_line!r}, which is no "
            "folder on this machine. Bring that folder back, or remove the note to begin with an "
            "empty database.",
        )
    return home


def _write_note(directory: Path, home: Path) -> None:
    text = (
        f"{home}\n\n"
        "The operational database of this data directory lies in the folder named above, because\n"
        "the unprivileged user that PostgreSQL runs as could not reach this one. Loge reads the\n"
        "first line of this file; keep it as long as you keep the data.\n"
    )
    note = directory / NOTE_NAME
    if note.exists() and note.read_text(encoding="utf-8") == text:
        return
    descriptor, name = tempfile.mkstemp(prefix=f".{NOTE_NAME}-", dir=directory)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    Path(name).replace(note)


def _make_directory(directory: Path) -> None:
    """Create a data directory that is missing so that the server's account can pass through it.

    It is made under another name first, so no other process ever sees it with the permissions that
    a strict umask left.
    """
    if directory.is_dir():
        return
    directory.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".loge-", dir=directory.parent))
    staging.chmod(0o711 if os.geteuid() == 0 else 0o700)
    try:
        staging.rename(directory)
    except OSError as error:
        staging.rmdir()
        if not directory.is_dir():
            raise DataFolderError(f"{directory} cannot be used as a folder: {error}.") from error


def _make_relocated_home(home: Path, account: Account) -> None:
    try:
        make_root_folder(home.parent)
        make_root_folder(home)
    except OSError as error:
        raise PrivilegeError(
            f"The user that PostgreSQL runs as (id {account.uid}) cannot reach the data directory, "
            f"and {home} could not be made instead: {error}. Choose a data directory that every "
            f"user can pass through, or start Loge as an ordinary user. {OWN_SERVER_HINT}",
        ) from error
    if not can_enter(account, home):
        raise PrivilegeError(
            f"The user that PostgreSQL runs as (id {account.uid}) can reach neither the data "
            f"directory nor {home}. Choose a data directory that every user can pass through, or "
            f"start Loge as an ordinary user. {OWN_SERVER_HINT}",
        )
    with contextlib.suppress(PermissionError):
        home.chmod(0o711)


def _short_name(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
