"""Starts a server process on a data folder, waits until it answers, and ends it again."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from app.storage.postgres.binaries import Binaries
from app.storage.postgres.configuration import server_arguments
from app.storage.postgres.errors import (
    NO_SPACE,
    OWN_SERVER_HINT,
    DiskFullError,
    EmbeddedPostgresError,
    PrivilegeError,
    ServerInUseError,
    StartFailedError,
)
from app.storage.postgres.locks import FileLock, is_held
from app.storage.postgres.placement import Placement
from app.storage.postgres.privilege import current_account
from app.storage.postgres.processes import await_orphans, is_alive, remember_launched
from app.storage.postgres.programs import clean_environment, last_lines, run_program

FIRST_PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.5
REPORT_EVERY_SECONDS = 5.0
LONGEST_LOG_BYTES = 10_000_000
TAIL_BYTES = 4_000
LARGEST_FILE_BLOCKS = 131_072
"""64 MiB in the blocks of 512 bytes that `ulimit` counts."""
MOST_MEMORY_KIB = 524_288
"""What a process may take, programs and shared memory included."""
LIMITED = (
    *("/bin/sh", "-c"),
    # A system that knows no limit of memory goes without; the shell is gone once the server runs.
    f'ulimit -v {MOST_MEMORY_KIB} 2>/dev/null; ulimit -f {LARGEST_FILE_BLOCKS} && exec "$@"',
    "limited",
)
"""What stands before the command of a server that is limited."""


class Answer(IntEnum):
    """The exit codes of pg_isready."""

    ACCEPTS = 0
    REJECTS = 1
    SILENT = 2


def clear_remains(placement: Placement, say: Callable[[str], None]) -> None:
    """Wait for what an earlier server left behind, and remove its stale notes of being alive.

    The caller holds the change lock and has found no live server.

    Raises:
        ServerInUseError: an earlier server that this process cannot see still lives.
    """
    await_orphans(placement.data_folder, placement.alive_lock, say)
    # Only after that wait are these the notes of a server that is gone. PostgreSQL itself would
    # refuse to start if the process id in them has passed to another process of the account.
    (placement.data_folder / "postmaster.pid").unlink(missing_ok=True)
    for note in placement.socket_folder.glob(".s.PGSQL.*"):
        note.unlink(missing_ok=True)


def launch_server(
    placement: Placement,
    server_binaries: Path,
    *,
    port: int,
    listening: bool,
    durable: bool,
    is_limited: bool = False,
) -> int:
    """Start the server as a session of its own and return its process id, without waiting for it.

    A Ctrl-C in the terminal does not reach it, and it outlives this process. It inherits a locked
    file, so that whoever looks knows whether anything of it still lives. The caller holds the
    change lock and has cleared the remains of an earlier server. One that is limited, with all of
    its sessions, gets an error where a file or the memory of a session grows too large.
    """
    alive = FileLock(placement.alive_lock)
    # Somebody who asks for the status holds the lock for an instant; a server would hold it on.
    alive.acquire()
    try:
        arguments = server_arguments(
            placement.data_folder,
            placement.socket_folder,
            port,
            listening=listening,
            durable=durable,
        )
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        log = os.open(placement.log_file, flags, 0o600)
        try:
            process = subprocess.Popen(
                [*(LIMITED if is_limited else ()), server_binaries / "postgres", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=clean_environment(),
                cwd="/",
                user=placement.account.user,
                group=placement.account.group,
                extra_groups=placement.account.extra_groups,
                umask=0o077,
                start_new_session=True,
                pass_fds=(alive.fileno(),),
            )
        finally:
            os.close(log)
    finally:
        alive.release()
    remember_launched(process)
    return process.pid


def ask(placement: Placement, binaries: Binaries, port: int) -> Answer:
    """Ask the server on the private socket whether it accepts connections."""
    answer = run_program(
        current_account(),
        [
            binaries.path("pg_isready"),
            "--quiet",
            f"--host={placement.socket_folder}",
            f"--port={port}",
            "--timeout=3",
        ],
    )
    return Answer(answer.returncode) if answer.returncode in tuple(Answer) else Answer.SILENT


def await_ready(
    placement: Placement,
    binaries: Binaries,
    pid: int,
    port: int,
    say: Callable[[str], None],
) -> bool:
    """Wait until the server accepts connections; False if its process ends first.

    There is no limit: recovery after a crash takes as long as it takes, and `say` hears every few
    seconds how far it is.
    """
    began = reported = time.monotonic()
    pause_seconds = FIRST_PAUSE_SECONDS
    while ask(placement, binaries, port) is not Answer.ACCEPTS:
        if not is_alive(pid):
            return False
        now = time.monotonic()
        if now - reported >= REPORT_EVERY_SECONDS:
            reported = now
            news = _latest_news(placement.log_file)
            say(f"PostgreSQL is still starting ({now - began:.0f} s){news}")
        time.sleep(pause_seconds)
        pause_seconds = min(1.5 * pause_seconds, LONGEST_PAUSE_SECONDS)
    return True


def end_server(
    pid: int,
    placement: Placement,
    *,
    immediate: bool,
    say: Callable[[str], None],
) -> None:
    """Tell the server to stop, and wait until nothing of it is left.

    The ordinary way rolls back what is open, disconnects everybody and writes a checkpoint; the
    immediate way leaves that to the recovery at the next start. Neither loses committed rows.

    Raises:
        PrivilegeError: the server belongs to somebody else.
    """
    try:
        psutil.Process(pid).send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
    except psutil.NoSuchProcess:
        pass
    except psutil.AccessDenied as error:
        raise PrivilegeError(
            f"The server with process id {pid} belongs to another user, who has to stop it.",
        ) from error
    began = reported = time.monotonic()
    pause_seconds = FIRST_PAUSE_SECONDS
    while is_alive(pid) or is_held(placement.alive_lock):
        now = time.monotonic()
        if now - reported >= REPORT_EVERY_SECONDS:
            reported = now
            say(f"PostgreSQL is still writing its data to disk ({now - began:.0f} s)")
        time.sleep(pause_seconds)
        pause_seconds = min(1.5 * pause_seconds, LONGEST_PAUSE_SECONDS)


def interrupt(pid: int) -> None:
    """Tell a server that is no longer wanted to stop, without waiting for it."""
    with contextlib.suppress(psutil.Error):
        psutil.Process(pid).send_signal(signal.SIGINT)


def turn_log(log_file: Path) -> int:
    """Put a log that has grown long aside, keeping one, and return the present length in bytes."""
    size_bytes = log_file.stat().st_size if log_file.exists() else 0
    if size_bytes <= LONGEST_LOG_BYTES:
        return size_bytes
    log_file.replace(log_file.with_name(f"{log_file.name}.1"))
    return 0


def start_error(placement: Placement, log_start_bytes: int, port: int) -> EmbeddedPostgresError:
    """Make the error of a server that ended while it was starting, from what it logged."""
    tail = last_lines(_log_since(placement.log_file, log_start_bytes), 20)
    if NO_SPACE in tail:
        return DiskFullError(
            f"PostgreSQL did not start because no space is left for {placement.data_folder}. Free "
            f"some space and try again. Its log ends:\n{tail}",
        )
    if "still in use" in tail or "lock file" in tail:
        return ServerInUseError(
            f"Another server is using {placement.data_folder}. Stop it first. The log ends:\n"
            f"{tail}",
        )
    if "could not bind" in tail or "could not create any TCP/IP sockets" in tail:
        return StartFailedError(
            f"PostgreSQL did not start because port {port} could not be opened; another program "
            f"may be using it. Choose another port or none. Its log ends:\n{tail}",
        )
    return StartFailedError(
        f"PostgreSQL did not start on {placement.data_folder}. {OWN_SERVER_HINT} Its log "
        f"({placement.log_file}) ends:\n{tail}",
    )


def _log_since(log_file: Path, start_bytes: int) -> str:
    try:
        with log_file.open("rb") as file:
            size_bytes = file.seek(0, os.SEEK_END)
            file.seek(max(start_bytes, size_bytes - TAIL_BYTES))
            return file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""


def _latest_news(log_file: Path) -> str:
    lines = [line for line in _log_since(log_file, 0).splitlines() if "LOG:  " in line]
    return f": {lines[-1].partition('LOG:  ')[2]}" if lines else ""
