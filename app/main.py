"""The composition root: settings → database → engines → runner → API and worker."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.commands.execution import Runner
from app.storage.engine import command_engine, read_engine
from app.storage.migrations.revisions import migrate
from app.storage.postgres import EmbeddedPostgres
from app.storage.readiness import is_ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.applications import Starlette

    from app.config import Settings

API_CONNECTIONS = 10
"""Connections of one API process, for commands and for reads each."""
WORKER_CONNECTIONS = 4
"""Connections of the worker: its tasks seldom run at the same moment."""


class NotReadyError(Exception):
    """The database does not serve this version of Loge; the message says what helps."""


def embedded(settings: Settings) -> EmbeddedPostgres | None:
    """Return the embedded PostgreSQL, or None where a server was named."""
    if settings.database_url is not None:
        return None
    return EmbeddedPostgres(settings.data_directory)


@contextmanager
def database(settings: Settings, say: Callable[[str], None]) -> Iterator[str]:
    """Make sure for a block that the database runs; give its address, which holds the password.

    An embedded server that this started is stopped afterwards, unless somebody else uses it.
    """
    server = embedded(settings)
    if server is None:
        assert settings.database_url is not None  # noqa: S101 - else there is an embedded server
        yield settings.database_url
        return
    with server.running(say):
        server.ensure_database()
        yield server.connection_url()


@contextmanager
def commands(url: str, connections: int = 1) -> Iterator[Runner]:
    """Open a runner of commands for a block, on a database that has this version's tables.

    Raises:
        NotReadyError: it does not answer or is at another revision.
    """
    engine = command_engine(url, connections=connections)
    try:
        reason = is_ready(engine)
        if reason is not None:
            raise NotReadyError(reason)
        yield Runner(engine)
    finally:
        engine.dispose()


def bring_up_to_date(url: str) -> None:
    """Migrate the database to this version's revision."""
    engine = command_engine(url, connections=2)
    try:
        migrate(engine)
    finally:
        engine.dispose()


def application(url: str) -> Starlette:
    """Build the ASGI application over engines of its own."""
    # Here, because only the API needs GraphQL, and loading it takes longer than the other verbs.
    from app.http.application import build_application  # noqa: PLC0415

    return build_application(
        command_engine(url, connections=API_CONNECTIONS),
        read_engine(url, connections=API_CONNECTIONS),
    )


def configure_log() -> None:
    """Send what goes wrong to standard error, one form for all processes."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
