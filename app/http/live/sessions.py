"""Whether the credentials of connections that stay open are still good."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from app.storage.failures import is_unavailable

if TYPE_CHECKING:
    from collections.abc import Hashable

    from app.domain.admission import Admission
    from app.http.authentication import Authentication

CHECKED_EVERY_SECONDS = 2.0
"""How long a connection may outlive its token."""
CLOSING_SECONDS = 3.0
"""How long clients may take to close when the process stops."""
_log = logging.getLogger("loge.live")


class Session(Protocol):
    """A connection that stays open."""

    @property
    def admission(self) -> Admission:
        """Return whom it was opened for."""

    def expire(self) -> None:
        """Tell the client that its credentials have ended, and close."""

    def restart(self) -> None:
        """Tell the client to come back to another process, and close."""


@dataclass(slots=True)
class Sessions:
    """The open connections of a process; equal credentials are looked up once for all of them."""

    authentication: Authentication
    every_seconds: float = CHECKED_EVERY_SECONDS
    _open: dict[Hashable, set[Session]] = field(default_factory=lambda: defaultdict(set))
    _task: asyncio.Task[None] | None = None
    _empty: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, session: Session) -> None:
        """Watch over a connection."""
        self._open[session.admission.voucher].add(session)
        if self._task is None:
            self._task = asyncio.create_task(self._check_for_ever())

    def remove(self, session: Session) -> None:
        """Forget a connection."""
        voucher = session.admission.voucher
        self._open[voucher].discard(session)
        if not self._open[voucher]:
            del self._open[voucher]
        if not self._open:
            self._empty.set()

    async def close(self) -> None:
        """Tell everybody to come back to another process."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        for session in [one for sessions in self._open.values() for one in sessions]:
            session.restart()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_SECONDS):
                self._empty.clear()
                if self._open:
                    await self._empty.wait()

    async def _check_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self.every_seconds)
            for sessions in list(self._open.values()):
                try:
                    await self._check(list(sessions))
                except Exception as error:  # noqa: BLE001 - a database that is away ends no connection
                    if not is_unavailable(error):
                        _log.exception("credentials could not be checked")

    async def _check(self, sessions: list[Session]) -> None:
        """End the connections of credentials that stand for nobody, or somebody else, now."""
        if sessions and not await self.authentication.is_still_valid(sessions[0].admission):
            for session in sessions:
                session.expire()
