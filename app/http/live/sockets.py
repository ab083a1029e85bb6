"""WebSockets: the graphql-transport-ws protocol over Strawberry's handler of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import (
    NonJsonMessageReceived,
    NonTextMessageReceived,
    WebSocketDisconnected,
)
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
)
from strawberry.types.unset import UNSET

from app.http.failures import log_failure
from app.http.graphql_request import read_body
from app.http.live.running import failure_of
from app.http.refusals import DoorCode, RefusedError
from app.resolvers.live.hub import HubClosedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import Operation

    from app.domain.admission import Admission
    from app.http.graphql_request import Asked
    from app.http.live.running import Streams
    from app.http.live.sessions import Sessions
    from app.http.origins import Origins

OPERATION_LIMIT = 50
"""Operations under way on one connection, subscriptions among them."""
INIT_TIMEOUT = timedelta(seconds=10)
"""How long a client may take to say who it is."""
CLOSING_SECONDS = 5.0
"""How long a close may wait for a client that does not read; then the connection is dropped."""
_ID_LIMIT = 200
_REASON_LIMIT = 100
_TYPES = frozenset({"connection_init", "ping", "pong", "subscribe", "complete"})
_FAILED, _RESTART, _TOO_SLOW = 1011, 1012, 1013
_FORBIDDEN, _NOT_ACCEPTABLE = 4403, 4406


class Adapter:
    """A WebSocket as Strawberry's handler sees it; JSON goes out as text, which clients expect."""

    def __init__(self, websocket: WebSocket) -> None:
        """Adapt a WebSocket."""
        self._websocket = websocket

    async def iter_json(
        self,
        *,
        ignore_parsing_errors: bool = False,  # noqa: ARG002 - what the handler calls it with
    ) -> AsyncGenerator[object, None]:
        """Yield what the client sends until it leaves."""
        with suppress(WebSocketDisconnect):
            while True:
                message = await self._websocket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text")
                if text is None:
                    raise NonTextMessageReceived
                try:
                    content = orjson.loads(text)
                except orjson.JSONDecodeError as error:
                    raise NonJsonMessageReceived from error
                yield content

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message."""
        await self.send_text(orjson.dumps(message).decode())

    async def send_text(self, text: str) -> None:
        """Send a message that is written already."""
        try:
            await self._websocket.send_text(text)
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close, unless it is closed."""
        with suppress(WebSocketDisconnect, RuntimeError):
            await self._websocket.close(code, reason)


class _Opening:
    """What the handler keeps of the message that opens a connection."""

    connection_params: Mapping[str, object] | None = None


class Socket(BaseGraphQLTransportWSHandler[Any, None]):
    """One connection; its operations pass the same door as those of requests."""

    websocket: Any  # an `Adapter`, which is none of Strawberry's own

    def __init__(self, streams: Streams, sessions: Sessions, websocket: WebSocket) -> None:
        """Serve a WebSocket that was accepted."""
        adapter: Any = Adapter(websocket)
        super().__init__(
            view=cast("Any", self),
            websocket=adapter,
            context=_Opening(),
            root_value=None,
            schema=streams.endpoint.schema,
            connection_init_wait_timeout=INIT_TIMEOUT,
            max_subscriptions_per_connection=OPERATION_LIMIT,
        )
        self.admission: Admission
        self._streams = streams
        self._sessions = sessions
        self._headers = websocket.headers
        self._address = websocket.client.host if websocket.client is not None else ""
        self._is_open = False
        self._serving: asyncio.Task[Any] | None = None
        self._closing: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Talk until either side closes."""
        self._serving = asyncio.current_task()
        try:
            await self.handle()
        except asyncio.CancelledError:
            if self._closing is None or self._serving is None:
                raise
            self._serving.uncancel()
        finally:
            if self._is_open:
                self._sessions.remove(self)
            if self._closing is not None and not self._closing.done():
                self._closing.cancel()

    async def on_ws_connect(self, context: _Opening) -> object:
        """Admit the client by its token, in the opening message or the header of the request."""
        given = context.connection_params or {}
        named = [given.get(name) for name in ("Authorization", "authorization")]
        authorization = next((one for one in named if isinstance(one, str)), None)
        if authorization is None:
            authorization = self._headers.get("authorization")
        try:
            admission = await self._streams.endpoint.admit(authorization, self._address)
        except RefusedError:
            raise ConnectionRejectionError from None
        if admission.actor is None:
            raise ConnectionRejectionError
        self.admission = admission
        self._is_open = True
        self._sessions.add(self)
        return UNSET

    def expire(self) -> None:
        """End every operation with an error, and close so that a client brings a new token."""
        message = "the token has ended; come back with a new one and the last cursor"
        refusal = RefusedError(DoorCode.UNAUTHENTICATED, message)
        self._close_soon(_FORBIDDEN, "Forbidden: the token has ended", refusal)

    def restart(self) -> None:
        """Close so that a client comes back to another process with its cursors."""
        self._close_soon(_RESTART, "Service restart: connect again with the last cursors")

    def stall(self) -> None:
        """Close because the client does not read."""
        self._close_soon(_TOO_SLOW, "Too slow: connect again with the last cursors")

    async def handle_message(self, message: Any) -> None:  # noqa: ANN401 - any JSON
        """Check the form of a message before the handler reads it."""
        kind = message.get("type") if isinstance(message, dict) else None
        if kind not in _TYPES:
            await self.handle_invalid_message(f"Unknown message type: {str(kind)[:40]}")
            return
        is_named = isinstance(message.get("id"), str) and 0 < len(message["id"]) <= _ID_LIMIT
        if kind in {"subscribe", "complete"} and not is_named:
            await self.handle_invalid_message("This type of message needs an id of 1 to 200 signs")
            return
        if kind == "subscribe":
            try:
                asked = read_body(orjson.dumps(message.get("payload")))
            except RefusedError as refusal:
                await self.handle_invalid_message(refusal.errors[0]["message"][:_REASON_LIMIT])
                return
            # The handler keeps these two of a payload, and gives them back to be run.
            message["payload"] = {"query": asked.text, "variables": {"asked": asked}}
        await super().handle_message(cast("Any", message))

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        """Run an operation: its answers, then that it is complete; or only its errors."""
        try:
            asked = cast("Asked", (operation.variables or {})["asked"])
            _, answers = await self._streams.run(asked, self.admission, self.stall)
            try:
                prefix = f'{{"id":{orjson.dumps(operation.id).decode()},"type":"next","payload":'
                async for answer in answers:
                    await self.websocket.send_text(f"{prefix}{answer.decode()}}}")
            finally:
                await answers.aclose()
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except (WebSocketDisconnected, HubClosedError):
            self.operations.pop(operation.id, None)
        except Exception as error:  # noqa: BLE001 - masked and told as the operation's error
            with suppress(WebSocketDisconnected):
                await self._send_errors(operation, error)

    async def _send_errors(self, operation: Operation[Any, None], error: Exception) -> None:
        errors: Any = failure_of(error)
        message: Any = {"id": operation.id, "type": "error", "payload": errors}
        await operation.send_operation_message(message)

    def _close_soon(self, code: int, reason: str, refusal: RefusedError | None = None) -> None:
        """Close once; a client that does not read is dropped after a while."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(code, reason, refusal))

    async def _close(self, code: int, reason: str, refusal: RefusedError | None) -> None:
        try:
            async with asyncio.timeout(CLOSING_SECONDS):
                for operation in list(self.operations.values()) if refusal else ():
                    if operation.task is not None:
                        operation.task.cancel()
                    with suppress(WebSocketDisconnected):
                        await self._send_errors(operation, cast("RefusedError", refusal))
                await self.websocket.close(code, reason)
        except TimeoutError:
            if self._serving is not None:
                self._serving.cancel()


async def serve_socket(
    websocket: WebSocket, streams: Streams, sessions: Sessions, origins: Origins
) -> None:
    """Open a connection, or refuse it: a page of another origin, another protocol."""
    origin = websocket.headers.get("origin")
    host = websocket.headers.get("host", "")
    if origin is not None and not origins.is_allowed(origin.encode(), host.encode()):
        await websocket.close()
        return
    if GRAPHQL_TRANSPORT_WS_PROTOCOL not in websocket.scope["subprotocols"]:
        await websocket.accept()
        await websocket.close(_NOT_ACCEPTABLE, "Subprotocol not acceptable")
        return
    await websocket.accept(GRAPHQL_TRANSPORT_WS_PROTOCOL)
    try:
        await Socket(streams, sessions, websocket).serve()
    except Exception as error:  # noqa: BLE001 - told without secrets, and logged
        correlation_id = log_failure(error)
        with suppress(WebSocketDisconnect, RuntimeError):
            await websocket.close(_FAILED, f"Internal error, correlation id {correlation_id}")
