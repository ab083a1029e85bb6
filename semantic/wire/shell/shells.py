"""Has one small PostgreSQL running for every sight in use: who sees the same shares one."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from secrets import token_hex
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from semantic.wire.contracts import ShellAddress
from semantic.wire.failures import FATAL, WireError
from semantic.wire.shell.column_types import result_types
from semantic.wire.shell.template import FIRST
from semantic.wire.shell.views import literal, quoted, sight_of, views_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from semantic.access.principal import Principal
    from semantic.compiling import Compiler
    from semantic.rest.authentication import Caller
    from semantic.wire.shell.column_types import TypesOf
    from semantic.wire.shell.views import ShellViews

IDLE_SECONDS = 300.0
"""How long a shell stays up that nobody uses: starting one takes a moment."""
LOOK_EVERY_SECONDS = 1.0
CLUSTERS = 16
"""How many shells run at once: each is a few processes and some megabytes."""
LONGEST_NAME_BYTES = 63
"""What PostgreSQL keeps of a name; it would cut a longer one, perhaps to somebody else's."""
RESERVED = frozenset({"loge", "public", "none", "template1", FIRST})
"""Names that are something else in every cluster."""
_KEPT_TYPES = 4
_log = logging.getLogger("loge.semantic.wire")


class Clusters(Protocol):
    """Makes clusters from a template, in which `template.STATEMENTS` were run once.

    Each has a private Unix socket and no port. Its administrator asks for a password that only the
    application knows; every other role comes in over the socket without one. Clusters hold nothing
    worth keeping. All methods may be called from several threads, for one name from one at a time.
    """

    def clear(self) -> None:
        """Stop and remove what an earlier process left behind."""
        ...

    def start(self, name: str) -> str:
        """Make a new cluster and start it; return the path of its socket.

        Raises:
            Exception: it did not start; nothing of it is left.
        """
        ...

    def run(self, name: str, database: str | None, statements: str) -> None:
        """Run statements as the administrator, all of them or none.

        Without a database they run in the one for maintenance.

        Raises:
            Exception: a statement failed.
        """
        ...

    def stop(self, name: str) -> None:
        """End a cluster with all of its sessions, and remove it."""
        ...


@dataclass(eq=False, slots=True)
class _Shell:
    """A running cluster, and who uses it. `digest` is that of the views it has."""

    name: str
    organisation_id: UUID
    version: str
    views: ShellViews
    socket: str = ""
    databases: set[str] = field(default_factory=set)
    granted: set[tuple[str, str]] = field(default_factory=set)
    sessions: dict[ShellAddress, list[Principal]] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    free_since: float = 0.0
    opening_count: int = 0

    def is_free(self) -> bool:
        """Tell whether nobody uses it or is about to."""
        return not self.sessions and not self.opening_count

    def principals(self) -> list[Principal]:
        """Return everybody who uses it."""
        return [one for several in self.sessions.values() for one in several]


class ShellKeeper:
    """Starts shells at first use, keeps their views those of the models, and stops them again."""

    def __init__(
        self,
        clusters: Clusters,
        compiler_for: Callable[[Principal], Compiler],
        types_of: TypesOf,
        *,
        cluster_limit: int = CLUSTERS,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        """Run shells in clusters that the application makes, with the views of the models."""
        self._clusters = clusters
        self._compiler_for = compiler_for
        self._types_of = types_of
        self._cluster_limit = cluster_limit
        self._idle_seconds = idle_seconds
        self._shells: list[_Shell] = []
        self._types: OrderedDict[str, Mapping[str, str]] = OrderedDict()
        self._looking: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """Remove what an earlier process left, and look after shells from now on."""
        await asyncio.to_thread(self._clusters.clear)
        self._looking = asyncio.create_task(self._look())

    async def close(self) -> None:
        """Stop every shell, with the sessions in it."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await asyncio.gather(*map(self._stop, tuple(self._shells)))

    async def open(self, caller: Caller, user: str, database: str) -> ShellAddress:
        """Return the caller's shell, started and up to date with the models, held until released.

        Raises:
            WireError: a name that PostgreSQL cannot have, too many shells, or a cluster
                that does not start.
        """
        role = _name(user, "user")
        known = _name(database, "database")
        address = None
        while address is None:
            version, views = await asyncio.to_thread(self._views_for, caller.principal)
            shell = await self._held(caller.principal.organisation_id, version, views)
            try:
                address = await self._enter(shell, views, (known, role), caller.principal)
            except Exception as error:
                _log.exception("a shell could not be had")
                message = "the catalogue of the views could not be started; try again"
                raise WireError("58000", message, severity=FATAL) from error
            finally:
                shell.opening_count -= 1
                shell.free_since = monotonic()
        return address

    async def release(self, address: ShellAddress) -> None:
        """Let go of a shell; the last one to do so lets it stop after a while."""
        for shell in self._shells:
            if address in shell.sessions:
                shell.sessions[address].pop()
                if not shell.sessions[address]:
                    del shell.sessions[address]
                shell.free_since = monotonic()

    async def look(self) -> None:
        """Put new views where models changed, and stop what nobody has used for a while."""
        for shell in tuple(self._shells):
            if shell.is_free() and monotonic() - shell.free_since >= self._idle_seconds:
                await self._stop(shell)
            elif not shell.lock.locked():
                await self._renew(shell)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            try:
                await self.look()
            except Exception:  # noqa: BLE001 - whatever it is, it is tried again
                _log.exception("shells could not be looked after; it is tried again")

    def _views_for(self, principal: Principal) -> tuple[str, ShellViews]:
        """Return the views of a caller, and the version of the models they are of."""
        compiler = self._compiler_for(principal)
        sight = sight_of(compiler.model, principal)
        return compiler.model.version, views_of(compiler.model, sight, self._types_in(compiler))

    def _types_in(self, compiler: Compiler) -> Mapping[str, str]:
        """Return the types of numbers in a model, found out once."""
        version = compiler.model.version
        if version not in self._types:
            self._types[version] = result_types(compiler, self._types_of)
            if len(self._types) > _KEPT_TYPES:
                self._types.popitem(last=False)
        return self._types[version]

    async def _held(self, organisation_id: UUID, version: str, views: ShellViews) -> _Shell:
        """Return the shell of a sight, noted as about to be used; one that never ran is new."""
        for shell in self._shells:
            if (shell.organisation_id, shell.views) == (organisation_id, views):
                shell.opening_count += 1
                return shell
        name = f"{views.digest}-{token_hex(4)}"
        new = _Shell(name, organisation_id, version, views, opening_count=1)
        free = [one for one in self._shells if one.is_free()]
        if len(self._shells) >= self._cluster_limit and not free:
            message = (
                f"{len(self._shells)} catalogues are in use for people who see different views, "
                "which is as many as may run; try again later"
            )
            raise WireError("53300", message, severity=FATAL)
        # It is in the list before anything is awaited, so that two callers do not make two.
        self._shells.append(new)
        if len(self._shells) > self._cluster_limit:
            await self._stop(min(free, key=lambda one: one.free_since))
        return new

    async def _enter(
        self, shell: _Shell, views: ShellViews, names: tuple[str, str], principal: Principal
    ) -> ShellAddress | None:
        """Let a caller into a shell, None if it got other views before the caller's turn."""
        database, role = names
        async with shell.lock:
            if shell.views != views:
                return None
            if not shell.socket:
                shell.socket = await asyncio.to_thread(self._clusters.start, shell.name)
            if database not in shell.databases:
                await self._make_database(shell, database, principal.timezone)
            if names not in shell.granted:
                await self._grant(shell, database, role)
            address = ShellAddress(shell.socket, database, role)
            shell.sessions.setdefault(address, []).append(principal)
            return address

    async def _make_database(self, shell: _Shell, database: str, timezone: str) -> None:
        """Make a database with the views, in the time zone of the club."""
        named = quoted(database)
        made = "CREATE DATABASE" if shell.databases else f"ALTER DATABASE {FIRST} RENAME TO"
        await self._run(shell, None, f"{made} {named}")
        statements = (
            f"REVOKE ALL ON DATABASE {named} FROM PUBLIC;\n"
            f"ALTER DATABASE {named} SET timezone = {literal(timezone)};\n"
            f"{shell.views.instead_of(())}"
        )
        await self._run(shell, database, statements)
        shell.databases.add(database)

    async def _grant(self, shell: _Shell, database: str, role: str) -> None:
        """Let a role into a database, where it may have temporary tables and nothing else."""
        named = quoted(role)
        known = {one for _, one in shell.granted}
        made = "" if role in known else f"CREATE ROLE {named} LOGIN;\n"
        granted = f"GRANT CONNECT, TEMPORARY ON DATABASE {quoted(database)} TO {named}"
        await self._run(shell, None, made + granted)
        shell.granted.add((database, role))

    async def _renew(self, shell: _Shell) -> None:
        """Put the views of newer models into a running shell; its sessions stay."""
        async with shell.lock:
            principals = shell.principals()
            if not principals or self._compiler_for(principals[0]).model.version == shell.version:
                return
            version, views = await asyncio.to_thread(self._views_for_all, principals)
            if views != shell.views:
                statements = views.instead_of(shell.views.names)
                try:
                    for database in shell.databases:
                        await self._run(shell, database, statements)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                    _log.warning("new views have to wait for a session: %s", error)
                    return
            shell.version, shell.views = version, views

    def _views_for_all(self, principals: list[Principal]) -> tuple[str, ShellViews]:
        """Return the views of which everybody who shares a shell may see everything."""
        compiler = self._compiler_for(principals[0])
        sights = [sight_of(compiler.model, one) for one in principals]
        sight = frozenset.intersection(*sights)
        return compiler.model.version, views_of(compiler.model, sight, self._types_in(compiler))

    async def _run(self, shell: _Shell, database: str | None, statements: str) -> None:
        await asyncio.to_thread(self._clusters.run, shell.name, database, statements)

    async def _stop(self, shell: _Shell) -> None:
        """Stop a shell, and forget it first, so that nobody is given it meanwhile."""
        self._shells.remove(shell)
        if shell.socket:
            await asyncio.to_thread(self._clusters.stop, shell.name)


def _name(given: str, kind: str) -> str:
    """Return a name as the cluster has it, which differs where it would be something else there.

    Raises:
        WireError: PostgreSQL would cut it.
    """
    if len(given.encode()) > LONGEST_NAME_BYTES:
        message = f"the name of the {kind} has more than {LONGEST_NAME_BYTES} bytes"
        raise WireError("42622", message, severity=FATAL)
    is_reserved = given.lower() in RESERVED or given.lower().startswith("pg_")
    return f"{given}_" if is_reserved else given
