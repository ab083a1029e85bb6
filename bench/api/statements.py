"""How many statements an operation runs, counted in PostgreSQL's own log."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg

from bench.api.sameness import ask
from bench.arena import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from app.storage.postgres import EmbeddedPostgres

_EXECUTIONS = ("LOG:  execute ", "LOG:  statement: ")
_APPLY_SECONDS = 0.5
"""How long backends may take to hear of a new setting."""


def statements_of(
    server: EmbeddedPostgres, port: int, requests: Sequence[bytes]
) -> dict[str, float]:
    """Count the statements of one request, by the connection's application name.

    Every request runs once just before, so that what is looked up only now and then is not counted:
    who a token stands for, and what a document means.
    """
    counts: dict[str, float] = {}
    with _logged(server) as log:
        for request in requests:
            ask(port, request)
        begun = log.stat().st_size
        for request in requests:
            ask(port, request)
        with log.open("rb") as stream:
            stream.seek(begun)
            lines = stream.read().decode(errors="replace").splitlines()
    for line in lines:
        name, mark, rest = line.partition("|")
        if mark and rest.startswith(_EXECUTIONS):
            counts[name or "unnamed"] = counts.get(name or "unnamed", 0) + 1
    return {name: count / len(requests) for name, count in sorted(counts.items())}


@contextmanager
def _logged(server: EmbeddedPostgres) -> Iterator[Path]:
    """Have every statement logged for a block; give the log."""
    log = server.status().log_file
    assert log is not None  # noqa: S101 - the server runs
    _configure(
        server,
        "ALTER SYSTEM SET log_statement = 'all'",
        "ALTER SYSTEM SET log_line_prefix = '%a|'",
    )
    try:
        yield log
    finally:
        _configure(
            server,
            "ALTER SYSTEM RESET log_statement",
            "ALTER SYSTEM RESET log_line_prefix",
        )


def _configure(server: EmbeddedPostgres, *commands: str) -> None:
    """Change settings of the running server."""
    with psycopg.connect(
        plain(server.connection_url("postgres")), autocommit=True, application_name="bench"
    ) as admin:
        for command in commands:
            admin.execute(command.encode())
        admin.execute("SELECT pg_reload_conf()")
    time.sleep(_APPLY_SECONDS)
