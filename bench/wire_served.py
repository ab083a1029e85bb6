"""The BI door over facts of the bench, in a process of its own: `python -m bench.wire_served`.

Prints its port when it serves, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import uvloop

from app.storage.postgres.throwaway import ThrowawayClusters
from semantic.access.principal import Principal
from semantic.catalogue import read_models
from semantic.compiling import Compiler, describe_members
from semantic.rest.authentication import Caller
from semantic.run.engine import Engine
from semantic.serving.door import Door, opened
from semantic.sqlapi.api import SqlApi
from semantic.wire.contracts import Login
from semantic.wire.limits import Limits
from semantic.wire.scram import ScramVerifier
from semantic.wire.shell import template
from tests.semantic.oracle.clubs import CLUB, MemoryFacts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

USER, PASSWORD, DATABASE = "bench", "the-password-of-the-bench", "bench"
SESSIONS = 200
COLUMNS = {
    "lines": {
        "line_id": "BIGINT",
        "account": "VARCHAR",
        "sold_on": "DATE",
        "sold_at": "TIMESTAMP",
        "net": "DECIMAL(18, 2)",
        "quantity": "INTEGER",
    }
}
VALUES = """
    i AS line_id, 'Account ' || (i % 5000) AS account,
    DATE '2024-01-01' + CAST(i % 730 AS INTEGER) AS sold_on,
    TIMESTAMP '2024-01-01 00:00:00' + (i * INTERVAL '1 second') AS sold_at,
    CAST(((i * 37) % 9000000 - 100000) AS NUMERIC(18, 2)) / 100 AS net,
    CAST(i % 20 AS INTEGER) AS quantity
"""
"""The same facts for both, by SQL that both understand."""
MODEL = """
cubes:
  - name: lines
    sql_table: lines
    dimensions:
      - {name: line_id, sql: "{CUBE}.line_id", type: number, primary_key: true, public: true}
      - {name: account, sql: "{CUBE}.account", type: string}
      - {name: sold_on, sql: "{CUBE}.sold_on", type: time}
      - {name: sold_at, sql: "{CUBE}.sold_at", type: time}
      - {name: net_of_line, sql: "{CUBE}.net", type: number}
      - {name: places, sql: "{CUBE}.quantity", type: number}
    measures:
      - {name: count, type: count}
      - {name: net, sql: "{CUBE}.net", type: sum}
      - {name: quantity, sql: "{CUBE}.quantity", type: sum}
"""


class _People:
    """One analyst with a password."""

    def __init__(self) -> None:
        self._verifier = ScramVerifier.of_password(PASSWORD)

    async def find(self, user: str, database: str) -> Login | None:
        async def found() -> Caller:
            return Caller(Principal(CLUB, frozenset({"finance"})))

        return Login(self._verifier, found) if (user, database) == (USER, DATABASE) else None

    async def admit(self, user: str, database: str, password: str) -> Caller | None:
        raise NotImplementedError


@asynccontextmanager
async def _serving(folder: Path, rows: int) -> AsyncIterator[int]:
    facts = MemoryFacts(COLUMNS)
    facts.connection.execute(
        f"INSERT INTO store.lines BY NAME SELECT '{CLUB}'::UUID AS organisation_id, {VALUES} "
        f"FROM range({rows}) AS t(i)"
    )
    engine = Engine(facts)
    models = folder / "models"
    models.mkdir(exist_ok=True)
    (models / "lines.yml").write_text(MODEL)
    model = read_models([models], frozenset(COLUMNS))
    compiler = Compiler(model, describe_members(model, engine.types_of))
    clusters = ThrowawayClusters(
        folder,
        template.settings_for(SESSIONS),
        template.STATEMENTS,
        system_location=folder / "system",
    )
    listener = socket.create_server(("127.0.0.1", 0))
    limits = Limits(sessions=SESSIONS, sessions_per_club=SESSIONS, strangers=SESSIONS)
    door = Door(listener, _People(), clusters, None, limits)
    async with opened(door, SqlApi(lambda _: compiler), lambda _: compiler, engine):
        yield listener.getsockname()[1]
    clusters.clear()


async def _serve(folder: Path, rows: int) -> None:
    async with _serving(folder, rows) as port:
        print(port, flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
