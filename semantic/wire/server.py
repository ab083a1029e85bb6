"""The wire's server: takes connections, lets people in, and ends sessions cleanly."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from semantic.rest.authentication import InvalidTokenError
from semantic.wire import messages
from semantic.wire.answers import Answers
from semantic.wire.backend import Backend, RefusedByShellError
from semantic.wire.channel import Channel, GoneError
from semantic.wire.executing import Executor
from semantic.wire.failures import FATAL, WireError
from semantic.wire.limits import Limits
from semantic.wire.login import CancelRequest, Entrance
from semantic.wire.relay import Relay
from semantic.wire.session import Session

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from uuid import UUID

    from semantic.run.engine import Engine
    from semantic.wire.contracts import Credentials, Shells, Translator
    from semantic.wire.login import Entered
    from semantic.wire.messages import Message

_LINGER_SECONDS = 5.0
"""How long a client that is told goodbye may take to read it."""
_KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
"""When a client is looked for that vanished without a word, in seconds and attempts."""
_log = logging.getLogger("loge.semantic.wire")


@dataclass(eq=False)
class _Place:
    """Where a session stands in the server: its connections, and how it is stopped."""

    backend: Backend
    executor: Executor
    organisation_id: UUID
    requests: set[asyncio.Future[None]] = field(default_factory=set)

    def cancel(self) -> None:
        """Stop what the session does at this moment, wherever it is done."""
        if not self.executor.cancel():
            request = asyncio.ensure_future(self.backend.cancel())
            self.requests.add(request)
            request.add_done_callback(self.requests.discard)


class WireServer:
    """Serves the wire on one port; everything runs on one event loop."""

    def __init__(
        self,
        credentials: Credentials,
        shells: Shells,
        translator: Translator,
        engine: Engine,
        *,
        tls: ssl.SSLContext | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Serve answers of an engine.

        Args:
            credentials: who may log in.
            shells: what answers for the catalogue.
            translator: what makes queries of SQL.
            engine: what runs them; the wire itself sees to it that they end in time.
            tls: without it only this machine may connect.
            limits: how much a session may take.
        """
        self._limits = limits or Limits()
        self._entrance = Entrance(credentials, tls)
        self._shells = shells
        self._translator = translator
        self._answers = Answers(engine, self._limits.concurrency)
        self._tasks: set[asyncio.Task[None]] = set()
        self._places: dict[bytes, _Place] = {}
        self._strangers_count = 0
        self._server: asyncio.Server | None = None

    @property
    def session_count(self) -> int:
        """Return how many sessions are open."""
        return len(self._places)

    @property
    def connection_count(self) -> int:
        """Return how many connections there are, of sessions and of strangers."""
        return len(self._tasks)

    async def start(self, listener: socket.socket) -> None:
        """Take connections from a socket that is bound."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Channel(self._begin), sock=listener)

    async def close(self) -> None:
        """Take no more connections, and end every session."""
        if self._server is not None:
            self._server.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._answers.close()

    def _begin(self, channel: Channel) -> None:
        if self._strangers_count >= self._limits.strangers:
            channel.abort()
            return
        _keep_alive(channel)
        channel.stalled_seconds = self._limits.stalled_seconds
        task = asyncio.get_running_loop().create_task(self._serve(channel))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, channel: Channel) -> None:
        """Serve one connection to its end, and tell the client why it ends."""
        try:
            entered = await self._entered(channel)
            if isinstance(entered, CancelRequest):
                place = self._places.get(entered.key)
                if place is not None:
                    place.cancel()
            else:
                await self._admit(channel, entered)
        except WireError as error:
            channel.write(messages.failed(error))
        except RefusedByShellError as error:
            channel.write(messages.failed_with(error.fields))
        except GoneError:
            pass
        except asyncio.CancelledError:
            message = "terminating connection due to administrator command"
            channel.write(messages.failed(WireError("57P01", message, severity=FATAL)))
        except Exception:  # noqa: BLE001 - it ends one session, and is noted
            _log.exception("a session of the wire failed by a fault of Loge's own")
            message = "the session ended by a fault of the server, which noted it"
            channel.write(messages.failed(WireError("XX000", message, severity=FATAL)))
        finally:
            channel.close()
            asyncio.get_running_loop().call_later(_LINGER_SECONDS, channel.abort)

    async def _entered(self, channel: Channel) -> Entered | CancelRequest:
        self._strangers_count += 1
        try:
            async with asyncio.timeout(self._limits.login_seconds):
                return await self._entrance.admit(channel)
        except TimeoutError:
            message = "canceling authentication due to timeout"
            raise WireError("08006", message, severity=FATAL) from None
        finally:
            self._strangers_count -= 1

    async def _admit(self, channel: Channel, entered: Entered) -> None:
        """Run a session with a shell of its own, and leave nothing of it."""
        organisation_id = entered.caller.principal.organisation_id
        self._refuse_too_many(organisation_id)
        async with self._backend(channel, entered) as backend:
            self._refuse_too_many(organisation_id)
            session = self._session(channel, backend, entered)
            place = _Place(backend, session.executor, organisation_id)
            self._places[backend.key] = place
            channel.left = place.cancel
            try:
                channel.write(messages.AUTHENTICATED)
                for message in backend.greeting:
                    channel.write(message.packed())
                async with self._renewed(entered):
                    await session.run()
            finally:
                del self._places[backend.key]
                channel.left = _nothing
                await asyncio.shield(session.close())

    @asynccontextmanager
    async def _renewed(self, entered: Entered) -> AsyncIterator[None]:
        """Let a block end with the token that let somebody in, or when it means somebody else."""
        session, is_over = cast("asyncio.Task[None]", asyncio.current_task()), asyncio.Event()

        async def watch() -> None:
            is_still = True
            while is_still:
                await asyncio.sleep(self._limits.renewed_seconds)
                is_still = await self._is_still(entered)
            is_over.set()
            session.cancel()

        watching = asyncio.create_task(watch())
        try:
            yield
        except asyncio.CancelledError:
            if not is_over.is_set():
                raise
            session.uncancel()
            message = "terminating connection because its token has ended or was changed"
            raise WireError("57P01", message, severity=FATAL) from None
        finally:
            watching.cancel()

    async def _is_still(self, entered: Entered) -> bool:
        """Tell whether whoever was let in would be let in as the same; yes where nobody can say."""
        try:
            return await entered.renew() == entered.caller
        except InvalidTokenError:
            return False
        except Exception:  # noqa: BLE001 - credentials that cannot be read end no session
            _log.exception("it could not be told whether the token of a session has ended")
            return True

    @asynccontextmanager
    async def _backend(self, channel: Channel, entered: Entered) -> AsyncIterator[Backend]:
        address = await self._shells.open(entered.caller, entered.user, entered.database)
        try:

            def told(message: Message) -> None:
                channel.write(message.packed())

            backend = await Backend.open(address, entered.settings, told)
            try:
                yield backend
            finally:
                backend.close()
        finally:
            await self._shells.release(address)

    def _session(self, channel: Channel, backend: Backend, entered: Entered) -> Session:
        seconds = self._limits.statement_seconds

        async def read() -> Message:
            return await session.read()

        relay = Relay(channel, backend, read, seconds)
        executor = Executor(relay, entered.caller, self._translator, self._answers, self._limits)
        session = Session(executor)
        return session

    def _refuse_too_many(self, organisation_id: UUID) -> None:
        """Refuse a session that would be one too many."""
        counts = Counter(one.organisation_id for one in self._places.values())
        if len(self._places) >= self._limits.sessions:
            raise WireError("53300", "sorry, too many clients already", severity=FATAL)
        if counts[organisation_id] >= self._limits.sessions_per_club:
            message = "too many sessions of this organisation; close one of them"
            raise WireError("53300", message, severity=FATAL)


def _keep_alive(channel: Channel) -> None:
    """Let the system notice when the other side vanishes."""
    connection = channel.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for name, value in _KEEPALIVE.items():
        connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _nothing() -> None:
    """Do nothing for a client that leaves when its session is over."""
