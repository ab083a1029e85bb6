"""What a process without an API does now and then beside its work."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.telemetry.sampling import EVERY_SECONDS, sample_process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_log = logging.getLogger("loge.upkeep")


@contextmanager
def upkeep(*tasks: Callable[[], None], every_seconds: float = EVERY_SECONDS) -> Iterator[None]:
    """Measure this process and run tasks every few seconds for a block, and once at its end."""
    stop = threading.Event()

    def look() -> None:
        for task in (sample_process, *tasks):
            try:
                task()
            except Exception:  # noqa: BLE001 - whatever it is, the process works on
                _log.exception("the upkeep of the process failed")

    def keep_on() -> None:
        look()
        while not stop.wait(every_seconds):
            look()
        look()

    thread = threading.Thread(target=keep_on, name="upkeep")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
