"""A session's own connection to the shell: the PostgreSQL that answers for the catalogue."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semantic.wire import messages
from semantic.wire.channel import Channel, GoneError
from semantic.wire.failures import FATAL, WireError
from semantic.wire.messages import Message, Parse

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from semantic.wire.contracts import ShellAddress, WireColumn

_MESSAGE_BYTES = 1_000_000_000
_ASKED = b"loge question"
"""The name of statements of Loge's own; each is closed before the client's next one."""
_CLEARED = messages.close(b"S", _ASKED)
"""Goes before every question: one that failed half-way left its statement behind."""
_TRUSTED = b"\0\0\0\0"
_ASYNCHRONOUS = b"NSA"
"""Notices, settings and notifications, which come between any two other messages."""


class RefusedByShellError(Exception):
    """The shell answered with an error, whose fields it carries."""

    def __init__(self, fields: dict[str, bytes]) -> None:
        """Take the fields as they came."""
        super().__init__(fields.get("M", b"").decode(errors="replace"))
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Described:
    """What a statement takes and returns; columns are None where it returns no rows."""

    oids: tuple[int, ...]
    columns: tuple[WireColumn, ...] | None
    row_description: bytes | None


@dataclass
class Backend:
    """A connection that began; `greeting` is what a client is told of it, up to the first wait.

    What comes between other messages (notices, settings) goes to `told`.
    """

    channel: Channel
    address: ShellAddress
    told: Callable[[Message], None]
    key: bytes = b""
    greeting: list[Message] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def open(
        cls,
        address: ShellAddress,
        parameters: Mapping[str, str],
        told: Callable[[Message], None],
    ) -> Backend:
        """Connect and begin a session.

        Raises:
            RefusedByShellError: it does not let this session in, or not with these settings.
            WireError: it is not there.
        """
        loop = asyncio.get_running_loop()
        try:
            _, channel = await loop.create_unix_connection(Channel, address.socket)
        except OSError as error:
            raise lost() from error
        backend = cls(channel, address, told)
        named = {**parameters, "user": address.role, "database": address.database}
        channel.write(messages.startup(named))
        try:
            await backend._begin()
        except BaseException:
            channel.abort()
            raise
        return backend

    async def _begin(self) -> None:
        while (message := await self._any()).kind != b"Z":
            if message.kind == b"E":
                raise RefusedByShellError(messages.read_error(message.body))
            if message.kind == b"R":
                if message.body != _TRUSTED:
                    raise lost("the catalogue of this session asks for a password")
                continue
            if message.kind == b"K":
                self.key = message.body
            self._note(message)
            self.greeting.append(message)
        self.greeting.append(message)

    async def receive(self) -> Message:
        """Return the next answer; what comes in between is told by the way.

        Raises:
            WireError: the shell went away.
        """
        while (message := await self._any()).kind in _ASYNCHRONOUS:
            self._note(message)
            self.told(message)
        return message

    def send(self, content: bytes) -> None:
        """Send one or more messages."""
        self.channel.write(content)

    async def describe(self, sql: bytes, oids: tuple[int, ...] = ()) -> Described:
        """Return what a statement would take and return, without a trace of it.

        Raises:
            RefusedByShellError: it is wrong; everything until Sync is skipped now.
        """
        self.send(
            _CLEARED
            + Parse(_ASKED, sql, oids).packed()
            + messages.describe(b"S", _ASKED)
            + messages.close(b"S", _ASKED)
            + messages.FLUSH
        )
        await self.expect(b"3")
        await self.expect(b"1")
        found = await self.description()
        await self.expect(b"3")
        return found

    async def description(self) -> Described:
        """Read the description of a statement that was asked for.

        Raises:
            RefusedByShellError: there is none.
        """
        oids = messages.read_oids((await self.expect(b"t")).body)
        rows = await self.expect(b"Tn")
        if rows.kind == b"n":
            return Described(oids, None, None)
        return Described(oids, messages.read_columns(rows.body), rows.packed())

    async def ask(self, sql: str) -> list[tuple[str | None, ...]]:
        """Return the rows of a question of Loge's own, as texts.

        Raises:
            RefusedByShellError: it cannot be asked now, as in a transaction that failed.
        """
        self.send(
            _CLEARED
            + Parse(_ASKED, sql.encode()).packed()
            + messages.bind(_ASKED, _ASKED)
            + messages.execute(_ASKED)
            + messages.close(b"P", _ASKED)
            + messages.close(b"S", _ASKED)
            + messages.FLUSH
        )
        await self.expect(b"3")
        await self.expect(b"1")
        await self.expect(b"2")
        rows: list[tuple[str | None, ...]] = []
        while (message := await self.expect(b"DC")).kind == b"D":
            values = messages.read_row(message.body)
            rows.append(tuple(None if one is None else one.decode() for one in values))
        await self.expect(b"3")
        await self.expect(b"3")
        return rows

    async def fail(self) -> None:
        """Let the transaction fail, as it does where the shell itself refuses a statement."""
        self.send(Parse(_ASKED, b"!").packed() + messages.FLUSH)
        with contextlib.suppress(RefusedByShellError):
            await self.expect(b"")

    async def sync(self) -> Message:
        """End a cycle; return the ReadyForQuery.

        Raises:
            WireError: the shell went away.
        """
        self.send(messages.SYNC)
        return await self.expect(b"Z")

    async def expect(self, kinds: bytes) -> Message:
        """Return the next answer, which is of one of some kinds.

        Raises:
            RefusedByShellError: it is an error.
        """
        message = await self.receive()
        if message.kind == b"E":
            raise RefusedByShellError(messages.read_error(message.body))
        if message.kind not in kinds:
            raise lost(f"the catalogue of this session answered out of turn ({message.kind!r})")
        return message

    async def cancel(self) -> None:
        """Ask the shell to cancel what it does for this session; harmless if it does nothing."""
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_unix_connection(self.address.socket)
            writer.write(messages.cancel(self.key))
            writer.close()
            await writer.wait_closed()

    def close(self) -> None:
        """End the session."""
        self.channel.write(messages.TERMINATE)
        self.channel.close()

    async def _any(self) -> Message:
        try:
            return await self.channel.message(_MESSAGE_BYTES)
        except GoneError:
            raise lost() from None

    def _note(self, message: Message) -> None:
        if message.kind == b"S":
            reader = messages.Reader(message.body)
            self.settings[reader.text().decode()] = reader.text().decode()


def lost(message: str = "the catalogue of this session is not there; connect again") -> WireError:
    """Build the error for a shell that ended, or that behaves as none."""
    return WireError("08006", message, severity=FATAL)
