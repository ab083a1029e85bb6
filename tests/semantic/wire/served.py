"""The BI door as it is served: real shells, real translation, over a small club."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import uvloop

from app.storage.postgres.throwaway import ThrowawayClusters
from semantic.rest.authentication import Caller
from semantic.run.engine import Engine
from semantic.serving.door import Door, opened
from semantic.sqlapi.api import SqlApi
from semantic.wire.contracts import Login
from semantic.wire.scram import ScramVerifier
from semantic.wire.tls import own_context
from tests.semantic.wire.club import caller, compiler_of, filled

USER, PASSWORD, DATABASE = "ann", "the-password-of-ann", "club"
_T = TypeVar("_T")


class People:
    """Ann of finance, and Bob of sales with the same password."""

    def __init__(self) -> None:
        self.verifier = ScramVerifier.of_password(PASSWORD)
        self.callers = {USER: caller("finance"), "bob": caller("sales")}

    async def find(self, user: str, database: str) -> Login | None:
        if user not in self.callers or database != DATABASE:
            return None

        async def found() -> Caller:
            return self.callers[user]

        return Login(self.verifier, found)

    async def admit(self, user: str, database: str, password: str) -> Caller | None:  # noqa: ARG002 - the protocol's
        return None


@dataclass
class Served:
    """A running door."""

    port: int
    certificate: Path

    @property
    def url(self) -> str:
        return (
            f"postgresql://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/{DATABASE}"
        )

    def connect(self, **more: Any) -> psycopg.Connection[Any]:
        return psycopg.connect(self.url, autocommit=True, connect_timeout=60, **more)


@contextmanager
def serving_wire(clusters: ThrowawayClusters, folder: Path) -> Iterator[Served]:
    """Serve the small club on a loop in a thread of its own."""
    facts = filled()
    engine = Engine(facts)
    compiler = compiler_of(engine)
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def run(work: Callable[[], Awaitable[_T]]) -> _T:
        async def awaited() -> _T:
            return await work()

        return asyncio.run_coroutine_threadsafe(awaited(), loop).result(120)

    listener = socket.create_server(("127.0.0.1", 0))
    door = Door(listener, People(), clusters, own_context(folder))
    stack = AsyncExitStack()
    port = listener.getsockname()[1]
    entered = opened(door, SqlApi(lambda _: compiler), lambda _: compiler, engine)
    run(lambda: stack.enter_async_context(entered))
    try:
        yield Served(port, folder / "wire.crt")
    finally:
        run(stack.aclose)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
        facts.connection.close()
