"""`python -m bench.api.bare`: the strictest limit, an endpoint that only passes an answer on.

Starlette and uvicorn as Loge uses them, asyncpg without SQLAlchemy, one statement for a request, no
GraphQL, no authentication. The arguments of a statement come in the path's query.
"""

from __future__ import annotations

import os
import socket
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from bench.api.bare_sql import STATEMENTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

_READ: dict[str, Callable[[str], Any]] = {
    "id": str,
    "statuses": lambda text: text.split("|"),
    "from": datetime.fromisoformat,
    "before": datetime.fromisoformat,
    "minor": int,
}
"""How each argument is read; a statement takes them in the order of the path's query."""


async def _leave(_connection: object) -> None:
    """Do nothing when a connection goes back: no request leaves anything behind on it."""


def build(url: str, club: UUID, connections: int) -> Starlette:
    """Build the endpoint over a pool."""
    pools: list[Any] = []

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        pool = await asyncpg.create_pool(
            url, min_size=connections, max_size=connections, reset=_leave
        )
        pools.append(pool)
        yield
        await pool.close()

    async def answer(request: Request) -> Response:
        statement = STATEMENTS[request.path_params["way"]][request.path_params["name"]]
        given = [_READ[name](text) for name, text in request.query_params.items()]
        async with pools[0].acquire() as connection:
            text = await connection.fetchval(statement, club, *given)
        return Response(text, media_type="application/json")

    return Starlette(routes=[Route("/{way}/{name}", answer)], lifespan=lifespan)


def main() -> None:
    """Serve on a port that the system chooses, and print it."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=2048)
    application = build(
        os.environ["BENCH_URL"], UUID(os.environ["BENCH_CLUB"]), int(os.environ["POOL_SIZE"])
    )
    config = uvicorn.Config(
        application, loop="uvloop", http="httptools", ws="none", log_config=None, access_log=False
    )
    print(listener.getsockname()[1], flush=True)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
