"""The note by which `loge restart` finds the supervisor of a data directory, and hears from it."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from app.processes.signals import RESTART_SIGNAL
from app.storage.postgres.locks import FileLock, is_held

if TYPE_CHECKING:
    from pathlib import Path

_LOCK = "supervisor.lock"
_NOTE = "supervisor.json"
_LOOK_EVERY_SECONDS = 0.1


class RestartError(Exception):
    """Nothing was restarted; the message says why."""


@dataclass(slots=True)
class SupervisorNote:
    """What a supervisor says of itself; valid while it holds the lock beside it."""

    folder: Path
    _lock: FileLock | None = None
    _ended: list[str | None] = field(default_factory=list)

    def post(self) -> bool:
        """Put the note up; tell False where another supervisor of the directory has done so."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / _LOCK)
        if not lock.try_acquire():
            return False
        self._lock = lock
        self._write()
        return True

    def report(self, reason: str | None) -> None:
        """Note that a restart ended: None when it was done, else why not."""
        self._ended.append(reason)
        if self._lock is not None:
            self._write()

    def take_down(self) -> None:
        """Remove the note."""
        if self._lock is not None:
            (self.folder / _NOTE).unlink(missing_ok=True)
            self._lock.release()
            self._lock = None

    def _write(self) -> None:
        """Write it in one step, so that nobody reads half of it."""
        last = self._ended[-1] if self._ended else None
        written = {"pid": os.getpid(), "restarts": len(self._ended), "reason": last}
        new = self.folder / f"{_NOTE}.new"
        new.write_bytes(orjson.dumps(written))
        new.replace(self.folder / _NOTE)


def restart_of(folder: Path) -> None:
    """Ask the supervisor of a data directory to restart, and wait until it has.

    Raises:
        RestartError: there is none, or it gave up.
    """
    if not is_held(folder / _LOCK):
        raise RestartError(f"no 'loge serve' runs on {folder}; start one with: loge serve")
    before = _read(folder)
    os.kill(before["pid"], RESTART_SIGNAL)
    after = before
    while after["restarts"] == before["restarts"]:
        time.sleep(_LOOK_EVERY_SECONDS)
        if not is_held(folder / _LOCK):
            raise RestartError("'loge serve' ended while it restarted")
        after = _read(folder)
    if after["reason"] is not None:
        raise RestartError(f"{after['reason']}; those that run go on. Its reason stands in the log")


def _read(folder: Path) -> dict[str, Any]:
    """Read the note of a supervisor that runs."""
    note: dict[str, Any] = orjson.loads((folder / _NOTE).read_bytes())
    return note
