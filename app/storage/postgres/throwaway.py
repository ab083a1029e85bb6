"""Small clusters that hold nothing worth keeping: copied from a template, gone when they stop."""

import hashlib
import shutil
from contextlib import closing, suppress
from pathlib import Path

import psycopg

from app.storage.postgres.access import connect, known_password
from app.storage.postgres.binaries import find_binaries
from app.storage.postgres.credentials import ROLE, write_private
from app.storage.postgres.errors import (
    EmbeddedPostgresError,
    ServerNotRunningError,
    StartFailedError,
)
from app.storage.postgres.locks import locked
from app.storage.postgres.placement import (
    DEFAULT_PORT,
    SYSTEM_LOCATION,
    Placement,
    find_placement,
    prepare_placement,
)
from app.storage.postgres.privilege import give_to, give_tree_to
from app.storage.postgres.server import EmbeddedPostgres

DONE_NOTE = "complete"
FIRST_DATABASE = "template1"
"""The database that new ones are copied from; administrators use it, since nobody else may."""
ACCESS = f"""\
# The administrator by the password; whoever else reaches the private socket without one.
local all {ROLE} scram-sha-256
local all all trust
"""


class ThrowawayClusters:
    """Makes clusters below a folder; a name stands for at most one that runs.

    Args:
        folder: where the template and the clusters lie.
        settings: lines for their configuration, which win over Loge's own.
        statements: what is run once in the database that others are copied from.
        system_location: where they lie if root's unprivileged account cannot reach the folder.
    """

    def __init__(
        self,
        folder: Path,
        settings: str,
        statements: tuple[str, ...],
        *,
        system_location: Path = SYSTEM_LOCATION,
    ) -> None:
        self._clusters = folder / "clusters"
        self._own: set[str] = set()
        self._settings = settings
        self._statements = statements
        self._system_location = system_location
        version = find_binaries().version
        content = "\n".join((settings, ACCESS, *statements))
        digest = hashlib.sha256(content.encode()).hexdigest()[:12]
        self._template = folder / f"template-{version}-{digest}"

    def clear(self) -> None:
        """Stop and remove every cluster that this object did not start, and templates of old."""
        for home in self._clusters.glob("*"):
            if home.name not in self._own:
                self._remove(home)
        for home in self._template.parent.glob("template-*"):
            if home.is_dir() and home != self._template:
                self._remove(home)

    def start(self, name: str) -> str:
        """Make a new cluster and start it; return the path of its socket.

        Raises:
            EmbeddedPostgresError: it did not start; nothing of it is left.
        """
        template = self._ready_template()
        home = self._clusters / name
        self._own.add(name)
        try:
            placement = self._placed(home)
            shutil.copytree(template.data_folder, placement.data_folder)
            give_tree_to(placement.account, placement.data_folder)
            write_private(placement.password_file, known_password(template))
            self._server(home, is_limited=True).start()
        except BaseException:
            self._remove(home)
            raise
        return str(placement.socket_folder / f".s.PGSQL.{DEFAULT_PORT}")

    def run(self, name: str, database: str | None, statements: str) -> None:
        """Run statements as the administrator, all of them or none.

        Raises:
            ServerNotRunningError: there is no cluster of that name.
            psycopg.Error: a statement failed.
        """
        placement = self._found(self._clusters / name)
        if placement is None:
            raise ServerNotRunningError(f"There is no cluster {name!r}; start it first.")
        _run(placement, database or FIRST_DATABASE, statements)

    def stop(self, name: str) -> None:
        """End a cluster with all of its sessions, and remove it."""
        self._remove(self._clusters / name)
        self._own.discard(name)

    def _ready_template(self) -> Placement:
        """Return where the template lies, which is made where it is missing or half made."""
        self._template.parent.mkdir(parents=True, exist_ok=True)
        with locked(self._template.parent / "template.lock"):
            if not (self._template / DONE_NOTE).exists():
                self._remove(self._template)
                self._make_template()
        return self._placed(self._template)

    def _make_template(self) -> None:
        server = self._server(self._template)
        server.start()
        try:
            placement = self._placed(self._template)
            for statement in self._statements:
                _run(placement, FIRST_DATABASE, statement)
        except psycopg.Error as error:
            raise StartFailedError(f"The template of a cluster failed: {error}") from error
        finally:
            server.stop()
        # Maps that PostgreSQL makes again when it needs them; without them there is half to copy.
        for pattern in ("*_fsm", "*_vm"):
            for file in placement.data_folder.rglob(pattern):
                file.unlink()
        for name, text in (("pg_hba.conf", ACCESS), ("postgresql.auto.conf", self._settings)):
            write_private(placement.data_folder / name, text)
            give_to(placement.account, placement.data_folder / name)
        (self._template / DONE_NOTE).touch()

    def _found(self, home: Path) -> Placement | None:
        return find_placement(home, find_binaries().major, self._system_location)

    def _placed(self, home: Path) -> Placement:
        return prepare_placement(home, find_binaries().major, self._system_location)

    def _server(self, home: Path, *, is_limited: bool = False) -> EmbeddedPostgres:
        return EmbeddedPostgres(
            home,
            durable=False,
            system_location=self._system_location,
            is_limited=is_limited,
        )

    def _remove(self, home: Path) -> None:
        """Stop what runs in a home, and remove everything of it, wherever it lies."""
        if not home.exists():
            return
        with suppress(EmbeddedPostgresError):
            placement = self._found(home)
            self._server(home).stop(immediate=True)
            if placement is not None:
                shutil.rmtree(placement.socket_folder, ignore_errors=True)
                shutil.rmtree(placement.home, ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def _run(placement: Placement, database: str, statements: str) -> None:
    with closing(connect(placement, DEFAULT_PORT, database)) as connection:
        # Bytes go as they are: the text is the caller's own, made of parts that are quoted.
        connection.execute(statements.encode())
