"""The wire on a port of its own, with people who may log in, and bytes for those who speak them."""

import asyncio
import base64
import hashlib
import hmac
import secrets
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import psycopg
import uvloop

from semantic.rest.authentication import Caller
from semantic.run.engine import Engine
from semantic.wire import messages
from semantic.wire.contracts import Credentials, Login, Shells
from semantic.wire.limits import Limits
from semantic.wire.messages import Message
from semantic.wire.scram import ScramVerifier
from semantic.wire.server import WireServer
from tests.semantic.wire.club import caller
from tests.semantic.wire.front.spelled import Spelled

_T = TypeVar("_T")
PASSWORD = "the password of ann"
TOKEN = "a.token.of.somebody.else"
DATABASE = "Test club"
VERIFIER = ScramVerifier.of_password(PASSWORD)


@dataclass
class People:
    """Ann has a verifier, `token` has none, and `eve` may log in but open no data."""

    callers: dict[str, Caller] = field(
        default_factory=lambda: {
            "ann": caller("finance"),
            "token": caller("finance"),
            "eve": Caller(caller("finance").principal, frozenset({"meta"})),
            "blind": Caller(caller("finance").principal, frozenset({"data"})),
        }
    )

    async def find(self, user: str, database: str) -> Login | None:
        if user == "fault":
            raise RuntimeError("the credentials are broken")
        if user not in self.callers or database != DATABASE:
            return None

        async def found() -> Caller:
            return self.callers[user]

        return Login(None if user == "token" else VERIFIER, found)

    async def admit(self, user: str, database: str, password: str) -> Caller | None:  # noqa: ARG002 - the protocol's
        return self.callers[user] if password == TOKEN else None


@dataclass
class Door:
    """A running server."""

    server: WireServer
    spelled: Spelled
    loop: asyncio.AbstractEventLoop
    port: int
    raws: list["Raw"] = field(default_factory=list)

    def run(self, work: Callable[[], Awaitable[_T]]) -> _T:
        """Run something on the server's loop."""

        async def awaited() -> _T:
            return await work()

        return asyncio.run_coroutine_threadsafe(awaited(), self.loop).result(60)

    def dsn(self, user: str = "ann", **more: Any) -> str:
        given = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": user,
            "password": TOKEN if user == "token" else PASSWORD,
            "dbname": DATABASE,
            "sslmode": "require",
            "connect_timeout": 60,
            **more,
        }
        return psycopg.conninfo.make_conninfo(**given)

    def connect(self, user: str = "ann", **more: Any) -> psycopg.Connection[Any]:
        return psycopg.connect(self.dsn(user, **more), autocommit=True)

    def wire(self, user: str = "ann", **more: str) -> "Raw":
        """Log in without TLS, and speak the protocol by hand from there on."""
        raw = self.stranger()
        raw.log_in(user, **more)
        return raw

    def stranger(self) -> "Raw":
        """Connect, and say nothing yet; the connection is closed with the test."""
        self.raws.append(Raw(self.port))
        return self.raws[-1]

    def settle(self, count: int = 0) -> None:
        """Wait until so many connections are left."""

        async def settled() -> None:
            while self.server.connection_count > count:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.005)

        self.run(settled)


class Raw:
    """A socket that speaks messages."""

    def __init__(self, port: int) -> None:
        self.speak_over(socket.create_connection(("127.0.0.1", port), timeout=30))

    def speak_over(self, connection: socket.socket) -> None:
        self.socket = connection
        self._received = connection.makefile("rb")

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def take(self, count: int) -> bytes:
        found = self._received.read(count)
        if len(found) < count:
            raise EOFError(found)
        return found

    def message(self) -> Message:
        head = self.take(5)
        return Message(head[:1], self.take(int.from_bytes(head[1:], "big") - 4))

    def until(self, kind: bytes) -> list[Message]:
        found = [self.message()]
        while found[-1].kind != kind:
            found.append(self.message())
        return found

    def kinds(self, until: bytes = b"Z") -> str:
        """The letters of the messages up to one."""
        return "".join(one.kind.decode() for one in self.until(until))

    def error(self) -> dict[str, str]:
        """The fields of the next error."""
        found = messages.read_error(self.until(b"E")[-1].body)
        return {letter: text.decode() for letter, text in found.items()}

    def rest(self) -> bytes:
        """Everything up to the end."""
        try:
            return self._received.read()
        except ConnectionError:
            return b""

    def is_ended(self) -> bool:
        return not self.rest()

    def begin(self, user: str = "ann", **more: str) -> None:
        self.send(messages.startup({"user": user, "database": DATABASE, **more}))

    def log_in(self, user: str = "ann", **more: str) -> bytes:
        """Log in; return the key for cancelling."""
        self.begin(user, **more)
        prove(self, PASSWORD)
        return next(one.body for one in self.until(b"Z") if one.kind == b"K")

    def close(self) -> None:
        self._received.close()
        self.socket.close()


def prove(raw: Raw, password: str) -> None:
    """Do the client's side of SCRAM, up to its last message."""
    raw.until(b"R")
    bare = f"n=,r={secrets.token_hex(9)}"
    raw.send(initial(f"n,,{bare}"))
    said = raw.until(b"R")[-1].body[4:].decode()
    nonce, salt, count = (one[2:] for one in said.split(","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(count))
    key = hmac.digest(salted, b"Client Key", "sha256")
    last = f"c=biws,r={nonce}"
    stored = hashlib.sha256(key).digest()
    signature = hmac.digest(stored, f"{bare},{said},{last}".encode(), "sha256")
    proof = bytes(one ^ other for one, other in zip(key, signature, strict=True))
    raw.send(messages.packed(b"p", f"{last},p={base64.b64encode(proof).decode()}".encode()))


def initial(first: str, mechanism: str = "SCRAM-SHA-256") -> bytes:
    """The message that begins a proof."""
    said = first.encode()
    return messages.packed(b"p", mechanism.encode() + b"\0" + struct.pack("!i", len(said)) + said)


@contextmanager
def looping() -> Iterator[asyncio.AbstractEventLoop]:
    """Run a loop in a thread of its own."""
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def opened(
    loop: asyncio.AbstractEventLoop,
    shells: Shells,
    engine: Engine,
    tls: ssl.SSLContext | None,
    limits: Limits,
    people: Credentials | None = None,
) -> Iterator[Door]:
    """Run a server on a loop; its engine has the table that stands for the view."""
    spelled = Spelled()
    listener = socket.create_server(("127.0.0.1", 0))
    server = WireServer(people or People(), shells, spelled, engine, tls=tls, limits=limits)
    door = Door(server, spelled, loop, listener.getsockname()[1])
    door.run(lambda: server.start(listener))
    try:
        yield door
    finally:
        door.run(server.close)
        while door.raws:
            door.raws.pop().close()
