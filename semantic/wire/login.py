"""How a session begins: TLS, who it is, and the proof of it."""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING

from semantic.rest.authentication import InvalidTokenError
from semantic.wire import messages
from semantic.wire.failures import FATAL, WireError, violated
from semantic.wire.scram import MECHANISM, ScramError, ScramExchange, mock_verifier
from semantic.wire.tls import PROTOCOL

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

    from semantic.rest.authentication import Caller
    from semantic.wire.channel import Channel
    from semantic.wire.contracts import Credentials, Login

_STARTUP_BYTES = 10_000
_PROOF_BYTES = 65_536
"""The longest message with a password or a proof; tokens of identity providers are long."""
_OWN = frozenset({"user", "database", "replication", "timezone"})
"""What a client sends first that is not handed on to the shell.

Drivers send the time zone of the machine they run on without being asked. Days and months would
begin at other instants for each of them, so that every session begins in the zone of the club.
"""
_EXTENSION = "_pq_."
_MAJOR = 3
_HANDSHAKE = 0x16
"""The byte with which TLS begins; a message that began so would be far too long."""


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """Somebody wants to cancel what the session with a key does."""

    key: bytes


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who proved who it is, and the settings that the session is to begin with.

    `renew` says who it is at a later time, and raises `InvalidTokenError` when that is over.
    """

    caller: Caller
    renew: Callable[[], Awaitable[Caller]]
    user: str
    database: str
    settings: dict[str, str]


@dataclass
class Entrance:
    """Lets people in.

    Without `tls` nobody but this machine may connect, and nobody with a password in clear text.
    """

    credentials: Credentials
    tls: ssl.SSLContext | None
    _secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    async def admit(self, channel: Channel) -> Entered | CancelRequest:
        """Take a connection from its first byte to where somebody is known.

        Raises:
            WireError: nobody is let in.
            GoneError: the client went away.
        """
        code, body = await self._first(channel)
        if code == messages.CANCEL_CODE:
            return CancelRequest(body)
        if code >> 16 != _MAJOR:
            message = f"protocol {code >> 16}.{code & 0xFFFF} is not known; 3.0 is"
            raise WireError("0A000", message, severity=FATAL)
        given = messages.read_startup(body)
        extensions = [name for name in given if name.startswith(_EXTENSION)]
        if code > messages.PROTOCOL or extensions:
            channel.write(messages.negotiated(extensions))
        user = given.get("user", "")
        database = given.get("database") or user
        if not user:
            raise WireError("28000", "no user was named", severity=FATAL)
        if given.get("replication", "false").lower() not in ("false", "off", "no", "0"):
            raise WireError("0A000", "there is nothing to replicate", severity=FATAL)
        if not _is_secured(channel) and not _is_local(channel):
            raise WireError(
                "28000",
                "connections from other machines need TLS",
                "Connect with sslmode=require.",
                severity=FATAL,
            )
        caller, renew = await self._prove(channel, user, database)
        if "data" not in caller.scopes:
            message = "this token does not open data; it needs the scope `data`"
            raise WireError("28000", message, severity=FATAL)
        settings = {
            name: value
            for name, value in given.items()
            if name.lower() not in _OWN and name not in extensions
        }
        return Entered(caller, renew, user, database, settings)

    async def _first(self, channel: Channel) -> tuple[int, bytes]:
        """Return the first message that is neither about TLS nor about GSS."""
        asked: set[int] = set()
        while True:
            head = await channel.read(4)
            if head[0] == _HANDSHAKE and self.tls is not None and not asked:
                await self._secure_at_once(channel, self.tls, head)
                asked.add(messages.TLS_CODE)
                continue
            length = messages.Reader(head).long()
            if not 8 <= length <= _STARTUP_BYTES:  # noqa: PLR2004 - its own four bytes and the code
                raise violated("this is no beginning of a session")
            reader = messages.Reader(await channel.read(length - 4))
            code = reader.long()
            if code not in (messages.TLS_CODE, messages.GSS_CODE):
                return code, reader.rest()
            if code in asked:
                raise violated("encryption was asked for twice")
            asked.add(code)
            if code == messages.TLS_CODE and self.tls is not None:
                await self._secure(channel, self.tls)
            else:
                channel.write(b"N")

    async def _secure(self, channel: Channel, tls: ssl.SSLContext) -> None:
        # What came before TLS was sent by anybody, and must not be taken for what came inside.
        if channel.held_count:
            raise violated("something was sent between the request for TLS and its answer")
        channel.write(b"S")
        await channel.drain()
        try:
            await channel.secure(tls)
        except OSError as error:
            raise violated("no TLS came about") from error

    async def _secure_at_once(self, channel: Channel, tls: ssl.SSLContext, head: bytes) -> None:
        """Make TLS with a client that began it without asking, as `sslnegotiation=direct` does."""
        head += await channel.read(1)
        begun = head + await channel.read(int.from_bytes(head[3:], "big"))
        try:
            await channel.secure(tls, begun)
        except OSError as error:
            raise violated("no TLS came about") from error
        if channel.transport.get_extra_info("ssl_object").selected_alpn_protocol() != PROTOCOL:
            raise violated(f"TLS that nobody asked for has to name the protocol {PROTOCOL} (ALPN)")

    async def _prove(
        self, channel: Channel, user: str, database: str
    ) -> tuple[Caller, Callable[[], Awaitable[Caller]]]:
        login = await self.credentials.find(user, database)
        if login is not None and login.verifier is None:
            renew = await self._ask_password(channel, user, database)
        else:
            renew = await self._exchange(channel, user, database, login)
        if renew is not None:
            with suppress(InvalidTokenError):
                return await renew(), renew
        message = f'password authentication failed for user "{user}"'
        raise WireError("28P01", message, severity=FATAL)

    async def _ask_password(
        self, channel: Channel, user: str, database: str
    ) -> Callable[[], Awaitable[Caller]] | None:
        if not _is_secured(channel):
            message = "this user's password is sent in clear text, which needs TLS"
            raise WireError("28000", message, "Connect with sslmode=require.", severity=FATAL)
        channel.write(messages.ASK_PASSWORD)
        reader = messages.Reader(await _proof(channel))
        password = reader.text()
        reader.end()
        try:
            text = password.decode()
        except UnicodeDecodeError:
            return None
        return partial(self._admitted, user, database, text)

    async def _admitted(self, user: str, database: str, password: str) -> Caller:
        found = await self.credentials.admit(user, database, password)
        if found is None:
            raise InvalidTokenError("nobody has this password")
        return found

    async def _exchange(
        self, channel: Channel, user: str, database: str, login: Login | None
    ) -> Callable[[], Awaitable[Caller]] | None:
        """Let a client prove a password by SCRAM; nobody learns whether the name is known."""
        logins = () if login is None else (login, *login.alternatives)
        verifiers = [one.verifier for one in logins if one.verifier is not None]
        exchange = ScramExchange(*(verifiers or [mock_verifier(self._secret, user, database)]))
        channel.write(messages.ask_sasl(MECHANISM))
        reader = messages.Reader(await _proof(channel))
        mechanism, first = reader.text(), reader.value()
        reader.end()
        if mechanism != MECHANISM.encode() or first is None:
            raise violated(f"the only way to prove a password is {MECHANISM}")
        try:
            channel.write(messages.sasl(exchange.first(first), is_last=False))
            last = exchange.final(await _proof(channel))
        except ScramError as error:
            if error.is_proof:
                return None
            raise violated(str(error)) from error
        (proved,) = (one for one in logins if one.verifier is exchange.proved)
        channel.write(messages.sasl(last, is_last=True))
        return proved.caller


async def _proof(channel: Channel) -> bytes:
    message = await channel.message(_PROOF_BYTES)
    if message.kind != b"p":
        raise violated("a password or the proof of one was expected")
    return message.body


def _is_secured(channel: Channel) -> bool:
    return channel.transport.get_extra_info("ssl_object") is not None


def _is_local(channel: Channel) -> bool:
    """Tell whether the other side is on this machine."""
    peer = channel.transport.get_extra_info("peername")
    return isinstance(peer, tuple) and ip_address(peer[0].partition("%")[0]).is_loopback
