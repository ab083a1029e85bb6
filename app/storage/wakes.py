"""Wake-ups after commits, over connections of their own: a hint to look, which may also be lost.

Never inside a business transaction: PostgreSQL lets only one transaction that notifies commit at a
time, and sellers would queue for it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from app.storage.engine import AsyncEngine, Engine

CHANNEL = "loge_changes"
DEBOUNCE_SECONDS = 0.02
"""How many commits are announced at once: those of so long."""
_NOTIFY = text(f"NOTIFY {CHANNEL}")
_log = logging.getLogger("loge.live")


class Notifier:
    """Announces commits to other processes, from a thread that begins with the first of them."""

    def __init__(self, engine: Engine) -> None:
        """Announce over a connection of an engine, held only while there is something to say."""
        self._engine = engine
        self._wanted = threading.Event()
        self._is_closed = False
        self._thread: threading.Thread | None = None
        self._beginning = threading.Lock()

    def notify(self) -> None:
        """Announce soon that something was committed; waits for nothing."""
        self._wanted.set()
        if self._thread is None and not self._is_closed:
            with self._beginning:
                if self._thread is None:
                    self._thread = threading.Thread(
                        target=self._announce, name="announce commits", daemon=True
                    )
                    self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._is_closed = True
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def _announce(self) -> None:
        pause = threading.Event()
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._is_closed:
                return
            try:
                with self._engine.connect() as connection:
                    # A transaction of its own, with nothing in it that others wait for.
                    connection.execution_options(isolation_level="AUTOCOMMIT").execute(_NOTIFY)
            except SQLAlchemyError as error:
                reason = str(error).partition("\n")[0]
                _log.debug("a commit was not announced: %s", reason)
            pause.wait(DEBOUNCE_SECONDS)


@asynccontextmanager
async def announcements(
    engine: AsyncEngine, on_commit: Callable[[], None]
) -> AsyncIterator[asyncio.Event]:
    """Call a function for every announcement, on a connection that is held for the block.

    Yields what is set when the connection is lost.
    """
    is_lost = asyncio.Event()

    def heard(*_: object) -> None:
        on_commit()

    def lost(*_: object) -> None:
        is_lost.set()

    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None  # noqa: S101 - an open connection has one
        driver.add_termination_listener(lost)
        await driver.add_listener(CHANNEL, heard)
        try:
            yield is_lost
        finally:
            driver.remove_termination_listener(lost)
            if not driver.is_closed():
                await driver.remove_listener(CHANNEL, heard)
