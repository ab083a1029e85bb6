"""Who disturbs a run, and when: a plan that follows from its seed alone, so that it repeats."""

from __future__ import annotations

import contextlib
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx
import psutil  # type: ignore[import-untyped]
import psycopg

from app.processes.signals import RESTART_SIGNAL
from tests.faults.stage import kill_tree
from tests.processes.command import answers_with

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tests.faults.stage import Scene

_HOLD = "SELECT id FROM pool ORDER BY random() LIMIT 1 FOR UPDATE"
_HELD_SECONDS = (0.3, 1.5)
_PATIENCE_SECONDS = 20.0
_REST_SECONDS = {"machine": 3.0, "postgres": 2.0, "restart": 2.0, "backend": 1.2, "api": 2.5}
"""How long the others wait after those whose strikes stop clients: else nobody would ever sell."""
_USUAL_REST_SECONDS = 0.8
_PACE_OF_NOBODY = 0.2
"""How much of a second passes for the plan while nobody is served."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One disturbance: how long after the beginning, by whom, and its own lots."""

    at_seconds: float
    nemesis: str
    lot: int


@dataclass
class _Clock:
    """The time of a plan: slow while nobody is served, so that a slow machine is disturbed alike.

    It does not stand still, since whoever is about to recover must be disturbed as well.
    """

    scene: Scene
    seconds: float = 0.0
    _at: float = field(default_factory=time.monotonic)

    def tick(self) -> None:
        """Let a moment pass."""
        time.sleep(0.05)
        is_served = answers_with(lambda: httpx.get(f"{self.scene.api}/readyz", timeout=0.5), 200)
        now = time.monotonic()
        self.seconds += (now - self._at) * (1.0 if is_served else _PACE_OF_NOBODY)
        self._at = now


@dataclass
class Nemeses:
    """Carries a plan out; `done` counts who struck, `missed` who found nobody to strike."""

    scene: Scene
    done: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def carry_out(self, strikes: Sequence[Strike], seconds: float) -> None:
        """Strike as planned, and start again what nobody else would."""
        clock = _Clock(self.scene)
        for strike in strikes:
            while clock.seconds < strike.at_seconds:
                self.revive()
                clock.tick()
            has_struck = _NEMESES[strike.nemesis](self.scene, random.Random(strike.lot))
            (self.done if has_struck else self.missed)[strike.nemesis] += 1
            missed = "" if has_struck else " (nobody there)"
            self.told.append(f"{clock.seconds:6.2f} {strike.nemesis}{missed}")
        while clock.seconds < seconds:
            self.revive()
            clock.tick()

    def revive(self) -> None:
        """Start clients again that were killed, and Loge where its supervisor was."""
        for number, customer in self.scene.customers.items():
            if customer.poll() is not None:
                self.scene.start_customer(number)
        if self.scene.served.process.poll() is not None:
            self.scene.start_again()


def plan(seed: int, seconds: float, names: Sequence[str]) -> list[Strike]:
    """Plan a run: half of it belongs to one nemesis after another, the other half to all of them.

    With less than a minute all of it is mixed, and everybody strikes before anybody does so again.
    """
    dice = random.Random(f"{seed}-nemeses")
    strikes = []
    turns = _mixed(dice, names)
    alone_seconds = seconds / 2 if seconds >= 60 else 0.0
    at_seconds = dice.uniform(0.5, 1.5)
    while at_seconds < seconds:
        if at_seconds < alone_seconds:
            nemesis = names[int(at_seconds / alone_seconds * len(names))]
        else:
            nemesis = next(turns)
        strikes.append(Strike(at_seconds, nemesis, dice.randrange(10**9)))
        at_seconds += _REST_SECONDS.get(nemesis, _USUAL_REST_SECONDS) * dice.uniform(0.6, 1.4)
    return strikes


def _mixed(dice: random.Random, names: Sequence[str]) -> Iterator[str]:
    """Draw who is next: all of them in some order, and again."""
    while True:
        yield from dice.sample(names, len(names))


def _kill(process: psutil.Process | None) -> bool:
    if process is None:
        return False
    with contextlib.suppress(psutil.Error):
        process.send_signal(signal.SIGKILL)
        return True
    return False


def _one_of(dice: random.Random, found: Sequence[psutil.Process]) -> psutil.Process | None:
    return dice.choice(found) if found else None


def _kill_customer(scene: Scene, dice: random.Random) -> bool:
    customer = scene.customers[dice.choice(sorted(scene.customers))]
    customer.kill()
    customer.wait()
    return True


def _kill_backend(scene: Scene, dice: random.Random) -> bool:
    return _kill(_one_of(dice, scene.backends()))


def _kill_postgres(scene: Scene, _dice: random.Random) -> bool:
    return _kill(scene.postmaster())


def _kill_verb(verb: str) -> Callable[[Scene, random.Random], bool]:
    def kill(scene: Scene, dice: random.Random) -> bool:
        return _kill(_one_of(dice, scene.children(verb)))

    return kill


def _kill_semantic(scene: Scene, dice: random.Random) -> bool:
    """Kill the semantic layer, in the middle of its work if it gets there soon."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until and not answers_with(
        lambda: scene.ask("GET", "/loge/v1/facts", timeout_seconds=0.5), 200
    ):
        time.sleep(0.1)
    time.sleep(dice.uniform(0, 0.5))
    return _kill(_one_of(dice, scene.children("semantic")))


def _kill_machine(scene: Scene, _dice: random.Random) -> bool:
    kill_tree(scene)
    scene.start_again()
    return True


def _rebuild(scene: Scene, _dice: random.Random) -> bool:
    with contextlib.suppress(httpx.HTTPError):
        return scene.ask("POST", "/loge/v1/rebuild", timeout_seconds=1).is_success
    return False


def _restart(scene: Scene, _dice: random.Random) -> bool:
    # Before it serves, the signal would end it, and nobody restarts what does not serve yet.
    if scene.served.process.poll() is None and "Ctrl-C" in scene.served.printed:
        scene.served.process.send_signal(RESTART_SIGNAL)
        return True
    return False


def _hold(scene: Scene, dice: random.Random) -> bool:
    """Hold a row that sellers want last: what they have written by then is committed late."""
    address = scene.loge.database().connection_url().replace("+psycopg", "")
    with (
        contextlib.suppress(psycopg.Error),
        psycopg.connect(address, connect_timeout=2) as connection,
    ):
        connection.execute(_HOLD)
        time.sleep(dice.uniform(*_HELD_SECONDS))
        connection.rollback()
        return True
    return False


def _pause(scene: Scene, dice: random.Random) -> bool:
    """Stop a process for a while in the middle of what it does."""
    found = [*scene.children("semantic"), *scene.children("api"), *scene.backends()]
    one = _one_of(dice, found)
    if one is None:
        return False
    with contextlib.suppress(psutil.Error):
        one.suspend()
        time.sleep(dice.uniform(*_HELD_SECONDS))
        one.resume()
        return True
    return False


_NEMESES: Mapping[str, Callable[[Scene, random.Random], bool]] = {
    "client": _kill_customer,
    "backend": _kill_backend,
    "worker": _kill_verb("worker"),
    "semantic": _kill_semantic,
    "api": _kill_verb("api"),
    "postgres": _kill_postgres,
    "hold": _hold,
    "pause": _pause,
    "rebuild": _rebuild,
    "restart": _restart,
    "machine": _kill_machine,
}
KILLERS = ("client", "backend", "worker", "semantic", "api", "postgres", "machine")
"""Those who kill; each strike is a `kill -9`, the last one's of everything."""
EVERYBODY = tuple(_NEMESES)
