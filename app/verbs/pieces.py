"""`loge api` and `loge worker`: one process alone, as the supervisor starts it or by hand."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from app import main
from app.config import read_settings
from app.processes.api import run_api
from app.processes.listening import address_of, listen_on
from app.processes.signals import StopRequested, on_stop, stop_with_parent
from app.processes.worker import TASKS, run_worker
from app.verbs.reach import say_aside

if TYPE_CHECKING:
    from argparse import Namespace

    from app.config import Settings


def api(arguments: Namespace) -> int:
    """Serve the API alone, on its own port or on the supervisor's socket."""
    settings = read_settings()
    with suppress(StopRequested):
        _serve_alone(settings, arguments.descriptor)
    return 0


def _serve_alone(settings: Settings, descriptor: int | None) -> None:
    """Serve on an inherited socket, or on one of its own."""
    if descriptor is not None:
        stop_with_parent()
        listener = socket.socket(fileno=descriptor)
    else:
        listener = listen_on(settings.http_host, settings.http_port)
    say = say_aside if descriptor is None else _say_nothing
    with listener, main.database(settings, say) as url:
        application = main.application(url)
        if descriptor is None:
            with main.commands(url):
                pass  # Refuses a database that this version cannot serve.
        address = address_of(listener, settings.http_host)
        run_api(application, listener, lambda: say(f"The API listens on {address}/graphql"))


def worker(arguments: Namespace) -> int:
    """Run the worker alone."""
    stop = threading.Event()
    on_stop(stop.set)
    if arguments.supervised:
        stop_with_parent()
    settings = read_settings()
    say = _say_nothing if arguments.supervised else say_aside
    with (
        main.database(settings, say) as url,
        main.commands(url, main.WORKER_CONNECTIONS) as runner,
    ):
        say(f"The worker runs {len(TASKS)} tasks; Ctrl-C stops it.")
        run_worker(runner, stop)
    return 0


def _say_nothing(_line: str) -> None:
    """Leave talking to the supervisor."""
