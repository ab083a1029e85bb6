"""`loge api` and `loge worker`: one process alone, as the supervisor starts it or by hand."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from app import main
from app.config import read_settings
from app.processes.api import run_api
from app.processes.handover import Channel
from app.processes.listening import address_of, listen_on
from app.processes.signals import StopRequested, on_stop, stop_with_parent
from app.processes.worker import all_tasks, run_worker
from app.verbs.reach import say_aside

if TYPE_CHECKING:
    from argparse import Namespace

    from app.config import Settings


def api(arguments: Namespace) -> int:
    """Serve the API alone, on its own port or on the supervisor's socket."""
    settings = read_settings()
    with suppress(StopRequested):
        if arguments.descriptors is None:
            _serve_alone(settings)
        else:
            _serve_among_others(settings, arguments)
    return 0


def _serve_alone(settings: Settings) -> None:
    """Serve on a socket of its own."""
    with (
        listen_on(settings.http_host, settings.http_port) as listener,
        main.observed(settings),
        main.database(settings, say_aside) as url,
    ):
        application = main.application(url, settings)
        with main.commands(url):
            pass  # Refuses a database that this version cannot serve.
        address = address_of(listener, settings.http_host)
        run_api(application, listener, lambda: say_aside(f"The API listens on {address}/graphql"))


def _serve_among_others(settings: Settings, arguments: Namespace) -> None:
    """Serve on the socket of the supervisor, and say when."""
    stop_with_parent()
    listening, giving, taking = arguments.descriptors
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket(fileno=listening))
        channel = Channel.inherited(giving, taking)
        stack.callback(channel.close)
        stack.enter_context(main.observed(settings))
        url = stack.enter_context(main.database(settings, _say_nothing))
        application = main.application(url, settings)
        if arguments.successor:
            with main.commands(url):
                pass  # Refuses a database that this version cannot serve; then the old one stays.

        def say_ready() -> None:
            os.write(arguments.ready_descriptor, b"r")
            os.close(arguments.ready_descriptor)

        run_api(application, listener, lambda: None, channel, say_ready)


def worker(arguments: Namespace) -> int:
    """Run the worker alone."""
    stop = threading.Event()
    on_stop(stop.set)
    if arguments.supervised:
        stop_with_parent()
    settings = read_settings()
    say = _say_nothing if arguments.supervised else say_aside
    with (
        main.observed(settings),
        main.database(settings, say) as url,
        main.commands(url, main.WORKER_CONNECTIONS) as runner,
    ):
        tasks = all_tasks(main.webhook_rules(settings), main.report_mail(url, settings))
        say(f"The worker runs {len(tasks)} tasks; Ctrl-C stops it.")
        run_worker(runner, stop, tasks)
    return 0


def _say_nothing(_line: str) -> None:
    """Leave talking to the supervisor."""
