"""The embedded PostgreSQL as Loge's processes see it: start, use, stop, ask, back up, restore."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from app.storage.postgres.access import (
    connect,
    create_database,
    is_anybody_connected,
    known_password,
    sqlalchemy_url,
)
from app.storage.postgres.answers import ServerStatus, StartedServer
from app.storage.postgres.backup import BackupRecord, write_backup
from app.storage.postgres.binaries import Binaries, find_binaries, server_binaries_for
from app.storage.postgres.cluster import ensure_cluster
from app.storage.postgres.configuration import is_durable
from app.storage.postgres.errors import (
    ServerInUseError,
    ServerNotRunningError,
    ServerRunsDifferentlyError,
    explained,
)
from app.storage.postgres.launch import (
    await_ready,
    clear_remains,
    end_server,
    interrupt,
    launch_server,
    start_error,
    turn_log,
)
from app.storage.postgres.locks import FileLock, locked
from app.storage.postgres.placement import (
    DEFAULT_PORT,
    SYSTEM_LOCATION,
    Placement,
    find_placement,
    prepare_placement,
)
from app.storage.postgres.processes import PidFile, command_line, live_server
from app.storage.postgres.restore import RestoreRecord, restore_backup

Progress = Callable[[str], None]


class EmbeddedPostgres:
    """Loge's own PostgreSQL on one data directory; any number of processes may hold one of these.

    Whoever calls `start` counts as a user of the server until it calls `stop` or ends. The object
    holds no connection.

    Args:
        data_directory: where Loge keeps its data; the data folder lies in it, or `status` says
            where.
        durable: False only for test suites; faster, and a crash of the machine loses the data.
        port: a TCP port to open on the loopback address; none is opened without it.
        system_location: where the data and a copy of the executables go if root's unprivileged
            account cannot reach them.
        is_limited: whether files and sessions may not grow beyond what a catalogue needs.
    """

    def __init__(
        self,
        data_directory: Path,
        *,
        durable: bool = True,
        port: int | None = None,
        system_location: Path = SYSTEM_LOCATION,
        is_limited: bool = False,
    ) -> None:
        self._data_directory = data_directory
        self._durable = durable
        self._port = port
        self._system_location = system_location
        self._is_limited = is_limited
        self._use: FileLock | None = None

    @explained()
    def start(self, progress: Progress | None = None) -> StartedServer:
        """Make sure that a server runs and accepts connections, starting one only if none does.

        Waits as long as a recovery takes; `progress` hears about everything that may take time.

        Raises:
            EmbeddedPostgresError: one of its kinds; no server is left that was not there before.
        """
        say = progress or _say_nothing
        binaries = find_binaries()
        placement = prepare_placement(self._data_directory, binaries.major, self._system_location)
        if placement.relocated_from is not None:
            say(f"The data of {placement.relocated_from} lies in {placement.home}.")
        with _changing(placement, say):
            found = self._await_running(placement, binaries, say)
            pid = self._launch(placement, binaries, say) if found is None else found.pid
            self._register_use(placement)
            listening = self._port if found is None else _tcp_port(found)
        return StartedServer(
            started_here=found is None,
            pid=pid,
            data_folder=placement.data_folder,
            socket_folder=placement.socket_folder,
            port=listening,
        )

    @explained()
    def stop(
        self,
        *,
        only_if_unused: bool = False,
        immediate: bool = False,
        progress: Progress | None = None,
    ) -> bool:
        """Stop the server and wait until nothing of it is left; tells whether it stopped one.

        Args:
            only_if_unused: leave it running if another process of Loge has started or joined it, or
                anybody is connected. The caller closes its own connections first.
            immediate: end at once and leave the rest to the recovery at the next start; committed
                rows are safe either way.
            progress: hears about what takes time.

        Raises:
            PrivilegeError: the server belongs to somebody else.
        """
        say = progress or _say_nothing
        placement = self._find()
        if placement is None:
            return False
        with _changing(placement, say):
            found = live_server(placement.data_folder)
            if found and only_if_unused and self._is_used_by_others(placement, found):
                say("The server stays up: somebody else is using it.")
                self.leave()
                return False
            self.leave()
            if found is None:
                return False
            end_server(found.pid, placement, immediate=immediate, say=say)
            return True

    def status(self) -> ServerStatus:
        """Look at the server without changing anything; needs no server and no data to be there."""
        version = find_binaries().version
        placement = self._find()
        found = live_server(placement.data_folder) if placement else None
        return ServerStatus(
            running=found is not None,
            pid=found.pid if found else None,
            version=version,
            data_folder=placement.data_folder if placement else None,
            socket_folder=placement.socket_folder if placement else None,
            log_file=placement.log_file if placement else None,
            port=_tcp_port(found) if found else None,
            started_at=found.started_at if found else None,
            size_bytes=_size_bytes(placement.data_folder) if placement else 0,
            durable=is_durable(command_line(found.pid)) if found else None,
            relocated_from=placement.relocated_from if placement else None,
        )

    def connection_url(self, database: str = "loge", *, driver: str = "psycopg") -> str:
        """Return the address of a database for SQLAlchemy. It contains the password: never log it.

        Works for the drivers psycopg and asyncpg, which both take the socket folder as the host.
        The server need not run yet, but must have been started once.

        Raises:
            ServerNotRunningError: there is no data yet, so there is nothing to connect to.
        """
        placement = self._require_placement()
        found = live_server(placement.data_folder)
        port = _socket_port(found) if found else self._port or DEFAULT_PORT
        return sqlalchemy_url(placement, port, database, driver)

    def ensure_database(self, name: str = "loge") -> bool:
        """Create a database if it does not exist; tells whether it did.

        Raises:
            ServerNotRunningError: the server does not run.
        """
        placement, found = self._require_running()
        with closing(connect(placement, _socket_port(found))) as connection:
            return create_database(connection, name)

    @explained()
    def backup(self, target: Path, progress: Progress | None = None) -> BackupRecord:
        """Write a backup into a new folder while the server works; starts and stops it if need be.

        Raises:
            BackupFailedError: the target is not empty, or PostgreSQL could not make the backup.
            DiskFullError: the backup does not fit.
            ServerNotRunningError: there is no data yet.
        """
        say = progress or _say_nothing
        self._require_placement()
        # A user of its own, so that nobody takes the server for unused while it is copied.
        own = EmbeddedPostgres(
            self._data_directory,
            durable=self._durable,
            system_location=self._system_location,
        )
        started = own.start(say)
        try:
            placement, found = own._require_running()
            return write_backup(
                placement,
                find_binaries(),
                _socket_port(found),
                known_password(placement),
                target,
                say,
            )
        finally:
            if started.started_here:
                own.stop(only_if_unused=True, progress=say)
            own.leave()

    @explained()
    def restore(
        self,
        source: Path,
        *,
        move_existing_aside: bool = False,
        progress: Progress | None = None,
    ) -> RestoreRecord:
        """Put a backup in the place of the data; the server must be stopped and stays so.

        Nothing is replaced before the backup has been checked and has come up beside the data.

        Raises:
            ServerInUseError: a server runs on the data.
            RestoreRefusedError: there is data, and `move_existing_aside` was not given.
            BackupDamagedError: the backup is not what was written.
        """
        say = progress or _say_nothing
        binaries = find_binaries()
        placement = prepare_placement(self._data_directory, binaries.major, self._system_location)
        with _changing(placement, say):
            if live_server(placement.data_folder) is not None:
                raise ServerInUseError(
                    f"A server is running on {placement.data_folder}. Stop it before restoring.",
                )
            clear_remains(placement, say)
            programs = server_binaries_for(placement.account, binaries, self._system_location)
            return restore_backup(
                placement,
                programs,
                source.absolute(),
                move_existing_aside=move_existing_aside,
                say=say,
            )

    def leave(self) -> None:
        """Stop counting as a user of the server, without stopping it."""
        if self._use is not None:
            self._use.release()
            self._use = None

    @contextmanager
    def running(self, progress: Progress | None = None) -> Iterator[StartedServer]:
        """Start the server for a block; afterwards stop it if this started it and nobody joined."""
        started = self.start(progress)
        try:
            yield started
        finally:
            if started.started_here:
                self.stop(only_if_unused=True, progress=progress)
            self.leave()

    def _await_running(
        self,
        placement: Placement,
        binaries: Binaries,
        say: Progress,
    ) -> PidFile | None:
        """Wait for a server that was found until it accepts connections; None if it ended."""
        while (found := live_server(placement.data_folder)) is not None:
            if not await_ready(placement, binaries, found.pid, _socket_port(found), say):
                continue
            ready = live_server(placement.data_folder)
            if ready is not None:
                self._require_as_asked(ready)
                return ready
        return None

    def _launch(self, placement: Placement, binaries: Binaries, say: Progress) -> int:
        programs = server_binaries_for(placement.account, binaries, self._system_location)
        clear_remains(placement, say)
        if not placement.data_folder.exists():
            say(f"Making an empty database in {placement.data_folder} …")
        ensure_cluster(placement, programs, durable=self._durable)
        log_start_bytes = turn_log(placement.log_file)
        port = self._port or DEFAULT_PORT
        pid = launch_server(
            placement,
            programs,
            port=port,
            listening=self._port is not None,
            durable=self._durable,
            is_limited=self._is_limited,
        )
        try:
            ready = await_ready(placement, binaries, pid, port, say)
        except BaseException:
            interrupt(pid)
            raise
        if not ready:
            raise start_error(placement, log_start_bytes, port)
        return pid

    def _require_as_asked(self, found: PidFile) -> None:
        if self._port is not None and _tcp_port(found) != self._port:
            raise ServerRunsDifferentlyError(
                f"The server runs with TCP port {_tcp_port(found) or 'none'}, and {self._port} was "
                "asked for. Stop it first, then start it with that port.",
            )
        if self._durable and not is_durable(command_line(found.pid)):
            raise ServerRunsDifferentlyError(
                "The server was started for tests, without making commits durable. Stop it first, "
                "then start it again.",
            )

    def _register_use(self, placement: Placement) -> None:
        if self._use is None:
            use = FileLock(placement.use_lock)
            use.acquire(shared=True)
            self._use = use

    def _is_used_by_others(self, placement: Placement, found: PidFile) -> bool:
        use = self._use or FileLock(placement.use_lock)
        self._use = None
        alone = use.try_acquire()
        use.release()
        return not alone or is_anybody_connected(placement, _socket_port(found))

    def _find(self) -> Placement | None:
        major = find_binaries().major
        return find_placement(self._data_directory, major, self._system_location)

    def _require_placement(self) -> Placement:
        placement = self._find()
        if placement is None:
            raise ServerNotRunningError(
                f"There is no database in {self._data_directory} yet. Start the server first.",
            )
        return placement

    def _require_running(self) -> tuple[Placement, PidFile]:
        placement = self._require_placement()
        found = live_server(placement.data_folder)
        if found is None:
            raise ServerNotRunningError(
                f"No server runs on {placement.data_folder}. Start it first.",
            )
        return placement, found


def _changing(placement: Placement, say: Progress) -> AbstractContextManager[None]:
    return locked(
        placement.change_lock,
        waiting=lambda: say("Waiting for another process that starts or stops the server …"),
    )


def _socket_port(found: PidFile) -> int:
    return found.port or DEFAULT_PORT


def _tcp_port(found: PidFile) -> int | None:
    return found.port if found.listening else None


def _size_bytes(folder: Path) -> int:
    # Files come and go while a server works, so one that has gone counts nothing.
    total_bytes = 0
    for parent, _, files in os.walk(folder):
        for name in files:
            try:
                total_bytes += Path(parent, name).lstat().st_size
            except FileNotFoundError:
                continue
    return total_bytes


def _say_nothing(_: str) -> None:
    """Take progress that nobody asked for."""
