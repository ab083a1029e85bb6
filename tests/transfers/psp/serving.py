"""Routes on a real port, for as long as a test needs them."""

from __future__ import annotations

import queue
import socket
import threading
from typing import TYPE_CHECKING, Self

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

Got = tuple[dict[str, str], bytes]


class Inbox:
    """Takes webhooks at /hook, and gives them in the order in which they came."""

    def __init__(self) -> None:
        self.came: queue.Queue[Got] = queue.Queue()
        self.route = Route("/hook", self._take, methods=["POST"])

    async def _take(self, request: Request) -> Response:
        self.came.put((dict(request.headers), await request.body()))
        return Response(status_code=204)

    def take(self, count: int) -> list[Got]:
        """Wait until so many came."""
        return [self.came.get(timeout=10) for _ in range(count)]


class Served:
    """A server of routes in a thread."""

    def __init__(self, *routes: BaseRoute) -> None:
        application = Starlette(routes=list(routes))
        config = uvicorn.Config(application, log_level="critical", lifespan="off")
        self.server = uvicorn.Server(config)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True
        )

    def __enter__(self) -> Self:
        # The socket listens already: whoever asks before the server runs is answered by it.
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.socket.close()
