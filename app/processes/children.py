"""The processes that a supervisor keeps alive: started, watched, restarted, stopped in order."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.telemetry.measures import PROCESS_VARIABLE, forget_process

if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Sequence

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_AFTER_SECONDS = 30.0
"""A process that lived so long is restarted at once again when it dies."""
_CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Child:
    """One process of Loge: the verb that it runs, and what became of it.

    It gets a session of its own, so that Ctrl-C in a terminal reaches the supervisor alone, and
    its standard input is a pipe that closes when the supervisor is gone. `slot` is what its log and
    its measures call it; no two that run have the same. `ready` is the end of a pipe that has a
    byte once the process serves, where it `tells_when_ready`.
    """

    name: str
    slot: str
    arguments: tuple[str, ...]
    descriptors: tuple[int, ...] = ()
    tells_when_ready: bool = False
    process: subprocess.Popen[bytes] | None = None
    ready: int | None = None
    started_at: float = 0.0
    pause_seconds: float = FIRST_PAUSE_SECONDS
    restart_at: float = 0.0

    def start(self, *more: str) -> None:
        """Start the process, with more arguments than it is started with again."""
        told, telling = os.pipe() if self.tells_when_ready else (None, None)
        arguments, passed = [*self.arguments, *more], self.descriptors
        if telling is not None:
            arguments += ["--ready-descriptor", str(telling)]
            passed += (telling,)
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", *arguments],
                stdin=subprocess.PIPE,
                env={**_environment(), PROCESS_VARIABLE: self.slot},
                pass_fds=passed,
                start_new_session=True,
            )
        finally:
            if telling is not None:
                os.close(telling)
            self._forget_ready()
            self.ready = told
        self.started_at = time.monotonic()

    def is_ready(self) -> bool:
        """Tell whether the process said that it serves; asked until it did."""
        if self.ready is None:
            return True
        readable, _, _ = select.select([self.ready], [], [], 0)
        if not readable or not os.read(self.ready, 1):
            return False
        self._forget_ready()
        return True

    def watch(self, say: Callable[[str], None]) -> None:
        """Notice that the process ended, and start it again when its pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            if now - self.started_at >= HEALTHY_AFTER_SECONDS:
                self.pause_seconds = FIRST_PAUSE_SECONDS
            say(
                f"{self.name} (process {self.process.pid}) ended {_manner(self.process.returncode)}"
                f"; it starts again in {self.pause_seconds:.1f} s"
            )
            self.forget()
            self.restart_at = now + self.pause_seconds
            self.pause_seconds = min(2 * self.pause_seconds, LONGEST_PAUSE_SECONDS)
        if self.process is None and now >= self.restart_at:
            self.start()

    def ended(self) -> bool:
        """Tell whether the process is not running, never started or over."""
        return self.process is None or self.process.poll() is not None

    def ask_to_stop(self) -> None:
        """Ask the process to finish what it does and end."""
        if self.process is not None and not self.ended():
            self.process.terminate()

    def ask_to_leave(self, number: signal.Signals) -> None:
        """Ask the process by a signal to leave its work to another, and end."""
        if self.process is not None and not self.ended():
            self.process.send_signal(number)

    def kill(self) -> None:
        """End the process without asking; the database undoes what it had not committed."""
        if self.process is not None and not self.ended():
            self.process.kill()

    def forget(self) -> None:
        """Let go of a process that ended."""
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None
        self._forget_ready()
        forget_process(self.slot)

    def _forget_ready(self) -> None:
        if self.ready is not None:
            os.close(self.ready)
            self.ready = None


def stop_all(
    children: Sequence[Child], patience_seconds: float, is_urgent: Callable[[], bool]
) -> None:
    """Ask processes to stop and wait for them; kill those that take too long or when urgent."""
    for child in children:
        child.ask_to_stop()
    deadline = time.monotonic() + patience_seconds
    while any(not child.ended() for child in children):
        if is_urgent() or time.monotonic() > deadline:
            for child in children:
                child.kill()
        time.sleep(0.02)


def _environment() -> dict[str, str]:
    """Return the environment of a child, which runs this very checkout from any folder."""
    path = os.pathsep.join(filter(None, (str(_CHECKOUT), os.environ.get("PYTHONPATH"))))
    return {**os.environ, "PYTHONPATH": path, "PYTHONSAFEPATH": "1", "PYTHONUNBUFFERED": "1"}


def _manner(code: int) -> str:
    """Say how a process ended."""
    return f"by signal {-code}" if code < 0 else f"with exit code {code}"
