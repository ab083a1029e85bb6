"""The unprivileged account that PostgreSQL runs as when Loge itself runs as root.

PostgreSQL refuses to run as root, and containers and CI do. No account is created and no permission
of a folder that Loge did not make itself is changed.
"""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

from app.storage.postgres.errors import OWN_SERVER_HINT, PrivilegeError

ACCOUNT_NAMES = ("loge", "postgres", "nobody")
"""Accounts that root changes to, the first that exists. A system with an account of its own for
Loge or PostgreSQL uses it; `nobody` exists everywhere else. An account without an entry in the user
database would be more private, but initdb refuses to run as one."""


@dataclass(frozen=True)
class Account:
    """Who owns the data folder and runs the server, and whether this process must change to it."""

    uid: int
    gid: int
    switching: bool

    @property
    def user(self) -> int | None:
        """Give the user id for `subprocess`, or nothing where no change is needed."""
        return self.uid if self.switching else None

    @property
    def group(self) -> int | None:
        """Give the group id for `subprocess`, or nothing where no change is needed."""
        return self.gid if self.switching else None

    @property
    def extra_groups(self) -> list[int] | None:
        """Give the empty list that drops root's groups, or nothing where no change is needed."""
        return [] if self.switching else None


def current_account() -> Account:
    """Return the account of this process, which PostgreSQL then runs as too."""
    return Account(uid=os.geteuid(), gid=os.getegid(), switching=False)


def choose_account(data_folder: Path) -> Account:
    """Choose who runs the server: the owner of the data if there is one, else an unprivileged user.

    Raises:
        PrivilegeError: the data belongs to somebody this process cannot act for, or this process
            is root and the system has none of the known unprivileged accounts.
    """
    owner = _owner(data_folder)
    if os.geteuid() != 0:
        if owner is not None and owner.st_uid != os.geteuid():
            raise PrivilegeError(
                f"The data folder {data_folder} belongs to the user with id {owner.st_uid}, and "
                f"this process runs as {os.geteuid()}. Run Loge as the user who started it first "
                f"(root where that was a container or CI), or choose another data directory.",
            )
        return current_account()
    if owner is not None and owner.st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid, switching=True)
    for name in ACCOUNT_NAMES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(uid=entry.pw_uid, gid=entry.pw_gid, switching=True)
    raise PrivilegeError(
        "PostgreSQL does not run as root, and this system has none of the accounts "
        f"{', '.join(ACCOUNT_NAMES)} to change to. Start Loge as an ordinary user. "
        + OWN_SERVER_HINT,
    )


def can_enter(account: Account, folder: Path) -> bool:
    """Tell from the permission bits whether the account can pass through to the folder.

    Access lists are not looked at; where they forbid what the bits allow, the server's own message
    says so.
    """
    if not account.switching:
        return os.access(folder, os.X_OK)
    return all(_passable(account, part) for part in (folder, *folder.parents))


def give_to(account: Account, path: Path) -> None:
    """Make the account the owner of one file or folder, without following a link."""
    if account.switching:
        os.chown(path, account.uid, account.gid, follow_symlinks=False)


def give_tree_to(account: Account, folder: Path) -> None:
    """Make the account the owner of a folder and everything in it, without following links."""
    if not account.switching:
        return
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            give_to(account, Path(parent, name))
    give_to(account, folder)


def make_private_folder(account: Account, folder: Path) -> None:
    """Make sure that a folder exists which the account owns and nobody else can enter.

    Raises:
        PrivilegeError: something else stands there, such as a link or a folder of another user,
            who could then listen in.
    """
    try:
        folder.mkdir(mode=0o700)
        give_to(account, folder)
    except FileExistsError:
        found = folder.lstat()
        owners = {account.uid, 0} if account.switching else {account.uid}
        if not folder.is_dir() or folder.is_symlink() or found.st_uid not in owners:
            raise PrivilegeError(
                f"{folder} should be a private folder of the user with id {account.uid}, but it is "
                "somebody else's or no folder. Remove it and start again.",
            ) from None
        if found.st_uid != account.uid:
            give_to(account, folder)
    folder.chmod(0o700)


def make_root_folder(folder: Path) -> None:
    """Make sure that a folder exists which only root can write to and every account can pass.

    Raises:
        PrivilegeError: it exists and somebody else could write to it, so nothing in it is trusted.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise PrivilegeError(
            f"{folder} must be a folder that only root can write to, so that nobody can exchange "
            "what Loge keeps there. Correct its owner and permissions, or remove it.",
        )
    # The folder is Loge's own, made above perhaps under a strict umask; its parents stay as found.
    if not found.st_mode & 0o001:
        folder.chmod(0o755)


def _owner(folder: Path) -> os.stat_result | None:
    try:
        return folder.stat()
    except FileNotFoundError:
        return None


def _passable(account: Account, folder: Path) -> bool:
    found = folder.stat()
    if found.st_uid == account.uid:
        return bool(found.st_mode & 0o100)
    if found.st_gid == account.gid:
        return bool(found.st_mode & 0o010)
    return bool(found.st_mode & 0o001)
