"""Server-sent events: one operation for each request (GraphQL over SSE, distinct connections)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from app.domain.admission import Refusal
from app.http.authentication import challenge
from app.http.live.running import failure_of
from app.http.refusals import DoorCode, RefusedError
from app.resolvers.live.hub import HubClosedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.types import Message, Receive, Send

    from app.domain.admission import Admission
    from app.http.graphql import Caller
    from app.http.graphql_request import Asked
    from app.http.live.running import Streams
    from app.http.live.sessions import Sessions

HEARTBEAT_SECONDS = 15.0
"""How often a stream says that it is alive when nothing happens."""
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    # Asks a proxy in front not to keep events back until there are many.
    (b"x-accel-buffering", b"no"),
]
_PING = b":\n\n"


async def serve_events(
    streams: Streams,
    sessions: Sessions,
    caller: Caller,
    asked: Asked,
    receive: Receive,
    send: Send,
) -> None:
    """Answer an operation by server-sent events; a mutation only by POST.

    Raises:
        RefusedError: nothing was sent.
    """
    admission = await streams.endpoint.admit(caller.authorization, caller.address)
    if admission.actor is None:
        reason = admission.refusal or Refusal.ABSENT
        headers = {"www-authenticate": challenge(reason)}
        raise RefusedError(DoorCode.UNAUTHENTICATED, reason.sentence, 401, headers=headers)
    await EventStream(streams, sessions, admission).serve(asked, caller.method, receive, send)


@dataclass(eq=False, slots=True)
class EventStream:
    """One stream of events."""

    streams: Streams
    sessions: Sessions
    admission: Admission
    heartbeat_seconds: float = HEARTBEAT_SECONDS
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _error: RefusedError | None = None

    def expire(self) -> None:
        """End with an error."""
        message = "the token has ended; come back with a new one and the last cursor"
        self._error = RefusedError(DoorCode.UNAUTHENTICATED, message)
        self._over.set()

    def restart(self) -> None:
        """End without completing, so that the client comes back."""
        self._over.set()

    async def serve(self, asked: Asked, method: str, receive: Receive, send: Send) -> None:
        """Send the answers of an operation until it ends, the client leaves or the token does.

        Raises:
            RefusedError: nothing was sent yet.
        """
        is_live, answers = await self.streams.run(asked, self.admission, self.restart, method)
        waiter = asyncio.create_task(self._wait_for_the_end(receive))
        if is_live:
            self.sessions.add(self)
        try:
            await self._send_all(answers, waiter, send)
        finally:
            if is_live:
                self.sessions.remove(self)
            waiter.cancel()
            with suppress(asyncio.CancelledError):
                await waiter
            await answers.aclose()

    async def _send_all(
        self, answers: AsyncGenerator[bytes, None], waiter: asyncio.Task[None], send: Send
    ) -> None:
        """Send answers as they come, and signs of life between them."""
        begun = False
        coming: asyncio.Task[bytes] | None = None
        try:
            while not waiter.done():
                coming = coming or asyncio.ensure_future(anext(answers))
                pending = {coming, waiter}
                done, _ = await asyncio.wait(
                    pending,
                    timeout=self.heartbeat_seconds if begun else 1.0,
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if coming in done:
                    body, is_end = _told(coming)
                    coming = None
                else:
                    body, is_end = _PING, False
                if not begun:
                    begun = True
                    start = {"type": "http.response.start", "status": 200, "headers": HEADERS}
                    await send(start)
                if not waiter.done() or is_end:
                    await send(_body(body, more=not is_end))
                if is_end:
                    return
            await self._send_end(send, begun=begun)
        finally:
            if coming is not None:
                coming.cancel()
                with suppress(asyncio.CancelledError, StopAsyncIteration, Exception):
                    await coming

    async def _send_end(self, send: Send, *, begun: bool) -> None:
        """End a stream whose token or process ended; a client that left hears nothing of it."""
        if not begun:
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        last = b"" if self._error is None else _next(_errors(self._error)) + _COMPLETE
        await send(_body(last, more=False))

    async def _wait_for_the_end(self, receive: Receive) -> None:
        """Wait until the client leaves, or the stream is to end."""
        over = asyncio.create_task(self._over.wait())
        left = asyncio.create_task(_left(receive))
        try:
            await asyncio.wait({over, left}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            over.cancel()
            left.cancel()


_COMPLETE = b"event: complete\ndata:\n\n"


def _told(coming: asyncio.Task[bytes]) -> tuple[bytes, bool]:
    """Return what an answer, the end of answers or a failure is on the wire, and if it ends."""
    try:
        return _next(coming.result()), False
    except StopAsyncIteration:
        return _COMPLETE, True
    except HubClosedError:
        return b"", True
    except Exception as error:  # noqa: BLE001 - masked and told as the answer's error
        return _next(_errors(error)) + _COMPLETE, True


def _next(answer: bytes) -> bytes:
    return b"event: next\ndata: %b\n\n" % answer


def _errors(error: Exception) -> bytes:
    return orjson.dumps({"errors": failure_of(error)})


def _body(content: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": more}


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
