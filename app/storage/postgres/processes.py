"""Tells whether the server that postmaster.pid names is alive, and finds what one left behind.

A process id alone proves nothing: after a crash or a reboot it may belong to somebody else.
"""

import contextlib
import signal
import struct
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from app.storage.postgres.errors import ServerInUseError
from app.storage.postgres.locks import is_held

PROCESS_NAME = "postgres"
START_TOLERANCE_SECONDS = 5.0
PAUSE_SECONDS = 0.02
PATIENCE_WITH_ORPHANS_SECONDS = 1.0
PATIENCE_WITH_STRANGERS_SECONDS = 10.0

_STATE_OFFSET_BYTES = 16
_SHUT_DOWN = {1, 2}
"""DB_SHUTDOWNED and DB_SHUTDOWNED_IN_RECOVERY."""

_launched: dict[int, subprocess.Popen[bytes]] = {}
"""Servers that this process started. They outlive the object that started them, and somebody has
to collect the exit status of those that end, or they would stay as zombies that look alive."""


@dataclass(frozen=True)
class PidFile:
    """What postmaster.pid says; the port and folder are empty while the server has not got there.

    `started_at` is the postmaster's own clock at its start, to the second.
    """

    pid: int
    started_at: datetime
    port: int | None
    socket_folder: Path | None
    listening: bool


def remember_launched(process: "subprocess.Popen[bytes]") -> None:
    """Keep hold of a server that this process started, to collect its exit status later."""
    collect_ended()
    _launched[process.pid] = process


def collect_ended() -> None:
    """Collect the exit status of servers that this process started and that have ended."""
    for pid, process in list(_launched.items()):
        if process.poll() is not None:
            # Several threads may look at once.
            _launched.pop(pid, None)


def read_pid_file(data_folder: Path) -> PidFile | None:
    """Read postmaster.pid; None where there is none or it is not complete enough to name a process.

    Source: PostgreSQL's pidfile.h fixes the lines: process id, data folder, start time, port,
    socket folder, address, shared memory key, status.
    """
    try:
        text = (data_folder / "postmaster.pid").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return None
    lines = [line.strip() for line in text.splitlines()] + [""] * 8
    try:
        # A server in single-user mode writes its process id negated.
        pid, started_seconds = abs(int(lines[0])), int(lines[2])
    except ValueError:
        return None
    return PidFile(
        pid=pid,
        started_at=datetime.fromtimestamp(started_seconds, UTC),
        port=int(lines[3]) if lines[3].isdecimal() else None,
        socket_folder=Path(lines[4]) if lines[4] else None,
        listening=bool(lines[5]),
    )


def live_server(data_folder: Path) -> PidFile | None:
    """Return what postmaster.pid says if the server it names is alive, and None if it is stale."""
    collect_ended()
    found = read_pid_file(data_folder)
    if found is None or not _is_server(found, data_folder):
        return None
    return found


def was_shut_down(data_folder: Path) -> bool:
    """Tell whether the last server of a data folder ended in order, as when it was asked to.

    One that could not recover from a crash removes its postmaster.pid as well, so that this is no
    sign. A folder without a readable control file counts as shut down: nothing can start in it.

    Source: PostgreSQL's pg_control.h: the state follows the system identifier and two versions.
    """
    try:
        control = (data_folder / "global" / "pg_control").read_bytes()
    except OSError:
        return True
    (state,) = struct.unpack_from("=i", control, _STATE_OFFSET_BYTES)
    return state in _SHUT_DOWN


def command_line(pid: int) -> list[str]:
    """Return the arguments of a process, none where it has gone or is hidden from this user."""
    with contextlib.suppress(psutil.Error):
        return [str(part) for part in psutil.Process(pid).cmdline()]
    return []


def is_alive(pid: int) -> bool:
    """Tell whether a process runs; one that has ended but was not collected does not."""
    collect_ended()
    with contextlib.suppress(psutil.Error):
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    return False


def await_orphans(data_folder: Path, alive_lock: Path, say: Callable[[str], None]) -> None:
    """Wait until nothing of an earlier server is left, telling what lingers to end at once.

    When a postmaster is killed its children end by themselves, but only once they are idle; until
    then a new server on the same data would write beside them. They get the signal that the
    postmaster would have sent. They hold the inherited lock, so none is overlooked.

    Raises:
        ServerInUseError: the lock is held by processes that this one cannot see.
    """
    began = time.monotonic()
    told = False
    while is_held(alive_lock):
        orphans = _processes_in(data_folder)
        waited_seconds = time.monotonic() - began
        if not told and waited_seconds > PATIENCE_WITH_ORPHANS_SECONDS:
            say("Ending what an earlier server left behind …")
            told = True
            for orphan in orphans:
                with contextlib.suppress(psutil.Error):
                    orphan.send_signal(signal.SIGQUIT)
        if not orphans and waited_seconds > PATIENCE_WITH_STRANGERS_SECONDS:
            raise ServerInUseError(
                f"A server that this process cannot see is running on {data_folder}, perhaps in "
                "another container that shares the folder. Stop it there first.",
            )
        time.sleep(PAUSE_SECONDS)


def _is_server(found: PidFile, data_folder: Path) -> bool:
    try:
        process = psutil.Process(found.pid)
        if process.status() == psutil.STATUS_ZOMBIE or process.name() != PROCESS_NAME:
            return False
        arguments = process.cmdline()
        # Children of a server show a title such as "postgres: checkpointer" instead of arguments.
        if not arguments or arguments[0].startswith(f"{PROCESS_NAME}:") or "--single" in arguments:
            return False
        apart_seconds = abs(process.create_time() - found.started_at.timestamp())
        if str(data_folder) in arguments and apart_seconds <= START_TOLERANCE_SECONDS:
            return True
        # The clock may have been set since, and a server started by hand may have got its folder
        # as a relative path: the folder it works in decides. It never leaves its data folder.
        return bool(process.cwd() == str(data_folder))
    except psutil.Error:
        return False


def _processes_in(data_folder: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == PROCESS_NAME and process.cwd() == str(data_folder):
                found.append(process)
    return found
