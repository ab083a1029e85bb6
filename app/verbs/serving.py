"""`loge serve`: everything under one supervisor, from the database to the addresses to paste."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from app import main
from app.commands.tokens import NewToken
from app.config import (
    SEMANTIC_ADDRESS,
    read_semantic_settings,
    read_settings,
    read_wire_settings,
)
from app.demo import CODE as DEMO_CODE
from app.demo.club import load_demo
from app.demo.customers import REPS
from app.domain.permissions import Role
from app.processes.database_watch import DatabaseWatch
from app.processes.handover import Channel
from app.processes.listening import address_of, listen_on, place_of
from app.processes.progress import Progress, print_line
from app.processes.signals import StopRequested, StopSwitch, on_restart
from app.processes.supervisor import Supervisor, processes_of
from app.processes.supervisor_note import SupervisorNote, restart_of
from app.storage.organisations import find_organisation
from app.storage.postgres.locks import FileLock
from app.telemetry.measures import FOLDER_VARIABLE
from app.verbs.execution import RefusedError
from app.verbs.tokens import new_token

if TYPE_CHECKING:
    import socket
    from argparse import Namespace
    from collections.abc import Callable, Iterator

    from app.config import Settings

DEMO_TOKEN_DAYS = 30
"""How long the tokens work that a start with the demo club prints."""
SAMPLE_QUERY = (
    "{ sales(first: 3) { nodes { code status account { name } gross { amount currency } } } }"
)
"""A query that answers something in the demo club."""


def serve(arguments: Namespace) -> int:
    """Start everything, say where it is, and keep it alive until asked to stop."""
    settings = read_settings()
    # Read here too, because an API process that cannot start would be started again and again.
    main.trusted_documents()
    say = Progress(sys.stdout)
    switch = StopSwitch()
    try:
        with ExitStack() as stack:
            listener = stack.enter_context(listen_on(settings.http_host, settings.http_port))
            address = address_of(listener, settings.http_host)
            semantic = _listen_for_semantics(stack, settings)
            url, watch = stack.enter_context(_database(settings, say))
            main.bring_up_to_date(url)
            say("The database is up to date")
            tokens = _demo_tokens(url, say) if arguments.demo else {}
            supervisor = _supervisor(stack, settings, (listener, semantic), watch, switch, say)
            say("Starting the API and what runs beside it …")
            supervisor.start()
            say("Ready")
            place = watch.data_folder if watch else "the server of LOGE_DATABASE_URL"
            _announce(address, place, tokens, semantic)
            supervisor.keep()
    except StopRequested:
        say("Stopped")
    return 0


def restart(arguments: Namespace) -> int:  # noqa: ARG001 - every verb is given the command line
    """Have a running supervisor replace its processes, and wait until it has."""
    restart_of(read_settings().data_directory)
    print_line("restarted")
    return 0


def _supervisor(
    stack: ExitStack,
    settings: Settings,
    listeners: tuple[socket.socket, tuple[socket.socket, ...]],
    watch: DatabaseWatch | None,
    switch: StopSwitch,
    say: Callable[[str], None],
) -> Supervisor:
    """Set the supervisor up, with what its processes share and what goes away with it."""
    channel = Channel.opened()
    stack.callback(channel.close)
    measured = tempfile.mkdtemp(prefix="loge-measures-")
    stack.callback(shutil.rmtree, measured, ignore_errors=True)
    os.environ[FOLDER_VARIABLE] = measured
    note = SupervisorNote(settings.data_directory)
    stack.callback(note.take_down)
    listener, semantic = listeners
    api, beside = processes_of(listener, channel, settings.api_processes, semantic)
    supervisor = Supervisor(api, beside, watch, switch, say, note.report)
    on_restart(supervisor.ask_restart)
    if not note.post():
        say("Another 'loge serve' uses this data directory; 'loge restart' reaches that one")
    # Ends first what was begun last: the processes, before what they share. New connections are
    # refused from then on, instead of waiting for nobody.
    stack.callback(supervisor.stop)
    stack.callback(listener.close)
    for one in semantic:
        stack.callback(one.close)
    return supervisor


def _listen_for_semantics(stack: ExitStack, settings: Settings) -> tuple[socket.socket, ...]:
    """Open the sockets of the semantic layer, if one is to run, and tell all processes where."""
    chosen, wire = read_semantic_settings(), read_wire_settings()
    if not chosen.is_served:
        return ()
    listener = stack.enter_context(listen_on(settings.http_host, chosen.port, "LOGE_SEMANTIC_PORT"))
    os.environ.setdefault(SEMANTIC_ADDRESS, address_of(listener, settings.http_host))
    if not wire.port:
        return (listener,)
    door = listen_on(wire.host, wire.port, "LOGE_WIRE_PORT", "LOGE_WIRE_HOST")
    return listener, stack.enter_context(door)


@contextmanager
def _database(settings: Settings, say: Progress) -> Iterator[tuple[str, DatabaseWatch | None]]:
    """Run the database for a block, an embedded server for this supervisor alone."""
    server = main.embedded(settings)
    if server is None:
        say("Using the database that LOGE_DATABASE_URL names")
        with main.database(settings, say) as url:
            yield url, None
        return
    say("Starting the database …")
    started = server.start(say)
    lock = FileLock(settings.data_directory / "serve.lock")
    try:
        if not lock.try_acquire():
            raise RefusedError(
                f"another 'loge serve' runs on {settings.data_directory}; for one more API on "
                "another port use 'loge api', for a second Loge another LOGE_DATA_DIR"
            )
        server.ensure_database()
        yield server.connection_url(), DatabaseWatch(server, started.data_folder, say)
    finally:
        lock.release()
        if started.started_here:
            say("Stopping the database …")
            server.stop(only_if_unused=True, progress=say)
        server.leave()


def _demo_tokens(url: str, say: Progress) -> dict[Role, str]:
    """Load the demo club where it is missing, and issue tokens to look at it."""
    with main.commands(url, connections=2) as runner:
        load_demo(runner, say)
        organisation = find_organisation(runner.engine, DEMO_CODE)
        assert organisation is not None  # noqa: S101 - it was loaded a line before
        ends_at = datetime.now(UTC) + timedelta(days=DEMO_TOKEN_DAYS)
        wanted = {
            Role.ROOT: NewToken("demo-root", Role.ROOT, expires_at=ends_at),
            Role.SALES: NewToken("demo-sales", Role.SALES, expires_at=ends_at, rep_code=REPS[0]),
        }
        return {role: new_token(runner, organisation, one) for role, one in wanted.items()}


def _announce(
    address: str, place: object, tokens: dict[Role, str], semantic: tuple[socket.socket, ...]
) -> None:
    """Print where everything is, and with the demo club what to paste first."""
    lines = [
        "",
        f"  Pages         {address}/office/",
        f"  GraphQL       {address}/graphql",
        f"  GraphiQL      {address}/graphiql",
        *_semantic_lines(semantic, tokens),
        f"  Metrics       {address}/metrics",
        f"  Liveness      {address}/healthz",
        f"  Readiness     {address}/readyz",
        f"  Data          {place}",
        "",
    ]
    for role, token in tokens.items():
        lines.append(f"  {role.title()} token".ljust(16) + token)
    if tokens:
        lines.append(f"  Open it       {address}/office/#token={tokens[Role.ROOT]}")
        body = json.dumps({"query": SAMPLE_QUERY})
        header = f"-H 'Authorization: Bearer {tokens[Role.SALES]}'"
        json_header = "-H 'Content-Type: application/json'"
        lines += [
            f"  The tokens open the demo club for {DEMO_TOKEN_DAYS} days.",
            "",
            "Try it:",
            "",
            f"curl -s {address}/graphql {header} {json_header} -d '{body}'",
        ]
    else:
        lines.append("  For a token: loge token --role root --organisation CODE")
    for line in [*lines, "", "Ctrl-C stops everything."]:
        print_line(line)


def _semantic_lines(semantic: tuple[socket.socket, ...], tokens: dict[Role, str]) -> Iterator[str]:
    """Say where reports and BI tools connect, as whom if the demo club is there."""
    if not semantic:
        return
    yield f"  Cube REST     {os.environ.get(SEMANTIC_ADDRESS)}/cubejs-api/v1"
    for door in semantic[1:]:
        user, club = (f"{DEMO_CODE}-sales", DEMO_CODE) if tokens else ("LABEL", "ORGANISATION")
        place = place_of(door, read_wire_settings().host)
        yield f"  PostgreSQL    postgresql://{user}@{place}/{club}  (the password is the token)"
