"""A session: the messages of one client, one after the other, until it leaves or has to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semantic.wire import messages
from semantic.wire.extended import Extended
from semantic.wire.failures import FATAL, WireError, violated
from semantic.wire.prepared import Preparing
from semantic.wire.relay import BROKEN, IDLE
from semantic.wire.simple import Simple
from semantic.wire.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from semantic.wire.executing import Executor
    from semantic.wire.messages import Message

_COPY_LEFTOVERS = b"dcf"
"""What a client may still send that did not hear in time that its COPY failed."""


@dataclass
class Session:
    """What a client says after it was let in, and what is done about it."""

    executor: Executor
    _handlers: dict[bytes, Callable[[Message], Awaitable[None]]] = field(init=False)

    def __post_init__(self) -> None:
        """Know who answers which message."""
        steps = Steps(self.executor)
        simple, extended = Simple(self.executor, steps), Extended(self.executor, steps)
        self._handlers = {
            b"Q": simple.query,
            b"P": extended.parse,
            b"B": extended.bind,
            b"E": extended.execute,
            b"C": extended.close,
            b"D": self._describe,
            b"H": self._flush,
            b"F": self._call,
        }

    async def run(self) -> None:
        """Answer until the client says goodbye.

        Raises:
            WireError: the session has to end, and why.
            GoneError: the client went away.
        """
        relay = self.executor.relay
        while (message := await self.read()).kind != b"X":
            if message.kind == b"S":
                if await relay.sync():
                    await self._sweep()
            elif message.kind in _COPY_LEFTOVERS:
                continue
            elif message.kind not in self._handlers:
                raise violated(f"a message of the kind {message.kind!r} is not known")
            elif not relay.is_skipping:
                await self._handlers[message.kind](message)
                # What failed is skipped up to Sync by the shell as well, which answers nothing.
                if message.kind in b"QF" and not relay.is_skipping:
                    await self._sweep()

    async def read(self) -> Message:
        """Return what the client sends next, within the time that is allowed.

        Raises:
            WireError: it sent nothing for too long, or nothing that is the protocol's.
            GoneError: it went away.
        """
        limits, is_idle = self.executor.limits, self.executor.relay.status == IDLE
        seconds = limits.idle_seconds if is_idle else limits.idle_in_transaction_seconds
        try:
            async with asyncio.timeout(seconds):
                return await self.executor.relay.channel.message(limits.message_bytes)
        except TimeoutError:
            state = "57P05" if is_idle else "25P03"
            kind = "idle-session" if is_idle else "idle-in-transaction"
            message = f"terminating connection due to {kind} timeout"
            raise WireError(state, message, severity=FATAL) from None

    async def close(self) -> None:
        """Let go of everything that the session has open."""
        await self.executor.opened.close()

    async def _describe(self, message: Message) -> None:
        """Let the shell describe; it has everything under the same name."""
        messages.read_target(message.body)
        self.executor.relay.forward(message)

    async def _flush(self, _message: Message) -> None:
        await self.executor.relay.settle()
        await self.executor.relay.channel.drain()

    async def _call(self, message: Message) -> None:
        """Let the shell call a function of its own."""
        if await self.executor.relay.settle():
            await self.executor.relay.query(message)

    async def _sweep(self) -> None:
        """Close what the shell no longer has; what failed is known when its transaction ends."""
        opened, relay = self.executor.opened, self.executor.relay
        if relay.status == IDLE:
            await opened.end_transaction()
        if opened.prepared and relay.status != BROKEN:
            await Preparing(self.executor).sweep()
            await relay.aside()
        if (opened.cursors or opened.portals) and relay.status != BROKEN:
            rows = await relay.backend.ask("SELECT name FROM pg_catalog.pg_cursors")
            await relay.aside()
            await opened.keep_only(frozenset(str(name) for (name,) in rows))
