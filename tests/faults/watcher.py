"""Somebody who looks at the reports all the time, and writes down what they show."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.faults.client_log import ClientLog
    from tests.faults.stage import Scene

MOVED = ("sales.movement_count", "sales.net_bookings")
SOLD = "entitlements.sold_value"


class Watcher:
    """Asks for totals in a thread until it is stopped."""

    def __init__(self, scene: Scene, log: ClientLog) -> None:
        self._scene = scene
        self._log = log
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch the reports")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            try:
                self.look()
            except (httpx.HTTPError, KeyError):
                continue  # It is dead, loads its facts or lets callers wait.

    def look(self) -> dict[str, Any]:
        """Read what moved, what is sold, and what moved: unchanged, it all is of one instant.

        Returns what moved, in the end.
        """
        before, began_at = self._moved(), time.time()
        sold_minor = _minor(self._scene.load([SOLD])["data"][0][SOLD])
        after = self._moved()
        self._log.note("reported", asked_at=began_at, sold_minor=sold_minor, **after)
        if (before["moved"], before["net_minor"]) == (after["moved"], after["net_minor"]):
            self._log.note("at once", sold_minor=sold_minor, net_minor=after["net_minor"])
        return after

    def _moved(self) -> dict[str, Any]:
        found = self._scene.load(list(MOVED))
        row = found["data"][0]
        return {
            "moved": int(row[MOVED[0]] or 0),
            "net_minor": _minor(row[MOVED[1]]),
            "refreshed_at": datetime.fromisoformat(found["lastRefreshTime"]).timestamp(),
        }


def _minor(amount: str | None) -> int:
    return round(float(amount or 0) * 100)
