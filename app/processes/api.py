"""One API process: uvicorn on a socket that others may share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

from app.processes.listening import BACKLOG

if TYPE_CHECKING:
    import socket

    from starlette.applications import Starlette

DRAIN_SECONDS = 25
"""How long requests may go on after the process was asked to stop."""


def run_api(application: Starlette, listener: socket.socket) -> None:
    """Serve until asked to stop; then finish the requests that are under way.

    Raises:
        StopRequested: when that is done, where the process has a `StopSwitch`: uvicorn hands the
            signals that it caught on to whoever listened before.
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
    uvicorn.Server(config).run(sockets=[listener])
