"""One API process: uvicorn on a socket that others may share."""

from __future__ import annotations

import asyncio
import gc
import signal
from typing import TYPE_CHECKING

import uvicorn

from app.http.live.limits import SERVER_OPTIONS
from app.processes.connection import Connection, SharedState
from app.processes.listening import BACKLOG
from app.processes.signals import on_stop

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from starlette.applications import Starlette

    from app.http.draining import Draining
    from app.processes.handover import Channel

DRAIN_SECONDS = 25
"""How long requests may go on after the process was asked to stop."""
IDLE_SECONDS = 75
"""How long an idle connection is kept: longer than a proxy or a client keeps it, so they close."""
LEAVE_SIGNAL = signal.SIGUSR2
"""Asks an API process to leave its connections to the others, and end."""


class ApiServer(uvicorn.Server):
    """uvicorn's server, which can take connections from others and leave its own to them."""

    def __init__(
        self,
        config: uvicorn.Config,
        draining: Draining,
        channel: Channel | None,
        on_ready: Callable[[], object],
    ) -> None:
        """Serve with a channel to the other processes, or alone."""
        super().__init__(config)
        self.server_state: SharedState = SharedState()
        self.has_successor = False
        self._draining = draining
        self._channel = channel
        self._on_ready = on_ready
        self._arriving: set[asyncio.Task[object]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to take connections, new ones and those that others leave."""
        await super().startup(sockets)
        if self._channel is not None:
            asyncio.get_running_loop().add_reader(self._channel.taking.fileno(), self._take)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections; leave the open ones, or close them after their answers."""
        if self._channel is not None:
            asyncio.get_running_loop().remove_reader(self._channel.taking.fileno())
        for server in self.servers:
            server.close()
        await self._draining.leave(has_successor=self.has_successor)
        if self.has_successor:
            self.server_state.channel = self._channel
        self.server_state.is_leaving = True
        await super().shutdown(sockets)

    def leave(self) -> None:
        """Be asked to leave the connections to the others, and end."""
        self.has_successor = self._channel is not None
        self.should_exit = True

    def _take(self) -> None:
        """Go on with the connections that another process left."""
        assert self._channel is not None  # noqa: S101 - only called by its reader
        loop = asyncio.get_running_loop()
        for connection in self._channel.take():
            arriving = loop.create_task(loop.connect_accepted_socket(self._serve_on, connection))
            self._arriving.add(arriving)
            arriving.add_done_callback(self._arrived)

    def _serve_on(self) -> Connection:
        return Connection(self.config, self.server_state, self.lifespan.state)

    def _arrived(self, arriving: asyncio.Task[object]) -> None:
        """Forget the task; a client that was gone by then is nobody's failure."""
        self._arriving.discard(arriving)
        if not arriving.cancelled():
            arriving.exception()


def run_api(
    application: Starlette,
    listener: socket.socket,
    announce: Callable[[], object],
    channel: Channel | None = None,
    on_ready: Callable[[], object] = lambda: None,
) -> None:
    """Serve until asked to stop; then finish the requests that are under way.

    Args:
        application: what answers the requests.
        listener: the socket to take connections from.
        announce: called once a request to stop is heard, just before the first connection is taken.
        channel: to the other API processes of the supervisor, if there is one.
        on_ready: called when connections are taken.
    """
    config = uvicorn.Config(
        application,
        loop="uvloop",
        http=Connection,
        **SERVER_OPTIONS,
        lifespan="on",
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    server = ApiServer(config, application.state.draining, channel, on_ready)

    # uvicorn hears signals only once its loop runs. An exception raised by a signal until then
    # would leave a half-made loop behind, so from here on a signal does no more than this.
    def stop() -> None:
        server.should_exit = True

    on_stop(stop)
    signal.signal(LEAVE_SIGNAL, lambda _number, _frame: server.leave())
    announce()
    # What is loaded by now lives as long as the process, so collections need not walk it again.
    gc.collect()
    gc.freeze()
    server.run(sockets=[listener])
