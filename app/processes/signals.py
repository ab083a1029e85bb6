"""How a process is asked to stop, and how it notices that whoever started it is gone."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""The signals that ask a process to stop in order; SIGHUP comes when its terminal is closed."""

RESTART_SIGNAL = signal.SIGUSR1
"""Asks the supervisor to replace its processes one by one, as `loge restart` does."""


class StopRequested(BaseException):
    """Somebody asked the process to stop; raised wherever it happens to be."""


class StopSwitch:
    """Raises `StopRequested` at the first signal; later ones only say that it is urgent.

    Whoever is stopping anyway sets `asked`, so that no signal interrupts that.
    """

    def __init__(self) -> None:
        """Take over the signals of this process."""
        self.asked = False
        self.urgent = False
        _switches.append(self)
        _handle(self._on_signal)

    def check(self) -> None:
        """Raise `StopRequested` if it was asked: a destructor may have swallowed the first one."""
        if self.asked:
            raise StopRequested

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            self.urgent = True
            return
        self.asked = True
        raise StopRequested


_switches: list[StopSwitch] = []
"""The switches of this process, which remember what was asked of them."""


def on_stop(stop: Callable[[], object]) -> None:
    """Call a function when the process is asked to stop, or was already; nothing else happens."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()

    _handle(handle)
    if any(switch.asked for switch in _switches):
        stop()


def on_restart(restart: Callable[[], object]) -> None:
    """Call a function when the process is asked to replace its processes."""
    signal.signal(RESTART_SIGNAL, lambda _number, _frame: restart())


def _handle(handler: Callable[[int, FrameType | None], None]) -> None:
    """Set a handler for all signals but those that are to be ignored, as `nohup` asks."""
    for number in STOPPING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def stop_with_parent() -> None:
    """Ask this process to stop when its standard input closes, as it does when the parent dies."""

    def wait() -> None:
        # Not by way of sys.stdin, whose lock the interpreter wants when it ends.
        while os.read(0, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
