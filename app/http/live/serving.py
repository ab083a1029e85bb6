"""Live data put together: the hub, the open connections, and where they come in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from app.http.live.event_streams import serve_events
from app.http.live.running import Streams
from app.http.live.sessions import Sessions
from app.http.live.sockets import serve_socket
from app.http.origins import Origins

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

    from app.http.authentication import Authentication
    from app.http.graphql import Endpoint
    from app.resolvers.live.hub import Hub


@dataclass(frozen=True, slots=True)
class Live:
    """What keeps connections open in this process."""

    streams: Streams
    sessions: Sessions
    origins: Origins

    async def serve_socket(self, websocket: WebSocket) -> None:
        """Talk over a WebSocket."""
        await serve_socket(websocket, self.streams, self.sessions, self.origins)

    async def close(self) -> None:
        """Send everybody to another process, and stop reading; for the end of this one."""
        await self.sessions.close()
        await self.streams.hub.close()


def build_live(endpoint: Endpoint, authentication: Authentication, hub: Hub) -> Live:
    """Serve live data beside an endpoint, which from then on answers by events where asked to."""
    origins = Origins(frozenset(endpoint.allowed_origins))
    live = Live(Streams(endpoint, hub), Sessions(authentication), origins)
    endpoint.serve_events = partial(serve_events, live.streams, live.sessions)
    return live
