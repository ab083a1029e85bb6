"""`loge semantic`: the process of the semantic layer, and what an operator asks of it."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx
import jwt

from app import main
from app.config import read_semantic_settings, read_settings, read_wire_settings
from app.domain.permissions import Role
from app.processes.listening import PortError, address_of, listen_on
from app.processes.progress import print_line
from app.processes.semantic import run_semantic
from app.processes.signals import StopRequested, stop_with_parent
from app.storage.identity import new_id
from app.verbs.execution import RefusedError
from app.verbs.reach import say_aside

if TYPE_CHECKING:
    from argparse import Namespace

    from app.config import Settings

_PATIENCE_SECONDS = 120.0
_OPERATIONS = "/loge/v1"


def serve(arguments: Namespace) -> int:
    """Run the process alone, on its own ports or on the supervisor's sockets."""
    settings = read_settings()
    with suppress(StopRequested), ExitStack() as stack:
        if arguments.descriptors is None:
            sockets = _listen(settings)
        else:
            stop_with_parent()
            sockets = [socket.socket(fileno=one) for one in arguments.descriptors]
        for one in sockets:
            stack.enter_context(one)
        listener, wire = sockets[0], next(iter(sockets[1:]), None)
        stack.enter_context(main.observed(settings))
        url = stack.enter_context(main.database(settings, say_aside))
        with main.commands(url):
            pass  # Refuses a database that this version cannot read.
        layer = stack.enter_context(main.semantic_layer(url, settings, wire))
        address = address_of(listener, settings.http_host)

        def announce() -> None:
            if arguments.descriptors is None:
                say_aside(f"The semantic layer listens on {address}/cubejs-api/v1")

        run_semantic(layer.application(), listener, layer.follow, announce)
    return 0


def _listen(settings: Settings) -> list[socket.socket]:
    """Open the socket of the REST API, and that of the BI door unless it is closed."""
    chosen = read_semantic_settings()
    rest = listen_on(settings.http_host, chosen.port, "LOGE_SEMANTIC_PORT")
    wire = read_wire_settings()
    if not wire.port:
        return [rest]
    try:
        return [rest, listen_on(wire.host, wire.port, "LOGE_WIRE_PORT", "LOGE_WIRE_HOST")]
    except PortError:
        rest.close()
        raise


def check(arguments: Namespace) -> int:  # noqa: ARG001 - every verb is given the command line
    """Compare every measure with the database; tell the differences, and fail if there are any."""
    found = _ask("POST", "/check")["comparisons"]
    differing = [one for one in found if not one["isEqual"]]
    for one in differing:
        print_line(f"{one['measure']}: database {one['postgres']}, facts {one['duckdb']}")
    if differing:
        raise RefusedError(
            f"{len(differing)} of {len(found)} totals differ; 'loge semantic rebuild' loads "
            "everything anew"
        )
    print_line(f"{len(found)} totals are the same in the database and in the facts")
    return 0


def rebuild(arguments: Namespace) -> int:  # noqa: ARG001 - same
    """Have everything loaded anew; the facts from before serve until that is done."""
    _ask("POST", "/rebuild")
    print_line("the facts are being loaded anew; 'loge semantic status' tells how far that is")
    return 0


def status(arguments: Namespace) -> int:  # noqa: ARG001 - same
    """Print how fresh the facts are, and which models are served."""
    facts, models = _ask("GET", "/facts"), _ask("GET", "/models")
    lag = facts["lagSeconds"]
    age = "nothing was loaded yet" if lag is None else f"{lag:.1f} s ago"
    print_line(f"facts as of {facts['refreshedAt']} ({age}), version {facts['version']}")
    if facts["rebuilding"] is not None:
        done = facts["rebuilding"]
        print_line(f"loading anew: {done['done_count']} of {done['table_count']} tables")
    if facts["lastError"] is not None:
        print_line(f"the last attempt failed: {facts['lastError']}")
    print_line(f"models of {models['loadedAt']}")
    for fault in models["faults"]:
        print_line(f"refused: {fault}")
    return 0


def _ask(method: str, path: str) -> dict[str, Any]:
    """Send one request to the running process, as an operator."""
    settings, chosen = read_settings(), read_semantic_settings()
    claims = {
        # Operations concern all clubs; a token has to name one all the same.
        "organisation": str(new_id()),
        "groups": [str(Role.ROOT)],
        "scopes": ["meta", "jobs"],
        "exp": datetime.now(UTC) + timedelta(seconds=_PATIENCE_SECONDS),
    }
    token = jwt.encode(claims, main.semantic_secret(settings), algorithm="HS256")
    headers = {"Authorization": f"Bearer {token}"}
    place = f"{chosen.address}{_OPERATIONS}{path}"
    try:
        answer = httpx.request(method, place, headers=headers, timeout=_PATIENCE_SECONDS)
    except httpx.TransportError as error:
        raise RefusedError(
            f"no semantic layer answers at {chosen.address} ({error}); start 'loge serve' or "
            "'loge semantic', or say with LOGE_SEMANTIC_URL where it is"
        ) from None
    found: dict[str, Any] = answer.json()
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        raise RefusedError(found.get("error", f"the semantic layer answered {answer.status_code}"))
    return found
