"""One connection of a client: uvicorn's, which can also leave for another process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

if TYPE_CHECKING:
    import asyncio

    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

    from app.processes.handover import Channel

TRY_AGAIN_SECONDS = 0.01
"""After how long a connection that could not leave yet tries again."""


class SharedState(ServerState):
    """What the connections of a process share: whether it leaves, and by which channel."""

    def __init__(self) -> None:
        """Begin with a process that stays."""
        super().__init__()
        self.is_leaving = False
        self.channel: Channel | None = None


class Connection(HttpToolsProtocol):
    """Serves a connection; when the process leaves, gives it away between two requests.

    Without a channel there is nobody to give it to, and it is closed after the answer.
    """

    server_state: SharedState
    _is_amid_request = False
    _is_leaving = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        """Begin to serve; a client that says nothing at all is not waited for longer than idle."""
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )
        if self.server_state.is_leaving:
            self.shutdown()

    def data_received(self, data: bytes) -> None:
        """Read; when leaving, no further than to the end of a request."""
        super().data_received(data)
        if self._is_leaving:
            self._leave()

    def on_message_begin(self) -> None:
        """Note that a request has begun to come in."""
        self._is_amid_request = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Make this answer the last one where the connection is to be closed."""
        super().on_headers_complete()
        if self._is_leaving and self.server_state.channel is None and self.cycle is not None:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """Note that the request has come in whole."""
        self._is_amid_request = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request, or leave if there is none."""
        super().on_response_complete()
        if self._is_leaving:
            self._leave()

    def shutdown(self) -> None:
        """Leave as soon as no request is under way."""
        self._is_leaving = True
        if self.server_state.channel is not None:
            self._leave()
        elif not self._is_amid_request or self._is_answering:
            super().shutdown()

    @property
    def _is_answering(self) -> bool:
        """Tell whether an answer is still owed to a request that was read."""
        cycle: RequestResponseCycle | None = self.cycle
        return bool(self.pipeline) or (cycle is not None and not cycle.response_complete)

    def _leave(self) -> None:
        """Give the connection away, or do nothing where the end of a request calls this again."""
        channel = self.server_state.channel
        if channel is None or self._is_amid_request or self.transport.is_closing():
            return
        # What the client sends from now on waits in the socket, for whoever gets it.
        self.transport.pause_reading()
        if self._is_answering:
            return
        descriptor = self.transport.get_extra_info("socket").fileno()
        if self.transport.get_write_buffer_size() or not channel.give(descriptor):
            self.loop.call_later(TRY_AGAIN_SECONDS, self._leave)
            return
        # The other process holds the socket now, so nothing of this reaches the client.
        self.transport.abort()
