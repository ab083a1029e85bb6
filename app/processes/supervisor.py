"""The supervisor: API processes on one socket, what works beside them, and their database."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from app.processes.api import DRAIN_SECONDS, LEAVE_SIGNAL
from app.processes.children import Child, stop_all

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from app.processes.database_watch import DatabaseWatch
    from app.processes.handover import Channel
    from app.processes.signals import StopSwitch

LOOK_EVERY_SECONDS = 0.1
PATIENCE_SECONDS = DRAIN_SECONDS + 5.0
"""How long processes may take to end before they are killed."""
ARRIVAL_SECONDS = 120.0
"""How long a process may take to serve before a restart is given up."""


class StartError(Exception):
    """A process ended before it ever served; what it said stands on standard error."""


@dataclass(slots=True)
class Supervisor:
    """Keeps its processes alive until it is asked to stop.

    `beside` are processes of which one each runs, such as the worker. `report` is told how a
    rolling restart ended: None when all were replaced, else why not.
    """

    api: list[Child]
    beside: list[Child]
    database: DatabaseWatch | None
    switch: StopSwitch
    say: Callable[[str], None]
    report: Callable[[str | None], None]
    is_restart_asked: bool = False
    _restart: Iterator[None] | None = None
    _passing: list[Child] = field(default_factory=list)
    _ending: Child | None = None

    def start(self) -> None:
        """Start the processes and wait until each API serves.

        Raises:
            StartError: one of them ended instead.
        """
        children = (*self.api, *self.beside)
        for child in children:
            child.start()
        waiting = list(self.api)
        while waiting := [child for child in waiting if not child.is_ready()]:
            for child in children:
                if child.ended():
                    raise StartError(f"{child.name} did not start")
            time.sleep(LOOK_EVERY_SECONDS)

    def keep(self) -> None:
        """Watch the processes for ever; `StopRequested` ends it."""
        while True:
            time.sleep(LOOK_EVERY_SECONDS)
            self.switch.check()
            for child in (*self.api, *self.beside):
                if child is not self._ending:
                    child.watch(self.say)
            if self.database is not None:
                self.database.watch()
            self._go_on_restarting()

    def ask_restart(self) -> None:
        """Have the processes replaced one by one; asked meanwhile, it is done once more."""
        self.is_restart_asked = True

    def stop(self) -> None:
        """Stop the API, which finishes its requests, then the others, which finish their tasks."""
        self.switch.asked = True
        self.say("Stopping the API and what runs beside it …")
        stop_all((*self.api, *self._passing), PATIENCE_SECONDS, lambda: self.switch.urgent)
        stop_all(self.beside, PATIENCE_SECONDS, lambda: self.switch.urgent)

    def _go_on_restarting(self) -> None:
        """Take the next step of a restart, if one is under way or asked for."""
        if self._restart is None and self.is_restart_asked:
            self.is_restart_asked = False
            self.say("Restarting one process after the other …")
            self._restart = self._replace_all()
        if self._restart is not None and next(self._restart, self) is self:
            self._restart = None

    def _replace_all(self) -> Iterator[None]:
        """Replace every process; give up, and keep what runs, when a new one does not serve."""
        for place, old in enumerate(self.api):
            new = replace(old, slot=self._free_slot(), process=None, ready=None)
            self._passing = [new]
            # It looks at the database first: better no restart than one that cannot serve.
            new.start("--successor")
            deadline = time.monotonic() + ARRIVAL_SECONDS
            while not new.is_ready():
                if new.ended() or time.monotonic() > deadline:
                    new.kill()
                    self._give_up(f"a new process of {new.name} did not get ready to serve")
                    return
                yield
            self.api[place], self._passing = new, [old]
            old.ask_to_leave(LEAVE_SIGNAL)
            yield from self._await_end(old)
            self._passing = []
        for child in self.beside:
            # The socket of the semantic layer stays open, so its clients wait a moment longer.
            child.ask_to_stop()
            yield from self._await_end(child)
            child.start()
        self.say("Restarted")
        self.report(None)

    def _await_end(self, child: Child) -> Iterator[None]:
        """Wait until a process has ended; kill one that takes too long."""
        self._ending = child
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not child.ended():
            if time.monotonic() > deadline:
                child.kill()
            yield
        child.forget()
        self._ending = None

    def _give_up(self, reason: str) -> None:
        """Leave it at the processes that run."""
        for child in self._passing:
            child.forget()
        self._passing = []
        self.say(f"The restart was given up: {reason}; those that run go on")
        self.report(reason)

    def _free_slot(self) -> str:
        """Return the first name that no running API process has."""
        taken = {child.slot for child in self.api}
        return next(name for number in range(1, 99) if (name := f"api-{number}") not in taken)


def processes_of(
    listener: socket.socket, channel: Channel, count: int, semantic: tuple[socket.socket, ...]
) -> tuple[list[Child], list[Child]]:
    """Describe the processes: so many APIs that share socket and channel, and those beside them.

    `semantic` are the sockets of the semantic layer: of its REST API, then of the BI door where
    that is open; none where no semantic layer is to run.
    """
    descriptors = (listener.fileno(), *channel.descriptors)
    arguments = ("api", "--descriptors", *map(str, descriptors))
    api = [
        Child(
            "the API" if count == 1 else f"API {number}",
            f"api-{number}",
            arguments,
            descriptors,
            tells_when_ready=True,
        )
        for number in range(1, count + 1)
    ]
    beside = [Child("the worker", "worker", ("worker", "--supervised"))]
    if semantic:
        listening = tuple(one.fileno() for one in semantic)
        given = ("semantic", "--descriptors", *map(str, listening))
        beside.append(Child("the semantic layer", "semantic", given, listening))
    return api, beside
