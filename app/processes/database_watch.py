"""Keeps the embedded PostgreSQL up while Loge serves, and leaves alone what an operator stopped."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.storage.postgres import EmbeddedPostgresError
from app.storage.postgres.processes import live_server, was_shut_down

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.storage.postgres import EmbeddedPostgres

EVERY_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


@dataclass(slots=True)
class DatabaseWatch:
    """Looks at the server now and then.

    A server that was stopped has shut its data down in order; one that was killed has not, nor one
    that could not recover or did not start, and is started again.
    """

    server: EmbeddedPostgres
    data_folder: Path
    say: Callable[[str], None]
    pause_seconds: float = EVERY_SECONDS
    next_look_at: float = 0.0
    was_alive: bool = True

    def watch(self) -> None:
        """Look, if it is time to."""
        if time.monotonic() < self.next_look_at:
            return
        self.pause_seconds = (
            EVERY_SECONDS if self._look() else min(2 * self.pause_seconds, LONGEST_PAUSE_SECONDS)
        )
        self.next_look_at = time.monotonic() + self.pause_seconds

    def _look(self) -> bool:
        """Start a server that died; tell whether the next look can come as soon as usual."""
        alive = live_server(self.data_folder) is not None
        if not alive and not was_shut_down(self.data_folder):
            self.say("the database ended unexpectedly; starting it again")
            try:
                self.server.start(self.say)
            except EmbeddedPostgresError as error:
                self.say(f"the database did not start: {error}")
                return False
            alive = True
        if alive is not self.was_alive:
            again = (
                "the database is back"
                if alive
                else (
                    "the database was stopped; requests are answered with 503 until "
                    "'loge db start' starts it again"
                )
            )
            self.say(again)
            self.was_alive = alive
        return True
