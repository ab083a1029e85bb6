"""A connection: whole messages come in, bytes go out, and who goes away is noticed at once."""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, cast

from semantic.wire.failures import FATAL, WireError, violated
from semantic.wire.messages import Message

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

_LENGTH = struct.Struct("!i")
_HELD_BYTES = 262_144
"""How much is taken from a sender before what came is asked for."""
_TOGETHER_BYTES = 32_768
"""How much is kept to be sent at once; each sending is a call of the system."""
_HEAD_BYTES = 5
_AHEAD_BYTES = 1_048_576
"""How much waits to be sent before whoever writes has to wait as well."""


class GoneError(Exception):
    """The other side went away."""


class Channel(asyncio.Protocol):
    """One connection of either side; one task at a time reads from it, and one writes to it.

    `stalled_seconds` is how long the other side may take nothing of what is written; None is ever.
    """

    transport: asyncio.Transport

    def __init__(self, begun: Callable[[Channel], None] = lambda _channel: None) -> None:
        """Call `begun` when the connection stands."""
        self._begun = begun
        self._received = bytearray()
        self._wanted = 0
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._unsent = bytearray()
        self._is_paused = False
        self.is_gone = False
        self.stalled_seconds: float | None = None
        self.left: Callable[[], None] = _nothing

    @property
    def held_count(self) -> int:
        """Return how many bytes came that nobody read yet."""
        return len(self._received)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._use(cast("asyncio.Transport", transport))
        self._begun(self)

    def data_received(self, data: bytes) -> None:
        """Keep what came, and stop the sender when it is too much to keep."""
        self._received += data
        self._arrived.set()
        if len(self._received) > max(_HELD_BYTES, self._wanted) and not self._is_paused:
            self._is_paused = True
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """Take the end of what comes for the end of the connection."""
        self._end()
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's name
        """Wake everybody who waits."""
        self._end()

    def pause_writing(self) -> None:
        """Let writers wait."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._writable.set()

    async def read(self, count: int) -> bytes:
        """Return the next bytes, exactly so many.

        Raises:
            GoneError: the other side went away before they came.
        """
        while len(self._received) < count:
            if self.is_gone:
                raise GoneError
            self._wanted = count
            self.flush()
            self._resume()
            self._arrived.clear()
            await self._arrived.wait()
        self._wanted = 0
        found = bytes(self._received[:count])
        del self._received[:count]
        if len(self._received) <= _HELD_BYTES:
            self._resume()
        return found

    async def message(self, limit_bytes: int) -> Message:
        """Return the next message.

        Raises:
            WireError: it is longer than allowed, or its length is none.
            GoneError: the other side went away.
        """
        head = await self.read(_HEAD_BYTES)
        length: int = _LENGTH.unpack_from(head, 1)[0]
        if not _LENGTH.size <= length <= limit_bytes:
            raise violated(f"a message of {length} bytes; it must have 4 to {limit_bytes}")
        return Message(head[:1], await self.read(length - _LENGTH.size))

    def write(self, content: bytes | memoryview) -> None:
        """Send bytes, together with what follows soon: at the latest when something is awaited."""
        if len(self._unsent) + len(content) < _TOGETHER_BYTES:
            self._unsent += content
        else:
            self.flush()
            self._send(content)

    def flush(self) -> None:
        """Send what was written so far."""
        unsent, self._unsent = self._unsent, bytearray()
        if unsent:
            self._send(unsent)

    async def drain(self) -> None:
        """Wait until the other side took enough.

        Raises:
            GoneError: it went away.
            WireError: it took nothing for so long that it is not waited for.
        """
        self.flush()
        if not self._writable.is_set():
            try:
                async with asyncio.timeout(self.stalled_seconds):
                    await self._writable.wait()
            except TimeoutError:
                raise _stalled(self.stalled_seconds) from None
        if self.is_gone:
            raise GoneError

    async def secure(self, context: ssl.SSLContext, begun: bytes = b"") -> None:
        """Go on inside TLS, as the server.

        `begun` is the whole of the client's first message of TLS, where it was read already; the
        client says nothing more before it is answered.

        Raises:
            OSError: no TLS came about.
        """
        loop = asyncio.get_running_loop()
        outside = self.transport
        securing = loop.start_tls(outside, self, context, server_side=True)
        handing = loop.create_task(_handed(outside, begun)) if begun else None
        secured = await securing
        if handing is not None:
            await handing
        self._use(cast("asyncio.Transport", secured))

    def close(self) -> None:
        """Send what was written, and end the connection."""
        self.flush()
        self.transport.close()

    def abort(self) -> None:
        """End the connection at once; what was not sent is lost."""
        self.transport.abort()

    def _use(self, transport: asyncio.Transport) -> None:
        """Write to a transport; it is full when a batch of rows or so waits in it."""
        self.transport = transport
        transport.set_write_buffer_limits(_AHEAD_BYTES)

    def _send(self, content: bytes | bytearray | memoryview) -> None:
        if not self.is_gone and not self.transport.is_closing():
            self.transport.write(content)

    def _resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self.transport.resume_reading()

    def _end(self) -> None:
        if not self.is_gone:
            self.is_gone = True
            self._arrived.set()
            self._writable.set()
            self.left()


async def _handed(transport: asyncio.Transport, content: bytes) -> None:
    """Let the protocol that just took the place of another have what that one received for it."""
    await asyncio.sleep(0)  # until it knows its transport
    protocol = cast("asyncio.BufferedProtocol", transport.get_protocol())
    left = memoryview(content)
    while left:
        room = memoryview(protocol.get_buffer(len(left)))
        count = min(len(room), len(left))
        room[:count] = left[:count]
        protocol.buffer_updated(count)
        left = left[count:]


def _stalled(seconds: float | None) -> WireError:
    """Build the error for a client that takes nothing of what it asked for."""
    message = f"terminating connection because its client read nothing for {seconds:g} seconds"
    hint = "Fetch large results in pieces, by a cursor or by the fetch size of the driver."
    return WireError("57P05", message, hint, severity=FATAL)


def _nothing() -> None:
    """Do nothing, as long as nobody wants to know."""
