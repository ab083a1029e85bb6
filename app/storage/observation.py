"""What is told of the database: how many statements, how long each took, and how full a pool is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Engine, QueuePool, event

from app.telemetry import tracing
from app.telemetry.measures import STATEMENTS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, ExceptionContext
    from sqlalchemy.ext.asyncio import AsyncEngine

_TEXT_LIMIT = 4_000
_SPAN = "loge_span"


def observe_engine(engine: Engine | AsyncEngine, name: str) -> None:
    """Count the statements of an engine; with a span for each, where spans are sent anywhere.

    A span has the statement's text, in which values are numbered parameters, never the values.
    """
    plain = engine if isinstance(engine, Engine) else engine.sync_engine
    count = STATEMENTS.labels(name)

    def counted(*_all: object) -> None:
        count.inc()

    def opened(connection: Connection, _cursor: object, statement: str, *_others: object) -> None:
        connection.info[_SPAN] = begin_statement(statement, name)

    def end(connection: Connection, *_others: object) -> None:
        connection.info.pop(_SPAN).end()

    def fail(failure: ExceptionContext) -> None:
        if failure.connection is not None and _SPAN in failure.connection.info:
            failure.connection.info.pop(_SPAN).end()

    event.listen(plain, "before_cursor_execute", counted)
    if tracing.is_tracing():
        event.listen(plain, "before_cursor_execute", opened)
        event.listen(plain, "after_cursor_execute", end)
        event.listen(plain, "handle_error", fail)


def begin_statement(statement: str, engine: str) -> tracing.Begun:
    """Open the span of a statement; whoever opens it ends it."""
    if not tracing.is_tracing():
        return tracing.NO_SPAN
    return tracing.open_span(
        statement.lstrip().partition(" ")[0].upper(),
        {
            "db.system.name": "postgresql",
            "db.query.text": statement[:_TEXT_LIMIT],
            "loge.engine": engine,
        },
    )


def pools_of(commands: Engine, reads: AsyncEngine) -> dict[str, QueuePool]:
    """Return the pools of an API process by the names that the measures have."""
    pools = {"commands": commands.pool, "reads": reads.sync_engine.pool}
    return {name: pool for name, pool in pools.items() if isinstance(pool, QueuePool)}
