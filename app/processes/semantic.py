"""The process of the semantic layer: it follows the operational store, and answers questions."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import uvicorn

from app.processes.listening import BACKLOG
from app.processes.signals import on_stop

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from starlette.applications import Starlette

DRAIN_SECONDS = 10
"""How long questions may go on after the process was asked to stop."""
_log = logging.getLogger("loge.semantic")


class FollowingEndedError(Exception):
    """The facts are no longer followed; the process ends, so that a new one begins."""


def run_semantic(
    application: Starlette,
    listener: socket.socket,
    follow: Callable[[threading.Event], None],
    announce: Callable[[], object],
) -> None:
    """Serve until asked to stop, and follow the operational store meanwhile.

    Args:
        application: what answers questions.
        listener: the socket to take connections from.
        follow: keeps the facts up to date until its event is set.
        announce: called once a request to stop is heard, before the first connection is taken.

    Raises:
        FollowingEndedError: following ended by itself, by an error that it could not live with.
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
    server, stop = uvicorn.Server(config), threading.Event()
    failures: list[BaseException] = []

    def keep_following() -> None:
        try:
            follow(stop)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the process has to end
            failures.append(error)
            server.should_exit = True

    def end() -> None:
        stop.set()
        server.should_exit = True

    on_stop(end)
    thread = threading.Thread(target=keep_following, name="follow the operational store")
    thread.start()
    announce()
    try:
        server.run(sockets=[listener])
    finally:
        stop.set()
        thread.join()
    if failures:
        _log.error("the facts are no longer followed", exc_info=failures[0])
        raise FollowingEndedError from failures[0]
