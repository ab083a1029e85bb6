"""The supervisor: API processes on one socket, a worker, and the database that they need."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.processes.api import DRAIN_SECONDS
from app.processes.children import Child, stop_all

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from app.processes.database_watch import DatabaseWatch
    from app.processes.signals import StopSwitch

LOOK_EVERY_SECONDS = 0.1
PATIENCE_SECONDS = DRAIN_SECONDS + 5.0
"""How long processes may take to end before they are killed."""
ANSWER_SECONDS = 2.0


class StartError(Exception):
    """A process ended before it ever served; what it said stands on standard error."""


@dataclass(slots=True)
class Supervisor:
    """Keeps its processes alive until it is asked to stop."""

    api: tuple[Child, ...]
    worker: Child
    database: DatabaseWatch | None
    switch: StopSwitch
    say: Callable[[str], None]

    def start(self, address: str) -> None:
        """Start the processes and wait until the API answers.

        Raises:
            StartError: one of them ended instead.
        """
        children = (*self.api, self.worker)
        for child in children:
            child.start()
        while not _answers(address):
            for child in children:
                if child.ended():
                    raise StartError(f"{child.name} did not start")
            time.sleep(LOOK_EVERY_SECONDS)

    def keep(self) -> None:
        """Watch the processes for ever; `StopRequested` ends it."""
        while True:
            time.sleep(LOOK_EVERY_SECONDS)
            self.switch.check()
            for child in (*self.api, self.worker):
                child.watch(self.say)
            if self.database is not None:
                self.database.watch()

    def stop(self) -> None:
        """Stop the API, which finishes its requests, then the worker, which finishes its task."""
        self.switch.asked = True
        self.say("Stopping the API and the worker …")
        stop_all(self.api, PATIENCE_SECONDS, lambda: self.switch.urgent)
        stop_all((self.worker,), PATIENCE_SECONDS, lambda: self.switch.urgent)


def processes_of(listener: socket.socket, count: int) -> tuple[tuple[Child, ...], Child]:
    """Describe the processes: so many APIs that share the socket, and the worker."""
    descriptor = listener.fileno()
    arguments = ("api", "--descriptor", str(descriptor))
    api = tuple(
        Child("the API" if count == 1 else f"API {number}", arguments, (descriptor,))
        for number in range(1, count + 1)
    )
    return api, Child("the worker", ("worker", "--supervised"))


def _answers(address: str) -> bool:
    """Tell whether the API answers."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=ANSWER_SECONDS):  # noqa: S310 - our own address
            return True
    except OSError:
        return False
