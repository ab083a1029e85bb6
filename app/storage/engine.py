"""Connections to the operational database: one engine for commands, one for reads."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.storage.json_values import dump_json, load_json

__all__ = ["AsyncEngine", "Engine", "command_engine", "read_engine"]

COMMAND_TIMEOUT_MS = 30_000
"""The longest one statement of a command may run."""
READ_TIMEOUT_MS = 10_000
"""The longest one statement of a read may run."""
LOCK_TIMEOUT_MS = 10_000
"""The longest a statement waits for a row that another transaction holds."""
CONNECT_TIMEOUT_SECONDS = 5
"""The longest a new connection may take; a server that is down is known at once by most."""


def command_engine(url: str, *, connections: int = 10) -> Engine:
    """Open the engine of commands: psycopg, READ COMMITTED, `connections` at the most."""
    options = f"-c statement_timeout={COMMAND_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS}"
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=30,
        pool_pre_ping=False,
        hide_parameters=True,  # an error is logged, and values may be names and addresses
        json_serializer=dump_json,
        json_deserializer=load_json,
        connect_args={
            "options": options + " -c timezone=UTC",
            "application_name": "loge-commands",
            "connect_timeout": CONNECT_TIMEOUT_SECONDS,
        },
    )


def read_engine(
    url: str, *, connections: int = 10, timeout_ms: int = READ_TIMEOUT_MS
) -> AsyncEngine:
    """Open the engine of reads: asyncpg, each statement its own transaction."""
    parts = make_url(url)
    query = dict(parts.query)
    arguments: dict[str, object] = {}
    host = query.pop("host", None)
    if host is not None:
        # libpq's spelling of a socket folder; asyncpg takes it as the host argument.
        arguments["host"] = host
    port = query.pop("port", None)
    if isinstance(port, str):
        arguments["port"] = int(port)
    return create_async_engine(
        parts.set(drivername="postgresql+asyncpg", query=query),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=30,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        json_serializer=dump_json,
        json_deserializer=load_json,
        connect_args={
            **arguments,
            "timeout": CONNECT_TIMEOUT_SECONDS,
            "server_settings": {
                "application_name": "loge-reads",
                "statement_timeout": str(timeout_ms),
                "timezone": "UTC",
                # A page is one long statement over few rows: compiling it costs more than it saves.
                "jit": "off",
            },
        },
    )
