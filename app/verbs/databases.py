"""`loge migrate` and `loge db`: the tables, and the embedded PostgreSQL."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from app import main
from app.config import read_settings
from app.processes.progress import Progress, print_line
from app.storage.migrations.revisions import newest_revision
from app.verbs.execution import RefusedError, complain
from app.verbs.reach import say_aside

if TYPE_CHECKING:
    from argparse import Namespace

    from app.storage.postgres import EmbeddedPostgres, ServerStatus

_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_STEP = 1000


def migrate(arguments: Namespace) -> int:  # noqa: ARG001 - every verb is given the command line
    """Bring the database to this version's revision."""
    settings = read_settings()
    with main.database(settings, Progress(sys.stderr)) as url:
        main.bring_up_to_date(url)
    print_line(f"The database is at revision {newest_revision()}.")
    return 0


def start(arguments: Namespace) -> int:  # noqa: ARG001 - every verb is given the command line
    """Start the embedded server, and leave it running."""
    server = _server()
    started = server.start(Progress(sys.stderr))
    server.ensure_database()
    server.leave()
    print_line("started" if started.started_here else "runs already")
    return 0


def stop(arguments: Namespace) -> int:
    """Stop the embedded server, unless somebody uses it."""
    server = _server()
    stopped = server.stop(only_if_unused=not arguments.force, progress=Progress(sys.stderr))
    if not stopped and server.status().running:
        complain("something still uses the database; stop that first, or: loge db stop --force")
        return 1
    print_line("stopped" if stopped else "does not run")
    return 0


def status(arguments: Namespace) -> int:  # noqa: ARG001 - every verb is given the command line
    """Print what is known about the embedded server."""
    found = _server().status()
    for name, value in _rows(found):
        print_line(f"{name:<14}  {value}")
    return 0


def backup(arguments: Namespace) -> int:
    """Write a backup into a new folder."""
    made = _server().backup(Path(arguments.target), Progress(sys.stderr))
    print_line(f"{made.folder}  {_size(made.size_bytes)}  taken at {made.taken_at.isoformat()}")
    return 0


def restore(arguments: Namespace) -> int:
    """Put a backup in the place of the data."""
    source = Path(arguments.source)
    if not source.is_dir():
        raise RefusedError(f"{source} is no folder; name one that 'loge db backup' wrote")
    server = _server()
    if server.status().size_bytes and not arguments.move_old_aside:
        raise RefusedError(
            "there is data already; with --move-old-aside it is kept under another name and "
            "replaced by the backup"
        )
    done = server.restore(
        source,
        move_existing_aside=arguments.move_old_aside,
        progress=Progress(sys.stderr),
    )
    print_line(f"{done.data_folder}  as of {done.taken_at.isoformat()}")
    if done.moved_aside is not None:
        say_aside(f"The data that stood there before: {done.moved_aside}")
    return 0


def _server() -> EmbeddedPostgres:
    server = main.embedded(read_settings())
    if server is None:
        raise RefusedError(
            "LOGE_DATABASE_URL names a server of your own, so the embedded PostgreSQL is not used; "
            "start, stop and back up that server with its own tools"
        )
    return server


def _rows(found: ServerStatus) -> list[tuple[str, str]]:
    """Lay out a status."""
    rows = [("state", "running" if found.running else "stopped")]
    if found.pid is not None:
        rows.append(("process", str(found.pid)))
    if found.started_at is not None:
        rows.append(("running since", found.started_at.isoformat()))
    rows.append(("PostgreSQL", found.version))
    rows.append(("data folder", str(found.data_folder or "none yet; the first start makes it")))
    if found.relocated_from is not None:
        rows.append(("instead of", f"{found.relocated_from}, which its user cannot reach"))
    if found.data_folder is not None:
        rows.append(("size", _size(found.size_bytes)))
        rows.append(("socket folder", str(found.socket_folder)))
        rows.append(("log", str(found.log_file)))
    rows.append(("TCP port", str(found.port or "none, only the socket")))
    return rows


def _size(size_bytes: int) -> str:
    """Write a size with three digits and its unit."""
    size = float(size_bytes)
    for unit in _UNITS:
        if size < _STEP or unit == _UNITS[-1]:
            return f"{size:.3g} {unit}"
        size /= _STEP
    raise AssertionError
