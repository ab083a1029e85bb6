"""A whole Loge under its supervisor, with a club that sells, and what of it can be killed."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import psutil  # type: ignore[import-untyped]

from app.main import SEMANTIC_KEY_FILE
from app.storage.engine import command_engine
from app.storage.vault import key_at
from semantic.rest.authentication import SCOPES
from tests.conftest import LiveServer, found_club
from tests.faults.customer import STAGE, STOP
from tests.processes.command import (
    ROOT,
    Loge,
    Served,
    answers_with,
    await_true,
    free_port,
    fresh_loge,
)
from tests.stadium import build_stadium

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

    from app.storage.engine import Engine

SEATS, PLACES, MATCHES, ACCOUNTS = 300, 250, 4, 8
_PLANTED = ROOT / "tests" / "faults" / "planted"
PLANT = "LOGE_PLANTED_BUG"
"""The setting that says which bug the processes have; see `planted/sitecustomize.py`."""


@dataclass
class Scene:
    """Loge as it runs, its club, and its clients; `place` is where these write."""

    loge: Loge
    place: Path
    settings: dict[str, str]
    served: Served
    club_id: UUID | None = None
    places: int = PLACES
    customers: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.settings['LOGE_HTTP_PORT']}"

    @property
    def semantic(self) -> str:
        return f"http://127.0.0.1:{self.settings['LOGE_SEMANTIC_PORT']}"

    def await_service(self) -> None:
        """Wait until the API and the semantic layer answer."""
        await_true(lambda: answers_with(lambda: httpx.get(f"{self.api}/readyz", timeout=5), 200))
        await_true(lambda: answers_with(lambda: self.ask("GET", "/loge/v1/facts"), 200))
        await_true(lambda: self.ask("GET", "/loge/v1/facts").json()["refreshedAt"] is not None)

    def ask(
        self, method: str, path: str, timeout_seconds: float = 3, **sent: Any
    ) -> httpx.Response:
        """Ask the semantic layer, or have it do something, in a context that Loge signed."""
        secret = key_at(self.loge.folder / SEMANTIC_KEY_FILE).strip()
        claims = {
            "organisation": str(self.club_id),
            "groups": ["root"],
            "currency": "EUR",
            "scopes": sorted(SCOPES),
            "exp": datetime.now(UTC) + timedelta(minutes=5),
        }
        headers = {"authorization": jwt.encode(claims, secret, "HS256")}
        return httpx.request(
            method, self.semantic + path, headers=headers, timeout=timeout_seconds, **sent
        )

    def load(self, measures: list[str]) -> dict[str, Any]:
        """Ask the semantic layer for totals."""
        query = {"query": {"measures": measures}}
        answer = self.ask("POST", "/cubejs-api/v1/load", json=query)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def start_customer(self, number: int) -> None:
        """Start a client, or start it again on its own log."""
        with (self.place / f"{number}.err").open("ab") as errors:
            self.customers[number] = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.customer", self.place, str(number)],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdout=errors,
                stderr=errors,
            )

    def stop_customers(self) -> None:
        """Let all clients get their last answers, and wait until they have."""
        (self.place / STOP).touch()
        for customer in self.customers.values():
            customer.wait(180)

    def complaints(self) -> str:
        """What clients said that is no part of their logs: nothing, if they are right."""
        return "".join(path.read_text() for path in sorted(self.place.glob("*.err")))

    def newest_mistakes(self) -> list[str]:
        """What the log has of requests that failed by something that nobody had foreseen."""
        lines = self.served.errors.read_text(encoding="utf-8").splitlines()
        failed = [json.loads(line) for line in lines if "request failed" in line]
        return [f"{one['process']}: {_error_of(one['traceback'])}" for one in failed]

    def children(self, verb: str) -> list[psutil.Process]:
        """The processes of Loge that run a verb."""
        with contextlib.suppress(psutil.Error):
            below = psutil.Process(self.served.process.pid).children()
            return [one for one in below if verb in _command_line(one)]
        return []

    def postmaster(self) -> psutil.Process | None:
        """PostgreSQL's first process, None while it does not run."""
        pid = self.loge.database().status().pid
        with contextlib.suppress(psutil.Error):
            return None if pid is None else psutil.Process(pid)
        return None

    def backends(self) -> list[psutil.Process]:
        """PostgreSQL's processes of sessions.

        Not those that recover: when such a one is killed in the middle of it, the first process may
        wait for ever, which only an operator ends.
        """
        first = self.postmaster()
        with contextlib.suppress(psutil.Error):
            below = [] if first is None else first.children()
            return [one for one in below if "[local]" in " ".join(_command_line(one))]
        return []

    def start_again(self) -> None:
        """Start Loge after all of it was killed."""
        self.mistakes += self.newest_mistakes()
        self.served = Served.start(self.loge, (), self.settings)

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Open the database for a block, which must run."""
        found = command_engine(self.loge.database().connection_url(), connections=2)
        try:
            yield found
        finally:
            found.dispose()


def _error_of(traceback: str) -> str:
    """Return the line of a traceback that says what was wrong."""
    told = [line for line in traceback.splitlines() if re.match(r"[\w.]+: ", line)]
    return told[-1] if told else traceback


def _command_line(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        found: list[str] = process.cmdline()
        return found
    return []


@contextmanager
def staged(
    seed: int,
    *,
    bug: str = "",
    pause_seconds: float = 0.1,
    api_processes: int = 2,
    seats: int = SEATS,
    places: int = PLACES,
) -> Iterator[Scene]:
    """Serve Loge with a club for a block, perhaps with a bug planted into its processes.

    Args:
        seed: what the clients draw their lots by.
        bug: the name of the bug.
        pause_seconds: how long a client waits between two visits, on average.
        api_processes: how many serve.
        seats: how many there are of them.
        places: how many the pool of each match has.
    """
    with fresh_loge() as loge:
        place = loge.folder.parent / "clients"
        place.mkdir()
        ports = {name: str(free_port()) for name in ("LOGE_HTTP_PORT", "LOGE_SEMANTIC_PORT")}
        settings = {"LOGE_SEMANTIC": "on", "LOGE_API_PROCESSES": str(api_processes), **ports}
        # Nobody is throttled: what clients are refused would be no fault of the store.
        settings |= {"LOGE_POINTS_PER_SECOND": "1000000", "LOGE_BUCKET_POINTS": "10000000"}
        if bug:
            settings |= {PLANT: bug, "PYTHONPATH": f"{_PLANTED}{os.pathsep}{ROOT}"}
        scene = Scene(loge, place, settings, Served.start(loge, (), settings), places=places)
        try:
            scene.served.await_ready()
            _write_stage(scene, seed, pause_seconds, seats, places)
            scene.await_service()
            yield scene
        finally:
            for customer in scene.customers.values():
                customer.kill()
                customer.wait()
            scene.served.stop()


def _write_stage(scene: Scene, seed: int, pause_seconds: float, seats: int, places: int) -> None:
    """Set a stadium up and write down what clients need to know of it."""
    with scene.engine() as engine:
        club = found_club(engine, LiveServer(scene.api))
        scene.club_id = club.organisation.id
        stadium = build_stadium(club, matches=MATCHES, seats=seats, places=places)
        accounts = [stadium.account(f"F{number}") for number in range(ACCOUNTS)]
        written = {
            "seed": seed,
            "pause_seconds": pause_seconds,
            "address": scene.api,
            "token": club.token(),
            "ids": stadium.ids,
            "seats": stadium.seats,
            "matches": stadium.matches,
            "accounts": accounts,
        }
        club.http.close()
    (scene.place / STAGE).write_text(json.dumps(written), encoding="utf-8")


def kill_tree(scene: Scene) -> None:
    """Kill every process of Loge and of PostgreSQL, as when the machine stops."""
    pids: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        top = psutil.Process(scene.served.process.pid)
        pids += [top, *top.children(recursive=True)]
    first = scene.postmaster()
    if first is not None:
        pids += [first, *first.children()]
    for one in pids:
        with contextlib.suppress(psutil.Error):
            one.send_signal(signal.SIGKILL)
    scene.served.process.wait()
