"""The BI door of a process: the wire's server over the semantic layer, with shells of its own."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semantic.wire.limits import Limits
from semantic.wire.server import WireServer
from semantic.wire.shell.shells import ShellKeeper

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import AsyncIterator, Callable

    from semantic.access.principal import Principal
    from semantic.compiling import Compiler
    from semantic.run.engine import Engine
    from semantic.wire.contracts import Credentials, Translator
    from semantic.wire.shell.shells import Clusters


@dataclass(frozen=True, slots=True)
class Door:
    """What the application hands in: a bound socket, who may log in, and what shells run in."""

    listener: socket.socket
    credentials: Credentials
    clusters: Clusters
    tls: ssl.SSLContext | None = None
    limits: Limits = field(default_factory=Limits)


@asynccontextmanager
async def opened(
    door: Door,
    translator: Translator,
    compiler_for: Callable[[Principal], Compiler],
    engine: Engine,
) -> AsyncIterator[WireServer]:
    """Let BI tools in for a block; afterwards their sessions and shells end."""
    shells = ShellKeeper(door.clusters, compiler_for, engine.types_of)
    await shells.begin()
    try:
        server = WireServer(
            door.credentials, shells, translator, engine, tls=door.tls, limits=door.limits
        )
        await server.start(door.listener)
        try:
            yield server
        finally:
            await server.close()
    finally:
        await shells.close()
