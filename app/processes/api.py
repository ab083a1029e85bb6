"""One API process: uvicorn on a socket that others may share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

from app.processes.listening import BACKLOG
from app.processes.signals import on_stop

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from starlette.applications import Starlette

DRAIN_SECONDS = 25
"""How long requests may go on after the process was asked to stop."""


def run_api(
    application: Starlette, listener: socket.socket, announce: Callable[[], object]
) -> None:
    """Serve until asked to stop; then finish the requests that are under way.

    Args:
        application: what answers the requests.
        listener: the socket to take connections from.
        announce: called once a request to stop is heard, just before the first connection is taken.
    """
    config = uvicorn.Config(
        application,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    server = uvicorn.Server(config)

    # uvicorn hears signals only once its loop runs. An exception raised by a signal until then
    # would leave a half-made loop behind, so from here on a signal does no more than this.
    def stop() -> None:
        server.should_exit = True

    on_stop(stop)
    announce()
    server.run(sockets=[listener])
