"""What goes to the shell and comes back: messages passed on, counted, so that order is kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semantic.wire import messages
from semantic.wire.backend import RefusedByShellError
from semantic.wire.failures import placed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from semantic.wire.backend import Backend
    from semantic.wire.channel import Channel
    from semantic.wire.failures import WireError
    from semantic.wire.messages import Message
    from semantic.wire.splitting import Part

_FINAL = b"123CIsnT"
"""The answers that end what one message asked for: one each."""
_COPY_ENDS = b"cf"
IDLE = b"I"
BROKEN = b"E"


@dataclass
class Relay:
    """The two connections of a session.

    Messages of the extended protocol are only sent on; their answers are passed on when something
    has to come after them, or when the client asks for them. `from_client` reads what the client
    sends next, where rows of COPY are awaited.
    """

    channel: Channel
    backend: Backend
    from_client: Callable[[], Awaitable[Message]]
    statement_seconds: float
    status: bytes = IDLE
    is_skipping: bool = False
    """Whether something failed, so that everything up to Sync is skipped."""
    _awaited_count: int = field(default=0)
    _cancelling: asyncio.Future[None] | None = field(default=None)

    def forward(self, message: Message) -> None:
        """Send a message of the extended protocol to the shell."""
        self.backend.send(message.packed())
        self._awaited_count += 1

    async def settle(self) -> bool:
        """Pass on every answer that is still to come, and tell whether none was an error."""
        if self._awaited_count:
            self.backend.send(messages.FLUSH)
            while self._awaited_count:
                await self._pass_on(await self._received())
        return not self.is_skipping

    async def sync(self) -> bool:
        """End a cycle: pass on what is still to come, and that the session is ready.

        Returns whether it is. A server that waits for rows of COPY overlooks the end of the cycle,
        as the protocol has it, and the client says it again after the rows.
        """
        self.backend.send(messages.SYNC)
        while (message := await self._received()).kind != b"Z":
            await self._pass_on(message)
            if message.kind == b"G":
                return False
        self._ready(message)
        self.channel.write(message.packed())
        await self.channel.drain()
        return True

    async def query(self, message: Message) -> None:
        """Let the shell answer a simple query."""
        self.backend.send(message.packed())
        while (answer := await self._received()).kind != b"Z":
            await self._pass_on(answer)
        self._ready(answer)
        self.channel.write(answer.packed())
        await self.channel.drain()

    async def aside(self) -> None:
        """End a cycle of Loge's own between two of the client, who hears nothing of it."""
        self.status = (await self.backend.sync()).body

    async def run(self, part: Part) -> bool:
        """Let the shell run one statement of a simple query, within the cycle.

        Returns whether it did not fail.
        """
        self.backend.send(
            messages.Parse(b"", part.sql.encode()).packed()
            + messages.bind(b"", b"")
            + messages.describe(b"P", b"")
            + messages.execute(b"")
            + messages.FLUSH
        )
        try:
            await self.backend.expect(b"1")
            await self.backend.expect(b"2")
            rows = await self.backend.expect(b"Tn")
        except RefusedByShellError as error:
            fields = placed(error.fields, part.sql, part.sql, part.begins_at)
            self.refuse(RefusedByShellError(fields))
            return False
        if rows.kind == b"T":
            self.channel.write(rows.packed())
        self._awaited_count += 1
        return await self.settle()

    def refuse(self, error: RefusedByShellError) -> None:
        """Tell the client what the shell refused."""
        self.channel.write(messages.failed_with(error.fields))
        self._awaited_count = 0
        self.is_skipping = True

    async def fail(self, error: WireError) -> None:
        """Tell the client an error of Loge's, and let the shell's transaction fail as well."""
        self.channel.write(messages.failed(error))
        await self.backend.fail()
        self._awaited_count = 0
        self.is_skipping = True

    def _ready(self, message: Message) -> None:
        self.status = message.body
        self.is_skipping = False
        self._awaited_count = 0

    async def _received(self) -> Message:
        """Return the shell's next answer, after having cancelled what takes too long."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self.statement_seconds, self._cancel)
        try:
            return await self.backend.receive()
        finally:
            timer.cancel()

    def _cancel(self) -> None:
        self._cancelling = asyncio.ensure_future(self.backend.cancel())

    async def _pass_on(self, message: Message) -> None:
        self.channel.write(message.packed())
        if message.kind == b"D":
            await self.channel.drain()
        elif message.kind == b"E":
            self._awaited_count = 0
            self.is_skipping = True
        elif message.kind == b"G":
            await self._take_rows()
        elif message.kind in _FINAL:
            self._awaited_count = max(0, self._awaited_count - 1)

    async def _take_rows(self) -> None:
        """Pass on the rows that the client sends for COPY into a table of its own."""
        await self.channel.drain()
        while True:
            message = await self.from_client()
            self.backend.send(message.packed())
            await self.backend.channel.drain()
            if message.kind in _COPY_ENDS:
                self.backend.send(messages.FLUSH)
                return
